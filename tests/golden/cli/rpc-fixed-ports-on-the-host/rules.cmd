netsh advfirewall firewall add rule name="App - RPC-EPMAP" dir=in action=allow protocol=TCP localport=RPC-EPMap remoteip=192.0.2.0/24
netsh advfirewall firewall add rule name="App - ports of RPC" dir=in action=allow protocol=TCP localport=49152-65535 remoteip=192.0.2.0/24
