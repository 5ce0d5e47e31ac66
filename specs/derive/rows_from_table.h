// Rows of a table of ports: its columns by their headers, or by what stands in them.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "specs/derive/facts.h"
#include "specs/derive/left_over.h"

namespace fwproof::specs::derive {

constexpr size_t kMaxReadColumns = 64;   // of a table; numbers in columns beyond are left over

// Finds the text of a footnote by its mark ("†", "[1]", "(*)"), or nothing.
using Footnote = std::function<std::string(std::string_view mark)>;

struct TableReader {
  RoleBook& book;
  const Footnote& footnote;
  Setting setting;
  bool about_ports = false;       // the text around the table speaks of ports
  std::function<bool()> full;      // enough rows: what is left is only accounted for
  std::function<void(std::vector<Draft>)> add;
  LeftOverList& left_over;
  std::vector<Reading> open = {};   // of every row: what the table as a whole leaves open
  const std::vector<std::string>* headers = nullptr;   // of its columns, where it has some
};

// False: the table is none of ports; then every number in it is left over.
bool rows_from_table(const Block& table, const TableReader& reader);

// One row from its cells, of which the columns are known: also for tables whose cells are found in running text. `above`: those of the row above, which
// an empty cell of ports may go on from.
void read_row(std::vector<Passage>& cells, const std::vector<Column>& columns, uint32_t line, const TableReader& reader, const std::vector<Passage>& above = {});

}  // namespace fwproof::specs::derive
