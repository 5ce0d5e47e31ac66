// Rows of text in columns that line up on a terminal, whatever script the text is in.
//
//   Table table;
//   table.add({{"holds", Ink::green}, {"8474"}});
//   table.write(out, style, "  ");
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "report/style.h"

namespace fwproof::report {

struct Cell {
  std::string text;  // escaped by add()
  Ink ink = Ink::plain;
};

class Table {
 public:
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }
  // width: columns that a line may take, the last cell is cut to fit; 0: any.
  void write(std::ostream& out, const Style& style, std::string_view indent, size_t width = 0) const;

 private:
  std::vector<std::vector<Cell>> rows_;
  std::vector<size_t> widths_;
};

}  // namespace fwproof::report
