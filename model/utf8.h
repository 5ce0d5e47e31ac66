// Characters in UTF-8, and which of them must not be printed as they are.
#pragma once

#include <string>
#include <string_view>

namespace fwproof::model {

struct Character {
  char32_t value = 0;
  size_t length = 0;   // in bytes; 0: no valid UTF-8
};
// The character at the front. RFC 3629, section 4: no overlong forms, no surrogates, nothing above U+10FFFF. Requires: text is not empty.
Character first_character(std::string_view text);

// Requires: at most U+10FFFF.
void append_utf8(std::string& out, char32_t value);

// What must not reach a terminal or a review as it is: C0, DEL and C1 controls (ECMA-48), soft hyphen, bidirectional controls (UAX #9),
// zero-width and line separators, interlinear and tag characters, noncharacters at the end of the basic plane.
bool is_unsafe_to_print(char32_t value);

}  // namespace fwproof::model
