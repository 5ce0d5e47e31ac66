// Tables of plain text whose columns are aligned by blanks, as terminals and `pdftotext -layout` write them:
//
//   Port    Protocol   Source      Destination
//   443     TCP        Admin PC    Web Server
//
// Two blanks or more that stand at the same place in every line part the columns; a cell may hold single blanks.
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

// At this line begins such a table, of three columns or more, in two lines or more: it is read, and the index behind it returned. 0: there is none.
size_t read_aligned_table(const Text& text, size_t at, Output& output, Block& table);

}  // namespace fwproof::specs::derive
