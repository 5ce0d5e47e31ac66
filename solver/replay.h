// One packet of a walk through the plain evaluator, hop by hop: the witness behind every reported region.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/evaluate.h"
#include "solver/result.h"
#include "solver/walk.h"

namespace fwproof::solver {

struct Replay {
  model::Verdict verdict = model::Verdict::depends;  // accept: the leg passes
  size_t leg = 0;                // whose packet all that follows is: an earlier one where that settles this leg too
  size_t hop = 0;                // where it was decided, or the last hop
  model::Packet seen;            // as it came to that hop
  model::Outcome outcome;        // of that hop
  // The last rule that gave the packet another destination address or port, with its hop. foreign_answer: the rule and hop of leg 0 that
  // made the difference (its destination where the answer's source is another, else its source).
  std::optional<std::pair<size_t, model::RuleRef>> moved_by;
  bool another_way = false;      // the packet took another way (walk.h) at that hop; the verdict is what that counts as
  bool foreign_answer = false;   // every hop accepts the answer, but it is not the mirror of what the client sent: outcome.out
  std::vector<HopSeen> hops;     // every hop that the packet came to
};

// The client's packet for the smallest (or greatest) values of a box. Requires: no set is empty.
model::Packet client_packet(const Walk& walk, const PacketBox& box, bool greatest = false);

// Runs leg `leg` of the connection whose first packet is `client`. Where several assignments of what is unknown lead on from a hop, one of
// them is followed: an accept or a drop is what happens under some assignment.
Replay replay(const Walk& walk, size_t leg, const model::Packet& client);

}  // namespace fwproof::solver
