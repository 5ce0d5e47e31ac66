// reStructuredText: sections, lists, grid and simple tables, list-table, csv-table, code (docutils, "reStructuredText Markup Specification").
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

void read_rst(const Text& text, Output& output);

}  // namespace fwproof::specs::derive
