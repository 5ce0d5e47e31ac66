#include "specs/derive/read_text.h"

#include <utility>

#include "specs/derive/read_aligned.h"
#include "specs/derive/read_grid.h"
#include "specs/derive/read_list.h"
#include "specs/derive/read_pipes.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

void read_cell(std::string_view source, uint32_t number, std::vector<Line>& lines) { add_line(lines, source, number); }

class TextReader {
 public:
  TextReader(const Text& text, Output& output) : text_(text), output_(output) {}

  void read() {
    while (at_ < text_.lines.size() && !output_.full()) step();
    end_block();
  }

 private:
  void step() {
    const std::string_view line = text_.lines[at_];
    if (visible(line).empty()) {
      end_block();
      ++at_;
    } else if (is_grid_border(line) && grid()) {
      return;
    } else if (starts_pipe_table(text_, at_) || starts_bare_pipe_table(text_, at_)) {
      end_block();
      at_ = read_pipe_table(text_, at_, {read_cell, false}, output_);
    } else if (block_.kind != Block::Kind::list_item && aligned()) {
      return;
    } else if (const unsigned level = underlined(); level > 0) {
      start(make_block(Block::Kind::heading, level), line);
      end_block();
      ++at_;
    } else {
      read_line(line);
    }
  }

  bool aligned() {
    Block table;
    const size_t end = read_aligned_table(text_, at_, output_, table);
    if (end == 0) return false;
    end_block();
    output_.add(std::move(table));
    at_ = end;
    return true;
  }

  bool grid() {
    Block table;
    end_block();
    const size_t end = read_grid(text_, at_, [](std::string_view shown) { return std::string(shown); }, output_, table);
    output_.add(std::move(table));
    return std::exchange(at_, end) != end;
  }

  void read_line(std::string_view line) {
    if (const Marker marker = find_marker(line)) return start(make_block(Block::Kind::list_item, depth_.enter(marker), marker.text), marker.rest);
    if (block_.lines.empty() || (block_.kind == Block::Kind::list_item && !continues_item(line))) {
      depth_.reset();
      return start(make_block(Block::Kind::paragraph), line);
    }
    add_line(block_.lines, line, text_.number(at_++));
  }

  // Indented below its item, or going on in the middle of a sentence. Flattened pages put the next paragraph right behind a list.
  bool continues_item(std::string_view line) const {
    const char first = trim(line)[0];
    return indent_of(line) > depth_.indent() || (first >= 'a' && first <= 'z') || first == '(' || first == ',';
  }

  void start(Block block, std::string_view first) {
    end_block();
    block_ = std::move(block);
    add_line(block_.lines, first, text_.number(at_++));
  }

  void end_block() {
    output_.add(std::move(block_));
    block_ = {};
  }

  // Level of the heading whose underline is the next line, or 0. It begins a paragraph, so that a rule below prose is none.
  unsigned underlined() const {
    if (!block_.lines.empty() || at_ + 1 >= text_.lines.size() || find_marker(text_.lines[at_])) return 0;
    const size_t length = trim(text_.lines[at_]).size();
    constexpr std::string_view kUnderlines = "=-~^";
    for (size_t i = 0; i < kUnderlines.size(); ++i)
      if (is_run_of(trim(text_.lines[at_ + 1]), kUnderlines[i], 3) && trim(text_.lines[at_ + 1]).size() * 2 >= length) return static_cast<unsigned>(i + 1);
    return 0;
  }

  const Text& text_;
  Output& output_;
  size_t at_ = 0;
  Block block_;
  ListDepth depth_;
};

}  // namespace

void read_text(const Text& text, Output& output) { TextReader(text, output).read(); }

}  // namespace fwproof::specs::derive
