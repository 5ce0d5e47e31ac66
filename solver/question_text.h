// When are two questions to Z3 one and the same? When they differ only in what their free numbers are called and in which values those take, and not in how
// the sets that they are compared with overlap.
//
// A number that is only ever compared with sets S1 … Sk matters by which of the sets it is in, and by nothing else. Which combinations its domain
// has is a list of rows of k bits, sorted. So the text of a question holds for each such number that list, for each comparison its number and that it is
// the i-th set of it, and for the rest the formula as it is. From equal texts follows: whoever satisfies one question satisfies the other, by taking for
// each number a value with the same row. A number that meets another number, or is calculated with, stands in the text with its very values.
//
//   question_text(formulas, claim)   // "a packet from 192.0.2.0/24 passes" reads as "a packet from 198.51.100.7 passes", if the rules make no difference
//
// The text has no meaning of its own; it is long, and compared as a whole, so that no two questions are ever taken for one by a collision.
#pragma once

#include <optional>
#include <string>

#include "solver/formulas.h"

namespace fwproof::solver {

// Of: all promises, and the claim. Nothing where that would be too long.
std::optional<std::string> question_text(const Formulas& formulas, Formula claim);

}  // namespace fwproof::solver
