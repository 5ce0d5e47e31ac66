#include "specs/derive/read_table.h"

#include <algorithm>
#include <iterator>

namespace fwproof::specs::derive {

void SpanTable::start_row(uint32_t number, bool header) {
  end_row();
  row_ = {};
  row_.number = number;
  row_.header = header;
  column_ = 0;
  open_ = true;
  has_text_ = false;
}

void SpanTable::add(Cell cell, uint32_t rows) {
  if (!open_ || closed_) return;
  place_covering();
  cell.columns = std::clamp<uint32_t>(cell.columns, 1, kMaxColumns);
  if (!has_text_ && !cell.lines.empty()) row_.number = cell.lines.front().number;
  has_text_ |= !cell.lines.empty();
  if (rows > 1 && column_ < kMaxColumns) started_[column_] = {rows - 1, cell};
  column_ += cell.columns;
  row_.cells.push_back(std::move(cell));
}

// Cells of rows above that stand at this column.
void SpanTable::place_covering() {
  for (auto found = covering_.find(column_); found != covering_.end(); found = covering_.find(column_)) {
    Covering& covering = found->second;
    const bool kept = output_.may_repeat(covering.cell, row_.number);
    column_ += covering.cell.columns;
    if (kept && covering.rows > 1) started_[found->first] = {covering.rows - 1, covering.cell};
    row_.cells.push_back(kept ? std::move(covering.cell) : Cell{{}, covering.cell.columns});
    covering_.erase(found);
  }
}

void SpanTable::end_row() {
  if (!open_) return;
  place_covering();
  while (!covering_.empty() && column_ < kMaxColumns) {  // the row ends before cells that reach into it from above
    const auto next = covering_.lower_bound(column_);
    if (next == covering_.end()) break;
    row_.cells.push_back({{}, next->first - column_});
    column_ = next->first;
    place_covering();
  }
  covering_ = std::move(started_);
  started_.clear();
  open_ = false;
  const bool has_cells = !row_.cells.empty();
  if (has_cells && !closed_) closed_ = !output_.add_row(table_, std::move(row_));
  row_ = {};
}

bool SpanTable::full_row(size_t width) {
  if (!open_) return true;
  place_covering();
  return column_ >= width;
}

void SpanTable::end_group() {
  end_row();
  covering_.clear();
}

void SpanTable::caption(std::vector<Line> lines) {
  std::move(lines.begin(), lines.end(), std::back_inserter(table_.lines));
}

Block SpanTable::take() {
  end_group();
  Block table = std::move(table_);
  table_ = {};
  table_.kind = Block::Kind::table;
  return table;
}

}  // namespace fwproof::specs::derive
