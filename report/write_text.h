// The result of `check` and `reach` for people: inputs, assumptions, a table of rows, each counterexample, what was not asked, one closing line.
#pragma once

#include <ostream>

#include "report/run.h"
#include "report/style.h"

namespace fwproof::report {

struct TextOptions {
  Style style;
  bool quiet = false;   // assumptions, findings and the closing line only
  size_t width = 0;     // columns of the terminal; 0: no terminal
};

void write_text(std::ostream& out, const Run& run, const TextOptions& options);
// "13 asked: 11 hold, 1 violated, 1 cannot tell; …. Exit 1: something is violated."
std::string closing_line(const Run& run);

}  // namespace fwproof::report
