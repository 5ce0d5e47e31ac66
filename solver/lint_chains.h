// One policy in one family, laid out for lint: each chain's rules as boxes with an index, what its rules can do, and the ways by which
// packets come into it.
#pragma once

#include <cstdint>
#include <vector>

#include "model/evaluate.h"
#include "solver/lint_boxes.h"
#include "solver/lint_index.h"

namespace fwproof::solver {

// A stack of calls: from a base chain of a hook down to `chain`.
struct LintWay {
  static constexpr uint32_t kNone = 0xffffffff;
  model::Hook hook = model::Hook::input;
  uint32_t stage = 0;           // of the hook
  uint32_t chain = 0;
  uint32_t parent = kNone;      // way to the chain that calls it; kNone: `chain` is the base chain of the stage
  uint32_t call = 0;            // rule of the parent's chain
  uint32_t depth = 0;
};

struct LintChain {
  std::vector<LintBox> boxes;         // of the enabled rules, in their order
  std::vector<uint32_t> rule_of;      // by box
  std::vector<uint32_t> first_box;    // by rule, and one behind the last
  LintIndex index;                    // of the boxes whose rules do more than `proceed`
  std::vector<uint32_t> leaving;      // boxes by which packets may leave the chain undecided: return, goto
  std::vector<uint32_t> accepting;    // boxes by which the base chain's stage may end without a drop
  std::vector<std::pair<uint32_t, LintFields>> writing;  // rules behind which packets may go on changed in these fields
  std::vector<uint32_t> ways;
  bool more_ways = false;             // there are others than `ways`
  // With all that it calls:
  LintFields writes = 0;              // fields that it may change, whatever happens then
  bool matters = false;               // some rule does more than `proceed`
  bool accepts = false;               // may end the stage without a drop
};

struct LintChains {
  LintChains(const model::Policy& policy, model::Family family);

  const model::Policy& policy;
  LintSpace space;
  std::vector<LintChain> chains;
  std::vector<LintWay> ways;

  const model::Rule& rule(model::RuleRef ref) const { return policy.chains[ref.chain].rules[ref.rule]; }
  // Fields that rules from `from` on, before `to`, may have changed in packets that go on to `to`.
  LintFields written(uint32_t chain, uint32_t from, uint32_t to) const;

 private:
  void add_boxes();
  void add_effects();
  void add_effect(uint32_t chain);
  void index(uint32_t chain);
  void add_ways();
  void add_ways_of_other_hooks();
  void spread_more_ways();
};

bool is_call(const model::Action& action);
bool decides(model::ActionKind kind);  // accept, drop, reject

}  // namespace fwproof::solver
