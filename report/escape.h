// Makes text from inputs safe to print on a terminal, and measures how many columns it takes there.
//
//   escape("\x1b[31mred");        // "\u{1b}[31mred"
//   display_width("日本");         // 4
#pragma once

#include <string>
#include <string_view>

namespace fwproof::report {

// Control characters, ANSI escapes, bidirectional controls and invisible characters become \u{…}; bytes that are no UTF-8 become \xNN.
// What comes out is valid UTF-8 on one line.
std::string escape(std::string_view text);
// As escape(), but tabs become one space each, so that byte columns stay in place.
std::string escape_line(std::string_view text);

// Columns on a terminal. Requires: text is valid UTF-8 without control characters (what escape() returns).
size_t display_width(std::string_view text);
// Fills up with spaces to `width` columns.
std::string pad(std::string text, size_t width);

// At most `width` columns, the last one "…" when something is cut off.
std::string cut(std::string_view text, size_t width);

}  // namespace fwproof::report
