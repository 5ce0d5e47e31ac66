// Exit codes (docs/semantics.md, "Exit codes").
#pragma once

#include <string>

namespace fwproof::cli {

enum ExitCode : int {
  exit_holds = 0,
  exit_violated = 1,
  exit_cannot_tell = 2,
  exit_input = 3,
  exit_usage = 4,
  exit_fault = 5,
};

// The one that counts when several apply: 5, 4, 3, 1, 2, 0.
int worse(int a, int b);
std::string meaning(int exit_code);

}  // namespace fwproof::cli
