#include "specs/derive/read_aligned.h"

#include <algorithm>
#include <string>
#include <utility>

#include "specs/derive/read_list.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kFewestColumns = 3;
constexpr size_t kLongestLine = 1000;   // bytes; what is longer is prose

using Columns = std::vector<std::pair<size_t, size_t>>;   // first place and the one behind the last, in characters

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Places of characters that are no blanks.
std::vector<bool> filled_places(std::string_view line) {
  std::vector<bool> filled;
  for (const char c : line) {
    if (is_continuation(c)) continue;
    if (c == '\t') filled.resize(filled.size() + 8 - filled.size() % 8, false);
    else filled.push_back(c != ' ');
  }
  return filled;
}

// Parts of the line that two blanks or more keep apart.
size_t parts_of(std::string_view line) {
  const std::vector<bool> filled = filled_places(line);
  size_t parts = 0, gap = 2;
  for (const bool is_filled : filled) {
    if (is_filled) parts += gap >= 2, gap = 0;
    else ++gap;
  }
  return parts;
}

bool may_be_row(std::string_view line) { return line.size() <= kLongestLine && parts_of(line) >= kFewestColumns && line.find('|') == std::string_view::npos; }

// "----  ----": below a header.
bool is_rule(std::string_view line) { return !is_blank(line) && line.find_first_not_of("-=_ \t") == std::string_view::npos; }

// Where no line has a character, two places wide or more, is the border of columns.
Columns columns_of(const std::vector<bool>& filled) {
  Columns columns;
  for (size_t i = 0; i < filled.size(); ++i) {
    if (!filled[i]) continue;
    if (columns.empty() || i >= columns.back().second + 2) columns.push_back({i, i + 1});
    else columns.back().second = i + 1;
  }
  return columns;
}

void add_places(std::vector<bool>& filled, const std::vector<bool>& more) {
  filled.resize(std::max(filled.size(), more.size()), false);
  for (size_t i = 0; i < more.size(); ++i)
    if (more[i]) filled[i] = true;
}

// The line, expanded to places, cut at the columns.
std::vector<std::string> cells_of(std::string_view line, const Columns& columns) {
  std::vector<std::string> cells(columns.size());
  size_t place = 0;
  std::string* cell = nullptr;
  for (const char c : line) {
    if (!is_continuation(c)) {
      const size_t here = place;
      place = c == '\t' ? place + 8 - place % 8 : place + 1;
      const auto at = std::find_if(columns.begin(), columns.end(), [&](const auto& column) { return here >= column.first && here < column.second; });
      cell = at == columns.end() ? nullptr : &cells[static_cast<size_t>(at - columns.begin())];
    }
    if (cell) *cell += c == '\t' ? ' ' : c;
  }
  return cells;
}

size_t filled_cells(const std::vector<std::string>& cells) {
  return static_cast<size_t>(std::count_if(cells.begin(), cells.end(), [](const std::string& cell) { return !is_blank(cell); }));
}

class AlignedTable {
 public:
  AlignedTable(const Text& text, size_t at) : text_(text), at_(at), end_(at) {}

  // Lines that keep the borders of the columns belong to it.
  bool find() {
    std::vector<bool> filled;
    size_t rows = 0;
    for (size_t i = at_; i < text_.lines.size(); ++i) {
      const std::string_view line = text_.lines[i];
      if (is_blank(line)) break;
      if (!is_rule(line)) {
        if (line.size() > kLongestLine || line.find('|') != std::string_view::npos) break;
        std::vector<bool> with = filled;
        add_places(with, filled_places(line));
        Columns columns = columns_of(with);
        if (columns.size() < kFewestColumns || columns.size() < columns_.size()) break;
        rows += may_be_row(line);
        columns_ = std::move(columns);
        filled = std::move(with);
      }
      end_ = i + 1;
    }
    return rows >= 2;
  }

  size_t read(Output& output, Block& table) {
    table.kind = Block::Kind::table;
    TableRow row;
    for (size_t i = at_; i < end_; ++i) {
      if (is_rule(text_.lines[i])) continue;
      const std::vector<std::string> cells = cells_of(text_.lines[i], columns_);
      const bool goes_on = !row.cells.empty() && is_blank(cells[0]) && filled_cells(cells) * 2 < cells.size();   // of cells that take several lines
      if (!goes_on) {
        if (!row.cells.empty() && !output.add_row(table, std::move(row))) break;
        row = {};
        row.cells.resize(cells.size());
        row.number = text_.number(i);
      }
      for (size_t column = 0; column < cells.size(); ++column) add_line(row.cells[column].lines, cells[column], text_.number(i));
    }
    if (!row.cells.empty()) output.add_row(table, std::move(row));
    return end_;
  }

 private:
  const Text& text_;
  size_t at_;
  size_t end_;
  Columns columns_;
};

// Fields between tabs; `runs`: several tabs in a row are one.
std::vector<std::string_view> fields_of(std::string_view line, bool runs) {
  std::vector<std::string_view> fields;
  for (size_t from = 0; from <= line.size();) {
    const size_t tab = std::min(line.find('\t', from), line.size());
    if (!runs || tab > from) fields.push_back(line.substr(from, tab - from));
    from = tab + 1;
  }
  return fields;
}

// As many fields in each line as in the first; without runs, the last ones may be missing.
bool have_fields(const Text& text, size_t at, size_t end, bool runs) {
  const std::vector<std::string_view> first = fields_of(text.lines[at], runs);
  if (first.size() < kFewestColumns || std::any_of(first.begin(), first.end(), is_blank)) return false;
  for (size_t i = at + 1; i < end; ++i) {
    const size_t count = fields_of(text.lines[i], runs).size();
    if (runs ? count != first.size() : count > first.size()) return false;
  }
  return true;
}

// Columns that tabs keep apart, whatever places they would stand on.
size_t read_tabbed_table(const Text& text, size_t at, Output& output, Block& table) {
  size_t end = at;
  while (end < text.lines.size() && !is_blank(text.lines[end]) && text.lines[end].size() <= kLongestLine && text.lines[end].find('\t') != std::string_view::npos && text.lines[end].find('|') == std::string_view::npos) ++end;
  if (end < at + 2) return 0;
  const bool single = have_fields(text, at, end, false);
  if (!single && !have_fields(text, at, end, true)) return 0;
  table.kind = Block::Kind::table;
  for (size_t i = at; i < end; ++i) {
    TableRow row;
    row.number = text.number(i);
    for (const std::string_view field : fields_of(text.lines[i], !single)) add_line(row.cells.emplace_back().lines, field, row.number);
    if (!output.add_row(table, std::move(row))) break;
  }
  return end;
}

}  // namespace

size_t read_aligned_table(const Text& text, size_t at, Output& output, Block& table) {
  if (const size_t end = read_tabbed_table(text, at, output, table); end > 0) return end;
  if (!may_be_row(text.lines[at]) || find_marker(text.lines[at])) return 0;
  AlignedTable aligned(text, at);
  return aligned.find() ? aligned.read(output, table) : 0;
}

}  // namespace fwproof::specs::derive
