// What does not hold, in sentences: who, what, decided by which line, and why the rule that looks right does not apply.
#pragma once

#include <ostream>
#include <vector>

#include "report/run.h"
#include "report/source_lines.h"
#include "report/style.h"

namespace fwproof::report {

void write_findings(std::ostream& out, const Run& run, SourceLines& lines, const Style& style);

}  // namespace fwproof::report
