// What README.md shows is what fwproof prints: every ```console block is run again.
//   $ ./run ARGUMENTS        runs fwproof with ARGUMENTS in the project's folder; the lines that follow are its output
//   …                        alone in a line: any number of lines
//   $ echo $?                the exit code of the command before follows
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Example {
  std::string command;
  std::vector<std::string> output;
  int line = 0;
};

struct Ran {
  std::string output;
  int exit_code = -1;
};

Ran run(const std::string& arguments) {
  const std::string command = "cd '" FWPROOF_SOURCE_DIR "' && '" FWPROOF_BINARY "' " + arguments + " 2>&1 </dev/null";
  Ran result;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  char buffer[4096];
  for (size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) result.output.append(buffer, n);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t from = 0;
  while (from < text.size()) {
    const size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<Example> examples() {
  std::ifstream readme(FWPROOF_SOURCE_DIR "/README.md");
  std::vector<Example> found;
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(readme, line);) {
    ++number;
    if (line.rfind("```", 0) == 0) {
      inside = line == "```console";
    } else if (inside && line.rfind("$ ", 0) == 0) {
      found.push_back({line.substr(2), {}, number});
    } else if (inside && !found.empty()) {
      found.back().output.push_back(line);
    }
  }
  for (Example& example : found) {
    while (!example.output.empty() && example.output.back().empty()) example.output.pop_back();
  }
  return found;
}

bool matches(const std::vector<std::string>& expected, size_t e, const std::vector<std::string>& actual, size_t a) {
  for (; e < expected.size(); ++e, ++a) {
    if (expected[e] == "…") {
      for (size_t next = a; next <= actual.size(); ++next) {
        if (matches(expected, e + 1, actual, next)) return true;
      }
      return false;
    }
    if (a >= actual.size() || actual[a] != expected[e]) return false;
  }
  return a == actual.size();
}

TEST(readme, shows_what_the_tool_prints) {
  constexpr std::string_view kRun = "./run ";
  int last_exit_code = -1;
  int compared = 0;
  for (const Example& example : examples()) {
    SCOPED_TRACE("README.md:" + std::to_string(example.line) + ": " + example.command);
    if (example.command == "echo $?") {
      ASSERT_EQ(example.output.size(), 1u);
      EXPECT_EQ(example.output[0], std::to_string(last_exit_code));
    } else if (example.command.rfind(kRun, 0) == 0 && !example.output.empty()) {
      const Ran result = run(example.command.substr(kRun.size()));
      last_exit_code = result.exit_code;
      EXPECT_TRUE(matches(example.output, 0, lines_of(result.output), 0)) << "it prints now:\n" << result.output;
      ++compared;
    }
  }
  EXPECT_GT(compared, 0) << "README.md shows no run";
}

}  // namespace
