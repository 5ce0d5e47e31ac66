#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "specs/write_specification.h"

namespace fwproof::specs {
namespace {

struct Range {
  char32_t lo;
  char32_t hi;
};

// Controls (ECMA-48), soft hyphen, bidirectional controls (UAX #9), zero-width and line separators, tags: as in what is printed, since these
// files are read in terminals and reviews.
constexpr Range kEscaped[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},   {0x180E, 0x180E},
                              {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
                              {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF}};

bool is_escaped(char32_t value) {
  return std::any_of(std::begin(kEscaped), std::end(kEscaped), [&](const Range& range) { return range.lo <= value && value <= range.hi; });
}

struct Character {
  char32_t value = 0;
  size_t length = 0;  // 0: no UTF-8
};

// RFC 3629, section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
Character first_of(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t value = first & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

// RFC 8259, section 7: above the basic plane as a pair of surrogates.
std::string escaped(char32_t value) {
  if (value == '\n') return "\\n";
  if (value == '\t') return "\\t";
  if (value < 0x10000) return fmt::format("\\u{:04x}", static_cast<uint32_t>(value));
  const uint32_t rest = static_cast<uint32_t>(value) - 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Character character = first_of(text);
    if (character.length == 0) out += "\uFFFD";
    else if (character.value == '"' || character.value == '\\') out += {'\\', text[0]};
    else if (is_escaped(character.value)) out += escaped(character.value);
    else out += text.substr(0, character.length);
    text.remove_prefix(std::max<size_t>(character.length, 1));
  }
  return out + '"';
}

}  // namespace fwproof::specs
