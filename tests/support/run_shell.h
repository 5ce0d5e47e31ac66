// A shell command of a test, with what it printed and how it ended.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace fwproof::tests {

struct Ran {
  int exit = -1;        // -1: it could not be started, or a signal ended it
  std::string output;   // standard output
};

// Standard input is empty. The command may end in a comment.
inline Ran run_shell(const std::string& command) {
  Ran ran;
  FILE* pipe = popen(("{ " + command + "\n} </dev/null").c_str(), "r");
  if (pipe == nullptr) return ran;
  char buffer[65536];
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.output.append(buffer, got);
  const int status = pclose(pipe);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

}  // namespace fwproof::tests
