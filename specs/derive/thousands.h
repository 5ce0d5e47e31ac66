// "10,000", "10 000", "10.000" and "10'000" in a cell of ports: one number.
#pragma once

#include <string>

#include "specs/derive/tokens.h"

namespace fwproof::specs::derive {

// Joins the tokens of such numbers. Where it may also be a list ("50,100"; "80,443" is one) they stay apart and the number is returned: "50100".
std::string join_thousands(Passage& cell);

// Of one number with a point, which would pass for a version: "49.152".
bool is_pointed_number(const Passage& cell);

}  // namespace fwproof::specs::derive
