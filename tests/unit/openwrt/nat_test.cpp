// Redirects, reflection, nat sections and masquerading, by how packets leave.
#include "tests/unit/openwrt/router.h"

namespace fwproof::tests {
namespace {

using model::Hook;

const std::string kWeb =
    "config redirect\n option src wan\n option dest lan\n option proto tcp\n option src_dport 8080\n option dest_ip 192.168.1.9\n option dest_port 80\n option target DNAT\n";

Router with_masquerade_address(const std::string& sections) {
  Router router = with(sections);
  router.names["address-of-out"] = {model::AddressSet::of(*model::parse_address("203.0.113.2")), true};
  return router;
}

TEST(Nat, APortForward) {
  const Router router = with(kWeb);
  EXPECT_EQ(leaves(router, Hook::forward, "tcp 198.51.100.7:40000 203.0.113.2:8080 in=eth1 out=br-lan"), "198.51.100.7:40000 > 192.168.1.9:80");
  EXPECT_EQ(leaves(router, Hook::forward, "udp 198.51.100.7:40000 203.0.113.2:8080 in=eth1 out=br-lan"), "reject");
  EXPECT_EQ(leaves(router, Hook::forward, "tcp 198.51.100.7:40000 203.0.113.2:8081 in=eth1 out=br-lan"), "reject");
  // Sent to the inner address itself: not translated, so not accepted.
  EXPECT_EQ(leaves(router, Hook::forward, "tcp 198.51.100.7:40000 192.168.1.9:80 in=eth1 out=br-lan"), "reject");
  EXPECT_EQ(leaves(router, Hook::forward, "tcp 198.51.100.7:40000 192.168.1.9:8080 in=eth1 out=br-lan"), "198.51.100.7:40000 > 192.168.1.9:80");
  // IPv6 has no such redirect.
  EXPECT_EQ(leaves(router, Hook::forward, "tcp [2001:db8::7]:40000 [2001:db8:1::9]:8080 in=eth1 out=br-lan"), "reject");
}

TEST(Nat, PortsOfARedirect) {
  const auto one = [](const std::string& options) {
    return with("config redirect\n option src wan\n option dest lan\n option proto tcp\n option dest_ip 192.168.1.9\n" + options);
  };
  // Without dest_port the port stays.
  EXPECT_EQ(leaves(one(" option src_dport 8000-8100\n"), Hook::forward, "tcp 198.51.100.7:4 203.0.113.2:8050 in=eth1 out=br-lan"), "198.51.100.7:4 > 192.168.1.9:8050");
  // A range does not shift: a port of the other range, not known which.
  const Router shifted = one(" option src_dport 8000-8100\n option dest_port 9000-9100\n");
  EXPECT_EQ(leaves(shifted, Hook::forward, "tcp 198.51.100.7:4 203.0.113.2:8050 in=eth1 out=br-lan"), "198.51.100.7:4 > 192.168.1.9:?");
  // Ports of both ranges are kept.
  const Router overlapping = one(" option src_dport 8000-8100\n option dest_port 8050-8150\n");
  EXPECT_EQ(leaves(overlapping, Hook::forward, "tcp 198.51.100.7:4 203.0.113.2:8060 in=eth1 out=br-lan"), "198.51.100.7:4 > 192.168.1.9:8060");
  // Everything to one host.
  EXPECT_EQ(leaves(one(" option proto all\n"), Hook::forward, "47 198.51.100.7 203.0.113.2 in=eth1 out=br-lan"), "198.51.100.7:0 > 192.168.1.9:0");
}

TEST(Nat, OtherConditionsOfARedirect) {
  EXPECT_EQ(leaves(with(kWeb + " option src_ip '198.51.100.0/25'\n"), Hook::forward, "tcp 198.51.100.7:4 203.0.113.2:8080 in=eth1 out=br-lan"), "198.51.100.7:4 > 192.168.1.9:80");
  EXPECT_EQ(leaves(with(kWeb + " option src_ip '198.51.100.128/25'\n"), Hook::forward, "tcp 198.51.100.7:4 203.0.113.2:8080 in=eth1 out=br-lan"), "reject");
  EXPECT_EQ(leaves(with(kWeb + " option src_dip 203.0.113.9\n"), Hook::forward, "tcp 198.51.100.7:4 203.0.113.2:8080 in=eth1 out=br-lan"), "reject");
  EXPECT_EQ(leaves(with(kWeb + " option enabled 0\n"), Hook::forward, "tcp 198.51.100.7:4 203.0.113.2:8080 in=eth1 out=br-lan"), "reject");
  EXPECT_EQ(leaves(with(kWeb + " option limit '1/s'\n"), Hook::forward, "tcp 198.51.100.7:4 203.0.113.2:8080 in=eth1 out=br-lan"), "depends");
}

TEST(Nat, AWordThatIsNoneIsToldAndOpen) {
  const Router router = with("config redirect\n option src wan\n option dest lan\n option proto tcp\n option src_dport 80\n option dest_ip 192.168.1.999\n");
  EXPECT_TRUE(router.tells(model::DiagnosticId::address_invalid, "192.168.1.999"));
  EXPECT_EQ(input(router, "tcp 198.51.100.7:4 203.0.113.2:80 in=eth1"), "depends");
  EXPECT_TRUE(with("config redirect\n option dest lan\n option dest_ip 192.168.1.9\n").tells(model::DiagnosticId::value_unknown, "without a source zone"));
  EXPECT_TRUE(with("config redirect\n option src '*'\n option dest lan\n option dest_ip 192.168.1.9\n").tells(model::DiagnosticId::value_unknown, "from '*'"));
  EXPECT_TRUE(with("config redirect\n option src wan\n option dest lan\n option dest_ip 172.16.0.9\n").tells(model::DiagnosticId::address_invalid, "no network of zone"));
}

TEST(Nat, RedirectToTheRouter) {
  const Router router = with("config redirect\n option src guest\n option proto 'tcp udp'\n option src_dport 53\n option target DNAT\n");
  EXPECT_EQ(leaves(router, Hook::input, "udp 10.0.0.5:4 198.51.100.53:53 in=br-guest"), "10.0.0.5:4 > 10.0.0.1:53");
  // Sent to that address anyhow: not translated, the zone's policy decides.
  EXPECT_EQ(leaves(router, Hook::input, "udp 10.0.0.5:4 10.0.0.1:53 in=br-guest"), "reject");
}

TEST(Nat, Masquerading) {
  const Router router = with_masquerade_address("");
  EXPECT_EQ(leaves(router, Hook::forward, "tcp 192.168.1.9:40000 198.51.100.7:80 in=br-lan out=eth1"), "203.0.113.2:? > 198.51.100.7:80");
  EXPECT_EQ(leaves(router, Hook::forward, "tcp 192.168.1.9:40000 192.168.1.8:80 in=br-lan out=br-lan"), "192.168.1.9:40000 > 192.168.1.8:80");
  std::string zones = kZones;
  zones.insert(zones.find("\toption masq"), "\tlist masq_src '!192.168.1.0/28'\n\tlist masq_dest '198.51.100.0/24'\n");
  Router narrow = router_of({kNetwork, zones});
  narrow.names = router.names;
  EXPECT_EQ(leaves(narrow, Hook::forward, "tcp 192.168.1.9:40000 198.51.100.7:80 in=br-lan out=eth1"), "192.168.1.9:40000 > 198.51.100.7:80");
  EXPECT_EQ(leaves(narrow, Hook::forward, "tcp 192.168.1.99:40000 198.51.100.7:80 in=br-lan out=eth1"), "203.0.113.2:? > 198.51.100.7:80");
  EXPECT_EQ(leaves(narrow, Hook::forward, "tcp 192.168.1.99:40000 192.0.2.7:80 in=br-lan out=eth1"), "192.168.1.99:40000 > 192.0.2.7:80");
}

TEST(Nat, NatSections) {
  const std::string to = "tcp 192.168.1.9:40000 198.51.100.7:80 in=br-lan out=eth1";
  const Router snat = with_masquerade_address("config nat\n option src wan\n option src_ip 192.168.1.9\n option target SNAT\n option snat_ip 203.0.113.9\n");
  EXPECT_EQ(leaves(snat, Hook::forward, to), "203.0.113.9:? > 198.51.100.7:80");
  EXPECT_EQ(leaves(snat, Hook::forward, "tcp 192.168.1.8:40000 198.51.100.7:80 in=br-lan out=eth1"), "203.0.113.2:? > 198.51.100.7:80");
  const Router exempt = with_masquerade_address("config nat\n option src wan\n option dest_ip 198.51.100.0/24\n option target ACCEPT\n");
  EXPECT_EQ(leaves(exempt, Hook::forward, to), "192.168.1.9:40000 > 198.51.100.7:80");
  const Router port = with_masquerade_address("config nat\n option src '*'\n option device eth1\n option proto tcp\n option target SNAT\n option snat_ip 203.0.113.9\n option snat_port 5000\n");
  EXPECT_EQ(leaves(port, Hook::forward, to), "203.0.113.9:5000 > 198.51.100.7:80");
  const Router old = with_masquerade_address("config redirect\n option src lan\n option dest wan\n option src_ip 192.168.1.9\n option src_dip 203.0.113.9\n option proto all\n option target SNAT\n");
  EXPECT_EQ(leaves(old, Hook::forward, to), "203.0.113.9:? > 198.51.100.7:80");
  // With a MAC address or a helper the firewall ignores it.
  for (const std::string option : {" option src_mac 00:11:22:33:44:55\n", " list src_mac 00:11:22:33:44:55\n", " option helper ftp\n"}) {
    const Router ignored = with_masquerade_address("config redirect\n option src lan\n option dest wan\n option src_ip 192.168.1.9\n option src_dip 203.0.113.9\n option proto all\n option target SNAT\n" + option);
    EXPECT_EQ(leaves(ignored, Hook::forward, "tcp 192.168.1.9:40000 198.51.100.7:80 in=br-lan out=eth1 mac=00:11:22:33:44:55"), "203.0.113.2:? > 198.51.100.7:80") << option;
  }
  // The device of a nat section is nft's: `*` at its end is a wildcard.
  const Router wild = with_masquerade_address("config nat\n option src '*'\n option device 'eth*'\n option target SNAT\n option snat_ip 203.0.113.9\n");
  EXPECT_EQ(leaves(wild, Hook::forward, to), "203.0.113.9:? > 198.51.100.7:80");
  EXPECT_TRUE(with("config nat\n option src wan\n option target SNAT\n").tells(model::DiagnosticId::value_unknown, "needs 'snat_ip'"));
}

TEST(Nat, Reflection) {
  const std::string inside = "tcp 192.168.1.5:40000 203.0.113.2:8080 in=br-lan out=br-lan";
  EXPECT_EQ(leaves(with(kWeb), Hook::forward, inside), "192.168.1.1:? > 192.168.1.9:80");
  EXPECT_EQ(leaves(with(kWeb + " option reflection 0\n"), Hook::forward, inside), "192.168.1.5:40000 > 203.0.113.2:8080");
  EXPECT_EQ(leaves(with(kWeb + " option reflection_src external\n"), Hook::forward, inside), "203.0.113.2:? > 192.168.1.9:80");
  // The zone is found by the target's address.
  std::string by_address = kWeb;
  by_address.erase(by_address.find(" option dest lan\n"), 17);
  EXPECT_EQ(leaves(with(by_address), Hook::forward, inside), "192.168.1.1:? > 192.168.1.9:80");
  // Another zone reflects only where it is named.
  const std::string guest = "tcp 10.0.0.5:40000 203.0.113.2:8080 in=br-guest out=br-lan";
  EXPECT_EQ(leaves(with(kWeb), Hook::forward, guest), "reject");
  // Named, its requests are translated, and its chain accepts what was; they leave by br-lan, so the source is not.
  EXPECT_EQ(leaves(with(kWeb + " list reflection_zone guest\n"), Hook::forward, guest), "10.0.0.5:40000 > 192.168.1.9:80");
  // Without masquerading there is none.
  std::string zones = kZones;
  zones.erase(zones.find("\toption masq '1'\n"), 17);
  EXPECT_EQ(leaves(router_of({kNetwork, zones + kWeb}), Hook::forward, inside), "192.168.1.5:40000 > 203.0.113.2:8080");
}

TEST(Nat, ReflectionOfAnAddressThatTheProviderGives) {
  std::string network = kNetwork;
  network.replace(network.rfind("\toption proto 'static'"), std::string::npos, "\toption proto 'dhcp'\n");
  Router router = router_of({network, kZones + kWeb});
  const std::string inside = "tcp 192.168.1.5:40000 203.0.113.2:8080 in=br-lan out=br-lan";
  router.names["address:eth1"] = {model::AddressSet::of(*model::parse_address("203.0.113.2")), true};
  EXPECT_EQ(leaves(router, Hook::forward, inside), "192.168.1.1:? > 192.168.1.9:80");
}

TEST(Nat, IPv6Redirects) {
  const std::string network = kNetwork + "config interface lan6\n option device br-lan\n option proto static\n option ip6addr 2001:db8:1::1/64\n";
  const std::string redirect = "config redirect\n option family ipv6\n option src wan\n option dest lan\n option proto tcp\n option src_dport 8080\n option dest_ip 2001:db8:1::9\n option dest_port 80\n";
  EXPECT_EQ(leaves(router_of({network, kZones + redirect}), Hook::forward, "tcp [2001:db8::7]:4 [2001:db8:9::2]:8080 in=eth1 out=br-lan"), "2001:db8::7:4 > 2001:db8:1::9:80");
}

}  // namespace
}  // namespace fwproof::tests
