// What statements read and write: what is not there ends the rule (nft_payload.c, nft_lookup.c, nft_ct.c of Linux 6.1). Seen on Linux 6.18.
#include <gtest/gtest.h>

#include "tests/unit/nftables/support.h"

namespace fwproof::tests {
namespace {

constexpr const char* kTcp = "tcp 192.0.2.9:1025 198.51.100.1:22";
constexpr const char* kUdp = "udp 192.0.2.9:1025 198.51.100.1:22";
constexpr const char* kTcp6 = "tcp [2001:db8::9]:1025 [2001:db8::1]:22";

struct Row {
  const char* rule;
  const char* packet;
  const char* verdict;
};

std::string in_chain(const std::string& rules, const std::string& head = "type filter hook input priority filter; policy accept;") {
  return "table inet t {\n set s { type ipv4_addr; flags dynamic; }\n set s6 { type ipv6_addr; flags dynamic; }\n set p { type inet_service; flags dynamic; }\n"
         " set m { type ether_addr; flags dynamic; }\n map a { type ipv4_addr : inet_service; flags dynamic; }\n map k { type ipv4_addr . inet_service : mark; elements = { 192.0.2.9 . 22 : 5 }\n }\n"
         " counter c1 { }\n ct helper h { type \"ftp\" protocol tcp; }\n chain base {\n  " + head + "\n" + rules + "\n }\n}\n";
}

void expect(std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(verdict(in_chain(row.rule), row.packet), row.verdict) << row.rule << " | " << row.packet;
}

TEST(Reads, TheKeyOfASetEndsTheRule) {
  expect({{"add @s { ip saddr } drop", kTcp, "drop"},
          {"add @s { ip saddr } drop", kTcp6, "accept"},
          {"tcp dport 22 update @s { ip saddr timeout 1h } drop", kTcp6, "accept"},
          {"update @s6 { ip6 saddr timeout 1m } drop", kTcp, "accept"},
          {"delete @s { ip saddr } drop", kTcp6, "accept"},
          {"add @p { tcp dport } drop", kTcp, "drop"},
          {"add @p { tcp dport } drop", kUdp, "accept"},
          {"update @a { ip saddr : tcp dport } drop", kTcp, "drop"},
          {"update @a { ip saddr : tcp dport } drop", kUdp, "accept"},
          {"update @a { ip saddr : tcp dport } drop", kTcp6, "accept"},
          {"meter x { ip saddr limit rate over 5/second } drop", kTcp6, "accept"},
          {"add @s { ct original ip saddr } drop", "tcp 192.0.2.9:1025 198.51.100.1:22 state=invalid", "accept"},
          {"add @m { ether saddr } drop", kTcp, "depends"},
          {"meta mark set 1 add @s { ip saddr } accept\n meta mark 1 drop", kTcp6, "drop"},
          {"ip dscp cs1 drop", kTcp6, "accept"}});
  const auto document = [](const std::string& rule) {
    return "{\"nftables\": [{\"table\": {\"family\": \"inet\", \"name\": \"t\"}}, {\"map\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"a\", \"type\": \"ipv4_addr\", \"map\": \"inet_service\"}},\n"
           "{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"c\", \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"accept\"}},\n"
           "{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"c\", \"expr\": [" + rule + ", {\"drop\": null}]}}]}\n";
  };
  const std::string saddr = R"({"payload": {"protocol": "ip", "field": "saddr"}})", dport = R"({"payload": {"protocol": "tcp", "field": "dport"}})";
  EXPECT_EQ(verdict(document("{\"set\": {\"op\": \"add\", \"elem\": " + saddr + ", \"set\": \"@s\"}}"), kTcp6), "accept");
  EXPECT_EQ(verdict(document("{\"set\": {\"op\": \"update\", \"elem\": {\"elem\": {\"val\": " + saddr + ", \"timeout\": 60}}, \"set\": \"@s\"}}"), kTcp6), "accept");
  EXPECT_EQ(verdict(document("{\"map\": {\"op\": \"update\", \"elem\": " + saddr + ", \"data\": " + dport + ", \"map\": \"@a\"}}"), kUdp), "accept");
  EXPECT_EQ(verdict(document("{\"map\": {\"op\": \"update\", \"elem\": " + saddr + ", \"data\": " + dport + ", \"map\": \"@a\"}}"), kTcp), "drop");
}

TEST(Reads, AHeaderThatIsAssignedToEndsTheRule) {
  expect({{"ip dscp set cs1 drop", kTcp, "drop"},
          {"ip dscp set cs1 drop", kTcp6, "accept"},
          {"ip ttl set 65 drop", kTcp6, "accept"},
          {"ip6 hoplimit set 65 drop", kTcp, "accept"},
          {"ip6 hoplimit set 65 drop", kTcp6, "drop"},
          {"ip6 dscp set cs1 drop", kTcp, "accept"},
          {"tcp option maxseg size set 1400 drop", kTcp, "drop"},
          {"tcp option maxseg size set 1400 drop", kUdp, "accept"},
          {"tcp option maxseg size set rt mtu drop", kTcp, "depends"},
          {"tcp option maxseg size set rt mtu drop", kUdp, "accept"},
          {"reset tcp option sack-perm drop", kUdp, "accept"},
          {"tcp sequence set 5 drop", kUdp, "accept"},
          {"udp checksum set 0 drop", kTcp, "accept"},
          {"udp checksum set 0 drop", kUdp, "drop"},
          {"ether saddr set 02:00:00:00:00:01 drop", kTcp, "depends"},
          {"meta priority set 1:1 drop", kTcp6, "drop"},
          {"ct event set new drop", "tcp 192.0.2.9:1025 198.51.100.1:22 state=invalid", "drop"}});
  const std::string netdev = "table netdev n {\n chain i { type filter hook ingress device \"eth0\" priority 0; policy accept;\n ip dscp set cs1 drop\n }\n}\n";
  EXPECT_EQ(verdict(netdev, std::string(kTcp6) + " in=eth0"), "accept");
  EXPECT_EQ(verdict(netdev, std::string(kTcp) + " in=eth0"), "drop");
}

TEST(Reads, AMapWithoutTheKeyEndsTheRule) {
  const char* other = "tcp 192.0.2.9:1025 198.51.100.1:23";
  expect({{"counter name tcp dport map { 22 : \"c1\" } drop", kTcp, "drop"},
          {"counter name tcp dport map { 22 : \"c1\" } drop", other, "accept"},
          {"counter name tcp dport map { 22 : \"c1\" } drop", kUdp, "accept"},
          {"counter name \"c1\" drop", kUdp, "drop"},
          {"ct helper set tcp dport map { 22 : \"h\" } drop", kTcp, "drop"},
          {"ct helper set tcp dport map { 22 : \"h\" } drop", other, "accept"},
          {"ct helper set \"h\" drop", kUdp, "drop"},
          {"meta priority set tcp dport map { 22 : 1:1 } drop", other, "accept"},
          {"meta priority set tcp dport map { 22 : 1:1, * : 1:2 } drop", other, "drop"},
          {"ct event set tcp dport map { 22 : new } drop", other, "accept"},
          {"ip ttl set tcp dport map { 22 : 70 } drop", other, "accept"},
          {"ip daddr set tcp dport map { 22 : 198.51.100.9 } drop", kTcp, "drop"},
          {"ip daddr set tcp dport map { 22 : 198.51.100.9 } drop", other, "accept"},
          {"dup to tcp dport map { 22 : 198.51.100.9 } drop", other, "accept"},
          {"meta mark set ip saddr . tcp dport map @k drop", kTcp, "drop"},
          {"meta mark set ip saddr . tcp dport map @k drop", other, "accept"},
          {"meta mark set ip saddr . tcp dport map @nowhere drop", kTcp, "depends"},
          {"meta mark set tcp dport drop", kUdp, "accept"},
          {"meta mark set jhash tcp sport mod 8 drop", kUdp, "accept"},
          {"meta mark set jhash tcp sport mod 8 drop", kTcp, "drop"},
          {"meta mark set numgen inc mod 2 map { 0 : 1, 1 : 2 } drop", kUdp, "drop"},
          {"meta mark set numgen inc mod 3 map { 0 : 1, 1 : 2 } drop", kUdp, "depends"}});
  const auto document = [](const std::string& rule) {
    return "{\"nftables\": [{\"table\": {\"family\": \"inet\", \"name\": \"t\"}},\n"
           "{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"c\", \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"accept\"}},\n"
           "{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"c\", \"expr\": [" + rule + ", {\"drop\": null}]}}]}\n";
  };
  const std::string map = R"({"map": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": {"set": [[22, "x"]]}}})";
  for (const char* word : {"counter", "ct helper", "ct timeout", "secmark"}) {
    EXPECT_EQ(verdict(document("{\"" + std::string(word) + "\": " + map + "}"), kTcp), "drop") << word;
    EXPECT_EQ(verdict(document("{\"" + std::string(word) + "\": " + map + "}"), other), "accept") << word;
    EXPECT_EQ(verdict(document("{\"" + std::string(word) + "\": \"x\"}"), other), "drop") << word;
  }
}

// nft_numgen.c, nft_hash.c: a number for which the map has nothing translates nothing, nor does a packet without what is hashed.
TEST(Reads, ATranslationByANumberMayNotHappen) {
  const auto pre = [](const std::string& rule) {
    return "table ip n {\n chain pre { type nat hook prerouting priority dstnat;\n" + rule + "\n }\n chain f { type filter hook forward priority 0; policy drop;\n ip daddr 203.0.113.0/24 accept\n }\n}\n";
  };
  const std::string all = "dnat to numgen inc mod 2 map { 0 : 203.0.113.1, 1 : 203.0.113.2 }", hashed = "dnat to jhash tcp sport mod 2 map { 0 : 203.0.113.1, 1 : 203.0.113.2 }";
  EXPECT_EQ(verdict(pre(all), kTcp, model::Hook::forward), "accept");
  EXPECT_EQ(verdict(pre("dnat to numgen inc mod 3 map { 0 : 203.0.113.1, 1 : 203.0.113.2 }"), kTcp, model::Hook::forward), "depends");
  EXPECT_EQ(verdict(pre("dnat to numgen inc mod 2 offset 1 map { 0 : 203.0.113.1, 1 : 203.0.113.2 }"), kTcp, model::Hook::forward), "depends");
  EXPECT_EQ(verdict(pre(hashed), kTcp, model::Hook::forward), "accept");
  EXPECT_EQ(verdict(pre(hashed), kUdp, model::Hook::forward), "drop");
}

// nft_flow_offload_eval, nft_ct_expect_obj_eval: what cannot be taken over or expected ends the rule.
TEST(Reads, WhatFollowsAFlowtableOrAnExpectationDepends) {
  expect({{"flow add @f drop", kTcp, "depends"},
          {"tcp dport 22 flow add @f\n drop", kTcp, "drop"},
          {"ct expectation set \"e\" drop", kTcp, "depends"},
          {"ct expectation set \"e\" drop", "tcp 192.0.2.9:1025 198.51.100.1:22 state=established flags=16", "accept"}});
}

// nft_notrack_eval: behind conntrack only invalid packets lose their state.
TEST(Reads, NotrackBehindConntrackLeavesConnections) {
  const std::string rules = "table inet t {\n chain p { type filter hook prerouting priority mangle; policy accept;\n notrack accept\n }\n"
                            " chain i { type filter hook input priority filter; policy drop;\n ct state untracked accept\n }\n}\n";
  EXPECT_EQ(verdict(rules, kTcp), "drop");
  EXPECT_EQ(verdict(rules, std::string(kTcp) + " state=invalid"), "accept");
}

// nft_ct_get_eval: in front of conntrack there is no connection, except on lo.
TEST(Reads, TheConnectionIsNotThereInFrontOfConntrack) {
  const auto raw = [](const std::string& rule, const std::string& behind = "") {
    return "table inet t {\n chain p { type filter hook prerouting priority raw; policy accept;\n" + rule + "\n }\n chain i { type filter hook input priority filter; policy accept;\n" + behind + "\n }\n}\n";
  };
  for (const char* rule : {"meta mark set ct mark drop", "ct mark set ct mark drop", "ct mark set ct mark or 2 drop", "meta mark set ct mark and 3 drop", "add @x { ct mark } drop", "meta priority set ct mark drop"})
    EXPECT_EQ(verdict(raw(rule), kTcp), "depends") << rule;
  EXPECT_EQ(verdict(raw("ct mark set 5 drop"), kTcp), "drop");
  EXPECT_EQ(verdict(raw("ct mark set meta mark drop"), kTcp), "drop");
  EXPECT_EQ(verdict(raw("ct mark set 5", "ct mark 5 drop"), kTcp), "depends");
  EXPECT_EQ(verdict("table inet t {\n chain p { type filter hook prerouting priority mangle; policy accept;\n ct mark set 5\n }\n chain i { type filter hook input priority filter; policy accept;\n ct mark 5 drop\n }\n}\n", kTcp), "drop");
}

}  // namespace
}  // namespace fwproof::tests
