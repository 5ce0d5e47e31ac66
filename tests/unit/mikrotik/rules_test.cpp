// What RouterOS rules do with packets: one configuration and its packets per row.
#include <gtest/gtest.h>

#include "tests/unit/mikrotik/support.h"

namespace fwproof::tests {
namespace {

using model::Hook;

struct Row {
  std::string text;
  Hook hook;
  std::string packet;
  std::string expected;
};

void expect(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(fate(import_text(row.text), row.hook, row.packet), row.expected) << row.text << "\n" << row.packet;
}

// Line 1 is the menu, so the first rule stands on line 2.
std::string filter(const std::string& rules) { return "/ip firewall filter\n" + rules; }
std::string nat(const std::string& rules) { return "/ip firewall nat\n" + rules; }

const std::string kWeb = "tcp 192.0.2.5:40000 > 198.51.100.10:443 in=ether1 out=bridge";

TEST(Rules, OrderAndEnds) {
  expect({
      {filter(""), Hook::forward, kWeb, "accept@0"},
      {filter("add chain=forward action=drop\n"), Hook::forward, kWeb, "drop@2"},
      {filter("add chain=forward\nadd chain=forward action=drop\n"), Hook::forward, kWeb, "accept@2"},
      {filter("add chain=input action=drop\n"), Hook::forward, kWeb, "accept@0"},
      {filter("add chain=input action=drop\n"), Hook::input, kWeb, "drop@2"},
      {filter("add chain=output action=reject\n"), Hook::output, kWeb, "reject@2"},
      {filter("add chain=forward action=tarpit protocol=tcp\n"), Hook::forward, kWeb, "drop@2"},
      {filter("add chain=forward action=drop disabled=yes\n"), Hook::forward, kWeb, "accept@0"},
      {filter("add chain=forward action=log\nadd chain=forward action=passthrough\nadd chain=forward action=drop log=yes\n"), Hook::forward, kWeb, "drop@4"},
      {filter("add chain=forward action=add-src-to-address-list address-list=x\nadd chain=forward action=drop\n"), Hook::forward, kWeb, "drop@3"},
      {filter("add chain=forward action=jump jump-target=a\nadd chain=forward action=drop\nadd chain=a action=accept dst-port=443 protocol=tcp\n"), Hook::forward, kWeb, "accept@4"},
      {filter("add chain=forward action=jump jump-target=a\nadd chain=forward action=drop\nadd chain=a action=return\nadd chain=a action=accept\n"), Hook::forward, kWeb, "drop@3"},
      {filter("add chain=forward action=return\nadd chain=forward action=drop\n"), Hook::forward, kWeb, "accept@0"},
      {filter("add chain=forward action=jump jump-target=nowhere\nadd chain=forward action=drop\n"), Hook::forward, kWeb, "drop@3"},
      {filter("add chain=forward action=frobnicate\n"), Hook::forward, kWeb, "depends"},
      {filter("add action=drop\n"), Hook::forward, kWeb, "depends"},
      {filter("add chain=forward action=drop frob=1\n"), Hook::forward, kWeb, "depends"},
      {filter("add chain=forward ac=drop\n"), Hook::forward, kWeb, "depends"},   // an abbreviation that RouterOS reads
      {filter("add chain=forward action=drop\n") + "/ip firewall filter ad chain=forward\n", Hook::forward, kWeb, "depends"},
      {filter("add chain=forward action=drop comment=\"{}\"\n"), Hook::forward, kWeb, "drop@2"},
      {filter("add chain=forward action=drop disabled=maybe\n"), Hook::forward, kWeb, "depends"},
  });
}

TEST(Rules, Conditions) {
  const auto drop = [](const std::string& condition) { return filter("add action=drop chain=forward " + condition + "\n"); };
  const std::string ping = "icmp 192.0.2.5 > 198.51.100.10 in=ether1 out=bridge";
  expect({
      {drop("src-address=192.0.2.0/24"), Hook::forward, kWeb, "drop@2"},
      {drop("src-address=!192.0.2.0/24"), Hook::forward, kWeb, "accept@0"},
      {drop("src-address=192.0.2.1-192.0.2.5"), Hook::forward, kWeb, "drop@2"},
      {drop("dst-address=198.51.100.11"), Hook::forward, kWeb, "accept@0"},
      {drop("protocol=!tcp"), Hook::forward, kWeb, "accept@0"},
      {drop("protocol=6 dst-port=80,440-443"), Hook::forward, kWeb, "drop@2"},
      {drop("protocol=tcp dst-port=!443"), Hook::forward, kWeb, "accept@0"},
      {drop("protocol=tcp port=40000"), Hook::forward, kWeb, "drop@2"},
      {drop("dst-port=443"), Hook::forward, kWeb, "depends"},           // no protocol: RouterOS refuses it
      {drop("in-interface=ether1"), Hook::forward, kWeb, "drop@2"},
      {drop("in-interface=!ether1"), Hook::forward, kWeb, "accept@0"},
      {drop("out-interface=bridge"), Hook::forward, kWeb, "drop@2"},
      {drop("connection-state=new,untracked"), Hook::forward, kWeb, "drop@2"},
      {drop("connection-state=!new"), Hook::forward, kWeb, "accept@0"},
      {drop("connection-nat-state=!dstnat"), Hook::forward, kWeb, "drop@2"},
      {drop("connection-nat-state=!dstnat"), Hook::forward, kWeb + " nat=dst", "accept@0"},
      {drop("connection-nat-state=srcnat,dstnat"), Hook::forward, kWeb + " nat=src", "drop@2"},
      {drop("protocol=tcp tcp-flags=syn,!ack"), Hook::forward, kWeb, "drop@2"},
      {drop("protocol=tcp tcp-flags=syn,!ack"), Hook::forward, kWeb + " flags=18", "accept@0"},
      {drop("protocol=tcp tcp-flags=!syn,!ack"), Hook::forward, kWeb, "accept@0"},
      {drop("protocol=icmp icmp-options=8:0"), Hook::forward, ping, "drop@2"},
      {drop("protocol=icmp icmp-options=!8:0-255"), Hook::forward, ping, "accept@0"},
      {drop("protocol=icmp icmp-options=3:4,11:0-255"), Hook::forward, ping + " type=11 code=1", "drop@2"},
      {drop("dst-address-type=multicast"), Hook::forward, kWeb, "accept@0"},
      {drop("dst-address-type=!local"), Hook::forward, kWeb, "drop@2"},
      {drop("ipsec-policy=in,ipsec"), Hook::forward, kWeb, "accept@0"},
      {drop("ipsec-policy=in,none"), Hook::forward, kWeb, "drop@2"},
      {drop("ipsec-policy=in,ipsec") + "/ip ipsec identity add peer=x\n", Hook::forward, kWeb, "depends"},
      {drop("!src-address dst-address-type=\"\""), Hook::forward, kWeb, "drop@2"},   // export verbose: unset
      {drop("routing-mark=x"), Hook::forward, kWeb, "accept@0"},
      {drop("packet-mark=no-mark"), Hook::forward, kWeb, "drop@2"},
      {drop("connection-mark=!no-mark"), Hook::forward, kWeb, "accept@0"},
      {drop("src-address=300.1.1.1"), Hook::forward, kWeb, "depends"},
  });
  for (const char* key : {"content=x", "layer7-protocol=x", "tls-host=x", "limit=5,5:packet", "dst-limit=1,5,dst-address", "connection-limit=5,32", "random=50",
                          "nth=2,1", "psd=21,3s,3,1", "time=8h-9h,mon", "hotspot=auth", "dscp=46", "ttl=less-than:5", "packet-size=0-100", "p2p=all-p2p",
                          "in-bridge-port=ether2", "connection-bytes=1-2", "connection-rate=1-2", "connection-type=ftp", "routing-table=main",
                          "per-connection-classifier=src-address:2/0", "priority=1", "ingress-priority=1", "ipv4-options=any", "tcp-mss=1-2", "src-address-type=unicast",
                          "src-address-list=nobody", "in-interface-list=nobody", "in-interface=all-ppp"})
    EXPECT_EQ(fate(import_text(drop(key)), Hook::forward, kWeb), "depends") << key;
}

TEST(Rules, Lists) {
  const std::string lists =
      "/interface list\nadd name=WAN\nadd name=LAN\nadd name=both include=WAN,LAN\nadd name=some include=all exclude=WAN\n"
      "/interface list member\nadd interface=ether1 list=WAN\nadd interface=bridge list=LAN\nadd disabled=yes interface=ether5 list=LAN\n"
      "/ip firewall address-list\nadd address=192.0.2.0/28 list=friends\nadd address=198.51.100.1-198.51.100.20 list=servers\n"
      "add address=example.com list=names\nadd address=192.0.2.5 list=names\nadd address=192.0.2.5 list=late timeout=1h\n"
      "add address=192.0.2.5 list=off disabled=yes\n/ip firewall filter\n";  // rules from line 18 on
  const auto drop = [&](const std::string& condition) { return lists + "add action=drop chain=forward " + condition + "\n"; };
  const std::string other = "tcp 192.0.2.6:40000 > 198.51.100.10:443 in=ether5 out=bridge";
  expect({
      {drop("in-interface-list=WAN"), Hook::forward, kWeb, "drop@18"},
      {drop("in-interface-list=!WAN"), Hook::forward, kWeb, "accept@0"},
      {drop("in-interface-list=!LAN"), Hook::forward, other, "drop@18"},
      {drop("in-interface-list=both"), Hook::forward, kWeb, "drop@18"},
      {drop("in-interface-list=some"), Hook::forward, kWeb, "accept@0"},
      {drop("in-interface-list=some"), Hook::forward, other, "drop@18"},
      {drop("in-interface-list=all"), Hook::forward, other, "drop@18"},
      {drop("in-interface-list=none"), Hook::forward, other, "accept@0"},
      {drop("in-interface-list=static"), Hook::forward, other, "drop@18"},
      {drop("in-interface-list=dynamic"), Hook::forward, kWeb, "accept@0"},
      {drop("src-address-list=friends"), Hook::forward, kWeb, "drop@18"},
      {drop("src-address-list=!friends"), Hook::forward, kWeb, "accept@0"},
      {drop("dst-address-list=servers"), Hook::forward, kWeb, "drop@18"},
      {drop("src-address-list=names"), Hook::forward, kWeb, "drop@18"},
      {drop("src-address-list=names"), Hook::forward, other, "depends"},
      {drop("src-address-list=late"), Hook::forward, kWeb, "depends"},
      {drop("src-address-list=late"), Hook::forward, other, "accept@0"},
      {drop("src-address-list=friends") + "add action=add-src-to-address-list address-list=friends chain=input\n", Hook::forward,
       "tcp 203.0.113.9:1 > 198.51.100.10:443", "depends"},
      {"# by RouterOS 7.1\n" + filter("add action=drop chain=forward src-address-list=empty\n"), Hook::forward, kWeb, "accept@0"},
  });
}

TEST(Rules, Fasttrack) {
  const std::string fast = "add action=fasttrack-connection chain=forward connection-state=established,related\n";
  const std::string accept = "add action=accept chain=forward connection-state=established,related,untracked\n";
  const std::string drop = "add action=drop chain=forward\n";
  expect({
      {filter(fast + accept + drop), Hook::forward, kWeb + " state=established", "accept@2"},
      {filter(fast + accept + drop), Hook::forward, kWeb, "drop@4"},
      {filter(fast + drop), Hook::forward, kWeb + " state=established", "depends"},   // not every packet takes the fast path
      {filter(fast + drop), Hook::forward, "icmp 192.0.2.5 > 198.51.100.10 state=established", "drop@3"},
  });
}

TEST(Rules, Translation) {
  const std::string dst = "add action=dst-nat chain=dstnat dst-port=8443 protocol=tcp in-interface=wan to-addresses=192.168.88.10 to-ports=443\n";
  const std::string in = "tcp 192.0.2.5:40000 > 203.0.113.1:8443 in=wan out=bridge";
  const std::string drop = "/ip firewall filter add action=drop chain=forward connection-nat-state=!dstnat in-interface=wan\n";
  const std::string lan = "tcp 192.168.88.5:40000 > 192.0.2.80:80 in=bridge out=wan";
  expect({
      {nat(dst), Hook::forward, in, "accept@2 > 192.168.88.10:443"},
      {nat(dst) + drop, Hook::forward, in, "accept@0 > 192.168.88.10:443"},
      {nat(dst) + drop, Hook::forward, "tcp 192.0.2.5:40000 > 192.168.88.10:443 in=wan out=bridge", "drop@3"},
      // A translation that changes nothing is none.
      {nat("add action=dst-nat chain=dstnat dst-port=443 protocol=tcp to-addresses=192.168.88.10\n") + drop, Hook::forward,
       "tcp 192.0.2.5:40000 > 192.168.88.10:443 in=wan out=bridge", "drop@3"},
      {nat("add action=masquerade chain=srcnat out-interface=wan\n"), Hook::forward, lan, "accept@0 < 203.0.113.1"},
      {nat("add action=src-nat chain=srcnat out-interface=wan to-addresses=203.0.113.7\n"), Hook::forward, lan, "accept@0 < 203.0.113.7"},
      {nat("add action=src-nat chain=srcnat to-addresses=203.0.113.7-203.0.113.9\n"), Hook::forward, lan, "accept@0 < ?"},
      {nat("add action=accept chain=srcnat dst-address=192.0.2.0/24\nadd action=masquerade chain=srcnat\n"), Hook::forward, lan, "accept@0"},
      {nat("add action=masquerade chain=srcnat\n"), Hook::output, "udp 203.0.113.9:5 > 192.0.2.80:53", "accept@0 < 203.0.113.1"},
      {"/ip address add address=192.168.88.1/24 interface=bridge\n" + nat("add action=redirect chain=dstnat dst-port=53 protocol=udp to-ports=5353\n"), Hook::input,
       "udp 192.168.88.5:9 > 192.0.2.80:53", "accept@3 > 192.168.88.1:5353"},
      {nat("add action=netmap chain=dstnat dst-address=203.0.113.0/24 to-addresses=192.168.1.0/24\n"), Hook::forward, "tcp 192.0.2.5:1 > 203.0.113.77:80",
       "accept@2 > 192.168.1.77:80"},
      {nat("add action=netmap chain=srcnat src-address=192.168.1.0/24 to-addresses=203.0.113.0/24\n"), Hook::forward, "tcp 192.168.1.77:1 > 192.0.2.5:80",
       "accept@0 < 203.0.113.77"},
      {nat("add action=same chain=srcnat to-addresses=203.0.113.7\n"), Hook::forward, lan, "accept@0 < 203.0.113.7"},
      // A port that is in the range stays, any other becomes one of it.
      {nat("add action=dst-nat chain=dstnat dst-port=8000-8100 protocol=tcp to-addresses=192.168.88.10 to-ports=8050-8060\n"), Hook::forward,
       "tcp 192.0.2.5:1 > 203.0.113.1:8055", "accept@2 > 192.168.88.10:8055"},
      {nat("add action=dst-nat chain=dstnat dst-port=8000-8100 protocol=tcp to-addresses=192.168.88.10 to-ports=9000-9100\n"), Hook::forward,
       "tcp 192.0.2.5:1 > 203.0.113.1:8055", "accept@2 > 192.168.88.10:?"},
      {nat("add action=jump chain=dstnat jump-target=fwd\nadd action=dst-nat chain=fwd to-addresses=192.168.88.10\n"), Hook::forward, in, "accept@3 > 192.168.88.10:8443"},
      {nat("add action=dst-nat chain=dstnat to-ports=80\n"), Hook::forward, in, "depends"},
      {nat("add action=dst-nat chain=dstnat protocol=tcp to-ports=80\n"), Hook::forward, in, "depends"},
      {nat("add action=masquerade chain=dstnat\n"), Hook::forward, lan, "depends"},
      {nat("add action=endpoint-independent-nat chain=srcnat\n"), Hook::forward, lan, "depends"},
      {nat("add action=dst-nat chain=dstnat to-addresses=[:resolve example.com]\n"), Hook::forward, in, "depends"},
  });
}

// The kernel keeps a source port where it can, also where every address has one of its own.
TEST(Rules, NetmapOfSourcesMayChangeThePort) {
  const Imported router = import_text("/ip firewall nat\nadd action=netmap chain=srcnat src-address=192.168.1.0/24 to-addresses=203.0.113.0/24\n");
  size_t free_ports = 0;
  for (const model::RewriteAction& action : router.policy().rewrites)
    for (const model::Rewrite& step : action.steps) free_ports += step.field == model::Field::src_port && step.values == model::IntervalSet::range(1, 65535);
  EXPECT_EQ(free_ports, size_t{1});
}

TEST(Rules, MangleAndRaw) {
  const std::string drop = "/ip firewall filter add action=drop chain=forward ";
  expect({
      {"/ip firewall raw add action=drop chain=prerouting src-address=192.0.2.0/24\n", Hook::forward, kWeb, "drop@1"},
      {"/ip firewall raw add action=notrack chain=prerouting\n" + drop + "connection-state=untracked\n", Hook::forward, kWeb, "drop@2"},
      {"/ip firewall mangle add action=mark-packet chain=prerouting new-packet-mark=p\n" + drop + "packet-mark=p\n", Hook::forward, kWeb, "drop@2"},
      {"/ip firewall mangle add action=mark-packet chain=prerouting new-packet-mark=p passthrough=no\n"
       "/ip firewall mangle add action=mark-packet chain=prerouting new-packet-mark=q\n" + drop + "packet-mark=q\n", Hook::forward, kWeb, "accept@0"},
      {"/ip firewall mangle add action=mark-connection chain=prerouting new-connection-mark=c\n" + drop + "connection-mark=c\n", Hook::forward, kWeb, "drop@2"},
      {"/ip firewall mangle add action=mark-routing chain=prerouting new-routing-mark=r\n"
       "/ip firewall mangle add action=mark-packet chain=prerouting new-packet-mark=p\n" + drop + "routing-mark=r packet-mark=p\n", Hook::forward, kWeb, "drop@3"},
      {"/ip firewall mangle add action=change-mss chain=forward new-mss=clamp-to-pmtu protocol=tcp tcp-flags=syn\n", Hook::forward, kWeb, "accept@0"},
      {"/ip firewall connection tracking set enabled=no\n" + drop + "connection-state=new\n", Hook::forward, kWeb, "depends"},
      {"/ip firewall connection tracking set enabled=no\n" + nat("add action=masquerade chain=srcnat\n"), Hook::forward, kWeb, "depends"},
  });
}

TEST(Rules, WhatIsNotFollowed) {
  const std::string accept = filter("add action=accept chain=forward\n");
  expect({
      {"/interface bridge add name=bridge\n/interface bridge filter add action=drop chain=forward\n" + accept, Hook::forward, kWeb, "depends"},
      {"/interface bridge add name=other\n/interface bridge filter add action=drop chain=forward\n" + accept, Hook::forward, kWeb, "accept@0"},
      {"/ip hotspot add interface=ether1 name=h\n" + accept, Hook::forward, kWeb, "depends"},
      {"/ip hotspot profile set [ find default=yes ] html-directory=hotspot\n" + accept, Hook::forward, kWeb, "accept@3"},
      {"/ip ipsec policy add src-address=192.0.2.0/24 dst-address=198.51.100.0/24 tunnel=yes peer=p\n" + accept, Hook::forward, kWeb, "depends"},
      {"/ip ipsec policy add src-address=10.0.0.0/24 dst-address=198.51.100.0/24 tunnel=yes peer=p\n" + accept, Hook::forward, kWeb, "accept@0"},
      {"/interface wireguard peers add interface=ether1 allowed-address=192.0.2.0/24\n" + accept, Hook::forward, kWeb, "depends"},
      {"/ip upnp set enabled=yes\n" + accept, Hook::forward, kWeb, "depends"},
      {"/ip upnp set enabled=no\n" + accept, Hook::forward, kWeb, "accept@3"},
      {"/ip kid-control add name=kid\n" + accept, Hook::forward, kWeb, "depends"},
      {"/ip frobnicator add name=x\n" + accept, Hook::forward, kWeb, "depends"},
      {"/import other.rsc\n" + accept, Hook::forward, kWeb, "depends"},
      {"/ip hotspot ad name=x interface=ether1\n" + accept, Hook::forward, kWeb, "depends"},
      {"/ip settings set ip-fo=no\n" + accept, Hook::forward, kWeb, "depends"},
      {"/interface ethernet switch set 0 l3-hw-offloading=yes\n" + accept, Hook::forward, kWeb, "depends"},
      {"/interface list add name=WAN\n/interface list member add li=WAN interface=ether1\n" + filter("add chain=forward action=drop in-interface-list=WAN\n"),
       Hook::forward, kWeb, "depends"},
      {"/interface list add name=WAN\n/ppp profile set default interface-list=WAN\n" + filter("add chain=forward action=drop in-interface-list=WAN\n"),
       Hook::forward, kWeb, "depends"},
      {"/ip settings set ip-forward=no\n" + accept, Hook::forward, kWeb, "drop@1"},
      {"/ip settings set rp-filter=strict\n" + accept, Hook::forward, kWeb, "accept@3"},
  });
  EXPECT_EQ(import_text("/ip settings set rp-filter=strict\n").policy().general_assumptions.size(), 2u);
}

TEST(Rules, Ipv6) {
  const std::string text =
      "/ipv6 address add address=2001:db8::1/64 interface=bridge\n/ipv6 firewall address-list add address=2001:db8::/32 list=ours\n"
      "/ipv6 firewall filter\nadd action=accept chain=forward dst-port=443 protocol=tcp src-address-list=!ours\n"
      "add action=accept chain=forward protocol=icmpv6 icmp-options=128:0-255\nadd action=drop chain=forward\n"
      "/ipv6 firewall nat add action=dst-nat chain=dstnat dst-address=2001:db8::1/128 to-address=2001:db8::9/128\n";
  expect({
      {text, Hook::forward, "tcp [2001:db9::5]:40000 > [2001:db8::10]:443", "accept@4"},
      {text, Hook::forward, "tcp [2001:db8::5]:40000 > [2001:db8::10]:443", "drop@6"},
      {text, Hook::forward, "icmpv6 [2001:db8::5] > [2001:db8::10] type=128", "accept@5"},
      {text, Hook::forward, "tcp [2001:db9::5]:40000 > [2001:db8::1]:443", "accept@4 > 2001:db8::9:443"},
      {"/ipv6 settings set disable-ipv6=yes\n", Hook::forward, "tcp [2001:db8::5]:40000 > [2001:db8::10]:443", "drop@1"},
      {text, Hook::forward, "tcp 192.0.2.5:40000 > 198.51.100.10:443", "accept@0"},
  });
  EXPECT_EQ(import_text("/ip firewall filter\n").result.policies.size(), 1u);
}

// The rules that every router comes with: established accepted, invalid dropped, new ones from outside only where they were translated.
TEST(Rules, DefaultConfiguration) {
  const std::string text =
      "# 2026-01-02 03:04:05 by RouterOS 7.15.3\n/interface bridge\nadd name=bridge\n/interface list\nadd comment=defconf name=WAN\nadd comment=defconf name=LAN\n"
      "/interface bridge port\nadd bridge=bridge interface=ether2\n/interface list member\nadd interface=bridge list=LAN\nadd interface=ether1 list=WAN\n"
      "/ip address\nadd address=192.168.88.1/24 interface=bridge network=192.168.88.0\n/ip dhcp-client\nadd interface=ether1\n"
      "/ip firewall filter\n"
      "add action=accept chain=input comment=\"defconf: accept established,related,untracked\" connection-state=\\\n    established,related,untracked\n"  // 17, 18
      "add action=drop chain=input comment=\"defconf: drop invalid\" connection-state=invalid\n"
      "add action=accept chain=input comment=\"defconf: accept ICMP\" protocol=icmp\n"
      "add action=accept chain=input comment=\"defconf: accept to local loopback (for CAPsMAN)\" dst-address=127.0.0.1\n"
      "add action=drop chain=input comment=\"defconf: drop all not coming from LAN\" in-interface-list=!LAN\n"
      "add action=accept chain=forward comment=\"defconf: accept in ipsec policy\" ipsec-policy=in,ipsec\n"
      "add action=accept chain=forward comment=\"defconf: accept out ipsec policy\" ipsec-policy=out,ipsec\n"
      "add action=fasttrack-connection chain=forward comment=\"defconf: fasttrack\" connection-state=established,related hw-offload=yes\n"
      "add action=accept chain=forward comment=\"defconf: accept established,related, untracked\" connection-state=established,related,untracked\n"
      "add action=drop chain=forward comment=\"defconf: drop invalid\" connection-state=invalid\n"
      "add action=drop chain=forward comment=\"defconf: drop all from WAN not DSTNATed\" connection-nat-state=!dstnat connection-state=new in-interface-list=WAN\n"
      "/ip firewall nat\nadd action=masquerade chain=srcnat comment=\"defconf: masquerade\" ipsec-policy=out,none out-interface-list=WAN\n"
      "add action=dst-nat chain=dstnat dst-port=443 in-interface-list=WAN protocol=tcp to-addresses=192.168.88.10\n";
  const Imported router = import_text(text);
  EXPECT_EQ(classes(router), "");
  EXPECT_EQ(diagnostic_ids(router), "");
  EXPECT_EQ(fate(router, Hook::input, "tcp 192.0.2.5:1 > 203.0.113.1:22 in=ether1"), "drop@22");
  EXPECT_EQ(fate(router, Hook::input, "tcp 192.168.88.5:1 > 192.168.88.1:22 in=bridge"), "accept@0");
  EXPECT_EQ(fate(router, Hook::input, "icmp 192.0.2.5 > 203.0.113.1 in=ether1"), "accept@20");
  EXPECT_EQ(fate(router, Hook::forward, "tcp 192.0.2.5:1 > 203.0.113.1:443 in=ether1 out=bridge"), "accept@0 > 192.168.88.10:443");
  EXPECT_EQ(fate(router, Hook::forward, "tcp 192.0.2.5:1 > 192.168.88.20:80 in=ether1 out=bridge"), "drop@28");
  EXPECT_EQ(fate(router, Hook::forward, "tcp 192.168.88.20:80 > 192.0.2.5:1 in=bridge out=ether1"), "accept@0 < 203.0.113.1");
  EXPECT_EQ(fate(router, Hook::forward, "tcp 192.0.2.5:1 > 192.168.88.20:80 in=ether1 out=bridge state=established"), "accept@25");
  EXPECT_EQ(facts_text(router), "bridge 192.168.88.1/24; ether1 dynamic; 0.0.0.0/0 dev ether1; incomplete");
}

}  // namespace
}  // namespace fwproof::tests
