netsh advfirewall firewall add rule name="Web" dir=in action=allow protocol=TCP localport=443 remoteip=192.0.2.0/24 program="C:\Program Files\Vendor\Web.exe"
