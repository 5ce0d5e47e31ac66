// What the kernel does beside the rules: connection tracking, time to live, what a listing does not tell.
#include <gtest/gtest.h>

#include "tests/unit/nftables/support.h"

namespace fwproof::tests {
namespace {

using model::Hook;

constexpr const char* kTcp = "tcp 192.0.2.9:1025 198.51.100.1:22";
constexpr const char* kTcp6 = "tcp [2001:db8::9]:1025 [2001:db8::1]:22";

// nf_ct_netns_get: without a rule that asks for it, connections are not tracked, and without them no chain of type nat is called.
TEST(Connections, AChainOfTypeNatIsOnlyCalledWithConntrack) {
  const std::string nat = "table ip t {\n chain n { type nat hook prerouting priority dstnat; policy accept;\n tcp dport 22 drop\n }\n}\n";
  EXPECT_EQ(verdict(nat, kTcp), "depends");
  EXPECT_EQ(verdict(nat, "tcp 192.0.2.9:1025 198.51.100.1:23"), "accept");
  const std::string filter = " {\n chain f { type filter hook input priority 0; policy accept;\n ct state invalid drop\n }\n}\n";
  EXPECT_EQ(verdict(nat + "table ip x" + filter, kTcp), "drop");
  EXPECT_EQ(verdict(nat + "table inet x" + filter, kTcp), "drop");
  EXPECT_EQ(verdict(nat + "table ip6 x" + filter, kTcp), "depends");
  EXPECT_EQ(verdict(nat + "table ip x {\n chain p { type nat hook postrouting priority srcnat;\n masquerade\n }\n}\n", kTcp), "drop");
  EXPECT_EQ(verdict(nat + "table inet x {\n chain p { type nat hook prerouting priority 0;\n dnat ip6 to 2001:db8::7\n }\n}\n", kTcp), "depends");
  EXPECT_EQ(verdict(nat + "table ip x {\n chain p { type filter hook prerouting priority 0;\n ct mark set 5\n }\n}\n", kTcp), "drop");
  EXPECT_EQ(verdict(nat + "table ip x {\n chain p { type filter hook prerouting priority raw;\n notrack\n }\n}\n", "tcp 192.0.2.9:1025 198.51.100.1:23"), "accept");
}

// Answers look for their connection in the zone that rules give them (nf_conntrack_core.c, resolve_normal_ct).
TEST(Connections, AZoneLeavesTheStateOfAnswersOpen) {
  const auto rules = [](const std::string& zone) {
    return "table ip t {\n chain r { type filter hook prerouting priority raw; policy accept;\n " + zone + "\n }\n"
           " chain f { type filter hook forward priority filter; policy drop;\n ct state established,related accept\n iifname \"eth0\" accept\n }\n}\n";
  };
  const std::string first = std::string(kTcp) + " in=eth0", answer = "tcp 198.51.100.1:22 192.0.2.9:1025 in=eth1 state=established flags=18 dir=1";
  for (const char* zone : {"iifname \"eth0\" ct zone set 1", "ct zone set iifname map { \"eth0\" : 1 }", "iifname \"eth0\" ct original zone set 1"}) {
    EXPECT_EQ(verdict(rules(zone), first, Hook::forward), "accept") << zone;
    EXPECT_EQ(verdict(rules(zone), answer, Hook::forward), "depends") << zone;
  }
  EXPECT_EQ(verdict(rules("ct zone set 0"), answer, Hook::forward), "accept");
  // Behind conntrack it comes too late, except for packets that have no connection.
  const std::string late = "table ip t {\n chain r { type filter hook prerouting priority mangle; policy accept;\n ct zone set 1\n }\n"
                           " chain f { type filter hook forward priority filter; policy drop;\n ct state established,new accept\n }\n}\n";
  EXPECT_EQ(verdict(late, answer, Hook::forward), "accept");
  EXPECT_EQ(verdict(late, std::string(kTcp) + " state=invalid", Hook::forward), "depends");
}

// ip_forward, ip6_forward: what arrives with 1 or less is not forwarded; nor is what left with it, one router on.
TEST(Connections, ATimeToLiveThatEndsHereOrAtTheNextRouterDepends) {
  const auto rules = [](const std::string& rule, const std::string& hook = "prerouting") {
    return "table inet t {\n chain r { type filter hook " + hook + " priority filter; policy accept;\n " + rule + "\n }\n}\n";
  };
  EXPECT_EQ(verdict(rules("ip ttl set 1"), kTcp, Hook::forward), "depends");
  EXPECT_EQ(verdict(rules("ip ttl set 0 accept"), kTcp, Hook::forward), "depends");
  EXPECT_EQ(verdict(rules("ip ttl set 1"), kTcp6, Hook::forward), "accept");
  EXPECT_EQ(verdict(rules("ip ttl set 1 drop"), kTcp, Hook::forward), "drop");
  EXPECT_EQ(verdict(rules("ip saddr 192.0.2.8 ip ttl set 1"), kTcp, Hook::forward), "accept");
  EXPECT_EQ(verdict(rules("ip6 hoplimit set 1"), kTcp6, Hook::forward), "depends");
  EXPECT_EQ(verdict(rules("ip ttl set tcp dport map { 22 : 1 }"), kTcp, Hook::forward), "depends");
  EXPECT_EQ(verdict(rules("ip ttl set tcp dport map { 22 : 1 }"), "tcp 192.0.2.9:1025 198.51.100.1:23", Hook::forward), "accept");
  EXPECT_EQ(verdict(rules("ip ttl set tcp dport map { 22 : 64 }"), kTcp, Hook::forward), "accept");
  EXPECT_EQ(verdict(rules("ip ttl set 64"), kTcp, Hook::forward), "accept");
  EXPECT_EQ(verdict(rules("ip ttl set 2"), kTcp, Hook::forward), "accept");
  EXPECT_EQ(verdict(rules("ip ttl set 1", "postrouting"), kTcp, Hook::forward), "depends");
  EXPECT_EQ(verdict(rules("ip ttl set 1", "input"), kTcp, Hook::input), "accept");
}

// nft clears the host bits of a prefix that it reads, but lists 'ip saddr & 255.255.255.0 == 192.0.2.5', which never matches, in the same words.
TEST(Connections, APrefixWithHostBitsDepends) {
  const auto rules = [](const std::string& match) {
    return "table ip t {\n chain c {\n  type filter hook input priority filter; policy accept;\n  " + match + " drop\n }\n}\n";
  };
  EXPECT_EQ(verdict(rules("ip saddr 192.0.2.5/24"), kTcp), "depends");
  EXPECT_EQ(verdict(rules("ip saddr 192.0.3.5/24"), kTcp), "accept");
  EXPECT_EQ(verdict(rules("ip saddr != 192.0.2.5/24"), kTcp), "depends");
  EXPECT_EQ(verdict(rules("ip saddr != 192.0.3.5/24"), kTcp), "drop");
  EXPECT_EQ(verdict(rules("ip saddr 192.0.2.0/24"), kTcp), "drop");
  EXPECT_EQ(verdict(rules("ip saddr { 192.0.2.5/24 }"), kTcp), "drop");
  EXPECT_EQ(verdict(rules("ip saddr & 255.255.255.0 == 192.0.2.5"), kTcp), "accept");
  EXPECT_EQ(verdict(rules("meta mark 0x00000006/0"), kTcp), "depends");
  // No listing holds these.
  EXPECT_EQ(verdict("flush ruleset\n" + rules("ip saddr 192.0.2.5/24"), kTcp), "drop");
  EXPECT_EQ(verdict("define net = 192.0.2.5/24\n" + rules("ip saddr $net"), kTcp), "drop");
  EXPECT_EQ(verdict("#!/usr/sbin/nft -f\n" + rules("ip saddr 192.0.2.5/24"), kTcp), "drop");
  EXPECT_EQ(verdict("# Warning: table ip t is managed by iptables-nft, do not touch!\n" + rules("ip saddr 192.0.2.5/24"), kTcp), "depends");
  const auto document = [](const std::string& prefix, const std::string& before = "") {
    return "{\"nftables\": [" + before + "{\"table\": {\"family\": \"ip\", \"name\": \"t\"}}, {\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"accept\"}},\n"
           "{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c\", \"expr\": [{\"match\": {\"op\": \"==\", \"left\": " + prefix + "}}, {\"drop\": null}]}}]}\n";
  };
  const std::string saddr = R"({"payload": {"protocol": "ip", "field": "saddr"}}, "right": {"prefix": {"addr": "192.0.2.5", "len": 24}})";
  EXPECT_EQ(verdict(document(saddr), kTcp), "depends");
  EXPECT_EQ(verdict(document(saddr, "{\"flush\": {\"ruleset\": null}}, "), kTcp), "drop");
  EXPECT_EQ(verdict(document(R"({"meta": {"key": "mark"}}, "right": {"prefix": {"addr": 6, "len": 0}})"), kTcp), "depends");
}

// xt_conntrack.c: a packet without connection is only asked for its state; nft lists the match as if each part were asked for.
TEST(Connections, ListingsOfIptablesLeaveInvalidPacketsOpen) {
  const auto rules = [](const std::string& table, const std::string& chain) {
    return table + " {\n chain " + chain + " {\n  type filter hook input priority filter; policy accept;\n  ct direction reply ct state invalid,new counter packets 0 bytes 0 drop\n }\n}\n";
  };
  const std::string invalid = std::string(kTcp) + " state=invalid", answer = "tcp 192.0.2.9:22 198.51.100.1:1025 state=established dir=1 flags=18";
  EXPECT_EQ(verdict(rules("table ip filter", "INPUT"), invalid), "depends");
  EXPECT_EQ(verdict(rules("# Warning: table ip mine is managed by iptables-nft, do not touch!\ntable ip mine", "in"), invalid), "depends");
  EXPECT_EQ(verdict(rules("table ip filter", "INPUT"), answer), "accept");
  EXPECT_EQ(verdict(rules("table ip filter", "INPUT"), kTcp), "accept");
  EXPECT_EQ(verdict(rules("table inet filter", "input"), invalid), "accept");
}

}  // namespace
}  // namespace fwproof::tests
