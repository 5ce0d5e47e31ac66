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

namespace {

// Looks for a rule that all packets come to which nothing decided before, and which blocks them all.
class Closing {
 public:
  Closing(const Policy& policy, const KeptRules& kept) : policy_(policy), kept_(kept) {}

  // Adds that rule, and where it is a call those that close the called chain. false: there is none.
  bool find(uint32_t chain, std::vector<Place>& closing, uint32_t depth = 0) const {
    if (depth > kDeepest) return false;
    for (const uint32_t number : kept_[chain]) {
      const Rule& rule = policy_.chains[chain].rules[number];
      const bool takes_all = rule.enabled && rule.terms.empty() && rule.assumption < 0;
      const bool closes = takes_all && (blocks(rule.action.kind) || (is_call(rule.action) && find(rule.action.index, closing, depth + 1)));
      if (closes) closing.push_back({chain, number});
      if (closes) return true;
      // Of a called chain, every packet must come so far, and from a base chain none may go elsewhere.
      if (depth > 0 ? !stays(rule.action, 0) : rule.action.kind == ActionKind::go_to) return false;
    }
    return false;
  }

 private:
  static constexpr uint32_t kDeepest = 8;

  // Packets are blocked or go on with the next rule.
  bool stays(const Action& action, uint32_t depth) const {
    if (blocks(action.kind) || action.kind == ActionKind::proceed) return true;
    if (action.kind != ActionKind::jump || depth > kDeepest) return false;
    const std::vector<uint32_t>& kept = kept_[action.index];
    return std::all_of(kept.begin(), kept.end(), [&](uint32_t rule) {
      const Action& inner = policy_.chains[action.index].rules[rule].action;
      return inner.kind == ActionKind::return_ || stays(inner, depth + 1);
    });
  }

  const Policy& policy_;
  const KeptRules& kept_;
};

struct Base {
  uint32_t chain;
  bool filter;
};

std::vector<Base> bases_of(const Walk& walk, const Policy& policy) {
  std::map<uint32_t, bool> bases;
  for (const WalkLeg& leg : walk.legs)
    for (const WalkHop& hop : leg.hops) {
      if (hop.policy != &policy) continue;
      for (const Stage& stage : policy.hooks[static_cast<size_t>(hop.hook)])
        if (stage.kind != Stage::Kind::route) bases[stage.chain] = stage.kind == Stage::Kind::filter;
    }
  std::vector<Base> all;
  for (const auto& [chain, filter] : bases) all.push_back({chain, filter});
  return all;
}

// What leaves a base chain by a rule that returns has the fate of its end.
ClosedTree tree_of(const Policy& policy, const KeptRules& kept, const Base& base) {
  const Chain& chain = policy.chains[base.chain];
  ClosedTree tree{reached(policy, base.chain, kept), {}, {}, base.filter};
  const bool end_blocks = blocks(chain.at_end) && chain.at_end_assumption < 0;
  tree.plain = tree.plain && (end_blocks || Closing(policy, kept).find(base.chain, tree.closing));
  for (const uint32_t in : tree.chains)
    for (const uint32_t number : kept[in]) {
      const Rule& rule = policy.chains[in].rules[number];
      const ActionKind kind = rule.action.kind;
      if (kind == ActionKind::accept || (kind == ActionKind::return_ && in == base.chain && !end_blocks)) tree.accepting.push_back(&rule);
      tree.plain = tree.plain && kind != ActionKind::rewrite && kind != ActionKind::unknown && kind != ActionKind::unknown_rewriting;
    }
  return tree;
}

}  // namespace

std::vector<ClosedTree> closed_trees(const Walk& walk, const Policy& policy, const KeptRules& kept) {
  std::vector<uint32_t> callers(policy.chains.size(), 0);
  std::vector<ClosedTree> trees;
  for (const Base& base : bases_of(walk, policy)) {
    trees.push_back(tree_of(policy, kept, base));
    for (const uint32_t chain : trees.back().chains) ++callers[chain];
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

std::optional<Interval> range_of(const Rule& rule, Field field, Family family) {
  std::optional<Interval> values;
  for (const Term& term : rule.terms) {
    const IntervalSet* set = plain_set(term, field, family);
    if (set == nullptr || set->empty()) continue;
    const Interval range{set->min(), set->max()};
    values = values ? Interval{std::max(values->lo, range.lo), std::min(values->hi, range.hi)} : range;
  }
  return values && values->lo <= values->hi ? values : std::nullopt;
}

}  // namespace fwproof::solver::slicing
