// Live rules that could be left out.
#pragma once

#include <optional>
#include <vector>

#include "solver/lint_chains.h"

namespace fwproof::solver {

// The later rules of the same chain (or the end of its base chain, rule == kAtEnd) that do the same with every packet that the rule may match,
// where nothing between does anything else with one of them. Only for rules that accept or drop; looks at most at 2,000 later rules.
std::optional<std::vector<model::RuleRef>> does_the_same_behind(const LintChains& chains, model::RuleRef rule);

}  // namespace fwproof::solver
