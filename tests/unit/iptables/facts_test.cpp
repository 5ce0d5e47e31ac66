// ip addr, ip route and ipset save as facts.
#include <gtest/gtest.h>

#include "importers/ipset_save/importer.h"
#include "importers/linux_ip/importer.h"
#include "tests/unit/iptables/helpers.h"

namespace fwproof::tests {
namespace {

using model::LineClass;

struct Imported {
  importers::Facts facts;
  importers::ImportResult result;
};

Imported import(const importers::Importer& importer, const std::string& text) {
  Imported imported;
  const importers::Section section = section_of(text);
  imported.result = importer.import({&section, 1}, imported.facts);
  return imported;
}

std::string dump(const model::HostFacts& host) {
  std::string text;
  for (const auto& interface : host.interfaces) {
    text += interface.name;
    for (const model::Prefix& address : interface.addresses) text += " " + model::to_text(address);
    text += interface.mac.empty() ? "; " : " " + interface.mac + "; ";
  }
  for (const auto& route : host.routes) {
    text += model::to_text(route.to) + (route.via ? " via " + model::to_text(*route.via) : "") + " dev " + route.dev;
    text += route.discard ? " discard" : "";
    text += route.metric != 0 ? " metric " + std::to_string(route.metric) + "; " : "; ";
  }
  for (const auto& gap : host.routing_gaps) text += "gap: " + gap.text + "; ";
  return text;
}

constexpr const char* kAddr =
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n"
    "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
    "    inet 127.0.0.1/8 scope host lo\n"
    "       valid_lft forever preferred_lft forever\n"
    "    inet6 ::1/128 scope host \n"
    "2: eth0@if7: <BROADCAST,UP> mtu 1500\n"
    "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
    "    inet 192.0.2.1 peer 192.0.2.2/32 scope global eth0\n";

struct FactRow {
  std::string text;
  std::string expected;
};

TEST(LinuxIp, Reads) {
  const FactRow rows[] = {
      {kAddr, "lo 127.0.0.1/8 ::1 00:00:00:00:00:00; eth0 192.0.2.1 02:00:00:00:00:01; "},
      {"2: eth0    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever\n", "eth0 192.0.2.1/24; "},
      {"default via 192.0.2.254 dev eth0 metric 100\n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1\n",
       "0.0.0.0/0 via 192.0.2.254 dev eth0 metric 100; 192.0.2.0/24 dev eth0; "},
      {"2001:db8::/64 dev eth0 proto ra\ndefault dev ppp0 metric 5\n", "2001:db8::/64 dev eth0; ::/0 dev ppp0 metric 5; "},
      {"default proto static\n\tnexthop via 192.0.2.1 dev a weight 1\n\tnexthop via 192.0.2.2 dev b weight 1\n",
       "0.0.0.0/0 via 192.0.2.1 dev a; 0.0.0.0/0 via 192.0.2.2 dev b; "},
      {"[{\"ifname\":\"eth0\",\"address\":\"02:00:00:00:00:01\",\"addr_info\":[{\"family\":\"inet\",\"local\":\"192.0.2.1\",\"prefixlen\":24}]}]",
       "eth0 192.0.2.1/24 02:00:00:00:00:01; "},
      {"[{\"dst\":\"default\",\"gateway\":\"192.0.2.254\",\"dev\":\"eth0\",\"metric\":7,\"flags\":[]}]", "0.0.0.0/0 via 192.0.2.254 dev eth0 metric 7; "},
      {"blackhole 198.51.100.2 \nprohibit 192.0.2.0/24 metric 9\n", "198.51.100.2 dev  discard; 192.0.2.0/24 dev  discard metric 9; "},
      {"2001:db8::/64 dev eth0\nunreachable default dev lo metric 4294967295 error -101\n", "2001:db8::/64 dev eth0; ::/0 dev lo discard metric 4294967295; "},
      {"throw default \n2001:db8::/64 dev eth0\n", "2001:db8::/64 dev eth0; gap: a route that leaves the table (throw); "},
      {"default proto ra metric 5\n\tnexthop via fe80::1 dev a weight 1\n\tnexthop via fe80::2 dev b weight 1 dead linkdown\n\tnexthop via fe80::3 dev c weight 1\n",
       "::/0 via fe80::1 dev a; ::/0 via fe80::3 dev c; "},
      {"2001:db8::/64 dev eth0\ndefault via inet6 fe80::1 dev eth0\n", "2001:db8::/64 dev eth0; gap: a gateway of the other address family; "},
      {"throw 198.51.100.0/24 \n", "gap: a route that leaves the table (throw); "},
      {"default via 192.0.2.254 dev eth0 dead linkdown \ndefault via 192.0.2.253 dev eth1 metric 5\n", "0.0.0.0/0 via 192.0.2.253 dev eth1 metric 5; "},
      {"[{\"type\":\"blackhole\",\"dst\":\"198.51.100.2\",\"flags\":[]},{\"type\":\"throw\",\"dst\":\"192.0.2.2\",\"flags\":[]}]", "198.51.100.2 dev  discard; gap: a route that leaves the table (throw); "},
      {"[{\"dst\":\"default\",\"gateway\":\"192.0.2.254\",\"dev\":\"eth0\",\"flags\":[\"dead\",\"linkdown\"]}]", ""},
  };
  for (const FactRow& row : rows) {
    const auto imported = import(importers::linux_ip::importer(), row.text);
    EXPECT_EQ(dump(imported.facts.host), row.expected) << row.text;
    EXPECT_EQ(imported.result.accounts.at(0).count(LineClass::unrecognised), 0u) << row.text;
    const importers::Section section = section_of(row.text);
    EXPECT_EQ(importers::linux_ip::importer().starts_at(section.lines, 0),
              row.text.starts_with("default proto") ? importers::Claim::no : importers::Claim::yes) << row.text;
  }
  EXPECT_TRUE(import(importers::linux_ip::importer(), kAddr).facts.host.complete_addresses);
  EXPECT_FALSE(import(importers::linux_ip::importer(), rows[1].text).facts.host.complete_addresses);
}

// IFA_F_PERMANENT is not set where "dynamic" stands.
TEST(LinuxIp, TellsLeasedFromConfigured) {
  struct Row {
    std::string text;
    size_t leased, fixed;
  };
  const Row rows[] = {
      {"2: eth0: <UP> mtu 1500\n    inet 192.168.1.10/24 scope global eth0\n       valid_lft forever preferred_lft forever\n", 0, 1},
      {"2: eth0: <UP> mtu 1500\n    inet 192.168.1.10/24 scope global dynamic noprefixroute eth0\n       valid_lft 85933sec preferred_lft 85933sec\n", 1, 0},
      {"2: eth0: <UP> mtu 1500\n    inet 192.168.1.10/24 scope global eth0\n       valid_lft 85933sec preferred_lft 85933sec\n", 1, 0},
      {"2: eth0    inet 192.168.1.10/24 scope global eth0\\       valid_lft 5sec preferred_lft 5sec\n", 1, 0},
      {"2: eth0    inet 192.168.1.10/24 scope global eth0\\       valid_lft forever preferred_lft forever\n", 0, 1},
      {"2: eth0: <UP> mtu 1500\n    inet6 2001:db8::1/64 scope global proto kernel_ra\n", 1, 0},
      {"2: eth0: <UP> mtu 1500\n    inet6 2001:db8::1/64 scope global temporary\n", 1, 0},
      {"2: eth0: <UP> mtu 1500\n    inet6 2001:db8::1/64 scope global noprefixroute\n", 0, 1},
      {"2: eth0: <UP> mtu 1500\n    inet6 fe80::1/64 scope link proto kernel_ll\n", 0, 0},
      {R"([{"ifname":"eth0","addr_info":[{"family":"inet","local":"192.168.1.10","prefixlen":24,"dynamic":true}]}])", 1, 0},
      {R"([{"ifname":"eth0","addr_info":[{"family":"inet","local":"192.168.1.10","prefixlen":24}]}])", 0, 1},
  };
  for (const Row& row : rows) {
    const auto imported = import(importers::linux_ip::importer(), row.text);
    ASSERT_EQ(imported.facts.host.interfaces.size(), 1u) << row.text;
    EXPECT_EQ(imported.facts.host.interfaces[0].leased.size(), row.leased) << row.text;
    EXPECT_EQ(imported.facts.host.interfaces[0].fixed.size(), row.fixed) << row.text;
  }
}

// Without link lines somebody asked for one family.
TEST(LinuxIp, AHostWithoutIpv6TellsAllAddresses) {
  const std::string lo = "1: lo: <UP> mtu 65536\n", link = "    link/loopback 00:00:00:00:00:00\n", inet = "    inet 127.0.0.1/8 scope host lo\n";
  EXPECT_TRUE(import(importers::linux_ip::importer(), lo + link + inet).facts.host.complete_addresses);
  EXPECT_FALSE(import(importers::linux_ip::importer(), lo + inet).facts.host.complete_addresses);
  EXPECT_FALSE(import(importers::linux_ip::importer(), lo + "    link/loopback 00:00:00:00:00:00 promiscuity 0\n" + inet).facts.host.complete_addresses);
}

TEST(LinuxIp, BadInput) {
  EXPECT_EQ(diagnostic_ids(import(importers::linux_ip::importer(), "1: lo: <UP> mtu 1\n    inet 300.1.1.1/8\n").result), "address.invalid@2");
  EXPECT_EQ(diagnostic_ids(import(importers::linux_ip::importer(), "[{\"ifname\": 5,\n").result), "json.invalid@1");
  EXPECT_EQ(diagnostic_ids(import(importers::linux_ip::importer(), "1: lo: <UP> mtu 1\nrubbish\n").result), "line.unrecognised@2");
  EXPECT_EQ(diagnostic_ids(import(importers::linux_ip::importer(), "1: lo: <UP> mtu 1\n\\\n").result), "line.unrecognised@2");
}

TEST(IpsetSave, BadInput) {
  const auto& importer = importers::ipset_save::importer();
  EXPECT_EQ(diagnostic_ids(import(importer, "add nowhere 1.1.1.1\n").result), "set.missing@1");
  EXPECT_EQ(diagnostic_ids(import(importer, "create a hash:ip\nadd a 300.1.1.1\n").result), "address.invalid@2");
  EXPECT_EQ(diagnostic_ids(import(importer, "create a hash:frob\n").result), "value.unknown@1");
  EXPECT_EQ(diagnostic_ids(import(importer, "create a hash:ip\nrubbish\n").result), "line.unrecognised@2");
  EXPECT_FALSE(import(importer, "create a hash:ip\nadd a 300.1.1.1\n").facts.sets.at("a").opaque.empty());
}

TEST(IpsetSave, APortOfABridgeIsNoErrorOfTheFile) {
  const auto imported = import(importers::ipset_save::importer(), "create a hash:net,iface\nadd a 192.0.2.0/24,physdev:eth1\nadd a 192.0.2.0/25,eth0\n");
  EXPECT_EQ(diagnostic_ids(imported.result), "");
  EXPECT_EQ(imported.facts.sets.at("a").opaque, "an entry asks for a port of a bridge");
}

TEST(IpsetSave, MergesEntries) {
  std::string text = "create a hash:ip,port\ncreate b hash:ip netmask 24\nadd b 192.0.2.0\n";
  for (int i = 0; i < 256; ++i) text += "add a 192.0.2." + std::to_string(i) + ",tcp:80\n";
  const auto imported = import(importers::ipset_save::importer(), text);
  EXPECT_EQ(imported.facts.sets.at("a").entries.size(), 1u);
  EXPECT_EQ(model::prefix_texts(imported.facts.sets.at("b").addresses), std::vector<std::string>{"192.0.2.0/24"});
}

}  // namespace
}  // namespace fwproof::tests
