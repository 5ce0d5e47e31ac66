// The parts of a report around the findings: what the answers rest on, the verdicts at a glance, what changed, what was not asked.
#pragma once

#include <ostream>

#include "report/run.h"
#include "report/source_lines.h"
#include "report/style.h"

namespace fwproof::report {

struct Word {
  std::string_view text;
  Ink ink;
};
Word verdict_word(const Run& run, const solver::Result& result);
// What must be seen comes first, then in the order given.
std::vector<const solver::Result*> by_urgency(const solver::Report& report);
// "8474-ADM-MGMT" of "mailstore-spe-multi/8474-ADM-MGMT".
std::string_view short_id(const solver::Result& result);

// Equal ones once, those that differ in one rule or role on one line.
void write_assumptions(std::ostream& out, const Run& run, const SourceLines& lines, const Style& style);
// What is no row of a table: exposures and constraints, one table for each specification; what does not hold comes first. width as for Table.
void write_table(std::ostream& out, const Run& run, const Style& style, size_t width);
void write_changes(std::ostream& out, const Changes& changes, const Style& style, size_t width);
void write_not_asked(std::ostream& out, const solver::Report& report, const Style& style);

}  // namespace fwproof::report
