// The zone-based firewall, its predecessor, and what guards the router itself.
#include "tests/unit/cisco_ios/support.h"

namespace fwproof::tests::ios {
namespace {

constexpr std::string_view kZones =
    "zone security IN\nzone security OUT\nclass-map type inspect match-any WEB\n match protocol http\n match protocol dns\nclass-map type inspect match-all ADMIN\n match access-group name ADM\n match protocol tcp\n"
    "class-map type inspect match-any ALL\n match class-map WEB\n match class-map ADMIN\npolicy-map type inspect P\n class type inspect WEB\n  inspect\n class type inspect ADMIN\n  pass\n class class-default\n  drop log\n"
    "zone-pair security IN-OUT source IN destination OUT\n service-policy type inspect P\n"
    "interface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n zone-member security IN\ninterface GigabitEthernet0/0\n ip address 203.0.113.2 255.255.255.0\n zone-member security OUT\n"
    "interface GigabitEthernet0/2\n ip address 10.0.2.1 255.255.255.0\n zone-member security IN\ninterface GigabitEthernet0/3\n ip address 10.0.3.1 255.255.255.0\n"
    "ip access-list extended ADM\n permit tcp host 10.0.0.9 any\n";

constexpr Packet kRequest{.src = "10.0.0.5", .dst = "198.51.100.1"};
Packet answer_to(const Packet& p) {
  Packet a = p;
  std::swap(a.src, a.dst);
  std::swap(a.src_port, a.dst_port);
  std::swap(a.in, a.out);
  a.state = model::state_established;
  a.reply = 1;
  a.flags = model::tcp_ack;
  return a;
}

TEST(Zones, InspectLetsAnswersBack) {
  const Imported router(kZones);
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
  EXPECT_EQ(router.verdict(kRequest), Verdict::accept);
  EXPECT_EQ(router.verdict(answer_to(kRequest)), Verdict::accept);
  Packet later = kRequest;
  later.state = model::state_established;
  later.flags = model::tcp_ack;
  EXPECT_EQ(router.verdict(later), Verdict::accept);
  Packet stray = kRequest;
  stray.state = model::state_invalid;
  EXPECT_EQ(router.verdict(stray), Verdict::drop);
}

TEST(Zones, WhatNoClassTakesIsDropped) {
  const Imported router(kZones);
  EXPECT_EQ(router.verdict({.src = "10.0.0.5", .dst_port = 443}), Verdict::drop);
  EXPECT_EQ(router.verdict(answer_to({.src = "10.0.0.5", .dst_port = 443})), Verdict::drop);
}

TEST(Zones, ListsOfTheOtherFamilyMatchNothing) {
  const std::string text = "ipv6 unicast-routing\n" + std::string(kZones);
  const Imported router(text);
  EXPECT_EQ(router.diagnostics(), "");
  EXPECT_EQ(router.verdict({.src = "2001:db8::5", .dst = "2001:db8:1::1"}), Verdict::accept);
  EXPECT_EQ(router.verdict({.src = "2001:db8::5", .dst = "2001:db8:1::1", .dst_port = 443}), Verdict::drop);
}

TEST(Zones, PassIsOneWay) {
  const Imported router(kZones);
  const Packet admin{.src = "10.0.0.9", .dst_port = 443};
  EXPECT_EQ(router.verdict(admin), Verdict::accept);
  EXPECT_EQ(router.verdict(answer_to(admin)), Verdict::drop);
}

TEST(Zones, BetweenAndWithinZones) {
  const Imported router(kZones);
  EXPECT_EQ(router.verdict({.src = "198.51.100.1", .dst = "10.0.0.5", .in = "Gi0/0", .out = "Gi0/1"}), Verdict::drop);
  EXPECT_EQ(router.verdict({.src = "10.0.0.5", .dst = "10.0.2.5", .dst_port = 443, .in = "Gi0/1", .out = "Gi0/2"}), Verdict::accept);
  EXPECT_EQ(router.verdict({.src = "10.0.0.5", .dst = "10.0.3.5", .in = "Gi0/1", .out = "Gi0/3"}), Verdict::drop);
  EXPECT_EQ(router.verdict({.src = "10.0.3.5", .dst = "10.0.0.5", .in = "Gi0/3", .out = "Gi0/1"}), Verdict::drop);
  EXPECT_EQ(router.verdict({.src = "10.0.3.5", .dst = "10.0.4.5", .in = "Gi0/3", .out = "Gi0/4"}), Verdict::accept);
}

TEST(Zones, SelfIsOpenUntilAPairSaysOtherwise) {
  const Packet packet{.src = "198.51.100.1", .dst = "203.0.113.2", .dst_port = 22, .in = "GigabitEthernet0/0"};
  EXPECT_EQ(Imported(kZones).verdict(packet, Hook::input), Verdict::accept);
  const std::string text = std::string(kZones) + "policy-map type inspect NONE\n class class-default\n  drop\nzone-pair security OUT-self source OUT destination self\n service-policy type inspect NONE\n";
  EXPECT_EQ(Imported(text).verdict(packet, Hook::input), Verdict::drop);
  Packet inside = packet;
  inside.in = "GigabitEthernet0/1";
  EXPECT_EQ(Imported(text).verdict(inside, Hook::input), Verdict::accept);
}

TEST(Zones, SeeInsideAddressesInBothDirections) {
  const std::string text = std::string(kZones) +
                           "interface GigabitEthernet0/1\n ip nat inside\ninterface GigabitEthernet0/0\n ip nat outside\nip nat inside source static tcp 10.0.0.7 25 203.0.113.2 25\n"
                           "ip access-list extended MAIL\n permit tcp any host 10.0.0.7 eq smtp\nclass-map type inspect match-all MAIL\n match access-group name MAIL\npolicy-map type inspect Q\n class type inspect MAIL\n  inspect\n"
                           "zone-pair security OUT-IN source OUT destination IN\n service-policy type inspect Q\n";
  const Imported router(text);
  const Packet mail{.src = "198.51.100.1", .dst = "203.0.113.2", .dst_port = 25, .in = "GigabitEthernet0/0", .out = "GigabitEthernet0/1"};
  EXPECT_EQ(router.verdict(mail), Verdict::accept);
  EXPECT_EQ(router.verdict({.src = "198.51.100.1", .dst = "203.0.113.2", .dst_port = 26, .in = "Gi0/0", .out = "Gi0/1"}), Verdict::drop);
}

TEST(Zones, NestedAndNegatedAndMissingClasses) {
  const std::string base(kZones);
  const std::string nested = base + "policy-map type inspect P2\n class type inspect ALL\n  inspect\nzone-pair security OI source OUT destination IN\n service-policy type inspect P2\n";
  EXPECT_EQ(Imported(nested).verdict({.src = "198.51.100.1", .dst = "10.0.0.5", .in = "Gi0/0", .out = "Gi0/1"}), Verdict::accept);
  EXPECT_EQ(Imported(nested).verdict({.src = "198.51.100.1", .dst = "10.0.0.5", .dst_port = 443, .in = "Gi0/0", .out = "Gi0/1"}), Verdict::drop);
  const std::string negated =
      base + "class-map type inspect match-all NOTWEB\n match not class-map WEB\n match protocol tcp\npolicy-map type inspect P3\n class type inspect NOTWEB\n  inspect\nzone-pair security OI source OUT destination IN\n service-policy type inspect P3\n";
  EXPECT_EQ(Imported(negated).verdict({.src = "198.51.100.1", .dst = "10.0.0.5", .in = "Gi0/0", .out = "Gi0/1"}), Verdict::drop);
  EXPECT_EQ(Imported(negated).verdict({.src = "198.51.100.1", .dst = "10.0.0.5", .dst_port = 443, .in = "Gi0/0", .out = "Gi0/1"}), Verdict::accept);
  const std::string missing = base + "policy-map type inspect P4\n class type inspect NOBODY\n  inspect\nzone-pair security OI source OUT destination IN\n service-policy type inspect P4\n";
  EXPECT_EQ(Imported(missing).verdict({.src = "198.51.100.1", .dst = "10.0.0.5", .in = "Gi0/0", .out = "Gi0/1"}), Verdict::depends);
}

TEST(Zones, ClassMapsInACircleEnd) {
  std::string text(kZones);
  for (int i = 0; i < 60; ++i) text += "class-map type inspect match-any C" + std::to_string(i) + "\n match class-map C" + std::to_string((i + 1) % 60) + "\n match protocol https\n";
  text += "policy-map type inspect P5\n class type inspect C0\n  inspect\nzone-pair security OI source OUT destination IN\n service-policy type inspect P5\n";
  EXPECT_EQ(Imported(text).verdict({.src = "198.51.100.1", .dst = "10.0.0.5", .dst_port = 22, .in = "Gi0/0", .out = "Gi0/1"}), Verdict::depends);
}

constexpr std::string_view kInspect =
    "ip inspect name FW tcp\nip inspect name FW udp\ninterface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\ninterface GigabitEthernet0/0\n ip address 203.0.113.2 255.255.255.0\n ip access-group NONE in\n"
    "ip access-list extended NONE\n deny ip any any\n";

TEST(Inspect, OpensAnswers) {
  for (const std::string_view where : {"interface GigabitEthernet0/0\n ip inspect FW out\n", "interface GigabitEthernet0/1\n ip inspect FW in\n"}) {
    const std::string text = std::string(kInspect) + std::string(where);
    const Imported router(text);
    EXPECT_EQ(router.verdict(kRequest), Verdict::accept);
    EXPECT_EQ(router.verdict(answer_to(kRequest)), Verdict::accept) << where;
    Packet ping = answer_to(kRequest);
    ping.protocol = 1;
    EXPECT_EQ(router.verdict(ping), Verdict::drop);
    Packet fresh = answer_to(kRequest);
    fresh.state = model::state_new;
    fresh.reply = 0;
    EXPECT_EQ(router.verdict(fresh), Verdict::drop);
  }
  EXPECT_EQ(Imported(kInspect).verdict(answer_to(kRequest)), Verdict::drop);
}

TEST(Inspect, SessionsOfAnotherInterfaceAreNotTaken) {
  const std::string text = std::string(kInspect) + "interface GigabitEthernet0/1\n ip inspect FW in\ninterface GigabitEthernet0/2\n ip address 10.0.2.1 255.255.255.0\n";
  EXPECT_EQ(Imported(text).verdict(answer_to(kRequest)), Verdict::depends);
}

TEST(Router, AccessClassAndControlPlane) {
  const Packet ssh{.src = "192.0.2.9", .dst = "10.0.0.1", .dst_port = 22};
  const Imported guarded("access-list 5 permit 192.0.2.9\nline vty 0 4\n access-class 5 in\nline vty 5 15\n access-class 5 in\n");
  EXPECT_EQ(guarded.verdict(ssh, Hook::input), Verdict::accept);
  EXPECT_EQ(guarded.verdict({.src = "192.0.2.10", .dst_port = 22}, Hook::input), Verdict::drop);
  EXPECT_EQ(guarded.verdict({.src = "192.0.2.10", .dst_port = 80}, Hook::input), Verdict::accept);
  const Imported half("access-list 5 permit 192.0.2.9\nline vty 0 4\n access-class 5 in\nline vty 5 15\n login\n");
  EXPECT_EQ(half.verdict({.src = "192.0.2.10", .dst_port = 22}, Hook::input), Verdict::depends);
  const Imported plane("control-plane\n service-policy input COPP\n");
  EXPECT_EQ(plane.verdict(ssh, Hook::input), Verdict::depends);
}

TEST(Router, OwnPacketsAreNotFilteredOnTheWayOut) {
  const Imported router("interface GigabitEthernet0/0\n ip access-group 101 out\naccess-list 101 deny ip any any\n");
  EXPECT_EQ(router.verdict({}, Hook::output), Verdict::accept);
  EXPECT_EQ(router.verdict({}), Verdict::drop);
}

TEST(Router, WhatIsNotModelledDepends) {
  for (const std::string_view setting : {" ip verify unicast source reachable-via rx\n", " crypto map VPN\n", " ip wccp web-cache redirect in\n", " ip admission WHO\n", " nat64 enable\n", " ip frobnicate\n", " ip verify source\n", " rate-limit input 8000 1500 2000 conform-action drop exceed-action drop\n"}) {
    const std::string text = "interface GigabitEthernet0/1\n" + std::string(setting);
    EXPECT_EQ(Imported(text).verdict({}), Verdict::depends) << setting;
  }
  EXPECT_EQ(Imported("vlan filter X vlan-list 1\n").verdict({}), Verdict::depends);
  EXPECT_EQ(Imported("no ip routing\n").verdict({}), Verdict::drop);
}

TEST(Router, CryptoMapTouchesItsTrafficOnly) {
  const Imported router("interface GigabitEthernet0/0\n crypto map VPN\ncrypto map VPN 10 ipsec-isakmp\n set peer 192.0.2.1\n match address 120\naccess-list 120 permit ip 10.0.0.0 0.0.0.255 10.9.0.0 0.0.255.255\n");
  EXPECT_EQ(router.verdict({.src = "10.0.0.5", .dst = "10.9.1.1"}), Verdict::depends);
  EXPECT_EQ(router.verdict({.src = "10.0.0.5", .dst = "198.51.100.1"}), Verdict::accept);
  EXPECT_EQ(router.verdict({.src = "10.9.1.1", .dst = "10.0.0.5", .in = "Gi0/0", .out = "Gi0/1"}), Verdict::depends);
}

}  // namespace
}  // namespace fwproof::tests::ios
