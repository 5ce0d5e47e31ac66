// Runs the real binary on every folder below tests/golden/cli that has a file `args` (words as for a shell, over several lines if need be),
// inside that folder, and compares exit code (`exit`) and output (`stdout.golden`, standard error behind it).
// FWPROOF_ACCEPT=1 writes both. A folder may have `refuse`: words that must not appear; `prepare`: commands that make large inputs.
// What a case writes is called generated.* and is removed. Every check is run a second time for its JSON, which the published schema must
// accept, with the same exit code.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/json_schema.h"
#include "tests/support/run_shell.h"

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

Ran run(const fs::path& folder, const std::string& command) { return run_shell("cd '" + folder.string() + "' && { " + command + "; }"); }

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
  if (json.contains("sites")) {
    for (const Json& site : json["sites"]) EXPECT_EQ(schema.check(site), "");   // says what is wrong, and where
  }
  EXPECT_EQ(schema.check(json).substr(0, 400), "");
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

TEST(Timing, IsToldApartFromTheAnswer) {
  const fs::path folder = fs::path(FWPROOF_SOURCE_DIR) / "examples/mailstore-spe";
  for (const char* options : {"", " --format json"}) {
    const std::string check = binary(std::string("check site.json") + options);
    EXPECT_EQ(run(folder, check + " --timing 2>/dev/null").output, run(folder, check).output);
  }
  const std::string told = run(folder, "{ " + binary("check site.json --timing") + "; } 2>&1 >/dev/null").output;
  size_t made = 0, equal = 0;
  double ms = 0;
  ASSERT_EQ(std::sscanf(told.c_str(), "%zu proofs by Z3 in %lf ms, %zu claims more the same as one of these", &made, &ms, &equal), 3) << told;
  // Answers to questions that are alike share their proofs, but none has no proof.
  size_t all = 0, most = 0;
  const auto report = nlohmann::json::parse(run(folder, binary("check site.json --format json")).output);
  for (const auto& result : report.at("results")) {
    if (result.at("proof").at("by") != "z3") continue;
    const auto queries = result.at("proof").at("queries").get<size_t>();
    EXPECT_GT(queries, 0u) << result.at("id");
    all += queries;
    most = std::max(most, queries);
  }
  EXPECT_GE(all, 29u);
  EXPECT_LT(made + equal, all);
  EXPECT_GE(made + equal, most);
  EXPECT_GT(made, 0u);
  EXPECT_GT(ms, 0);
}

TEST(Examples, GiveWhatTheSchemaSays) {
  const Ran ran = run(fs::path(FWPROOF_SOURCE_DIR) / "examples", binary("check . --format json"));
  EXPECT_EQ(ran.exit, 1);
  expect_schema("check", ran.output);
}

}  // namespace
}  // namespace fwproof::tests
