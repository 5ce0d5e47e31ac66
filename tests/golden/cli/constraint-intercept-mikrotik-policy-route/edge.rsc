# 2024-01-01 10:00:00 by RouterOS 7.13
/routing table
add fib name=other
/ip address
add address=192.168.1.1/24 interface=lan
add address=192.168.2.1/24 interface=dmz
add address=198.51.100.2/28 interface=wan
/ip firewall mangle
add action=mark-routing chain=prerouting dst-port=25 in-interface=lan new-routing-mark=other passthrough=no protocol=tcp
/ip route
add dst-address=0.0.0.0/0 gateway=198.51.100.1
add dst-address=0.0.0.0/0 gateway=192.168.2.9 routing-table=other
