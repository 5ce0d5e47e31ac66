// A table whose cells may reach over several rows: what a cell covers is repeated in each row, at its column.
//
//   SpanTable table(output);
//   table.start_row(7, false); table.add({lines, 2 columns}, 3 rows); … output.add(table.take());
#pragma once

#include <map>

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

class SpanTable {
 public:
  explicit SpanTable(Output& output) : output_(output) { table_.kind = Block::Kind::table; }

  // The row's number becomes that of its first text.
  void start_row(uint32_t number, bool header);
  void add(Cell cell, uint32_t rows = 1);
  void finish_row() { end_row(); }
  // No row is open, or the open one is filled up to `width` columns, cells from rows above included.
  bool full_row(size_t width);
  // A cell that reaches over rows ends with its group (HTML: thead, tbody, tfoot).
  void end_group();
  void header(bool header) { row_.header = header; }
  bool in_row() const { return open_; }
  void caption(std::vector<Line> lines);
  Block take();
  // False: a limit was reached.
  bool open() const { return !closed_; }

 private:
  struct Covering {
    uint32_t rows;  // left to cover
    Cell cell;
  };

  void end_row();
  void place_covering();

  Output& output_;
  Block table_;
  TableRow row_;
  uint32_t column_ = 0;
  bool open_ = false;
  bool has_text_ = false;  // of its own, not from rows above
  bool closed_ = false;
  std::map<uint32_t, Covering> covering_;  // by column
  std::map<uint32_t, Covering> started_;   // in this row: cover from the next on
};

}  // namespace fwproof::specs::derive
