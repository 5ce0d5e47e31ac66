// The place of a pfSense in its network, what its file says of itself, and files that are none.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/corpus.h"
#include "tests/support/pf_device.h"

namespace fwproof {
namespace {

using tests::PfDevice;

std::string file(const std::string& body) { return "<?xml version=\"1.0\"?>\n<pfsense>\n" + body + "\n</pfsense>\n"; }

const std::string kInterfaces = R"(<interfaces>
<wan><enable/><if>em0</if><ipaddr>dhcp</ipaddr></wan>
<lan><enable/><if>em1</if><ipaddr>10.0.0.1</ipaddr><subnet>24</subnet></lan>
<opt1><if>em2</if><ipaddr>10.1.0.1</ipaddr><subnet>24</subnet></opt1>
</interfaces>
)";

std::vector<std::string> routes(const PfDevice& device) {
  std::vector<std::string> result;
  for (const model::RouteFact& route : device.host.facts.routes)
    result.push_back(model::to_text(route.to) + " via " + (route.via ? model::to_text(*route.via) : "?") + " dev " + route.dev);
  return result;
}

TEST(PfSensePlace, interfaces) {
  const PfDevice device(file(kInterfaces));
  const auto& interfaces = device.host.facts.interfaces;
  ASSERT_EQ(interfaces.size(), 3u);
  EXPECT_EQ(interfaces[0].name, "wan");
  EXPECT_TRUE(interfaces[0].dynamic);
  EXPECT_EQ(model::to_text(interfaces[1].addresses.at(0)), "10.0.0.1/24");
  EXPECT_EQ(interfaces[1].origin.line, 5u);
  EXPECT_FALSE(interfaces[2].up);
  EXPECT_FALSE(device.host.facts.complete_addresses);
  EXPECT_TRUE(device.host.facts.complete_routes);
  EXPECT_EQ(routes(device), std::vector<std::string>{"0.0.0.0/0 via ? dev wan"});
}

TEST(PfSensePlace, virtual_addresses) {
  const PfDevice device(file(kInterfaces + "<virtualip><vip><mode>carp</mode><interface>lan</interface><subnet>10.0.0.254</subnet><subnet_bits>24</subnet_bits><uniqid>5</uniqid></vip>"
                             "<vip><mode>ipalias</mode><interface>_vip5</interface><subnet>10.7.0.1</subnet><subnet_bits>24</subnet_bits></vip>"
                             "<vip><mode>proxyarp</mode><interface>lan</interface><subnet>10.8.0.1</subnet><subnet_bits>32</subnet_bits></vip></virtualip>"));
  const auto& addresses = device.host.facts.interfaces.at(1).addresses;
  ASSERT_EQ(addresses.size(), 3u);
  EXPECT_EQ(model::to_text(addresses[1]), "10.0.0.254/24");
  EXPECT_EQ(model::to_text(addresses[2]), "10.7.0.1/24");
}

TEST(PfSensePlace, routes_and_gateways) {
  const std::string gateways = "<gateways><defaultgw4>G1</defaultgw4><gateway_item><name>G1</name><interface>lan</interface><gateway>10.0.0.254</gateway></gateway_item>\n"
                               "<gateway_item><name>FAR</name><interface>lan</interface><gateway>10.99.0.1</gateway></gateway_item></gateways>\n";
  const PfDevice device(file(kInterfaces + gateways +
                             "<staticroutes><route><network>10.5.0.0/16</network><gateway>G1</gateway></route>"
                             "<route><network>10.6.0.0/16</network><gateway>WAN_DHCP</gateway></route>"
                             "<route><disabled/><network>10.7.0.0/16</network><gateway>G1</gateway></route>"
                             "<route><network>10.8.0.0/16</network><gateway>FAR</gateway></route>"
                             "<route><network>10.9.0.0/16</network><gateway>NONE</gateway></route></staticroutes>"));
  EXPECT_EQ(routes(device), (std::vector<std::string>{"10.5.0.0/16 via 10.0.0.254 dev lan", "10.6.0.0/16 via ? dev wan", "10.8.0.0/16 via 10.99.0.1 dev lan", "0.0.0.0/0 via 10.0.0.254 dev lan"}));
  EXPECT_TRUE(device.complains("route.nowhere"));
  EXPECT_FALSE(device.host.facts.routing_gaps.empty());
}

TEST(PfSensePlace, ways_that_the_routes_do_not_tell) {
  const auto gaps = [](const std::string& more) {
    std::vector<std::string> result;
    for (const auto& gap : PfDevice(file(kInterfaces + more)).host.facts.routing_gaps) result.push_back(gap.text);
    return result;
  };
  EXPECT_EQ(gaps(""), std::vector<std::string>{});
  EXPECT_EQ(gaps("<openvpn><openvpn-server><vpnid>1</vpnid><tunnel_network>10.8.0.0/24</tunnel_network></openvpn-server></openvpn>"), std::vector<std::string>{"OpenVPN (openvpn-server)"});
  EXPECT_EQ(gaps("<openvpn><openvpn-server><disable/><vpnid>1</vpnid></openvpn-server></openvpn>"), std::vector<std::string>{});
  EXPECT_EQ(gaps("<ipsec><phase1><ikeid>1</ikeid><remote-gateway>192.0.2.1</remote-gateway></phase1></ipsec>"), std::vector<std::string>{"IPsec tunnel"});
  EXPECT_EQ(gaps("<filter><rule><interface>lan</interface><gateway>G2</gateway><source><any/></source><destination><any/></destination></rule></filter>"), std::vector<std::string>{"policy routing by G2"});
  EXPECT_EQ(gaps("<installedpackages><frr><config><enable>on</enable></config></frr></installedpackages>"), std::vector<std::string>{"routing protocols of FRR"});
  EXPECT_EQ(gaps("<bridges><bridged><members>lan,opt1</members></bridged></bridges>"), std::vector<std::string>{"bridge between interfaces"});
  EXPECT_EQ(gaps("<frobnicator><a>1</a></frobnicator>"), std::vector<std::string>{"section <frobnicator>"});
}

TEST(PfSensePlace, addresses_that_are_handed_out) {
  const PfDevice device(file(kInterfaces + "<dhcpd><lan><enable/><range><from>10.0.0.100</from><to>10.0.0.199</to></range>"
                                           "<staticmap><mac>00:11:22:33:44:55</mac><ipaddr>10.0.0.150</ipaddr></staticmap></lan><opt1><range><from>10.1.0.5</from><to>10.1.0.6</to></range></opt1></dhcpd>"));
  const auto& pools = device.host.facts.dhcp_pools;
  ASSERT_EQ(pools.size(), 1u);
  EXPECT_EQ(pools[0].interface, "lan");
  EXPECT_TRUE(pools[0].addresses.v4.contains(0x0a000064));
  EXPECT_FALSE(pools[0].addresses.v4.contains(0x0a000096));
  EXPECT_TRUE(pools[0].reserved.v4.contains(0x0a000096));
  ASSERT_EQ(pools[0].reservations.size(), 1u);
  EXPECT_EQ(pools[0].reservations[0].client, "00:11:22:33:44:55");
}

// ---- diagnostics ----

TEST(PfSenseDiagnostics, circle_of_aliases_fifty_deep) {
  std::string aliases = "<aliases>\n";
  for (int i = 0; i < 50; ++i) aliases += fmt::format("<alias><name>A{}</name><type>host</type><address>10.0.0.{} A{}</address></alias>\n", i, i + 10, (i + 1) % 50);
  const PfDevice device(file(kInterfaces + aliases + "</aliases><filter><rule><interface>wan</interface><source><any/></source><destination><address>A7</address></destination></rule></filter>"));
  EXPECT_EQ(device.complaints(), std::vector<std::string>{"alias.loop:58"});
  tests::Sent sent;
  sent.dst = "10.0.0.59";  // every member of the circle counts
  EXPECT_EQ(device.verdict(sent), "accept");
  sent.dst = "10.0.0.60";
  EXPECT_EQ(device.verdict(sent), "drop");
}

TEST(PfSenseDiagnostics, name_what_is_wrong) {
  const PfDevice device(file(kInterfaces + "<filter>\n"
                             "<rule><interface>opt7</interface><source><any/></source><destination><any/></destination></rule>\n"
                             "<rule><interface>lan</interface><source><address>NOBODY</address></source><destination><any/></destination></rule>\n"
                             "<rule><interface>lan</interface><protocol>tcp</protocol><source><any/></source><destination><any/><port>99999</port></destination></rule>\n"
                             "<rule><interface>lan</interface><frobnicate>1</frobnicate><source><any/></source><destination><any/></destination></rule>\n</filter>"));
  EXPECT_EQ(device.complaints(), (std::vector<std::string>{"interface.missing:9", "alias.missing:10", "number.invalid:11", "line.unrecognised:12"}));
}

// The device leaves them out: filter_generate_user_rule() looks for an interface of exactly that name.
TEST(PfSenseDiagnostics, rules_on_no_interface) {
  for (const char* interface : {"", "<interface/>", "<interface></interface>", "<interface>wan wan</interface>", "<interface>wan,lan</interface>", "<interface>opt7</interface>",
                                "<floating>yes</floating><quick>yes</quick><interface>opt7,wan wan</interface>"}) {
    const PfDevice device(file(kInterfaces + "<filter>\n<rule><type>pass</type>" + interface + "<source><any/></source><destination><any/></destination></rule>\n</filter>"));
    tests::Sent sent;
    sent.dst = "10.0.0.59";
    EXPECT_EQ(device.verdict(sent), "drop") << interface;
    ASSERT_FALSE(device.complaints().empty()) << interface;
    for (const std::string& complaint : device.complaints()) EXPECT_EQ(complaint, "interface.missing:9") << interface;
  }
  const PfDevice several(file(kInterfaces + "<filter>\n<rule><type>pass</type><floating>yes</floating><quick>yes</quick><interface>lan,wan</interface><source><any/></source><destination><any/></destination></rule>\n</filter>"));
  tests::Sent sent;
  sent.dst = "10.0.0.59";
  EXPECT_EQ(several.verdict(sent), "accept");
}

TEST(PfSenseDiagnostics, interface_without_an_address_that_rules_use) {
  const PfDevice device(file("<interfaces><wan><enable/><if>em0</if></wan></interfaces><filter><rule><interface>wan</interface><source><any/></source><destination><any/></destination></rule></filter>"));
  EXPECT_TRUE(device.complains("interface.unaddressed"));
}

// ---- files that are none ----

struct BadRow {
  const char* name;
  std::string text;
  const char* complaint;
};
void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }

std::vector<BadRow> bad_rows() {
  std::string deep = "<pfsense>";
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  std::string wide = "<pfsense>\n";
  for (int i = 0; i < 2'500'000; ++i) wide += "<a/>x";
  std::string bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE pfsense [\n<!ENTITY a \"aaaaaaaaaa\">\n<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\n]>\n<pfsense><system><hostname>&b;</hostname></system></pfsense>\n";
  return {
      {"unbalanced", "<pfsense>\n<filter>\n<rule>\n</filter>\n</pfsense>\n", "xml.invalid:4"},
      {"truncated", "<pfsense>\n<filter>\n<rule>\n", "xml.invalid:3"},
      {"not_closed_tag", "<pfsense>\n<filter\n", "xml.invalid:2"},
      {"entity_bomb", bomb, "xml.invalid:2"},
      {"two_roots", "<pfsense>\n</pfsense>\n<pfsense>\n</pfsense>\n", "xml.invalid:3"},
      {"deep_and_unclosed", deep, "xml.invalid:1"},
      {"deep", [&] { std::string closed = deep; for (int i = 0; i < 200'000; ++i) closed += "</a>"; return closed + "</pfsense>"; }(), "input.too-large:1"},
      {"many", wide + wide + "</pfsense>", "input.too-large:1"},
  };
}

class BadFiles : public testing::TestWithParam<BadRow> {};

TEST_P(BadFiles, are_refused_with_a_place) {
  const PfDevice device(GetParam().text);
  EXPECT_FALSE(device.host.understood);
  EXPECT_TRUE(device.host.policies.empty());
  ASSERT_FALSE(device.host.diagnostics.empty());
  EXPECT_EQ(device.complaints().front(), GetParam().complaint);
  device.expect_account_adds_up();
}

INSTANTIATE_TEST_SUITE_P(pfsense, BadFiles, testing::ValuesIn(bad_rows()), [](const auto& info) { return std::string(info.param.name); });

TEST(PfSenseHostile, text_that_would_be_an_entity_stays_text) {
  const PfDevice device(file("<system><hostname>&unknown;&amp;</hostname></system>"));
  EXPECT_TRUE(device.host.understood);
  EXPECT_EQ(device.host.inputs.at(0).header.at("host"), "&unknown;&");
}

TEST(PfSenseHostile, cdata_crlf_and_comments) {
  const PfDevice device("<?xml version=\"1.0\" encoding=\"latin1\"?>\r\n<pfsense>\r\n<!-- <filter> -->\r\n" + kInterfaces + "<filter>\r\n<rule><type><![CDATA[pass]]></type><interface>wan</interface>\r\n"
                        "<source>\r\n<any></any>\r\n</source><destination><any/></destination></rule></filter>\r\n</pfsense>\r\n");
  tests::Sent sent;
  sent.dst = "10.0.0.5";
  EXPECT_EQ(device.verdict(sent), "accept");
  EXPECT_TRUE(device.complaints().empty());
}

TEST(PfSenseHostile, odd_values_do_not_crash) {
  const std::string big(300'000, '9');
  for (const std::string& value : {std::string("-1"), std::string("0x10"), big, std::string("1-"), std::string("-"), std::string(":::::"), std::string("10.0.0.0/99"), std::string("a,,b"), std::string("!")}) {
    const std::string endpoint = "<source><address>" + value + "</address><port>" + value + "</port></source><destination><network>" + value + "</network><port>" + value + "</port></destination>";
    const PfDevice device(file("<version>" + value + "</version><system><webgui><port>" + value + "</port></webgui></system><interfaces><wan><enable/><if>" + value + "</if><ipaddr>" + value + "</ipaddr><subnet>" + value +
                               "</subnet></wan></interfaces><aliases><alias><name>" + value + "</name><type>port</type><address>" + value + "</address></alias></aliases><nat><outbound><mode>" + value +
                               "</mode><rule><interface>" + value + "</interface>" + endpoint + "<target>" + value + "</target><natport>" + value + "</natport></rule></outbound><rule><protocol>tcp</protocol>" + endpoint +
                               "<target>" + value + "</target><local-port>" + value + "</local-port></rule><onetoone><external>" + value + "</external>" + endpoint + "</onetoone></nat><filter><rule><interface>" + value +
                               "</interface><protocol>" + value + "</protocol>" + endpoint + "<icmptype>" + value + "</icmptype></rule></filter><virtualip><vip><interface>wan</interface><subnet>" + value +
                               "</subnet><subnet_bits>" + value + "</subnet_bits></vip></virtualip>"));
    EXPECT_EQ(device.host.policies.size(), 2u);
    device.expect_account_adds_up();
  }
}

// A list that many rules name is not copied without end: 4,000 rules of 20,000 addresses would take 2 GB.
TEST(PfSenseHostile, large_lists_that_are_named_often) {
  std::string list, rules;
  for (int i = 0; i < 20'000; ++i) list += fmt::format("10.{}.{}.{} ", i / 10'000, i / 100 % 100, i % 100 * 2);
  for (int i = 0; i < 4'000; ++i) rules += "<rule><interface>lan</interface><source><address>BIG</address></source><destination><any/></destination></rule>\n";
  const PfDevice device(file(kInterfaces + "<aliases><alias><name>BIG</name><type>host</type><address>" + list + "</address></alias></aliases><filter>" + rules + "</filter>"));
  tests::Sent sent;
  sent.in = "lan";
  sent.out = "wan";
  sent.dst = "192.0.2.1";
  sent.src = "10.0.0.4";
  EXPECT_EQ(device.verdict(sent), "accept");
  sent.src = "10.9.9.9";
  EXPECT_EQ(device.verdict(sent), "depends");
}

TEST(PfSenseHostile, aliases_that_all_contain_each_other) {
  std::string aliases, rules;
  for (int i = 0; i < 400; ++i) {
    aliases += fmt::format("<alias><name>A{}</name><type>host</type><address>10.0.0.1", i);
    for (int j = 0; j < 400; ++j) aliases += fmt::format(" A{}", j);
    aliases += "</address></alias>\n";
    rules += fmt::format("<rule><interface>lan</interface><source><address>A{}</address></source><destination><any/></destination></rule>\n", i);
  }
  const PfDevice device(file(kInterfaces + "<aliases>" + aliases + "</aliases><filter>" + rules + "</filter>"));
  EXPECT_TRUE(device.complains("alias.loop"));
  device.expect_account_adds_up();
}

TEST(PfSenseHostile, forwards_that_shift_ports_again_and_again) {
  std::string rules;
  for (int i = 0; i < 500; ++i)
    rules += "<rule><interface>wan</interface><protocol>tcp</protocol><source><any/></source><destination><any/><port>1-4000</port></destination><target>10.0.0.9</target><local-port>5000</local-port><natreflection>disable</natreflection></rule>\n";
  const PfDevice device(file(kInterfaces + "<nat>" + rules + "</nat>"));
  EXPECT_LT(device.host.policies.at(0).chains.at(0).rules.size(), 250'000u);
  bool given_up = false;
  for (const auto& rule : device.host.policies[0].chains[0].rules) given_up |= rule.action.kind == model::ActionKind::unknown_rewriting;
  EXPECT_TRUE(given_up);
}

// ---- real exports ----

TEST(PfSenseCorpus, is_read_and_nobody_else_s_file_is_claimed) {
  const auto corpus = tests::corpus();
  if (!corpus) GTEST_SKIP() << "no corpus of real exports here: set FWPROOF_CORPUS";
  size_t modelled = 0, bearing = 0, files = 0;
  for (const auto& folder : std::filesystem::directory_iterator(*corpus)) {
    if (!folder.is_directory()) continue;
    const bool own = folder.path().filename() == "pfsense-xml";
    for (const auto& path : tests::files_in(folder.path())) {
      if (!own) {
        const std::string text = tests::read_all(path);
        std::vector<std::string_view> lines;
        for (size_t at = 0; at < text.size();) {
          const size_t end = std::min(text.find('\n', at), text.size());
          lines.push_back(std::string_view(text).substr(at, end - at));
          at = end + 1;
        }
        const auto& importer = *importers::find("pfsense");
        for (size_t at = 0; at < lines.size(); ++at) ASSERT_EQ(importer.starts_at(lines, at), importers::Claim::no) << path << ":" << at + 1;
        continue;
      }
      const PfDevice device(tests::read_all(path), path.string());
      EXPECT_TRUE(device.host.understood) << path;
      device.expect_account_adds_up();
      EXPECT_EQ(device.account().count(model::LineClass::unrecognised), 0u) << path;
      modelled += device.account().count(model::LineClass::modelled);
      bearing += device.account().total() - device.account().count(model::LineClass::irrelevant);
      ++files;
    }
  }
  std::cout << "pfsense: " << files << " files, " << modelled << " of " << bearing << " bearing elements modelled\n";
  EXPECT_GE(static_cast<double>(modelled), 0.95 * static_cast<double>(bearing));
}

TEST(PfSensePlace, what_may_take_connections) {
  const auto packages = [](const std::string& body) { return PfDevice(file(kInterfaces + "<installedpackages>" + body + "</installedpackages>")); };
  const auto count = [&](const std::string& body) { return packages(body).host.facts.interceptions.size(); };
  const std::string squid = "<enable_squid>on</enable_squid><transparent_proxy>on</transparent_proxy><transparent_active_interface>lan</transparent_active_interface>";
  EXPECT_EQ(count("<squid><config>" + squid + "</config></squid>"), 0u);  // port forwards, as exact as any
  EXPECT_EQ(count("<squid><config>" + squid + "<defined_ip_proxy_off>10.0.0.7</defined_ip_proxy_off></config></squid>"), 2u);
  EXPECT_EQ(count("<squid><config><transparent_proxy>on</transparent_proxy></config></squid>"), 2u);
  EXPECT_EQ(count("<squid><config><enable_squid>on</enable_squid></config></squid>"), 0u);
  EXPECT_EQ(count("<suricata><rule><ips_mode>ips_mode_inline</ips_mode></rule></suricata>"), 2u);
  EXPECT_EQ(count("<suricata><rule><ips_mode>ips_mode_legacy</ips_mode></rule></suricata>"), 0u);
  for (const model::Interception& fact : packages("<snort><rule><ips_mode>ips_mode_inline</ips_mode></rule></snort>").host.facts.interceptions) {
    EXPECT_FALSE(fact.sure);
    EXPECT_FALSE(fact.local);
    EXPECT_NE(fact.origin.line, 0u);
  }
}

}  // namespace
}  // namespace fwproof
