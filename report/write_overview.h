// Every row of a specification at a glance: service, port, direction, required or optional, what the host's firewall and the devices on
// the way do, and the verdict.
#pragma once

#include <ostream>

#include "report/run.h"
#include "report/style.h"

namespace fwproof::report {

// One table for each specification, its rows in the document's order. width as for Table.
void write_overview(std::ostream& out, const Run& run, const Style& style, size_t width);

}  // namespace fwproof::report
