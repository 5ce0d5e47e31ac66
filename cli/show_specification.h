// A specification for people: `specs NAME` and `derive` show it alike.
#pragma once

#include <ostream>

#include "report/style.h"
#include "specs/specification.h"

namespace fwproof::cli {

// Title, document, roles, rows, readings, constraints, notes, left-over numbers; what is empty is left out. width as for report::Table.
void show_specification(std::ostream& out, const specs::Specification& spec, const report::Style& style, size_t width);

std::string ports_of(const specs::Row& row);   // "80, 8470-8474"
std::string line_of(const model::Citation& citation);   // "line 21", or nothing

}  // namespace fwproof::cli
