// Runs a program and says what it cost, as a whole process: start, reading and all.
#pragma once

#include <string>
#include <vector>

namespace fwproof::bench {

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;      // user and system, all threads
  double peak_mb = 0;    // resident
  int exit_code = -1;    // -1: a signal ended it, or it could not be started
};

// Output goes to `output` (empty: nowhere).
Cost run(const std::vector<std::string>& words, const std::string& output = {});

// The program's path, looked up as a shell does and in /usr/sbin; empty: not installed.
std::string find_program(const std::string& name);

double median(std::vector<double> values);

}  // namespace fwproof::bench
