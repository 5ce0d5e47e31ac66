// Real exports, where they are at hand: nothing crashes, every account adds up, and nearly all is modelled.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "importers/ipset_save/importer.h"
#include "importers/iptables_save/importer.h"
#include "tests/unit/iptables/helpers.h"

namespace fwproof::tests {
namespace {

namespace fs = std::filesystem;
using model::LineClass;

fs::path corpus() {
  if (const char* path = std::getenv("FWPROOF_CORPUS")) return path;
  for (fs::path up = fs::path(FWPROOF_SOURCE_DIR).parent_path(); up != up.root_path(); up = up.parent_path())
    if (fs::exists(up / "shared/corpus")) return up / "shared/corpus";
  return {};
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

using Counts = std::map<LineClass, std::map<std::string, size_t>>;

void import_folder(const fs::path& folder, Counts& all) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string text = read(entry.path());
    const importers::Section section = section_of(text);
    importers::Facts facts;
    const auto result = importers::iptables_save::importer().import({&section, 1}, facts);
    const model::Account& account = result.accounts.at(0);
    size_t sum = 0, lines = 0;
    for (const std::string_view line : section.lines) lines += line.find_first_not_of(" \t\r") != std::string_view::npos;
    for (const auto& [line_class, constructs] : account.constructs())
      for (const auto& [construct, count] : constructs) {
        sum += count;
        all[line_class][construct] += count;
      }
    EXPECT_EQ(sum, lines) << entry.path();
    EXPECT_FALSE(result.policies.empty()) << entry.path();
    if (account.count(LineClass::unrecognised) > 0)
      for (const auto& d : result.diagnostics)
        if (account.line_class(d.origin.line) == LineClass::unrecognised)
          std::cout << entry.path().filename().string() << ":" << d.origin.line << ": " << d.message << " | " << d.line_text.substr(0, 120) << "\n";
  }
}

void print(const Counts& all) {
  for (const auto& [line_class, constructs] : all) {
    std::vector<std::pair<size_t, std::string>> ranked;
    size_t sum = 0;
    for (const auto& [construct, count] : constructs) ranked.push_back({count, construct}), sum += count;
    std::sort(ranked.rbegin(), ranked.rend());
    std::cout << to_text(line_class) << ": " << sum << "\n";
    for (const auto& [count, construct] : ranked) std::cout << "  " << count << "  " << construct << "\n";
  }
}

TEST(Corpus, IptablesSave) {
  const fs::path folder = corpus();
  if (folder.empty()) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  Counts all;
  import_folder(folder / "iptables-save", all);
  import_folder(folder / "ip6tables-save", all);
  print(all);
  size_t rules = 0;
  for (auto& [line_class, constructs] : all)
    for (auto& [construct, count] : constructs)
      if (line_class == LineClass::approximated || line_class == LineClass::opaque || construct == "rule") rules += count;
  const size_t masked = all[LineClass::opaque]["value masked in the export"];
  const size_t modelled = all[LineClass::modelled]["rule"];
  std::cout << "rules modelled: " << modelled << " of " << rules << ", of which the export masks " << masked << "\n";
  EXPECT_GE(modelled * 100, (rules - masked) * 97);
  EXPECT_LE(rules, size_t{36000});
}

TEST(Corpus, IpsetSave) {
  const fs::path folder = corpus();
  if (folder.empty()) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  for (const auto& entry : fs::directory_iterator(folder / "ipset-save")) {
    const std::string text = read(entry.path());
    const importers::Section section = section_of(text);
    importers::Facts facts;
    const auto result = importers::ipset_save::importer().import({&section, 1}, facts);
    EXPECT_EQ(result.accounts.at(0).count(LineClass::unrecognised), 0u) << entry.path();
    EXPECT_EQ(result.accounts.at(0).count(LineClass::opaque), 0u) << entry.path();
    EXPECT_FALSE(facts.sets.empty()) << entry.path();
  }
}

}  // namespace
}  // namespace fwproof::tests
