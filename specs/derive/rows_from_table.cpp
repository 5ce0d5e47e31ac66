// Which lines of a table are rows, and which of them are one.
#include "specs/derive/rows_from_table.h"

#include <algorithm>
#include <initializer_list>

#include "specs/derive/columns.h"
#include "specs/derive/left_over.h"
#include "specs/derive/port_cell.h"
#include "specs/derive/table_gaps.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kLongestDitto = 24;   // bytes of "same as above"

// Cells that span columns leave the others empty.
std::vector<Passage> passages_of(const TableRow& row) {
  std::vector<Passage> cells;
  for (const Cell& cell : row.cells) {
    cells.push_back(make_passage(cell.lines));
    for (uint32_t more = 1; more < cell.columns && cells.size() < kMaxReadColumns; ++more) cells.emplace_back();
  }
  return cells;
}

void leave_over(std::vector<Passage>& cells, const char* why, const TableReader& reader) {
  for (Passage& cell : cells) collect_left_over(cell, why, reader.left_over);
}

// A row whose first cells the row above shares, where the format lost that: they are filled in again.
void realign(std::vector<Passage>& cells, const Columns& columns, const std::vector<Passage>& above) {
  constexpr size_t kMostShared = 3;
  const bool whole = cells.size() >= columns.kinds.size() && !cells.back().empty();
  if (whole || columns.fits(cells, 0) || cells.size() < 2) return;
  for (size_t shared = 1; shared <= kMostShared && shared < columns.kinds.size(); ++shared) {
    if (!columns.fits(cells, shared) || above.size() < shared) continue;
    std::vector<Passage> first(above.begin(), above.begin() + static_cast<long>(shared));
    for (Passage& cell : first)
      for (Token& token : cell.tokens) token.used = true;   // accounted for in its own row
    cells.insert(cells.begin(), first.begin(), first.end());
    while (cells.size() > columns.kinds.size() && cells.back().empty()) cells.pop_back();
    return;
  }
}

// "Sidecar min" over "Sidecar max": what the two names have in common; empty: they are no such pair.
std::string without_word(const Passage& cell, std::initializer_list<std::string_view> words) {
  std::string rest;
  bool found = false;
  for (size_t token = 0; token < cell.size(); ++token) {
    const bool is_word = std::find(words.begin(), words.end(), cell.word(token)) != words.end();
    found = found || is_word;
    if (!is_word) rest.append(cell.word(token)).append(" ");
  }
  return found ? rest : std::string();
}

// "50000-" over "50100": the range goes on in the next line, and so do the other cells.
bool join_broken_range(std::vector<Passage>& first, const std::vector<Passage>& second, const Columns& columns) {
  const size_t port = static_cast<size_t>(std::find(columns.kinds.begin(), columns.kinds.end(), Column::port) - columns.kinds.begin());
  if (port >= std::min(first.size(), second.size()) || first[port].size() != 2 || second[port].size() != 1) return false;
  const Passage& low = first[port];
  const bool open = low.is_number(0) && low.tokens[1].kind == TokenKind::mark && is_number_line_mark(low.tokens[1].value);
  if (!open || !second[port].is_number(0) || second[port].tokens[0].value <= low.tokens[0].value) return false;
  for (size_t column = 0; column < std::min(first.size(), second.size()); ++column)
    if (!second[column].empty()) first[column] = make_passage({Line{first[column].text, first[column].line_at(0)}, Line{second[column].text, second[column].line_at(0)}});
  return true;
}

bool holds_port_word(std::string_view text) {
  const Passage words = make_passage(text, 0);
  for (size_t token = 0; token < words.size(); ++token)
    if (is_port_word(words.word(token))) return true;
  return false;
}

// "Media min" over "Media max", "first port" over "last port". "Session start" and "first server" are no ends of ranges.
bool are_ends(const Passage& low, const Passage& high) {
  const std::string first = without_word(low, {"min", "minimum", "lowest"});
  if (!first.empty() && first == without_word(high, {"max", "maximum", "highest"})) return true;
  const std::string start = without_word(low, {"first", "start"});
  return !start.empty() && holds_port_word(start) && start == without_word(high, {"last", "end"});
}

// Two rows that give the lowest and the highest port of one range, and are the same otherwise: the second port goes to the first row.
bool join_ends(std::vector<Passage>& low, const std::vector<Passage>& high, const Columns& columns) {
  bool pair = false;
  size_t port = columns.kinds.size();
  for (size_t column = 0; column < std::min({low.size(), high.size(), columns.kinds.size()}); ++column) {
    const Column kind = columns.kinds[column];
    if (kind == Column::port) port = column;
    else if (are_ends(low[column], high[column])) pair = true;
    else if (kind != Column::description && kind != Column::none && low[column].lower != high[column].lower) return false;
  }
  if (!pair || port == columns.kinds.size() || low[port].size() != 1 || high[port].size() != 1 || !low[port].is_number(0) || !high[port].is_number(0)) return false;
  if (low[port].tokens[0].value >= high[port].tokens[0].value) return false;
  low[port] = make_passage({Line{low[port].text, low[port].line_of(0)}, Line{"- " + high[port].text, high[port].line_of(0)}});
  return true;
}

// A line across the table: "Optional ports", "From A to B".
bool is_title_row(const std::vector<Passage>& cells) {
  size_t filled = 0;
  for (const Passage& cell : cells) filled += !cell.empty();
  return filled == 1 && cells.size() > 1 && !cells[0].empty() && std::none_of(cells[0].tokens.begin(), cells[0].tokens.end(), [](const Token& token) { return token.kind == TokenKind::number; });
}

// "#Client": "#" alone, or before a number, is something else.
bool is_commented_out(const std::vector<Passage>& cells) {
  return !cells.empty() && cells[0].is_mark(0, '#') && cells[0].size() > 1 && cells[0].tokens[1].kind == TokenKind::word;
}

// Cells of ports that are empty hand down those above them.
void keep_ports(std::vector<Passage>& cells, const std::vector<Passage>& above, const std::vector<Column>& kinds) {
  for (size_t i = 0; i < std::min({cells.size(), above.size(), kinds.size()}); ++i)
    if (is_port_column(kinds[i]) && (cells[i].empty() || (cells[i].text.size() < kLongestDitto && read_port_cell(cells[i]).as_above))) cells[i] = above[i];
}

}  // namespace

bool rows_from_table(const Block& table, const TableReader& reader) {
  const std::optional<Columns> columns = find_columns(table, reader.about_ports, reader.book);
  TableReader now = reader;
  const bool wide = std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) {
    size_t width = 0;
    for (const Cell& cell : row.cells) width += cell.columns;
    return width > kMaxReadColumns;
  });
  if (wide && columns) ++reader.left_over.wide_tables;
  if (columns && columns->by_content) now.open.push_back(open_reading("ports", "the numbers of a column that no header explains", "something else"));
  if (columns && !columns->doubtful.empty()) now.open.push_back(open_reading("ports", "those of the column '" + clip(columns->doubtful, 80) + "'", "none: they are not asked for"));
  std::vector<Passage> above;
  if (columns && !columns->from_name.empty() && now.setting.scene.from.empty()) {
    now.setting.scene.from = columns->from_name;
    now.setting.scene.to = columns->to_name;
    now.setting.scene.host_is_open = true;
  }
  for (size_t i = 0; i < table.rows.size(); ++i) {
    std::vector<Passage> cells = passages_of(table.rows[i]);
    if (!columns || i < columns->first_row || table.rows[i].header || columns->is_header(cells)) {
      leave_over(cells, columns ? "in the head of a table" : "in a table without a column of ports", reader);
      continue;
    }
    if (reader.full()) {
      leave_over(cells, "behind the last row that is read", reader);
      continue;
    }
    if (is_title_row(cells)) {
      const Scene scene = vouched(scene_of(cells[0].text), cells[0].text, reader.book);
      if (scene.names_roles() || !scene.host.empty()) now.setting.scene = scene;
      now.setting.around = within(reader.setting.around, standing_of(cells[0].text, Stands::heading, "the line across the table"));
      leave_over(cells, "in a line across a table", reader);
      continue;
    }
    realign(cells, *columns, above);
    TableReader of_row = now;
    of_row.headers = &columns->headers;
    for (Reading& reading : take_over(cells, columns->kinds, above)) of_row.open.push_back(std::move(reading));
    if (is_commented_out(cells)) of_row.open.push_back(open_reading("requirement", "part of the specification, though the row begins with '#'", "commented out"));
    if (columns->ends) join_ends_of_range(cells, *columns->ends);
    if (auto reading = reading_of_several(cells, *columns)) of_row.open.push_back(std::move(*reading));
    const bool broken = i + 1 < table.rows.size() && join_broken_range(cells, passages_of(table.rows[i + 1]), *columns);
    const bool joined = !broken && i + 1 < table.rows.size() && join_ends(cells, passages_of(table.rows[i + 1]), *columns);
    if (joined) {
      std::vector<Passage> other = passages_of(table.rows[i + 1]);
      for (size_t column = 0; column < other.size(); ++column)
        if (column >= columns->kinds.size() || columns->kinds[column] != Column::port) collect_left_over(other[column], "in a row's description", reader.left_over);
    }
    read_row(cells, columns->kinds, table.rows[i].number, of_row, above);
    if (joined || broken) ++i;
    keep_ports(cells, above, columns->kinds);
    above = std::move(cells);
  }
  return columns.has_value();
}

}  // namespace fwproof::specs::derive
