// Has Z3 confirm what was computed about a question, piece by piece (solver/pieces.h).
#pragma once

#include <string>
#include <vector>

#include "solver/encode.h"
#include "solver/pieces.h"

namespace fwproof::solver {

// No packet in question inside the boxes has the other fate on that leg; outside: none outside them.
struct Claim {
  size_t leg = 0;           // or Prover::kAllLegs
  bool outside = false;
  bool pass = false;        // the fate: they pass, or do not
  std::vector<PacketBox> boxes;
  const char* about = "";   // in words: "a region that breaks it"
};

struct Confirmed {
  Proof proof;
  bool proven = true;       // all of them
  std::string limit;        // not empty: a limit was reached
  std::string fault;        // not empty: Z3 refutes a claim
  uint64_t steps = 0;       // of work (solver/limits.h)
};

// idle: the slice may lack what leave_out_idle() takes (solver/slice.h). most_steps: gives up behind them.
Confirmed confirm(const Piece& question, const std::vector<Claim>& claims, bool idle, const Limits& limits, ProofSession& proofs, uint64_t most_steps);

// The packet in words, as a way to see a fault.
std::string reproduction(const std::optional<model::Packet>& packet);

}  // namespace fwproof::solver
