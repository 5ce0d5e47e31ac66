# 2026-01-05 10:00:00 by RouterOS 7.15
# software id = AAAA-BBBB
#
/ip address
add address=192.168.1.1/24 interface=bridge network=192.168.1.0
add address=203.0.113.2/28 interface=ether1 network=203.0.113.0
/ip firewall filter
add action=accept chain=forward connection-state=established,related
add action=accept chain=forward connection-nat-state=dstnat
add action=drop chain=forward in-interface=ether1
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=dst-nat chain=dstnat dst-address=203.0.113.2 dst-port=587 protocol=tcp to-addresses=192.168.1.10
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1
