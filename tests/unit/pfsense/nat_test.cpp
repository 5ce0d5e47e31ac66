// Translations of a pfSense: port forwards with reflection, outbound, 1:1, NPt; and what the filter then sees.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/pf_device.h"

namespace fwproof {
namespace {

using tests::PfDevice;
using tests::Sent;

const char* kAny = "<source><any/></source><destination><any/></destination>";

std::string config(const std::string& nat, const std::string& filter = "", const std::string& more = "", const std::string& system = "<disablenatreflection>yes</disablenatreflection>") {
  return fmt::format(R"(<?xml version="1.0"?>
<pfsense>
  <system><ipv6allow/>{}</system>
  <interfaces>
    <wan><enable/><if>em0</if><ipaddr>203.0.113.2</ipaddr><subnet>24</subnet><gateway>WANGW</gateway></wan>
    <lan><enable/><if>em1</if><ipaddr>10.0.0.1</ipaddr><subnet>24</subnet></lan>
    <opt1><enable/><if>em2</if><ipaddr>10.1.0.1</ipaddr><subnet>24</subnet></opt1>
  </interfaces>
  <gateways><gateway_item><name>WANGW</name><interface>wan</interface><gateway>203.0.113.1</gateway></gateway_item></gateways>
  <virtualip><vip><mode>ipalias</mode><interface>wan</interface><subnet>203.0.113.10</subnet><subnet_bits>32</subnet_bits><type>single</type></vip></virtualip>
  <aliases><alias><name>SERVERS</name><type>host</type><address>10.1.0.10 10.1.0.11</address></alias>
    <alias><name>WEB</name><type>port</type><address>80 443</address></alias></aliases>
  {}
  <nat>{}</nat>
  <filter>{}</filter>
</pfsense>
)", system, more, nat, filter);
}

const std::string kPassAll = std::string("<rule><type>pass</type><ipprotocol>inet46</ipprotocol><floating>yes</floating><quick>yes</quick><direction>in</direction>") + kAny + "</rule>";

std::string forward(const std::string& port, const std::string& target, const std::string& local_port, const std::string& more = "") {
  return fmt::format("<rule><interface>wan</interface><protocol>tcp</protocol><source><any/></source><destination><network>wanip</network><port>{}</port></destination>"
                     "<target>{}</target><local-port>{}</local-port>{}<descr>forward</descr></rule>\n", port, target, local_port, more);
}

std::string one_to_one(const std::string& external, const std::string& internal, const std::string& more = "") {
  return fmt::format("<onetoone><interface>wan</interface><external>{}</external><source><address>{}</address></source><destination><any/></destination>{}</onetoone>\n", external, internal, more);
}

Sent from_outside(unsigned port, std::string dst = "203.0.113.2") {
  Sent sent;
  sent.src = "192.0.2.9";
  sent.dst = std::move(dst);
  sent.dst_port = port;
  sent.out = "opt1";
  return sent;
}
Sent from_lan(std::string dst, unsigned port = 80) {
  Sent sent = from_outside(port, std::move(dst));
  sent.src = "10.0.0.5";
  sent.in = "lan";
  sent.out = "wan";
  return sent;
}

struct Row {
  const char* name;
  std::string nat;
  Sent sent;
  const char* verdict;
  const char* destination;  // as it leaves
  std::string filter = kPassAll;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::vector<Row> rows() {
  const std::string pass_target = "<rule><type>pass</type><interface>wan</interface><protocol>tcp</protocol><source><any/></source><destination><address>10.1.0.10</address><port>8443</port></destination></rule>";
  const std::string pass_public = "<rule><type>pass</type><interface>wan</interface><protocol>tcp</protocol><source><any/></source><destination><network>wanip</network><port>443</port></destination></rule>";
  return {
      {"port_stays", forward("443", "10.1.0.10", "443"), from_outside(443), "accept", "10.1.0.10:443"},
      {"port_changes", forward("443", "10.1.0.10", "8443"), from_outside(443), "accept", "10.1.0.10:8443"},
      {"other_port", forward("443", "10.1.0.10", "8443"), from_outside(444), "accept", "203.0.113.2:444"},
      {"range_stays", forward("8000-8010", "10.1.0.10", "8000"), from_outside(8007), "accept", "10.1.0.10:8007"},
      {"range_shifts", forward("8000-8010", "10.1.0.10", "9000"), from_outside(8007), "accept", "10.1.0.10:9007"},
      {"alias_of_ports_to_one", forward("WEB", "10.1.0.10", "8080"), from_outside(443), "accept", "10.1.0.10:8080"},
      {"alias_of_ports_stays", forward("WEB", "10.1.0.10", "WEB"), from_outside(443), "accept", "10.1.0.10:443"},
      {"filter_sees_the_target", forward("443", "10.1.0.10", "8443"), from_outside(443), "accept", "10.1.0.10:8443", pass_target},
      {"filter_does_not_see_the_public_address", forward("443", "10.1.0.10", "8443"), from_outside(443), "drop", "10.1.0.10:8443", pass_public},
      {"forward_alone_does_not_pass", forward("443", "10.1.0.10", "443"), from_outside(443), "drop", "10.1.0.10:443", " "},
      {"pass_skips_the_filter", forward("443", "10.1.0.10", "443", "<associated-rule-id>pass</associated-rule-id>"), from_outside(443), "accept", "10.1.0.10:443", " "},
      {"pass_is_for_its_packets_only", forward("443", "10.1.0.10", "443", "<associated-rule-id>pass</associated-rule-id>"), from_outside(80), "drop", "203.0.113.2:80", " "},
      {"disabled", forward("443", "10.1.0.10", "443", "<disabled/>"), from_outside(443), "accept", "203.0.113.2:443"},
      {"nordr_ends_the_search", forward("443", "10.1.0.10", "443", "<nordr/>") + forward("443", "10.1.0.11", "443"), from_outside(443), "accept", "203.0.113.2:443"},
      {"nordr_does_not_stop_one_to_one", one_to_one("203.0.113.2", "10.1.0.11") + forward("443", "10.1.0.10", "443", "<nordr/>") + forward("443", "10.1.0.10", "443"), from_outside(443), "accept", "10.1.0.11:443"},
      {"one_to_one_takes_what_no_forward_does", one_to_one("203.0.113.2", "10.1.0.11") + forward("443", "10.1.0.10", "443", "<nordr/>"), from_outside(80), "accept", "10.1.0.11:80"},
      {"first_forward_wins", forward("443", "10.1.0.10", "443") + forward("443", "10.1.0.11", "443"), from_outside(443), "accept", "10.1.0.10:443"},
      {"no_reflection", forward("443", "10.1.0.10", "443"), from_lan("203.0.113.2", 443), "accept", "203.0.113.2:443"},
      {"reflection", forward("443", "10.1.0.10", "8443", "<natreflection>purenat</natreflection>"), from_lan("203.0.113.2", 443), "accept", "10.1.0.10:8443"},
      {"other_interface", forward("443", "10.1.0.10", "443"), [] { Sent s = from_lan("203.0.113.2", 443); s.in = "opt1"; return s; }(), "accept", "203.0.113.2:443"},
      {"one_to_one", "<onetoone><interface>wan</interface><external>203.0.113.10</external><source><address>10.1.0.10</address></source><destination><any/></destination></onetoone>", from_outside(80, "203.0.113.10"), "accept", "10.1.0.10:80"},
      {"one_to_one_network", "<onetoone><interface>wan</interface><external>198.18.5.0</external><source><address>10.1.0.0/24</address></source><destination><any/></destination></onetoone>", from_outside(80, "198.18.5.77"), "accept", "10.1.0.77:80"},
      {"forward_before_one_to_one", "<onetoone><interface>wan</interface><external>203.0.113.2</external><source><address>10.1.0.11</address></source><destination><any/></destination></onetoone>" + forward("443", "10.1.0.10", "443"), from_outside(443), "accept", "10.1.0.10:443"},
      {"one_to_one_for_some_peers", "<onetoone><interface>wan</interface><external>203.0.113.10</external><source><address>10.1.0.10</address></source><destination><address>198.51.100.0/24</address></destination></onetoone>", from_outside(80, "203.0.113.10"), "accept", "203.0.113.10:80"},
  };
}

class Translations : public testing::TestWithParam<Row> {};

TEST_P(Translations, are_as_the_device_does_them) {
  const Row& row = GetParam();
  const PfDevice device(config(row.nat, row.filter));
  const model::Outcome outcome = device.send(row.sent);
  EXPECT_EQ(model::to_text(outcome.verdict), row.verdict);
  EXPECT_EQ(PfDevice::destination(outcome), row.destination);
  device.expect_account_adds_up();
}

INSTANTIATE_TEST_SUITE_P(pfsense, Translations, testing::ValuesIn(rows()), [](const auto& info) { return std::string(info.param.name); });

TEST(PfSenseNat, nobinat_does_not_stop_outbound_translation) {
  Sent sent = from_lan("192.0.2.9");
  sent.in = "opt1";
  sent.src = "10.1.0.10";
  const PfDevice device(config(one_to_one("203.0.113.10", "10.1.0.10", "<nobinat/>") + one_to_one("203.0.113.10", "10.1.0.10"), kPassAll));
  EXPECT_EQ(PfDevice::source(device.send(sent)), "203.0.113.2");
}

TEST(PfSenseNat, a_forward_that_is_moved_may_come_first) {
  const PfDevice device(config(forward("443", "10.1.0.10", "443") + forward("443", "10.1.0.11", "443", "<force_category>pfc_allnat</force_category>"), kPassAll));
  EXPECT_EQ(device.verdict(from_outside(443)), "depends");
  EXPECT_EQ(device.verdict(from_outside(80)), "accept");
}

TEST(PfSenseNat, ipv6_in_ipv4_goes_to_one_host) {
  const PfDevice device(config("", kPassAll, "<diag><ipv6nat><enable/><ipaddr>10.1.0.10</ipaddr></ipv6nat></diag>"));
  Sent sent = from_outside(0);
  sent.protocol = "41";
  EXPECT_EQ(PfDevice::destination(device.send(sent)), "10.1.0.10:0");
}

TEST(PfSenseNat, a_list_of_targets_is_one_of_them) {
  const PfDevice device(config(forward("443", "SERVERS", "443"), kPassAll));
  bool found = false;
  for (const auto& rewrite : device.host.policies[0].rewrites)
    for (const auto& step : rewrite.steps) found |= step.field == model::Field::dst && step.values == model::IntervalSet::range(0x0a01000a, 0x0a01000b);
  EXPECT_TRUE(found);
}

TEST(PfSenseNat, reflection_by_a_proxy_is_not_followed) {
  const PfDevice device(config(forward("443", "10.1.0.10", "443", "<natreflection>enable</natreflection>"), kPassAll));
  EXPECT_EQ(device.verdict(from_lan("203.0.113.2", 443)), "depends");
  EXPECT_EQ(device.verdict(from_lan("203.0.113.2", 80)), "accept");
}

TEST(PfSenseNat, reflection_is_on_unless_the_system_says_no) {
  const PfDevice device(config(forward("443", "10.1.0.10", "443"), kPassAll, "", "<enablenatreflectionpurenat>yes</enablenatreflectionpurenat>"));
  EXPECT_EQ(PfDevice::destination(device.send(from_lan("203.0.113.2", 443))), "10.1.0.10:443");
}

TEST(PfSenseNat, helper_translates_sources_that_share_the_target_s_network) {
  const PfDevice device(config(forward("443", "10.0.0.10", "443", "<natreflection>purenat</natreflection>"), kPassAll, "", "<enablenatreflectionhelper>yes</enablenatreflectionhelper>"));
  Sent sent = from_lan("203.0.113.2", 443);
  sent.out = "lan";
  const model::Outcome outcome = device.send(sent);
  EXPECT_EQ(PfDevice::destination(outcome), "10.0.0.10:443");
  EXPECT_EQ(PfDevice::source(outcome), "10.0.0.1");
}

TEST(PfSenseNat, ports_beyond_measure_are_not_followed) {
  const PfDevice device(config(forward("10000-20000", "10.1.0.10", "30000"), kPassAll));
  EXPECT_EQ(device.verdict(from_outside(15000)), "depends");
}

std::string outbound(const std::string& mode, const std::string& rules = "") { return "<outbound><mode>" + mode + "</mode>" + rules + "</outbound>"; }

struct SourceRow {
  const char* name;
  std::string nat;
  Sent sent;
  const char* source;
};

void PrintTo(const SourceRow& row, std::ostream* out) { *out << row.name; }

Sent with_source(Sent sent, std::string source) {
  sent.src = std::move(source);
  return sent;
}

std::vector<SourceRow> source_rows() {
  const std::string own = "<rule><interface>wan</interface><source><network>10.0.0.0/24</network></source><destination><any/></destination>";
  return {
      {"automatic", outbound("automatic"), from_lan("192.0.2.9"), "203.0.113.2"},
      {"automatic_is_the_default", "", from_lan("192.0.2.9"), "203.0.113.2"},
      {"automatic_only_on_ways_out", outbound("automatic"), [] { Sent s = from_lan("10.1.0.9"); s.out = "opt1"; return s; }(), "10.0.0.5"},
      {"automatic_only_for_inner_networks", outbound("automatic"), with_source(from_lan("192.0.2.9"), "172.16.5.5"), "172.16.5.5"},
      {"disabled", outbound("disabled"), from_lan("192.0.2.9"), "10.0.0.5"},
      {"advanced_without_rules", outbound("advanced"), from_lan("192.0.2.9"), "10.0.0.5"},
      {"advanced", outbound("advanced", own + "<target></target></rule>"), from_lan("192.0.2.9"), "203.0.113.2"},
      {"address", outbound("advanced", own + "<target>203.0.113.10</target></rule>"), from_lan("192.0.2.9"), "203.0.113.10"},
      {"hybrid_user_rules_first", outbound("hybrid", own + "<target>203.0.113.10</target></rule>"), from_lan("192.0.2.9"), "203.0.113.10"},
      {"hybrid_then_automatic", outbound("hybrid", own + "<target>203.0.113.10</target></rule>"), [] { Sent s = with_source(from_lan("192.0.2.9"), "10.1.0.5"); s.in = "opt1"; return s; }(), "203.0.113.2"},
      {"nonat", outbound("hybrid", own + "<nonat/></rule>"), from_lan("192.0.2.9"), "10.0.0.5"},
      {"rule_that_is_disabled", outbound("advanced", own + "<disabled/><target>203.0.113.10</target></rule>"), from_lan("192.0.2.9"), "10.0.0.5"},
      {"destination", outbound("advanced", "<rule><interface>wan</interface><source><network>any</network></source><destination><network>192.0.2.0/24</network></destination><target>203.0.113.10</target></rule>"), from_lan("198.51.100.1"), "10.0.0.5"},
      {"destination_not", outbound("advanced", "<rule><interface>wan</interface><source><network>any</network></source><destination><not/><network>192.0.2.0/24</network></destination><target>203.0.113.10</target></rule>"), from_lan("198.51.100.1"), "203.0.113.10"},
      {"destination_port", outbound("advanced", own + "<dstport>25</dstport><target>203.0.113.10</target></rule>"), from_lan("192.0.2.9", 80), "10.0.0.5"},
      {"other_subnet", outbound("advanced", own + "<target>other-subnet</target><targetip>203.0.113.10</targetip><targetip_subnet>32</targetip_subnet></rule>"), from_lan("192.0.2.9"), "203.0.113.10"},
      {"one_to_one_before_outbound", outbound("automatic") + "<onetoone><interface>wan</interface><external>203.0.113.10</external><source><address>10.0.0.5</address></source><destination><any/></destination></onetoone>", from_lan("192.0.2.9"), "203.0.113.10"},
  };
}

class Sources : public testing::TestWithParam<SourceRow> {};

TEST_P(Sources, are_translated_as_the_device_does) {
  const SourceRow& row = GetParam();
  const PfDevice device(config(row.nat, kPassAll));
  const model::Outcome outcome = device.send(row.sent);
  EXPECT_EQ(model::to_text(outcome.verdict), "accept");
  EXPECT_EQ(PfDevice::source(outcome), row.source);
}

INSTANTIATE_TEST_SUITE_P(pfsense, Sources, testing::ValuesIn(source_rows()), [](const auto& info) { return std::string(info.param.name); });

TEST(PfSenseNat, static_port_keeps_the_port) {
  const std::string rule = "<rule><interface>wan</interface><source><network>10.0.0.0/24</network></source><destination><any/></destination><target></target>";
  const PfDevice kept(config(outbound("advanced", rule + "<staticnatport/></rule>"), kPassAll));
  EXPECT_EQ(kept.send(from_lan("192.0.2.9")).out.get(model::Field::src_port), 40000u);
  const PfDevice fixed(config(outbound("advanced", rule + "<natport>5060</natport></rule>"), kPassAll));
  EXPECT_EQ(fixed.send(from_lan("192.0.2.9")).out.get(model::Field::src_port), 5060u);
}

// Outbound rules of the filter see the translated source.
TEST(PfSenseNat, outbound_filter_sees_the_translated_source) {
  const std::string block = "<rule><type>block</type><floating>yes</floating><quick>yes</quick><direction>out</direction><interface>wan</interface>"
                            "<source><address>10.0.0.0/24</address></source><destination><any/></destination></rule>";
  EXPECT_EQ(PfDevice(config(outbound("automatic"), block + kPassAll)).verdict(from_lan("192.0.2.9")), "accept");
  EXPECT_EQ(PfDevice(config(outbound("disabled"), block + kPassAll)).verdict(from_lan("192.0.2.9")), "drop");
}

TEST(PfSenseNat, prefixes_are_translated_both_ways) {
  std::string text = config("<npt><interface>wan</interface><source><address>fd00:1::/64</address></source><destination><address>2001:db8:5::/64</address></destination></npt>", kPassAll);
  const PfDevice device(text);
  Sent in = from_outside(80, "2001:db8:5::77");
  in.src = "2001:db8:9::1";
  EXPECT_EQ(PfDevice::destination(device.send(in)), "fd00:1::77:80");
  Sent out = from_lan("2001:db8:9::1");
  out.src = "fd00:1::77";
  EXPECT_EQ(PfDevice::source(device.send(out)), "2001:db8:5::77");
}

}  // namespace
}  // namespace fwproof
