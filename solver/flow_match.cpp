// Conditions and rewriting, for sets of packets.
#include <stdexcept>

#include "solver/flow_run.h"

namespace fwproof::solver {

using namespace model;

Ref Flow::Run::condition(const std::vector<Term>& terms, const Class& packets, uint32_t chain, uint32_t rule, uint32_t path) {
  Ref all = Diagrams::kTrue;
  for (const Term& term : terms) {
    all = diagrams.both(all, condition(term, packets, chain, rule, path));
    if (all == Diagrams::kFalse) return all;
  }
  return all;
}

Ref Flow::Run::condition(const Term& term, const Class& packets, uint32_t chain, uint32_t rule, uint32_t path) {
  Ref plain = Diagrams::kFalse;
  if (const auto* in = std::get_if<In>(&term.what)) {
    plain = field_in(packets, in->field, in->set);
  } else if (const auto* addresses = std::get_if<InAddresses>(&term.what)) {
    plain = field_in(packets, addresses->field, addresses->set.in(walk_.family));
  } else if (const auto* bits = std::get_if<Masked>(&term.what)) {
    plain = masked(*bits, packets);
  } else if (const auto* what = std::get_if<Unknown>(&term.what)) {
    plain = unknown(what->index, packets, path_of(path, chain, rule));
  } else if (const auto* any = std::get_if<AnyOf>(&term.what)) {
    for (const auto& terms : any->alternatives) plain = diagrams.either(plain, condition(terms, packets, chain, rule, path));
  } else {
    throw std::logic_error("flow: names are not bound");
  }
  return term.negated ? diagrams.minus(Diagrams::kTrue, plain) : plain;
}

Ref Flow::Run::value_in(const Value& value, Field field, const IntervalSet& set) {
  if (value.is_constant) return set.contains(value.constant) ? Diagrams::kTrue : Diagrams::kFalse;
  (void)field;
  return diagrams.in(value.var, set);
}

// In nat stages an established packet is looked at as the first packet of its connection was (walk.h, "Translation").
Ref Flow::Run::field_in(const Class& packets, Field field, const IntervalSet& set) {
  const Shape& shape = shapes_[packets.shape];
  const Value own = shape.get(field);
  if (!in_nat_ || shape.get(Field::state) != Value::of(state_established)) return value_in(own, field, set);
  if (field == Field::state) return value_in(Value::of(state_new), field, set);
  if (field != Field::tcp_flags) return value_in(own, field, set);
  const Ref tcp = value_in(shape.get(Field::protocol), Field::protocol, IntervalSet::of(proto_tcp));
  return diagrams.either(diagrams.both(tcp, value_in(Value::of(tcp_syn), field, set)), diagrams.minus(value_in(own, field, set), tcp));
}

Ref Flow::Run::masked(const Masked& bits, const Class& packets) {
  const unsigned width = field_bits(bits.field, walk_.family);
  if (const auto set = masked_values(width, bits.mask, bits.value)) return field_in(packets, bits.field, *set);
  const Value value = shapes_[packets.shape].get(bits.field);
  if (value.is_constant) return (value.constant & bits.mask) == bits.value ? Diagrams::kTrue : Diagrams::kFalse;
  // Too scattered for intervals: one free Boolean for each distinct test of the same value.
  const auto [found, added] = masked_.try_emplace({value.var, bits.mask, bits.value}, Diagrams::kFalse);
  if (added) {
    const VarId var = unknown_variable(1, {"field", std::string(field_text(bits.field)), {}});
    found->second = diagrams.in(var, IntervalSet::of(1));
  }
  return found->second;
}

Ref Flow::Run::boolean(const UnknownCondition& what, const std::tuple<int, uint32_t, uint32_t>& key, bool shared) {
  const auto [kind, index, where] = key;
  const auto [found, added] =
      booleans_.try_emplace({shared ? nullptr : policy_, shared ? 0 : leg_, shared ? 0 : hop_, kind, index, where}, Diagrams::kFalse);
  if (added) found->second = diagrams.in(condition_variable(what, index), IntervalSet::of(1));
  return found->second;
}

VarId Flow::Run::condition_variable(const UnknownCondition& what, uint32_t index) {
  Dependence text{what.kind, what.text, what.origin};
  const auto apart = apart_.conditions.find({policy_, index});
  if (apart == apart_.conditions.end()) return unknown_variable(1, std::move(text));
  const auto [number, values] = apart->second;
  apart_.conditions.erase(apart);   // where the rule is visited again, the packet may have met it before
  const auto [group, added] = groups_.try_emplace(number);
  if (added) group->second.var = unknown_variable(1, {});
  group->second.met.emplace(static_cast<uint32_t>(grouped_texts_.size()), values);
  grouped_texts_.push_back(std::move(text));
  return group->second.var;
}

bool Flow::Run::is_group(VarId var) const {
  return std::any_of(groups_.begin(), groups_.end(), [&](const auto& each) { return each.second.var == var; });
}

void Flow::Run::add_grouped(VarId var, const IntervalSet& met, std::set<uint32_t>& texts) {
  const auto group = std::find_if(groups_.begin(), groups_.end(), [&](const auto& each) { return each.second.var == var; });
  for (const auto& [text, values] : group->second.met)
    if (met.intersects(IntervalSet::range(values.lo, values.hi))) texts.insert(text);
}

Ref Flow::Run::unknown(uint32_t index, const Class& packets, uint32_t here) {
  const UnknownCondition& what = policy_->unknowns[index];
  const bool pure = what.sharing == UnknownCondition::Sharing::pure;
  return boolean(what, {pure ? 3 : 4, index, pure ? packets.version : here}, is_shared(packets));
}

// ---- Rewriting ----

Class Flow::Run::rewritten(Class packets, const RewriteAction& action, uint32_t here) {
  Shape shape = shapes_[packets.shape];
  for (size_t step = 0; step < action.steps.size(); ++step)
    shape.set(action.steps[step].field, rewritten_value(shape, action.steps[step], here, step, is_shared(packets)));
  packets.shape = shapes_.id(shape);
  if (!action.steps.empty()) packets.version = ++versions_;
  return packets;
}

// By what the packets have become: in no box of what leads to the end, whichever of several values a field has.
bool Flow::Run::is_sent_away(const Class& packets) const {
  const Shape& shape = shapes_[packets.shape];
  const auto may_be_in = [&](const PacketBox& box, Field field) {
    const Value value = shape.get(field);
    if (value.is_constant) return set_of(box, field).contains(value.constant);
    const IntervalSet possible = value.var < possible_values_.size() ? possible_values_[value.var] : IntervalSet{};
    return possible.empty() || possible.intersects(set_of(box, field));
  };
  return !walk_.leads.empty() && std::none_of(walk_.leads.begin(), walk_.leads.end(), [&](const PacketBox& box) {
    return may_be_in(box, Field::dst) && may_be_in(box, Field::dst_port) && may_be_in(box, Field::protocol);
  });
}

Value Flow::Run::rewritten_value(const Shape& shape, const Rewrite& step, uint32_t here, size_t number, bool shared) {
  const u128 all = max_value(field_bits(step.field, walk_.family));
  const Value old = shape.get(step.field);
  const Value from = shape.get(step.from);
  const bool whole = (step.mask & all) == all;
  std::optional<IntervalSet> domain;
  switch (step.kind) {
    case Rewrite::Kind::assign:
    case Rewrite::Kind::assign_named:
      if (step.values.is_single()) return Value::of(step.values.min());
      if (!step.values.empty()) domain = step.values;
      break;
    case Rewrite::Kind::set_bits:
      if (whole) return Value::of(step.value & all);
      if (old.is_constant) return Value::of(((old.constant & ~step.mask) ^ step.value) & all);
      break;
    case Rewrite::Kind::copy_bits:
      if (whole && field_bits(step.from, walk_.family) == field_bits(step.field, walk_.family)) return from;
      if (old.is_constant && from.is_constant)
        return Value::of(((old.constant & ~step.mask) | (from.constant & step.mask)) & all);
      break;
    case Rewrite::Kind::netmap:
      if (whole) return Value::of(step.value & all);
      if (old.is_constant) return Value::of(((old.constant & ~step.mask) | step.value) & all);
      domain = IntervalSet::range(step.value & all, (step.value | ~step.mask) & all);
      break;
  }
  // One unknown value for each visit of the rule.
  const std::string visit = shared ? "both" : std::to_string(leg_) + "/" + std::to_string(hop_);
  const std::string key = "rewritten " + visit + "/" + std::to_string(here) + "/" + std::to_string(number);
  return environment(shared ? nullptr : policy_, key, step.field, domain);
}

}  // namespace fwproof::solver
