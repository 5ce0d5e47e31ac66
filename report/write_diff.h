// The answer of `diff`: what becomes allowed, what becomes blocked, what leaves otherwise, what may differ, each with the rules that decide it
// before and after.
//
//   becomes allowed
//     input   tcp port 22 from 192.0.2.0/24 to any
//             before  drop    policy DROP of filter/INPUT (old.txt:3)
//             after   accept  -A INPUT -p tcp --dport 22 -j ACCEPT (new.txt:4)
#pragma once

#include <ostream>

#include "report/run.h"
#include "report/write_text.h"
#include "solver/diff.h"

namespace fwproof::report {

// run: inputs, diagnostics and exit code.
void write_diff_text(std::ostream& out, const Run& run, const solver::DiffReport& report, const TextOptions& options);
void write_diff_json(std::ostream& out, const Run& run, const solver::DiffReport& report);

}  // namespace fwproof::report
