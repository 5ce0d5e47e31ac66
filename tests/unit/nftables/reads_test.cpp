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

}  // namespace
}  // namespace fwproof::tests
