// Conditions of rules in Z3.
#include "solver/z3_chains.h"

namespace fwproof::solver {
namespace {

using model::Field;
using model::IntervalSet;
using model::Term;

}  // namespace

z3::expr Z3Chains::read(VersionId version, Field field) {
  const z3::expr& value = packets_.field(version, field);
  if (!in_nat_ || (field != Field::state && field != Field::tcp_flags)) return value;
  const z3::expr later = session_.in_set(packets_.field(version, Field::state), IntervalSet::of(model::state_established));
  if (later.is_false()) return value;
  if (field == Field::state) return session_.named_number(z3::ite(later, session_.number(model::state_new, value.get_sort().bv_size()), value));
  const z3::expr tcp = session_.in_set(packets_.field(version, Field::protocol), IntervalSet::of(model::proto_tcp));
  return session_.named_number(z3::ite(session_.both(later, tcp), session_.number(model::tcp_syn, value.get_sort().bv_size()), value));
}

z3::expr Z3Chains::all_hold(const std::vector<Term>& terms, Visit& visit) {
  std::vector<z3::expr> parts;
  for (const Term& term : terms) parts.push_back(holds(term, visit));
  return session_.all_of(parts);
}

z3::expr Z3Chains::holds(const Term& term, Visit& visit) {
  const z3::expr plain = std::visit([&](const auto& what) { return test(what, visit); }, term.what);
  return term.negated ? session_.negation(plain) : plain;
}

z3::expr Z3Chains::test(const model::In& in, Visit& visit) { return session_.in_set(read(visit.here.version, in.field), in.set); }

z3::expr Z3Chains::test(const model::InAddresses& in, Visit& visit) {
  return session_.in_set(read(visit.here.version, in.field), in.set.in(packets_.family()));
}

z3::expr Z3Chains::test(const model::Masked& masked, Visit& visit) {
  const unsigned bits = packets_.bits(masked.field);
  const model::u128 mask = masked.mask & model::max_value(bits);
  if ((masked.value & ~mask) != 0) return session_.no();
  const z3::expr value = read(visit.here.version, masked.field);
  return ((value & session_.number(mask, bits)) == session_.number(masked.value, bits)).simplify();
}

// A name that nobody bound says nothing.
z3::expr Z3Chains::test(const model::InNamed&, Visit&) { return session_.free_bool(); }

z3::expr Z3Chains::test(const model::Unknown& unknown, Visit& visit) {
  if (policy_.unknowns[unknown.index].sharing == model::UnknownCondition::Sharing::pure)
    return packets_.pure(unknown.index, visit.here.version);
  const auto found = visit.fresh.find(unknown.index);
  if (found != visit.fresh.end()) return found->second;
  return visit.fresh.emplace(unknown.index, choice(visit, unknown.index)).first->second;
}

z3::expr Z3Chains::test(const model::AnyOf& any, Visit& visit) {
  std::vector<z3::expr> parts;
  for (const auto& terms : any.alternatives) parts.push_back(all_hold(terms, visit));
  return session_.any_of(parts);
}

}  // namespace fwproof::solver
