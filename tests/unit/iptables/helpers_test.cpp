#include "tests/unit/iptables/helpers.h"

namespace fwproof::tests {
namespace {

using namespace model;

std::string number(u128 value) {
  if (value == 0) return "0";
  std::string digits;
  for (; value != 0; value /= 10) digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  return digits;
}

std::string dump(const IntervalSet& set) {
  std::string text;
  for (const Interval& i : set.intervals()) {
    if (!text.empty()) text += ",";
    text += number(i.lo);
    if (i.hi != i.lo) text += "-" + number(i.hi);
  }
  return text.empty() ? "never" : text;
}

std::string dump(const Policy& policy, Field field, const IntervalSet& set) {
  const bool name = field == Field::in || field == Field::out;
  if (!name) return dump(set);
  std::string text;
  for (const Interval& i : set.intervals())
    for (u128 atom = i.lo; atom <= i.hi; ++atom) text += (text.empty() ? "" : ",") + policy.interfaces.text(static_cast<uint32_t>(atom));
  return text;
}

struct TermDump {
  const Policy& policy;
  std::string operator()(const In& in) const { return std::string(field_text(in.field)) + " " + dump(policy, in.field, in.set); }
  std::string operator()(const InAddresses& in) const {
    std::string text(field_text(in.field));
    for (const std::string& prefix : prefix_texts(in.set)) text += " " + prefix;
    return text;
  }
  std::string operator()(const Masked& m) const { return std::string(field_text(m.field)) + "&" + number(m.mask) + "==" + number(m.value); }
  std::string operator()(const InNamed& n) const { return std::string(field_text(n.field)) + " <" + n.name + ">"; }
  std::string operator()(const Unknown& u) const {
    const UnknownCondition& c = policy.unknowns[u.index];
    return std::string(c.sharing == UnknownCondition::Sharing::pure ? "pure?" : "visit?") + c.kind;
  }
  std::string operator()(const AnyOf& any) const {
    std::string text = "any(";
    for (size_t i = 0; i < any.alternatives.size(); ++i) {
      if (i > 0) text += " | ";
      for (size_t j = 0; j < any.alternatives[i].size(); ++j) text += (j > 0 ? " & " : "") + tests::dump(policy, any.alternatives[i][j]);
    }
    return text + ")";
  }
};

std::string dump(const Rewrite& r) {
  const std::string field(field_text(r.field));
  switch (r.kind) {
    case Rewrite::Kind::assign: return field + ":=" + (r.field == Field::src || r.field == Field::dst ? [&] {
      std::string text;
      for (const Interval& i : r.values.intervals()) text += to_text(Address{Family::v4, i.lo}) + (i.hi != i.lo ? "-" + to_text(Address{Family::v4, i.hi}) : "");
      return text;
    }() : dump(r.values));
    case Rewrite::Kind::assign_named: return field + ":=<" + r.name + ">";
    case Rewrite::Kind::set_bits: return field + " bits " + number(r.mask) + "^" + number(r.value);
    case Rewrite::Kind::copy_bits: return field + " from " + std::string(field_text(r.from)) + "&" + number(r.mask);
    case Rewrite::Kind::netmap: return field + " netmap " + number(r.mask) + "|" + number(r.value);
  }
  return "";
}

std::string action(const Policy& policy, const Action& a) {
  switch (a.kind) {
    case ActionKind::accept: return "accept";
    case ActionKind::drop: return "drop";
    case ActionKind::reject: return "reject";
    case ActionKind::jump: return "jump " + policy.chains[a.index].name;
    case ActionKind::go_to: return "goto " + policy.chains[a.index].name;
    case ActionKind::return_: return "return";
    case ActionKind::proceed: return "proceed";
    case ActionKind::unknown: return "unknown";
    case ActionKind::unknown_rewriting: return "unknown rewriting";
    case ActionKind::rewrite: {
      std::string text;
      for (const Rewrite& step : policy.rewrites[a.index].steps) text += (text.empty() ? "" : ", ") + dump(step);
      return text + (policy.rewrites[a.index].then == ActionKind::accept ? " accept" : " proceed");
    }
  }
  return "";
}

}  // namespace

std::string dump(const Policy& policy, const Term& term) {
  return (term.negated ? "!" : "") + std::visit(TermDump{policy}, term.what);
}

std::string dump(const Policy& policy, const Rule& rule) {
  std::string text;
  for (const Term& term : rule.terms) text += (text.empty() ? "" : "; ") + dump(policy, term);
  return text + (text.empty() ? "" : " ") + "-> " + action(policy, rule.action);
}

std::string dump_chain(const Policy& policy, std::string_view name) {
  std::string text;
  for (const Chain& chain : policy.chains)
    if (chain.name == name)
      for (const Rule& rule : chain.rules) text += (text.empty() ? "" : "\n") + dump(policy, rule);
  return text;
}

std::string diagnostic_ids(const importers::ImportResult& result) {
  std::string text;
  for (const Diagnostic& d : result.diagnostics) text += (text.empty() ? "" : " ") + std::string(id_text(d.id)) + "@" + std::to_string(d.origin.line);
  return text;
}

}  // namespace fwproof::tests
