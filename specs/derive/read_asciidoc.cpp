#include "specs/derive/read_asciidoc.h"

#include <algorithm>
#include <string>
#include <utility>

#include "specs/derive/read_asciidoc_inline.h"
#include "specs/derive/read_asciidoc_table.h"
#include "specs/derive/read_list.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

// "|===", ",===", ":===", "!===": the delimiters of tables, and what they separate by.
bool is_table_delimiter(std::string_view line) {
  const std::string_view text = trim(line);
  return text.size() >= 4 && std::string_view("|,:!").find(text[0]) != kNone && is_run_of(text.substr(1), '=', 3);
}

// Blocks whose lines are code, or comments; others are only borders around more text.
bool is_code_delimiter(std::string_view text) { return is_run_of(text, '-', 4) || is_run_of(text, '.', 4) || text.starts_with("```"); }
bool is_border(std::string_view text) { return is_run_of(text, '=', 4) || is_run_of(text, '*', 4) || is_run_of(text, '_', 4) || text == "--" || is_run_of(text, '+', 4); }

// The value of `name` in [cols="1,2",options=header], unquoted; `%header` is in the list as it is.
std::string value_of(std::string_view list, std::string_view name) {
  for (size_t at = list.find(name); at != kNone; at = list.find(name, at + 1)) {
    const bool starts = at == 0 || list[at - 1] == ',' || list[at - 1] == ' ' || list[at - 1] == '[';
    std::string_view rest = list.substr(at + name.size());
    if (!starts || !trim(rest).starts_with('=')) continue;
    rest = trim(trim(rest).substr(1));
    if (!rest.starts_with('"')) return std::string(trim(rest.substr(0, rest.find(','))));
    return std::string(rest.substr(1, rest.find('"', 1) - 1));
  }
  return {};
}

class AsciidocReader {
 public:
  AsciidocReader(const Text& text, Output& output) : text_(text), output_(output) {}

  void read() {
    while (at_ < text_.lines.size() && !output_.full()) step();
    end_block();
  }

 private:
  void step() {
    const std::string_view line = text_.lines[at_];
    const std::string_view text = trim(line);
    if (visible(text).empty()) return end_block(), next();
    if (text.starts_with("////")) return comment_block();
    if (text.starts_with("//") && !text.starts_with("///")) return next();
    if (is_table_delimiter(text)) return table(text);
    if (is_code_delimiter(text)) return code(text);
    if (is_border(text)) return end_block(), next();
    if (define_attribute(text)) return next();
    if (text.starts_with('[') && text.ends_with(']')) return block_attributes(text);
    if (text.starts_with('.') && text.size() > 1 && text[1] != ' ' && text[1] != '.') return block_title(text.substr(1));
    if (const size_t level = heading_level(line); level > 0) return heading(level, line.substr(level));
    if (const size_t level = underlined_level(line); level > 0) {
      heading(level, line);
      return next();
    }
    if (text == "+" || text == "'''" || text == "<<<") return next();
    read_line(line);
  }

  void next() { ++at_; }

  void read_inline(std::string_view source, std::vector<Line>& lines) const {
    if (source.ends_with(" +")) source.remove_suffix(2);  // a hard line break
    add_line(lines, asciidoc_inline(source, attributes_), text_.number(at_));
  }

  void end_block() {
    output_.add(std::move(block_));
    block_ = {};
  }
  void start(Block block, std::string_view first) {
    end_block();
    block_ = std::move(block);
    read_inline(first, block_.lines);
    next();
  }

  static size_t heading_level(std::string_view line) {
    const size_t marks = std::min(line.find_first_not_of(line[0] == '#' ? '#' : '='), line.size());
    return marks > 0 && marks <= 6 && marks < line.size() && line[marks] == ' ' ? marks : 0;
  }
  // A title over a line of "=", "-", "~", "^" or "+" of its length, give or take one (Asciidoctor, "Two-line titles").
  size_t underlined_level(std::string_view line) const {
    constexpr std::string_view kUnderlines = "=-~^+";
    if (!block_.lines.empty() || line[0] == ' ' || at_ + 1 >= text_.lines.size()) return 0;
    const std::string_view under = text_.lines[at_ + 1];
    const size_t length = std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    const size_t level = under.empty() ? kNone : kUnderlines.find(under[0]);
    const size_t run = trim(under).size();
    return level != kNone && is_run_of(under, under[0], 2) && run + 1 >= length && run <= length + 1 ? level + 1 : 0;
  }
  void heading(size_t level, std::string_view text) {
    lists_.clear();
    start(make_block(Block::Kind::heading, static_cast<unsigned>(level)), text);
    if (level == 1 && !block_.lines.empty()) output_.set_title(block_.lines[0].text);
    end_block();
  }

  // ":name: value"; what it shows is shown where it is used. ":!name:" takes it away.
  bool define_attribute(std::string_view text) {
    const size_t end = text.starts_with(':') ? text.find(':', 1) : kNone;
    if (end == kNone || end < 2 || text.substr(1, end - 1).find(' ') != kNone || (end + 1 < text.size() && text[end + 1] != ' ')) return false;
    const std::string name = to_lower(text.substr(1, end - 1));
    if (name[0] == '!') attributes_.erase(name.substr(1));
    else if (attributes_.size() < 10'000) attributes_[name] = asciidoc_inline(trim(text.substr(end + 1)), attributes_).substr(0, 4096);
    return true;
  }

  void block_attributes(std::string_view text) {
    end_block();
    list_ = std::string(text.substr(1, text.size() - 2));
    next();
  }
  // ".Title" of the block that follows.
  void block_title(std::string_view text) {
    end_block();
    title_.clear();
    read_inline(text, title_);
    next();
    if (at_ < text_.lines.size() && (is_table_delimiter(text_.lines[at_]) || trim(text_.lines[at_]).starts_with('['))) return;
    flush_title();
  }
  void flush_title() {
    Block block = make_block(Block::Kind::paragraph);
    block.lines = std::exchange(title_, {});
    output_.add(std::move(block));
  }

  // ---- lists

  // "** a", ".. b", "- c", "term:: definition", "<1> of a listing"
  void read_line(std::string_view line) {
    const std::string_view text = trim(line);
    flush_title();
    list_.clear();
    const size_t run = std::min(text.find_first_not_of(text[0]), text.size());
    const bool spaced = run < text.size() && text[run] == ' ';
    if (spaced && (text[0] == '*' || text[0] == '.' || (text[0] == '-' && run == 1)) && run <= 6) return item(std::string(text.substr(0, run)), text[0] == '.' ? "#" : "•", text.substr(run));
    if (const Marker marker = find_marker(line); marker && marker.text.size() > 1 && marker.text[0] < 0x7f) return item("1", marker.text, marker.rest);
    const size_t colons = text.find("::");
    if (colons != kNone && colons > 0 && colons < 200 && (text.find_first_not_of(':', colons) == kNone || text[text.find_first_not_of(':', colons)] == ' ')) return term(text, colons);
    if (block_.lines.empty() && line[0] == ' ') return literal();
    if (block_.lines.empty()) return start(make_block(Block::Kind::paragraph), line);
    read_inline(line, block_.lines);
    next();
  }

  // A mark that is open already is of that list; a new one is of a list inside.
  unsigned depth_of(const std::string& mark) {
    const auto found = std::find(lists_.begin(), lists_.end(), mark);
    if (found != lists_.end()) lists_.erase(found + 1, lists_.end());
    else if (lists_.size() < 20) lists_.push_back(mark);
    return static_cast<unsigned>(lists_.size());
  }
  void item(const std::string& mark, std::string marker, std::string_view rest) {
    const unsigned depth = depth_of(mark);
    start(make_block(Block::Kind::list_item, depth, std::move(marker)), rest);
  }
  // The definition may stand in the next lines.
  void term(std::string_view text, size_t colons) {
    const size_t rest = std::min(text.find_first_not_of(':', colons), text.size());
    const unsigned depth = depth_of(std::string(text.substr(colons, rest - colons)));
    start(make_block(Block::Kind::list_item, depth, ":"), std::string(text.substr(0, colons)) + ":");
    --at_;
    read_inline(text.substr(rest), block_.lines);
    next();
    if (rest == text.size() && at_ < text_.lines.size() && is_blank(text_.lines[at_])) next();
  }

  // ---- blocks with delimiters

  void literal() {
    block_ = make_block(Block::Kind::code);
    for (; at_ < text_.lines.size() && !is_blank(text_.lines[at_]); next()) add_line(block_.lines, text_.lines[at_], text_.number(at_));
    end_block();
  }

  void unfinished(std::string_view what, size_t from) {
    output_.warn(model::DiagnosticId::document_unfinished, text_.number(from), std::string(what) + " starts in this line and never ends");
  }

  size_t find_end(std::string_view delimiter) const {
    size_t end = at_ + 1;
    while (end < text_.lines.size() && trim(text_.lines[end]) != delimiter) ++end;
    return end;
  }

  void comment_block() {
    const size_t end = find_end(trim(text_.lines[at_]));
    if (end == text_.lines.size()) unfinished("a comment", at_);
    at_ = end + 1;
  }

  void code(std::string_view delimiter) {
    end_block();
    flush_title();
    if (delimiter.starts_with("```")) delimiter = "```";
    const size_t from = at_, end = find_end(delimiter);
    block_ = make_block(Block::Kind::code);
    for (++at_; at_ < end; next()) add_line(block_.lines, text_.lines[at_], text_.number(at_));
    if (end == text_.lines.size()) unfinished("a code block", from);
    at_ = end + 1;
    list_.clear();
    end_block();
  }

  void table(std::string_view delimiter) {
    end_block();
    const size_t from = at_, end = find_end(delimiter);
    AsciidocTable table;
    table.from = at_ + 1;
    table.to = end;
    table.columns = value_of(list_, "cols");
    table.options = list_;
    table.format = delimiter[0] == ',' ? "csv" : delimiter[0] == ':' ? "dsv" : value_of(list_, "format");
    const std::string separator = value_of(list_, "separator");
    table.separator = separator == "\\t" ? '\t' : separator.size() == 1 ? separator[0] : delimiter[0] == '!' ? '!' : '|';
    if (end == text_.lines.size()) unfinished("a table", from);
    Block block = read_asciidoc_table(text_, table, attributes_, output_);
    block.lines = std::exchange(title_, {});
    output_.add(std::move(block));
    list_.clear();
    at_ = end + 1;
  }

  const Text& text_;
  Output& output_;
  size_t at_ = 0;
  Block block_;
  Attributes attributes_;
  std::string list_;            // block attributes of the line above
  std::vector<Line> title_;     // of the block that follows
  std::vector<std::string> lists_;
};

}  // namespace

void read_asciidoc(const Text& text, Output& output) { AsciidocReader(text, output).read(); }

}  // namespace fwproof::specs::derive
