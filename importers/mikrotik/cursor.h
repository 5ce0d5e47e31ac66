// A section's lines as one stream of characters: RouterOS continues a line with a backslash at its end and skips the next one's indentation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace fwproof::importers::mikrotik {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
constexpr char kEnd = '\0';  // behind the last line; zero bytes of the text read as blanks

// The text as one stream of characters: a backslash at a line's end and the next line's indentation are not there.
class Cursor {
 public:
  explicit Cursor(std::span<const std::string_view> lines) : lines_(lines) { settle(); }

  bool at_end() const { return line_ >= lines_.size(); }
  char peek() const {
    if (at_end()) return kEnd;
    if (column_ >= lines_[line_].size()) return '\n';
    const char c = lines_[line_][column_];
    return c == '\0' ? ' ' : c;
  }
  void next() {
    if (at_end()) return;
    if (column_ >= lines_[line_].size()) {
      ++line_;
      column_ = 0;
    } else {
      ++column_;
    }
    settle();
  }
  // To the line's end; a backslash there does not continue a comment.
  void skip_line() {
    if (!at_end()) column_ = lines_[line_].size();
  }
  size_t line() const { return std::min(line_, lines_.empty() ? 0 : lines_.size() - 1); }
  size_t column() const { return column_; }
  // The line of the character in front: the last one that a statement used.
  size_t used_line() const { return used_; }
  void use() { used_ = line(); }

 private:
  void settle() {
    while (!at_end() && column_ < lines_[line_].size() && lines_[line_][column_] == '\\') {
      const std::string_view text = lines_[line_];
      size_t size = text.size();
      while (size > 0 && text[size - 1] == '\r') --size;
      if (column_ + 1 != size || text[column_] != '\\') return;
      ++line_;
      column_ = 0;
      while (!at_end() && column_ < lines_[line_].size() && is_blank(lines_[line_][column_])) ++column_;
    }
  }

  std::span<const std::string_view> lines_;
  size_t line_ = 0;
  size_t column_ = 0;
  size_t used_ = 0;
};

}  // namespace fwproof::importers::mikrotik
