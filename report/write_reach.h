// The answer of `reach`: one line for each open service, most exposed first.
//
//   tcp ports 143, 443   ANY            rules.txt:6  -A INPUT -p tcp -m multiport --dports 143,443 -j ACCEPT
#pragma once

#include <ostream>

#include "report/run.h"
#include "report/source_lines.h"
#include "report/style.h"

namespace fwproof::report {

void write_reach(std::ostream& out, const Run& run, SourceLines& lines, const Style& style, size_t width);

}  // namespace fwproof::report
