#include "model/rewrites.h"

#include <algorithm>

namespace fwproof::model {
namespace {

IntervalSet everything(Family family) { return IntervalSet::all(address_bits(family)); }

// What a rewrite of an address may give.
IntervalSet given_by(const Rewrite& step, Family family) {
  const IntervalSet all = everything(family);
  if (step.kind == Rewrite::Kind::assign && !step.values.empty()) return step.values.intersected(all);
  if (step.kind != Rewrite::Kind::netmap) return all;
  // The network part is fixed; with a contiguous mask that is an interval.
  const u128 host = ~step.mask & max_value(address_bits(family));
  return (host & (host + 1)) == 0 ? IntervalSet::range(step.value & ~host, (step.value & ~host) | host) : all;
}

// Whether a rule's own terms rule out packets by that interface.
bool misses(const Rule& rule, Field field, const Policy& policy, const InterfaceFact* interface) {
  if (interface == nullptr) return false;
  const u128 atom = policy.interfaces.atom_of(interface->name);
  return std::any_of(rule.terms.begin(), rule.terms.end(), [&](const Term& term) {
    const auto* in = std::get_if<In>(&term.what);
    return in != nullptr && in->field == field && in->set.contains(atom) == term.negated;
  });
}

// Destinations that a rule's own terms let through; everything where they say nothing of it.
IntervalSet destinations_of(const Rule& rule, Family family) {
  IntervalSet set = everything(family);
  for (const Term& term : rule.terms) {
    const auto* in = std::get_if<InAddresses>(&term.what);
    if (in == nullptr || in->field != Field::dst) continue;
    set = term.negated ? set.minus(in->set.in(family)) : set.intersected(in->set.in(family));
  }
  return set;
}

// Destinations that the policy may change; `named_only`: only rules that name them.
IntervalSet taken(const Policy& policy, Family family, bool named_only) {
  IntervalSet set;
  for (const Chain& chain : policy.chains)
    for (const Rule& rule : chain.rules) {
      if (!rule.enabled) continue;
      const bool unknown = rule.action.kind == ActionKind::unknown_rewriting;
      const bool changes = rule.action.kind == ActionKind::rewrite &&
                           std::any_of(policy.rewrites[rule.action.index].steps.begin(), policy.rewrites[rule.action.index].steps.end(),
                                       [](const Rewrite& step) { return step.field == Field::dst; });
      if (!unknown && !changes) continue;
      IntervalSet destinations = destinations_of(rule, family);
      if (named_only && destinations == everything(family)) continue;
      // A rule that leaves a destination as it is does not make the device take packets for it.
      if (named_only && changes)
        for (const Rewrite& step : policy.rewrites[rule.action.index].steps)
          if (step.field == Field::dst && step.kind == Rewrite::Kind::assign && step.values.is_single()) destinations = destinations.minus(step.values);
      set = set.united(destinations);
    }
  return set;
}

}  // namespace

IntervalSet may_write(const Policy& policy, Field field, Family family, const InterfaceFact* in, const InterfaceFact* out) {
  IntervalSet set;
  for (const Chain& chain : policy.chains)
    for (const Rule& rule : chain.rules) {
      if (!rule.enabled || misses(rule, Field::in, policy, in) || misses(rule, Field::out, policy, out)) continue;
      if (rule.action.kind == ActionKind::unknown_rewriting) return everything(family);
      if (rule.action.kind != ActionKind::rewrite) continue;
      for (const Rewrite& step : policy.rewrites[rule.action.index].steps)
        if (step.field == field) set = set.united(given_by(step, family));
    }
  return set;
}

IntervalSet may_translate(const Device& device, Family family, bool named_only) {
  const Policy* policy = device.policy_for(family);
  return policy == nullptr ? IntervalSet{} : taken(*policy, family, named_only);
}

}  // namespace fwproof::model
