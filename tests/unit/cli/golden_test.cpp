// Runs the real binary on every folder below tests/golden/cli that has a file `args` (words as for a shell, over several lines if need be),
// inside that folder, and compares exit code (`exit`) and output (`stdout.golden`, standard error behind it).
// FWPROOF_ACCEPT=1 writes both. A folder may have `refuse`: words that must not appear; `prepare`: commands that make large inputs.
// What a case writes is called generated.* and is removed. Every check is run a second time for its JSON, which the published schema must
// accept, with the same exit code.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/json_schema.h"

namespace fwproof::tests {
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
  FILE* pipe = popen(("cd '" + folder.string() + "' && { " + command + "; } </dev/null").c_str(), "r");
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

std::string binary(const std::string& args) { return std::string("timeout 120 ") + FWPROOF_BINARY + " " + args; }

void expect_schema(const std::string& command, const std::string& text) {
  static std::map<std::string, Validator> schemas;
  const auto known = schemas.try_emplace(command, Json::parse(slurp(fs::path(FWPROOF_SOURCE_DIR) / "docs" / (command + "-output.schema.json")))).first;
  Validator& schema = known->second;
  const Json json = Json::parse(text, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << text.substr(0, 400);
  if (json.contains("sites"))
    for (Json site : json["sites"]) {
      site["fwproof"] = json["fwproof"];
      EXPECT_EQ(schema.check(site), "");
    }
  else
    EXPECT_EQ(schema.check(json), "");
}

// Only plain calls: what has a shell's words in it, or is JSON already, is left as it is.
void check_json(const fs::path& folder, const std::string& args, int exit) {
  const std::string command = args.substr(0, args.find(' '));
  if (command != "check" && command != "lint" && command != "diff") return;
  if (exit == 4 || args.find("--help") != std::string::npos || args.find_first_of(";|&<") != std::string::npos) return;
  const Ran ran = run(folder, binary(args + (args.find("--format") == std::string::npos ? " --format json" : "")) + " 2>/dev/null");
  EXPECT_EQ(ran.exit, exit);
  if (!ran.output.empty()) expect_schema(command, ran.output);
}

void check_case(const fs::path& folder) {
  SCOPED_TRACE(folder.filename().string());
  if (fs::exists(folder / "prepare")) {
    ASSERT_EQ(run(folder, "sh ./prepare").exit, 0);
  }
  const std::string args = one_line(slurp(folder / "args"));
  const Ran ran = run(folder, "{ " + binary(args) + "; } 2>&1");
  if (std::getenv("FWPROOF_ACCEPT") != nullptr) {
    spill(folder / "stdout.golden", ran.output);
    spill(folder / "exit", std::to_string(ran.exit) + "\n");
  }
  EXPECT_EQ(std::to_string(ran.exit) + "\n", slurp(folder / "exit"));
  EXPECT_EQ(ran.output, slurp(folder / "stdout.golden"));
  std::istringstream refused(slurp(folder / "refuse"));
  for (std::string line; std::getline(refused, line);) EXPECT_EQ(ran.output.find(line), std::string::npos) << line;
  check_json(folder, args, ran.exit);
  run(folder, "rm -f generated.*");
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

TEST(Help, ExamplesWorkWhenPasted) {
  const fs::path source = FWPROOF_SOURCE_DIR;
  size_t examples = 0;
  for (const char* command : {"", "check ", "reach ", "diff ", "lint ", "trace ", "import ", "derive ", "specs ", "specs diff ", "formats "}) {
    std::istringstream help(run(source, binary(std::string(command) + "--help")).output);
    for (std::string line; std::getline(help, line);) {
      const size_t at = line.find("fwproof ");
      if (at == std::string::npos || (at != 2 && !line.starts_with("  echo "))) continue;
      ++examples;
      line.replace(at, 7, std::string(FWPROOF_BINARY));
      const Ran ran = run(source, line);
      EXPECT_TRUE(ran.exit >= 0 && ran.exit <= 2) << line << '\n' << ran.output;
    }
  }
  EXPECT_GT(examples, 12u);
}

TEST(Examples, GiveWhatTheSchemaSays) {
  const Ran ran = run(fs::path(FWPROOF_SOURCE_DIR) / "examples", binary("check . --format json"));
  EXPECT_EQ(ran.exit, 1);
  expect_schema("check", ran.output);
}

}  // namespace
}  // namespace fwproof::tests
