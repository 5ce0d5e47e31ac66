#include "specs/derive/columns.h"

#include <algorithm>

#include "specs/derive/doubt_words.h"
#include "specs/derive/ports.h"
#include "specs/derive/rows_from_table.h"
#include "specs/derive/thousands.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kSample = 100;   // rows that are looked at to know the columns
constexpr size_t kMostHeaderRows = 4;

using Rows = std::vector<std::vector<Passage>>;

std::vector<Passage> cells_of(const TableRow& row) {
  std::vector<Passage> cells;
  for (const Cell& cell : row.cells) {
    cells.push_back(make_passage(cell.lines));
    for (uint32_t more = 1; more < cell.columns && cells.size() < kMaxReadColumns; ++more) cells.emplace_back();
    if (cells.size() >= kMaxReadColumns) break;
  }
  return cells;
}



// Numbers, ranges and protocols, and not a word more: "Exchange 2016" is a name.
bool is_bare_ports(const Passage& cell) {
  bool number = false;
  for (size_t token = 0; token < cell.size(); ++token) {
    number = number || cell.is_number(token);
    if (cell.tokens[token].kind == TokenKind::word && !transport(cell.word(token)) && !is_port_word(cell.word(token)) && !is_and(cell.word(token)) && !is_or(cell.word(token)) && !is_to(cell.word(token))) return false;
  }
  return number;
}

// What stands in a column of the sample.
struct Content {
  size_t filled = 0;
  size_t ports = 0;        // nothing but ports
  size_t bare = 0;         // the same, without a word beside them
  size_t numbers = 0;      // a number at least
  size_t transports = 0;
  size_t directions = 0;
  size_t needs = 0;
  size_t names = 0;        // known roles, ANY
  size_t anyone = 0;
  size_t flows = 0;        // "A → B"
  size_t longest = 0;      // words
  size_t words = 0;
};

Content content_of(const Rows& rows, size_t first, size_t column, const RoleBook& book) {
  Content content;
  for (size_t i = first; i < rows.size(); ++i) {
    if (column >= rows[i].size() || is_nothing(rows[i][column].text)) continue;
    const Passage& cell = rows[i][column];
    ++content.filled;
    content.ports += is_pure_ports(cell) || is_pointed_number(cell);
    content.bare += is_bare_ports(cell);
    content.numbers += std::any_of(cell.tokens.begin(), cell.tokens.end(), [](const Token& token) { return token.kind == TokenKind::number && !token.dotted; }) || is_pointed_number(cell);
    content.transports += !protocols_in(cell, 0, cell.size()).empty();
    content.directions += direction_of_cell(cell.text).has_value();
    content.needs += need_of_cell(cell.text).has_value();
    content.names += is_anyone(cell.text) || book.knows(cell.text);
    content.flows += cell.size() > 2 && !scene_of(cell.text).from.empty();
    content.anyone += is_anyone(cell.text);
    content.longest = std::max(content.longest, cell.size());
    content.words += cell.size();
  }
  return content;
}

bool most(size_t part, const Content& content) { return content.filled > 0 && part * 5 >= content.filled * 3; }

// A header's word is believed only if the column holds such things. `other_ports`: another header names ports, so that numbers below "Source" are names.
Column checked(Column kind, const Content& content, bool other_ports) {
  constexpr size_t kMostNameWords = 8;
  if (content.filled == 0) return kind;
  const bool short_cells = content.longest <= kMostNameWords;
  switch (kind) {
    case Column::port: return content.numbers == 0 && content.transports == 0 && short_cells && !most(content.anyone, content) ? Column::peer : kind;
    case Column::tcp_ports:
    case Column::udp_ports: return content.numbers == 0 ? Column::description : kind;
    case Column::direction: return content.directions > 0 ? kind : content.flows > 0 ? Column::flow : Column::service;
    case Column::required:
    case Column::optional: return content.needs == 0 ? Column::description : kind;
    case Column::user: return short_cells ? kind : Column::description;
    case Column::source:
    case Column::target:
      if (most(content.directions, content)) return Column::none;   // "in" and "out" below the name of a host
      return !other_ports && most(content.bare, content) ? (kind == Column::source ? Column::source_port : Column::port) : kind;
    case Column::protocol: return !other_ports && content.transports == 0 && most(content.ports, content) ? Column::port : kind;
    case Column::none:
    case Column::flow:
    case Column::source_port:
    case Column::local_port:
    case Column::remote_port:
    case Column::peer:
    case Column::service:
    case Column::component:
    case Column::description:
    case Column::program:
    case Column::action: return kind;
  }
  return kind;
}

size_t width_of(const Rows& rows) {
  size_t width = 0;
  for (const auto& row : rows) width = std::max(width, std::min(row.size(), kMaxReadColumns));
  return width;
}

// Headers of the row, and how many of its cells are such.
std::pair<std::vector<Column>, size_t> headers_of(const std::vector<Passage>& cells) {
  std::vector<Column> kinds;
  size_t known = 0;
  for (const Passage& cell : cells) {
    const auto kind = column_of_header(cell.text);
    known += kind.has_value();
    kinds.push_back(kind.value_or(Column::none));
  }
  return {kinds, known};
}

bool has_numbers(const std::vector<Passage>& cells) {
  return std::any_of(cells.begin(), cells.end(), [](const Passage& cell) {
    return std::any_of(cell.tokens.begin(), cell.tokens.end(), [](const Token& token) { return token.kind == TokenKind::number; });
  });
}

// Rows that are marked as a header, else a first row of header words without numbers.
size_t header_rows(const Block& table, const Rows& rows) {
  size_t count = 0;
  while (count < rows.size() && count < kMostHeaderRows && table.rows[count].header) ++count;
  if (count > 0 || rows.empty()) return count;
  const auto [kinds, known] = headers_of(rows[0]);
  size_t filled = 0;
  for (const Passage& cell : rows[0]) filled += !cell.empty();
  return known >= 2 && known * 2 >= filled && !has_numbers(rows[0]) ? 1 : 0;
}

// By headers; a later header row refines an earlier one.
std::vector<Column> kinds_by_header(const Rows& rows, size_t headers, size_t width) {
  std::vector<Column> kinds(width, Column::none);
  for (size_t i = 0; i < headers; ++i) {
    const std::vector<Column> row = headers_of(rows[i]).first;
    for (size_t column = 0; column < std::min(row.size(), width); ++column)
      if (row[column] != Column::none) kinds[column] = row[column];
  }
  return kinds;
}

// "Client Port(s)" and "Server Port" say who has them.
void name_sides(Columns& columns, const Rows& rows) {
  if (columns.first_row == 0) return;
  const std::vector<Passage>& header = rows[columns.first_row - 1];
  std::string from, to;
  for (size_t column = 0; column < std::min(header.size(), columns.kinds.size()); ++column) {
    if (header[column].empty()) continue;
    const std::string_view first = header[column].word(0);
    if (columns.kinds[column] == Column::source_port && (first == "client" || first == "clients")) from = std::string(header[column].written(0));
    if (columns.kinds[column] == Column::port && (first == "server" || first == "servers")) to = std::string(header[column].written(0));
  }
  if (from.empty() || to.empty()) return;
  columns.from_name = from;
  columns.to_name = to;
}

bool holds_one_of(const Passage& header, std::initializer_list<std::string_view> words) {
  for (size_t token = 0; token < header.size(); ++token)
    if (std::find(words.begin(), words.end(), header.word(token)) != words.end()) return true;
  return false;
}

bool are_ends(const Passage& low, const Passage& high) {
  return holds_one_of(low, {"start", "starting", "from", "first", "begin", "low", "lowest", "min", "minimum", "von"}) && holds_one_of(high, {"end", "ending", "to", "last", "high", "highest", "max", "maximum", "bis"});
}

// "Old port", "Blocked ports", "Base port"
bool may_not_ask(const Passage& header) {
  for (size_t token = 0; token < header.size(); ++token) {
    const Force force = force_at(header, token);
    if (force == Force::ages || force == Force::closes || force == Force::excepts || force == Force::shows) return true;
  }
  return holds_one_of(header, {"base", "sample"});
}

// "Source | Port | Destination | Port": the first is that of the source.
bool are_of_both_sides(const std::vector<Column>& kinds, const std::vector<size_t>& ports) {
  const auto at = [&](Column kind) { return static_cast<size_t>(std::find(kinds.begin(), kinds.end(), kind) - kinds.begin()); };
  return ports.size() == 2 && at(Column::source) < ports[0] && ports[0] < at(Column::target) && at(Column::target) < ports[1];
}

// Several columns of ports: what belongs to what.
void settle_ports(Columns& columns, const Rows& rows) {
  if (columns.first_row == 0) return;
  const std::vector<Passage>& header = rows[columns.first_row - 1];
  for (const Passage& cell : header) columns.headers.push_back(cell.text);
  columns.headers.resize(std::max(columns.headers.size(), columns.kinds.size()));
  std::vector<size_t> ports;
  for (size_t column = 0; column < std::min(header.size(), columns.kinds.size()); ++column) {
    if (columns.kinds[column] == Column::port) ports.push_back(column);
    if (is_port_column(columns.kinds[column]) && columns.doubtful.empty() && may_not_ask(header[column])) columns.doubtful = header[column].text;
  }
  if (ports.size() < 2) return;
  if (ports.size() == 2 && are_ends(header[ports[0]], header[ports[1]])) columns.ends = {ports[0], ports[1]};
  else if (are_of_both_sides(columns.kinds, ports) && header[ports[0]].lower == header[ports[1]].lower) columns.kinds[ports[0]] = Column::source_port;
  else columns.several = std::move(ports);
}

// Columns that no header names, by what stands in them.
void fill_by_content(std::vector<Column>& kinds, const Rows& rows, size_t first, const RoleBook& book, bool about_ports) {
  const auto has = [&](Column kind) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); };
  for (size_t column = 0; column < kinds.size(); ++column) {
    if (kinds[column] != Column::none) continue;
    const Content content = content_of(rows, first, column, book);
    if (content.filled == 0) continue;
    // "Users" and "Memory" over numbers say that these are none, unless protocols stand beside them.
    const bool named_otherwise = first > 0 && column < rows[first - 1].size() && !rows[first - 1][column].empty() && !has(Column::protocol);
    const bool port_like = most(content.ports, content) && ((about_ports && !named_otherwise) || most(content.transports, content));
    if (port_like && !std::any_of(kinds.begin(), kinds.end(), is_port_column)) kinds[column] = Column::port;
    else if (most(content.transports, content) && content.numbers == 0 && !has(Column::protocol)) kinds[column] = Column::protocol;
    else if (most(content.directions, content) && !has(Column::direction)) kinds[column] = Column::direction;
    else if (first == 0 && content.names * 3 >= content.filled && !has(Column::target)) kinds[column] = has(Column::source) ? Column::target : Column::source;
  }
  if (first > 0) return;
  for (Column& kind : kinds)
    if (kind == Column::none) kind = Column::description;
}

// A component is the target, and a user the source, where no column says so.
void settle_roles(std::vector<Column>& kinds) {
  const auto has = [&](Column kind) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); };
  const bool named = has(Column::source) || has(Column::target) || has(Column::peer);
  for (Column& kind : kinds) {
    if (kind == Column::component && named) kind = Column::service;
    if (kind == Column::user && named) kind = Column::description;
  }
}

}  // namespace

bool is_port_column(Column kind) {
  return kind == Column::port || kind == Column::tcp_ports || kind == Column::udp_ports || kind == Column::local_port || kind == Column::remote_port;
}

bool is_pure_ports(const Passage& cell) {
  constexpr size_t kMostOtherWords = 3;
  size_t others = 0, numbers = 0;
  for (size_t token = 0; token < cell.size(); ++token) {
    if (cell.is_mark(token, '[')) {
      while (token < cell.size() && !cell.is_mark(token, ']')) ++token;
      continue;
    }
    numbers += cell.is_number(token);
    if (cell.tokens[token].kind == TokenKind::number && cell.tokens[token].dotted) return false;
    if (cell.tokens[token].kind != TokenKind::word) continue;
    const std::string_view word = cell.word(token);
    others += !transport(word) && !is_port_word(word) && !is_and(word) && !is_or(word) && !is_to(word);
  }
  return numbers > 0 && others <= std::min(kMostOtherWords, numbers * 2);
}

bool Columns::has(Column kind) const { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); }

bool Columns::fits(const std::vector<Passage>& cells, size_t shift) const {
  for (size_t column = 0; column < kinds.size(); ++column) {
    if (!is_port_column(kinds[column]) && kinds[column] != Column::protocol) continue;
    if (column < shift || column - shift >= cells.size()) return false;
    const Passage& cell = cells[column - shift];
    const bool protocol = kinds[column] == Column::protocol && (!protocols_in(cell, 0, cell.size()).empty() || (cell.size() <= 3 && !has_numbers({cell})));
    const bool ports = is_port_column(kinds[column]) && (is_pure_ports(cell) || is_anyone(cell.text));
    if (!ports && !protocol) return false;
  }
  return true;
}

bool Columns::is_header(const std::vector<Passage>& cells) const {
  if (has_numbers(cells)) return false;
  const auto [row, known] = headers_of(cells);
  for (size_t column = 0; column < std::min(kinds.size(), cells.size()); ++column)   // "Client | Portal | N/A | TCP" is none
    if (is_port_column(kinds[column]) && (column < headers.size() && !headers[column].empty() ? cells[column].lower != lower_case(headers[column]) : !is_port_column(row[column]))) return false;
  return known >= 2 && known * 2 >= cells.size();
}

std::optional<Columns> find_columns(const Block& table, bool about_ports, const RoleBook& book) {
  Rows rows;
  for (size_t i = 0; i < std::min(table.rows.size(), kSample); ++i) rows.push_back(cells_of(table.rows[i]));
  Columns columns;
  columns.first_row = header_rows(table, rows);
  columns.kinds = kinds_by_header(rows, columns.first_row, width_of(rows));
  const bool named = std::any_of(columns.kinds.begin(), columns.kinds.end(), is_port_column);
  for (size_t column = 0; column < columns.kinds.size(); ++column)
    columns.kinds[column] = checked(columns.kinds[column], content_of(rows, columns.first_row, column, book), named);
  columns.by_content = !named;
  fill_by_content(columns.kinds, rows, columns.first_row, book, about_ports);
  settle_roles(columns.kinds);
  settle_ports(columns, rows);
  name_sides(columns, rows);
  if (!std::any_of(columns.kinds.begin(), columns.kinds.end(), is_port_column)) return std::nullopt;
  return columns;
}

namespace {

// Takes headers of up to `longest` words, the longest first.
std::vector<Column> split_headers(const Passage& line, size_t longest) {
  constexpr size_t kMostHeaders = 8;
  std::vector<Column> kinds;
  for (size_t token = 0; token < line.size();) {
    size_t taken = 0;
    for (size_t length = std::min(longest, line.size() - token); length > 0 && taken == 0; --length) {
      const auto kind = column_of_whole_header(line.between(token, token + length));
      if (!kind) continue;
      kinds.push_back(*kind);
      taken = length;
    }
    if (taken == 0 || kinds.size() > kMostHeaders) return {};
    token += taken;
  }
  return kinds;
}

}  // namespace

std::vector<std::vector<Column>> columns_of_line(const Passage& line) {
  constexpr size_t kMostWords = 16, kLongestHeader = 3;
  std::vector<std::vector<Column>> readings;
  if (line.size() < 2 || line.size() > kMostWords) return readings;
  for (size_t longest = 1; longest <= kLongestHeader; ++longest) {
    std::vector<Column> kinds = split_headers(line, longest);
    const bool known = kinds.size() >= 2 && std::any_of(kinds.begin(), kinds.end(), is_port_column);
    if (known && std::find(readings.begin(), readings.end(), kinds) == readings.end()) readings.push_back(std::move(kinds));
  }
  return readings;
}

}  // namespace fwproof::specs::derive
