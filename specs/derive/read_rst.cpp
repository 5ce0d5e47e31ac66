#include "specs/derive/read_rst.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "specs/derive/read_csv.h"
#include "specs/derive/read_grid.h"
#include "specs/derive/read_list.h"
#include "specs/derive/read_rst_inline.h"
#include "specs/derive/read_table.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

// A line of one punctuation character, as sections are underlined with.
char adornment(std::string_view line) {
  const std::string_view text = trim(line);
  const bool punctuation = text.size() >= 2 && std::string_view("=-`:'\"~^_*+#<>.,!").find(text[0]) != kNone;
  return punctuation && is_run_of(text, text[0], 2) ? text[0] : '\0';
}

struct Directive {
  std::string name;              // "list-table"
  std::string argument;          // what follows "::"
  std::vector<std::pair<std::string, std::string>> options;
  size_t indent = 0;             // of its ".."
  size_t from = 0;               // its content
  size_t to = 0;

  size_t number(std::string_view option) const {
    for (const auto& [name, value] : options) {
      size_t number = 0;
      if (name == option) return std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc() ? number : 0;
    }
    return 0;
  }
};

class RstReader {
 public:
  RstReader(const Text& text, Output& output) : text_(text), output_(output) {}

  void read() {
    while (at_ < text_.lines.size() && !output_.full()) step();
    end_block();
  }

 private:
  void step() {
    const std::string_view line = text_.lines[at_];
    const std::string_view text = trim(line);
    if (visible(line).empty()) return end_block(), next();
    if (text.starts_with(".. ") || text == "..") return explicit_markup(text);
    if (is_grid_border(line) && drawn_table(read_grid)) return;
    if (is_simple_border(line) && drawn_table(read_simple)) return;
    if (section()) return;
    read_line(line, text);
  }

  void next() { ++at_; }

  void show(std::string_view source, std::vector<Line>& lines) const { add_line(lines, rst_inline(source), text_.number(at_)); }

  void end_block() {
    const bool code_follows = literal_;
    output_.add(std::move(block_));
    block_ = {};
    literal_ = false;
    if (code_follows) literal_block();
  }
  void start(Block block, std::string_view first) {
    end_block();
    block_ = std::move(block);
    go_on(first);
  }
  // "::" at the end says that an indented literal block follows.
  void go_on(std::string_view line) {
    std::string_view text = trim(line);
    literal_ = text.ends_with("::");
    if (literal_) text.remove_suffix(text == "::" || text.ends_with(" ::") ? 2 : 1);
    show(text, block_.lines);
    next();
  }

  void literal_block() {
    size_t from = at_;
    while (from < text_.lines.size() && is_blank(text_.lines[from])) ++from;
    if (from == text_.lines.size() || indent_of(text_.lines[from]) <= item_indent_) return;
    code_lines(from, end_of_indented(from, indent_of(text_.lines[from])));
  }
  void code_lines(size_t from, size_t to) {
    Block code = make_block(Block::Kind::code);
    for (size_t line = from; line < to; ++line) add_line(code.lines, text_.lines[line], text_.number(line));
    output_.add(std::move(code));
    at_ = to;
  }
  size_t end_of_indented(size_t from, size_t indent) const {
    size_t end = from;
    for (size_t line = from; line < text_.lines.size(); ++line) {
      if (is_blank(text_.lines[line])) continue;
      if (indent_of(text_.lines[line]) < indent) break;
      end = line + 1;
    }
    return end;
  }

  // ---- sections

  bool section() {
    if (!block_.lines.empty()) return false;
    const char over = adornment(text_.lines[at_]);
    const size_t title = at_ + (over ? 1 : 0);
    if (title + 1 >= text_.lines.size() || is_blank(text_.lines[title])) return over && rule();
    const char under = adornment(text_.lines[title + 1]);
    const size_t length = trim(text_.lines[title + 1]).size();
    if (!under || (over && over != under) || length * 2 < trim(text_.lines[title]).size() || (length < 3 && trim(text_.lines[title]).size() > 2)) return over && rule();
    at_ = title;
    Block heading = make_block(Block::Kind::heading, level_of(under, over != 0));
    show(text_.lines[at_], heading.lines);
    if (heading.level == 1 && !heading.lines.empty()) output_.set_title(heading.lines[0].text);
    output_.add(std::move(heading));
    at_ = title + 2;
    depth_.reset();
    item_indent_ = 0;
    return true;
  }
  bool rule() {
    if (trim(text_.lines[at_]).size() < 4) return false;
    next();
    return true;
  }
  // Styles of adornment become levels in the order in which they occur.
  unsigned level_of(char c, bool over) {
    const std::pair<char, bool> style{c, over};
    const auto found = std::find(styles_.begin(), styles_.end(), style);
    const auto level = static_cast<unsigned>(found - styles_.begin()) + 1;
    if (found == styles_.end()) styles_.push_back(style);
    return level;
  }

  // ---- paragraphs, lists, fields

  void read_line(std::string_view line, std::string_view text) {
    if (text.starts_with("| ")) return start(make_block(Block::Kind::paragraph), text.substr(2));
    if (const Marker marker = find_rst_marker(line)) {
      const unsigned depth = depth_.enter(marker);
      item_indent_ = marker.indent;
      return start(make_block(Block::Kind::list_item, depth, marker.text), marker.rest);
    }
    if (block_.lines.empty() && field(line, text)) return;
    if (block_.lines.empty() && term(line)) return;
    if (!block_.lines.empty()) return go_on(line);
    if (!depth_.inside() || indent_of(line) <= depth_.indent()) depth_.reset(), item_indent_ = indent_of(line);
    start(make_block(Block::Kind::paragraph), line);
  }

  // "#." numbers by itself.
  static Marker find_rst_marker(std::string_view line) {
    const std::string_view text = trim(line);
    if (text.starts_with("#. ")) return {"#.", indent_of(line), text.substr(3)};
    return find_marker(line);
  }

  // ":Field: text", and its indented lines.
  bool field(std::string_view line, std::string_view text) {
    const size_t end = text.starts_with(':') ? text.find(": ", 1) : kNone;
    if (end == kNone || end < 2 || text[1] == ' ') return false;
    defined(indent_of(line), std::string(text.substr(1, end - 1)), text.substr(end + 2));
    return true;
  }

  // A line with an indented one below it is a term.
  bool term(std::string_view line) {
    const size_t below = at_ + 1;
    if (below >= text_.lines.size() || is_blank(text_.lines[below]) || indent_of(text_.lines[below]) <= indent_of(line)) return false;
    if (trim(line).ends_with("::")) return false;
    defined(indent_of(line), std::string(trim(line)), {});
    return true;
  }
  void defined(size_t indent, const std::string& term, std::string_view first) {
    Block item = make_block(Block::Kind::list_item, depth_.inside() && indent > depth_.indent() ? 2 : 1, ":");
    show(term.ends_with(':') ? term : term + ":", item.lines);
    show(first, item.lines);
    next();
    while (at_ < text_.lines.size() && !is_blank(text_.lines[at_]) && indent_of(text_.lines[at_]) > indent && !find_marker(text_.lines[at_])) {
      show(text_.lines[at_], item.lines);
      next();
    }
    output_.add(std::move(item));
  }

  // ---- tables

  bool drawn_table(size_t (*read)(const Text&, size_t, LineShower, Output&, Block&)) {
    Block table;
    if (read == read_simple && !has_rows_below()) return false;
    end_block();
    const size_t end = read(text_, at_, rst_inline, output_, table);
    if (end == at_) return false;
    table.lines = std::exchange(title_, {});
    output_.add(std::move(table));
    at_ = end;
    return true;
  }
  bool has_rows_below() const { return at_ + 1 < text_.lines.size() && !is_blank(text_.lines[at_ + 1]); }

  // ---- directives, comments, footnotes, targets

  void explicit_markup(std::string_view text) {
    end_block();
    const std::string_view rest = trim(text.substr(2));
    const size_t colons = rest.find("::");
    const bool directive = colons != kNone && colons > 0 && rest.substr(0, colons).find(' ') == kNone;
    if (rest.starts_with('[') && rest.find(']') != kNone) return footnote(rest);
    if (rest.starts_with('|') && rest.find("| replace::") != kNone) return substitution(rest);
    if (directive) return read_directive(rest.substr(0, colons), trim(rest.substr(colons + 2)));
    // A target or a comment: neither shows anything.
    const size_t indent = indent_of(text_.lines[at_]) + 1;
    next();
    if (at_ < text_.lines.size() && !is_blank(text_.lines[at_])) at_ = std::max(at_, end_of_indented(at_, indent));
  }

  void footnote(std::string_view rest) {
    const size_t end = rest.find(']');
    block_ = make_block(Block::Kind::list_item, 1, std::string(rest.substr(0, end + 1)));
    go_on(rest.substr(end + 1));
  }
  // The name is shown where it is used; what it stands for, here.
  void substitution(std::string_view rest) {
    const size_t end = rest.find("| replace::");
    block_ = make_block(Block::Kind::list_item, 1, ":");
    go_on(std::string(rest.substr(1, end - 1)) + ": " + std::string(trim(rest.substr(end + 11))));
    end_block();
  }

  void read_directive(std::string_view name, std::string_view argument) {
    Directive directive;
    directive.name = to_lower(name);
    directive.argument = argument;
    directive.indent = indent_of(text_.lines[at_]);
    title_line_ = text_.number(at_);
    for (next(); at_ < text_.lines.size() && read_option(directive); next()) {
    }
    directive.from = at_;
    directive.to = end_of_indented(at_, directive.indent + 1);
    if (directive.name == "list-table") return list_table(directive);
    if (directive.name == "csv-table") return csv_table(directive);
    if (directive.name == "code-block" || directive.name == "code" || directive.name == "sourcecode" || directive.name == "literalinclude" || directive.name == "parsed-literal") return code_lines(directive.from, std::max(directive.from, directive.to));
    if (directive.name == "table") return void(title_of(directive));
    // A note, a figure, a tab: its text is the document's.
    if (!argument.empty() && directive.name != "image" && directive.name != "figure" && directive.name != "include" && directive.name != "toctree" && directive.name != "contents") {
      Block block = make_block(Block::Kind::paragraph);
      add_line(block.lines, rst_inline(argument), title_line_);
      output_.add(std::move(block));
    }
  }

  // ":header-rows: 1"
  bool read_option(Directive& directive) const {
    const std::string_view text = trim(text_.lines[at_]);
    const size_t end = text.starts_with(':') ? text.find(':', 1) : kNone;
    if (end == kNone || indent_of(text_.lines[at_]) <= directive.indent) return false;
    directive.options.emplace_back(to_lower(text.substr(1, end - 1)), std::string(trim(text.substr(end + 1))));
    return true;
  }

  void title_of(const Directive& directive) {
    title_.clear();
    add_line(title_, rst_inline(directive.argument), title_line_);
  }

  // "* - first cell" starts a row, "  - next cell" a cell; other lines belong to the cell.
  void list_table(const Directive& directive) {
    title_of(directive);
    SpanTable table(output_);
    const size_t headers = directive.number("header-rows");
    size_t rows = 0;
    Cell cell;
    bool open = false;
    const auto finish = [&] {
      if (std::exchange(open, false)) table.add(std::exchange(cell, {}));
    };
    size_t row_indent = kNone;
    for (at_ = directive.from; at_ < directive.to; next()) {
      std::string_view text = trim(text_.lines[at_]);
      const size_t indent = indent_of(text_.lines[at_]);
      const bool row = (text.starts_with("* -") || text.starts_with("- -") || text.starts_with("- *")) && indent <= row_indent;
      const bool next_cell = !row && row_indent != kNone && indent <= row_indent + 2 && (text.starts_with("- ") || text == "-" || text.starts_with("* "));
      if (row) {
        finish();
        row_indent = indent;
        table.start_row(text_.number(at_), rows++ < headers);
        text = text.substr(3);
      } else if (next_cell) {
        finish();
        text = text.substr(1);
      }
      open |= row || next_cell;
      const Marker marker = find_marker(text);
      show(marker && !row && !next_cell ? marker.rest : text, cell.lines);
    }
    finish();
    add_table(table.take());
  }

  void csv_table(const Directive& directive) {
    title_of(directive);
    SeparatedRules rules{',', directive.number("header-rows")};
    Block header = make_block(Block::Kind::table);
    for (const auto& [name, value] : directive.options) {
      if (name == "delim") rules.separator = value == "tab" ? '\t' : value == "space" ? ' ' : value.empty() ? ',' : value[0];
      if (name == "header") header = read_separated({{value}, title_line_}, 0, 1, {',', 1}, output_);
    }
    Block table = read_separated(text_, directive.from, std::max(directive.from, directive.to), rules, output_);
    table.rows.insert(table.rows.begin(), std::make_move_iterator(header.rows.begin()), std::make_move_iterator(header.rows.end()));
    for (TableRow& row : table.rows)
      for (Cell& cell : row.cells)
        for (Line& line : cell.lines) line.text = visible(rst_inline(line.text));
    at_ = std::max(directive.from, directive.to);
    add_table(std::move(table));
  }

  void add_table(Block table) {
    table.lines = std::exchange(title_, {});
    output_.add(std::move(table));
  }

  const Text& text_;
  Output& output_;
  size_t at_ = 0;
  Block block_;
  bool literal_ = false;
  size_t item_indent_ = 0;
  ListDepth depth_;
  std::vector<std::pair<char, bool>> styles_;
  std::vector<Line> title_;       // of the table that follows
  uint32_t title_line_ = 0;
};

}  // namespace

void read_rst(const Text& text, Output& output) { RstReader(text, output).read(); }

}  // namespace fwproof::specs::derive
