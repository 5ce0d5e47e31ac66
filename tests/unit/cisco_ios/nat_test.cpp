// Translation: what a packet leaves as, from both sides, and where filters see it.
#include <algorithm>

#include "tests/unit/cisco_ios/support.h"

namespace fwproof::tests::ios {
namespace {

constexpr std::string_view kSides =
    "version 15.2\nhostname r\ninterface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n ip nat inside\n!\ninterface GigabitEthernet0/0\n ip address 203.0.113.2 255.255.255.0\n ip nat outside\n!\n";

std::string with(std::string_view rules) { return std::string(kSides) + std::string(rules); }

constexpr Packet kOut{.src = "10.0.0.5", .dst = "198.51.100.1", .in = "GigabitEthernet0/1", .out = "GigabitEthernet0/0"};
constexpr Packet kIn{.src = "198.51.100.1", .dst = "203.0.113.5", .in = "GigabitEthernet0/0", .out = "GigabitEthernet0/1"};

Packet to(Packet packet, std::string_view dst, unsigned port = 80) {
  packet.dst = dst;
  packet.dst_port = port;
  return packet;
}
Packet from(Packet packet, std::string_view src, unsigned port = 40000) {
  packet.src = src;
  packet.src_port = port;
  return packet;
}

TEST(Nat, StaticHostBothWays) {
  const std::string text = with("ip nat inside source static 10.0.0.5 203.0.113.5\n");
  const Imported router(text);
  EXPECT_EQ(left_as(router.run(kOut), Field::src), "203.0.113.5");
  EXPECT_EQ(left_as(router.run(from(kOut, "10.0.0.6")), Field::src), "10.0.0.6");
  EXPECT_EQ(left_as(router.run(kIn), Field::dst), "10.0.0.5");
  EXPECT_EQ(left_as(router.run(to(kIn, "203.0.113.6")), Field::dst), "203.0.113.6");
}

TEST(Nat, NotFromTheInsideToItself) {
  const std::string text = with("interface GigabitEthernet0/2\n ip nat inside\nip nat inside source static 10.0.0.5 203.0.113.5\n");
  Packet packet = kOut;
  packet.out = "GigabitEthernet0/2";
  EXPECT_EQ(left_as(Imported(text).run(packet), Field::src), "10.0.0.5");
  packet = kIn;
  packet.in = "GigabitEthernet0/2";
  EXPECT_EQ(left_as(Imported(text).run(packet), Field::dst), "203.0.113.5");
}

TEST(Nat, StaticPort) {
  const std::string text = with("ip nat inside source static tcp 10.0.0.5 80 203.0.113.2 8080 extendable\nip nat inside source static udp 10.0.0.6 53 interface GigabitEthernet0/0 53\n");
  const Imported router(text);
  auto outcome = router.run(to(kIn, "203.0.113.2", 8080));
  EXPECT_EQ(left_as(outcome, Field::dst), "10.0.0.5");
  EXPECT_EQ(outcome.out.get(Field::dst_port), 80u);
  EXPECT_EQ(left_as(router.run(to(kIn, "203.0.113.2", 80)), Field::dst), "203.0.113.2");
  Packet dns = to(kIn, "203.0.113.2", 53);
  dns.protocol = 17;
  EXPECT_EQ(left_as(router.run(dns), Field::dst), "10.0.0.6");
  outcome = router.run(from(kOut, "10.0.0.5", 80));
  EXPECT_EQ(left_as(outcome, Field::src), "203.0.113.2");
  EXPECT_EQ(outcome.out.get(Field::src_port), 8080u);
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
}

TEST(Nat, StaticPortOfAnInterfaceWithoutKnownAddress) {
  const std::string text = "interface GigabitEthernet0/1\n ip nat inside\ninterface Dialer1\n ip address negotiated\n ip nat outside\nip nat inside source static tcp 10.0.0.5 22 interface Dialer1 1415\n";
  Packet packet = to(kIn, "203.0.113.77", 1415);
  packet.in = "Dialer1";
  // Whether it is the interface's address is not known.
  EXPECT_EQ(left_as(Imported(text).run(packet), Field::dst), "unknown");
  packet.dst_port = 1416;
  EXPECT_EQ(left_as(Imported(text).run(packet), Field::dst), "203.0.113.77");
}

TEST(Nat, StaticNetwork) {
  const std::string text = with("ip nat inside source static network 10.0.0.0 203.0.113.64 255.255.255.192\n");
  const Imported router(text);
  EXPECT_EQ(left_as(router.run(kOut), Field::src), "203.0.113.69");
  EXPECT_EQ(left_as(router.run(to(kIn, "203.0.113.70")), Field::dst), "10.0.0.6");
  EXPECT_EQ(left_as(router.run(from(kOut, "10.0.0.70")), Field::src), "10.0.0.70");
}

TEST(Nat, OverloadOnAnInterface) {
  const std::string text = with("access-list 1 permit 10.0.0.0 0.0.0.255\nip nat inside source list 1 interface Gi0/0 overload\n");
  const Imported router(text);
  const auto outcome = router.run(kOut);
  EXPECT_EQ(outcome.verdict, Verdict::accept);
  EXPECT_EQ(left_as(outcome, Field::src), "203.0.113.2");
  EXPECT_FALSE(outcome.out.has(Field::src_port));
  EXPECT_EQ(left_as(router.run(from(kOut, "10.0.1.5")), Field::src), "10.0.1.5");
  // It opens nothing from outside.
  EXPECT_EQ(left_as(router.run(to(kIn, "203.0.113.2")), Field::dst), "203.0.113.2");
}

TEST(Nat, PoolWithoutOverloadMayBeReached) {
  const std::string text = with("access-list 1 permit 10.0.0.0 0.0.0.255\nip nat pool P 203.0.113.64 203.0.113.79 netmask 255.255.255.240\nip nat inside source list 1 pool P\n");
  const Imported router(text);
  EXPECT_EQ(left_as(router.run(kOut), Field::src), "unknown");
  EXPECT_EQ(router.verdict(to(kIn, "203.0.113.70")), Verdict::depends);
  EXPECT_EQ(router.verdict(to(kIn, "203.0.113.80")), Verdict::accept);
}

TEST(Nat, ExemptionByDeny) {
  const std::string text = with("ip access-list extended N\n deny ip 10.0.0.0 0.0.0.255 192.168.0.0 0.0.255.255\n permit ip 10.0.0.0 0.0.0.255 any\nip nat inside source list N interface GigabitEthernet0/0 overload\n");
  const Imported router(text);
  EXPECT_EQ(left_as(router.run(kOut), Field::src), "203.0.113.2");
  EXPECT_EQ(left_as(router.run(to(kOut, "192.168.4.4")), Field::src), "10.0.0.5");
}

TEST(Nat, RouteMaps) {
  const std::string text =
      with("interface GigabitEthernet0/3\n ip address 192.0.2.2 255.255.255.0\n ip nat outside\naccess-list 1 permit 10.0.0.0 0.0.0.255\naccess-list 2 permit 10.0.0.8\n"
           "route-map A deny 5\n match ip address 2\nroute-map A permit 10\n match ip address 1\n match interface GigabitEthernet0/0\nroute-map B permit 10\n match ip address 1\n match interface GigabitEthernet0/3\n"
           "ip nat inside source route-map A interface GigabitEthernet0/0 overload\nip nat inside source route-map B interface GigabitEthernet0/3 overload\n");
  const Imported router(text);
  EXPECT_EQ(left_as(router.run(kOut), Field::src), "203.0.113.2");
  Packet other = kOut;
  other.out = "GigabitEthernet0/3";
  EXPECT_EQ(left_as(router.run(other), Field::src), "192.0.2.2");
  EXPECT_EQ(left_as(router.run(from(kOut, "10.0.0.8")), Field::src), "10.0.0.8");
  EXPECT_EQ(router.count(LineClass::opaque), 0u);
}

TEST(Nat, OutsideSourceStatic) {
  const std::string text = with("ip nat outside source static 198.51.100.1 10.9.9.1\n");
  const Imported router(text);
  EXPECT_EQ(left_as(router.run(kIn), Field::src), "10.9.9.1");
  EXPECT_EQ(left_as(router.run(to(kOut, "10.9.9.1")), Field::dst), "198.51.100.1");
}

TEST(Nat, InsideDestinationRotary) {
  const std::string text = with("ip nat pool REAL 10.0.0.20 10.0.0.21 prefix-length 24 type rotary\naccess-list 2 permit 203.0.113.9\nip nat inside destination list 2 pool REAL\n");
  const Imported router(text);
  EXPECT_EQ(left_as(router.run(to(kIn, "203.0.113.9")), Field::dst), "unknown");
  Packet udp = to(kIn, "203.0.113.9");
  udp.protocol = 17;
  EXPECT_EQ(left_as(router.run(udp), Field::dst), "203.0.113.9");
}

TEST(Nat, MatchHostPoolKeepsTheHostPart) {
  const std::string text = with("access-list 1 permit 10.0.0.0 0.0.0.255\nip nat pool P 192.0.2.1 192.0.2.254 prefix-length 24 type match-host\nip nat inside source list 1 pool P\n");
  EXPECT_EQ(left_as(Imported(text).run(kOut), Field::src), "192.0.2.5");
}

// Inbound lists see the public address, outbound lists on the way out the translated one.
TEST(Nat, ListsSeeTheRightAddress) {
  const std::string text = with(
      "interface GigabitEthernet0/0\n ip access-group IN in\n ip access-group OUT out\nip access-list extended IN\n permit tcp any host 203.0.113.5 eq 80\nip access-list extended OUT\n permit ip host 203.0.113.5 any\n"
      "ip nat inside source static 10.0.0.5 203.0.113.5\n");
  const Imported router(text);
  EXPECT_EQ(router.verdict(kIn), Verdict::accept);
  EXPECT_EQ(router.verdict(to(kIn, "10.0.0.5")), Verdict::drop);
  EXPECT_EQ(router.verdict(kOut), Verdict::accept);
  EXPECT_EQ(router.verdict(from(kOut, "10.0.0.6")), Verdict::drop);
}

TEST(Nat, AnswersAreUndoneInOrder) {
  const std::string text = with(
      "interface GigabitEthernet0/0\n ip access-group IN in\n ip access-group OUT out\nip access-list extended IN\n permit ip any host 203.0.113.5\nip access-list extended OUT\n permit ip host 203.0.113.5 any\n"
      "ip nat inside source static 10.0.0.5 203.0.113.5\n");
  const Imported router(text);
  const auto request = router.run(kIn);
  model::Translation undo;
  undo.dst = model::parse_address("203.0.113.5")->value;
  undo.dst_port = 80;
  undo.ct_status = model::ct_dnat;
  Packet answer{.src = "10.0.0.5", .dst = "198.51.100.1", .src_port = 80, .dst_port = 40000, .in = "GigabitEthernet0/1", .out = "GigabitEthernet0/0", .state = model::state_established, .reply = 1, .flags = model::tcp_ack,
                .ct_status = model::ct_dnat};
  model::EvaluateOptions options;
  options.undo = &undo;
  const auto outcome = router.run(answer, Hook::forward, options);
  EXPECT_EQ(request.verdict, Verdict::accept);
  EXPECT_EQ(outcome.verdict, Verdict::accept);
  EXPECT_EQ(left_as(outcome, Field::src), "203.0.113.5");
}

// Someone reaches the server by its inside address: the answer would leave with another source.
TEST(Nat, AnswerOfAnUntranslatedConnection) {
  const std::string text = with("access-list 1 permit 10.0.0.0 0.0.0.255\nip nat inside source list 1 interface GigabitEthernet0/0 overload\n");
  const Packet answer{.src = "10.0.0.5", .dst = "198.51.100.1", .src_port = 80, .dst_port = 40000, .in = "GigabitEthernet0/1", .out = "GigabitEthernet0/0", .state = model::state_established, .reply = 1, .flags = model::tcp_ack};
  EXPECT_EQ(Imported(text).verdict(answer), Verdict::depends);
}

TEST(Nat, WhatIsNotUnderstoodDepends) {
  for (const std::string_view rule :
       {"ip nat inside source static tcp 10.0.0.5 80 203.0.113.2\n", "ip nat source static 10.0.0.5 203.0.113.5\n", "ip nat inside source list 1 pool NOBODY\naccess-list 1 permit any\n",
        "ip nat inside source static 10.0.0.5 203.0.113.5 frobnicate\n"}) {
    const std::string text = with(rule);
    EXPECT_EQ(Imported(text).verdict(from(kOut, "10.0.0.5", 80)), Verdict::depends) << rule;
  }
}

TEST(Nat, MissingRouteMapIsUnknown) {
  const std::string text = with("ip nat inside source route-map NOBODY interface GigabitEthernet0/0 overload\n");
  const Imported router(text);
  EXPECT_EQ(router.diagnostics(), "list.missing:11");
  EXPECT_EQ(router.line_class(11), LineClass::opaque);
  const auto& unknowns = router.policy().unknowns;
  EXPECT_TRUE(std::any_of(unknowns.begin(), unknowns.end(), [](const auto& unknown) { return unknown.kind == "route-map"; }));
}

TEST(Nat, ListOfTheOtherFamilySelectsNothing) {
  const std::string text = with("ipv6 access-list N\n permit ipv6 any any\naccess-list 1 permit any\nip nat inside source list N interface GigabitEthernet0/0 overload\nip nat inside source list 1 interface GigabitEthernet0/0 overload\n");
  EXPECT_EQ(left_as(Imported(text).run(kOut), Field::src), "203.0.113.2");
}

TEST(Nat, RuleTakenBack) {
  const std::string text = with("ip nat inside source static 10.0.0.5 203.0.113.5\nno ip nat inside source static 10.0.0.5 203.0.113.5\n");
  EXPECT_EQ(left_as(Imported(text).run(kIn), Field::dst), "203.0.113.5");
}

TEST(Nat, Vrf) {
  const std::string text = with("interface GigabitEthernet0/4\n ip vrf forwarding V\n ip nat inside\nip nat inside source static 10.7.0.5 203.0.113.7 vrf V\n");
  const Imported router(text);
  Packet packet = from(kOut, "10.7.0.5");
  EXPECT_EQ(left_as(router.run(packet), Field::src), "10.7.0.5");
  packet.in = "GigabitEthernet0/4";
  EXPECT_EQ(left_as(router.run(packet), Field::src), "203.0.113.7");
  ASSERT_EQ(router.facts.host.routing_gaps.size(), 1u);
}

}  // namespace
}  // namespace fwproof::tests::ios
