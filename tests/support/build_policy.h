// Small policies by hand, for tests.
#pragma once

#include <string>
#include <vector>

#include "model/policy.h"

namespace fwproof::tests {

inline model::Term field_in(model::Field field, model::IntervalSet set, bool negated = false) {
  return {model::In{field, std::move(set)}, negated};
}

inline model::Term address_in(model::Field field, const std::string& prefix, bool negated = false) {
  return {model::InAddresses{field, model::AddressSet::of(*model::parse_prefix(prefix))}, negated};
}

inline model::Term tcp() { return field_in(model::Field::protocol, model::IntervalSet::of(model::proto_tcp)); }
inline model::Term port(unsigned number) { return field_in(model::Field::dst_port, model::IntervalSet::of(number)); }
inline model::Term established() {
  return field_in(model::Field::state, model::IntervalSet::of(model::state_established));
}

inline model::Rule rule(std::vector<model::Term> terms, model::ActionKind kind, uint32_t line = 1, uint32_t index = 0) {
  model::Rule rule;
  rule.terms = std::move(terms);
  rule.action = {kind, index};
  rule.origin = {0, line};
  return rule;
}

// One base chain in hook input (and, with `output`, an accepting one in hook output).
inline model::Policy input_policy(std::vector<model::Rule> rules, model::ActionKind at_end = model::ActionKind::drop) {
  model::Policy policy;
  policy.v4 = policy.v6 = true;
  policy.interfaces.add("lo");
  policy.chains.push_back({"input", std::move(rules), at_end, {}, "policy", -1});
  policy.chains.push_back({"output", {}, model::ActionKind::accept, {}, "policy ACCEPT", -1});
  policy.hooks[static_cast<size_t>(model::Hook::input)] = {{model::Stage::Kind::filter, 0}};
  policy.hooks[static_cast<size_t>(model::Hook::output)] = {{model::Stage::Kind::filter, 1}};
  return policy;
}

}  // namespace fwproof::tests
