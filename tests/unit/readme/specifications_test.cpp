// What docs/specifications.md shows is what fwproof does. A fenced block whose first line is a comment with a file's name is that file:
//   ```jsonc           ```text
//   // backup.json     <!-- shop.txt -->
// Specifications and sites among them load without an error, but for those called misspelt.*; `$ fwproof …` in a ```console block gives the output
// that follows, in a folder with these files, one block after the other; commands of ```sh blocks get as far as an answer.
// FWPROOF_ACCEPT=1 writes what is printed now into the page instead.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

#include "specs/site.h"
#include "specs/specification.h"
#include "tests/unit/readme/shown.h"

namespace fwproof::readme {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPage = FWPROOF_SOURCE_DIR "/docs/specifications.md";
constexpr std::string_view kProgram = "fwproof ";

std::string between(const std::string& line, std::string_view before, std::string_view after) {
  if (!line.starts_with(before) || !line.ends_with(after) || line.size() < before.size() + after.size()) return "";
  return line.substr(before.size(), line.size() - before.size() - after.size());
}

// Name → text. A comment of JSON stays in the file.
std::map<std::string, std::string> files_in(const std::vector<std::string>& lines) {
  std::map<std::string, std::string> files;
  std::string* open = nullptr;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("```")) open = nullptr;
    if (open != nullptr) *open += lines[i] + "\n";
    if (i == 0 || !lines[i - 1].starts_with("```") || lines[i - 1] == "```") continue;
    const std::string json = between(lines[i], "// ", ".json"), other = between(lines[i], "<!-- ", " -->");
    if (!json.empty()) *(open = &files[json + ".json"]) += lines[i] + "\n";
    if (!other.empty()) open = &files[other];
  }
  return files;
}

class Page : public testing::Test {
 protected:
  void SetUp() override {
    lines_ = lines_of_file(kPage);
    files_ = files_in(lines_);
    folder_ = fs::path(testing::TempDir()) / ("fwproof-specifications-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    for (const auto& [name, text] : files_) std::ofstream(folder_ / name) << text;
    for (const char* name : {"rules.txt", "profiles.txt"})
      fs::copy_file(fs::path(FWPROOF_SOURCE_DIR) / "examples/mailstore-spe/mgmt" / name, folder_ / name, fs::copy_options::overwrite_existing);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Ran run(const std::string& command) const {
    return run_in(folder_.string(), "'" FWPROOF_BINARY "' " + command.substr(kProgram.size()));
  }

  std::vector<std::string> lines_;
  std::map<std::string, std::string> files_;
  fs::path folder_;
};

std::vector<std::vector<std::string>> outputs_of(const std::vector<Example>& examples, const std::function<Ran(const std::string&)>& run) {
  std::vector<std::vector<std::string>> outputs;
  int exit_code = -1;
  for (const Example& example : examples) {
    if (example.command == "echo $?") {
      outputs.push_back({std::to_string(exit_code)});
      continue;
    }
    EXPECT_TRUE(example.command.starts_with(kProgram)) << "line " << example.line << ": not a command that this test can run";
    const Ran ran = run(example.command);
    exit_code = ran.exit;
    outputs.push_back(lines_of(ran.output));
  }
  return outputs;
}

TEST_F(Page, ItsRunsGiveWhatItShows) {
  const std::vector<Example> examples = examples_in(lines_);
  ASSERT_GT(examples.size(), 5u);
  const auto outputs = outputs_of(examples, [&](const std::string& command) { return run(command); });
  if (std::getenv("FWPROOF_ACCEPT") != nullptr) return accept(kPage, lines_, examples, outputs);
  for (size_t i = 0; i < examples.size(); ++i)
    EXPECT_TRUE(is_shown(examples[i], outputs[i])) << "line " << examples[i].line << ": " << examples[i].command << "\nprints now:\n" << joined(outputs[i]);
}

TEST_F(Page, ItsFilesLoad) {
  size_t specifications = 0, sites = 0;
  for (const auto& [name, text] : files_) {
    if (!name.ends_with(".json") || name.starts_with("misspelt")) continue;
    model::Sources sources;
    sources.files.push_back({name, text});
    const bool site = text.find("\"zones\"") != std::string::npos;
    const auto diagnostics = site ? specs::load_site(sources, 0).diagnostics : specs::load_specifications(sources, 0).diagnostics;
    (site ? sites : specifications)++;
    for (const model::Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << name << ": " << diagnostic.message;
  }
  EXPECT_GE(specifications, 2u);
  EXPECT_GE(sites, 1u);
  const Ran ran = run("fwproof check site.json");
  EXPECT_TRUE(ran.exit >= 0 && ran.exit <= 2) << ran.output;
}

TEST_F(Page, ItsCommandsGetAnAnswer) {
  bool inside = false;
  size_t commands = 0;
  for (const std::string& line : lines_) {
    if (line.starts_with("```")) inside = line == "```sh";
    if (!inside || !line.starts_with(kProgram)) continue;
    const Ran ran = run(line);
    EXPECT_TRUE(ran.exit >= 0 && ran.exit <= 2) << line << '\n' << ran.output;
    ++commands;
  }
  EXPECT_GE(commands, 1u);
}

}  // namespace
}  // namespace fwproof::readme
