netsh advfirewall firewall set rule name="MailStore SPE Web and IMAP" new enable=yes
