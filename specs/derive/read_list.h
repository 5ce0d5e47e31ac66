// List items of plain text and Markdown: their markers, and how deep they are nested.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::specs::derive {

struct Marker {
  std::string text;         // "1.", "a)", "•"; empty: the line is no list item
  size_t indent = 0;        // columns before it
  std::string_view rest;    // the line behind it
  explicit operator bool() const { return !text.empty(); }
};

// "  a. CalDAV" → {"a.", 2, "CalDAV"}. A marker is a bullet, or up to three digits, a letter or a small Roman numeral with "." or ")".
Marker find_marker(std::string_view line);

// Depth by indentation, and at one indentation by the kind of marker: in "A. 1. 2. a. B." the depths are 1 2 2 3 1.
class ListDepth {
 public:
  unsigned enter(const Marker& marker);   // 1-based
  void reset() { open_.clear(); }
  bool inside() const { return !open_.empty(); }
  size_t indent() const { return open_.empty() ? 0 : open_.back().indent; }

 private:
  struct Open {
    size_t indent;
    char kind;
  };
  std::vector<Open> open_;
};

}  // namespace fwproof::specs::derive
