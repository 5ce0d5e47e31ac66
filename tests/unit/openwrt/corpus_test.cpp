// Real configurations, where they are at hand: nothing crashes, accounts add up, nearly all that bears on traffic is modelled, and no
// other format's file is taken for UCI.
#include <iostream>
#include <map>
#include <set>

#include "importers/openwrt/importer.h"
#include "tests/support/corpus.h"
#include "tests/unit/openwrt/router.h"

namespace fwproof::tests {
namespace {

using model::LineClass;

TEST(Corpus, Routers) {
  const auto folder = corpus();
  if (!folder || !std::filesystem::is_directory(*folder / "openwrt-uci")) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  std::map<std::string, std::vector<std::filesystem::path>> routers;
  for (const auto& path : files_in(*folder / "openwrt-uci")) {
    const std::string name = path.filename().string();
    routers[name.substr(0, name.rfind("__"))].push_back(path);
  }
  std::map<LineClass, std::map<std::string, size_t>> all;
  for (const auto& [name, paths] : routers) {
    SCOPED_TRACE(name);
    std::vector<std::string> texts;
    for (const auto& path : paths) texts.push_back(read_all(path));
    const Router router = router_of(texts);
    EXPECT_TRUE(router.host.understood);
    EXPECT_EQ(router.host.policies.size(), 2u);
    for (const auto& input : router.host.inputs) {
      size_t sum = 0;
      for (const auto& [line_class, constructs] : input.account.constructs())
        for (const auto& [construct, count] : constructs) {
          all[line_class][construct] += count;
          sum += count;
        }
      EXPECT_EQ(sum, input.account.total());
    }
    for (size_t i = 0; i < texts.size(); ++i) router_of({texts[i]});
  }
  size_t bearing = 0, modelled = 0;
  for (const auto& [line_class, constructs] : all) {
    std::vector<std::pair<size_t, std::string>> ranked;
    for (const auto& [construct, count] : constructs) {
      ranked.push_back({count, construct});
      if (line_class != LineClass::irrelevant) bearing += count;
      if (line_class == LineClass::modelled) modelled += count;
    }
    std::sort(ranked.rbegin(), ranked.rend());
    std::cout << to_text(line_class) << "\n";
    for (const auto& [count, construct] : ranked) std::cout << "  " << count << "  " << construct << "\n";
  }
  std::cout << "modelled of what bears on traffic: " << 100.0 * static_cast<double>(modelled) / static_cast<double>(bearing) << " %\n";
  EXPECT_GE(modelled * 100, bearing * 95);
  EXPECT_EQ(all[LineClass::unrecognised].size(), 0u);
}

TEST(Corpus, OtherFormatsAreLeftAlone) {
  const auto folder = corpus();
  if (!folder) GTEST_SKIP() << "NO CORPUS: set FWPROOF_CORPUS";
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (!entry.is_directory() || entry.path().filename() == "openwrt-uci") continue;
    for (const auto& path : files_in(entry.path())) {
      const std::string text = read_all(path);
      std::vector<std::string_view> lines;
      for (std::string_view rest = text; !rest.empty();) {
        const size_t end = rest.find('\n');
        lines.push_back(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      }
      for (size_t at = 0; at < lines.size(); ++at)
        ASSERT_EQ(importers::openwrt::importer().starts_at(lines, at), importers::Claim::no) << path << ":" << at + 1 << ": " << lines[at];
    }
  }
}

}  // namespace
}  // namespace fwproof::tests
