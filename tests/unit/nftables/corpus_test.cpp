// Real files, where they are at hand, and hostile ones: nothing crashes, every account adds up, and nearly all is modelled.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "tests/support/corpus.h"
#include "tests/unit/nftables/support.h"

namespace fwproof::tests {
namespace {

using model::LineClass;

using Counts = std::map<LineClass, std::map<std::string, size_t>>;

void count(const importers::ImportedHost& host, Counts& all) {
  for (const auto& input : host.inputs)
    for (const auto& [line_class, constructs] : input.account.constructs())
      for (const auto& [construct, lines] : constructs) all[line_class][construct] += lines;
}

size_t sum(const Counts& all, LineClass line_class) {
  size_t lines = 0;
  if (const auto found = all.find(line_class); found != all.end())
    for (const auto& [construct, count] : found->second) lines += count;
  return lines;
}

TEST(Corpus, IsRead) {
  const auto folder = corpus();
  if (!folder) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  Counts all;
  for (const char* format : {"nftables", "nftables-json"})
    for (const auto& path : files_in(*folder / format)) {
      const auto host = import_rules(read_all(path), "");
      EXPECT_TRUE(host.understood) << path;
      ASSERT_EQ(host.inputs.size(), 1u);
      EXPECT_EQ(host.inputs[0].importer, "nftables") << path;
      EXPECT_EQ(host.policies.size(), 2u) << path;
      count(host, all);
    }
  for (const auto& [line_class, constructs] : all)
    for (const auto& [construct, lines] : constructs) std::cout << to_text(line_class) << "  " << lines << "  " << construct << "\n";
  // Lines that nft itself refuses are no part of the share (a file of shell commands within a table).
  const size_t refused = all[LineClass::unrecognised]["rule that cannot be read"];
  EXPECT_EQ(sum(all, LineClass::unrecognised), refused);
  const size_t modelled = sum(all, LineClass::modelled), relevant = modelled + sum(all, LineClass::approximated) + sum(all, LineClass::opaque);
  std::cout << "modelled: " << modelled << " of " << relevant << " lines that bear on packets\n";
  EXPECT_GE(modelled * 100, relevant * 95);
}

TEST(Corpus, OtherFormatsAreNotClaimed) {
  const auto folder = corpus();
  if (!folder) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  const importers::Importer* nftables = importers::find("nftables");
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (!entry.is_directory() || entry.path().filename().string().starts_with("nftables")) continue;
    for (const auto& path : files_in(entry.path())) {
      const std::string text = read_all(path);
      std::vector<std::string_view> lines;
      for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(std::string_view(text).substr(at, end - at));
        at = end + 1;
      }
      for (size_t at = 0; at < lines.size(); ++at) ASSERT_EQ(nftables->starts_at(lines, at), importers::Claim::no) << path << ":" << at + 1 << ": " << lines[at];
    }
  }
}

std::string repeated(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Hostile, LeadsToADiagnosis) {
  std::string defines = "define a0 = { 1, 2 }\n";
  for (int i = 1; i < 60; ++i) defines += "define a" + std::to_string(i) + " = { $a" + std::to_string(i - 1) + ", $a" + std::to_string(i - 1) + " }\n";
  const auto doubled = [](const std::string& by) {
    std::string all = "define a0 = 1\n";
    for (int i = 1; i < 60; ++i) all += "define a" + std::to_string(i) + " = $a" + std::to_string(i - 1) + by + "$a" + std::to_string(i - 1) + "\n";
    return all;
  };
  const std::string base = "table ip t {\n chain c { type filter hook input priority 0; policy drop;\n";
  std::string chains = "table ip t {\n";
  for (int i = 0; i < 3000; ++i) chains += " chain c" + std::to_string(i) + " { type nat hook prerouting priority 0;\n jump x" + std::to_string(i % 50) + "\n }\n chain x" + std::to_string(i) + " { accept\n }\n";
  const std::vector<std::string> texts = {
      defines + base + "tcp dport $a59 accept\n }\n}\n",
      doubled(" | ") + base + "meta mark set $a59 accept\n tcp dport $a59 accept\n }\n}\n",
      doubled(" . ") + base + "meta mark set $a59 accept\n ip ttl set $a59 accept\n }\n}\n",
      base + "tcp dport " + repeated("{", 100000) + "\n",
      base + "ip saddr " + repeated("(", 100000) + "\n",
      base + "meta mark " + repeated("& 1 ", 100000) + "== 1 accept\n }\n}\n",
      base + "ip saddr " + repeated("ip saddr . ", 50000) + "\n",
      base + repeated("limit rate 1/second meta mark set 1 return\n", 5000) + " }\n}\n",
      base + "tcp dport 99999999999999999999999999 accept\n }\n}\n",
      base + std::string("tcp dport \0\0 accept", 19) + "\n }\n}\n",
      base + repeated("x", 1 << 20) + "\n }\n}\n",
      base + "tcp dport { " + repeated("22, ", 200000) + "} accept\n }\n}\n",
      base + "jump c\n }\n}\n",
      base + "jump d\n }\n chain d { goto e\n }\n chain e { jump d\n }\n}\n",
      chains + "}\n",
      repeated("table ip t {\n", 20000),
      repeated("}\n", 20000),
      "table ip t {\n chain c {\n tcp dport 22 accept",
      "{\"nftables\": [" + repeated("[", 100000),
      "{\"nftables\": [{\"rule\": {}}, {\"add\": {\"rule\": 5}}, {\"chain\": {\"family\": 5}}, 7, null, {\"a\": {}, \"b\": {}}]}\n",
      "{\"nftables\": {}}\n",
      "{\"nftables\": [{\"table\": {\"family\": \"ip\", \"name\": \"t\"}},\n",
  };
  for (const std::string& text : texts) {
    const auto start = std::chrono::steady_clock::now();
    const auto host = import_rules(text);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << text.substr(0, 100);
    for (const auto& input : host.inputs) {
      size_t lines = 0;
      for (size_t i = 0; i < model::kLineClasses; ++i) lines += input.account.count(static_cast<LineClass>(i));
      EXPECT_EQ(lines, input.account.total());
    }
    for (const auto& policy : host.policies) EXPECT_TRUE(find_flaws(policy).empty()) << text.substr(0, 100);
  }
}

// Bytes deleted, doubled, swapped and replaced by words of the language.
TEST(Hostile, Mutations) {
  const std::string text = "define w = { eth0, \"eth*\" }\nflush ruleset\ntable inet t {\n set s { type ipv4_addr . inet_service; flags interval,timeout; elements = { 10.0.0.0/8 . 22 timeout 1h, 192.0.2.1 . 80-90 : drop }\n }\n"
                           " map m { type mark : verdict; elements = { 1 : jump u, 2-4 : goto u, * : drop }\n }\n chain u { meta mark set tcp dport map { 22 : 5 } ct mark set mark & 0xff | 0x1 return\n }\n"
                           " chain c { type filter hook prerouting priority raw - 5; policy drop;\n iifname $w ip saddr . tcp dport @s tcp flags & (syn|ack) == syn jump u\n meta mark vmap @m\n limit rate 5/second burst 5 packets meta mark set 1 drop\n"
                           " ip6 saddr != ::1 add @s { ip saddr . tcp dport limit rate 1/minute } reject with tcp reset\n }\n chain n { type nat hook prerouting priority 0;\n dnat ip prefix to ip daddr map { 10.0.0.0/24 : 10.1.0.0/24 }\n tcp dport 80 dnat to 1.2.3.4-1.2.3.9:80-90 random\n }\n"
                           " chain o { type nat hook prerouting priority 0;\n jump u\n redirect to :22\n }\n}\ninclude \"x\"\n";
  const std::string json = "{\"nftables\": [{\"table\": {\"family\": \"ip\", \"name\": \"t\"}}, {\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"type\": \"nat\", \"hook\": \"output\", \"prio\": -100}},"
                           "{\"rule\": {\"table\": \"t\", \"chain\": \"c\", \"expr\": [{\"match\": {\"op\": \"in\", \"left\": {\"&\": [{\"ct\": {\"key\": \"state\"}}, 5]}, \"right\": {\"set\": [[1, {\"drop\": null}], {\"concat\": [1, 2]}]}}},"
                           "{\"dnat\": {\"addr\": {\"map\": {\"key\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"data\": {\"set\": [[80, \"1.2.3.4\"]]}}}, \"port\": 5}}]}}]}\n";
  static constexpr const char* kWords[] = {"{", "}", "(", ")", ",", ";", ":", ".", "-", "/", "*", "$w", "@s", "@m", "map ", "vmap ", " set ", "\n", " meta mark ", " ip saddr ", "!= ", "& ", "| ", "0", "99999999999", "\"", "#", "\\\n",
                                           " jump u ", " drop ", "[", "]", "null", "::1", "10.0.0.0/33", " chain u {", " table inet t {", "fib daddr . iif type ", "numgen inc mod 2 ", " = ", "ct status ", "any", "accept"};
  uint64_t state = 7;
  const auto below = [&](uint64_t limit) { return (state = state * 6364136223846793005u + 1442695040888963407u) / 65536 % limit; };
  for (int round = 0; round < 4000; ++round) {
    std::string mutant = round % 4 == 0 ? json : text;
    for (uint64_t edits = 1 + below(6); edits-- > 0;) {
      const size_t at = below(mutant.size()), length = below(12);
      if (below(3) == 0) mutant.erase(at, length);
      else if (below(4) == 0) mutant.insert(at, mutant.substr(below(mutant.size()), 1 + below(80)));
      else mutant.insert(at, kWords[below(std::size(kWords))]);
    }
    const auto host = import_rules(mutant);
    for (const auto& policy : host.policies) ASSERT_TRUE(find_flaws(policy).empty()) << mutant;
    for (const auto& input : host.inputs) {
      size_t lines = 0;
      for (size_t i = 0; i < model::kLineClasses; ++i) lines += input.account.count(static_cast<LineClass>(i));
      ASSERT_EQ(lines, input.account.total()) << mutant;
    }
  }
}

TEST(Hostile, NeverOpensOrClosesWhatItDoesNotUnderstand) {
  const std::string packet = "tcp 192.0.2.9:1025 198.51.100.1:22";
  for (const char* text : {"table ip t {\n chain c { type filter hook input priority 0; policy drop;\n tcp dport 22 accept", "table ip t {\n chain c {\n type filter hook input priority 0; policy drop; }\n what is this\n}\n",
                           "flush ruleset\nwhat is this\n", "table ip t {\n chain c { type filter hook input priority 0; policy maybe;\n }\n}\n", "{\"nftables\": [{\"what\": {}}]}\n", "{\"nftables\": [{\n"})
    EXPECT_EQ(verdict(text, packet), "depends") << text;
}

TEST(Account, EachLineHasItsClass) {
  const auto host = import_rules("#!/usr/sbin/nft -f\n# comment\nflush ruleset\n\ntable inet t { # comment\n  counter x { packets 0 bytes 0\n  }\n  set s {\n    type ipv4_addr\n"
                                 "    elements = { 192.0.2.1,\n      # comment\n      192.0.2.2 }\n  }\n  chain c {\n    type filter hook input priority 0; policy drop;\n    ip saddr @s accept\n"
                                 "    limit rate 1/second accept\n    flow add @f\n    nonsense\n  }\n}\ninclude \"x\"\n");
  const model::Account& account = host.inputs.at(0).account;
  const LineClass modelled = LineClass::modelled, irrelevant = LineClass::irrelevant;
  const std::vector<std::pair<size_t, LineClass>> expected = {
      {1, irrelevant}, {2, irrelevant}, {3, modelled}, {5, modelled}, {6, irrelevant}, {7, irrelevant}, {8, modelled}, {9, modelled}, {10, modelled}, {11, irrelevant}, {12, modelled},
      {13, modelled}, {14, modelled}, {15, modelled}, {16, modelled}, {17, LineClass::opaque}, {18, LineClass::approximated}, {19, LineClass::unrecognised}, {20, modelled}, {21, modelled}, {22, LineClass::opaque}};
  for (const auto& [line, line_class] : expected) EXPECT_EQ(account.line_class(line), line_class) << line << ": " << account.construct(line);
}

}  // namespace
}  // namespace fwproof::tests
