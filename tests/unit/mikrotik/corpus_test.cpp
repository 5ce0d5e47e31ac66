// Real exports and scripts, where they are at hand: nothing crashes, every account adds up, nearly all is modelled, and no other
// format's file is taken for RouterOS.
#include "tests/support/corpus.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "importers/registry.h"
#include "tests/unit/mikrotik/support.h"

namespace fwproof::tests {
namespace {

using model::LineClass;

// What these lines do is not in the file: names to be resolved, lists that others fill, other files, rules that were there before, learned routes.
bool elsewhere(const std::string& construct) {
  for (const char* name : {"DNS name in an address list", "address list with unknown entries", "src-address-list", "dst-address-list", "script",
                           "command that is not followed", "routing protocol", "line that RouterOS refuses"})
    if (construct == name) return true;
  return false;
}

TEST(Corpus, RouterOs) {
  const auto folder = corpus();
  if (!folder) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  std::map<LineClass, std::map<std::string, size_t>> all;
  for (const auto& path : files_in(*folder / "mikrotik-rsc")) {
    model::Sources sources;
    sources.files.push_back({path.string(), read_all(path)});
    const auto host = importers::import_host(sources, {0});
    EXPECT_TRUE(host.understood) << path;
    ASSERT_EQ(host.inputs[0].importer, "mikrotik") << path;
    size_t sum = 0;
    for (const auto& [line_class, constructs] : host.inputs[0].account.constructs())
      for (const auto& [construct, count] : constructs) {
        sum += count;
        all[line_class][construct] += count;
      }
    EXPECT_EQ(sum, host.inputs[0].account.total()) << path;
    EXPECT_FALSE(host.policies.empty()) << path;
  }
  size_t relevant = 0, modelled = 0, told_elsewhere = 0;
  for (const auto& [line_class, constructs] : all)
    for (const auto& [construct, count] : constructs) {
      if (line_class == LineClass::irrelevant) continue;
      relevant += count;
      if (line_class == LineClass::modelled) modelled += count;
      else if (elsewhere(construct)) told_elsewhere += count;
      if (line_class != LineClass::modelled) std::cout << to_text(line_class) << " " << count << "  " << construct << "\n";
    }
  std::cout << "modelled: " << modelled << " of " << relevant << " lines that bear on what passes, " << told_elsewhere << " of which the file cannot tell\n";
  EXPECT_GE(modelled * 100, relevant * 92);
  EXPECT_GE(modelled * 100, (relevant - told_elsewhere) * 95);
}

TEST(Corpus, NothingElse) {
  const auto folder = corpus();
  if (!folder) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (!entry.is_regular_file() || entry.path().parent_path().filename() == "mikrotik-rsc" || entry.path().parent_path() == *folder) continue;
    const std::string text = read_all(entry.path());
    const importers::Section section = section_of(text, 0);
    for (size_t at = 0; at < section.lines.size(); ++at)
      ASSERT_EQ(importers::mikrotik::importer().starts_at(section.lines, at), importers::Claim::no) << entry.path() << ":" << at + 1;
  }
}

}  // namespace
}  // namespace fwproof::tests
