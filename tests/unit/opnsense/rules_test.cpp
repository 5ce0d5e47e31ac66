// What an OPNsense does with packets: rules of the old pages and of the models, their order, the device's own rules, translations.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "solver/check.h"
#include "tests/support/pf_device.h"

namespace fwproof {
namespace {

using tests::PfDevice;
using tests::Sent;

struct Parts {
  std::string filter;   // in <filter>
  std::string rules;    // in <OPNsense><Firewall><Filter><rules>
  std::string more;     // at the top
  std::string models;   // in <OPNsense><Firewall>
  std::string nat;      // in <nat>
  std::string system = "<disablenatreflection>yes</disablenatreflection>";
  std::string in_filter = {};  // in <OPNsense><Firewall><Filter>
  std::string interfaces = {};  // in <interfaces>
};

std::string config(const Parts& parts) {
  return fmt::format(R"(<?xml version="1.0"?>
<opnsense>
  <system><hostname>fw</hostname><ipv6allow>1</ipv6allow>{}<webgui><protocol>https</protocol></webgui></system>
  <interfaces>
    <wan><enable>1</enable><if>em0</if><ipaddr>203.0.113.2</ipaddr><subnet>24</subnet><gateway>WANGW</gateway></wan>
    <lan><enable>1</enable><if>em1</if><ipaddr>10.0.0.1</ipaddr><subnet>24</subnet><ipaddrv6>2001:db8:1::1</ipaddrv6><subnetv6>64</subnetv6></lan>
    <opt1><enable>1</enable><if>em2</if><descr>DMZ</descr><ipaddr>10.1.0.1</ipaddr><subnet>24</subnet></opt1>
    {}
  </interfaces>
  {}
  <nat>{}</nat>
  <filter>{}</filter>
  <OPNsense><Gateways><gateway_item uuid="1"><disabled>0</disabled><name>WANGW</name><interface>wan</interface><ipprotocol>inet</ipprotocol><gateway>203.0.113.1</gateway><defaultgw>1</defaultgw><priority>254</priority></gateway_item></Gateways>
  <Firewall>{}<Filter><rules>{}</rules>{}</Filter></Firewall></OPNsense>
</opnsense>
)", parts.system, parts.interfaces, parts.more, parts.nat, parts.filter, parts.models, parts.rules, parts.in_filter);
}

const char* kAny = "<source><any>1</any></source><destination><any>1</any></destination>";

std::string old_rule(const std::string& settings) { return "<rule>" + settings + "</rule>\n"; }
std::string rule(const std::string& action, const std::string& interface, const std::string& settings, int sequence = 1) {
  return fmt::format("<rule uuid=\"u\"><enabled>1</enabled><sequence>{}</sequence><action>{}</action><quick>1</quick><interface>{}</interface><direction>in</direction><ipprotocol>inet</ipprotocol>{}</rule>\n", sequence, action,
                     interface, settings);
}
std::string nets(const std::string& source, const std::string& destination) { return "<protocol>any</protocol><source_net>" + source + "</source_net><destination_net>" + destination + "</destination_net>"; }

Sent lan(std::string dst, unsigned port = 80) {
  Sent sent;
  sent.src = "10.0.0.5";
  sent.in = "lan";
  sent.out = "wan";
  sent.dst = std::move(dst);
  sent.dst_port = port;
  return sent;
}
Sent wan(std::string dst, unsigned port = 80) {
  Sent sent;
  sent.src = "192.0.2.9";
  sent.dst = std::move(dst);
  sent.dst_port = port;
  return sent;
}
Sent to_itself(Sent sent) {
  sent.hook = model::Hook::input;
  return sent;
}

struct Row {
  const char* name;
  Parts parts;
  Sent sent;
  const char* verdict;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

Parts filter(std::string text) { return {.filter = std::move(text)}; }
Parts rules_of(std::string text) { return {.rules = std::move(text)}; }
// Interfaces of kinds for which the device has rules of its own.
Parts kinds(std::string more = {}, std::string rules = {}) {
  return {.rules = std::move(rules), .more = std::move(more), .interfaces = "<opt7><enable>1</enable><if>pptp0</if><ipaddr>pptp</ipaddr></opt7><opt8><enable>1</enable><if>em8</if><ipaddr>10.8.0.1</ipaddr><subnet>24</subnet><ipaddrv6>6rd</ipaddrv6><gateway-6rd>198.51.100.9</gateway-6rd></opt8>"
                                                                            "<opt9><enable>1</enable><if>em9</if><ipaddr>10.9.0.1</ipaddr><subnet>24</subnet><ipaddrv6>6to4</ipaddrv6></opt9><opt10><enable>1</enable><if>em10</if><ipaddrv6>track6</ipaddrv6></opt10>"};
}
const char* kRelay = "<OPNsense><DHCRelay><relays uuid=\"r\"><enabled>1</enabled><interface>lan</interface><destination>d</destination></relays><destinations uuid=\"d\"><server>2001:db8:2::5</server></destinations></DHCRelay></OPNsense>";
const char* kServer = "<dhcpdv6><lan><enable>1</enable><range><from>2001:db8:1::100</from><to>2001:db8:1::200</to></range></lan></dhcpdv6>";
std::string tunnel(const std::string& settings) {
  return "<ipsec><enable>1</enable><phase1><ikeid>1</ikeid><interface>wan</interface><protocol>inet</protocol>" + settings + "</phase1><phase2><ikeid>1</ikeid><protocol>esp</protocol></phase2><phase2><ikeid>2</ikeid><protocol>ah</protocol></phase2></ipsec>";
}
Sent at(const char* interface, const char* protocol, std::string src, std::string dst, unsigned port = 0) {
  Sent sent;
  sent.protocol = protocol;
  sent.in = interface;
  sent.src = std::move(src);
  sent.dst = std::move(dst);
  sent.dst_port = port;
  return to_itself(sent);
}

Parts shaped(const std::string& first, const std::string& second) {
  return {.rules = rule("pass", "wan", nets("any", "any") + "<shaper1>" + first + "</shaper1><shaper2>" + second + "</shaper2>"),
          .more = "<OPNsense><TrafficShaper><pipes><pipe uuid=\"p1\"><enabled>1</enabled></pipe><pipe uuid=\"p2\"><enabled>1</enabled></pipe><pipe uuid=\"p3\"><enabled>0</enabled></pipe></pipes>"
                  "<queues><queue uuid=\"q1\"><enabled>1</enabled></queue></queues></TrafficShaper></OPNsense>"};
}
std::string dnsmasq(const std::string& settings) {
  return "<dnsmasq><enable>1</enable>" + settings + "<dhcp_ranges><interface>lan</interface><start_addr>10.0.0.100</start_addr><end_addr>10.0.0.199</end_addr></dhcp_ranges></dnsmasq>";
}
std::string kea(const std::string& settings) {
  return "<OPNsense><Kea><dhcp4><general><enabled>1</enabled>" + settings + "</general><subnets><subnet4 uuid=\"s\"><subnet>10.0.0.0/24</subnet><pools>10.0.0.20-10.0.0.29</pools></subnet4></subnets></dhcp4></Kea></OPNsense>";
}
Sent dhcp(const char* interface) {
  Sent sent = at(interface, "udp", "0.0.0.0", "255.255.255.255", 67);
  sent.src_port = 68;
  return sent;
}

// Rules of both families by a gateway.
std::string by(const std::string& action, const std::string& gateway, int sequence = 1) {
  return fmt::format("<rule><enabled>1</enabled><sequence>{}</sequence><action>{}</action><quick>1</quick><interface>wan</interface><direction>in</direction><ipprotocol>inet46</ipprotocol>{}<gateway>{}</gateway></rule>\n", sequence,
                     action, nets("any", "any"), gateway);
}
Parts skipping(std::string rules) {
  return {.rules = std::move(rules), .more = "<gateways><gateway_item><name>DYN</name><interface>wan</interface><gateway>dynamic</gateway><ipprotocol>inet</ipprotocol></gateway_item><gateway_item><name>OFF</name><disabled>1</disabled>"
                                             "<interface>wan</interface><gateway>203.0.113.9</gateway></gateway_item><gateway_group><name>BOTH</name><item>WANGW|1</item><item>DYN|2</item></gateway_group></gateways>",
          .system = "<skip_rules_gw_down>1</skip_rules_gw_down>"};
}
Parts not_skipping(std::string rules) {
  Parts parts = skipping(std::move(rules));
  parts.system = {};
  return parts;
}
Sent wan6() {
  Sent sent;
  sent.src = "2001:db8:9::7";
  sent.dst = "2001:db8:1::7";
  return sent;
}

Parts with_aliases(std::string text) {
  return {.rules = std::move(text),
          .models = "<Alias><aliases><alias uuid=\"1\"><enabled>1</enabled><name>WEB</name><type>host</type><content>10.0.0.8\nMORE</content></alias>"
                    "<alias uuid=\"2\"><enabled>1</enabled><name>MORE</name><type>network</type><content>10.0.0.16/29\n!10.0.0.20</content></alias>"
                    "<alias uuid=\"3\"><enabled>0</enabled><name>OFF</name><type>host</type><content>10.0.0.9</content></alias>"
                    "<alias uuid=\"4\"><name>PORTS</name><type>port</type><content>80\n443\n8000:8010</content></alias>"
                    "<alias uuid=\"5\"><name>LAND</name><type>geoip</type><proto>IPv4</proto><content>DE</content></alias></aliases></Alias>"};
}

std::string rule6(const std::string& action, const std::string& settings, int sequence = 1) {
  return fmt::format("<rule><enabled>1</enabled><sequence>{}</sequence><action>{}</action><quick>1</quick><interface>lan</interface><ipprotocol>inet6</ipprotocol>{}</rule>\n", sequence, action, settings);
}
Sent link_local(std::string src = "fe80::5") {
  Sent sent = to_itself(lan("ff02::5", 80));
  sent.src = std::move(src);
  return sent;
}

std::string ping(const std::string& settings) { return old_rule("<type>pass</type><interface>lan</interface><protocol>icmp</protocol><icmptype>echoreq</icmptype>" + settings); }
std::string old_ports(const std::string& protocol) {
  return old_rule("<type>pass</type><interface>lan</interface><ipprotocol>inet</ipprotocol><protocol>" + protocol + "</protocol><source><any>1</any></source><destination><any>1</any><port>22</port></destination>");
}
Sent of_protocol(const char* protocol, Sent sent) {
  sent.protocol = protocol;
  return sent;
}
Sent icmp(Sent sent, unsigned type) {
  sent.protocol = "icmp";
  sent.icmp_type = type;
  return sent;
}

// opt5 is switched off, opt6 has no address.
const char* kOffAndEmpty = "<opt5><if>em5</if><ipaddr>192.0.2.1</ipaddr><subnet>24</subnet></opt5><opt6><enable>1</enable><if>em6</if></opt6>";
Parts with_off(std::string rules, std::string nat = {}) { return {.rules = std::move(rules), .nat = std::move(nat), .interfaces = kOffAndEmpty}; }

std::vector<Row> rows() {
  const std::string old_pass = old_rule(std::string("<type>pass</type><ipprotocol>inet</ipprotocol><interface>lan</interface>") + kAny);
  const std::string old_block = old_rule(std::string("<type>block</type><ipprotocol>inet</ipprotocol><interface>lan</interface>") + kAny);
  const std::string pass_lan = rule("pass", "lan", nets("any", "any"));
  const std::string strange = "<opt5><enable>1</enable><if>em5</if><frobnicate>1</frobnicate></opt5>";
  const auto tcp = [](const std::string& destination, const std::string& port) {
    return "<protocol>TCP</protocol><source_net>any</source_net><destination_net>" + destination + "</destination_net><destination_port>" + port + "</destination_port>";
  };
  return {
      {"nothing_allowed", {}, wan("10.0.0.5"), "drop"},
      {"old_rule", filter(old_pass), lan("192.0.2.9"), "accept"},
      {"old_rule_disabled", filter(old_rule(std::string("<disabled>1</disabled><type>pass</type><interface>lan</interface>") + kAny)), lan("192.0.2.9"), "drop"},
      {"old_rule_disabled_without_a_value", filter(old_rule(std::string("<disabled/><type>pass</type><interface>lan</interface>") + kAny)), lan("192.0.2.9"), "depends"},
      {"old_rule_without_endpoints_is_any", filter(old_rule("<type>pass</type><interface>lan</interface>")), lan("192.0.2.9"), "accept"},
      {"old_not", filter(old_rule("<type>pass</type><interface>lan</interface><source><not>1</not><network>lan</network></source>")), lan("192.0.2.9"), "drop"},
      {"old_not_without_a_value", filter(old_rule("<type>pass</type><interface>lan</interface><source><not/><network>lan</network></source>")), lan("192.0.2.9"), "depends"},
      {"old_order", filter(old_block + old_pass), lan("192.0.2.9"), "drop"},
      {"model_rule", rules_of(rule("pass", "lan", nets("lan", "any"))), lan("192.0.2.9"), "accept"},
      {"model_rule_off", rules_of("<rule><enabled>0</enabled><action>pass</action><interface>lan</interface>" + nets("any", "any") + "</rule>"), lan("192.0.2.9"), "drop"},
      {"model_before_old", {.filter = old_pass, .rules = rule("block", "lan", nets("any", "any"), 900)}, lan("192.0.2.9"), "drop"},
      {"model_by_sequence", rules_of(rule("block", "lan", nets("any", "any"), 20) + rule("pass", "lan", nets("any", "any"), 10)), lan("192.0.2.9"), "accept"},
      {"model_several_interfaces_float", {.filter = "", .rules = rule("pass", "lan", nets("any", "any"), 1) + rule("block", "lan,opt1", nets("any", "any"), 900)}, lan("192.0.2.9"), "drop"},
      {"old_floating_first", {.filter = old_rule(std::string("<type>block</type><floating>yes</floating><quick>1</quick><interface>lan</interface>") + kAny), .rules = rule("pass", "lan", nets("any", "any"))}, lan("192.0.2.9"), "drop"},
      {"interface_not", rules_of(rule("pass", "wan", nets("any", "any") + "<interfacenot>1</interfacenot>")), lan("192.0.2.9"), "accept"},
      {"interface_not_itself", rules_of(rule("pass", "lan", nets("any", "any") + "<interfacenot>1</interfacenot>")), lan("192.0.2.9"), "drop"},
      {"not_quick_last_match", rules_of("<rule><enabled>1</enabled><sequence>1</sequence><action>pass</action><quick>0</quick><interface>lan</interface>" + nets("any", "any") +
                                        "</rule><rule><enabled>1</enabled><sequence>2</sequence><action>block</action><quick>0</quick><interface>lan</interface>" + nets("any", "any") + "</rule>"), lan("192.0.2.9"), "drop"},
      {"port", rules_of(rule("pass", "wan", tcp("10.0.0.8", "https"))), wan("10.0.0.8", 443), "accept"},
      {"port_other", rules_of(rule("pass", "wan", tcp("10.0.0.8", "https"))), wan("10.0.0.8", 80), "drop"},
      {"port_range", rules_of(rule("pass", "wan", tcp("10.0.0.8", "8000-8010"))), wan("10.0.0.8", 8010), "accept"},
      {"alias_nested", with_aliases(rule("pass", "wan", tcp("WEB", "PORTS"))), wan("10.0.0.17", 8005), "accept"},
      {"alias_exclusion", with_aliases(rule("pass", "wan", tcp("WEB", "PORTS"))), wan("10.0.0.20", 8005), "drop"},
      {"alias_switched_off", with_aliases(rule("pass", "wan", tcp("OFF", "PORTS"))), wan("10.0.0.9", 80), "drop"},
      {"alias_of_countries", with_aliases(rule("pass", "wan", tcp("LAND", "PORTS"))), wan("10.0.0.9", 80), "depends"},
      {"alias_of_an_interface", rules_of(rule("pass", "wan", nets("any", "__opt1_network"))), wan("10.1.0.9"), "accept"},
      {"several_nets", rules_of(rule("pass", "wan", nets("any", "10.0.0.8,10.0.0.9"))), wan("10.0.0.9"), "accept"},
      {"several_nets_negated_are_any_of_them", rules_of(rule("pass", "wan", nets("any", "10.0.0.8,10.0.0.9") + "<destination_not>1</destination_not>")), wan("10.0.0.9"), "accept"},
      {"one_net_negated", rules_of(rule("pass", "wan", nets("any", "10.0.0.9") + "<destination_not>1</destination_not>")), wan("10.0.0.9"), "drop"},
      {"self", rules_of(rule("pass", "wan", nets("any", "(self)"))), to_itself(wan("203.0.113.2")), "accept"},
      {"address_of_an_interface", rules_of(rule("pass", "wan", nets("any", "wanip"))), to_itself(wan("203.0.113.2")), "accept"},
      {"schedule", rules_of(rule("pass", "wan", nets("any", "any") + "<sched>office</sched>")), wan("10.0.0.8"), "depends"},
      {"type_of_service", rules_of(rule("pass", "wan", nets("any", "any") + "<tos>ef</tos>")), wan("10.0.0.8"), "depends"},
      {"unknown_setting", rules_of(rule("pass", "wan", nets("any", "any") + "<frobnicate>1</frobnicate>")), wan("10.0.0.8"), "depends"},
      {"group", {.filter = "", .rules = rule("pass", "INNER", nets("any", "any")), .more = "<ifgroups><ifgroupentry uuid=\"1\"><ifname>INNER</ifname><members>lan,opt1</members><sequence>5</sequence></ifgroupentry></ifgroups>"}, lan("192.0.2.9"), "accept"},
      {"direction_out", rules_of("<rule><enabled>1</enabled><action>block</action><quick>1</quick><interface>wan</interface><direction>out</direction>" + nets("any", "any") + "</rule>" + rule("pass", "lan", nets("any", "any"))), lan("192.0.2.9"), "drop"},
      {"anti_lockout", {}, to_itself(lan("10.0.0.1", 443)), "accept"},
      {"loopback", {}, to_itself([] { Sent s = lan("127.0.0.1", 5); s.in = "lo0"; return s; }()), "accept"},
      {"gateway_that_is_there", skipping(by("pass", "WANGW")), wan("10.0.0.8"), "accept"},
      {"gateway_that_is_gone", skipping(by("pass", "GONE")), wan("10.0.0.8"), "drop"},
      {"gateway_that_is_gone_blocks_nothing", skipping(by("block", "GONE", 1) + rule("pass", "wan", nets("any", "any"), 2)), wan("10.0.0.8"), "accept"},
      {"gateway_that_is_switched_off", skipping(by("pass", "OFF")), wan("10.0.0.8"), "drop"},
      {"gateway_that_may_be_down", skipping(by("pass", "DYN")), wan("10.0.0.8"), "depends"},
      {"gateway_that_comes_with_an_address_may_be_down", skipping(by("pass", "WAN_GW")), wan("10.0.0.8"), "depends"},
      {"group_of_gateways_may_be_down", skipping(by("pass", "BOTH")), wan("10.0.0.8"), "depends"},
      {"gateway_that_is_gone_without_the_setting", not_skipping(by("pass", "GONE")), wan("10.0.0.8"), "accept"},
      {"gateway_that_may_be_down_without_the_setting", not_skipping(by("pass", "DYN")), wan("10.0.0.8"), "accept"},
      {"gateway_of_the_other_family", not_skipping(by("pass", "WANGW")), wan6(), "drop"},
      {"gateway_of_the_other_family_blocks_nothing", not_skipping(by("block", "WANGW", 1) + by("pass", "", 2)), wan6(), "accept"},
      {"gateway_of_the_other_family_that_may_be_down", not_skipping(by("pass", "DYN")), wan6(), "depends"},
      {"gateway_of_the_other_family_down_or_not", skipping(by("pass", "DYN")), wan6(), "drop"},
      {"group_of_gateways_of_the_other_family", not_skipping(by("pass", "BOTH")), wan6(), "depends"},
      {"old_rule_of_no_family_by_a_gateway", filter(old_rule("<type>pass</type><interface>wan</interface><gateway>WANGW</gateway>")), wan6(), "accept"},
      {"network_of_an_interface_that_is_off", with_off(rule("pass", "wan", nets("opt5", "any"))), wan("10.0.0.8"), "drop"},
      {"network_of_an_interface_that_is_off_blocks_nothing", with_off(rule("block", "wan", nets("opt5", "any"), 1) + rule("pass", "wan", nets("any", "any"), 2)), wan("10.0.0.8"), "accept"},
      {"negated_network_of_an_interface_that_is_off", with_off(rule("pass", "wan", nets("any", "opt5") + "<destination_not>1</destination_not>")), wan("10.0.0.8"), "drop"},
      {"address_of_an_interface_that_is_off", with_off(rule("pass", "wan", nets("any", "opt5ip"))), wan("192.0.2.1"), "drop"},
      {"address_of_an_interface_of_another_kind", {.rules = rule("pass", "wan", nets("any", "wg0ip")), .interfaces = "<wg0><enable>1</enable><if>wg0</if><ipaddr>10.7.0.1</ipaddr><subnet>24</subnet></wg0>"}, to_itself(wan("10.7.0.1")), "drop"},
      {"alias_of_an_interface_that_is_off_is_empty", with_off(rule("pass", "wan", nets("any", "__opt5_network") + "<destination_not>1</destination_not>")), wan("192.0.2.7"), "accept"},
      {"only_the_pair_of_an_interface_that_is_off_is_left_out", with_off(rule("pass", "wan", nets("opt5,192.0.2.9", "any"))), wan("10.0.0.8"), "accept"},
      {"not_the_network_of_an_interface_without_an_address", with_off(rule("block", "wan", nets("opt6", "any") + "<source_not>1</source_not>", 1) + rule("pass", "wan", nets("any", "any"), 2)), wan("10.0.0.8"), "drop"},
      {"interface_not_of_one_that_is_off", with_off(rule("block", "opt5,wan", nets("any", "any") + "<interfacenot>1</interfacenot>", 1) + rule("pass", "wan", nets("any", "any"), 2)), wan("10.0.0.8"), "accept"},
      {"shapers_of_one_kind", shaped("p1", "p2"), wan("10.0.0.8"), "accept"},
      {"shapers_of_two_kinds", shaped("p1", "q1"), wan("10.0.0.8"), "drop"},
      {"shaper_that_is_off", shaped("p1", "p3"), wan("10.0.0.8"), "drop"},
      {"one_shaper_that_is_off", shaped("p3", ""), wan("10.0.0.8"), "accept"},
      {"group_with_a_member_that_is_off", {.rules = rule("pass", "wan", nets("INNER", "any")), .more = "<ifgroups><ifgroupentry><ifname>INNER</ifname><members>lan,opt5</members></ifgroupentry></ifgroups>", .interfaces = kOffAndEmpty},
       [] { Sent s = wan("10.0.0.8"); s.src = "192.0.2.7"; return s; }(), "drop"},
      {"dnsmasq_on_an_interface_without_a_range", kinds(dnsmasq("<interface>lan,opt1</interface>")), dhcp("opt1"), "depends"},
      {"dnsmasq_registers_rules", kinds(dnsmasq("<dhcp><default_fw_rules>1</default_fw_rules></dhcp>")), dhcp("lan"), "accept"},
      {"dnsmasq_registers_no_rules", kinds(dnsmasq("<dhcp><default_fw_rules>0</default_fw_rules></dhcp>")), dhcp("lan"), "drop"},
      {"dnsmasq_hands_out_nothing_here", kinds(dnsmasq("<dhcp><default_fw_rules>1</default_fw_rules><no_interface>lan</no_interface></dhcp>")), dhcp("lan"), "drop"},
      {"kea_on_an_interface_without_a_network", kinds(kea("<interfaces>opt1</interfaces>")), dhcp("opt1"), "depends"},
      {"kea_registers_rules", kinds(kea("<interfaces>opt1</interfaces><fwrules>1</fwrules>")), dhcp("opt1"), "accept"},
      {"kea_registers_no_rules", kinds(kea("<interfaces>lan,opt1</interfaces><fwrules>0</fwrules>")), dhcp("lan"), "drop"},
      {"kea_that_names_no_interface", kinds(kea("")), dhcp("lan"), "depends"},
      {"unknown_setting_of_the_device", {.rules = pass_lan, .system = "<frobnicate>1</frobnicate>"}, lan("192.0.2.9"), "depends"},
      {"unknown_setting_of_its_web_pages", {.rules = pass_lan, .system = "<ssh><frobnicate>1</frobnicate></ssh>"}, lan("192.0.2.9"), "depends"},
      {"unknown_setting_beside_the_rules", {.rules = pass_lan, .in_filter = "<frobnicate><rule><a>1</a></rule></frobnicate>"}, lan("192.0.2.9"), "depends"},
      {"unknown_setting_of_an_interface", {.rules = pass_lan, .interfaces = strange}, at("opt5", "tcp", "192.0.2.9", "203.0.113.2", 1), "depends"},
      {"unknown_setting_of_another_interface", {.rules = pass_lan, .interfaces = strange}, lan("203.0.113.9"), "accept"},
      {"unknown_option_of_a_dhcp_server", {.rules = pass_lan, .more = "<dhcpd><lan><enable>1</enable><frobnicate>1</frobnicate></lan></dhcpd>"}, lan("192.0.2.9"), "accept"},
      {"port_0_is_blocked", {.rules = pass_lan}, lan("192.0.2.9", 0), "drop"},
      {"port_0_is_not_blocked", {.rules = pass_lan, .system = "<no_port0_block>1</no_port0_block>"}, lan("192.0.2.9", 0), "accept"},
      {"port_0_is_blocked_for_all_that_an_empty_setting_says", {.rules = pass_lan, .system = "<no_port0_block/>"}, lan("192.0.2.9", 0), "drop"},
      {"default_deny_is_inbound", rules_of(rule("pass", "lan", "<protocol>TCP</protocol><source_net>any</source_net><destination_net>any</destination_net><tcpflags_any>1</tcpflags_any>")),
       [] { Sent s = lan("192.0.2.9"); s.flags = model::tcp_ack; return s; }(), "accept"},
      {"pptp_control", kinds(), at("opt7", "tcp", "192.0.2.9", "203.0.113.2", 1723), "accept"},
      {"pptp_tunnel", kinds(), at("opt7", "47", "192.0.2.9", "203.0.113.2"), "accept"},
      {"pptp_on_another_interface", kinds(), at("wan", "47", "192.0.2.9", "203.0.113.2"), "drop"},
      {"pptp_is_overruled", kinds({}, rule("block", "opt7", nets("any", "any"))), at("opt7", "47", "192.0.2.9", "203.0.113.2"), "drop"},
      {"6rd_from_its_relay", kinds(), at("opt8", "41", "198.51.100.9", "10.8.0.1"), "accept"},
      {"6rd_from_elsewhere", kinds(), at("opt8", "41", "198.51.100.8", "10.8.0.1"), "drop"},
      {"6rd_without_ipv6", kinds("<OPNsense><Interfaces><settings><disableipv6>1</disableipv6></settings></Interfaces></OPNsense>"), at("opt8", "41", "198.51.100.9", "10.8.0.1"), "drop"},
      {"ipv6_is_off_whatever_old_versions_ask_for", {.rules = rule6("pass", nets("any", "any")), .more = "<OPNsense><Interfaces><settings><disableipv6>1</disableipv6></settings></Interfaces></OPNsense>"}, link_local("2001:db8:1::5"), "drop"},
      {"6to4_to_itself", kinds(), at("opt9", "41", "192.0.2.9", "10.9.0.1"), "accept"},
      {"6to4_through", kinds(), at("opt9", "41", "192.0.2.9", "10.9.0.7"), "drop"},
      {"dhcpv6_server", kinds(kServer), at("lan", "udp", "fe80::5", "ff02::1:2", 547), "accept"},
      {"dhcpv6_server_to_its_address", kinds(kServer), at("lan", "udp", "fe80::5", "2001:db8:1::1", 546), "accept"},
      {"dhcpv6_server_from_a_group", kinds(kServer), at("lan", "udp", "ff02::5", "fe80::1", 547), "accept"},
      {"dhcpv6_server_elsewhere", kinds(kServer), at("wan", "udp", "fe80::5", "2001:db8:1::1", 546), "drop"},
      {"dhcpv6_relay", kinds(kRelay), at("lan", "udp", "fe80::5", "ff02::1:2", 547), "accept"},
      {"dhcpv6_relay_of_old_pages", kinds("<dhcrelay6><enable>1</enable><interface>lan</interface></dhcrelay6>"), at("lan", "udp", "fe80::5", "ff02::1:2", 547), "depends"},
      {"dhcpv6_nothing", kinds(), at("lan", "udp", "fe80::5", "ff02::1:2", 547), "drop"},
      {"dhcpv6_of_a_delegated_prefix", kinds(), at("opt10", "udp", "fe80::5", "ff02::1:2", 547), "depends"},
      {"dnsmasq_serves_both_families", kinds("<dnsmasq><enable>1</enable><dhcp_ranges><interface>lan</interface><start_addr>10.0.0.100</start_addr><end_addr>10.0.0.199</end_addr></dhcp_ranges></dnsmasq>"),
       at("lan", "udp", "fe80::5", "ff02::1:2", 547), "depends"},
      {"ipsec_of_clients", kinds(tunnel("<mobile>1</mobile>")), at("wan", "udp", "192.0.2.9", "203.0.113.2", 500), "depends"},
      {"ipsec_behind_nat", kinds(tunnel("<mobile>1</mobile>")), at("wan", "udp", "192.0.2.9", "203.0.113.2", 4500), "depends"},
      {"ipsec_not_behind_nat", kinds(tunnel("<mobile>1</mobile><nat_traversal>off</nat_traversal>")), at("wan", "udp", "192.0.2.9", "203.0.113.2", 4500), "drop"},
      {"ipsec_payload", kinds(tunnel("<mobile>1</mobile>")), at("wan", "50", "192.0.2.9", "203.0.113.2"), "depends"},
      {"ipsec_payload_of_no_tunnel", kinds(tunnel("<mobile>1</mobile>")), at("wan", "51", "192.0.2.9", "203.0.113.2"), "drop"},
      {"ipsec_from_its_gateway", kinds(tunnel("<remote-gateway>192.0.2.9</remote-gateway>")), at("wan", "udp", "192.0.2.9", "203.0.113.2", 500), "depends"},
      {"ipsec_from_elsewhere", kinds(tunnel("<remote-gateway>192.0.2.8</remote-gateway>")), at("wan", "udp", "192.0.2.9", "203.0.113.2", 500), "drop"},
      {"ipsec_from_a_name", kinds(tunnel("<remote-gateway>vpn.example.org</remote-gateway>")), at("wan", "udp", "192.0.2.9", "203.0.113.2", 500), "depends"},
      {"ipsec_tunnel_that_is_off", kinds(tunnel("<mobile>1</mobile><disabled>1</disabled>")), at("wan", "udp", "192.0.2.9", "203.0.113.2", 500), "drop"},
      {"ipsec_without_rules", kinds(tunnel("<mobile>1</mobile>") + "<OPNsense><IPsec><general><disablevpnrules>1</disablevpnrules></general></IPsec></OPNsense>"), at("wan", "udp", "192.0.2.9", "203.0.113.2", 500), "drop"},
      {"old_port", filter(old_ports("tcp")), lan("192.0.2.9", 23), "drop"},
      {"old_port_of_sctp_is_ignored", filter(old_ports("sctp")), of_protocol("132", lan("192.0.2.9", 23)), "accept"},
      {"model_port_of_sctp", rules_of(rule("pass", "lan", "<protocol>SCTP</protocol><source_net>any</source_net><destination_net>any</destination_net><destination_port>22</destination_port>")), of_protocol("132", lan("192.0.2.9", 23)), "drop"},
      {"icmp_type", filter(ping("<ipprotocol>inet</ipprotocol>")), icmp(lan("192.0.2.9"), 8), "accept"},
      {"icmp_type_other", filter(ping("<ipprotocol>inet</ipprotocol>")), icmp(lan("192.0.2.9"), 13), "drop"},
      {"icmp_type_without_a_family", filter(ping("")), icmp(lan("192.0.2.9"), 13), "accept"},
      {"icmp_without_a_family_is_not_icmpv6", filter(ping("")), icmp(link_local("2001:db8:1::5"), 160), "drop"},
      {"icmp_of_ipv6_is_icmpv6", filter(ping("<ipprotocol>inet6</ipprotocol>")), icmp(link_local("2001:db8:1::5"), 160), "accept"},
      {"link_local_of_a_network_in_ipv6", rules_of(rule6("pass", nets("lan", "any"))), link_local(), "accept"},
      {"link_local_is_not_in_the_alias_of_a_network", rules_of(rule6("pass", nets("__lan_network", "any"))), link_local(), "drop"},
      {"link_local_is_in_a_negated_network_as_well", rules_of(rule6("pass", nets("lan", "any") + "<source_not>1</source_not>")), link_local(), "accept"},
      {"link_local_is_blocked_by_a_negated_network", rules_of(rule6("block", nets("lan", "any") + "<source_not>1</source_not>", 1) + rule6("pass", nets("any", "any"), 2)), link_local(), "drop"},
      {"negated_network_in_ipv6", rules_of(rule6("pass", nets("lan", "any") + "<source_not>1</source_not>")), link_local("2001:db8:1::5"), "drop"},
      {"negated_network_in_ipv6_from_outside", rules_of(rule6("pass", nets("lan", "any") + "<source_not>1</source_not>")), link_local("2001:db8:2::5"), "accept"},
      {"link_local_of_a_network_without_a_family", filter(old_rule("<type>pass</type><interface>lan</interface><source><network>lan</network></source>")), link_local(), "drop"},
  };
}

class Rules : public testing::TestWithParam<Row> {};

TEST_P(Rules, decide_as_the_device_does) {
  const Row& row = GetParam();
  const PfDevice device(config(row.parts));
  ASSERT_EQ(device.host.policies.size(), 2u);
  EXPECT_TRUE(device.host.understood);
  EXPECT_EQ(device.verdict(row.sent), row.verdict);
  device.expect_account_adds_up();
}

TEST(OpnSenseAssumptions, upnp_has_opened_nothing) {
  const auto assumes = [](const std::string& more) {
    const PfDevice device(config({.more = more}));
    const auto& general = device.host.policies.at(0).general_assumptions;
    return std::any_of(general.begin(), general.end(), [](const auto& each) { return each.text == "no port is opened by UPnP at present"; });
  };
  EXPECT_TRUE(assumes("<installedpackages><miniupnpd><config><enable>1</enable></config></miniupnpd></installedpackages>"));
  EXPECT_FALSE(assumes("<installedpackages><miniupnpd><config><iface_array>lan</iface_array></config></miniupnpd></installedpackages>"));
}

TEST(OpnSenseLockout, is_left_out_where_its_interface_is_off) {
  const auto device = [](const std::string& interfaces) { return PfDevice("<?xml version=\"1.0\"?>\n<opnsense>\n<system><webgui><protocol>https</protocol></webgui></system>\n<interfaces>" + interfaces + "</interfaces>\n</opnsense>\n"); };
  const std::string opt2 = "<opt2><enable>1</enable><if>em2</if><ipaddr>10.2.0.1</ipaddr><subnet>24</subnet></opt2>", opt10 = "<opt10><enable>1</enable><if>em3</if><ipaddr>10.3.0.1</ipaddr><subnet>24</subnet></opt10>";
  const auto to = [](const char* interface, std::string dst) { return at(interface, "tcp", "192.0.2.9", std::move(dst), 443); };
  EXPECT_EQ(device("<lan><if>em1</if><ipaddr>10.0.0.1</ipaddr><subnet>24</subnet></lan>" + opt2).verdict(to("opt2", "10.2.0.1")), "drop");
  EXPECT_EQ(device(opt10 + opt2).verdict(to("opt2", "10.2.0.1")), "accept");
  EXPECT_EQ(device(opt10 + opt2).verdict(to("opt10", "10.3.0.1")), "drop");
}

INSTANTIATE_TEST_SUITE_P(opnsense, Rules, testing::ValuesIn(rows()), [](const auto& info) { return std::string(info.param.name); });

// ---- translations ----

const std::string kPassAll = rule("pass", "", nets("any", "any"));

std::string forward(const std::string& port, const std::string& target, const std::string& local_port, const std::string& more = "") {
  return fmt::format("<rule><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol><source><any>1</any></source><destination><network>wanip</network><port>{}</port></destination>"
                     "<target>{}</target><local-port>{}</local-port>{}<descr>forward</descr></rule>\n", port, target, local_port, more);
}

struct NatRow {
  const char* name;
  Parts parts;
  Sent sent;
  const char* verdict;
  const char* source;
  const char* destination;
};
void PrintTo(const NatRow& row, std::ostream* out) { *out << row.name; }

Parts nat(std::string text, std::string rules = kPassAll, std::string in_filter = "") { return {.rules = std::move(rules), .nat = std::move(text), .in_filter = std::move(in_filter)}; }

std::vector<NatRow> nat_rows() {
  const std::string snat = "<snatrules><rule uuid=\"1\"><enabled>1</enabled><sequence>1</sequence><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>any</protocol><source_net>lan</source_net>"
                           "<destination_net>any</destination_net><target>203.0.113.10</target></rule></snatrules>";
  const std::string one = "<onetoone><rule uuid=\"1\"><enabled>1</enabled><interface>wan</interface><type>binat</type><source_net>10.1.0.10</source_net><destination_net>any</destination_net><external>203.0.113.10</external></rule></onetoone>";
  return {
      {"forward", nat(forward("443", "10.1.0.10", "8443")), wan("203.0.113.2", 443), "accept", "192.0.2.9", "10.1.0.10:8443"},
      {"forward_range_shifts", nat(forward("8000-8010", "10.1.0.10", "9000")), wan("203.0.113.2", 8007), "accept", "192.0.2.9", "10.1.0.10:9007"},
      {"forward_alone_does_not_pass", nat(forward("443", "10.1.0.10", "8443"), ""), wan("203.0.113.2", 443), "drop", "192.0.2.9", "10.1.0.10:8443"},
      {"forward_pass", nat(forward("443", "10.1.0.10", "8443", "<pass>pass</pass>"), ""), wan("203.0.113.2", 443), "accept", "192.0.2.9", "10.1.0.10:8443"},
      {"forward_registers_a_rule", nat(forward("443", "10.1.0.10", "8443", "<pass>rule</pass>"), ""), wan("203.0.113.2", 443), "accept", "192.0.2.9", "10.1.0.10:8443"},
      {"forward_by_sequence", nat(forward("443", "10.1.0.10", "443", "<sequence>2</sequence>") + forward("443", "10.1.0.11", "443", "<sequence>1</sequence>")), wan("203.0.113.2", 443), "accept", "192.0.2.9", "10.1.0.11:443"},
      {"forward_old_pass", nat(forward("443", "10.1.0.10", "8443", "<associated-rule-id>pass</associated-rule-id>"), ""), wan("203.0.113.2", 443), "accept", "192.0.2.9", "10.1.0.10:8443"},
      {"forward_disabled", nat(forward("443", "10.1.0.10", "8443", "<disabled>1</disabled>")), wan("203.0.113.2", 443), "accept", "192.0.2.9", "203.0.113.2:443"},
      {"reflection", nat(forward("443", "10.1.0.10", "8443", "<natreflection>purenat</natreflection>")), lan("203.0.113.2", 443), "accept", "203.0.113.2", "10.1.0.10:8443"},
      {"no_reflection", nat(forward("443", "10.1.0.10", "8443")), lan("203.0.113.2", 443), "accept", "203.0.113.2", "203.0.113.2:443"},
      {"lockout_ports_are_not_forwarded", nat("<rule><interface>lan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol><destination><network>lanip</network><port>443</port></destination><target>10.1.0.10</target><local-port>443</local-port></rule>"),
       lan("10.0.0.1", 443), "accept", "203.0.113.2", "10.0.0.1:443"},
      {"forward_to_an_interface_that_is_off", with_off(kPassAll, forward("443", "opt5ip", "443")), wan("203.0.113.2", 443), "accept", "192.0.2.9", "203.0.113.2:443"},
      {"forward_from_an_interface_that_is_off", with_off(kPassAll, "<rule><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol><source><network>opt5</network></source><destination><network>wanip</network><port>443</port></destination><target>10.1.0.10</target></rule>"),
       wan("203.0.113.2", 443), "accept", "192.0.2.9", "203.0.113.2:443"},
      {"registered_rule_to_an_interface_that_is_off", with_off("", forward("443", "opt5ip", "443", "<pass>rule</pass>")), wan("192.0.2.1", 443), "drop", "192.0.2.9", "192.0.2.1:443"},
      {"no_forward_registers_a_rule_to_any", nat(forward("443", "", "", "<nordr>1</nordr><pass>rule</pass>"), ""), wan("203.0.113.2", 443), "accept", "192.0.2.9", "203.0.113.2:443"},
      {"no_forward_registers_a_rule_to_its_port", nat(forward("443", "", "", "<nordr>1</nordr><pass>rule</pass>"), ""), wan("203.0.113.2", 444), "drop", "192.0.2.9", "203.0.113.2:444"},
      {"forward_of_sctp_has_no_ports", nat("<rule><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>sctp</protocol><destination><network>wanip</network><port>443</port></destination><target>10.1.0.10</target></rule>"),
       of_protocol("132", wan("203.0.113.2", 444)), "accept", "192.0.2.9", "10.1.0.10:444"},
      {"old_source_ports_beside_the_network_are_ignored", nat("<outbound><mode>advanced</mode><rule><interface>wan</interface><protocol>tcp</protocol><source><network>lan</network></source><destination><any>1</any><port>443</port></destination><target>203.0.113.11</target></rule></outbound>"),
       lan("192.0.2.9"), "accept", "203.0.113.11", "192.0.2.9:80"},
      {"registered_range_shifts", nat(forward("8000-8010", "10.1.0.10", "9000", "<pass>rule</pass>"), ""), wan("203.0.113.2", 8010), "accept", "192.0.2.9", "10.1.0.10:9010"},
      {"registered_range_ends", nat(forward("8000-8010", "10.1.0.10", "9000", "<pass>rule</pass>"), ""), wan("10.1.0.10", 9011), "drop", "192.0.2.9", "10.1.0.10:9011"},
      {"automatic_source", nat("<outbound><mode>automatic</mode></outbound>"), lan("192.0.2.9"), "accept", "203.0.113.2", "192.0.2.9:80"},
      {"model_source", nat("<outbound><mode>hybrid</mode></outbound>", kPassAll, snat), lan("192.0.2.9"), "accept", "203.0.113.10", "192.0.2.9:80"},
      {"model_source_needs_the_mode", nat("<outbound><mode>automatic</mode></outbound>", kPassAll, snat), lan("192.0.2.9"), "accept", "203.0.113.2", "192.0.2.9:80"},
      {"old_source", nat("<outbound><mode>advanced</mode><rule><interface>wan</interface><source><network>lan</network></source><destination><any>1</any></destination><target>203.0.113.11</target></rule></outbound>"), lan("192.0.2.9"), "accept", "203.0.113.11", "192.0.2.9:80"},
      {"no_source", nat("<outbound><mode>disabled</mode></outbound>"), lan("192.0.2.9"), "accept", "10.0.0.5", "192.0.2.9:80"},
      {"one_to_one_in", nat("", kPassAll, one), wan("203.0.113.10"), "accept", "192.0.2.9", "10.1.0.10:80"},
      {"one_to_one_out", nat("", kPassAll, one), [] { Sent s = lan("192.0.2.9"); s.src = "10.1.0.10"; s.in = "opt1"; return s; }(), "accept", "203.0.113.10", "192.0.2.9:80"},
      {"npt", nat("", kPassAll.substr(0, kPassAll.find("<ipprotocol>")) + "<ipprotocol>inet46</ipprotocol>" + nets("any", "any") + "</rule>",
                  "<npt><rule uuid=\"1\"><enabled>1</enabled><interface>wan</interface><source_net>2001:db8:1::/64</source_net><destination_net>2001:db8:5::/64</destination_net></rule></npt>"),
       [] { Sent s = lan("2001:db8:9::1"); s.src = "2001:db8:1::77"; return s; }(), "accept", "2001:db8:5::77", "2001:db8:9::1:80"},
  };
}

class Translations : public testing::TestWithParam<NatRow> {};

TEST_P(Translations, are_as_the_device_does_them) {
  const NatRow& row = GetParam();
  const PfDevice device(config(row.parts));
  const model::Outcome outcome = device.send(row.sent);
  EXPECT_EQ(model::to_text(outcome.verdict), row.verdict);
  EXPECT_EQ(PfDevice::destination(outcome), row.destination);
  if (outcome.verdict == model::Verdict::accept) {
    EXPECT_EQ(PfDevice::source(outcome), row.source);
  }
  device.expect_account_adds_up();
}

INSTANTIATE_TEST_SUITE_P(opnsense, Translations, testing::ValuesIn(nat_rows()), [](const auto& info) { return std::string(info.param.name); });

// What passes on lo0 is open to nobody (docs/semantics.md, 2.5).
TEST(OpnSense, nobody_else_comes_in_by_lo0) {
  const PfDevice made(config({}));
  model::Device device;
  device.name = "fw";
  device.policies = made.host.policies;
  device.has_export = true;
  size_t closed = 0;
  for (const solver::Result& result : solver::reach(device, {}).results) {
    closed += result.truth == solver::Truth::holds;
    for (const auto* list : {&result.counterexamples, &result.undecided})
      for (const solver::Counterexample& example : *list)
        for (const solver::Decider& by : example.decided_by) EXPECT_EQ(by.rule.find("default: not filtered"), std::string::npos) << by.rule;
  }
  EXPECT_GT(closed, 0u);
}

}  // namespace
}  // namespace fwproof
