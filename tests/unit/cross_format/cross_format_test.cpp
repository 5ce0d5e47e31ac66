// One policy in every vendor's words: what passes, as what it leaves, and whether its answers come back is the same, packet for packet.
// tests/fixtures/cross_format/POLICY/ holds the files of one router per format, and expect.txt, which says what single packets meet:
//   lan tcp 192.0.2.9:40000 203.0.113.9:443 pass as 198.51.100.2:? 203.0.113.9:443
// side, protocol, source, destination (for ICMP with type and code in place of ports), fate; "?": a port that the router chooses.
#include <gtest/gtest.h>

#include <iostream>
#include <list>
#include <map>
#include <sstream>

#include "tests/unit/cross_format/packets.h"

namespace fwproof::tests::cross {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(FWPROOF_SOURCE_DIR) / "tests/fixtures/cross_format";

std::vector<std::string> policies() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// A port that one router may change and another keeps is no difference between the policies, but between their systems: a Linux kernel
// keeps a source port where it can, IOS keeps it in static translations. "198.51.100.2:? …" stands for each port.
bool agree(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const size_t mark = a.find(":? ");
  if (mark == std::string::npos) return b.find(":? ") != std::string::npos && agree(b, a);
  const size_t end = b.find(' ');
  return b.starts_with(a.substr(0, mark + 1)) && end != std::string::npos && b.substr(end) == a.substr(mark + 2);
}

bool is_blocked(const Fate& fate) { return fate.verdict == "drop" || fate.verdict == "reject" || fate.verdict == "elsewhere"; }

bool agree(const Fate& a, const Fate& b, bool both_answer) {
  // IOS drops where others answer: its answer is not modelled (importers/cisco_ios/FORMAT.md).
  // What is for another side may be dropped on its way in, or there.
  const bool elsewhere = a.verdict == "elsewhere" || b.verdict == "elsewhere";
  const auto verdict = [&](const Fate& fate) { return is_blocked(fate) && (elsewhere || !both_answer) ? "drop" : fate.verdict; };
  return verdict(a) == verdict(b) && agree(a.as, b.as);
}

struct Compared {
  size_t questions = 0;
  size_t packets = 0;
};

void compare(std::vector<Asked>& asked, Regions& regions, Family family, const std::string& where, Compared& compared) {
  for (const Asked& each : asked) {
    EXPECT_EQ(each.depends, Diagrams::kFalse) << where << ": " << each.router->format->name << " cannot tell\n" << regions.difference(each.depends, Diagrams::kFalse, family);
    for (size_t leg = 0; leg < each.passes.size(); ++leg)
      EXPECT_EQ(asked[0].passes[leg], each.passes[leg])
          << where << ", " << each.walk.legs[leg].name << ": " << asked[0].router->format->name << " and " << each.router->format->name << " differ\n"
          << regions.difference(asked[0].passes[leg], each.passes[leg], family);
  }
  Packets packets(asked, regions, compared.questions);
  std::vector<Packet> all = packets.corners(asked, regions);
  while (all.size() < 240) all.push_back(packets.random());
  size_t told = 0;
  for (const Packet& packet : all) {
    const Fate mine = fate_of(asked[0], regions, packet);
    for (size_t i = 1; i < asked.size() && told < 5; ++i) {
      const Format &a = *asked[0].router->format, &b = *asked[i].router->format;
      const Fate theirs = fate_of(asked[i], regions, packet);
      if (agree(mine, theirs, a.rejects && b.rejects) && (mine.as == theirs.as || !(a.linux && b.linux))) continue;
      ++told;
      ADD_FAILURE() << where << ": " << text(packet) << "\n  " << a.name << ": " << mine.verdict << " as " << mine.as << "\n  " << b.name << ": " << theirs.verdict << " as " << theirs.as;
    }
  }
  compared.packets += all.size();
  ++compared.questions;
}

// ---- expect.txt ----

struct Expected {
  std::string line;
  Side from = Side::lan;
  Packet packet;
  std::string verdict;
  std::string as;  // empty: not said
};

void read_end(const std::string& end, bool source, Expected& expected) {
  const size_t colon = end.rfind(':');
  const std::string host = end.starts_with('[') ? end.substr(1, end.find(']') - 1) : end.substr(0, colon);
  const Address address = parse_address(host).value();
  const unsigned number = static_cast<unsigned>(std::stoul(end.substr(colon + 1)));
  const bool ports = has_ports(expected.packet.get(Field::protocol));
  expected.packet.family = address.family;
  expected.packet.set(source ? Field::src : Field::dst, address.value);
  expected.packet.set(source ? Field::src_port : Field::dst_port, ports ? number : 0);
  expected.packet.set(source ? Field::icmp_type : Field::icmp_code, ports ? 0 : number);
}

Expected read_expected(const std::string& line) {
  std::istringstream words(line);
  std::string side, protocol, source, target, as, a, b;
  Expected expected{line, {}, {}, "", ""};
  words >> side >> protocol >> source >> target >> expected.verdict >> as >> a >> b;
  expected.from = side == "lan" ? Side::lan : Side::wan;
  const bool v6 = source.starts_with('[');
  expected.packet.set(Field::protocol, protocol == "tcp" ? 6 : protocol == "udp" ? 17 : protocol == "icmp" ? (v6 ? 58 : 1) : std::stoul(protocol));
  read_end(source, true, expected);
  read_end(target, false, expected);
  if (as == "as") expected.as = a + " " + b;
  return expected;
}

std::vector<Expected> read_expectations(const std::filesystem::path& file) {
  std::vector<Expected> all;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && !line.starts_with('#')) all.push_back(read_expected(line));
  return all;
}

Group group_of(const Packet& packet) {
  const u128 protocol = packet.get(Field::protocol);
  if (protocols(Group::icmp, packet.family).contains(protocol)) return packet.get(Field::icmp_type) == (packet.family == Family::v4 ? 8 : 128) ? Group::echo : Group::icmp;
  return protocol == proto_tcp ? Group::tcp : has_ports(protocol) ? Group::ports : Group::rest;
}

void check_expectation(const Expected& expected, Router& router) {
  Regions regions;
  const Asked asked = ask(router, expected.from, expected.packet.family, group_of(expected.packet), false, regions);
  const Fate fate = fate_of(asked, regions, expected.packet);
  EXPECT_TRUE(expected.verdict == fate.verdict || (expected.verdict == "blocked" && is_blocked(fate)))
      << router.format->name << " says " << fate.verdict << " as " << fate.as << "\n  " << expected.line;
  EXPECT_TRUE(expected.as.empty() || agree(expected.as, fate.as)) << router.format->name << " sends it on as " << fate.as << "\n  " << expected.line;
}

class CrossFormat : public ::testing::TestWithParam<std::string> {};

TEST_P(CrossFormat, SaysTheSame) {
  const auto folder = kFolder / GetParam();
  std::list<Router> routers;
  for (const Format& format : formats())
    if (auto router = Router::load(folder, format)) routers.push_back(std::move(*router));
  ASSERT_GE(routers.size(), size_t{3});
  for (Router& router : routers) {
    ASSERT_TRUE(router.host.understood) << router.format->name;
    for (const Diagnostic& diagnostic : router.host.diagnostics)
      if (diagnostic.severity == Severity::warning) ADD_FAILURE() << router.format->name << ":" << diagnostic.origin.line << ": " << diagnostic.message;
    for (const auto& input : router.host.inputs)
      EXPECT_EQ(input.account.count(LineClass::opaque) + input.account.count(LineClass::unrecognised), size_t{0}) << router.format->name;
  }
  const std::vector<Expected> expectations = read_expectations(folder / "expect.txt");
  ASSERT_FALSE(expectations.empty());
  bool v6 = false;
  for (const Expected& expected : expectations) {
    v6 |= expected.packet.family == Family::v6;
    for (Router& router : routers) check_expectation(expected, router);
  }
  Compared compared;
  for (Family family : v6 ? std::vector{Family::v4, Family::v6} : std::vector{Family::v4})
    for (Side from : {Side::lan, Side::wan})
      for (Group group : kGroups) {
        const char* names[] = {"tcp", "udp and its kind", "echo requests", "other icmp", "other protocols"};
        const std::string where = std::string(from == Side::lan ? "lan to wan, " : "wan to lan, ") + names[static_cast<size_t>(group)] + (family == Family::v6 ? ", IPv6" : "");
        for (const bool usual : {false, true}) {
          Regions regions;
          std::vector<Asked> asked;
          for (Router& router : routers)
            if (&router == &routers.front() || router.format->has_own_rules == usual) asked.push_back(ask(router, from, family, group, usual, regions));
          if (asked.size() > 1) compare(asked, regions, family, where, compared);
        }
      }
  std::cout << routers.size() << " formats, " << compared.questions << " questions, " << compared.packets << " packets\n";
}

INSTANTIATE_TEST_SUITE_P(Policies, CrossFormat, ::testing::ValuesIn(policies()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(CrossFormatFixtures, CoverEveryFormat) {
  std::map<std::string, size_t> written;
  for (const std::string& policy : policies())
    for (const Format& format : formats()) written[format.name] += Router::load(kFolder / policy, format).has_value();
  EXPECT_GE(policies().size(), size_t{20});
  for (const char* name : {"nftables", "iptables", "openwrt", "mikrotik", "cisco-ios"}) EXPECT_GE(written[name], size_t{20}) << name;
}

}  // namespace
}  // namespace fwproof::tests::cross
