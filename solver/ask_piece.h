// The regions of one question, or of a piece of one, before Z3 was asked. Internal to ask*.cpp.
#pragma once

#include <vector>

#include "solver/ask.h"
#include "solver/claims.h"

namespace fwproof::solver {

// Of Answer::moved_address and the like: named in assumptions, so some are enough.
inline constexpr size_t kMoved = 16;
inline constexpr const char* kBreaks = "a region that breaks it";

struct AskedPiece {
  Answer answer;              // proof: of the slice alone
  std::vector<Claim> claims;
  uint64_t steps = 0;         // of work (solver/limits.h)
  bool too_much = false;      // a limit was reached, which half of the question may not reach
};

AskedPiece ask_piece(const Piece& piece, Wanted wanted, const Limits& limits, std::vector<OpenedBy>* opened);

}  // namespace fwproof::solver
