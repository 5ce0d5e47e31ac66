// Rules that do nothing for a question about what passes. The second look (slice_check.cpp) sees that for itself.
#include <algorithm>
#include <compare>
#include <map>

#include "solver/slice.h"
#include "solver/slice_parts.h"

namespace fwproof::solver {

using namespace model;
using namespace slicing;

namespace {

// A place in a policy.
struct Place {
  uint32_t chain, rule;
  friend bool operator==(const Place&, const Place&) = default;
};

// A filter chain of a hook that blocks whatever comes to its end, or to a last rule without conditions, with the chains that it alone calls.
struct ClosedTree {
  std::vector<uint32_t> chains;
  std::vector<const Rule*> accepting;
  std::vector<Place> closing;   // the rules by which it is closed
  bool plain = true;            // packets stay as they are, and no decision is unknown
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

// Looks for a rule that all packets come to which nothing decided before, and which blocks them all.
class Closing {
 public:
  Closing(const Policy& policy, const KeptRules& kept) : policy_(policy), kept_(kept) {}

  // Adds that rule, and where it is a call those that close the called chain. false: there is none.
  bool find(uint32_t chain, std::vector<Place>& closing, uint32_t depth = 0) {
    if (depth > kDeepest) return false;
    const auto [place, added] = closed_.try_emplace({chain, depth > 0}, false);   // also of a chain that calls itself
    if (added) place->second = find_in(chain, closing, depth);
    return place->second;
  }

 private:
  static constexpr uint32_t kDeepest = 8;

  bool find_in(uint32_t chain, std::vector<Place>& closing, uint32_t depth) {
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

  // Packets are blocked or go on with the next rule.
  bool stays(const Action& action, uint32_t depth) {
    if (blocks(action.kind) || action.kind == ActionKind::proceed) return true;
    if (action.kind != ActionKind::jump || depth > kDeepest) return false;
    const auto [place, added] = all_stay_.try_emplace(action.index, false);
    if (!added) return place->second;
    const std::vector<uint32_t>& kept = kept_[action.index];
    return place->second = std::all_of(kept.begin(), kept.end(), [&](uint32_t rule) {
             const Action& inner = policy_.chains[action.index].rules[rule].action;
             return inner.kind == ActionKind::return_ || stays(inner, depth + 1);
           });
  }

  const Policy& policy_;
  const KeptRules& kept_;
  // What is known of chains: closed, by whether it is called; packets that enter are blocked or come back.
  std::map<std::pair<uint32_t, bool>, bool> closed_;
  std::map<uint32_t, bool> all_stay_;
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

// Of the hooks that the walk passes, in what is kept.
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

}  // namespace

namespace {

constexpr size_t kMostPairs = 4'000'000;   // of rules that are compared

// A rule with the values, from the least to the greatest, that it leaves to source and destination: most rules are apart in these.
struct Placed {
  const Rule* rule;
  Interval src, dst;
};

Placed placed(const Rule& rule, Family family) {
  const auto range = [&](Field field) { return range_of(rule, field, family).value_or(Interval{0, max_value(field_bits(field, family))}); };
  return {&rule, range(Field::src), range(Field::dst)};
}

bool are_apart(const Interval& a, const Interval& b) { return a.hi < b.lo || b.hi < a.lo; }

bool are_apart(const Rule& a, const Rule& b, Family family) {
  for (const Term& one : a.terms) {
    const auto* in = std::get_if<In>(&one.what);
    const auto* addresses = std::get_if<InAddresses>(&one.what);
    if (!in && !addresses) continue;
    const Field field = in ? in->field : addresses->field;
    const IntervalSet* mine = plain_set(one, field, family);
    if (!mine) continue;
    for (const Term& other : b.terms)
      if (const IntervalSet* theirs = plain_set(other, field, family); theirs && !mine->intersects(*theirs)) return true;
  }
  return false;
}

bool is_apart_from_all(const Rule& rule, const std::vector<Placed>& others, Family family) {
  const Placed own = placed(rule, family);
  return std::all_of(others.begin(), others.end(), [&](const Placed& other) {
    return are_apart(own.src, other.src) || are_apart(own.dst, other.dst) || are_apart(rule, *other.rule, family);
  });
}

void leave_out_blocks(const Policy& policy, const ClosedTree& tree, Family family, KeptRules& kept) {
  size_t rules = 0;
  for (const uint32_t chain : tree.chains) rules += kept[chain].size();
  if (rules * tree.accepting.size() > kMostPairs) return;
  std::vector<Placed> accepting;
  for (const Rule* rule : tree.accepting) accepting.push_back(placed(*rule, family));
  for (const uint32_t chain : tree.chains)
    std::erase_if(kept[chain], [&](uint32_t number) {
      const Rule& rule = policy.chains[chain].rules[number];
      const bool closes = std::find(tree.closing.begin(), tree.closing.end(), Place{chain, number}) != tree.closing.end();
      return blocks(rule.action.kind) && rule.assumption < 0 && !closes && is_apart_from_all(rule, accepting, family);
    });
}

// Their packets come to the end of the chain, which returns them too.
void leave_out_returns(const Chain& chain, Family family, std::vector<uint32_t>& kept) {
  std::vector<Placed> behind;
  size_t pairs = 0;
  for (size_t at = kept.size(); at-- > 0;) {
    const Rule& rule = chain.rules[kept[at]];
    if (rule.action.kind != ActionKind::return_ || rule.assumption >= 0) {
      behind.push_back(placed(rule, family));
      continue;
    }
    pairs += behind.size();
    if (pairs > kMostPairs) return;
    if (is_apart_from_all(rule, behind, family)) kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

}  // namespace

void leave_out_idle(const Walk& walk, Slice& slice) {
  if (!walk.leads.empty()) leave_out_before_away(walk, slice);
  for (auto& [policy, kept] : slice) {
    for (const ClosedTree& tree : closed_trees(walk, *policy, kept)) leave_out_blocks(*policy, tree, walk.family, kept);
    for (size_t chain = 0; chain < kept.size(); ++chain) leave_out_returns(policy->chains[chain], walk.family, kept[chain]);
  }
}

}  // namespace fwproof::solver
