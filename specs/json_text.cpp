#include <fmt/format.h>

#include <algorithm>

#include "model/utf8.h"
#include "specs/write_specification.h"

namespace fwproof::specs {
namespace {

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
    const model::Character character = model::first_character(text);
    if (character.length == 0) out += "\uFFFD";
    else if (character.value == '"' || character.value == '\\') out += {'\\', text[0]};
    else if (model::is_unsafe_to_print(character.value)) out += escaped(character.value);
    else out += text.substr(0, character.length);
    text.remove_prefix(std::max<size_t>(character.length, 1));
  }
  return out + '"';
}

}  // namespace fwproof::specs
