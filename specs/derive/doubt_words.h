// The words that grant, close, negate, except, age or make optional, in English, German, French, Spanish, Italian and Portuguese.
#pragma once

#include <cstdint>
#include <string_view>

#include "specs/derive/tokens.h"

namespace fwproof::specs::derive {

enum class Force : uint8_t {
  none,
  negates,     // "not", "kein", "pas"
  grants,      // "open", "allowed", "erforderlich"
  needs,       // "needed", "required": grants; negated it is not a denial of the port
  closes,      // "block", "gesperrt"
  excepts,     // "except", "instead"
  ages,        // "formerly", "deprecated", "was"
  optional,    // "optional", "empfohlen"
  may,         // "may", "can", "kann"
  conditions,  // "if", "unless"
  shows,       // "example": in a heading
};

Force force_of(std::string_view lower_word);
// Of a token in its text: "n't" and "n'" negate, "No. 5" does not.
Force force_at(const Passage& passage, size_t token);

}  // namespace fwproof::specs::derive
