// Real configurations, where they are at hand: every account adds up, nearly all that bears on packets is modelled, and no other format is claimed.
#include <chrono>
#include <iostream>
#include <set>

#include "importers/text/decode.h"
#include "tests/support/corpus.h"
#include "tests/unit/cisco_ios/support.h"

namespace fwproof::tests::ios {
namespace {

namespace fs = std::filesystem;

importers::Section lines_of(const importers::text::Lines& lines) {
  importers::Section section;
  section.encoding = "UTF-8";
  section.lines = lines.lines;
  return section;
}

TEST(Corpus, CiscoIos) {
  const auto folder = corpus();
  if (!folder) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  std::map<LineClass, std::map<std::string, size_t>> all;
  size_t bearing = 0, modelled = 0, files = 0;
  for (const fs::path& path : files_in(*folder / "cisco-ios")) {
    const std::string bytes = read_all(path);
    const auto decoded = importers::text::decode(bytes);
    const auto lines = importers::text::split_lines(decoded.text);
    const importers::Section section = lines_of(lines);
    importers::Facts facts;
    const auto result = importers::cisco_ios::importer().import({&section, 1}, facts);
    const model::Account& account = result.accounts.at(0);
    size_t sum = 0, filled = 0;
    for (const std::string_view line : section.lines) filled += line.find_first_not_of(" \t\r\f\v") != std::string_view::npos;
    for (const auto& [line_class, constructs] : account.constructs())
      for (const auto& [construct, count] : constructs) {
        sum += count;
        all[line_class][construct] += count;
        // Prose in somebody's notes bears on nothing.
        if (line_class == LineClass::irrelevant || construct == "line that no importer knows") continue;
        bearing += count;
        modelled += line_class == LineClass::modelled ? count : 0;
      }
    EXPECT_EQ(sum, filled) << path;
    for (const model::Policy& policy : result.policies) EXPECT_TRUE(model::find_flaws(policy).empty()) << path;
    ++files;
  }
  for (const auto& [line_class, constructs] : all)
    for (const auto& [construct, count] : constructs)
      if (line_class != LineClass::irrelevant) std::cout << model::to_text(line_class) << "  " << count << "  " << construct << "\n";
  std::cout << files << " files; modelled " << modelled << " of " << bearing << " lines that bear on packets\n";
  EXPECT_GE(files, size_t{26});
  EXPECT_GE(modelled * 100, bearing * 95);
}

TEST(Corpus, ClaimsItsOwnFilesOnly) {
  const auto folder = corpus();
  if (!folder) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  // Two configurations of IOS that lie in another format's folder, and a fragment that NX-OS has word for word.
  const std::set<std::string> really_ios = {"batfish__batfish__configs-as1core1.cfg", "batfish__batfish__configs-as2border1.cfg"};
  const std::set<std::string> undecidable = {"batfish__batfish__testconfigs-ios-object-group-ip-port"};
  for (const auto& entry : fs::directory_iterator(*folder)) {
    if (!entry.is_directory()) continue;
    const bool own = entry.path().filename() == "cisco-ios";
    for (const fs::path& path : files_in(entry.path())) {
      const std::string bytes = read_all(path);
      const auto decoded = importers::text::decode(bytes);
      if (decoded.binary) continue;
      const auto lines = importers::text::split_lines(decoded.text);
      bool claimed = false;
      for (size_t at = 0; at < lines.lines.size() && !claimed; ++at) claimed = importers::cisco_ios::importer().starts_at(lines.lines, at) != importers::Claim::no;
      const std::string name = path.filename().string();
      if (undecidable.contains(name)) continue;
      EXPECT_EQ(claimed, own || (entry.path().filename() == "juniper-hier" && really_ios.contains(name))) << path;
    }
  }
}

}  // namespace
}  // namespace fwproof::tests::ios
