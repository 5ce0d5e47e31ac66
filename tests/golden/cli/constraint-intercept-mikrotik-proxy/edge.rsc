# software id = AAAA-BBBB
/ip address
add address=192.0.2.1/24 interface=ether1
add address=198.51.100.1/24 interface=ether2
/ip proxy
set enabled=yes port=8080
