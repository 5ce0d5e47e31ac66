#include "solver/apart.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <vector>

#include "solver/slice_parts.h"

namespace fwproof::solver {

using namespace model;

namespace {

struct Candidate {
  const Policy* policy;
  uint32_t unknown;
  const Rule* rule;
};

void count_uses(const std::vector<Term>& terms, std::vector<uint32_t>& uses) {
  for (const Term& term : terms) {
    if (const auto* unknown = std::get_if<Unknown>(&term.what)) ++uses[unknown->index];
    if (const auto* any = std::get_if<AnyOf>(&term.what))
      for (const auto& inner : any->alternatives) count_uses(inner, uses);
  }
}

template <class Visit>
void for_each_kept(const Policy& policy, const KeptRules& kept, const Visit& visit) {
  for (size_t chain = 0; chain < kept.size(); ++chain)
    for (const uint32_t rule : kept[chain]) visit(policy.chains[chain].rules[rule]);
}

bool may_rewrite_anything(const Slice& slice) {
  bool found = false;
  for (const auto& [policy, kept] : slice)
    for_each_kept(*policy, kept, [&](const Rule& rule) { found = found || rule.action.kind == ActionKind::unknown_rewriting; });
  return found;
}

// Conditions that one rule asks once, and nobody else.
std::vector<Candidate> asked_once(const Slice& slice) {
  std::vector<Candidate> found;
  for (const auto& [policy, kept] : slice) {
    std::vector<uint32_t> uses(policy->unknowns.size(), 0);
    for_each_kept(*policy, kept, [&](const Rule& rule) {
      count_uses(rule.terms, uses);
      if (rule.action.kind == ActionKind::unknown || rule.action.kind == ActionKind::unknown_rewriting) ++uses[rule.action.index];
    });
    for_each_kept(*policy, kept, [&, policy = policy](const Rule& rule) {
      for (const Term& term : rule.terms)
        if (const auto* unknown = std::get_if<Unknown>(&term.what); unknown && uses[unknown->index] == 1) found.push_back({policy, unknown->index, &rule});
    });
  }
  return found;
}

// In the order of their first values, each joins a group whose last one ended before it.
Apart grouped(const std::vector<Candidate>& candidates, Field field, Family family, const Limits& limits) {
  std::vector<std::pair<Interval, const Candidate*>> ordered;
  for (const Candidate& candidate : candidates)
    if (const auto values = slicing::range_of(*candidate.rule, field, family)) ordered.emplace_back(*values, &candidate);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.first.lo < b.first.lo; });
  using End = std::pair<u128, uint32_t>;
  std::priority_queue<End, std::vector<End>, std::greater<>> groups;   // by where the last one ended
  Apart apart{field, {}};
  for (const auto& [values, candidate] : ordered) {
    uint32_t group = static_cast<uint32_t>(groups.size());
    if (!groups.empty() && groups.top().first < values.lo) {
      group = groups.top().second;
      groups.pop();
    }
    groups.push({values.hi, group});
    apart.conditions[{candidate->policy, candidate->unknown}] = {group, values};
  }
  if (apart.conditions.size() < groups.size() + limits.apart_from) apart.conditions.clear();
  return apart;
}

}  // namespace

Apart conditions_apart(const Walk& walk, const Slice& slice, const Limits& limits) {
  Apart best;
  if (walk.legs.size() != 1 || walk.same_packet || may_rewrite_anything(slice)) return best;
  const std::vector<Candidate> candidates = asked_once(slice);
  if (candidates.size() < limits.apart_from) return best;
  const slicing::Rewritten rewritten = slicing::rewritten_by(walk, slice);
  for (const Field field : {Field::src, Field::dst}) {
    const auto i = static_cast<size_t>(field);
    if (rewritten.anything[i] || !rewritten.values[i].empty()) continue;
    Apart here = grouped(candidates, field, walk.family, limits);
    if (here.conditions.size() > best.conditions.size()) best = std::move(here);
  }
  return best;
}

}  // namespace fwproof::solver
