// What depends on standard output being a terminal: colour, and tables that fit.
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "report/escape.h"

namespace fwproof::cli {
namespace {

constexpr unsigned short kColumns = 80;

std::string on_terminal(const std::string& args, const char* no_color) {
  winsize size{24, kColumns, 0, 0};
  int master = -1;
  const pid_t child = forkpty(&master, nullptr, nullptr, &size);
  if (child == 0) {
    if (no_color != nullptr) setenv("NO_COLOR", no_color, 1);
    else unsetenv("NO_COLOR");
    const std::string command = std::string("cd ") + FWPROOF_SOURCE_DIR + "/examples && " + FWPROOF_BINARY + " " + args;
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  std::string output;
  char buffer[4096];
  for (ssize_t got; (got = read(master, buffer, sizeof buffer)) > 0;) output.append(buffer, static_cast<size_t>(got));
  close(master);
  waitpid(child, nullptr, 0);
  return output;
}

constexpr const char* kCheck = "check mailstore-spe/site.json";

// A container without /dev/pts has none.
bool has_terminals() {
  int master = -1;
  int slave = -1;
  if (openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) return false;
  close(master);
  close(slave);
  return true;
}

TEST(Terminal, ColourOnlyWhereItIsWanted) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals here (/dev/pts)";
  EXPECT_NE(on_terminal(kCheck, nullptr).find('\x1b'), std::string::npos);
  EXPECT_NE(on_terminal(kCheck, "").find('\x1b'), std::string::npos);
  EXPECT_EQ(on_terminal(kCheck, "1").find('\x1b'), std::string::npos);
  EXPECT_EQ(on_terminal(std::string(kCheck) + " --no-color", nullptr).find('\x1b'), std::string::npos);
  EXPECT_EQ(on_terminal(std::string(kCheck) + " --format json", nullptr).find('\x1b'), std::string::npos);
}

TEST(Terminal, TheTableOfVerdictsFits) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals here (/dev/pts)";
  std::istringstream lines(on_terminal(kCheck, "1"));
  size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.starts_with("  holds") && !line.starts_with("  VIOLATED")) continue;
    ++rows;
    EXPECT_LE(report::display_width(line), size_t{kColumns}) << line;
  }
  EXPECT_GT(rows, 10u);
}

// What is left on the terminal after the carriage returns.
std::string left_over(const std::string& output) {
  std::string line;
  size_t at = 0;
  for (const char c : output) {
    if (c == '\r') at = 0;
    else if (at < line.size()) line[at++] = c;
    else line.push_back(c), ++at;
  }
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

TEST(Terminal, AFolderShowsHowFarItIsAndCleansUp) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals here (/dev/pts)";
  for (const char* output : {"> /dev/null", "--format json > /dev/null"}) {
    const std::string shown = on_terminal(std::string("check . ") + output, nullptr);
    EXPECT_NE(shown.find(" of 3 sites"), std::string::npos) << output;
    EXPECT_EQ(left_over(shown), "") << output;
    EXPECT_EQ(shown.find('\n'), std::string::npos) << output;
  }
  // Beside a report on the same terminal, each line starts where nothing is.
  std::istringstream lines(on_terminal("check .", "1"));
  size_t heads = 0;
  for (std::string line; std::getline(lines, line);) heads += left_over(line.substr(0, line.find_last_not_of('\r') + 1)).starts_with("== ./");
  EXPECT_EQ(heads, 3u);
}

TEST(Terminal, NoProgressWhereNobodyLooks) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals here (/dev/pts)";
  EXPECT_EQ(on_terminal("check . --quiet > /dev/null", nullptr), "");
  EXPECT_EQ(on_terminal("check . > /dev/null 2> /dev/null", nullptr), "");
  EXPECT_EQ(on_terminal(std::string(kCheck) + " > /dev/null", nullptr), "");
}

}  // namespace
}  // namespace fwproof::cli
