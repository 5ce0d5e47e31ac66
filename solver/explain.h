// Why the rule that looks right does not apply.
#pragma once

#include <string>
#include <vector>

#include "model/evaluate.h"
#include "solver/result.h"
#include "solver/walk.h"

namespace fwproof::solver {

// The rule or chain end in words. `sent_on`: no rule, the routing decision.
Decider describe(const WalkHop& hop, const model::RuleRef& rule, model::Verdict verdict, bool sent_on = false);

// Does any chain look at the packets of this hook? If not they all pass, as IPv6 does where only tables of IPv4 exist.
bool has_chain(const model::Policy& policy, model::Hook hook);

// Rules of the hop's policy that would have decided the packet the other way but for one condition, or because an earlier rule
// decided first: those whose ports name the packet's port, at most `limit`, closest first. `wanted` is the verdict they would give,
// `outcome` what became of the packet instead.
std::vector<NearMiss> near_misses(const WalkHop& hop, const model::Packet& seen, const model::Outcome& outcome, model::ActionKind wanted,
                                  size_t limit);

// Rules that would have given the packet another address in `field` (src or dst) but for one condition; destinations only by rules that name its
// port. `seen`: the packet as such rules see it.
std::vector<NearMiss> near_translations(const WalkHop& hop, const model::Packet& seen, model::Field field, size_t limit);

}  // namespace fwproof::solver
