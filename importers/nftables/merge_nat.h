// Several nat chains at one hook as one chain: the next is asked when one ends without a translation, wherever in it that happens.
#pragma once

#include <optional>
#include <vector>

#include "model/policy.h"

namespace fwproof::importers::nftables {

// Requires: at least two base chains without circles of jumps. Nothing when it would take too many rules.
std::optional<uint32_t> merge_nat(model::Policy& policy, const std::vector<uint32_t>& chains);

}  // namespace fwproof::importers::nftables
