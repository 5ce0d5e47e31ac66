// The main stages of the work on 100,000 rules, each by itself, for measuring: instructions.cpp counts, parts.cpp times them.
//
//   for (const Stage& stage : stages()) { const auto run = stage.ready("build/bench-inputs"); run(); }
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

namespace fwproof::bench {

struct Stage {
  std::string_view name;
  // Does everything that comes before the stage, with inputs generated into the folder; what it returns does the stage, once.
  std::function<std::function<void()>(const std::filesystem::path& folder)> ready;
};

const std::vector<Stage>& stages();

}  // namespace fwproof::bench
