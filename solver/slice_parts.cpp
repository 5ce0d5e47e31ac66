#include "solver/slice_parts.h"

#include <algorithm>
#include <map>
#include <utility>

namespace fwproof::solver::slicing {

using namespace model;

namespace {

constexpr std::array kMirrored = {std::pair{Field::src, Field::dst}, std::pair{Field::src_port, Field::dst_port}};

// The values are gathered first: a node of a cluster rewrites to tens of thousands of addresses.
class RewrittenFrom {
 public:
  void add(const RewriteAction& action) {
    for (const Rewrite& step : action.steps) {
      const size_t field = static_cast<size_t>(step.field);
      if (step.kind != Rewrite::Kind::assign || step.values.empty()) result_.anything[field] = true;
      else for (const Interval& interval : step.values.intervals()) values_[field].push_back(interval);
    }
  }

  Rewritten result() && {
    for (size_t i = 0; i < kFields; ++i) result_.values[i] = IntervalSet::from(std::move(values_[i]));
    // Of a connection with an untracked packet conntrack may think anything later (walk.h, "Hops").
    IntervalSet& states = result_.values[static_cast<size_t>(Field::state)];
    if (states.contains(state_untracked)) states = IntervalSet::range(state_new, state_untracked);
    return std::move(result_);
  }

 private:
  Rewritten result_;
  std::array<std::vector<Interval>, kFields> values_;
};

// Chains that the base chain reaches by kept rules.
std::vector<uint32_t> reached(const Policy& policy, uint32_t base, const KeptRules& kept) {
  std::vector<bool> seen(policy.chains.size(), false);
  std::vector<uint32_t> chains = {base};
  seen[base] = true;
  for (size_t i = 0; i < chains.size(); ++i)
    for (const uint32_t rule : kept[chains[i]]) {
      const Action& action = policy.chains[chains[i]].rules[rule].action;
      if (!is_call(action) || seen[action.index]) continue;
      seen[action.index] = true;
      chains.push_back(action.index);
    }
  return chains;
}

}  // namespace

Rewritten in_leg(Rewritten rewritten, const WalkLeg& leg) {
  if (!leg.reply) return rewritten;
  for (const auto& [a, b] : kMirrored) {
    const size_t i = static_cast<size_t>(a);
    const size_t j = static_cast<size_t>(b);
    rewritten.anything[i] = rewritten.anything[j] = rewritten.anything[i] || rewritten.anything[j];
    rewritten.values[i] = rewritten.values[j] = rewritten.values[i].united(rewritten.values[j]);
  }
  return rewritten;
}

Rewritten rewritten_by(const Slice& slice) {
  RewrittenFrom rewritten;
  for (const auto& [policy, kept] : slice) {
    if (policy->rewrites.empty()) continue;
    for (size_t chain = 0; chain < kept.size(); ++chain)
      for (const uint32_t rule : kept[chain]) {
        const Action& action = policy->chains[chain].rules[rule].action;
        if (action.kind == ActionKind::rewrite) rewritten.add(policy->rewrites[action.index]);
      }
  }
  return std::move(rewritten).result();
}

bool may_be_established(const IntervalSet& seen, const Rewritten& rewritten) {
  const size_t state = static_cast<size_t>(Field::state);
  return seen.contains(state_established) || rewritten.anything[state] || rewritten.values[state].contains(state_established);
}

bool ends_chain(const Rule& rule) {
  switch (rule.action.kind) {
    case ActionKind::accept:
    case ActionKind::drop:
    case ActionKind::reject:
    case ActionKind::return_:
    case ActionKind::go_to: return rule.enabled;
    case ActionKind::jump:
    case ActionKind::rewrite:
    case ActionKind::proceed:
    case ActionKind::unknown:
    case ActionKind::unknown_rewriting: break;
  }
  return false;
}

std::vector<ClosedTree> closed_trees(const Walk& walk, const Policy& policy, const KeptRules& kept) {
  std::map<uint32_t, bool> bases;   // base chain: whether its end blocks in a filter
  for (const WalkLeg& leg : walk.legs)
    for (const WalkHop& hop : leg.hops) {
      if (hop.policy != &policy) continue;
      for (const Stage& stage : policy.hooks[static_cast<size_t>(hop.hook)])
        if (stage.kind != Stage::Kind::route)
          bases[stage.chain] = stage.kind == Stage::Kind::filter && blocks(policy.chains[stage.chain].at_end) && policy.chains[stage.chain].at_end_assumption < 0;
    }
  std::vector<uint32_t> callers(policy.chains.size(), 0);
  std::vector<ClosedTree> trees;
  for (const auto& [base, closed] : bases) {
    ClosedTree tree{reached(policy, base, kept), {}, closed};
    for (const uint32_t chain : tree.chains) {
      ++callers[chain];
      for (const uint32_t rule : kept[chain]) {
        const ActionKind kind = policy.chains[chain].rules[rule].action.kind;
        if (kind == ActionKind::accept) tree.accepting.push_back(&policy.chains[chain].rules[rule]);
        tree.plain = tree.plain && kind != ActionKind::rewrite && kind != ActionKind::unknown && kind != ActionKind::unknown_rewriting;
      }
    }
    trees.push_back(std::move(tree));
  }
  std::erase_if(trees, [](const ClosedTree& tree) { return !tree.plain; });
  for (ClosedTree& tree : trees) std::erase_if(tree.chains, [&](uint32_t chain) { return callers[chain] > 1; });
  return trees;
}

const IntervalSet* plain_set(const Term& term, Field field, Family family) {
  if (term.negated) return nullptr;
  const auto* in = std::get_if<In>(&term.what);
  if (in && in->field == field) return &in->set;
  const auto* addresses = std::get_if<InAddresses>(&term.what);
  return addresses && addresses->field == field ? &addresses->set.in(family) : nullptr;
}

}  // namespace fwproof::solver::slicing
