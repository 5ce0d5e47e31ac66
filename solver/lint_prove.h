// Claims of lint, looked at by other means than they were found by: Z3 for what only several rules together take, the evaluator for what
// lies inside one.
#pragma once

#include <memory>

#include "solver/lint_search.h"

namespace fwproof::solver {

class LintProver {
 public:
  enum class Answer { proven, refuted, unknown };

  explicit LintProver(const LintChains& chains);
  ~LintProver();

  // No packet of the roots that may match the rule is outside of all that is taken. Conditions of rules come from the rules themselves.
  Answer all_taken(model::RuleRef rule, const LintFound& found);
  uint32_t queries() const { return queries_; }
  double z3_ms() const { return z3_ms_; }

 private:
  class Work;
  const LintChains& chains_;
  uint32_t queries_ = 0;
  double z3_ms_ = 0;
  std::unique_ptr<Work> work_;
};

// Whether a packet from a corner of a root comes to the rule after all: then the claim is wrong, and so are we.
bool some_corner_comes(const LintChains& chains, LintReplay& replay, model::RuleRef rule, uint32_t way, const LintFound& found);

}  // namespace fwproof::solver
