#include "specs/derive/read_asciidoc_table.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "specs/derive/read_csv.h"
#include "specs/derive/read_table.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

uint32_t number_at(std::string_view text, uint32_t otherwise) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && number > 0 ? std::min<uint32_t>(number, 65534) : otherwise;
}

// "3*,2,a" has five columns.
size_t count_columns(std::string_view spec) {
  size_t count = 0;
  while (!trim(spec).empty()) {
    const size_t end = spec.find_first_of(",;");
    const std::string_view column = trim(spec.substr(0, end));
    count += column.find('*') == kNone ? 1 : number_at(column, 1);
    spec = end == kNone ? std::string_view() : spec.substr(end + 1);
  }
  return std::min(count, kMaxColumns);
}

struct Specifier {
  uint32_t columns = 1;
  uint32_t rows = 1;
  uint32_t times = 1;
  bool header = false;
};

// The cell specifier that ends at `end`: [3*|2+|.2+|2.3+][<^>][.<^>][style]. Returns where it starts; `end` itself for none.
size_t specifier_start(std::string_view line, size_t end) {
  size_t at = end;
  while (at > 0 && end - at < 24 && std::string_view("0123456789.+*<^>adehlmsv").find(line[at - 1]) != kNone) --at;
  if (at > 0 && line[at - 1] != ' ' && line[at - 1] != '\t') return end;
  const std::string_view spec = line.substr(at, end - at);
  const size_t style = std::min(spec.find_first_of("adehlmsv"), spec.size());
  const std::string_view head = spec.substr(0, style);
  const bool valid = spec.size() - style <= 1 && (head.empty() || head.find_first_of("+*<^>") != kNone);
  return valid ? at : end;
}

Specifier read_specifier(std::string_view spec) {
  Specifier result;
  const size_t sign = spec.find_first_of("+*");
  if (sign != kNone) {
    const std::string_view factor = spec.substr(0, sign);
    const size_t dot = factor.find('.');
    if (spec[sign] == '*') result.times = std::min<uint32_t>(number_at(factor, 1), kMaxColumns);
    else result.columns = number_at(factor.substr(0, dot), 1), result.rows = dot == kNone ? 1 : number_at(factor.substr(dot + 1), 1);
  }
  result.header = spec.ends_with('h');
  return result;
}

class TableReader {
 public:
  TableReader(const Text& text, const AsciidocTable& table, const Attributes& attributes, Output& output)
      : text_(text), spec_(table), attributes_(attributes), output_(output), table_(output), width_(count_columns(table.columns)) {}

  Block read() {
    if (width_ == 0) width_ = cells_of_first_line();
    for (size_t line = spec_.from; line < spec_.to && table_.open(); ++line) read_line(line);
    finish_cell();
    return table_.take();
  }

 private:
  struct Pending {
    Specifier specifier;
    Cell cell;
    uint32_t number;
  };

  // Of the first line that is not blank; cells on one line make a row where nothing else says how many.
  size_t cells_of_first_line() const {
    for (size_t line = spec_.from; line < spec_.to; ++line) {
      if (is_blank(text_.lines[line])) continue;
      size_t count = 0;
      for (size_t at = next_separator(text_.lines[line], 0); at != kNone; at = next_separator(text_.lines[line], at + 1)) {
        const Specifier specifier = read_specifier(text_.lines[line].substr(specifier_start(text_.lines[line], at), at - specifier_start(text_.lines[line], at)));
        count += size_t{specifier.columns} * specifier.times;
      }
      return std::clamp<size_t>(count, 1, kMaxColumns);
    }
    return 1;
  }

  size_t next_separator(std::string_view line, size_t from) const {
    for (size_t at = line.find(spec_.separator, from); at != kNone; at = line.find(spec_.separator, at + 1))
      if (at == 0 || line[at - 1] != '\\') return at;
    return kNone;
  }

  void read_line(size_t index) {
    const std::string_view line = text_.lines[index];
    const uint32_t number = text_.number(index);
    size_t from = 0;
    for (size_t at = next_separator(line, 0); at != kNone; at = next_separator(line, from)) {
      const size_t spec = std::max(specifier_start(line, at), from);
      append(line.substr(from, spec - from), number);
      finish_cell();
      cell_.emplace_back(Pending{read_specifier(line.substr(spec, at - spec)), {}, number});
      from = at + 1;
    }
    append(line.substr(from), number);
  }

  // Text in front of the first cell is a paragraph of its own: nothing is lost.
  void append(std::string_view source, uint32_t number) {
    if (visible(source).empty()) return;
    std::string plain;
    for (size_t i = 0; i < source.size(); ++i)
      if (source[i] != '\\' || i + 1 >= source.size() || source[i + 1] != spec_.separator) plain += source[i];
    Block stray = make_block(Block::Kind::paragraph);
    add_line(cell_.empty() ? stray.lines : cell_.back().cell.lines, asciidoc_inline(plain, attributes_), number);
    output_.add(std::move(stray));
  }

  void finish_cell() {
    if (cell_.empty()) return;
    const Pending pending = std::move(cell_.back());
    cell_.clear();
    for (uint32_t i = 0; i < pending.specifier.times && table_.open(); ++i) {
      if (i > 0 && !output_.may_repeat(pending.cell, pending.number)) return;
      place(pending);
    }
  }

  void place(const Pending& pending) {
    if (table_.full_row(width_)) {
      table_.start_row(pending.number, rows_ == 0 && is_header_row());
      ++rows_;
    }
    Cell cell = pending.cell;
    cell.columns = pending.specifier.columns;
    table_.add(std::move(cell), pending.specifier.rows);
  }

  // options="header", or a blank line behind the first line and none in front of it.
  bool is_header_row() const {
    return spec_.options.find("header") != std::string::npos || (spec_.options.find("noheader") == std::string::npos && implicit_header());
  }
  bool implicit_header() const {
    return spec_.from + 1 < spec_.to && !is_blank(text_.lines[spec_.from]) && is_blank(text_.lines[spec_.from + 1]);
  }

  const Text& text_;
  const AsciidocTable& spec_;
  const Attributes& attributes_;
  Output& output_;
  SpanTable table_;
  size_t width_;
  std::vector<Pending> cell_;   // the one that is open, if any
  size_t rows_ = 0;
};

Block read_values(const Text& text, const AsciidocTable& table, Output& output) {
  const bool implicit = table.from + 1 < table.to && is_blank(text.lines[table.from + 1]);
  const size_t headers = table.options.find("header") != std::string::npos || implicit ? 1 : 0;
  const char separator = table.separator != '|' ? table.separator : table.format == "tsv" ? '\t' : table.format == "dsv" ? ':' : ',';
  return read_separated(text, table.from, table.to, {separator, headers}, output);
}

}  // namespace

Block read_asciidoc_table(const Text& text, const AsciidocTable& table, const Attributes& attributes, Output& output) {
  return table.format.empty() || table.format == "psv" ? TableReader(text, table, attributes, output).read() : read_values(text, table, output);
}

}  // namespace fwproof::specs::derive
