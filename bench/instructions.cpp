// Counts the instructions of the main stages under valgrind's callgrind, which a busy machine does not change, and compares them with the recorded
// ones: fails above 1.3 times.
//
//   bench_instructions FOLDER RECORDED.txt [--accept]     exit 0 as recorded or fewer, 1 more, 77 without valgrind
//
// It runs itself under valgrind with --stages: that run does the stages and has callgrind write the count of each.
#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "bench/process.h"
#include "bench/stages.h"

namespace {

using namespace fwproof::bench;
namespace fs = std::filesystem;

constexpr double kMost = 1.3;
constexpr int kSkipped = 77;
using Counts = std::map<std::string, uint64_t>;

// One at a time, so that what a stage leaves behind is gone before the next one begins.
void do_stages(const fs::path& folder) {
  for (const Stage& stage : stages()) {
    const auto run = stage.ready(folder);
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    run();
    CALLGRIND_DUMP_STATS_AT(std::string(stage.name).c_str());
    CALLGRIND_STOP_INSTRUMENTATION;
  }
}

// Of a file that callgrind wrote: "desc: Trigger: Client Request: check" and "totals: 123", of all threads.
void read_count(const fs::path& path, Counts& counts) {
  constexpr std::string_view kTrigger = "desc: Trigger: Client Request: ";
  std::ifstream file(path);
  std::string stage, word;
  uint64_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kTrigger)) stage = line.substr(kTrigger.size());
    if (line.starts_with("totals: ")) std::istringstream(line) >> word >> count;
  }
  if (!stage.empty()) counts[stage] = count;
}

Counts counted(const std::string& valgrind, const std::string& self, const fs::path& folder) {
  const fs::path dumps = folder / "callgrind";
  fs::remove_all(dumps);
  fs::create_directories(dumps);
  const Cost cost = run({valgrind, "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=" + (dumps / "out").string(), self, folder.string(), "--stages"});
  if (cost.exit_code != 0) throw std::runtime_error(fmt::format("the stages ended with {} under valgrind", cost.exit_code));
  Counts counts;
  for (const auto& entry : fs::directory_iterator(dumps)) read_count(entry.path(), counts);
  return counts;
}

Counts recorded(const fs::path& path) {
  Counts counts;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string stage;
    uint64_t count = 0;
    if (!line.starts_with('#') && words >> stage >> count) counts[stage] = count;
  }
  return counts;
}

void record(const fs::path& path, const Counts& counts) {
  std::ofstream file(path);
  file << "# Instructions (callgrind) of the main stages for 100,000 rules: bench/stages.cpp. Written by bench_instructions --accept.\n";
  for (const auto& [stage, count] : counts) file << fmt::format("{:<16} {:>13}\n", stage, count);
}

// Whether none is far above what is recorded; a stage that is not in both is a failure too.
bool compare(const Counts& now, const Counts& before) {
  bool right = !now.empty();
  std::cout << fmt::format("{:<16} {:>15} {:>15}  ratio\n", "stage", "instructions", "recorded");
  for (const Stage& stage : stages()) {
    const auto is = now.find(std::string(stage.name)), was = before.find(std::string(stage.name));
    if (is == now.end() || was == before.end()) {
      std::cout << fmt::format("{:<16} is {}\n", stage.name, is == now.end() ? "not counted" : "not recorded");
      right = false;
      continue;
    }
    const double ratio = static_cast<double>(is->second) / static_cast<double>(was->second);
    std::cout << fmt::format("{:<16} {:>15L} {:>15L}  {:.2f}{}\n", stage.name, is->second, was->second, ratio, ratio > kMost ? "  TOO MANY" : "");
    right &= ratio <= kMost;
  }
  return right;
}

int run_all(const std::vector<std::string>& words) {
  const std::string self = fs::canonical("/proc/self/exe").string();
  if (words.size() == 2 && words[1] == "--stages") return do_stages(words[0]), 0;
  if (words.size() < 2) return std::cerr << "usage: bench_instructions FOLDER RECORDED.txt [--accept]\n", 4;
  const std::string valgrind = find_program("valgrind");
  if (valgrind.empty()) return std::cerr << "SKIPPED: valgrind is not installed\n", kSkipped;
  const Counts now = counted(valgrind, self, words[0]);
  if (words.size() > 2 && words[2] == "--accept") record(words[1], now);
  return compare(now, recorded(words[1])) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_all({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    std::cerr << "bench_instructions: " << problem.what() << '\n';
    return 5;
  }
}
