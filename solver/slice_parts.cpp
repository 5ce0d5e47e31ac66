#include "solver/slice_parts.h"

#include <algorithm>
#include <utility>

#include "solver/leads.h"

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

Rewritten rewritten_by(const Walk& walk, const Slice& slice) {
  RewrittenFrom rewritten;
  for (const auto& [policy, kept] : slice) {
    if (policy->rewrites.empty()) continue;
    for (size_t chain = 0; chain < kept.size(); ++chain)
      for (const uint32_t rule : kept[chain]) {
        const Action& action = policy->chains[chain].rules[rule].action;
        if (action.kind == ActionKind::rewrite && !sends_away(policy->rewrites[action.index], walk.leads)) rewritten.add(policy->rewrites[action.index]);
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
