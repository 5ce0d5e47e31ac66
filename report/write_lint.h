// The answer of `lint`: rules that never match, or could be left out, and why.
//
//   rules.txt:9  -A INPUT -s 192.0.2.7 -p tcp -j ACCEPT
//     dead: inside one earlier rule
//       rules.txt:7  -A INPUT -s 192.0.2.0/24 -j DROP
#pragma once

#include <ostream>

#include "report/run.h"
#include "report/write_text.h"
#include "solver/lint.h"

namespace fwproof::report {

void write_lint(std::ostream& out, const Run& run, const solver::LintReport& lint, const TextOptions& options);
void write_lint_json(std::ostream& out, const Run& run, const solver::LintReport& lint);

}  // namespace fwproof::report
