// The place of an OPNsense in its network, and files that are none.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/corpus.h"
#include "tests/support/pf_device.h"

namespace fwproof {
namespace {

using tests::PfDevice;

std::string file(const std::string& body) { return "<?xml version=\"1.0\"?>\n<opnsense>\n" + body + "\n</opnsense>\n"; }

const std::string kInterfaces = R"(<interfaces>
<wan><enable>1</enable><if>em0</if><ipaddr>dhcp</ipaddr><ipaddrv6>dhcp6</ipaddrv6></wan>
<lan><enable>1</enable><if>em1</if><ipaddr>10.0.0.1</ipaddr><subnet>24</subnet><ipaddrv6>track6</ipaddrv6></lan>
<openvpn><internal_dynamic>1</internal_dynamic><enable>1</enable><if>openvpn</if><type>group</type><virtual>1</virtual></openvpn>
</interfaces>
)";

std::vector<std::string> routes(const PfDevice& device) {
  std::vector<std::string> result;
  for (const model::RouteFact& route : device.host.facts.routes)
    result.push_back(model::to_text(route.to) + " via " + (route.via ? model::to_text(*route.via) : "?") + " dev " + route.dev);
  return result;
}

TEST(OpnSensePlace, interfaces_and_learned_routes) {
  const PfDevice device(file(kInterfaces));
  ASSERT_EQ(device.host.facts.interfaces.size(), 2u);
  EXPECT_TRUE(device.host.facts.interfaces[0].dynamic);
  EXPECT_EQ(routes(device), (std::vector<std::string>{"0.0.0.0/0 via ? dev wan", "::/0 via ? dev wan"}));
  EXPECT_TRUE(device.host.facts.routing_gaps.empty());
}

TEST(OpnSensePlace, routes) {
  const PfDevice device(file(kInterfaces + "<staticroutes version=\"1.0.0\"><route uuid=\"1\"><network>10.5.0.0/16</network><gateway>CORE</gateway><descr/><disabled>0</disabled></route>"
                             "<route uuid=\"2\"><network>10.6.0.0/16</network><gateway>CORE</gateway><disabled>1</disabled></route></staticroutes>\n"
                             "<OPNsense><Gateways><gateway_item uuid=\"3\"><disabled>0</disabled><name>CORE</name><interface>lan</interface><ipprotocol>inet</ipprotocol><gateway>10.0.0.9</gateway><priority>255</priority></gateway_item></Gateways></OPNsense>"));
  EXPECT_EQ(routes(device), (std::vector<std::string>{"10.5.0.0/16 via 10.0.0.9 dev lan", "0.0.0.0/0 via ? dev wan", "::/0 via ? dev wan"}));
  EXPECT_TRUE(device.complaints().empty());
}

TEST(OpnSensePlace, addresses_that_are_handed_out) {
  const PfDevice device(file(kInterfaces + "<dnsmasq><enable>1</enable><dhcp_ranges><interface>lan</interface><start_addr>10.0.0.100</start_addr><end_addr>10.0.0.199</end_addr></dhcp_ranges>"
                             "<hosts><host>printer</host><ip>10.0.0.5</ip><hwaddr>00:11:22:33:44:55</hwaddr></hosts></dnsmasq>"
                             "<OPNsense><Kea><dhcp4><general><enabled>1</enabled></general><subnets><subnet4 uuid=\"s\"><subnet>10.0.0.0/24</subnet><pools>10.0.0.20-10.0.0.29</pools></subnet4></subnets>"
                             "<reservations><reservation uuid=\"r\"><subnet>s</subnet><ip_address>10.0.0.25</ip_address><hw_address>00:11:22:33:44:56</hw_address></reservation></reservations></dhcp4></Kea></OPNsense>"));
  const auto& pools = device.host.facts.dhcp_pools;
  ASSERT_EQ(pools.size(), 3u);
  EXPECT_TRUE(pools[0].addresses.v4.contains(0x0a000064));
  EXPECT_TRUE(pools[1].reserved.v4.contains(0x0a000005));
  EXPECT_EQ(pools[2].interface, "lan");
  EXPECT_FALSE(pools[2].addresses.v4.contains(0x0a000019));
  EXPECT_TRUE(pools[2].reserved.v4.contains(0x0a000019));
  ASSERT_EQ(pools[1].reservations.size(), 1u);
  EXPECT_EQ(pools[1].reservations[0].client, "00:11:22:33:44:55");
  ASSERT_EQ(pools[2].reservations.size(), 1u);
  EXPECT_EQ(pools[2].reservations[0].client, "00:11:22:33:44:56");
}

TEST(OpnSensePlace, ways_that_the_routes_do_not_tell) {
  const auto gaps = [](const std::string& models) {
    std::vector<std::string> result;
    for (const auto& gap : PfDevice(file(kInterfaces + "<OPNsense>" + models + "</OPNsense>")).host.facts.routing_gaps) result.push_back(gap.text);
    return result;
  };
  EXPECT_EQ(gaps(""), std::vector<std::string>{});
  EXPECT_EQ(gaps("<wireguard><general><enabled>1</enabled></general></wireguard>"), std::vector<std::string>{"WireGuard tunnels"});
  EXPECT_EQ(gaps("<wireguard><general><enabled>0</enabled></general></wireguard>"), std::vector<std::string>{});
  EXPECT_EQ(gaps("<quagga><bgp><enabled>1</enabled></bgp></quagga>"), std::vector<std::string>{"routing protocols of FRR"});
  EXPECT_EQ(gaps("<frobnicator><a>1</a></frobnicator>"), std::vector<std::string>{"section <frobnicator>"});
}

TEST(OpnSensePlace, unknown_settings_of_the_way) {
  const PfDevice device(file(kInterfaces + "<gateways><gateway_item><name>G</name><interface>lan</interface><gateway>10.0.0.9</gateway><frobnicate>1</frobnicate></gateway_item></gateways>"
                             "<virtualip><vip><mode>ipalias</mode><interface>lan</interface><subnet>10.0.0.3</subnet><subnet_bits>24</subnet_bits><frobnicate>1</frobnicate></vip></virtualip>"));
  ASSERT_FALSE(device.host.facts.routing_gaps.empty());
  EXPECT_EQ(device.host.facts.routing_gaps.back().text, "<frobnicate> of the gateway G");
  EXPECT_TRUE(device.host.facts.interfaces.at(1).dynamic);
}

TEST(OpnSenseDiagnostics, circle_of_aliases) {
  std::string aliases;
  for (int i = 0; i < 50; ++i) aliases += fmt::format("<alias uuid=\"{0}\"><enabled>1</enabled><name>A{0}</name><type>host</type><content>10.0.0.{1}\nA{2}</content></alias>\n", i, i + 10, (i + 1) % 50);
  const PfDevice device(file(kInterfaces + "<OPNsense><Firewall><Alias><aliases>\n" + aliases + "</aliases></Alias></Firewall></OPNsense>"));
  EXPECT_TRUE(device.complains("alias.loop"));
  EXPECT_EQ(device.complaints().size(), 1u);
}

TEST(OpnSenseDiagnostics, bad_files_are_refused) {
  EXPECT_EQ(PfDevice("<opnsense>\n<filter>\n<rule>\n</filter>\n</opnsense>\n").complaints(), std::vector<std::string>{"xml.invalid:4"});
  EXPECT_EQ(PfDevice("<?xml version=\"1.0\"?>\n<!DOCTYPE opnsense [\n<!ENTITY a \"aaaaaaaaaa\">\n]>\n<opnsense>&a;</opnsense>\n").complaints(), std::vector<std::string>{"xml.invalid:2"});
  std::string deep = "<opnsense>";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  EXPECT_EQ(PfDevice(deep + "</opnsense>").complaints(), std::vector<std::string>{"input.too-large:1"});
}

TEST(OpnSenseHostile, odd_values_do_not_crash) {
  const std::string big(200'000, '9');
  for (const std::string& value : {std::string("-1"), big, std::string("1-"), std::string(","), std::string(":::::"), std::string("10.0.0.0/99"), std::string("a,,b"), std::string("!"), std::string("ip"), std::string("___network")}) {
    const std::string nets = "<source_net>" + value + "</source_net><source_port>" + value + "</source_port><destination_net>" + value + "</destination_net>";
    const PfDevice device(file("<interfaces><wan><enable>1</enable><if>" + value + "</if><ipaddr>" + value + "</ipaddr><subnet>" + value + "</subnet></wan></interfaces><OPNsense><Firewall><Alias><aliases><alias><name>" + value +
                               "</name><type>network</type><content>" + value + "</content></alias></aliases></Alias><Filter><rules><rule><enabled>1</enabled><interface>" + value + "</interface><protocol>" + value + "</protocol><icmptype>" +
                               value + "</icmptype>" + nets + "</rule></rules><snatrules><rule><enabled>1</enabled><interface>" + value + "</interface>" + nets + "<target>" + value + "</target><target_port>" + value +
                               "</target_port></rule></snatrules><onetoone><rule><enabled>1</enabled><interface>" + value + "</interface>" + nets + "<external>" + value + "</external></rule></onetoone></Filter></Firewall></OPNsense><nat><outbound><mode>hybrid</mode></outbound><rule><interface>wan</interface><protocol>tcp</protocol><target>" +
                               value + "</target><local-port>" + value + "</local-port></rule></nat>"));
    EXPECT_EQ(device.host.policies.size(), 2u);
    device.expect_account_adds_up();
  }
}

// Two lists are a product; beyond a limit the rule is opaque instead of big.
TEST(OpnSenseHostile, lists_that_multiply) {
  std::string list;
  for (int i = 0; i < 5000; ++i) list += fmt::format("{}10.{}.{}.1", i ? "," : "", i / 250, i % 250);
  const PfDevice device(file(kInterfaces + "<OPNsense><Firewall><Filter><rules><rule><enabled>1</enabled><interface>wan</interface><source_net>" + list + "</source_net><destination_net>" + list + "</destination_net></rule></rules></Filter></Firewall></OPNsense>"));
  tests::Sent sent;
  sent.src = "10.1.1.1";
  sent.dst = "10.0.0.1";
  EXPECT_EQ(device.verdict(sent), "depends");
}

TEST(OpnSenseCorpus, is_read_and_nobody_else_s_file_is_claimed) {
  const auto corpus = tests::corpus();
  if (!corpus) GTEST_SKIP() << "no corpus of real exports here: set FWPROOF_CORPUS";
  size_t modelled = 0, bearing = 0, files = 0;
  for (const auto& folder : std::filesystem::directory_iterator(*corpus)) {
    if (!folder.is_directory()) continue;
    const bool own = folder.path().filename() == "opnsense-xml";
    for (const auto& path : tests::files_in(folder.path())) {
      if (!own) {
        const std::string text = tests::read_all(path);
        std::vector<std::string_view> lines;
        for (size_t at = 0; at < text.size();) {
          const size_t end = std::min(text.find('\n', at), text.size());
          lines.push_back(std::string_view(text).substr(at, end - at));
          at = end + 1;
        }
        const auto& importer = *importers::find("opnsense");
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
  std::cout << "opnsense: " << files << " files, " << modelled << " of " << bearing << " bearing elements modelled\n";
  EXPECT_GE(static_cast<double>(modelled), 0.95 * static_cast<double>(bearing));
}

TEST(OpnSensePlace, what_may_take_connections) {
  const auto count = [](const std::string& body) { return PfDevice(file(kInterfaces + "<OPNsense>" + body + "</OPNsense>")).host.facts.interceptions.size(); };
  EXPECT_EQ(count("<proxy><general><enabled>1</enabled></general><forward><transparentMode>1</transparentMode></forward></proxy>"), 2u);
  EXPECT_EQ(count("<proxy><general><enabled>0</enabled></general><forward><transparentMode>1</transparentMode></forward></proxy>"), 0u);
  EXPECT_EQ(count("<proxy><general><enabled>1</enabled></general><forward><transparentMode>0</transparentMode></forward></proxy>"), 0u);
  EXPECT_EQ(count("<IDS><general><enabled>1</enabled><ips>1</ips></general></IDS>"), 2u);
  EXPECT_EQ(count("<IDS><general><enabled>1</enabled><ips>0</ips></general></IDS>"), 0u);
  EXPECT_EQ(count("<Strange><a>1</a></Strange>"), 2u);
}

}  // namespace
}  // namespace fwproof
