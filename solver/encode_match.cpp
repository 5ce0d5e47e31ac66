// Conditions of rules for Z3.
#include "solver/z3_chains.h"

namespace fwproof::solver {
namespace {

using model::Field;
using model::IntervalSet;
using model::Term;

}  // namespace

Formula Z3Chains::read(VersionId version, Field field) {
  const Formula value = packets_.field(version, field);
  if (!in_nat_ || (field != Field::state && field != Field::tcp_flags)) return value;
  const Formula later = formulas_.in_set(packets_.field(version, Field::state), IntervalSet::of(model::state_established));
  if (later.is_false()) return value;
  if (field == Field::state) return formulas_.named(formulas_.choice(later, formulas_.number(model::state_new, formulas_.bits(value)), value));
  const Formula tcp = formulas_.in_set(packets_.field(version, Field::protocol), IntervalSet::of(model::proto_tcp));
  return formulas_.named(formulas_.choice(formulas_.both(later, tcp), formulas_.number(model::tcp_syn, formulas_.bits(value)), value));
}

Formula Z3Chains::all_hold(const std::vector<Term>& terms, Visit& visit) {
  std::vector<Formula> parts;
  for (const Term& term : terms) parts.push_back(holds(term, visit));
  return formulas_.all_of(parts);
}

Formula Z3Chains::holds(const Term& term, Visit& visit) {
  const Formula plain = std::visit([&](const auto& what) { return test(what, visit); }, term.what);
  return term.negated ? formulas_.negation(plain) : plain;
}

Formula Z3Chains::test(const model::In& in, Visit& visit) { return formulas_.in_set(read(visit.here.version, in.field), in.set); }

Formula Z3Chains::test(const model::InAddresses& in, Visit& visit) {
  return formulas_.in_set(read(visit.here.version, in.field), in.set.in(packets_.family()));
}

Formula Z3Chains::test(const model::Masked& masked, Visit& visit) {
  return formulas_.masked_is(read(visit.here.version, masked.field), masked.mask, masked.value);
}

// A name that nobody bound says nothing.
Formula Z3Chains::test(const model::InNamed&, Visit&) { return formulas_.free_bool(); }

Formula Z3Chains::test(const model::Unknown& unknown, Visit& visit) {
  if (policy_.unknowns[unknown.index].sharing == model::UnknownCondition::Sharing::pure)
    return packets_.pure(unknown.index, visit.here.version);
  const auto found = visit.fresh.find(unknown.index);
  if (found != visit.fresh.end()) return found->second;
  return visit.fresh.emplace(unknown.index, choice(visit, unknown.index)).first->second;
}

Formula Z3Chains::test(const model::AnyOf& any, Visit& visit) {
  std::vector<Formula> parts;
  for (const auto& terms : any.alternatives) parts.push_back(all_hold(terms, visit));
  return formulas_.any_of(parts);
}

}  // namespace fwproof::solver
