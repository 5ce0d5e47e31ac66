netsh advfirewall firewall set rule name="MailStore SPE Administration" new remoteip=192.0.2.0/25
netsh advfirewall firewall add rule name="Remote Desktop" dir=in action=allow protocol=TCP localport=3389
