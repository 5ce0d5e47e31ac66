#include "specs/derive/read_markdown.h"

#include <algorithm>
#include <string>
#include <utility>

#include "specs/derive/read_comments.h"
#include "specs/derive/read_html.h"
#include "specs/derive/read_list.h"
#include "specs/derive/read_markdown_inline.h"
#include "specs/derive/read_pipes.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

void read_inline(std::string_view source, uint32_t number, std::vector<Line>& lines) {
  for (const std::string& line : markdown_inline(source)) add_line(lines, line, number);
}

// Pages that start with what HTML has and Markdown has not: read by the reader of HTML, up to the end tag or a blank line.
constexpr std::string_view kHtmlBlocks[] = {"table", "div", "p", "ul", "ol", "dl", "details", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "center", "pre", "script", "style", "figure", "blockquote", "aside", "nav"};

// "table" of "<table class=x>", or empty.
std::string html_block_name(std::string_view line) {
  std::string_view text = trim(line);
  if (!text.starts_with('<')) return {};
  const std::string name = to_lower(text.substr(1, std::min<size_t>(text.find_first_of(" \t>/", 1), 16) - 1));
  return std::find(std::begin(kHtmlBlocks), std::end(kHtmlBlocks), name) == std::end(kHtmlBlocks) ? std::string() : name;
}

size_t count_of(std::string_view text, const std::string& word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != kNone; at = text.find(word, at + 1)) ++count;
  return count;
}

class MarkdownReader {
 public:
  MarkdownReader(const Text& source, Output& output) : text_(source), output_(output) { remove_comments(text_, true, kept_, output); }

  void read() {
    skip_front_matter();
    while (at_ < text_.lines.size() && !output_.full()) step();
    end_block();
  }

 private:
  // "---" … "---" in front: a title and settings of the page.
  void skip_front_matter() {
    if (text_.lines.empty() || trim(text_.lines[0]) != "---") return;
    for (size_t i = 1; i < std::min<size_t>(text_.lines.size(), 200); ++i) {
      if (trim(text_.lines[i]) != "---") continue;
      // Reading a setting goes on to the next line.
      for (at_ = 1; at_ < i;) read_setting(text_.lines[at_]);
      at_ = i + 1;
      return;
    }
  }
  void read_setting(std::string_view line) {
    if (!line.starts_with("title:")) return start(make_block(Block::Kind::code), line), end_block();
    std::string title = visible(line.substr(6));
    if (title.size() > 1 && (title[0] == '"' || title[0] == '\'') && title.back() == title[0]) title = title.substr(1, title.size() - 2);
    output_.set_title(std::move(title));
    ++at_;
  }

  void step() {
    const std::string_view line = text_.lines[at_];
    const std::string_view text = trim(line);
    if (visible(line).empty()) return blank_line();
    if (code_fence(line)) return fenced_code();
    if (is_indented_code(line)) return indented_code();
    if (const std::string name = html_block_name(line); !name.empty()) return html_block(name);
    if (text.starts_with('>')) return quote();
    if (starts_pipe_table(text_, at_)) return table();
    if (const size_t hashes = heading_hashes(text); hashes > 0) return heading(static_cast<unsigned>(hashes), closed_heading(text.substr(hashes)));
    if (is_rule(text)) return rule();
    if (const unsigned level = underlined(); level > 0) return underlined_heading(level);
    read_line(line);
  }

  void blank_line() {
    end_block();
    after_blank_ = true;
    ++at_;
  }

  void read_line(std::string_view line) {
    const bool after_blank = std::exchange(after_blank_, false);
    const std::string_view text = trim(line);
    if (const Marker marker = find_marker(line)) {
      start(make_block(Block::Kind::list_item, depth_.enter(marker), marker.text), marker.rest);
    } else if (text.starts_with(": ") && block_.kind == Block::Kind::paragraph && !block_.lines.empty()) {
      definition(text.substr(2));
    } else if (text.starts_with("[^") && text.find("]:") != kNone) {
      footnote(text);
    } else if (is_link_target(text)) {
      ++at_;
    } else if (block_.lines.empty()) {
      if (!(after_blank && depth_.inside() && indent_of(line) > depth_.indent())) depth_.reset();
      start(make_block(Block::Kind::paragraph), line);
    } else {
      read_inline(line, text_.number(at_++), block_.lines);
    }
  }

  // "Term" over ": what it means" (PHP Markdown Extra).
  void definition(std::string_view meaning) {
    block_.kind = Block::Kind::list_item;
    block_.marker = ":";
    if (!block_.lines.back().text.ends_with(':')) block_.lines.back().text += ':';
    read_inline(meaning, text_.number(at_++), block_.lines);
  }

  void footnote(std::string_view text) {
    const size_t end = text.find("]:");
    start(make_block(Block::Kind::list_item, 1, "[" + visible(text.substr(2, end - 2)) + "]"), text.substr(end + 2));
  }

  // "[name]: https://…" shows nothing; links refer to it.
  static bool is_link_target(std::string_view text) {
    const size_t end = text.starts_with('[') ? text.find("]:") : kNone;
    if (end == kNone || end > 200) return false;
    const std::string_view target = trim(text.substr(end + 2));
    return !target.empty() && (target.find("://") != kNone || target[0] == '#' || target[0] == '/' || target[0] == '.' || target[0] == '<') && target.find_first_of(" \t") == kNone;
  }

  void start(Block block, std::string_view first) {
    end_block();
    block_ = std::move(block);
    read_inline(first, text_.number(at_++), block_.lines);
  }

  void end_block() {
    output_.add(std::move(block_));
    block_ = {};
  }

  // ---- headings, rules, quotes

  static size_t heading_hashes(std::string_view text) {
    const size_t hashes = std::min(text.find_first_not_of('#'), text.size());
    return hashes > 0 && hashes <= 6 && (hashes == text.size() || text[hashes] == ' ' || text[hashes] == '\t') ? hashes : 0;
  }
  static std::string_view closed_heading(std::string_view text) {
    text = trim(text);
    const size_t end = text.find_last_not_of('#');
    if (end != kNone && end + 1 < text.size() && text[end] == ' ') text = text.substr(0, end);
    return text;
  }
  void heading(unsigned level, std::string_view text) {
    depth_.reset();
    start(make_block(Block::Kind::heading, level), text);
    end_block();
  }
  unsigned underlined() const {
    if (at_ + 1 >= text_.lines.size() || block_.lines.size() > 1 || block_.kind != Block::Kind::paragraph || find_marker(text_.lines[at_])) return 0;
    if (is_run_of(trim(text_.lines[at_ + 1]), '=', 1)) return 1;
    return is_run_of(trim(text_.lines[at_ + 1]), '-', 2) ? 2 : 0;
  }
  void underlined_heading(unsigned level) {
    block_.kind = Block::Kind::heading;
    block_.level = level;
    depth_.reset();
    read_inline(text_.lines[at_], text_.number(at_), block_.lines);
    end_block();
    at_ += 2;
  }
  static bool is_rule(std::string_view text) {
    std::string marks(text);
    std::erase(marks, ' ');
    return marks.size() >= 3 && (is_run_of(marks, '-', 3) || is_run_of(marks, '*', 3) || is_run_of(marks, '_', 3));
  }
  void rule() {
    end_block();
    depth_.reset();
    ++at_;
  }

  // The quote's lines are read as if they stood alone: one level at a time, so that nesting takes no recursion.
  void quote() {
    for (size_t i = at_; i < text_.lines.size() && trim(text_.lines[i]).starts_with('>'); ++i) {
      std::string_view& line = text_.lines[i];
      size_t from = 0;
      for (size_t mark = line.find_first_not_of(" \t"); mark != kNone && line[mark] == '>'; mark = line.find_first_not_of(" \t", from)) from = mark + 1;
      line = without_indent(line.substr(from), 1);
    }
    if (trim(text_.lines[at_]).starts_with("[!")) ++at_;  // "> [!NOTE]"
  }

  // ---- code

  void fenced_code() {
    end_block();
    const uint32_t opened = text_.number(at_);
    const std::string_view fence = trim(text_.lines[at_]);
    const size_t length = std::min(fence.find_first_not_of(fence[0]), fence.size());
    block_ = make_block(Block::Kind::code);
    for (++at_; at_ < text_.lines.size(); ++at_) {
      if (is_run_of(trim(text_.lines[at_]), fence[0], length)) break;
      add_line(block_.lines, text_.lines[at_], text_.number(at_));
    }
    if (at_ == text_.lines.size()) output_.warn(model::DiagnosticId::document_unfinished, opened, "a code block starts in this line and never ends; the rest of the document is read as code");
    ++at_;
    end_block();
  }
  bool is_indented_code(std::string_view line) const {
    return block_.lines.empty() && indent_of(line) >= (depth_.inside() ? depth_.indent() + 8 : 4);
  }
  void indented_code() {
    block_ = make_block(Block::Kind::code);
    const size_t indent = depth_.inside() ? depth_.indent() + 8 : 4;
    for (; at_ < text_.lines.size() && (indent_of(text_.lines[at_]) >= indent) && !is_blank(text_.lines[at_]); ++at_)
      add_line(block_.lines, text_.lines[at_], text_.number(at_));
    end_block();
  }

  // ---- tables

  void table() {
    end_block();
    at_ = read_pipe_table(text_, at_, {read_inline, true}, output_);
  }

  void html_block(const std::string& name) {
    end_block();
    depth_.reset();
    const bool whole = name == "table" || name == "pre" || name == "script" || name == "style" || name == "dl" || name == "ul" || name == "ol";   // others end at a blank line, and Markdown goes on (CommonMark 0.31, section 4.6)
    Text part{{}, text_.number(at_)};
    for (size_t open = 0; at_ < text_.lines.size(); ++at_) {
      const std::string line = to_lower(text_.lines[at_]);
      if (is_blank(line) && (!whole || open == 0)) break;
      part.lines.push_back(text_.lines[at_]);
      const size_t closed = count_of(line, "</" + name);
      open = std::max(open + count_of(line, "<" + name), closed) - closed;
      if (whole && open == 0) {
        ++at_;
        break;
      }
    }
    read_html(part, output_);
  }

  Text text_;
  Output& output_;
  std::deque<std::string> kept_;
  size_t at_ = 0;
  Block block_;
  ListDepth depth_;
  bool after_blank_ = false;
};

}  // namespace

void read_markdown(const Text& text, Output& output) { MarkdownReader(text, output).read(); }

}  // namespace fwproof::specs::derive
