// The text, and what network and dhcp say of the router's place.
#include "tests/unit/openwrt/router.h"

#include "model/address.h"

namespace fwproof::tests {
namespace {

using model::DiagnosticId;
using model::LineClass;

std::string interfaces(const Router& router) {
  std::string text;
  for (const auto& fact : router.host.facts.interfaces) {
    text += (text.empty() ? "" : "; ") + fact.name;
    for (const model::Prefix& prefix : fact.addresses) text += " " + to_text(prefix);
    if (fact.dynamic) text += !fact.dynamic_family ? " dynamic" : *fact.dynamic_family == model::Family::v4 ? " dynamic4" : " dynamic6";
    if (!fact.up) text += " down";
  }
  return text;
}

std::string routes(const Router& router) {
  std::string text;
  for (const auto& route : router.host.facts.routes) {
    text += (text.empty() ? "" : "; ") + to_text(route.to);
    if (route.via) text += " via " + to_text(*route.via);
    if (!route.dev.empty()) text += " dev " + route.dev;
    if (route.metric != 0) text += " metric " + std::to_string(route.metric);
    if (route.discard) text += " discard";
  }
  return text;
}

struct NetworkRow {
  const char* network;
  const char* interfaces;
  const char* routes;
};

const NetworkRow kRows[] = {
    {"config interface lan\n option device br-lan\n option proto static\n option ipaddr 192.168.1.1\n option netmask 255.255.255.0\n", "br-lan 192.168.1.1/24", ""},
    {"config interface lan\n option ifname 'eth0 eth2'\n option type bridge\n option proto static\n list ipaddr '192.168.1.1/24'\n list ipaddr '10.0.0.1/8'\n", "br-lan 192.168.1.1/24 10.0.0.1/8", ""},
    {"config interface wan\n option device eth1\n option proto dhcp\nconfig interface wan6\n option device '@wan'\n option proto dhcpv6\n", "eth1 dynamic", "0.0.0.0/0 dev eth1; ::/0 dev eth1"},
    {"config interface wan\n option device eth1\n option proto dhcp\n option defaultroute 0\n", "eth1 dynamic4", ""},
    {"config interface wan\n option device eth1.7\n option proto pppoe\n option ipv6 0\n option metric 5\n", "pppoe-wan dynamic4", "0.0.0.0/0 dev pppoe-wan metric 5"},
    {"config interface lan\n option device br-lan\n option proto static\n option ipaddr 192.168.1.1/24\n option ip6assign 60\n", "br-lan 192.168.1.1/24 dynamic6", ""},
    {"config interface wan\n option device eth1\n option proto static\n option ipaddr 203.0.113.2/24\n option gateway 203.0.113.1\n option disabled 1\n", "eth1 down", ""},
    {"config interface wg0\n option proto wireguard\n list addresses 10.9.0.1/24\nconfig wireguard_wg0\n list allowed_ips 10.9.0.2/32\n list allowed_ips 10.8.0.0/16\n option route_allowed_ips 1\n",
     "wg0 10.9.0.1/24", "10.9.0.2 dev wg0; 10.8.0.0/16 dev wg0"},
    {"config interface lan\n option device br-lan\n option proto static\n option ipaddr 192.168.1.1/24\nconfig route\n option interface lan\n option target 10.0.0.0\n option netmask 255.0.0.0\n option gateway 192.168.1.9\n option metric 3\n"
     "config route6\n option interface lan\n option target '2001:db8::/32'\n option gateway fe80::1\nconfig route\n option target 192.0.2.0/24\n option type blackhole\n",
     "br-lan 192.168.1.1/24", "10.0.0.0/8 via 192.168.1.9 dev br-lan metric 3; 2001:db8::/32 via fe80::1 dev br-lan; 192.0.2.0/24 discard"},
    {"config interface a\n option device '@b'\nconfig interface b\n option device '@a'\n", "a dynamic", ""},
    {"config interface vpn\n option device tun0\n option proto none\n", "tun0 dynamic", ""},
};

TEST(Network, Rows) {
  for (const NetworkRow& row : kRows) {
    SCOPED_TRACE(row.network);
    const Router router = router_of({row.network});
    EXPECT_EQ(interfaces(router), row.interfaces);
    EXPECT_EQ(routes(router), row.routes);
    EXPECT_TRUE(router.host.facts.complete_routes);
  }
}

TEST(Network, Completeness) {
  EXPECT_TRUE(router_of({kNetwork}).host.facts.complete_addresses);
  EXPECT_FALSE(router_of({"config interface wan\n option device eth1\n option proto dhcp\n"}).host.facts.complete_addresses);
  EXPECT_TRUE(router_of({kNetwork}).host.policies.empty());
  EXPECT_TRUE(router_of({kNetwork}).tells(DiagnosticId::input_missing, "no firewall configuration"));
}

TEST(Network, Gaps) {
  const char* const gaps[] = {
      "config rule\n option lookup 100\n option mark 0x1\n",
      "config interface vpn\n option device tun0\n option proto none\n",
      "config rule6\n option lookup 100\n option priority 1\n",
      "config interface a\n option device eth0\n option proto static\n option ipaddr 192.0.2.1/24\n option ip4table 7\n",
      "config interface a\n option device eth0\n option proto static\n option ipaddr 192.0.2.1/24\n option auto 0\n",
      "config interface a\n option device eth0\n option proto teleport\n",
      "config interface a\n option device eth0\n option proto none\nconfig route\n option interface a\n option table 7\n",
      "config interface a\n option device eth0\n option proto none\nconfig route\n option interface b\n option target 192.0.2.0/24\n",
      "config interface a\n option device eth0\n option proto none\nconfig route\n option interface a\n option target nowhere.\n",
      "config interface a\n option device eth0\n option proto none\nconfig device\n option name red\n option type vrf\n",
  };
  for (const char* network : gaps) {
    SCOPED_TRACE(network);
    EXPECT_EQ(router_of({network}).host.facts.routing_gaps.size(), 1u);
  }
  EXPECT_TRUE(router_of({kNetwork}).host.facts.routing_gaps.empty());
}

TEST(Network, ThingsThatCannotBe) {
  EXPECT_TRUE(router_of({"config interface a\n option device eth0\n option proto static\n"}).tells(DiagnosticId::interface_unaddressed, "has no address"));
  EXPECT_TRUE(router_of({kNetwork + "config route\n option interface lan\n option target 10.0.0.0/8\n option gateway 172.16.0.1\n"}).tells(DiagnosticId::route_nowhere, "in no network"));
  EXPECT_TRUE(router_of({"config interface a\n option device eth0\n option proto static\n option ipaddr 300.0.0.1\n"}).tells(DiagnosticId::address_invalid, "300.0.0.1"));
  EXPECT_TRUE(router_of({"config interface a\n option device '@nothing'\n option proto dhcp\n"}).tells(DiagnosticId::interface_missing, "leads to no interface"));
}

TEST(Network, WhatTheDeviceItselfDrops) {
  const std::string network = kNetwork + "config device\n option name br-guest\n option ipv6 0\nconfig interface wg0\n option proto wireguard\n list addresses 10.9.0.1/24\n"
                              "config wireguard_wg0\n list allowed_ips 10.9.0.2/32\n";
  const Router router = router_of({network, kZones + "config zone\n option name vpn\n option network wg0\n option input ACCEPT\n option forward ACCEPT\nconfig forwarding\n option src vpn\n option dest lan\n"
                                                     "config forwarding\n option src lan\n option dest vpn\nconfig forwarding\n option src guest\n option dest lan\n"});
  EXPECT_EQ(forward(router, "tcp 10.9.0.2:1 192.168.1.9:80 in=wg0 out=br-lan"), "accept");
  EXPECT_EQ(forward(router, "tcp 10.9.0.3:1 192.168.1.9:80 in=wg0 out=br-lan"), "drop");
  EXPECT_EQ(forward(router, "tcp 192.168.1.9:1 10.9.0.2:80 in=br-lan out=wg0"), "accept");
  EXPECT_EQ(forward(router, "tcp 192.168.1.9:1 10.9.0.3:80 in=br-lan out=wg0"), "drop");
  EXPECT_EQ(forward(router, "tcp 10.0.0.5:1 192.168.1.9:80 in=br-guest out=br-lan"), "accept");
  EXPECT_EQ(forward(router, "tcp [2001:db8::5]:1 [2001:db8:1::9]:80 in=br-guest out=br-lan"), "drop");
}

std::string pools(const std::string& dhcp) {
  std::string text;
  for (const auto& pool : router_of({kNetwork, dhcp}).host.facts.dhcp_pools) {
    text += (text.empty() ? "" : "; ") + pool.interface + ":";
    for (const auto& interval : pool.addresses.v4.intervals())
      text += " " + to_text(model::Address{model::Family::v4, interval.lo}) + "-" + to_text(model::Address{model::Family::v4, interval.hi});
    for (const std::string& each : prefix_texts(pool.reserved)) text += " reserved " + each;
  }
  return text;
}

TEST(Dhcp, Pools) {
  EXPECT_EQ(pools("config dhcp lan\n option interface lan\n option start 100\n option limit 150\n"), "br-lan: 192.168.1.100-192.168.1.249");
  EXPECT_EQ(pools("config dhcp lan\n option interface lan\n"), "br-lan: 192.168.1.100-192.168.1.249");
  EXPECT_EQ(pools("config dhcp lan\n option interface lan\n option start 200\n option limit 150\n"), "br-lan: 192.168.1.200-192.168.1.254");
  EXPECT_EQ(pools("config dhcp lan\n option interface lan\n option start 1\n option limit 3\n"), "br-lan: 192.168.1.2-192.168.1.3");
  EXPECT_EQ(pools("config dhcp lan\n option interface lan\n option ignore 1\n"), "");
  EXPECT_EQ(pools("config dhcp lan\n option interface lan\n option dhcpv4 disabled\n"), "");
  EXPECT_EQ(pools("config dhcp lan\n option interface lan\n option start 10\n option limit 3\nconfig host\n option mac '02:00:00:00:00:01'\n option ip 192.168.1.11\nconfig host\n option ip 10.0.0.9\n"),
            "br-lan: 192.168.1.10-192.168.1.10 192.168.1.12-192.168.1.12 reserved 192.168.1.11");
  EXPECT_EQ(pools("config dhcp lan\n option interface lan\n option dynamicdhcp 0\nconfig host\n option ip 192.168.1.11\n"), "br-lan: reserved 192.168.1.11");
}

TEST(Dhcp, APoolOfANetworkThatIsNotToldIsAGap) {
  const auto gaps = [](const std::string& network, const std::string& dhcp) { return router_of({network, dhcp}).host.facts.dhcp_gaps.size(); };
  EXPECT_EQ(gaps(kNetwork, "config dhcp lan\n option interface lan\n option start x\n"), 1u);
  EXPECT_EQ(gaps(kNetwork, "config dhcp lan\n option interface lan\n"), 0u);
  EXPECT_EQ(gaps("config interface lan\n option device br-lan\n option proto dhcp\n", "config dhcp lan\n option interface lan\n"), 1u);
}

// ---- the text ----

const char* const kSame[] = {
    "config zone\n option name 'a'\n option device 'eth0'\n option input 'ACCEPT'\n",
    "package firewall\n\nconfig zone\n\toption name a\n\toption device \"eth0\"\n\toption input AC'CE'PT # comment\n",
    "c zone; o name a; o device eth0; o input ACCEPT\nconfig defaults\n",
    "config 'zone' z\n option name x\n option name a\n list device eth0\nconfig zone z\n option input ACCEPT\n",
    "firewall.@zone[0]=zone\nfirewall.@zone[0].name='a'\nfirewall.@zone[0].device='eth0' 'eth2'\nfirewall.@zone[0].input='ACCEPT'\n",
    "firewall.cfg02dc81=zone\nfirewall.cfg02dc81.name='a'\nfirewall.cfg02dc81.device='eth0'\nfirewall.cfg02dc81.input='ACCEPT'\n",
    "root@OpenWrt:~# cat /etc/config/firewall\nconfig zone\r\n option name 'a'\r\n option device 'eth0'\r\n option input 'ACCEPT'\r\n",
};

TEST(Text, Spellings) {
  for (const char* text : kSame) {
    SCOPED_TRACE(text);
    const std::string whole = text[1] == ' ' ? "config defaults\n" + std::string(text) : text;
    EXPECT_EQ(input(router_of({whole}), "tcp 192.0.2.1:1 192.0.2.2:22 in=eth0"), "accept");
  }
}

TEST(Text, OneFileOfSeveral) {
  const Router router = router_of({kZones + kNetwork + "config rule\n option lookup 5\n option priority 3\nconfig dhcp lan\n option interface lan\n"});
  EXPECT_EQ(forward(router, "tcp 192.168.1.9:40000 198.51.100.7:80 in=br-lan out=eth1"), "accept");
  EXPECT_EQ(router.host.facts.routing_gaps.size(), 1u);
  EXPECT_EQ(router.host.facts.dhcp_pools.size(), 1u);
}

TEST(Text, OtherPackages) {
  const std::string packet = "tcp 192.168.1.9:40000 198.51.100.7:80 in=lan out=wan";
  EXPECT_EQ(forward(router_of({"package firewall\n" + kZones + "package system\nconfig system\n option hostname x\n"}), packet), "accept");
  EXPECT_EQ(forward(router_of({"package firewall\n" + kZones + "package upnpd\nconfig upnpd config\n option enabled 1\n"}), packet), "depends");
  EXPECT_EQ(forward(router_of({"package firewall\n" + kZones + "package mystery\nconfig thing\n option enabled 1\n"}), packet), "depends");
  EXPECT_EQ(router_of({"package firewall\n" + kZones + "package mwan3\nconfig interface wan\n option enabled 1\n"}).host.facts.routing_gaps.size(), 1u);
}

TEST(Text, WhatIsNoUci) {
  const Router garbage = router_of({kZones + "this is no command\n"});
  EXPECT_EQ(forward(garbage, "tcp 192.168.1.9:40000 198.51.100.7:80 in=lan out=wan"), "depends");
  EXPECT_TRUE(garbage.tells(DiagnosticId::line_unrecognised));
  const Router open = router_of({kZones + "config rule\n option name 'never closed\n option src wan\n"});
  EXPECT_TRUE(open.tells(DiagnosticId::input_truncated));
  EXPECT_FALSE(open.host.understood);
  const Router twice = router_of({kZones + "config rule x\n option src lan\nconfig redirect x\n option src lan\n"});
  EXPECT_EQ(forward(twice, "tcp 192.168.1.9:40000 198.51.100.7:80 in=lan out=wan"), "depends");
  EXPECT_TRUE(router_of({kZones + "config\n"}).tells(DiagnosticId::line_unrecognised, "without a type"));
  EXPECT_TRUE(router_of({kZones + "firewall.nowhere.src='wan'\n"}).tells(DiagnosticId::line_unrecognised));
}

TEST(Text, ValuesOverSeveralLines) {
  const Router router = router_of({"config rule\n\toption name 'two\nlines'\n\toption src '*'\n\toption target ACCEPT\n"});
  EXPECT_EQ(input(router, "tcp 192.0.2.1:1 192.0.2.2:22 in=eth0"), "accept");
  EXPECT_EQ(router.line(3), LineClass::modelled);
  EXPECT_EQ(router_of({"config rule\n\toption name 'one\n\nthree'\n"}).host.inputs[0].account.total(), 3u);
}

}  // namespace
}  // namespace fwproof::tests
