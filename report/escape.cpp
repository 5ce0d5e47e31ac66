#include "report/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "model/utf8.h"

namespace fwproof::report {
namespace {

struct Range {
  char32_t lo;
  char32_t hi;
};

// Combining marks and variation selectors (UAX #44, general category Mn; the blocks that matter in names).
constexpr Range kZeroWidth[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x64B, 0x65F},   {0xE31, 0xE31},
                                {0xE34, 0xE3A},   {0xE47, 0xE4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF},
                                {0x302A, 0x302D}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
// East Asian wide and full-width (UAX #11), and emoji.
constexpr Range kWide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
                           {0xFE30, 0xFE6F}, {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
                           {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <size_t N>
bool in_ranges(const Range (&ranges)[N], char32_t value) {
  const Range* found = std::lower_bound(std::begin(ranges), std::end(ranges), value, [](const Range& r, char32_t v) { return r.hi < v; });
  return found != std::end(ranges) && found->lo <= value;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const model::Character character = model::first_character(text);
    if (character.length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (character.value == '\t')
      out += "\\t";
    else if (model::is_unsafe_to_print(character.value))
      out += fmt::format("\\u{{{:x}}}", static_cast<uint32_t>(character.value));
    else
      out += text.substr(0, character.length);
    text.remove_prefix(character.length);
  }
  return out;
}

std::string escape_line(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '\t', ' ');
  return escape(spaced);
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const model::Character character = model::first_character(text);
    if (!in_ranges(kZeroWidth, character.value)) width += in_ranges(kWide, character.value) ? 2 : 1;
    text.remove_prefix(std::max<size_t>(character.length, 1));
  }
  return width;
}

std::string pad(std::string text, size_t width) {
  const size_t have = display_width(text);
  if (have < width) text.append(width - have, ' ');
  return text;
}

std::string cut(std::string_view text, size_t width) {
  if (display_width(text) <= width) return std::string(text);
  size_t end = 0;
  for (size_t used = 0; end < text.size();) {
    const size_t length = std::max<size_t>(model::first_character(text.substr(end)).length, 1);
    used += display_width(text.substr(end, length));
    if (used + 1 > width) break;
    end += length;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace fwproof::report
