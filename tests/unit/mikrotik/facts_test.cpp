// Interfaces, addresses, routes and pools.
#include <gtest/gtest.h>

#include "tests/unit/mikrotik/support.h"

namespace fwproof::tests {
namespace {

struct Row {
  std::string text;
  std::string expected;
};

TEST(Facts, Reads) {
  const std::string address = "/ip address add address=192.0.2.1/24 interface=ether1\n";
  const Row rows[] = {
      {address, "ether1 192.0.2.1/24; complete"},
      {"/interface ethernet set [ find default-name=ether1 ] name=\"01 - WAN\"\n/ip address add address=192.0.2.1/24 interface=\"01 - WAN\"\n", "01 - WAN 192.0.2.1/24; complete"},
      {"/interface ethernet set ether3 disabled=yes\n" + address, "ether3 down; ether1 192.0.2.1/24; complete"},
      {"/interface bridge add name=br\n/interface bridge port add bridge=br interface=ether1\n" + address, "br 192.0.2.1/24; complete"},
      {"/interface disable ether7\n" + address, "ether7 down; ether1 192.0.2.1/24; complete"},
      {"/interface bridge add name=br\n/interface list member add interface=ether1 list=L\n/interface bridge port add bridge=br interface=L\n" + address, "br 192.0.2.1/24; complete"},
      {"/interface vlan add interface=ether1 name=v vlan-id=5\n/ip address add address=192.0.2.1 netmask=255.255.255.0 interface=v\n", "v 192.0.2.1/24; complete"},
      {"/interface bonding add name=Po1 slaves=ether1,ether2\n" + address, "Po1 192.0.2.1/24; complete"},
      {"/ip address add address=192.0.2.1 interface=e network=192.0.2.2\n", "e 192.0.2.1; 192.0.2.2 dev e; complete"},
      {address + "/ip address add address=198.51.100.1/24 interface=ether2 disabled=yes\n", "ether1 192.0.2.1/24; complete"},
      {"/ip dhcp-client add interface=ether1\n", "ether1 dynamic; 0.0.0.0/0 dev ether1; incomplete"},
      {"/ip dhcp-client add interface=ether1 add-default-route=no\n", "ether1 dynamic; incomplete"},
      {"# by RouterOS 6.49\n/ip dhcp-client add interface=ether1\n", "incomplete"},
      {"# by RouterOS 6.49\n/ip dhcp-client add interface=ether1 disabled=no default-route-distance=5\n", "ether1 dynamic; 0.0.0.0/0 dev ether1 metric 5; incomplete"},
      {"/interface pppoe-client add add-default-route=yes disabled=no interface=ether1 name=pppoe\n", "pppoe dynamic; 0.0.0.0/0 dev pppoe; incomplete"},
      {"/interface pppoe-client add interface=ether1 name=pppoe\n", "pppoe dynamic; incomplete"},
      {address + "/ip route add gateway=192.0.2.254\n", "ether1 192.0.2.1/24; 0.0.0.0/0 via 192.0.2.254; complete"},
      {address + "/ip route add distance=7 dst-address=10.0.0.0/8 gateway=192.0.2.254%ether1\n", "ether1 192.0.2.1/24; 10.0.0.0/8 via 192.0.2.254 dev ether1 metric 7; complete"},
      {address + "/ip route add dst-address=10.1.2.3/8 gateway=ether1\n", "ether1 192.0.2.1/24; 10.0.0.0/8 dev ether1; complete"},
      {address + "/ip route add dst-address=10.0.0.0/8 gateway=192.0.2.2,192.0.2.3\n", "ether1 192.0.2.1/24; 10.0.0.0/8 via 192.0.2.2; 10.0.0.0/8 via 192.0.2.3; complete"},
      {address + "/ip route add dst-address=10.0.0.0/8 type=blackhole\n", "ether1 192.0.2.1/24; 10.0.0.0/8 discard; complete"},
      {address + "/ip route add blackhole dst-address=10.0.0.0/8\n", "ether1 192.0.2.1/24; 10.0.0.0/8 discard; complete"},
      {address + "/ip route add dst-address=8.8.8.8/32 gateway=192.0.2.254 scope=10\n/ip route add dst-address=10.0.0.0/8 gateway=8.8.8.8\n",
       "ether1 192.0.2.1/24; 8.8.8.8 via 192.0.2.254; 10.0.0.0/8 via 192.0.2.254; complete"},
      {address + "/ip route add gateway=192.0.2.254 routing-mark=m\n", "ether1 192.0.2.1/24; gap a route of table 'm'; complete"},
      {"/ip vrf add interfaces=ether1 name=blue\n" + address + "/ip route add gateway=192.0.2.254 routing-table=blue\n", "ether1 192.0.2.1/24 vrf blue; 0.0.0.0/0 via 192.0.2.254 vrf blue; complete"},
      {address + "/routing ospf interface-template add interfaces=ether1\n", "ether1 192.0.2.1/24; gap /routing ospf interface-template; complete"},
      {address + "/routing ospf instance set [ find default=yes ] router-id=1.1.1.1\n", "ether1 192.0.2.1/24; complete"},
      {address + "/ip route rule add dst-address=10.0.0.0/8 table=main\n", "ether1 192.0.2.1/24; complete"},
      {address + "/routing rule add dst-address=10.0.0.0/8 action=lookup table=other\n", "ether1 192.0.2.1/24; gap a routing rule; complete"},
      {address + "/ip firewall mangle add action=mark-routing chain=prerouting new-routing-mark=m\n", "ether1 192.0.2.1/24; gap policy routing by 'mark-routing'; complete"},
      {address + "/interface l2tp-server server set enabled=yes\n", "ether1 192.0.2.1/24; gap clients of the l2tp server have routes of their own; complete"},
      {"/ip pool add name=p ranges=192.0.2.100 next-pool=q\n/ip pool add name=q ranges=192.0.2.200 next-pool=p\n/ip dhcp-server add address-pool=p interface=ether1 name=s\n" + address,
       "ether1 192.0.2.1/24; pool ether1 192.0.2.100 192.0.2.200; complete"},
      {"/ip pool add name=p ranges=192.0.2.100-192.0.2.101,192.0.2.110\n/ip dhcp-server add address-pool=p interface=ether1 name=s\n"
       "/ip dhcp-server lease add address=192.0.2.101 mac-address=02:00:00:00:00:01 server=s\n" + address,
       "ether1 192.0.2.1/24; pool ether1 192.0.2.100 192.0.2.110 reserved 192.0.2.101; complete"},
      {"/ipv6 address add address=2001:db8::1/64 interface=ether1\n/ipv6 route add gateway=2001:db8::2\n", "ether1 2001:db8::1/64; ::/0 via 2001:db8::2; complete"},
      {"/ipv6 address add address=::1/64 from-pool=p interface=ether1\n", "ether1 dynamic; incomplete"},
      {"/ipv6 address add address=2001:db8::/64 eui-64=yes interface=ether1\n", "ether1 dynamic; 2001:db8::/64 dev ether1; incomplete"},
      {":if (x) do={ /ip address add address=192.0.2.1/24 interface=ether1 }\n", "ether1 dynamic; incomplete"},
      {"/ip address add address=$x interface=ether1\n", "ether1 dynamic; incomplete"},
  };
  for (const Row& row : rows) EXPECT_EQ(facts_text(import_text(row.text)), row.expected) << row.text;
}

TEST(Facts, Header) {
  const auto imported = import_text("# 2026-08-06 11:54:45 by RouterOS 7.11.2\n# software id = X\n#\n# model = RB952\n/system identity\nset name=edge\n");
  EXPECT_EQ(imported.result.header.at("version"), "7.11.2");
  EXPECT_EQ(imported.result.header.at("date"), "2026-08-06 11:54:45");
  EXPECT_EQ(imported.result.header.at("model"), "RB952");
  EXPECT_EQ(imported.result.header.at("host"), "edge");
  EXPECT_TRUE(imported.policy().general_assumptions.empty());
}

TEST(Facts, ARelayThatIsOnMayTakeWhatPasses) {
  const auto on = import_text("/ip proxy\nset enabled=yes port=8080\n/ip socks\nset enabled=no\n");
  ASSERT_EQ(on.facts.host.interceptions.size(), 1u);
  EXPECT_FALSE(on.facts.host.interceptions[0].sure);
  EXPECT_EQ(on.facts.host.interceptions[0].origin.line, 2u);
}

}  // namespace
}  // namespace fwproof::tests
