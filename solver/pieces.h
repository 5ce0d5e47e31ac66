// Cuts a question into pieces on which few rules bear. A packet's fate hangs on no other packet, so what is claimed of every packet of a question
// may be computed and proven piece by piece; a proof over a hundred rules takes Z3 a thousandth of one over ten thousand.
//
//   Piece whole{everything(walk.family), walk, slice(walk)};
//   if (const auto halves = cut(whole)) …            // two pieces that are disjoint and together the whole
#pragma once

#include <array>
#include <optional>

#include "solver/boxes.h"
#include "solver/slice.h"
#include "solver/walk.h"

namespace fwproof::solver {

struct Piece {
  PacketBox frame;  // the piece is what of the question lies in here
  Walk walk;
  Slice slice;      // of that walk
};

// Where it is cut decides how much is looked at, never what is found. Nothing where cutting would not make slices smaller.
std::optional<std::array<Piece, 2>> cut(const Piece& piece);

}  // namespace fwproof::solver
