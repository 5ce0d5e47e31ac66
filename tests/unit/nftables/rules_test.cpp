// One construct at a time: a rule in an input chain with policy accept, packets, and what becomes of them.
#include <gtest/gtest.h>

#include "tests/unit/nftables/support.h"

namespace fwproof::tests {
namespace {

struct Row {
  const char* rule;
  const char* packet;
  const char* verdict;
};

std::string in_chain(const std::string& rules) {
  return "table inet t {\n set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.5-192.0.2.9 comment \"x\" }\n }\n"
         " set p { type ipv4_addr . inet_service; elements = { 192.0.2.9 . 22, 192.0.2.8 . 80-90 }\n }\n"
         " set filled { type ipv4_addr; flags dynamic; }\n"
         " map v { type inet_service : verdict; elements = { 22 : drop, 80 : jump sub, 90-99 : goto sub, 25 : continue }\n }\n"
         " chain sub { ip saddr 192.0.2.9 drop\n return\n }\n"
         " chain base {\n  type filter hook input priority filter; policy accept;\n" + rules + "\n }\n}\n";
}

constexpr const char* kTcp22 = "tcp 192.0.2.9:1025 198.51.100.1:22";

TEST(Rules, Decide) {
  const Row rows[] = {
      {"tcp dport 22 drop", kTcp22, "drop"},
      {"tcp dport ssh drop", kTcp22, "drop"},
      {"tcp dport 20-30 drop", kTcp22, "drop"},
      {"tcp dport != 22 drop", kTcp22, "accept"},
      {"tcp dport != 22 drop", "udp 192.0.2.9:1025 198.51.100.1:53", "accept"},     // asks for TCP all the same
      {"tcp dport { 22, 80-90 } drop", kTcp22, "drop"},
      {"tcp dport != { 23, 80-90 } drop", kTcp22, "drop"},
      {"tcp dport < 22 drop", kTcp22, "accept"},
      {"tcp dport <= 22 drop", kTcp22, "drop"},
      {"tcp dport 22 reject", kTcp22, "reject"},
      {"udp dport 22 reject with tcp reset", kTcp22, "accept"},
      {"reject with tcp reset", "udp 192.0.2.9:1025 198.51.100.1:53", "accept"},
      {"reject with icmpv6 type no-route", kTcp22, "accept"},
      {"reject with icmpx type host-unreachable", kTcp22, "reject"},
      {"th dport 53 drop", "udp 192.0.2.9:1025 198.51.100.1:53", "drop"},
      {"th dport 53 drop", "gre 192.0.2.9 198.51.100.1", "depends"},
      {"meta l4proto { tcp, udp } th dport 53 drop", "gre 192.0.2.9 198.51.100.1", "accept"},
      {"ip saddr 192.0.2.0/24 drop", kTcp22, "drop"},
      {"ip saddr 192.0.2.1-192.0.2.20 drop", kTcp22, "drop"},
      {"ip saddr != 192.0.2.0/24 drop", "tcp [2001:db8::9]:1025 [2001:db8::1]:22", "accept"},  // asks for IPv4 all the same
      {"ip6 saddr 2001:db8::/32 drop", "tcp [2001:db8::9]:1025 [2001:db8::1]:22", "drop"},
      {"ip saddr @s drop", kTcp22, "drop"},
      {"ip saddr != @s drop", kTcp22, "accept"},
      {"ip saddr @filled drop\n add @filled { ip saddr }", kTcp22, "depends"},
      {"ip saddr @nowhere drop", kTcp22, "depends"},
      {"ip saddr . tcp dport @p drop", kTcp22, "drop"},
      {"ip saddr . tcp dport @p drop", "tcp 192.0.2.9:1025 198.51.100.1:80", "accept"},
      {"ip saddr . tcp dport != { 192.0.2.9 . 22 } drop", kTcp22, "accept"},
      {"ip protocol . th dport { tcp . 22, udp . 53 } drop", kTcp22, "drop"},
      {"ip saddr & 255.255.255.0 == 192.0.2.0 drop", kTcp22, "drop"},
      {"ip daddr | 0.0.0.255 == 198.51.100.255 drop", kTcp22, "drop"},
      {"tcp dport vmap @v", kTcp22, "drop"},
      {"tcp dport vmap @v", "tcp 192.0.2.9:1025 198.51.100.1:80", "drop"},
      {"tcp dport vmap @v\n drop", "tcp 192.0.2.8:1025 198.51.100.1:80", "drop"},
      {"tcp dport vmap @v\n drop", "tcp 192.0.2.8:1025 198.51.100.1:95", "accept"},  // goto comes back to the chain's policy
      {"tcp dport vmap { 23 : accept, * : drop }", kTcp22, "drop"},
      {"tcp dport vmap { 22 : accept, * : drop }\n drop", kTcp22, "accept"},
      {"tcp dport vmap { 80 : drop } drop", kTcp22, "accept"},                        // no element: the rule ends
      {"ct state vmap { established : accept, new : drop }", kTcp22, "drop"},
      {"ct state established,related accept\n drop", "tcp 192.0.2.9:1025 198.51.100.1:22 state=related flags=16", "accept"},
      {"ct state != established drop", kTcp22, "drop"},
      {"ct state ! new,untracked drop", kTcp22, "accept"},
      {"ct state == established,related accept\n drop", "tcp 192.0.2.9:1025 198.51.100.1:22 state=related", "drop"},
      {"ct state established | related drop", "tcp 192.0.2.9:1025 198.51.100.1:22 state=related", "depends"},
      {"ct state established | related drop", kTcp22, "accept"},
      {"ct status dnat drop", "tcp 192.0.2.9:1025 198.51.100.1:22 status=2", "drop"},
      {"ct status dnat drop", "tcp 192.0.2.9:1025 198.51.100.1:22 status=1", "accept"},
      {"ct status & (snat | dnat) == 0 drop", kTcp22, "drop"},
      {"ct status assured drop", kTcp22, "depends"},
      {"ct direction reply drop", "tcp 192.0.2.9:1025 198.51.100.1:22 dir=1 state=established", "drop"},
      {"ct mark != 5 drop", "tcp 192.0.2.9:1025 198.51.100.1:22 state=invalid", "accept"},
      {"tcp flags syn drop", kTcp22, "drop"},
      {"tcp flags syn,ack drop", "tcp 192.0.2.9:1025 198.51.100.1:22 flags=16", "drop"},
      {"tcp flags == syn drop", "tcp 192.0.2.9:1025 198.51.100.1:22 flags=18", "accept"},
      {"tcp flags & (fin|syn|rst|ack) == syn drop", kTcp22, "drop"},
      {"tcp flags syn / fin,syn,rst,ack drop", kTcp22, "drop"},
      {"tcp flags != syn / fin,syn,rst,ack drop", kTcp22, "accept"},
      {"icmp type echo-request drop", "icmp 192.0.2.9 198.51.100.1 type=8", "drop"},
      {"icmp type echo-request drop", "icmpv6 2001:db8::9 2001:db8::1 type=8", "accept"},
      {"icmpv6 type { nd-neighbor-solicit, echo-request } drop", "icmpv6 2001:db8::9 2001:db8::1 type=128", "drop"},
      {"icmpv6 type echo-request icmpv6 code 1 drop", "icmpv6 2001:db8::9 2001:db8::1 type=128", "accept"},
      {"meta nfproto ipv6 drop", kTcp22, "accept"},
      {"meta protocol vmap { ip : drop, ip6 : accept }", kTcp22, "drop"},
      {"iifname \"eth*\" drop", "tcp 192.0.2.9:1025 198.51.100.1:22 in=eth7", "drop"},
      {"iifname \"eth\\*\" drop", "tcp 192.0.2.9:1025 198.51.100.1:22 in=eth7", "accept"},
      {"iif != lo drop", "tcp 192.0.2.9:1025 198.51.100.1:22 in=lo", "accept"},
      {"iifname { lo, \"br*\" } drop", "tcp 192.0.2.9:1025 198.51.100.1:22 in=br0", "drop"},
      {"iifname vmap { lo : accept, \"eth0\" : drop }", "tcp 192.0.2.9:1025 198.51.100.1:22 in=eth0", "drop"},
      {"iif 2 drop", kTcp22, "depends"},
      {"meta mark 5 drop", "tcp 192.0.2.9:1025 198.51.100.1:22 mark=5", "drop"},
      {"meta mark & 0x4 == 0x4 drop", "tcp 192.0.2.9:1025 198.51.100.1:22 mark=5", "drop"},
      {"meta mark and 0x4 != 0 drop", "tcp 192.0.2.9:1025 198.51.100.1:22 mark=1", "accept"},
      {"meta mark set 5 ip saddr 1.2.3.4 accept\n meta mark 5 drop", kTcp22, "drop"},
      {"meta mark 0 meta mark set 5 return\n drop", kTcp22, "accept"},
      {"meta mark set tcp dport map { 22 : 7 }\n meta mark 7 drop", kTcp22, "drop"},
      {"meta mark set tcp dport map { 23 : 7 } drop", kTcp22, "accept"},
      {"meta mark set 3 meta mark set meta mark & 0x1 | 0x8\n meta mark 9 drop", kTcp22, "drop"},
      {"ct mark set meta mark\n ct mark 5 drop", "tcp 192.0.2.9:1025 198.51.100.1:22 mark=5", "drop"},
      {"limit rate 5/second drop", kTcp22, "depends"},
      {"ct count over 5 drop", kTcp22, "depends"},
      {"quota over 5 mbytes drop", kTcp22, "depends"},
      {"meter m { ip saddr limit rate over 5/second burst 5 packets } drop", kTcp22, "depends"},
      {"update @filled { ip saddr timeout 1m limit rate over 5/second } drop", kTcp22, "depends"},
      {"fib daddr type local drop", kTcp22, "drop"},
      {"fib daddr type != local drop", kTcp22, "accept"},
      {"fib daddr type { broadcast, multicast } drop", "udp 192.0.2.9:1025 224.0.0.5:53", "drop"},
      {"fib daddr type broadcast drop", kTcp22, "accept"},                            // one of the host's own is none
      {"fib saddr . iif oif missing drop", kTcp22, "depends"},
      {"ip frag-off & 0x1fff != 0 drop", "tcp 192.0.2.9:1025 198.51.100.1:22 fragment=1", "drop"},
      {"@th,16,16 22 drop", kTcp22, "depends"},
      {"meta skuid 0 drop", kTcp22, "depends"},
      {"ip dscp cs1 drop", kTcp22, "depends"},
      {"queue num 1 bypass", kTcp22, "depends"},
      {"xt target \"FOO\"", kTcp22, "depends"},
      {"xt match \"recent\" drop", kTcp22, "depends"},
      {"tcp dport 22 # xt_recent counter drop", kTcp22, "depends"},
      {"tcp dport 22 # a comment drop", kTcp22, "accept"},
      {"tcp dport 22 counter packets 5 bytes 60 log prefix \"no \" level info drop comment \"x; y\"", kTcp22, "drop"},
      {"log flags all prefix \"a b\" group 2 drop", kTcp22, "drop"},
      {"tcp dport 22 jump sub\n accept", kTcp22, "drop"},
      {"jump sub; drop", "tcp 192.0.2.8:1025 198.51.100.1:22", "drop"},
      {"some thing new", kTcp22, "depends"},
      {"tcp dport 22 frobnicate drop", kTcp22, "depends"},
      {"tcp dport 99999 drop", kTcp22, "depends"},
      {"ip saddr 300.1.1.1 drop", kTcp22, "depends"},
      {"ip saddr host.example drop", kTcp22, "depends"},
      {"ip saddr $nothing drop", kTcp22, "depends"},
      {"ip6 nexthdr tcp drop", "tcp [2001:db8::9]:1025 [2001:db8::1]:22", "drop"},
      {"ip daddr set 1.2.3.4\n ip daddr 1.2.3.4 drop", kTcp22, "drop"},
      {"ip ttl set 5 drop", kTcp22, "drop"},
      {"meta l4proto != tcp accept\n drop", kTcp22, "drop"},
      {"tcp dport 8 \\\n drop", "tcp 192.0.2.9:1025 198.51.100.1:8", "drop"},
  };
  for (const Row& row : rows) EXPECT_EQ(verdict(in_chain(row.rule), row.packet), row.verdict) << row.rule << " | " << row.packet;
}

TEST(Rules, DefinesAndCommands) {
  const std::string head = "define wan = eth0\ndefine ports = { 22, 80 }\ndefine more = { $ports, 443 }\nflush ruleset\nadd table inet t\n"
                           "add chain inet t c { type filter hook input priority 0 ; policy drop ; }\n";
  EXPECT_EQ(verdict(head + "add rule inet t c iifname $wan tcp dport $more accept\n", std::string(kTcp22) + " in=eth0"), "accept");
  EXPECT_EQ(verdict(head + "nft add rule inet t c tcp dport 22 accept\nnft insert rule inet t c tcp dport 22 drop\n", kTcp22), "drop");
  EXPECT_EQ(verdict(head + "add rule inet t c tcp dport 22 accept\nflush chain inet t c\n", kTcp22), "drop");
  EXPECT_EQ(verdict(head + "add rule inet t c tcp dport 22 accept\ndelete rule inet t c handle 4\n", kTcp22), "depends");
  EXPECT_EQ(verdict(head + "add set inet t s { type inet_service; }\nadd element inet t s { 22 }\nadd rule inet t c tcp dport @s accept\n", kTcp22), "accept");
  EXPECT_EQ(verdict(head + "include \"/etc/nftables.d/*.nft\"\n", kTcp22), "depends");
  EXPECT_EQ(verdict(head + "delete table inet t\n", kTcp22), "accept");
  EXPECT_EQ(verdict(head + "add rule inet t other tcp dport 22 accept\n", kTcp22), "depends");
}

TEST(Rules, OrderOfChains) {
  const std::string two = "table inet a {\n chain x { type filter hook input priority 10; policy accept;\n tcp dport 22 drop\n }\n"
                          " chain y { type filter hook input priority filter; policy drop;\n tcp dport 22 accept\n }\n}\n";
  EXPECT_EQ(verdict(two, kTcp22), "drop");  // accept ends only its own chain
  const std::string dormant = "table inet a { flags dormant;\n chain x { type filter hook input priority 0; policy drop; }\n}\n";
  EXPECT_EQ(verdict(dormant, kTcp22), "accept");
  const std::string early = "table inet a {\n chain x { type filter hook prerouting priority raw;\n ct state new drop\n }\n}\n";
  EXPECT_EQ(verdict(early, kTcp22), "depends");
  const std::string notrack = "table inet a {\n chain x { type filter hook prerouting priority raw;\n notrack\n }\n"
                              " chain y { type filter hook input priority 0;\n ct state untracked drop\n }\n}\n";
  EXPECT_EQ(verdict(notrack, kTcp22), "drop");
  const std::string ingress = "table netdev n {\n chain i { type filter hook ingress device \"eth0\" priority 0; policy accept;\n ip saddr 192.0.2.9 drop\n }\n}\n";
  EXPECT_EQ(verdict(ingress, std::string(kTcp22) + " in=eth0"), "drop");
  EXPECT_EQ(verdict(ingress, std::string(kTcp22) + " in=eth1"), "accept");
  EXPECT_EQ(verdict("table bridge b {\n chain c { type filter hook input priority 0; policy drop; }\n}\n", kTcp22), "depends");
  EXPECT_EQ(verdict("table bridge b {\n chain c { type filter hook input priority 0; policy accept; }\n}\n", kTcp22), "accept");
  EXPECT_EQ(verdict("table arp b {\n chain c { type filter hook input priority 0; policy drop; }\n}\n", kTcp22), "accept");
  EXPECT_EQ(verdict("table ip b {\n chain c { type filter hook input priority whenever; policy accept; }\n}\n", kTcp22), "depends");
}

std::string leaves(const std::string& rules, const std::string& words, model::Hook hook) {
  const model::Outcome out = outcome(rules, words, hook);
  const auto text = [&](model::Field field) {
    return out.out.has(field) ? model::to_text(model::Address{out.out.family, out.out.get(field)}) : std::string("?");
  };
  const auto port = [&](model::Field field) { return out.out.has(field) ? std::to_string(static_cast<unsigned>(out.out.get(field))) : std::string("?"); };
  return text(model::Field::src) + ":" + port(model::Field::src_port) + " " + text(model::Field::dst) + ":" + port(model::Field::dst_port);
}

TEST(Rules, Translate) {
  const auto pre = [](const std::string& rules) { return "table ip n {\n map m { type inet_service : ipv4_addr; elements = { 80 : 10.0.0.8 }\n }\n chain pre { type nat hook prerouting priority dstnat;\n" + rules + "\n }\n}\n"; };
  const std::string way = "tcp 192.0.2.9:1025 198.51.100.1:80";
  using model::Hook;
  EXPECT_EQ(leaves(pre("tcp dport 80 dnat to 10.0.0.2:8080"), way, Hook::forward), "192.0.2.9:1025 10.0.0.2:8080");
  EXPECT_EQ(leaves(pre("tcp dport 80 dnat 10.0.0.2"), way, Hook::forward), "192.0.2.9:1025 10.0.0.2:80");
  EXPECT_EQ(leaves(pre("tcp dport 80 dnat to 10.0.0.2-10.0.0.3:8080-8090"), way, Hook::forward), "192.0.2.9:1025 ?:?");
  EXPECT_EQ(leaves(pre("tcp dport 80 dnat to :8080"), way, Hook::forward), "192.0.2.9:1025 198.51.100.1:8080");
  EXPECT_EQ(leaves(pre("dnat to tcp dport map @m"), way, Hook::forward), "192.0.2.9:1025 10.0.0.8:80");
  EXPECT_EQ(leaves(pre("dnat to tcp dport map { 81 : 10.0.0.9 }"), way, Hook::forward), "192.0.2.9:1025 198.51.100.1:80");
  EXPECT_EQ(leaves(pre("dnat ip addr . port to tcp dport map { 80 : 10.0.0.9 . 81 }"), way, Hook::forward), "192.0.2.9:1025 10.0.0.9:81");
  EXPECT_EQ(leaves(pre("tcp dport 80 dnat to 10.0.0.7 : tcp dport map { 80 : 8080 }"), way, Hook::forward), "192.0.2.9:1025 10.0.0.7:8080");
  EXPECT_EQ(leaves(pre("dnat ip prefix to ip daddr map { 198.51.100.0/24 : 10.9.8.0/24 }"), way, Hook::forward), "192.0.2.9:1025 10.9.8.1:80");
  EXPECT_EQ(leaves(pre("tcp dport 80 redirect to :3128"), way, Hook::input), "192.0.2.9:1025 198.51.100.1:3128");
  EXPECT_EQ(leaves(pre("dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }"), way, Hook::forward), "192.0.2.9:1025 ?:80");
  EXPECT_EQ(leaves("table ip n {\n chain post { type nat hook postrouting priority srcnat;\n snat to 203.0.113.5\n }\n}\n", way, Hook::forward), "203.0.113.5:? 198.51.100.1:80");
  EXPECT_EQ(leaves("table inet n {\n chain pre { type nat hook prerouting priority dstnat;\n tcp dport 80 dnat ip6 to [2001:db8::7]:81\n }\n}\n",
                   "tcp [2001:db8::9]:1025 [2001:db8::1]:80", Hook::forward), "2001:db8::9:1025 2001:db8::7:81");
  EXPECT_EQ(leaves("table inet n {\n chain pre { type nat hook prerouting priority dstnat;\n tcp dport 80 dnat ip6 to [2001:db8::7]:81\n }\n}\n", way, Hook::forward),
            "192.0.2.9:1025 198.51.100.1:80");
  // The next nat chain is asked unless one has translated, and the one added last comes first.
  const std::string several = "table ip n {\n chain one { type nat hook prerouting priority 0;\n tcp dport 80 dnat to 10.0.0.1\n }\n chain two { type nat hook prerouting priority 0;\n jump sub\n }\n"
                              " chain sub {\n tcp sport 1025 accept\n tcp sport 1026 dnat to 10.0.0.2\n }\n}\n";
  EXPECT_EQ(leaves(several, way, Hook::forward), "192.0.2.9:1025 10.0.0.1:80");
  EXPECT_EQ(leaves(several, "tcp 192.0.2.9:1026 198.51.100.1:80", Hook::forward), "192.0.2.9:1026 10.0.0.2:80");
  EXPECT_EQ(verdict("table ip n {\n chain post { type nat hook postrouting priority srcnat;\n oifname \"wan\" masquerade fully-random\n }\n}\n", way + " out=wan", Hook::forward), "accept");
  EXPECT_EQ(verdict("table ip n {\n chain f { type filter hook forward priority 0;\n dnat to 10.0.0.1\n }\n}\n", way, Hook::forward), "depends");
  // What a translation leaves in the connection's status; nothing when it changes nothing.
  const std::string status = "table ip n {\n chain pre { type nat hook prerouting priority dstnat;\n dnat to 10.0.0.1\n }\n chain f { type filter hook forward priority 0; policy drop;\n ct status dnat accept\n }\n}\n";
  EXPECT_EQ(verdict(status, way, Hook::forward), "accept");
  EXPECT_EQ(verdict(status, "tcp 192.0.2.9:1025 10.0.0.1:80", Hook::forward), "drop");
}

// An answer gets its destination back at priority -100 of prerouting, also where only postrouting has a nat chain (nf_nat_register_fn).
TEST(Rules, TheNatCoreStandsAtAllHooks) {
  auto host = import_rules(
      "table ip n {\n chain post {\n type nat hook postrouting priority srcnat; policy accept;\n snat to 203.0.113.1\n }\n}\n"
      "table ip f {\n chain early {\n type filter hook prerouting priority raw; policy accept;\n ip daddr 203.0.113.1 drop\n }\n"
      " chain late {\n type filter hook prerouting priority 0; policy accept;\n ip daddr 203.0.113.1 drop\n }\n}\n");
  const model::Policy& policy = bound_policy(host, false);
  model::Translation undo;
  undo.src = model::parse_address("192.0.2.10")->value;
  model::EvaluateOptions options;
  options.undo = &undo;
  const auto verdict = [&](const char* words) { return model::evaluate(policy, model::Hook::forward, packet(policy, words), options).verdict; };
  EXPECT_EQ(verdict("udp 198.51.100.7:53 203.0.113.1:1025 state=established dir=1"), model::Verdict::drop);
  EXPECT_EQ(verdict("udp 198.51.100.7:53 203.0.113.2:1025 state=established dir=1"), model::Verdict::accept);
}

// nft_notrack_eval: an invalid packet has no connection that could stay.
TEST(Rules, NotrackTakesInvalidPackets) {
  auto host = import_rules(
      "table ip f {\n chain pre {\n type filter hook prerouting priority mangle; policy accept;\n notrack\n ct state invalid drop\n ct state untracked udp dport 53 drop\n }\n}\n");
  const model::Policy& policy = bound_policy(host, false);
  const auto verdict = [&](const char* words) { return model::evaluate(policy, model::Hook::forward, packet(policy, words)).verdict; };
  EXPECT_EQ(verdict("udp 192.0.2.7:1025 192.0.2.8:80 state=invalid"), model::Verdict::accept);
  EXPECT_EQ(verdict("udp 192.0.2.7:1025 192.0.2.8:53 state=invalid"), model::Verdict::drop);
  EXPECT_EQ(verdict("udp 192.0.2.7:1025 192.0.2.8:53 state=new"), model::Verdict::accept);
}

TEST(Rules, Json) {
  const auto document = [](const std::string& rule) {
    return "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}},\n{\"table\": {\"family\": \"inet\", \"name\": \"t\", \"handle\": 1}},\n"
           "{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"c\", \"handle\": 1, \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"accept\"}},\n"
           "{\"set\": {\"family\": \"inet\", \"name\": \"s\", \"table\": \"t\", \"type\": \"ipv4_addr\", \"flags\": [\"interval\"], \"elem\": [{\"prefix\": {\"addr\": \"192.0.2.0\", \"len\": 24}}]}},\n"
           "{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"c\", \"handle\": 5, \"expr\": [" + rule + "]}}]}\n";
  };
  const auto match = [](const std::string& left, const std::string& right, const std::string& op = "==") {
    return "{\"match\": {\"op\": \"" + op + "\", \"left\": " + left + ", \"right\": " + right + "}}, ";
  };
  const std::string dport = R"({"payload": {"protocol": "tcp", "field": "dport"}})", saddr = R"({"payload": {"protocol": "ip", "field": "saddr"}})";
  const std::string state = R"({"ct": {"key": "state"}})", drop = R"({"drop": null})";
  const std::vector<std::pair<std::string, std::string>> table = {
      {match(dport, "22") + drop, "drop"},
      {match(dport, "{\"set\": [23, {\"range\": [20, 22]}]}") + drop, "drop"},
      {match(dport, "{\"set\": [23]}", "!=") + drop, "drop"},
      {match(saddr, "\"@s\"") + drop, "drop"},
      {match(saddr, "\"@s\"", "!=") + drop, "accept"},
      {match("{\"concat\": [" + saddr + ", " + dport + "]}", "{\"set\": [{\"concat\": [\"192.0.2.9\", 22]}]}") + drop, "drop"},
      {match(state, "[\"established\", \"new\"]", "in") + drop, "drop"},
      {match(state, "\"new\"", "in") + drop, "drop"},
      {match("{\"&\": [" + saddr + ", \"255.255.255.0\"]}", "\"192.0.2.0\"") + drop, "drop"},
      {match("{\"meta\": {\"key\": \"iifname\"}}", "\"lo\"") + drop, "accept"},
      {match("{\"fib\": {\"result\": \"type\", \"flags\": [\"daddr\"]}}", "\"local\"") + drop, "drop"},
      {"{\"vmap\": {\"key\": " + dport + ", \"data\": {\"set\": [[22, {\"drop\": null}], [80, {\"jump\": {\"target\": \"c2\"}}]]}}}", "drop"},
      {"{\"limit\": {\"rate\": 5, \"per\": \"second\"}}, " + drop, "depends"},
      {"{\"counter\": {\"packets\": 0, \"bytes\": 0}}, " + drop, "drop"},
      {"{\"mangle\": {\"key\": {\"meta\": {\"key\": \"mark\"}}, \"value\": 5}}, " + match("{\"meta\": {\"key\": \"mark\"}}", "5") + drop, "drop"},
      {"{\"reject\": {\"type\": \"tcp reset\"}}", "reject"},
      {"{\"xt\": {\"type\": \"target\", \"name\": \"X\"}}", "depends"},
      {"{\"novelty\": 5}", "depends"},
  };
  for (const auto& [rule, expected] : table) EXPECT_EQ(verdict(document(rule), kTcp22), expected) << rule;
}

}  // namespace
}  // namespace fwproof::tests
