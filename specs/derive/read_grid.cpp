#include "specs/derive/read_grid.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "specs/derive/decode.h"
#include "specs/derive/read_table.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

// Columns are characters, not bytes: a line of other than ASCII is cut by its characters.
class Columns {
 public:
  explicit Columns(std::string_view line) : line_(line) {
    plain_ = std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (plain_) return;
    for (size_t at = 0; at < line.size(); next_character(line, at)) starts_.push_back(at);
  }
  char at(size_t column) const {
    const size_t offset = offset_of(column);
    return offset < line_.size() ? line_[offset] : ' ';
  }
  std::string_view cut(size_t from, size_t to) const {
    const size_t start = std::min(offset_of(from), line_.size());
    return line_.substr(start, to == kNone ? kNone : std::min(offset_of(to), line_.size()) - start);
  }

 private:
  size_t offset_of(size_t column) const { return plain_ ? column : column < starts_.size() ? starts_[column] : line_.size(); }

  std::string_view line_;
  bool plain_ = true;
  std::vector<size_t> starts_;
};

// A border or a part of one: between `from` and `to` only its characters.
bool is_drawn(std::string_view part, char c) { return !part.empty() && part.find(c) != kNone && part.find_first_not_of(std::string("+:") + c) == kNone; }

// Cells are told apart by where borders stand under the columns of the first border. A cell that has no border under it at a border line
// goes on in the row below; one without a bar at an edge reaches over the column.
class GridReader {
 public:
  GridReader(const Text& text, size_t from, size_t to, size_t indent, LineShower show, Output& output)
      : text_(text), from_(from), to_(to), indent_(indent), show_(show), output_(output) {}

  Block read() {
    find_edges();
    for (size_t line = from_ + 1; line < to_; ++line) {
      const Columns columns(without_indent(text_.lines[line], indent_));
      if (columns.at(0) == '+' || is_part_of_border(columns)) border(columns);
      else content(columns, text_.number(line));
    }
    return finish();
  }

 private:
  // While it is open: in which row and column it started, and what it holds.
  struct Open {
    Cell cell;
    size_t row = 0;
    size_t column = 0;
    size_t end = 0;   // column behind it; 0: none is open
  };
  struct Done {
    Cell cell;
    size_t row;
    size_t rows;
  };

  // Every place where any border has a joint, so that columns that only lower rows divide are known.
  void find_edges() {
    std::set<size_t> edges;
    for (size_t line = from_; line < to_ && edges.size() <= kMaxColumns; ++line) {
      const std::string_view text = without_indent(text_.lines[line], indent_);
      if (!text.starts_with('+')) continue;
      for (size_t at = text.find('+'); at != kNone; at = text.find('+', at + 1))
        if (is_plain(text) && is_joint(text, at)) edges.insert(at);
    }
    edges_.assign(edges.begin(), edges.end());
    open_.resize(edges_.size());
  }
  // Of a border, not a plus sign in a cell beside it.
  static bool is_joint(std::string_view text, size_t at) {
    const auto drawn = [](char c) { return c == '-' || c == '=' || c == ':'; };
    return (at > 0 && drawn(text[at - 1])) || (at + 1 < text.size() && drawn(text[at + 1]));
  }
  static bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }

  // "|   +-----+": a border below some of the cells.
  bool is_part_of_border(const Columns& columns) const {
    for (size_t i = 0; i < column_count(); ++i)
      if (columns.at(edges_[i]) == '+' && columns.at(edges_[i + 1]) == '+' && is_drawn(columns.cut(edges_[i] + 1, edges_[i + 1]), '-')) return true;
    return false;
  }

  size_t column_count() const { return edges_.empty() ? 0 : edges_.size() - 1; }

  void start_cells(const Columns& columns) {
    for (size_t i = 0; i < column_count();) {
      if (open_[i].end > 0) {
        i = open_[i].end;
        continue;
      }
      size_t end = i + 1;
      while (end < column_count() && open_[end].end == 0 && columns.at(edges_[end]) != '|' && columns.at(edges_[end]) != '+') ++end;
      open_[i] = {{{}, static_cast<uint32_t>(end - i)}, row_, i, end};
      i = end;
    }
  }

  void content(const Columns& columns, uint32_t number) {
    start_cells(columns);
    if (rows_.size() <= row_) rows_.resize(row_ + 1);
    if (rows_[row_] == 0) rows_[row_] = number;
    for (size_t i = 0; i < column_count(); i = open_[i].end)
      add_line(open_[i].cell.lines, show_(columns.cut(edges_[i] + 1, edges_[open_[i].end])), number);
  }

  // Ends the cells that it runs under; text where others go on belongs to them.
  void border(const Columns& columns) {
    if (rows_.size() <= row_) return;  // two borders behind each other
    bool header = false;
    for (size_t i = 0; i < column_count();) {
      const size_t end = std::max(open_[i].end, i + 1);
      const std::string_view part = columns.cut(edges_[i] + 1, edges_[end]);
      header |= is_drawn(part, '=');
      if (open_[i].end > 0 && (is_drawn(part, '-') || is_drawn(part, '='))) close(i);
      else if (open_[i].end > 0) add_line(open_[i].cell.lines, show_(part), rows_[row_]);
      i = end;
    }
    ++row_;
    if (header && header_rows_ == 0) header_rows_ = row_;
  }

  void close(size_t column) {
    Open& open = open_[column];
    done_[{open.row, column}] = {std::move(open.cell), open.row, row_ - open.row + 1};
    open = {};
  }

  Block finish() {
    for (size_t i = 0; i < column_count(); ++i)
      if (open_[i].end > 0) close(i);
    SpanTable table(output_);
    size_t row = kNone;
    for (auto& [place, done] : done_) {
      if (place.first != row) table.start_row(place.first < rows_.size() ? rows_[place.first] : 0, place.first < header_rows_);
      row = place.first;
      table.add(std::move(done.cell), static_cast<uint32_t>(std::min<size_t>(done.rows, 65534)));
    }
    return table.take();
  }

  const Text& text_;
  size_t from_;
  size_t to_;
  size_t indent_;
  LineShower show_;
  Output& output_;
  std::vector<size_t> edges_;
  std::vector<Open> open_;
  std::vector<uint32_t> rows_;   // first line of each
  size_t row_ = 0;
  size_t header_rows_ = 0;
  std::map<std::pair<size_t, size_t>, Done> done_;
};

struct Run {
  size_t from;
  size_t to;
};
std::vector<Run> runs_of(std::string_view border) {
  std::vector<Run> runs;
  for (size_t at = border.find_first_not_of(" \t"); at != kNone && at < border.size() && runs.size() < kMaxColumns;) {
    const size_t end = std::min(border.find_first_of(" \t", at), border.size());
    runs.push_back({at, end});
    at = border.find_first_not_of(" \t", end);
  }
  return runs;
}

// A row starts where the first column has text; a line with a blank first column goes on with the row above.
class SimpleReader {
 public:
  SimpleReader(const Text& text, LineShower show, Output& output) : text_(text), show_(show), table_(output) {}

  // Returns the line behind the table.
  size_t read(size_t at) {
    runs_ = runs_of(text_.lines[at]);
    const size_t end = last_border(at);
    const bool headed = count_borders(at, end) > 2;
    header_ = headed;
    for (++at; at < end; ++at) {
      const std::string_view line = text_.lines[at];
      if (is_simple_border(line)) header_ = false, finish_row();
      else if (is_run_of_runs(line, '-')) finish_row();
      else if (!is_blank(line)) content(Columns(line), text_.number(at));
    }
    finish_row();
    return end + 1;
  }

  Block take() { return table_.take(); }

 private:
  // The border that a blank line or the end of the text follows ends the table.
  size_t last_border(size_t at) const {
    size_t borders = 1;
    for (size_t line = at + 1; line < text_.lines.size(); ++line) {
      if (!is_simple_border(text_.lines[line])) continue;
      const bool last = line + 1 >= text_.lines.size() || is_blank(text_.lines[line + 1]);
      if (last || ++borders == 3) return line;
    }
    return text_.lines.size();
  }
  size_t count_borders(size_t from, size_t to) const {
    size_t count = 0;
    for (size_t line = from; line < std::min(to + 1, text_.lines.size()); ++line) count += is_simple_border(text_.lines[line]);
    return count;
  }
  static bool is_run_of_runs(std::string_view line, char c) {
    return !is_blank(line) && line.find_first_not_of(std::string(" \t") + c) == kNone && line.find(std::string(2, c)) != kNone;
  }

  void content(const Columns& columns, uint32_t number) {
    const bool more = !cells_.empty() && !runs_.empty() && is_blank(columns.cut(runs_[0].from, runs_[0].to));
    if (!more) {
      finish_row();
      table_.start_row(number, header_);
      split(columns, number);
      return;
    }
    for (Cell& cell : cells_) add(cell, columns, number);
  }

  // Text over the gap between two columns joins them.
  void split(const Columns& columns, uint32_t number) {
    for (size_t i = 0; i < runs_.size();) {
      size_t end = i + 1;
      while (end < runs_.size() && !is_blank(columns.cut(runs_[end - 1].to, runs_[end].from))) ++end;
      starts_.push_back(i);
      cells_.push_back({{}, static_cast<uint32_t>(end - i)});
      add(cells_.back(), columns, number);
      i = end;
    }
  }
  void add(Cell& cell, const Columns& columns, uint32_t number) {
    const size_t start = starts_[static_cast<size_t>(&cell - cells_.data())], end = start + cell.columns;
    add_line(cell.lines, show_(columns.cut(runs_[start].from, end < runs_.size() ? runs_[end].from : kNone)), number);
  }

  void finish_row() {
    for (Cell& cell : cells_) table_.add(std::move(cell));
    cells_.clear();
    starts_.clear();
  }

  const Text& text_;
  LineShower show_;
  SpanTable table_;
  std::vector<Run> runs_;
  std::vector<Cell> cells_;
  std::vector<size_t> starts_;
  bool header_ = false;
};

}  // namespace

bool is_grid_border(std::string_view line) {
  const std::string_view text = trim(line);
  return text.size() > 3 && text.front() == '+' && text.back() == '+' && text.find_first_not_of("+-=:") == kNone && text.find_first_of("-=") != kNone;
}

size_t read_grid(const Text& text, size_t at, LineShower show, Output& output, Block& table) {
  const size_t indent = indent_of(text.lines[at]);
  size_t end = at + 1;
  bool closed = false;
  for (; end < text.lines.size(); ++end) {
    const std::string_view line = trim(text.lines[end]);
    if (!line.starts_with('|') && !line.starts_with('+')) break;
    closed = is_grid_border(line);
  }
  if (end < at + 2 || !trim(text.lines[at + 1]).starts_with('|')) return at;
  if (!closed) output.warn(model::DiagnosticId::document_unfinished, text.number(at), "a table starts in this line and its border never closes");
  table = GridReader(text, at, end, indent, show, output).read();
  return end;
}

bool is_simple_border(std::string_view line) {
  const std::string_view text = trim(line);
  return text.starts_with("==") && text.find_first_not_of("= ") == kNone && text.find(" =") != kNone;
}

size_t read_simple(const Text& text, size_t at, LineShower show, Output& output, Block& table) {
  SimpleReader reader(text, show, output);
  const size_t end = reader.read(at);
  if (end > text.lines.size()) output.warn(model::DiagnosticId::document_unfinished, text.number(at), "a table starts in this line and its border never closes");
  table = reader.take();
  return std::min(end, text.lines.size());
}

}  // namespace fwproof::specs::derive
