#include "specs/derive/read_mediawiki.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "specs/derive/read_comments.h"
#include "specs/derive/read_html.h"
#include "specs/derive/read_table.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// What a line shows; <br> breaks it. A reference becomes "[its text]", a template its parameters.
class WikiInline {
  static constexpr size_t kMaxTitle = 256;  // MediaWiki's limit of a page's title, in bytes

 public:
  explicit WikiInline(std::string_view line) : line_(line) {}

  std::vector<std::string> read() {
    while (at_ < line_.size()) step();
    flush();
    for (std::string& text : out_) text = resolve_entities(text);
    return std::move(out_);
  }

 private:
  bool next(std::string_view word) const { return line_.substr(at_).starts_with(word); }
  void take(size_t length, std::string_view shown = {}) {
    current_ += shown;
    at_ += length;
  }
  void flush() {
    out_.push_back(std::move(current_));
    current_.clear();
  }

  void step() {
    const char c = line_[at_];
    if (literal_) return next("</nowiki>") ? (literal_ = false, take(9)) : take(1, c == '&' ? "&amp;" : line_.substr(at_, 1));
    if (next("''")) return take(std::min(line_.substr(at_, 5).find_first_not_of('\''), line_.substr(at_, 5).size()));
    if (next("[[")) return open_link();
    if (next("]]")) return take(2);
    if (c == '[' && (next("[http") || next("[//") || next("[mailto:"))) return outer_link();
    if (c == ']' && outer_links_ > 0) return --outer_links_, take(1);
    if (next("{{")) return open_template();
    if (next("}}")) return close_template();
    if (c == '|' && templates_ > 0) return take(1, " ");
    if (c == '<') return tag();
    take(1, line_.substr(at_, 1));
  }

  // [[page|text]] shows the text; a category or file shows none.
  void open_link() {
    const size_t end = std::min({line_.substr(0, at_ + kMaxTitle).find_first_of("]|", at_ + 2), at_ + kMaxTitle, line_.size()});
    const std::string target = to_lower(trim(line_.substr(at_ + 2, end - at_ - 2)));
    if (target.starts_with("category:") && end < line_.size()) {
      const size_t close = line_.substr(0, end + kMaxTitle).find("]]", end);
      at_ = close == kNone ? end : close + 2;
      return;
    }
    at_ = end < line_.size() && line_[end] == '|' ? end + 1 : at_ + 2 + (next("[[:") ? 1 : 0);
  }

  // [https://x text] shows the text, and without text the address.
  void outer_link() {
    const size_t end = line_.substr(0, at_ + 1024).find_first_of(" ]", at_);
    at_ = end != kNone && line_[end] == ' ' ? end + 1 : at_ + 1;
    ++outer_links_;
  }

  void open_template() {
    ++templates_;
    take(2, " ");
  }
  void close_template() {
    templates_ -= templates_ > 0;
    take(2, " ");
  }

  void tag() {
    const char after = at_ + 1 < line_.size() ? line_[at_ + 1] : ' ';
    const size_t end = !no_angle_ && (is_word(after) || after == '/') ? line_.find('>', at_) : kNone;
    no_angle_ |= end == kNone && (is_word(after) || after == '/');
    if (end == kNone) return take(1, "<");
    const std::string_view inside = line_.substr(at_ + 1, end - at_ - 1);
    const bool closing = inside.starts_with('/'), empty = inside.ends_with('/');
    const std::string name = to_lower(inside.substr(closing, inside.find_first_of(" /", closing) - closing));
    at_ = end + 1;
    if (name == "nowiki" && !closing) literal_ = !empty;
    if (name == "br") flush();
    if (name == "s" || name == "del" || name == "strike") current_ += "~~";
    if ((name == "ref" || name == "sup") && !empty) current_ += closing ? "]" : " [";
  }

  std::string_view line_;
  size_t at_ = 0;
  std::string current_;
  std::vector<std::string> out_;
  size_t templates_ = 0;
  bool literal_ = false;
  bool no_angle_ = false;
  size_t outer_links_ = 0;
};

void read_inline(std::string_view source, uint32_t number, std::vector<Line>& lines) {
  for (const std::string& line : WikiInline(source).read()) add_line(lines, line, number);
}

// "rowspan" of "style=x rowspan=\"2\"", or otherwise.
uint32_t span_of(std::string_view attributes, std::string_view name) {
  const std::string text = to_lower(attributes);
  size_t at = text.find(name);
  if (at == kNone) return 1;
  at = text.find_first_not_of(" =\"'", at + name.size());
  uint32_t number = 1;
  if (at != kNone) std::from_chars(text.data() + at, text.data() + text.size(), number);
  return std::clamp<uint32_t>(number, 1, 65534);
}

class WikiReader {
 public:
  WikiReader(const Text& text, Output& output) : text_(text), output_(output) { remove_comments(text_, false, kept_, output); }

  void read() {
    while (at_ < text_.lines.size() && !output_.full()) step();
    end_block();
    if (table_) output_.warn(model::DiagnosticId::document_unfinished, opened_, "a table starts in this line and never ends");
    end_table();
  }

 private:
  void step() {
    const std::string_view line = text_.lines[at_];
    const std::string_view text = trim(line);
    if (text.starts_with("{|") && !table_) return open_table(text);
    if (table_) return table_line(text);
    if (visible(line).empty()) end_block();
    else if (starts_with_ignoring_case(text, "<table")) return html_table();
    else if (starts_with_ignoring_case(text, "<pre") || starts_with_ignoring_case(text, "<syntaxhighlight") || starts_with_ignoring_case(text, "<source")) return code(text);
    else if (text.starts_with('=') && text.ends_with('=') && text.size() > 2) heading(text);
    else if (text.find_first_not_of("*#:;") != 0) item(text);
    else if (line.starts_with(' ') && (block_.lines.empty() || block_.kind == Block::Kind::code)) code_line(line);
    else if (text.starts_with("----")) end_block();
    else paragraph(line);
    ++at_;
  }

  void end_block() {
    output_.add(std::move(block_));
    block_ = {};
  }
  void start(Block block, std::string_view first) {
    end_block();
    block_ = std::move(block);
    read_inline(first, text_.number(at_), block_.lines);
  }

  void heading(std::string_view text) {
    size_t level = 0;
    while (level < 6 && level * 2 + 2 < text.size() && text[level] == '=' && text[text.size() - 1 - level] == '=') ++level;
    start(make_block(Block::Kind::heading, static_cast<unsigned>(level)), text.substr(level, text.size() - 2 * level));
    end_block();
  }

  // "*", "##", ";term :definition"
  void item(std::string_view text) {
    const size_t depth = std::min(text.find_first_not_of("*#:;"), text.size());
    const char kind = text[depth - 1];
    std::string_view rest = text.substr(depth);
    if (kind == ':' && block_.marker == ":" && block_.level == depth) return read_inline(rest, text_.number(at_), block_.lines);
    if (kind == ';') return term(static_cast<unsigned>(depth), rest);
    start(make_block(Block::Kind::list_item, static_cast<unsigned>(std::min<size_t>(depth, 100)), kind == '#' ? "#" : kind == ':' ? "" : "•"), rest);
  }
  void term(unsigned depth, std::string_view rest) {
    const size_t colon = rest.find(" :");
    start(make_block(Block::Kind::list_item, std::min(depth, 100u), ":"), rest.substr(0, colon));
    if (!block_.lines.empty() && !block_.lines.back().text.ends_with(':')) block_.lines.back().text += ':';
    if (colon != kNone) read_inline(rest.substr(colon + 2), text_.number(at_), block_.lines);
  }

  void paragraph(std::string_view line) {
    if (block_.kind != Block::Kind::paragraph || block_.lines.empty()) return start(make_block(Block::Kind::paragraph), line);
    read_inline(line, text_.number(at_), block_.lines);
  }
  void code_line(std::string_view line) {
    if (block_.lines.empty()) block_ = make_block(Block::Kind::code);
    read_inline(line, text_.number(at_), block_.lines);
  }

  void html_table() {
    end_block();
    Text part{{}, text_.number(at_)};
    bool closed = false;
    for (; at_ < text_.lines.size() && !closed; ++at_) {
      part.lines.push_back(text_.lines[at_]);
      closed = to_lower(text_.lines[at_]).find("</table") != kNone;
    }
    read_html(part, output_);
  }

  void code(std::string_view first) {
    end_block();
    const std::string name = to_lower(first.substr(1, first.find_first_of(" >", 1) - 1));
    block_ = make_block(Block::Kind::code);
    const uint32_t opened = text_.number(at_);
    std::string_view line = first.substr(std::min(first.find('>'), first.size() - 1) + 1);
    bool closed = false;
    for (;; line = text_.lines[at_]) {
      const size_t end = line.find("</" + name);
      closed = end != kNone;
      add_line(block_.lines, resolve_entities(line.substr(0, end)), text_.number(at_));
      if (++at_ >= text_.lines.size() || closed) break;
    }
    if (!closed) output_.warn(model::DiagnosticId::document_unfinished, opened, "a code block starts in this line and never ends; the rest of the document is read as code");
    end_block();
  }

  // ---- tables

  void open_table(std::string_view) {
    end_block();
    table_ = std::make_unique<SpanTable>(output_);
    opened_ = text_.number(at_++);
    cells_ = headers_ = 0;
    nested_ = 0;
  }

  void table_line(std::string_view text) {
    const uint32_t number = text_.number(at_++);
    // A table inside of a cell: its cells' text belongs to the cell.
    if (text.starts_with("{|")) return void(++nested_);
    if (nested_ > 0) return nested_line(text, number);
    if (text.starts_with("|}")) return end_table();
    if (text.starts_with("|-")) return end_row();
    if (text.starts_with("|+")) return caption(text.substr(2), number);
    if (text.starts_with('|') || text.starts_with('!')) return cells(text, number);
    const size_t bullets = std::min(text.find_first_not_of("*#:;"), text.size());
    if (in_caption_) read_inline(text, number, caption_);
    else if (in_cell_) read_inline(text.substr(bullets), number, cell_.lines);
    else if (!visible(text).empty()) read_stray(text, number);
  }

  void nested_line(std::string_view text, uint32_t number) {
    if (text.starts_with("|}")) return void(--nested_);
    if (text.starts_with("|-")) return;
    const bool marked = text.starts_with('|') || text.starts_with('!');
    read_inline(text.substr(marked), number, cell_.lines);
  }

  // Text of a table outside its cells is shown before it.
  void read_stray(std::string_view text, uint32_t number) {
    Block stray = make_block(Block::Kind::paragraph);
    read_inline(text, number, stray.lines);
    output_.add(std::move(stray));
  }

  void caption(std::string_view text, uint32_t number) {
    end_cell();
    in_caption_ = true;
    read_inline(without_attributes(text), number, caption_);
  }

  // "| a || b", "! a !! b || c", with "attributes | " in front of each.
  void cells(std::string_view text, uint32_t number) {
    const bool header = text.starts_with('!');
    text.remove_prefix(1);
    for (bool more = true; more;) {
      const size_t end = next_separator(text, header);
      more = end != kNone;
      start_cell(text.substr(0, end), header, number);
      text = more ? text.substr(end + 2) : std::string_view();
    }
  }

  // Of two pipes, outside of links and templates.
  static size_t next_separator(std::string_view text, bool header) {
    int depth = 0;
    for (size_t at = 0; at + 1 < text.size(); ++at) {
      const std::string_view two = text.substr(at, 2);
      if (two == "[[" || two == "{{") ++depth;
      if (two == "]]" || two == "}}") depth -= depth > 0;
      if (depth == 0 && (two == "||" || (header && two == "!!"))) return at;
    }
    return kNone;
  }

  // The pipe that ends a cell's attributes is the first one, if it is no part of a link or template in front of it.
  static size_t attributes_end(std::string_view text) {
    const size_t pipe = text.find('|');
    const std::string_view before = text.substr(0, pipe);
    const bool is_text = pipe == kNone || before.find("[[") != kNone || before.find("{{") != kNone;
    return is_text ? kNone : pipe;
  }
  static std::string_view without_attributes(std::string_view text) {
    const size_t pipe = attributes_end(text);
    return pipe == kNone ? text : text.substr(pipe + 1);
  }

  void start_cell(std::string_view text, bool header, uint32_t number) {
    end_cell();
    if (!table_->in_row()) {
      table_->start_row(number, false);
      cells_ = headers_ = 0;
    }
    const size_t pipe = attributes_end(text);
    const std::string_view attributes = pipe == kNone ? std::string_view() : text.substr(0, pipe);
    cell_ = {{}, std::min<uint32_t>(span_of(attributes, "colspan"), 1000)};
    rows_ = span_of(attributes, "rowspan");
    in_cell_ = true;
    ++cells_;
    headers_ += header;
    read_inline(without_attributes(text), number, cell_.lines);
  }

  void end_cell() {
    if (in_caption_) table_->caption(std::exchange(caption_, {}));
    in_caption_ = false;
    if (!std::exchange(in_cell_, false)) return;
    table_->add(std::exchange(cell_, {}), rows_);
    table_->header(cells_ == headers_);
  }
  void end_row() {
    end_cell();
    table_->finish_row();
  }
  void end_table() {
    if (!table_) return;
    end_row();
    Block block = table_->take();
    table_.reset();
    output_.add(std::move(block));
  }

  Text text_;
  Output& output_;
  size_t at_ = 0;
  Block block_;
  std::deque<std::string> kept_;
  std::unique_ptr<SpanTable> table_;
  uint32_t opened_ = 0;
  size_t nested_ = 0;
  Cell cell_;
  uint32_t rows_ = 1;
  bool in_cell_ = false;
  bool in_caption_ = false;
  std::vector<Line> caption_;
  size_t cells_ = 0;
  size_t headers_ = 0;
};

}  // namespace

void read_mediawiki(const Text& text, Output& output) { WikiReader(text, output).read(); }

}  // namespace fwproof::specs::derive
