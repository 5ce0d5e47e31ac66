// What netfilter's output hook sees of the egress interface.
#pragma once

#include <cstdint>
#include <vector>

#include "model/policy.h"

namespace fwproof::importers {

// Base chains, as indices of the policy's chains.
struct OutputChains {
  std::vector<uint32_t> before_nat;   // at hook output, up to its nat chains and with them
  std::vector<uint32_t> behind_nat;
  std::vector<uint32_t> nat_output;
  std::vector<uint32_t> nat_input;
};

// The output hook is called with the interface of the first routing decision and keeps it, although a destination that is translated there sends the
// packet elsewhere (ip_route_me_harder changes the route, nf_hook_state.out stays). The policy's `out` is the interface by which it leaves in the end:
// where the two may differ, conditions on it become unknown. Requires: jumps form no circle.
void settle_egress_of_output(model::Policy& policy, const OutputChains& chains);

}  // namespace fwproof::importers
