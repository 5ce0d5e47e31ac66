netsh advfirewall firewall add rule name="App - RPC-EPMAP" dir=in action=allow protocol=TCP localport=RPC-EPMap remoteip=192.0.2.0/24
netsh advfirewall firewall add rule name="App - RPC" dir=in action=allow protocol=TCP localport=RPC remoteip=192.0.2.0/24 program="C:\Program Files\App\Bin\Vendor.App.exe"
