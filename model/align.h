// Two policies side by side, for comparing them: chains, names and unknown conditions have the same numbers in both, and a rule that both
// have at its place has the same number in its chain. Where only one side has a rule, the other has a disabled one in its place.
//
//   Aligned both = align(std::move(before), std::move(after));
//   both.changed;                              // rules that only one of them has
//
// So packets can only meet a different fate where they match a changed rule, run off the end of a chain in `ends`, or pass a hook whose
// base chains are others (`stages`). A rule that was moved counts as removed and added,
// unless it commutes with every rule that it passes.
#pragma once

#include <array>
#include <vector>

#include "model/policy.h"

namespace fwproof::model {

struct ChangedRule {
  bool in_after = false;  // else in before
  uint32_t chain = 0;
  uint32_t rule = 0;
};

struct Aligned {
  Policy before;
  Policy after;
  std::vector<ChangedRule> changed;        // enabled ones that do something
  std::vector<uint32_t> ends;              // chains whose ends decide differently
  std::array<bool, kHooks> stages{};       // hooks whose base chains differ in kind, number or order
};

// Requires: names are bound, no flaws. Rules that do nothing (disabled, LOG) are left out.
Aligned align(Policy before, Policy after);

}  // namespace fwproof::model
