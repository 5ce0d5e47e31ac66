// Which rules can bear on a question: those whose condition is not disjoint from the packets in question. The rest is dropped before
// regions are computed and before Z3 is asked; sliced_rightly() re-checks every dropped rule by other means.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "model/policy.h"
#include "solver/walk.h"

namespace fwproof::solver {

// For one policy: by chain and rule, 1 = kept.
using RuleMask = std::vector<std::vector<uint8_t>>;
// One mask for each policy of the walk: a rule is kept when some leg or hop may need it.
using Slice = std::map<const model::Policy*, RuleMask>;

// What each field can be, for one policy, over all legs and hops of a walk; unset: anything.
struct FieldBounds {
  std::array<std::optional<model::IntervalSet>, model::kFields> sets;
};

Slice slice(const Walk& walk);
size_t kept_rules(const Slice& slice);

// A second, plain pass: true when no dropped rule could match a packet of the walk. Looks at each term alone, without bounds for fields.
bool sliced_rightly(const Walk& walk, const Slice& slice);

}  // namespace fwproof::solver
