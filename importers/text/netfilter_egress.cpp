#include "importers/text/netfilter_egress.h"

#include <algorithm>

namespace fwproof::importers {
namespace {

using namespace model;

std::vector<bool> reached_from(const Policy& policy, const std::vector<uint32_t>& starts) {
  std::vector<bool> reached(policy.chains.size(), false);
  std::vector<uint32_t> todo;
  const auto reach = [&](uint32_t chain) {
    if (!reached[chain]) todo.push_back(chain);
    reached[chain] = true;
  };
  for (const uint32_t start : starts) reach(start);
  while (!todo.empty()) {
    const uint32_t from = todo.back();
    todo.pop_back();
    for (const Rule& rule : policy.chains[from].rules)
      if (rule.action.kind == ActionKind::jump || rule.action.kind == ActionKind::go_to) reach(rule.action.index);
  }
  return reached;
}

bool rewrites(const Policy& policy, const std::vector<uint32_t>& starts, Field field) {
  const std::vector<bool> reached = reached_from(policy, starts);
  for (size_t i = 0; i < reached.size(); ++i)
    for (const Rule& rule : policy.chains[i].rules) {
      if (!reached[i] || rule.action.kind != ActionKind::rewrite) continue;
      const auto& steps = policy.rewrites[rule.action.index].steps;
      if (std::any_of(steps.begin(), steps.end(), [&](const Rewrite& step) { return step.field == field; })) return true;
    }
  return false;
}

// Whether the packet's destination is, or was on its way through the hook, translated.
Term translated(bool first_too) {
  const auto bit = [](unsigned ct_dir, u128 mask) { return std::vector<Term>{{In{Field::ct_dir, IntervalSet::of(ct_dir)}}, {Masked{Field::ct_status, mask, mask}}}; };
  AnyOf any{{bit(0, ct_dnat), bit(1, ct_snat)}};
  if (first_too) any.alternatives.push_back({{In{Field::state, IntervalSet::of(state_new).united(IntervalSet::of(state_related))}}});
  return {std::move(any)};
}

void settle(Policy& policy, std::vector<Term>& terms, bool first_too, Origin origin) {
  for (Term& term : terms) {
    if (auto* any = std::get_if<AnyOf>(&term.what)) {
      for (auto& alternative : any->alternatives) settle(policy, alternative, first_too, origin);
      continue;
    }
    const auto* in = std::get_if<In>(&term.what);
    if (in == nullptr || in->field != Field::out) continue;
    const Term changed = translated(first_too);
    Term unchanged = changed;
    unchanged.negated = true;
    const uint32_t unknown = add_unknown(policy, {UnknownCondition::Sharing::per_visit, "interface", "egress interface before the destination was translated", origin});
    term.what = AnyOf{{{Term{*in}, unchanged}, {changed, Term{Unknown{unknown}}}}};
  }
}

}  // namespace

void settle_egress_of_output(Policy& policy, const OutputChains& chains) {
  if (!rewrites(policy, chains.nat_output, Field::dst) && !rewrites(policy, chains.nat_input, Field::src)) return;
  const std::vector<bool> early = reached_from(policy, chains.before_nat), late = reached_from(policy, chains.behind_nat);
  for (size_t i = 0; i < early.size(); ++i)
    if (early[i] || late[i])
      for (Rule& rule : policy.chains[i].rules) settle(policy, rule.terms, early[i], rule.origin);
}

}  // namespace fwproof::importers
