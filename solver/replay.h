// One packet of a walk through the plain evaluator, hop by hop: the witness behind every reported region.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/evaluate.h"
#include "solver/walk.h"

namespace fwproof::solver {

struct Replay {
  model::Verdict verdict = model::Verdict::depends;  // accept: the leg passes
  size_t hop = 0;                // where it was decided, or the last hop
  model::Packet seen;            // as it came to that hop
  model::Outcome outcome;        // of that hop
  // The last rule that gave the packet another destination address or port, with its hop.
  std::optional<std::pair<size_t, model::RuleRef>> moved_by;
};

// The client's packet for the smallest (or greatest) values of a box. Requires: no set is empty.
model::Packet client_packet(const Walk& walk, const PacketBox& box, bool greatest = false);

// Runs leg `leg` of the connection whose first packet is `client`.
Replay replay(const Walk& walk, size_t leg, const model::Packet& client);

}  // namespace fwproof::solver
