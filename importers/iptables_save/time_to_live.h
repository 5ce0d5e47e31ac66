// Rules that lower a packet's TTL or hop limit so far that a router may drop it.
//
// Such a rule ends its terms with an unknown condition of this kind, and drops: on the way through this host, or to a later router. Nobody looks at the TTL
// of a packet that stays on this host.
#pragma once

#include <string_view>

#include "model/policy.h"

namespace fwproof::importers::iptables_save {

constexpr std::string_view kTimeToLive = "time to live";

// Gives hook input copies of the chains in which such rules stand, "… (input)", that let the packet go on. Requires: the stages are there, jumps form no circle.
void let_deliver(model::Policy& policy);

}  // namespace fwproof::importers::iptables_save
