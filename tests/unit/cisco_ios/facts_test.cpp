// Interfaces, routes, address pools, and which lines are which.
#include "tests/unit/cisco_ios/support.h"

namespace fwproof::tests::ios {
namespace {

std::string addresses(const model::InterfaceFact& fact) {
  std::string all;
  for (const model::Prefix& prefix : fact.addresses) all += (all.empty() ? "" : " ") + model::to_text(prefix);
  return all;
}

TEST(Facts, Interfaces) {
  const Imported router(
      "interface GigabitEthernet 0/0.10\n encapsulation dot1Q 10\n ip address 192.0.2.129 255.255.255.128 secondary\n ip address 192.0.2.1 255.255.255.128\n ipv6 address 2001:db8::1/64\n ipv6 address fe80::1 link-local\n"
      "interface gi0/1\n ip address dhcp\n vrf forwarding CUST\n shutdown\ninterface Tunnel0\n ip unnumbered GigabitEthernet0/0.10\n tunnel source 192.0.2.1\ninterface Loopback0\n no ip address\n");
  const auto& facts = router.facts.host;
  ASSERT_EQ(facts.interfaces.size(), 4u);
  EXPECT_EQ(facts.interfaces[0].name, "GigabitEthernet0/0.10");
  EXPECT_EQ(addresses(facts.interfaces[0]), "192.0.2.1/25 192.0.2.129/25 2001:db8::1/64");
  EXPECT_EQ(facts.interfaces[1].name, "GigabitEthernet0/1");
  EXPECT_TRUE(facts.interfaces[1].dynamic);
  EXPECT_FALSE(facts.interfaces[1].up);
  EXPECT_EQ(facts.interfaces[1].vrf, "CUST");
  EXPECT_EQ(addresses(facts.interfaces[2]), "192.0.2.1");
  EXPECT_FALSE(facts.complete_addresses);
  EXPECT_TRUE(facts.complete_routes);
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
}

TEST(Facts, Routes) {
  const Imported router(
      "interface GigabitEthernet0/0\n ip address 192.0.2.1 255.255.255.0\nip route 0.0.0.0 0.0.0.0 192.0.2.254 200 name up\nip route 10.0.0.0 255.0.0.0 Null0\nip route vrf V 10.1.0.0 255.255.0.0 GigabitEthernet0/0 192.0.2.7 tag 5 permanent\n"
      "ip route 10.2.0.0 255.255.0.0 203.0.113.1\nip route 10.3.0.0 255.255.0.0 192.0.2.9 track 1\nipv6 route 2001:db8:5::/48 2001:db8::9\nip route 10.4.0.0 255.0.255.0 192.0.2.9\n");
  const auto& routes = router.facts.host.routes;
  ASSERT_EQ(routes.size(), 6u);
  EXPECT_EQ(routes[0].metric, 200u);
  EXPECT_EQ(model::to_text(*routes[0].via), "192.0.2.254");
  EXPECT_TRUE(routes[1].discard);
  EXPECT_EQ(routes[2].vrf, "V");
  EXPECT_EQ(routes[2].dev, "GigabitEthernet0/0");
  EXPECT_EQ(router.diagnostics(), "address.invalid:9");
  ASSERT_EQ(router.facts.host.routing_gaps.size(), 2u);
  EXPECT_EQ(router.facts.host.routing_gaps[0].origin.line, 7u);
  EXPECT_EQ(router.line_class(9), LineClass::unrecognised);
}

TEST(Facts, RouteToNowhere) {
  const Imported router("interface GigabitEthernet0/0\n ip address 192.0.2.1 255.255.255.0\nip route 10.2.0.0 255.255.0.0 203.0.113.1\nip route 203.0.113.0 255.255.255.128 192.0.2.2\nip route 10.3.0.0 255.255.0.0 203.0.113.200\n");
  EXPECT_EQ(router.diagnostics(), "route.nowhere:5");
}

TEST(Facts, GapsAndLearnedRoutes) {
  const Imported router("interface Dialer1\n ip address negotiated\n ppp ipcp route default\ninterface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n ip policy route-map PBR\nrouter ospf 1\n network 10.0.0.0 0.0.0.255 area 0\nrouter bgp 65000\n neighbor 192.0.2.1 remote-as 65001\n !\n address-family ipv4\n  network 10.0.0.0\n");
  ASSERT_EQ(router.facts.host.routing_gaps.size(), 3u);
  ASSERT_EQ(router.facts.host.routes.size(), 1u);
  EXPECT_EQ(router.facts.host.routes[0].dev, "Dialer1");
  EXPECT_FALSE(router.facts.host.routes[0].via.has_value());
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
}

TEST(Facts, AClassLeavesOpenWhatAPoolHandsOut) {
  const Imported router("ip dhcp pool LAN\n network 10.0.0.0 255.255.255.0\n class PHONES\n  address range 10.0.0.10 10.0.0.20\n");
  EXPECT_TRUE(router.facts.host.dhcp_pools.empty());
  ASSERT_EQ(router.facts.host.dhcp_gaps.size(), 1u);
  EXPECT_TRUE(router.facts.host.dhcp_gaps[0].addresses.v4.contains(model::parse_address("10.0.0.15")->value));
  EXPECT_FALSE(router.facts.host.dhcp_gaps[0].addresses.v4.contains(model::parse_address("10.0.1.15")->value));
}

TEST(Facts, DhcpPools) {
  const Imported router(
      "ip dhcp excluded-address 10.0.0.1 10.0.0.99\nip dhcp excluded-address 10.0.0.200\nip dhcp pool LAN\n network 10.0.0.0 255.255.255.0\n default-router 10.0.0.1\nip dhcp pool PRINTER\n host 10.0.0.150 255.255.255.0\n client-identifier 0100.1122.3344.55\n"
      "interface Vlan1\n ip address 10.0.0.254 255.255.255.0\n");
  const auto& pools = router.facts.host.dhcp_pools;
  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[0].interface, "Vlan1");
  EXPECT_TRUE(pools[0].addresses.v4.contains(model::parse_address("10.0.0.100")->value));
  for (const std::string_view out : {"10.0.0.0", "10.0.0.99", "10.0.0.150", "10.0.0.200", "10.0.0.254", "10.0.0.255"})
    EXPECT_FALSE(pools[0].addresses.v4.contains(model::parse_address(out)->value)) << out;
  EXPECT_TRUE(pools[1].reserved.v4.contains(model::parse_address("10.0.0.150")->value));
}

TEST(Facts, VirtualAddressesMakeTheListIncomplete) {
  EXPECT_TRUE(Imported("interface Vlan1\n ip address 10.0.0.2 255.255.255.0\n").facts.host.complete_addresses);
  EXPECT_FALSE(Imported("interface Vlan1\n ip address 10.0.0.2 255.255.255.0\n standby 1 ip 10.0.0.1\n").facts.host.complete_addresses);
}

TEST(Lines, TextsOfSeveralLines) {
  const Imported router("banner motd ^C\nip access-list extended X\n permit ip any any\n^C\nbanner login # hello #\ncrypto pki certificate chain A\n certificate ca 01\n  3082024D 308201B6\n  quit\ninterface Gi0/0\n ip address 192.0.2.1 255.255.255.0\n");
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
  EXPECT_EQ(router.count(LineClass::modelled), 2u);
  EXPECT_TRUE(router.policy().covers(Family::v4));
}

TEST(Lines, WithoutIndentation) {
  const Imported router("interface FastEthernet0/1\nip address 10.0.0.1 255.255.255.0\nip access-group 101 in\nspeed auto\n!\nip route 0.0.0.0 0.0.0.0 10.0.0.2\naccess-list 101 deny ip any any\n!\nline vty 0 4\npassword x\nlogin\nend\n");
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
  EXPECT_EQ(router.verdict({.in = "Fa0/1"}), Verdict::drop);
}

TEST(Lines, BehindPrompts) {
  const Imported router("r1#conf t\nr1(config)#interface Gi0/1\nr1(config-if)#ip access-group 7 in\nr1(config-if)#exit\nr1(config)#access-list 7 permit 192.0.2.8\nr1#\n");
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
  EXPECT_EQ(router.verdict({}), Verdict::drop);
}

TEST(Lines, HiddenValues) {
  const Imported router("ip route 0.0.0.0 0.0.0.0 xxx.xxx.xxx.xxx 254\ninterface Gi0/1\n ip address xxx.xxx.1.1 255.255.255.0\n ip access-group 7 in\naccess-list 7 permit xxx.xxx.1.0 0.0.0.255\n");
  EXPECT_EQ(router.count(LineClass::opaque), 3u);
  EXPECT_TRUE(router.facts.host.routes.empty());
  EXPECT_EQ(router.facts.host.routing_gaps.size(), 1u);
  EXPECT_EQ(router.verdict({}), Verdict::depends);
}

TEST(Lines, RoutingProtocolWithoutIndentation) {
  const Imported router("interface Gi0/1\nip address 192.0.2.1 255.255.255.0\nrouter rip\nversion 2\nnetwork 192.0.2.0\nno auto-summary\n!\n");
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
}

TEST(Lines, UnknownOnesAreAnAssumption) {
  const Imported router("frobnicate the router\ninterface Gi0/1\n ip address 192.0.2.1 255.255.255.0\n");
  EXPECT_EQ(router.line_class(1), LineClass::unrecognised);
  EXPECT_EQ(router.verdict({}), Verdict::accept);
  ASSERT_EQ(router.policy().general_assumptions.size(), 1u);
  EXPECT_EQ(Imported("ip frobnicate everything\n").verdict({}), Verdict::depends);
}

TEST(Recognise, LookAlikes) {
  const auto claims = [](std::string_view text) {
    const auto section = section_of(text);
    auto best = importers::Claim::no;
    for (size_t at = 0; at < section.lines.size(); ++at) best = std::max(best, importers::cisco_ios::importer().starts_at(section.lines, at));
    return best;
  };
  using importers::Claim;
  EXPECT_EQ(claims("version 15.2\nhostname r\n"), Claim::yes);
  EXPECT_EQ(claims("!\naccess-list 101 permit ip any any\n"), Claim::yes);
  EXPECT_EQ(claims("ip nat inside source list 1 interface Dialer1 overload\n"), Claim::yes);
  EXPECT_EQ(claims("object-group network A\n host 192.0.2.1\n"), Claim::maybe);
  EXPECT_EQ(claims("ASA Version 9.9\nhostname a\naccess-list 101 extended permit ip any any\n"), Claim::no);
  EXPECT_EQ(claims("interface Gi0/0\n nameif outside\n ip address 192.0.2.1 255.255.255.0\nroute outside 0 0 192.0.2.2\n"), Claim::no);
  EXPECT_EQ(claims("version 7.0(3)I7\nfeature bgp\nip access-list X\n permit ip any any\nline vty\n"), Claim::no);
  EXPECT_EQ(claims("! device: sw (DCS-7050, EOS-4.20)\nip access-list standard X\n permit any\n"), Claim::no);
  EXPECT_EQ(claims("!! IOS XR Configuration 7.3\nipv4 access-list X\n 10 permit ipv4 any any\n"), Claim::no);
}

TEST(Facts, WhatLooksIntoTheDataMayInterceptIt) {
  const Imported router(
      "ip inspect name FW tcp\nip inspect name FW http\nip inspect name UNUSED smtp\ninterface GigabitEthernet0/0\n ip address 192.0.2.1 255.255.255.0\n ip inspect FW in\n ip ips MYIPS in\n"
      "policy-map type inspect P\n class type inspect C\n  inspect\n  service-policy http DEEP\n");
  std::string all;
  for (const model::Interception& fact : router.facts.host.interceptions) {
    EXPECT_FALSE(fact.sure);
    EXPECT_FALSE(fact.local);
    all += fact.text + " " + std::to_string(fact.protocol) + " " + std::to_string(static_cast<unsigned>(fact.ports.max())) + " line " + std::to_string(fact.origin.line) + "\n";
  }
  EXPECT_EQ(all,
            "ip inspect FW: http 6 80 line 1\nip ips MYIPS in 6 65535 line 7\nip ips MYIPS in 17 65535 line 7\n"
            "service-policy http DEEP 6 65535 line 11\nservice-policy http DEEP 17 65535 line 11\n");
}

}  // namespace
}  // namespace fwproof::tests::ios
