// Zones, rules, forwardings and policies, by what becomes of packets.
#include "tests/unit/openwrt/router.h"

namespace fwproof::tests {
namespace {

using model::DiagnosticId;
using model::LineClass;

struct Row {
  const char* sections;
  const char* hook;
  const char* packet;
  const char* verdict;
};

constexpr const char* kLanToWan = "tcp 192.168.1.9:40000 198.51.100.7:80 in=br-lan out=eth1";
constexpr const char* kWanToLan = "tcp 198.51.100.7:40000 192.168.1.9:80 in=eth1 out=br-lan";

const Row kRows[] = {
    // Zone policies and the default.
    {"", "forward", kLanToWan, "accept"},
    {"", "forward", kWanToLan, "reject"},
    {"", "forward", "tcp 192.168.1.9:1 192.168.1.10:80 in=br-lan out=br-lan", "accept"},
    {"", "forward", "tcp 198.51.100.7:1 198.51.100.8:80 in=eth1 out=eth1", "drop"},
    {"", "forward", "tcp 198.51.100.7:1 198.51.100.8:80 in=eth7 out=eth1", "reject"},
    {"", "forward", "tcp 198.51.100.7:40000 192.168.1.9:80 in=eth1 out=br-lan state=established", "accept"},
    {"", "forward", "tcp 192.168.1.9:40000 198.51.100.7:80 in=br-lan out=eth1 state=invalid", "drop"},
    {"", "input", "tcp 192.168.1.9:40000 192.168.1.1:22 in=br-lan", "accept"},
    {"", "input", "tcp 198.51.100.7:40000 203.0.113.2:22 in=eth1", "reject"},
    {"", "input", "tcp 127.0.0.1:40000 127.0.0.1:22 in=lo", "accept"},
    {"", "output", "tcp 203.0.113.2:40000 198.51.100.7:22 out=eth1", "accept"},
    {"", "output", "tcp 203.0.113.2:40000 198.51.100.7:22 out=eth1 state=invalid", "drop"},
    // Rules: to a zone, to the router, from the router, anywhere.
    {"config rule\n option src wan\n option dest lan\n option proto tcp\n option dest_port 80\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    {"config rule\n option src wan\n option dest guest\n option proto tcp\n option dest_port 80\n option target ACCEPT\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest lan\n option dest_port 80\n option target ACCEPT\n option enabled 0\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest '*'\n option dest_port 80\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    {"config rule\n option src wan\n option dest_port 22\n option target ACCEPT\n", "input", "tcp 198.51.100.7:1 203.0.113.2:22 in=eth1", "accept"},
    {"config rule\n option src wan\n option dest_port 22\n option target ACCEPT\n", "forward", "tcp 198.51.100.7:1 192.168.1.9:22 in=eth1 out=br-lan", "reject"},
    {"config rule\n option src '*'\n option dest_port 22\n option target DROP\n", "input", "tcp 192.168.1.9:1 192.168.1.1:22 in=br-lan", "drop"},
    {"config rule\n option src '*'\n option dest '*'\n option dest_port 80\n option target DROP\n", "forward", kLanToWan, "drop"},
    {"config rule\n option dest wan\n option dest_port 22\n option target REJECT\n", "output", "tcp 203.0.113.2:1 198.51.100.7:22 out=eth1", "reject"},
    {"config rule\n option dest_port 22\n option target DROP\n", "output", "tcp 203.0.113.2:1 198.51.100.7:22 out=eth1", "drop"},
    // Rules before forwardings, wherever they stand.
    {"config rule\n option src lan\n option dest wan\n option proto all\n option target REJECT\n", "forward", kLanToWan, "reject"},
    // Words may be abbreviated, in any case.
    {"config rule\n option src lan\n option dest wan\n option proto ALL\n option target dr\n", "forward", kLanToWan, "drop"},
    // Protocols: tcp and udp without any; lists; numbers.
    {"config rule\n option src wan\n option dest lan\n option target ACCEPT\n", "forward", "udp 198.51.100.7:1 192.168.1.9:80 in=eth1 out=br-lan", "accept"},
    {"config rule\n option src wan\n option dest lan\n option target ACCEPT\n", "forward", "47 198.51.100.7 192.168.1.9 in=eth1 out=br-lan", "reject"},
    {"config rule\n option src wan\n option dest lan\n option proto 'gre esp'\n option target ACCEPT\n", "forward", "47 198.51.100.7 192.168.1.9 in=eth1 out=br-lan", "accept"},
    {"config rule\n option src wan\n option dest lan\n list proto '50'\n option target ACCEPT\n", "forward", "50 198.51.100.7 192.168.1.9 in=eth1 out=br-lan", "accept"},
    // The ports of another protocol are ignored.
    {"config rule\n option src wan\n option dest lan\n option proto all\n option dest_port 22\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    // Addresses and ports.
    {"config rule\n option src wan\n option dest lan\n option src_ip '198.51.100.0/24'\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    {"config rule\n option src wan\n option dest lan\n option src_ip '!198.51.100.0/24'\n option target ACCEPT\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest lan\n list src_ip '198.51.100.0/24'\n list src_ip '!198.51.100.7'\n option target ACCEPT\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest lan\n option dest_ip '192.168.1.5-192.168.1.9'\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    {"config rule\n option src wan\n option dest '*'\n option dest_ip lan\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    {"config rule\n option src wan\n option dest '*'\n option dest_ip guest\n option target ACCEPT\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest lan\n option dest_ip '0.0.0.9/0.0.0.255'\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    {"config rule\n option src wan\n option dest lan\n option dest_ip '0.0.0.8/0.0.0.255'\n option target ACCEPT\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest lan\n option dest_port '22 79-81'\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    {"config rule\n option src wan\n option dest lan\n option dest_port '!80'\n option target ACCEPT\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest lan\n option src_port '40000:40001'\n option target ACCEPT\n", "forward", kWanToLan, "accept"},
    {"config rule\n option src lan\n option dest wan\n option src_mac '02:00:00:00:00:01'\n option target DROP\n", "forward", "tcp 192.168.1.9:1 198.51.100.7:80 in=br-lan out=eth1 mac=02:00:00:00:00:01", "drop"},
    {"config rule\n option src lan\n option dest wan\n option mark '!0x1/0xf'\n option target DROP\n", "forward", "tcp 192.168.1.9:1 198.51.100.7:80 in=br-lan out=eth1 mark=17", "accept"},
    {"config rule\n option src lan\n option dest wan\n option mark '0x1/0xf'\n option target DROP\n", "forward", "tcp 192.168.1.9:1 198.51.100.7:80 in=br-lan out=eth1 mark=17", "drop"},
    // ICMP: names of both families, of one, with codes.
    {"config rule\n option src wan\n option proto icmp\n option icmp_type echo-request\n option target ACCEPT\n", "input", "icmp 198.51.100.7 203.0.113.2 type=8 in=eth1", "accept"},
    {"config rule\n option src wan\n option proto icmp\n option icmp_type echo-request\n option target ACCEPT\n", "input", "icmp 2001:db8::7 2001:db8::2 type=128 in=eth1", "accept"},
    {"config rule\n option src wan\n option proto icmp\n option icmp_type echo-request\n option target ACCEPT\n", "input", "icmp 198.51.100.7 203.0.113.2 type=0 in=eth1", "reject"},
    {"config rule\n option src wan\n option proto icmp\n list icmp_type host-unreachable\n list icmp_type '11/1'\n option target ACCEPT\n", "input", "icmp 198.51.100.7 203.0.113.2 type=3 code=1 in=eth1", "accept"},
    {"config rule\n option src wan\n option proto icmp\n list icmp_type host-unreachable\n option target ACCEPT\n", "input", "icmp 198.51.100.7 203.0.113.2 type=3 code=2 in=eth1", "reject"},
    {"config rule\n option src wan\n option proto icmp\n option family ipv6\n option target ACCEPT\n", "input", "icmp 2001:db8::7 2001:db8::2 type=135 in=eth1", "accept"},
    {"config rule\n option src wan\n option proto icmp\n option family ipv6\n option target ACCEPT\n", "input", "icmp 198.51.100.7 203.0.113.2 type=8 in=eth1", "reject"},
    {"config rule\n option src wan\n option proto icmp\n option icmp_type any\n option target ACCEPT\n", "input", "icmp 198.51.100.7 203.0.113.2 type=8 in=eth1", "depends"},
    // Families follow addresses; where they contradict, the rule is skipped.
    {"config rule\n option src wan\n option dest lan\n option dest_ip '2001:db8::/32'\n option target ACCEPT\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest lan\n option family ipv6\n option dest_ip '192.168.1.9'\n option target ACCEPT\n", "forward", kWanToLan, "reject"},
    {"config rule\n option src wan\n option dest lan\n option family ipv6\n option target ACCEPT\n", "forward", "tcp [2001:db8::7]:1 [2001:db8:1::9]:80 in=eth1 out=br-lan", "accept"},
    {"config forwarding\n option src guest\n option dest wan\n option family ipv4\n", "forward", "tcp 10.0.0.5:1 198.51.100.7:80 in=br-guest out=eth1", "accept"},
    {"config forwarding\n option src guest\n option dest wan\n option family ipv4\n", "forward", "tcp [2001:db8:2::5]:1 [2001:db8::7]:80 in=br-guest out=eth1", "reject"},
    {"config forwarding\n option src guest\n option dest wan\n option enabled 0\n", "forward", "tcp 10.0.0.5:1 198.51.100.7:80 in=br-guest out=eth1", "reject"},
    {"config forwarding\n option src '*'\n option dest wan\n", "forward", "tcp 10.0.0.5:1 198.51.100.7:80 in=br-guest out=eth1", "accept"},
    // What the model does not hold.
    {"config rule\n option src wan\n option dest lan\n option limit '10/sec'\n option target ACCEPT\n", "forward", kWanToLan, "depends"},
    {"config rule\n option src wan\n option dest lan\n option weekdays 'Mon Tue'\n option target ACCEPT\n", "forward", kWanToLan, "depends"},
    {"config rule\n option src wan\n option dest lan\n option extra '-m u32'\n option target ACCEPT\n", "forward", kWanToLan, "depends"},
    {"config rule\n option src wan\n option dest lan\n option colour 'blue'\n option target ACCEPT\n", "forward", kWanToLan, "depends"},
    {"config rule\n option src wan\n option dest lan\n option proto '!udp'\n option target ACCEPT\n", "forward", kWanToLan, "depends"},
    {"config rule\n option src wan\n option dest lan\n option src_ip '300.1.1.1'\n option target ACCEPT\n", "forward", kWanToLan, "depends"},
    {"config rule\n option src wan\n option dest lan\n option dest_port '70000'\n option target ACCEPT\n", "forward", kWanToLan, "depends"},
    {"config rule\n option src wan\n option dest lan\n option target PERHAPS\n", "forward", kWanToLan, "depends"},
    {"config rule\n option src wan\n option dest lan\n option target DNAT\n", "forward", kWanToLan, "depends"},
    {"config zone\n option name strange\n option network guest\n option input SOMETIMES\n", "input", "tcp 10.0.0.5:1 10.0.0.1:22 in=br-guest", "reject"},
    {"config firewal\n option name x\n", "forward", kLanToWan, "depends"},
    {"config rule\n list src wan\n list src lan\n option dest lan\n option target ACCEPT\n", "forward", kWanToLan, "depends"},
    // Marks, no target.
    {"config rule\n option src lan\n option dest '*'\n option target MARK\n option set_mark 0x1\nconfig rule\n option src lan\n option dest wan\n option mark 1\n option target DROP\n", "forward", kLanToWan, "drop"},
    {"config rule\n option src lan\n option dest wan\n", "forward", kLanToWan, "accept"},
    {"config rule\n option src lan\n option dest '*'\n option target DSCP\n option set_dscp CS1\n", "forward", kLanToWan, "accept"},
    // A device of its own.
    {"config rule\n option src '*'\n option dest '*'\n option device eth9\n option direction in\n option target ACCEPT\n", "forward", "tcp 1.2.3.4:1 192.168.1.9:80 in=eth9 out=br-lan", "accept"},
    {"config rule\n option src '*'\n option dest '*'\n option device eth9\n option direction out\n option target ACCEPT\n", "forward", "tcp 1.2.3.4:1 192.168.1.9:80 in=eth9 out=br-lan", "reject"},
    // Zones of devices and subnets.
    {"config zone\n option name tun\n list device 'tun+'\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=tun4", "accept"},
    {"config zone\n option name sub\n option subnet '10.8.0.0/16'\n option input ACCEPT\n", "input", "tcp 10.8.1.1:1 10.9.9.9:22 in=eth8", "accept"},
    {"config zone\n option name sub\n option subnet '10.8.0.0/16'\n option input ACCEPT\n", "input", "tcp 10.9.1.1:1 10.9.9.9:22 in=eth8", "reject"},
    {"config zone\n option name sub\n option subnet '10.8.0.0/16'\nconfig forwarding\n option src lan\n option dest sub\n", "forward", "tcp 192.168.1.9:1 10.8.1.1:22 in=br-lan out=eth8", "accept"},
    // Patterns of devices that firewall4 leaves out are every device where nothing else is given, `!+` is none.
    {"config zone\n option name all\n list device '+'\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "accept"},
    {"config zone\n option name all\n list device '*'\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "accept"},
    {"config zone\n option name all\n list device '!*'\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "accept"},
    {"config zone\n option name all\n list device 'a+b'\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "accept"},
    {"config zone\n option name all\n list device '+'\n list device eth7\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "reject"},
    {"config zone\n option name all\n list device '+'\n list device '!eth7'\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "accept"},
    {"config zone\n option name all\n list device '+'\n option subnet '10.8.0.0/16'\n option input ACCEPT\n", "input", "tcp 10.9.1.1:1 10.9.9.9:22 in=eth8", "reject"},
    {"config zone\n option name all\n list device '+'\nconfig forwarding\n option src lan\n option dest all\n", "forward", "tcp 192.168.1.9:1 10.8.1.1:22 in=br-lan out=eth8", "accept"},
    {"config zone\n option name none\n list device '!+'\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "reject"},
    {"config zone\n option name none\n list device '!+'\n option subnet '10.8.0.0/16'\n option input ACCEPT\n", "input", "tcp 10.8.1.1:1 10.9.9.9:22 in=eth8", "reject"},
    {"config zone\n option name none\n list device ''\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "depends"},
    {"config zone\n option name odd\n list device 'tun*x'\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=tun4", "reject"},
    // What marks take such a zone for is not documented; a zone without devices of its own leads to no NOTRACK.
    {"config zone\n option name all\n list device '+'\nconfig rule\n option src all\n option dest '*'\n option proto all\n option target MARK\n option set_mark 1\nconfig rule\n option src lan\n option dest wan\n option mark 1\n option target DROP\n", "forward", kLanToWan, "depends"},
    {"config zone\n option name all\n list device '+'\n option input DROP\nconfig rule\n option src all\n option proto all\n option target NOTRACK\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8 state=established", "accept"},
    {"config zone\n option name off\n list device eth6\n option enabled 0\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth6", "reject"},
    // Names that are no identifiers: newer versions ignore the zone, older ones do not.
    {"config zone\n option name 5g\n list device eth8\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "depends"},
    {"config zone\n option name 'my zone'\n list device eth8\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "depends"},
    {"config zone\n option name '_5g.a/b-c'\n list device eth8\n option input ACCEPT\n", "input", "tcp 1.2.3.4:1 10.9.9.9:22 in=eth8", "accept"},
    {"config ipset\n option name 5g\n option match dest_net\n list entry '198.51.100.0/24'\nconfig rule\n option src lan\n option dest wan\n option ipset 5g\n option target DROP\n", "forward", kLanToWan, "accept"},
    // Sets.
    {"config ipset\n option name bad\n option match dest_net\n list entry '198.51.100.0/24'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "drop"},
    {"config ipset\n option name bad\n option match dest_net\n list entry '198.51.100.0/24'\nconfig rule\n option src lan\n option dest wan\n option ipset '!bad'\n option target DROP\n", "forward", kLanToWan, "accept"},
    {"config ipset\n option name bad\n option match src_net\n list entry '198.51.100.0/24'\nconfig rule\n option src lan\n option dest wan\n option ipset 'bad dest'\n option target DROP\n", "forward", kLanToWan, "drop"},
    {"config ipset\n option name bad\n option match 'dest_ip dest_port'\n list entry '198.51.100.7 80'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "drop"},
    {"config ipset\n option name bad\n option match 'dest_ip dest_port'\n list entry '198.51.100.7 81'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "accept"},
    {"config ipset\n option name bad\n option match dest_ip\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "depends"},
    {"config ipset\n option name bad\n option match dest_ip\n option loadfile '/etc/bad'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "depends"},
    {"config rule\n option src lan\n option dest wan\n option ipset missing\n option target DROP\n", "forward", kLanToWan, "accept"},
    // An `option` is split at blanks: two entries of one part each, none of two. `uci show` does not tell it from a list of one.
    {"config ipset\n option name bad\n option match 'dest_ip dest_port'\n option entry '198.51.100.7 80'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "accept"},
    {"config ipset\n option name bad\n option match 'dest_ip dest_port'\n option entry '198.51.100.7 80'\nconfig rule\n option src lan\n option dest wan\n option ipset '!bad'\n option target DROP\n", "forward", kLanToWan, "drop"},
    {"config ipset\n option name bad\n option match dest_ip\n option entry '198.51.100.8 198.51.100.7'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "drop"},
    {"config ipset\n option name bad\n option match dest_ip\n list entry '198.51.100.7 80'\n list entry '198.51.100.8'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "accept"},
    {"config ipset\n option name bad\n option match 'dest_ip dest_port'\n list entry ' 198.51.100.7 80'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "accept"},
    {"config ipset\n option name bad\n option match 'dest_ip dest_port'\n list entry '198.51.100.7 http'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "depends"},
    {"config rule\n option src lan\n option dest wan\n option dest_ip '198.51.100.8\n198.51.100.7'\n option target DROP\n", "forward", kLanToWan, "depends"},
    // The mask of an address counts where one part of the set is a net.
    {"config ipset\n option name bad\n option match 'dest_ip src_net'\n list entry '198.51.100.0/24 192.168.1.0/24'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "drop"},
    {"config ipset\n option name bad\n option match 'dest_ip dest_port'\n list entry '198.51.100.0/24 80'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "accept"},
    {"config ipset\n option name bad\n option match 'dest_ip src_net'\n list entry '198.51.100.0-198.51.100.9 192.168.1.0/24'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "depends"},
    // Two of one name: what nft makes of them is not followed.
    {"config ipset\n option name bad\n option match dest_ip\n list entry '198.51.100.8'\nconfig ipset\n option name bad\n option match dest_ip\n list entry '198.51.100.7'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "depends"},
    // Of addresses and family `any`: the firewall ignores it, and the rules that use it.
    {"config ipset\n option name bad\n option family any\n option match dest_net\n list entry '198.51.100.0/24'\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "accept"},
    {"config ipset\n option name bad\n option family any\n option match dest_ip\n list entry '198.51.100.8'\nconfig rule\n option src lan\n option dest wan\n option ipset '!bad'\n option target DROP\n", "forward", kLanToWan, "accept"},
    {"config ipset\n option name bad\n option family any\n option match dest_port\n list entry 80\nconfig rule\n option src lan\n option dest wan\n option ipset bad\n option target DROP\n", "forward", kLanToWan, "depends"},
    // A zone that does not exist: the firewall ignores the section.
    {"config rule\n option src lann\n option dest wan\n option target DROP\n", "forward", kLanToWan, "accept"},
    // Includes.
    {"config include\n option path '/etc/firewall.user'\n", "forward", kLanToWan, "accept"},
    {"config include\n option path '/etc/firewall.user'\n option fw4_compatible 1\n", "forward", kLanToWan, "depends"},
    {"config include\n option path '/usr/share/x.sh'\n option type script\n", "forward", kLanToWan, "depends"},
    {"config include\n option path '/usr/share/x.sh'\n option type script\n option enabled 0\n", "forward", kLanToWan, "accept"},
    {"config include\n option path '/etc/x.nft'\n option type nftables\n option position chain-prepend\n option chain forward_lan\n", "forward", kLanToWan, "depends"},
    {"config include\n option path '/etc/x.nft'\n option type nftables\n option position chain-prepend\n option chain forward_guest\n", "forward", kLanToWan, "accept"},
    {"config include\n option path '/etc/x.nft'\n option type nftables\n option position chain-append\n option chain elsewhere\n", "forward", kLanToWan, "depends"},
    {"config include\n option path '/etc/x.nft'\n option type nftables\n", "input", "tcp 192.168.1.9:40000 192.168.1.1:22 in=br-lan", "depends"},
};

TEST(Firewall, Rows) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(std::string(row.sections) + "\n" + row.packet);
    const Router router = with(row.sections);
    const std::string hook = row.hook;
    EXPECT_EQ(hook == "forward" ? forward(router, row.packet) : hook == "input" ? input(router, row.packet) : output(router, row.packet), row.verdict);
  }
}

TEST(Firewall, UciShowDoesNotTellAnOptionFromAListOfOne) {
  const auto verdict = [](const std::string& match, const std::string& entries) {
    return forward(router_of({kNetwork, kZones, "firewall.bad=ipset\nfirewall.bad.name='bad'\nfirewall.bad.match=" + match + "\nfirewall.bad.entry=" + entries +
                                                    "\nfirewall.r=rule\nfirewall.r.src='lan'\nfirewall.r.dest='wan'\nfirewall.r.ipset='bad'\nfirewall.r.target='DROP'\n"}), kLanToWan);
  };
  EXPECT_EQ(verdict("'dest_ip' 'dest_port'", "'198.51.100.7 80'"), "depends");
  EXPECT_EQ(verdict("'dest_ip' 'dest_port'", "'198.51.100.7 80' '198.51.100.8 80'"), "drop");
  EXPECT_EQ(verdict("'dest_ip'", "'198.51.100.7 198.51.100.8'"), "depends");
  EXPECT_EQ(verdict("'dest_ip'", "'198.51.100.7'"), "drop");
}

TEST(Firewall, DefaultsAreWhatAZoneDoesNotSay) {
  const Router router = router_of({"config defaults\n option input ACCEPT\nconfig zone\n option name a\n option device eth0\n"});
  EXPECT_EQ(input(router, "tcp 192.0.2.1:1 192.0.2.2:22 in=eth0"), "accept");
  EXPECT_EQ(forward(router, "tcp 192.0.2.1:1 192.0.2.2:22 in=eth0 out=eth0"), "drop");
}

TEST(Firewall, WithoutANetworkConfigurationNetworksStandForTheirDevices) {
  const Router router = router_of({kZones});
  EXPECT_EQ(forward(router, "tcp 192.168.1.9:40000 198.51.100.7:80 in=lan out=wan"), "accept");
}

TEST(Firewall, InvalidPacketsAreDroppedWhereAsked) {
  const Router router = router_of({kNetwork, kZones + "config rule\n option src '*'\n option dest '*'\n option proto all\n option target ACCEPT\n"});
  EXPECT_EQ(forward(router, "tcp 198.51.100.7:1 192.168.1.9:80 in=eth1 out=br-lan state=invalid"), "accept");
  std::string zones = kZones;
  zones.insert(zones.find("\toption input"), "\toption drop_invalid '1'\n");
  EXPECT_EQ(forward(router_of({kNetwork, zones + "config rule\n option src '*'\n option dest '*'\n option proto all\n option target ACCEPT\n"}),
                    "tcp 198.51.100.7:1 192.168.1.9:80 in=eth1 out=br-lan state=invalid"), "drop");
}

TEST(Firewall, TheFloodProtectionIsAnAssumptionOfTcpToTheRouter) {
  std::string zones = kZones;
  zones.insert(zones.find("\toption input"), "\toption syn_flood '1'\n");
  const Router router = router_of({kNetwork, zones + "config rule\n option src wan\n option proto icmp\n option target ACCEPT\n"});
  const model::Policy& policy = router.policy(model::Family::v4);
  size_t assumed = 0;
  for (const model::Chain& chain : policy.chains)
    for (const model::Rule& rule : chain.rules) assumed += rule.assumption >= 0;
  EXPECT_EQ(assumed, 1u);   // the zone lan lets TCP in; neither ICMP nor what passes through is limited
}

TEST(Firewall, TheLineThatDecides) {
  const Router router = with("config rule\n\toption name 'Web'\n\toption src wan\n\toption dest lan\n\toption dest_port 80\n\toption target ACCEPT\n");
  const model::Outcome accepted = send(router, model::Hook::forward, kWanToLan);
  const model::Policy& policy = router.policy(model::Family::v4);
  const model::Rule& rule = policy.chains[accepted.decided_by.chain].rules[accepted.decided_by.rule];
  EXPECT_EQ(rule.name, "Web");
  EXPECT_EQ(rule.origin.file, 1u);
  EXPECT_EQ(rule.origin.line, static_cast<uint32_t>(std::count(kZones.begin(), kZones.end(), '\n') + 1));
  const model::Outcome refused = send(router, model::Hook::forward, "tcp 198.51.100.7:1 192.168.1.9:81 in=eth1 out=br-lan");
  EXPECT_EQ(policy.chains[refused.decided_by.chain].at_end_text, "option forward 'REJECT'");
  EXPECT_EQ(policy.chains[refused.decided_by.chain].at_end_origin.line, 4u);
}

TEST(Firewall, WhichFirewallItIs) {
  const Router four = router_of({kNetwork, kZones + "config include\n option path '/etc/firewall.user'\n"});
  EXPECT_TRUE(four.assumes("firewall4 (OpenWrt 22.03"));
  EXPECT_TRUE(four.assumes("does not run the script /etc/firewall.user"));
  const std::string old = "config interface lan\n option ifname eth0\n option type bridge\n option proto static\n option ipaddr 192.168.1.1\n option netmask 255.255.255.0\n";
  const Router three = router_of({old, kZones + "config include\n option path '/etc/firewall.user'\n"});
  EXPECT_TRUE(three.assumes("firewall3"));
  EXPECT_EQ(forward(three, "tcp 192.168.1.9:1 192.168.1.8:80 in=br-lan out=br-lan"), "depends");
}

TEST(Firewall, Accounts) {
  const Router router = router_of({"config defaults\n\toption input 'ACCEPT'\n\toption tcp_ecn '1'\n\n# a comment\nconfig rule\n\toption limit '1/s'\n\toption colour 'blue'\n"
                                   "\toption src_ip 'nonsense.'\n\toption target 'ACCEPT'\n"});
  EXPECT_EQ(router.line(1), LineClass::modelled);
  EXPECT_EQ(router.line(3), LineClass::irrelevant);
  EXPECT_EQ(router.line(5), LineClass::irrelevant);
  EXPECT_EQ(router.line(7), LineClass::opaque);
  EXPECT_EQ(router.line(8), LineClass::unrecognised);
  EXPECT_EQ(router.line(9), LineClass::unrecognised);
  EXPECT_EQ(router.line(10), LineClass::modelled);
  EXPECT_TRUE(router.tells(DiagnosticId::value_unknown, "'colour'"));
  EXPECT_TRUE(router.tells(DiagnosticId::address_invalid, "nonsense."));
  EXPECT_TRUE(router.host.understood);
}

}  // namespace
}  // namespace fwproof::tests
