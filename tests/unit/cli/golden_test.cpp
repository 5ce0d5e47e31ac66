// Runs the real binary on every folder below tests/golden/cli that has a file `args` (words separated by spaces or lines, quotes as in a
// shell), inside that folder, and compares exit code (`exit`) and output (`stdout.golden`, standard error behind it).
// FWPROOF_ACCEPT=1 writes both. A folder may have `refuse`: words that must not appear; `prepare`: commands that make large inputs.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

void spill(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

struct Ran {
  int exit = -1;
  std::string output;
};

Ran run(const fs::path& folder, const std::string& command) {
  Ran ran;
  FILE* pipe = popen(("cd '" + folder.string() + "' && " + command + " 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return ran;
  char buffer[65536];
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.output.append(buffer, got);
  const int status = pclose(pipe);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

void check_case(const fs::path& folder) {
  SCOPED_TRACE(folder.filename().string());
  if (fs::exists(folder / "prepare")) {
    ASSERT_EQ(run(folder, "sh ./prepare").exit, 0);
  }
  const Ran ran = run(folder, std::string("timeout 120 ") + FWPROOF_BINARY + " " + one_line(slurp(folder / "args")));
  if (fs::exists(folder / "prepare")) run(folder, "rm -f generated.txt");
  if (std::getenv("FWPROOF_ACCEPT") != nullptr) {
    spill(folder / "stdout.golden", ran.output);
    spill(folder / "exit", std::to_string(ran.exit) + "\n");
  }
  EXPECT_EQ(std::to_string(ran.exit) + "\n", slurp(folder / "exit"));
  EXPECT_EQ(ran.output, slurp(folder / "stdout.golden"));
  std::istringstream refused(slurp(folder / "refuse"));
  for (std::string line; std::getline(refused, line);) EXPECT_EQ(ran.output.find(line), std::string::npos) << line;
}

TEST(Golden, EveryFolderGivesWhatItGaveBefore) {
  size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(FWPROOF_SOURCE_DIR) / "tests/golden/cli")) {
    if (!fs::exists(entry.path() / "args")) continue;
    check_case(entry.path());
    ++cases;
  }
  EXPECT_GT(cases, 10u);
}

}  // namespace
