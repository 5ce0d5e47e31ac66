// Limits only take answers away: every site of the examples, of the golden tests and of the systems that are built in, with limits that are reached soon and later. What holds or is
// violated under a limit is so without it; also what is searched for on the way (ways, translations, addresses that lead to a target).
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "cli/load_network.h"
#include "solver/check.h"

namespace fwproof {
namespace {

namespace fs = std::filesystem;

struct Limited {
  std::string name;
  solver::Limits limits;
};

std::vector<Limited> all_limits() {
  std::vector<Limited> all;
  const auto add = [&](std::string name, auto set) {
    all.push_back({std::move(name), {}});
    set(all.back().limits);
  };
  add("run_steps 0", [](solver::Limits& limits) { limits.run_steps = 0; });   // what takes a blink is answered all the same
  for (const uint64_t steps : {1, 30, 300}) add("diagram_steps " + std::to_string(steps), [&](solver::Limits& limits) { limits.diagram_steps = steps; });
  for (const uint32_t nodes : {5, 40}) add("diagram_nodes " + std::to_string(nodes), [&](solver::Limits& limits) { limits.diagram_nodes = nodes; });
  for (const uint32_t visits : {1, 4}) add("visits " + std::to_string(visits), [&](solver::Limits& limits) { limits.visits = visits; });
  for (const uint32_t regions : {0, 1}) add("regions " + std::to_string(regions), [&](solver::Limits& limits) { limits.regions = regions; });
  add("pieces 1", [](solver::Limits& limits) {
    limits.pieces = 1;
    limits.rules_at_once = 1;
  });
  return all;
}

std::vector<fs::path> sites() {
  std::vector<fs::path> all;
  for (const char* folder : {"examples", "tests/golden/cli", "tests/fixtures/systems"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(FWPROOF_SOURCE_DIR) / folder))
      if (entry.path().filename() == "site.json") all.push_back(entry.path());
  return all;
}

std::map<std::string, solver::Truth> verdicts(const cli::Loaded& loaded, const solver::Limits& limits, std::string& fault) {
  solver::CheckOptions options;
  options.limits = limits;
  std::map<std::string, solver::Truth> all;
  for (const solver::Result& result : solver::check(loaded.network, loaded.requirements, options).results) {
    all.emplace(result.id, result.truth);
    if (!result.fault.empty()) fault = result.id + ": " + result.fault;
  }
  return all;
}

TEST(Limits, OnlyTakeAnswersAway) {
  const std::vector<fs::path> all = sites();
  ASSERT_GT(all.size(), 40U);
  std::map<std::string, size_t> taken, kept;
  for (const fs::path& site : all) {
    const cli::Loaded loaded = cli::load_site(site.string(), {});
    if (loaded.requirements.rows.empty()) continue;
    std::string fault;
    const auto whole = verdicts(loaded, {}, fault);
    for (const auto& [name, limits] : all_limits()) {
      for (const auto& [id, truth] : verdicts(loaded, limits, fault)) {
        const auto unlimited = whole.find(id);
        if (truth == solver::Truth::cannot_tell) {
          taken[name] += unlimited != whole.end() && unlimited->second != truth;
          continue;
        }
        ++kept[name];
        EXPECT_TRUE(unlimited != whole.end() && unlimited->second == truth)
            << site << " with " << name << ": " << id << (truth == solver::Truth::holds ? " holds" : " is violated") << ", and not without the limit";
      }
      EXPECT_EQ(fault, "") << site << " with " << name;
    }
  }
  for (const auto& [name, limits] : all_limits()) EXPECT_GT(taken[name] + kept[name], 0U) << name;
  EXPECT_GT(kept["run_steps 0"], 50U);
  EXPECT_GT(taken["diagram_steps 30"], 50U);
  EXPECT_GT(taken["visits 1"], 50U);
  EXPECT_GT(kept["regions 0"], 50U);
}

// Of a role of 126 addresses and a forward that works for all of them, behind `others` that work for one each.
solver::Truth truth_behind(unsigned others) {
  const fs::path folder = fs::path(::testing::TempDir()) / ("fwproof-forwards-" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::copy(fs::path(FWPROOF_SOURCE_DIR) / "tests/golden/cli/site-one-of-many-forwards", folder, fs::copy_options::recursive);
  std::ofstream(folder / "site.json") << R"({ "site": "s", "specs": ["web.json"], "zones": {"WEB": ["192.168.1.10"], "ADM": ["198.51.100.0/25"]},
    "devices": [{"name": "edge", "configs": ["edge.txt"],
                 "interfaces": {"lan": {"addresses": ["192.168.1.1/24"]}, "wan": {"addresses": ["203.0.113.2/28"]}},
                 "routes": [{"to": "0.0.0.0/0", "via": "203.0.113.1"}]}]})";
  std::ofstream edge(folder / "edge.txt");
  edge << "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n";
  const auto forward = [&](const std::string& from, unsigned port) {
    edge << "-A PREROUTING -i wan" << from << " -p tcp --dport " << port << " -j DNAT --to-destination 192.168.1.10:8450\n";
  };
  for (unsigned i = 0; i < others; ++i) forward(" -s 198.51.100." + std::to_string(1 + i) + "/32", 20'000 + i);
  forward("", 30'000);
  edge << "COMMIT\n*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
  edge.close();
  std::string fault;
  const auto all = verdicts(cli::load_site((folder / "site.json").string(), {}), {}, fault);
  fs::remove_all(folder);
  EXPECT_EQ(fault, "");
  return all.at("web/8450-ADM-WEB");
}

TEST(Limits, OfTranslationsThatLeadToATarget) {
  EXPECT_EQ(truth_behind(50), solver::Truth::holds);
  EXPECT_EQ(truth_behind(90), solver::Truth::cannot_tell);
}

}  // namespace
}  // namespace fwproof
