// Runs another program without a shell: bytes in, bytes out, bounded in time and size.
//
//   ProgramResult result = run_program({"/usr/bin/pdftotext", "-layout", "-", "-"}, bytes, {});
//   if (!result.problem.empty()) … "it took longer than 60 s"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::cli {

struct ProgramLimits {
  int time_ms = 60'000;
  size_t output_bytes = size_t{64} << 20;
};

struct ProgramResult {
  std::string output;
  std::string errors;        // the start of what it wrote to standard error
  std::string problem;       // empty: it ended with 0 within its limits
};

// Where PATH has it: an absolute path. Relative entries of PATH are passed over.
std::optional<std::string> find_program(std::string_view name);

// words[0]: an absolute path. The program sees `input` as standard input, an environment without the caller's variables, no new files
// and, where the kernel lets us, no network. It is ended when it reaches a limit.
ProgramResult run_program(const std::vector<std::string>& words, std::string_view input, const ProgramLimits& limits);

}  // namespace fwproof::cli
