#include "report/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace fwproof::report {
namespace {

struct Range {
  char32_t lo;
  char32_t hi;
};

// What must not reach a terminal as it is: C0, DEL and C1 controls (ECMA-48), soft hyphen, bidirectional controls (UAX #9),
// zero-width and line separators, interlinear and tag characters, noncharacters at the end of the basic plane.
constexpr Range kUnsafe[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},   {0x180E, 0x180E},
                             {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
                             {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF}};
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

Decoded decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t value = first & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

void append_utf8(std::string& out, char32_t value) {
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xC0 | (value >> 6));
    out += static_cast<char>(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    out += static_cast<char>(0xE0 | (value >> 12));
    out += static_cast<char>(0x80 | ((value >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (value & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (value >> 18));
    out += static_cast<char>(0x80 | ((value >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((value >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (value & 0x3F));
  }
}

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded character = decode(text);
    if (character.length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (character.value == '\t')
      out += "\\t";
    else if (in_ranges(kUnsafe, character.value))
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
    const Decoded character = decode(text);
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
    const size_t length = std::max<size_t>(decode(text.substr(end)).length, 1);
    used += display_width(text.substr(end, length));
    if (used + 1 > width) break;
    end += length;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace fwproof::report
