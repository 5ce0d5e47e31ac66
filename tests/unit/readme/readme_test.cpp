// What README.md shows is what fwproof prints: every ```console block is run again.
//   $ ./run ARGUMENTS        runs fwproof with ARGUMENTS in the project's folder; the lines that follow are its output
//   …                        alone in a line: any number of lines
//   $ echo $?                the exit code of the command before follows
// and every ./run in a ```sh block, but for ./run test, gets as far as an answer, with the exports of an example under the names used there.
// FWPROOF_ACCEPT=1 ./run test -R readme writes what it prints now into README.md instead; look at the difference before
// committing it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/readme/shown.h"

namespace fwproof::readme {
namespace {

Ran run(const std::string& arguments) { return run_in(FWPROOF_SOURCE_DIR, "'" FWPROOF_BINARY "' " + arguments); }

constexpr const char* kReadme = FWPROOF_SOURCE_DIR "/README.md";
constexpr std::string_view kRun = "./run ";

std::vector<std::string> readme_lines() { return lines_of_file(kReadme); }

// What the examples print now, in their order; one line with the exit code for `echo $?`.
std::vector<std::vector<std::string>> run_all(const std::vector<Example>& examples) {
  std::vector<std::vector<std::string>> outputs;
  int last_exit_code = -1;
  for (const Example& example : examples) {
    if (example.command == "echo $?") {
      outputs.push_back({std::to_string(last_exit_code)});
    } else if (example.command.rfind(kRun, 0) == 0) {
      const Ran ran = run(example.command.substr(kRun.size()));
      last_exit_code = ran.exit;
      outputs.push_back(lines_of(ran.output));
    } else {
      ADD_FAILURE() << "README.md:" << example.line << ": not a command that this test can run: " << example.command;
      outputs.push_back(example.output);
    }
  }
  return outputs;
}

// The ./run commands of the ```sh blocks, continued lines joined.
std::vector<std::string> shell_commands_in(const std::vector<std::string>& lines) {
  std::vector<std::string> found;
  bool inside = false, continued = false;
  for (const std::string& line : lines) {
    if (line.rfind("```", 0) == 0) {
      inside = line == "```sh";
      continued = false;
    } else if (inside && (continued || (line.rfind(kRun, 0) == 0 && line.rfind("./run test", 0) != 0))) {
      if (continued) found.back() += "\n" + line;
      else found.push_back(line);
      continued = line.ends_with("\\");
    }
  }
  return found;
}

// A folder in which the README's commands find what they name.
std::filesystem::path stage() {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / ("fwproof-readme-" + std::to_string(getpid()));
  const fs::path source = FWPROOF_SOURCE_DIR;
  fs::create_directories(folder);
  fs::create_symlink(FWPROOF_BINARY, folder / "run");
  fs::create_directory_symlink(source / "examples", folder / "examples");
  for (const char* name : {"rules.txt", "profiles.txt"}) fs::copy_file(source / "examples/mailstore-spe/mgmt" / name, folder / name);
  return folder;
}

TEST(readme, every_command_gets_an_answer) {
  const std::vector<std::string> commands = shell_commands_in(readme_lines());
  ASSERT_FALSE(commands.empty());
  const std::filesystem::path folder = stage();
  for (const std::string& command : commands) {
    const Ran ran = run_in(folder.string(), command);
    EXPECT_TRUE(ran.exit >= 0 && ran.exit <= 2) << command << "\nexits with " << ran.exit << ":\n" << ran.output;
    EXPECT_EQ(ran.output.find("error["), std::string::npos) << command << '\n' << ran.output;
  }
  std::filesystem::remove_all(folder);
}

TEST(readme, shows_what_the_tool_prints) {
  const std::vector<std::string> lines = readme_lines();
  const std::vector<Example> examples = examples_in(lines);
  ASSERT_FALSE(examples.empty()) << "README.md shows no run";
  const std::vector<std::vector<std::string>> outputs = run_all(examples);
  if (std::getenv("FWPROOF_ACCEPT") != nullptr) return accept(kReadme, lines, examples, outputs);
  for (size_t i = 0; i < examples.size(); ++i) {
    EXPECT_TRUE(is_shown(examples[i], outputs[i]))
        << "README.md:" << examples[i].line << ": " << examples[i].command << "\nprints now:\n"
        << joined(outputs[i]);
  }
}

}  // namespace
}  // namespace fwproof::readme
