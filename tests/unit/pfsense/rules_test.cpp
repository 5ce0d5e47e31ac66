// What a pfSense does with packets: rules of the user, their order, and the rules that the device adds. One construct at a time.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "solver/check.h"
#include "tests/support/pf_device.h"

namespace fwproof {
namespace {

using tests::PfDevice;
using tests::Sent;

// WAN 203.0.113.2/24 with a gateway, LAN 10.0.0.1/24, DMZ (opt1) 10.1.0.1/24.
std::string config(const std::string& filter, const std::string& more = "", const std::string& system = "") {
  return fmt::format(R"(<?xml version="1.0"?>
<pfsense>
  <version>22.9</version>
  <system><hostname>fw</hostname><domain>example.com</domain><ipv6allow/><disablenatreflection>yes</disablenatreflection>{}<webgui><protocol>https</protocol></webgui></system>
  <interfaces>
    <wan><enable/><if>em0</if><ipaddr>203.0.113.2</ipaddr><subnet>24</subnet><gateway>WANGW</gateway></wan>
    <lan><enable/><if>em1</if><ipaddr>10.0.0.1</ipaddr><subnet>24</subnet><ipaddrv6>2001:db8:1::1</ipaddrv6><subnetv6>64</subnetv6></lan>
    <opt1><enable/><if>em2</if><descr>DMZ</descr><ipaddr>10.1.0.1</ipaddr><subnet>24</subnet></opt1>
  </interfaces>
  <gateways><gateway_item><name>WANGW</name><interface>wan</interface><gateway>203.0.113.1</gateway><ipprotocol>inet</ipprotocol></gateway_item></gateways>
  {}
  <filter>{}</filter>
</pfsense>
)", system, more, filter);
}

std::string rule(const std::string& settings) { return "<rule>" + settings + "</rule>\n"; }

const char* kAny = "<source><any/></source><destination><any/></destination>";

struct Row {
  const char* name;
  std::string filter;
  Sent sent;
  const char* verdict;
  std::string more = {};
  std::string system = {};
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

Sent lan(std::string dst, unsigned port = 80, std::string protocol = "tcp") {
  Sent sent;
  sent.src = "10.0.0.5";
  sent.in = "lan";
  sent.out = "wan";
  sent.dst = std::move(dst);
  sent.dst_port = port;
  sent.protocol = std::move(protocol);
  return sent;
}

Sent wan(std::string dst, unsigned port = 80, std::string protocol = "tcp") {
  Sent sent;
  sent.src = "192.0.2.9";
  sent.dst = std::move(dst);
  sent.dst_port = port;
  sent.protocol = std::move(protocol);
  return sent;
}

Sent with_source_port(Sent sent, unsigned port) {
  sent.src_port = port;
  return sent;
}
Sent with_state(Sent sent, unsigned state, unsigned flags = model::tcp_ack) {
  sent.state = state;
  sent.flags = flags;
  return sent;
}
Sent by(Sent sent, std::string in, std::string out) {
  sent.in = std::move(in);
  sent.out = std::move(out);
  return sent;
}
Sent to_itself(Sent sent) {
  sent.hook = model::Hook::input;
  return sent;
}

const std::string kWeb = "<aliases><alias><name>WEB</name><type>host</type><address>10.0.0.8 MORE</address></alias>"
                         "<alias><name>MORE</name><type>network</type><address>10.0.0.16/29 10.0.0.40-10.0.0.42</address></alias>"
                         "<alias><name>PORTS</name><type>port</type><address>80 443 8000:8010</address></alias>"
                         "<alias><name>NAMES</name><type>host</type><address>10.0.0.50 mail.example.org</address></alias>"
                         "<alias><name>LIST</name><type>urltable</type><url>https://example.org/list</url><updatefreq>1</updatefreq><address/></alias></aliases>";

const std::string kCarp = "<virtualip><vip><mode>carp</mode><interface>wan</interface><subnet>203.0.113.7</subnet><subnet_bits>24</subnet_bits><vhid>1</vhid></vip></virtualip>";

std::vector<Row> rows() {
  const std::string pass_lan = rule(std::string("<type>pass</type><interface>lan</interface><ipprotocol>inet</ipprotocol><source><network>lan</network></source><destination><any/></destination>"));
  const auto wan_rule = [](const std::string& settings) { return rule("<type>pass</type><interface>wan</interface><ipprotocol>inet</ipprotocol>" + settings); };
  const auto to = [&](const std::string& destination, const std::string& protocol = "tcp") {
    return wan_rule("<protocol>" + protocol + "</protocol><source><any/></source><destination>" + destination + "</destination>");
  };
  return {
      {"nothing_allowed", "", wan("10.0.0.5"), "drop"},
      {"default_lan_rule", pass_lan, lan("192.0.2.9"), "accept"},
      {"default_lan_rule_only_from_lan", pass_lan, [] { Sent s = lan("192.0.2.9"); s.src = "10.9.9.9"; return s; }(), "drop"},
      {"first_match_on_an_interface", rule(std::string("<type>block</type><interface>lan</interface>") + kAny) + pass_lan, lan("192.0.2.9"), "drop"},
      {"disabled_rule", rule(std::string("<disabled/><type>block</type><interface>lan</interface>") + kAny) + pass_lan, lan("192.0.2.9"), "accept"},
      {"reject", rule(std::string("<type>reject</type><interface>lan</interface>") + kAny), lan("192.0.2.9"), "reject"},
      {"type_left_out_is_pass", rule(std::string("<interface>lan</interface>") + kAny), lan("192.0.2.9"), "accept"},
      {"no_ipprotocol_is_inet", rule(std::string("<interface>lan</interface>") + kAny), by([] { Sent s = lan("2001:db8:2::1"); s.src = "2001:db8:1::5"; return s; }(), "lan", "wan"), "drop"},
      {"inet46", rule(std::string("<ipprotocol>inet46</ipprotocol><interface>lan</interface>") + kAny), [] { Sent s = lan("2001:db8:2::1"); s.src = "2001:db8:1::5"; return s; }(), "accept"},
      {"empty_source_leaves_the_rule_out", rule("<type>pass</type><interface>lan</interface><source/><destination><any/></destination>"), lan("192.0.2.9"), "drop"},
      {"other_interface", pass_lan, by(lan("192.0.2.9"), "opt1", "wan"), "drop"},

      {"address_and_port", to("<address>10.0.0.8</address><port>443</port>"), wan("10.0.0.8", 443), "accept"},
      {"wrong_port", to("<address>10.0.0.8</address><port>443</port>"), wan("10.0.0.8", 80), "drop"},
      {"port_range", to("<address>10.0.0.8</address><port>8000-8010</port>"), wan("10.0.0.8", 8010), "accept"},
      {"port_range_ends", to("<address>10.0.0.8</address><port>8000-8010</port>"), wan("10.0.0.8", 8011), "drop"},
      {"ports_only_where_the_protocol_has_them", to("<address>10.0.0.8</address><port>443</port>", "icmp"), wan("10.0.0.8", 0, "icmp"), "accept"},
      {"port_without_protocol_is_tcp", wan_rule("<source><any/></source><destination><any/><port>443</port></destination>"), wan("10.0.0.8", 443, "udp"), "drop"},
      {"port_without_protocol_is_not_looked_at", wan_rule("<source><any/></source><destination><any/><port>443</port></destination>"), wan("10.0.0.8", 80), "accept"},
      {"port_of_a_protocol_by_number_is_not_looked_at", to("<any/><port>443</port>", "6"), wan("10.0.0.8", 80), "accept"},
      {"source_port", wan_rule("<protocol>udp</protocol><source><any/><port>53</port></source><destination><any/></destination>"), with_source_port(wan("10.0.0.8", 9, "udp"), 53), "accept"},
      {"not", wan_rule("<source><not/><address>192.0.2.0/24</address></source><destination><any/></destination>"), wan("10.0.0.8"), "drop"},
      {"not_others", wan_rule("<source><not/><address>198.51.100.0/24</address></source><destination><any/></destination>"), wan("10.0.0.8"), "accept"},
      {"network_of_an_interface", to("<network>opt1</network>"), by(wan("10.1.0.77"), "wan", "opt1"), "accept"},
      {"address_of_an_interface", to("<network>wanip</network>"), to_itself(wan("203.0.113.2")), "accept"},
      {"address_of_an_interface_is_one", to("<network>lanip</network>"), wan("10.0.0.8"), "drop"},
      {"self", to("<network>(self)</network>"), to_itself(wan("10.1.0.1")), "accept"},
      {"self_is_not_others", to("<network>(self)</network>"), wan("10.1.0.2"), "drop"},
      {"tcp_udp", to("<any/>", "tcp/udp"), wan("10.0.0.8", 9, "udp"), "accept"},
      {"icmp_type", wan_rule(std::string("<protocol>icmp</protocol><icmptype>echoreq,timereq</icmptype>") + kAny), wan("10.0.0.8", 0, "icmp"), "accept"},
      {"icmp_type_other", wan_rule(std::string("<protocol>icmp</protocol><icmptype>timereq</icmptype>") + kAny), wan("10.0.0.8", 0, "icmp"), "drop"},
      {"protocol_by_name", wan_rule(std::string("<protocol>esp</protocol>") + kAny), wan("10.0.0.8", 0, "50"), "accept"},
      {"protocol_unknown", wan_rule(std::string("<protocol>frobnicate</protocol>") + kAny), wan("10.0.0.8"), "depends"},

      {"alias_nested", to("<address>WEB</address><port>PORTS</port>"), wan("10.0.0.17", 8005), "accept", kWeb},
      {"alias_range", to("<address>MORE</address>"), wan("10.0.0.41"), "accept", kWeb},
      {"alias_other", to("<address>WEB</address>"), wan("10.0.0.9"), "drop", kWeb},
      {"alias_not", wan_rule("<source><any/></source><destination><not/><address>WEB</address></destination>"), wan("10.0.0.9"), "accept", kWeb},
      {"alias_with_host_name_known_part", to("<address>NAMES</address>"), wan("10.0.0.50"), "accept", kWeb},
      {"alias_with_host_name_rest", to("<address>NAMES</address>"), wan("10.0.0.51"), "depends", kWeb},
      {"alias_of_url_table", to("<address>LIST</address>"), wan("10.0.0.51"), "depends", kWeb},
      {"alias_missing", to("<address>NOWHERE</address>"), wan("10.0.0.51"), "depends", kWeb},

      {"flags_of_a_new_connection", to("<any/>"), with_state(wan("10.0.0.8"), model::state_new, model::tcp_ack), "drop"},
      {"any_flags", wan_rule(std::string("<protocol>tcp</protocol><tcpflags_any/>") + kAny), to_itself(with_state(wan("203.0.113.2"), model::state_new, model::tcp_ack)), "accept"},
      {"any_flags_in_but_not_out", wan_rule(std::string("<protocol>tcp</protocol><tcpflags_any/>") + kAny), with_state(wan("10.0.0.8"), model::state_new, model::tcp_ack), "drop"},
      {"own_flags", wan_rule(std::string("<protocol>tcp</protocol><tcpflags1>ack</tcpflags1><tcpflags2>syn,ack</tcpflags2>") + kAny), to_itself(with_state(wan("203.0.113.2"), model::state_new, model::tcp_ack)), "accept"},
      {"block_has_flags_too", rule(std::string("<type>block</type><interface>wan</interface><protocol>tcp</protocol>") + kAny) + wan_rule(std::string("<protocol>tcp</protocol><tcpflags_any/>") + kAny), to_itself(with_state(wan("203.0.113.2"), model::state_new, model::tcp_ack)), "accept"},
      {"no_state_has_flags_too", wan_rule(std::string("<protocol>tcp</protocol><statetype>none</statetype>") + kAny), to_itself(with_state(wan("203.0.113.2"), model::state_new, model::tcp_ack)), "drop"},
      {"known_connection", "", with_state(wan("10.0.0.8"), model::state_established), "accept"},
      {"no_state_leaves_answers_open", wan_rule(std::string("<statetype>none</statetype>") + kAny), by(with_state(lan("192.0.2.9"), model::state_established), "lan", "wan"), "depends"},
      {"no_state_first_packet", wan_rule(std::string("<statetype>none</statetype>") + kAny), wan("10.0.0.8"), "accept"},
      {"synproxy", wan_rule(std::string("<protocol>tcp</protocol><statetype>synproxy state</statetype>") + kAny), wan("10.0.0.8"), "accept"},

      {"schedule", wan_rule(std::string("<sched>office</sched>") + kAny), wan("10.0.0.8"), "depends"},
      {"operating_system", wan_rule(std::string("<protocol>tcp</protocol><os>Linux</os>") + kAny), wan("10.0.0.8"), "depends"},
      {"dscp", wan_rule(std::string("<dscp>af41</dscp>") + kAny), wan("10.0.0.8"), "depends"},
      {"limit_on_states", wan_rule(std::string("<max-src-conn>5</max-src-conn>") + kAny), wan("10.0.0.8"), "depends"},
      {"unknown_setting", wan_rule(std::string("<frobnicate>1</frobnicate>") + kAny), wan("10.0.0.8"), "depends"},
      {"repeated_setting", wan_rule(std::string("<protocol>tcp</protocol><protocol>udp</protocol>") + kAny), wan("10.0.0.8"), "depends"},
      {"unknown_interface_elsewhere", rule(std::string("<type>block</type><interface>opt9</interface>") + kAny) + to("<any/>"), wan("10.0.0.8"), "accept"},

      {"floating_last_match_wins", rule(std::string("<type>block</type><floating>yes</floating><direction>in</direction>") + kAny) + rule(std::string("<type>pass</type><floating>yes</floating><direction>in</direction>") + kAny), wan("10.0.0.8"), "accept"},
      {"floating_quick_first", rule(std::string("<type>block</type><quick>yes</quick><floating>yes</floating><direction>in</direction>") + kAny) + rule(std::string("<type>pass</type><floating>yes</floating><direction>in</direction>") + kAny), wan("10.0.0.8"), "drop"},
      {"floating_before_interface", rule(std::string("<type>pass</type><interface>wan</interface>") + kAny) + rule(std::string("<type>block</type><quick>yes</quick><floating>yes</floating><interface>wan,lan</interface><direction>in</direction>") + kAny), wan("10.0.0.8"), "drop"},
      {"interface_rule_beats_floating_without_quick", rule(std::string("<type>block</type><floating>yes</floating><interface>wan</interface><direction>any</direction>") + kAny) + to("<any/>"), to_itself(wan("203.0.113.2")), "accept"},
      {"floating_out_beats_let_out", rule(std::string("<type>block</type><floating>yes</floating><interface>wan</interface><direction>out</direction>") + kAny) + pass_lan, lan("192.0.2.9"), "drop"},
      {"floating_out_is_not_in", rule(std::string("<type>block</type><quick>yes</quick><floating>yes</floating><interface>wan</interface><direction>out</direction>") + kAny) + to("<any/>"), wan("10.0.0.8"), "accept"},
      {"tagged", rule(std::string("<type>block</type><floating>yes</floating><interface>wan</interface><direction>out</direction><tagged>VPN</tagged>") + kAny) + rule(std::string("<type>pass</type><interface>lan</interface><tag>VPN</tag>") + kAny), lan("192.0.2.9"), "drop"},
      {"not_tagged", rule(std::string("<type>block</type><floating>yes</floating><interface>wan</interface><direction>out</direction><tagged>VPN</tagged>") + kAny) + rule(std::string("<type>pass</type><interface>lan</interface><tag>OTHER</tag>") + kAny), lan("192.0.2.9"), "accept"},
      {"tag_of_a_rule_that_does_not_decide", rule(std::string("<type>match</type><floating>yes</floating><direction>in</direction><tag>VPN</tag>") + kAny) + rule(std::string("<type>block</type><floating>yes</floating><direction>out</direction><tagged>VPN</tagged>") + kAny) + pass_lan, lan("192.0.2.9"), "depends"},
      {"group", rule(std::string("<type>pass</type><interface>INNER</interface>") + kAny), by(lan("192.0.2.9"), "opt1", "wan"), "accept", "<ifgroups><ifgroupentry><ifname>INNER</ifname><members>lan opt1</members></ifgroupentry></ifgroups>"},
      {"group_before_interface", rule(std::string("<type>pass</type><interface>lan</interface>") + kAny) + rule(std::string("<type>block</type><interface>INNER</interface>") + kAny), lan("192.0.2.9"), "drop", "<ifgroups><ifgroupentry><ifname>INNER</ifname><members>lan opt1</members></ifgroupentry></ifgroups>"},

      {"groups_in_their_own_order", rule(std::string("<type>pass</type><interface>SECOND</interface>") + kAny) + rule(std::string("<type>block</type><interface>FIRST</interface>") + kAny), lan("192.0.2.9"), "drop",
       "<ifgroups><ifgroupentry><ifname>FIRST</ifname><members>lan</members></ifgroupentry><ifgroupentry><ifname>SECOND</ifname><members>lan opt1</members></ifgroupentry></ifgroups>"},
      {"moved_rule", rule(std::string("<type>block</type><quick>yes</quick><floating>yes</floating><direction>in</direction>") + kAny) + rule(std::string("<type>pass</type><force_category>pfc_pkgearly</force_category><interface>lan</interface>") + kAny), lan("192.0.2.9"), "depends"},

      {"anti_lockout", "", to_itself(by(lan("10.0.0.1", 443), "lan", "lan")), "accept"},
      {"anti_lockout_redirect", "", to_itself(by(lan("10.0.0.1", 80), "lan", "lan")), "accept"},
      {"anti_lockout_is_for_the_lan", "", to_itself(wan("203.0.113.2", 443)), "drop"},
      {"port_0", pass_lan, lan("192.0.2.9", 0), "drop"},
      {"link_local", pass_lan, lan("169.254.1.1"), "drop"},
      {"dhcp_server", "", to_itself(with_source_port(by(lan("10.0.0.1", 67, "udp"), "lan", "lan"), 68)), "accept", "<dhcpd><lan><enable/><range><from>10.0.0.100</from><to>10.0.0.199</to></range></lan></dhcpd>"},
      {"dhcp_relay", "", to_itself(with_source_port(by(lan("255.255.255.255", 67, "udp"), "lan", "lan"), 68)), "accept", "<dhcrelay><enable/><interface>opt1,lan</interface><server>10.1.0.9</server></dhcrelay>"},
      {"dhcp_relay_elsewhere", "", to_itself(with_source_port(by(lan("255.255.255.255", 67, "udp"), "lan", "lan"), 68)), "drop", "<dhcrelay><enable/><interface>opt1</interface></dhcrelay>"},
      {"dhcp_relay_that_is_off", "", to_itself(with_source_port(by(lan("255.255.255.255", 67, "udp"), "lan", "lan"), 68)), "drop", "<dhcrelay><interface>lan</interface></dhcrelay>"},
      {"dhcpv6_server", "", to_itself([] { Sent s = by(lan("2001:db8:1::1", 546, "udp"), "lan", "lan"); s.src = "fe80::2"; return s; }()), "accept", "<dhcpdv6><lan><enable/></lan></dhcpdv6>"},
      {"dhcpv6_relay", "", to_itself([] { Sent s = by(lan("fe80::1", 547, "udp"), "lan", "lan"); s.src = "ff02::2"; return s; }()), "accept", "<dhcrelay6><enable/><interface>lan</interface></dhcrelay6>"},
      {"carp", "", to_itself(wan("224.0.0.18", 0, "112")), "accept", kCarp},
      {"carp_without_one", "", to_itself(wan("224.0.0.18", 0, "112")), "drop"},
      {"tftp_helper", "", [] { Sent s = by(wan("10.0.0.8", 69, "udp"), "wan", "lan"); return s; }(), "accept", "", "<tftpinterface>opt1,wan</tftpinterface>"},
      {"tftp_helper_elsewhere", "", wan("10.0.0.8", 69, "udp"), "drop", "", "<tftpinterface>opt1</tftpinterface>"},
      {"rule_with_a_gateway", rule(std::string("<interface>lan</interface><gateway>WANGW</gateway>") + kAny), lan("192.0.2.9"), "accept"},
      {"rule_that_goes_with_its_gateway", rule(std::string("<interface>lan</interface><gateway>WANGW</gateway>") + kAny), lan("192.0.2.9"), "depends", "", "<skip_rules_gw_down/>"},
      {"block_that_stays_without_its_gateway", rule(std::string("<type>block</type><interface>lan</interface><gateway>WANGW</gateway>") + kAny) + pass_lan, lan("192.0.2.9"), "drop", "", "<skip_rules_gw_down/>"},
      {"strange_setting", pass_lan, lan("192.0.2.9"), "depends", "", "<frobnicate>1</frobnicate>"},
      {"neighbour_discovery", "", to_itself([] { Sent s = by(lan("fe80::1", 0, "icmp"), "lan", "lan"); s.src = "fe80::2"; s.icmp_type = 135; return s; }()), "accept"},
  };
}

class Rules : public testing::TestWithParam<Row> {};

TEST_P(Rules, decide_as_the_device_does) {
  const Row& row = GetParam();
  const PfDevice device(config(row.filter, row.more, row.system));
  ASSERT_EQ(device.host.policies.size(), 2u);
  EXPECT_TRUE(device.host.understood);
  EXPECT_EQ(device.verdict(row.sent), row.verdict);
  device.expect_account_adds_up();
}

INSTANTIATE_TEST_SUITE_P(pfsense, Rules, testing::ValuesIn(rows()), [](const auto& info) { return std::string(info.param.name); });

TEST(PfSense, packets_by_themselves_go_out) {
  const PfDevice device(config(""));
  Sent sent = lan("192.0.2.9");
  sent.src = "203.0.113.2";
  sent.hook = model::Hook::output;
  EXPECT_EQ(device.verdict(sent), "accept");
}

TEST(PfSense, private_networks_and_bogons_on_the_wan) {
  std::string text = config(rule(std::string("<type>pass</type><interface>wan</interface>") + kAny));
  text.replace(text.find("<gateway>WANGW"), 0, "<blockpriv/><blockbogons/>");
  const PfDevice device(text);
  Sent sent = wan("10.0.0.8");
  for (const char* source : {"10.2.3.4", "172.20.1.1", "192.168.1.1", "240.0.0.1", "198.51.100.1"}) {
    sent.src = source;
    EXPECT_EQ(device.verdict(sent), "drop") << source;
  }
  sent.src = "8.8.8.8";
  EXPECT_EQ(device.verdict(sent), "accept");
  EXPECT_FALSE(device.host.policies[0].general_assumptions.empty());
}

TEST(PfSense, strange_settings_of_an_interface) {
  std::string text = config(rule(std::string("<type>block</type><quick>yes</quick><floating>yes</floating><direction>in</direction>") + kAny));
  text.replace(text.find("<descr>DMZ"), 0, "<frobnicate>1</frobnicate>");
  const PfDevice device(text);
  EXPECT_EQ(device.verdict(by(lan("192.0.2.9"), "opt1", "wan")), "depends");
  EXPECT_EQ(device.verdict(lan("192.0.2.9")), "drop");
}

TEST(PfSense, private_networks_are_not_blocked_on_a_bridge) {
  const auto verdict = [](const std::string& bridges) {
    std::string text = config(rule(std::string("<type>pass</type><interface>wan</interface>") + kAny), bridges);
    text.replace(text.find("<gateway>WANGW"), 0, "<blockpriv/>");
    Sent sent = wan("10.0.0.8");
    sent.src = "10.2.3.4";
    return PfDevice(text).verdict(sent);
  };
  EXPECT_EQ(verdict(""), "drop");
  EXPECT_EQ(verdict("<bridges><bridged><members>lan,opt1</members></bridged></bridges>"), "drop");
  EXPECT_EQ(verdict("<bridges><bridged><members>opt1,wan</members></bridged></bridges>"), "accept");
}

// The device leaves rules out that name the network or the address of an interface that is off.
TEST(PfSense, names_of_an_interface_that_is_off) {
  for (const char* name : {"<network>opt1</network>", "<network>opt1ip</network>"}) {
    std::string text = config(rule(std::string("<type>block</type><interface>lan</interface><source><any/></source><destination>") + name + "</destination>") +
                              rule(std::string("<type>pass</type><interface>lan</interface>") + kAny));
    Sent sent = lan("10.1.0.1");
    EXPECT_EQ(PfDevice(text).verdict(sent), "drop") << name;
    text.erase(text.find("<enable/><if>em2"), 9);
    EXPECT_EQ(PfDevice(text).verdict(sent), "accept") << name;
  }
}

// What the device passes for the kind of an interface.
TEST(PfSense, interfaces_that_carry_tunnels) {
  const auto verdict = [](const char* kind, const char* more, const char* from, const char* protocol) {
    std::string text = config("");
    const std::string address = "<ipaddr>203.0.113.2</ipaddr>";
    const bool v6 = std::string(kind).starts_with('6');
    text.replace(text.find(address), address.size(), v6 ? address + "<ipaddrv6>" + kind + "</ipaddrv6>" + more : std::string("<ipaddr>") + kind + "</ipaddr>");
    Sent sent = wan("203.0.113.2", 0, protocol);
    sent.hook = model::Hook::input;
    sent.src = from;
    return PfDevice(text).verdict(sent);
  };
  EXPECT_EQ(verdict("6rd", "<gateway-6rd>192.0.2.9</gateway-6rd>", "192.0.2.9", "41"), "accept");
  EXPECT_EQ(verdict("6rd", "<gateway-6rd>192.0.2.9</gateway-6rd>", "192.0.2.10", "41"), "drop");
  EXPECT_EQ(verdict("6to4", "", "192.0.2.10", "41"), "accept");
  EXPECT_EQ(verdict("6to4", "", "192.0.2.10", "47"), "drop");
  EXPECT_EQ(verdict("pptp", "", "192.0.2.10", "47"), "accept");
  EXPECT_EQ(verdict("dhcp", "", "192.0.2.10", "47"), "drop");
}

// A lease from elsewhere is not handed on.
TEST(PfSense, answers_of_dhcp_servers_are_not_routed) {
  std::string text = config("");
  const std::string address = "<ipaddr>203.0.113.2</ipaddr>";
  text.replace(text.find(address), address.size(), "<ipaddr>dhcp</ipaddr>");
  const PfDevice device(text);
  Sent sent = with_source_port(wan("10.0.0.8", 68, "udp"), 67);
  EXPECT_EQ(device.verdict(sent), "drop");
  sent.hook = model::Hook::input;
  EXPECT_EQ(device.verdict(sent), "accept");
}

TEST(PfSense, peers_of_ipsec_tunnels) {
  const auto verdict = [](const std::string& phase_1, const std::string& more, const char* from, const char* protocol, unsigned port = 0) {
    const PfDevice device(config("", "<ipsec><phase1><ikeid>1</ikeid><interface>wan</interface>" + phase_1 + "</phase1>" + more + "</ipsec>"));
    Sent sent = wan("203.0.113.2", port, protocol);
    sent.hook = model::Hook::input;
    sent.src = from;
    return device.verdict(sent);
  };
  const std::string one = "<remote-gateway>192.0.2.9</remote-gateway>", esp = "<phase2><ikeid>1</ikeid><protocol>esp</protocol></phase2>";
  EXPECT_EQ(verdict(one, "", "192.0.2.9", "udp", 500), "accept");
  EXPECT_EQ(verdict(one, "", "192.0.2.9", "udp", 4500), "accept");
  EXPECT_EQ(verdict(one, "", "192.0.2.10", "udp", 500), "drop");
  EXPECT_EQ(verdict(one, "", "192.0.2.9", "50"), "drop");
  EXPECT_EQ(verdict(one, esp, "192.0.2.9", "50"), "accept");
  EXPECT_EQ(verdict(one, esp, "192.0.2.9", "51"), "drop");
  EXPECT_EQ(verdict(one, "<phase2><ikeid>2</ikeid><protocol>esp</protocol></phase2>", "192.0.2.9", "50"), "drop");
  EXPECT_EQ(verdict(one, "<port>5500</port><port_nat_t>5600</port_nat_t>", "192.0.2.9", "udp", 500), "drop");
  EXPECT_EQ(verdict(one, "<port>5500</port><port_nat_t>5600</port_nat_t>", "192.0.2.9", "udp", 5600), "accept");
  EXPECT_EQ(verdict("<remote-gateway>0.0.0.0</remote-gateway>", "", "192.0.2.10", "udp", 500), "accept");
  EXPECT_EQ(verdict("<mobile/>", "", "192.0.2.10", "udp", 500), "accept");
  EXPECT_EQ(verdict("<disabled/>" + one, "", "192.0.2.9", "udp", 500), "drop");
  EXPECT_EQ(verdict("<remote-gateway>vpn.example.org</remote-gateway>", "", "192.0.2.10", "udp", 500), "depends");
}

TEST(PfSense, ipv6_is_blocked_unless_allowed) {
  std::string text = config(rule(std::string("<type>pass</type><ipprotocol>inet6</ipprotocol><interface>lan</interface>") + kAny));
  Sent sent = lan("2001:db8:2::1");
  sent.src = "2001:db8:1::5";
  EXPECT_EQ(PfDevice(text).verdict(sent), "accept");
  text.erase(text.find("<ipv6allow/>"), 12);
  EXPECT_EQ(PfDevice(text).verdict(sent), "drop");
}

TEST(PfSense, filter_that_is_switched_off) {
  const PfDevice device(config("", "", "<disablefilter/>"));
  EXPECT_EQ(device.verdict(wan("10.0.0.8")), "accept");
}

TEST(PfSense, answers_name_the_line_of_the_rule) {
  const PfDevice device(config("\n" + rule(std::string("<type>block</type><interface>wan</interface>") + kAny)));
  EXPECT_EQ(device.line(wan("10.0.0.8")), 13u);
}

TEST(PfsenseRules, StrangersMayAddRules) {
  const std::string block = "<rule><type>block</type><interface>lan</interface><source><any/></source><destination><any/></destination></rule>";
  EXPECT_EQ(PfDevice(config(block)).verdict(lan("198.51.100.7")), "drop");
  for (const char* more : {"<strange><x>1</x></strange>", "<installedpackages><fancy><config><x>1</x></config></fancy></installedpackages>",
                           "<installedpackages><squid><config><transparent_proxy>on</transparent_proxy></config></squid></installedpackages>"})
    EXPECT_EQ(PfDevice(config(block, more)).verdict(lan("198.51.100.7")), "depends") << more;
}

// What passes on lo0 is open to nobody (docs/semantics.md, 2.5).
TEST(PfSense, nobody_else_comes_in_by_lo0) {
  const PfDevice made(config(""));
  model::Device device;
  device.name = "fw";
  device.policies = made.host.policies;
  device.has_export = true;
  size_t closed = 0;
  for (const solver::Result& result : solver::reach(device, {}).results) {
    closed += result.truth == solver::Truth::holds;
    for (const auto* list : {&result.counterexamples, &result.undecided})
      for (const solver::Counterexample& example : *list)
        for (const solver::Decider& by : example.decided_by) EXPECT_EQ(by.rule.find("default: pass loopback"), std::string::npos) << by.rule;
  }
  EXPECT_GT(closed, 0u);
}

}  // namespace
}  // namespace fwproof
