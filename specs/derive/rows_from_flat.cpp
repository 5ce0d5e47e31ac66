#include <algorithm>
#include <optional>

#include "specs/derive/rows_from_text.h"

namespace fwproof::specs::derive {
namespace {

using Range = std::pair<size_t, size_t>;   // tokens of a cell

// `alone`: protocols have a column of their own, so that only "53/udp" takes one along.
size_t ports_length(const Passage& line, size_t at, bool alone) {
  const size_t begin = at;
  while (at < line.size()) {
    if (alone && line.tokens[at].kind == TokenKind::word && at > begin && !line.is_mark(at - 1, '/')) break;
    if (const auto ports = ports_at(line, at, line.size())) at = ports->second;
    else if (const auto protocols = protocols_at(line, at, line.size()); !protocols.first.empty()) at = protocols.second;
    else if (at > begin && (line.is_mark(at, ',') || line.is_mark(at, '/')) && at + 1 < line.size()) ++at;
    else break;
  }
  while (at > begin && (line.is_mark(at - 1, ',') || line.is_mark(at - 1, '/'))) --at;
  const bool number = std::any_of(line.tokens.begin() + static_cast<long>(begin), line.tokens.begin() + static_cast<long>(at), [](const Token& token) { return token.kind == TokenKind::number; });
  return number ? at - begin : 0;
}

// "IH, CAS", "ANY"; a name that nothing explains is one word, and then only the number of words can tell where it ends.
size_t names_length(const Passage& line, size_t at, const RoleBook& book) {
  size_t end = at;
  for (;;) {
    const size_t known = book.match(line, end);
    if (known == 0) break;
    end += known;
    const bool joins = line.is_mark(end, ',') || line.is_mark(end, '/') || line.is_word(end, "and") || line.is_word(end, "or");
    if (!joins || end + 1 >= line.size() || book.match(line, end + 1) == 0) return end - at;
    ++end;
  }
  return at < line.size() && line.tokens[at].kind == TokenKind::word ? 1 : 0;
}

size_t direction_length(const Passage& line, size_t at) {
  constexpr size_t kLongest = 4;
  for (size_t length = std::min(kLongest, line.size() - std::min(at, line.size())); length > 0; --length)
    if (direction_of_cell(line.between(at, at + length))) return length;
  return 0;
}

size_t protocol_length(const Passage& line, size_t at) {
  const size_t behind = protocols_at(line, at, line.size()).second;
  return behind > at ? behind - at : at < line.size() && line.tokens[at].kind == TokenKind::word ? 1 : 0;
}

// Tokens that this column takes from here on; nothing for a column of free text.
std::optional<size_t> length_of(Column column, const Passage& line, size_t at, const RoleBook& book, bool protocols) {
  switch (column) {
    case Column::port:
    case Column::tcp_ports:
    case Column::udp_ports:
    case Column::local_port:
    case Column::remote_port:
    case Column::source_port: return ports_length(line, at, protocols);
    case Column::source:
    case Column::target:
    case Column::peer: return names_length(line, at, book);
    case Column::direction: return direction_length(line, at);
    case Column::protocol: return protocol_length(line, at);
    case Column::required:
    case Column::optional: return at < line.size() && need_of_cell(line.between(at, at + 1)) ? 1 : 0;
    case Column::action: return at < line.size() ? 1 : 0;
    case Column::service:
    case Column::component:
    case Column::description:
    case Column::program:
    case Column::user:
    case Column::flow:
    case Column::none: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::vector<Range>> split_line(const Passage& line, const std::vector<Column>& columns, const RoleBook& book) {
  std::vector<Range> cells;
  size_t at = 0;
  const bool protocols = std::find(columns.begin(), columns.end(), Column::protocol) != columns.end();
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto length = length_of(columns[i], line, at, book, protocols);
    size_t end = at + length.value_or(0);
    if (length && *length == 0) return std::nullopt;
    if (!length && i + 1 == columns.size()) end = line.size();
    for (; !length && i + 1 < columns.size() && end < line.size(); ++end)
      if (end > at && length_of(columns[i + 1], line, end, book, protocols).value_or(0) > 0) break;
    cells.push_back({at, end});
    at = end;
  }
  if (at < line.size()) cells.back().second = line.size();
  return cells;
}

size_t text_column(const std::vector<Column>& columns) {
  const auto at = std::find(columns.begin(), columns.end(), Column::description);
  return at == columns.end() ? columns.size() - 1 : static_cast<size_t>(at - columns.begin());
}

struct OpenRow {
  std::vector<std::vector<Line>> cells;
  uint32_t line = 0;
  bool open_names = false;     // words of a name may belong to the next cell
};

bool is_name_column(Column column) { return column == Column::source || column == Column::target || column == Column::peer; }

// "443 TCP Web Server DB Server": a name that nothing explains, and more words than cells.
bool has_open_names(const Passage& line, const std::vector<Range>& cells, const std::vector<Column>& columns, const RoleBook& book) {
  bool unknown = false, more = false;
  for (size_t i = 0; i < columns.size(); ++i) {
    const size_t words = cells[i].second - cells[i].first;
    if (is_name_column(columns[i])) unknown = unknown || (words > 0 && book.match(line, cells[i].first) == 0), more = more || (i + 1 == columns.size() && words > 1 && book.match(line, cells[i].first) < words);
    else more = more || (i > 0 && is_name_column(columns[i - 1]) && words > 0 && (columns[i] == Column::description || columns[i] == Column::service || columns[i] == Column::none));
  }
  return unknown && more;
}

void close_row(OpenRow& row, const std::vector<Column>& columns, const TableReader& reader) {
  if (row.cells.empty()) return;
  std::vector<Passage> cells;
  for (const std::vector<Line>& lines : row.cells) cells.push_back(make_passage(lines));
  TableReader now = reader;
  if (row.open_names) now.open.push_back(open_reading("source and target", "names of one word each", "names of several words"));
  read_row(cells, columns, row.line, now);
  row = {};
}

}  // namespace

bool is_flat_row(const Line& line, const std::vector<Column>& columns, const RoleBook& book) {
  return split_line(make_passage(line.text, line.number), columns, book).has_value();
}

void rows_from_flat_lines(const std::vector<Line>& lines, const std::vector<Column>& columns, const TableReader& reader) {
  OpenRow row;
  for (const Line& line : lines) {
    const Passage passage = make_passage(line.text, line.number);
    const auto cells = split_line(passage, columns, reader.book);
    if (!cells && !row.cells.empty()) {
      row.cells[text_column(columns)].push_back(line);
      continue;
    }
    close_row(row, columns, reader);
    row.line = line.number;
    row.cells.assign(columns.size(), {});
    row.open_names = cells && has_open_names(passage, *cells, columns, reader.book);
    if (!cells) row.cells.back().push_back(line);
    else for (size_t i = 0; i < columns.size(); ++i)
      if ((*cells)[i].second > (*cells)[i].first) row.cells[i].push_back({std::string(passage.between((*cells)[i].first, (*cells)[i].second)), line.number});
  }
  close_row(row, columns, reader);
}

}  // namespace fwproof::specs::derive
