// Which packets something may lead to the end of a walk. Where a walk ends at certain addresses behind thousands of rules that translate destinations, as on a node of a
// cluster, most packets are sent elsewhere, and what becomes of them need not be followed.
//
//   uint64_t steps = 1'000'000;   // of work that it may take (solver/limits.h)
//   if (const auto leads = leads_of(walk, limits, steps); leads && leads_rightly(walk, *leads, steps)) …   // ask about these packets alone
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "solver/limits.h"
#include "solver/walk.h"

namespace fwproof::solver {

// Boxes over destination, port and protocol. A packet that is in none of them, at any place on its way, does not pass: the last hop does not let it in, and no rule sends
// it to where it would. Nothing: the walk is not of that kind, or they are too many.
std::optional<std::vector<PacketBox>> leads_of(const Walk& walk, const Limits& limits, uint64_t& steps);

// A rule with that action sends packets away: to where nothing leads to the end. false where there are no leads.
bool sends_away(const model::RewriteAction& action, const std::vector<PacketBox>& leads);

// A second look, by other means: follows the packets outside of the boxes through all chains, and sees that none gets inside. Nothing: that is too long a way.
std::optional<bool> leads_rightly(const Walk& walk, const std::vector<PacketBox>& leads, uint64_t& steps);

}  // namespace fwproof::solver
