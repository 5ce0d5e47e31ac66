// Makes a policy that shows a failure as small as it goes: drops rules, terms and rewriting steps while the failure persists.
#pragma once

#include <functional>

#include "model/policy.h"

namespace fwproof::testing {

// Requires: fails(policy).
model::Policy shrink(model::Policy policy, const std::function<bool(const model::Policy&)>& fails);

}  // namespace fwproof::testing
