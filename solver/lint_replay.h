// One packet through the plain evaluator, from the start of a hook: does it come to a rule and match it? Only rules that may match the packet
// are looked at; where something rewrites it, all that may match with any value in the rewritten fields.
#pragma once

#include "solver/lint_chains.h"

namespace fwproof::solver {

model::Packet packet_of(model::Family family, const LintPoint& point);

class LintReplay {
 public:
  explicit LintReplay(const LintChains& chains);

  struct Seen {
    bool matched = false;
    // Something on the way was left out because whether it matches is not known: the packet comes under some assignment of that.
    bool unsure = false;
  };
  // Requires: `way` leads to the rule's chain.
  Seen replay(model::RuleRef rule, uint32_t way, const LintPoint& point);

 private:
  struct Task {
    model::RuleRef rule;
    const LintWay* way = nullptr;
    const LintPoint* point = nullptr;
    LintFields ignored = 0;
    std::vector<model::RuleRef> calls;  // on the way
    bool unsure = false;
  };
  void build(Task& task);
  uint32_t number_of(uint32_t chain);
  void add_chain(Task& task, uint32_t chain);
  void add_missing(const Task& task, model::RuleRef rule, uint32_t chain, std::vector<std::pair<uint32_t, bool>>& rules) const;
  void add_rule(Task& task, uint32_t chain, uint32_t rule, bool surely, model::Chain& to);
  std::vector<std::pair<uint32_t, bool>> matching(const Task& task, uint32_t chain);
  bool is_on_the_way(const Task& task, model::RuleRef rule) const;

  const LintChains& chains_;
  model::Policy small_;                    // the rules that may match, in small chains
  std::vector<uint32_t> number_;           // chain → chain of small_, plus one
  std::vector<uint32_t> added_;
  model::RuleRef wanted_;                  // in small_
  uint64_t steps_ = 0;
};

}  // namespace fwproof::solver
