# software id = AAAA-BBBB
/ip address
add address=192.0.2.1/24 interface=ether1
add address=198.51.100.1/24 interface=ether2
/ip firewall nat
add action=redirect chain=dstnat dst-port=443 protocol=tcp to-ports=8080
