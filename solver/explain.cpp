#include "solver/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "model/rule_index.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

bool blocks(ActionKind kind) { return kind == ActionKind::drop || kind == ActionKind::reject; }

bool gives(const Rule& rule, ActionKind wanted) {
  return rule.action.kind == wanted || (blocks(wanted) && blocks(rule.action.kind));
}

const IntervalSet* values_of(const Term& term, Field& field, Family family) {
  if (const auto* in = std::get_if<In>(&term.what)) {
    field = in->field;
    return &in->set;
  }
  if (const auto* in = std::get_if<InAddresses>(&term.what)) {
    field = in->field;
    return &in->set.in(family);
  }
  return nullptr;
}

// The side that an engineer calls it by: for a packet that comes in, the destination is the host's own.
std::string field_words(Field field) {
  switch (field) {
    case Field::src: return "source";
    case Field::dst: return "destination";
    case Field::src_port: return "source port";
    case Field::dst_port: return "port";
    case Field::in: return "ingress interface";
    case Field::out: return "egress interface";
    case Field::state: return "connection state";
    case Field::tcp_flags: return "TCP flags";
    case Field::icmp_type: return "ICMP type";
    case Field::icmp_code: return "ICMP code";
    case Field::mac: return "MAC address";
    case Field::rpc_port: return "way of choosing the port";
    case Field::protocol:
    case Field::fragment:
    case Field::ct_dir:
    case Field::ct_status:
    case Field::mark:
    case Field::connmark:
    case Field::profile:
    case Field::program:
    case Field::service: break;
  }
  return std::string(field_text(field));
}

struct Failure {
  size_t failed = 0;       // terms that do not hold
  size_t unknown = 0;      // terms that cannot be told
  bool names_port = false; // a term that names the packet's port among few, and holds
  bool other_port = false; // a term about the destination port that does not
  std::string why;
};

// Does one term fail, hold, or cannot be told? Plain terms only. explained: with the reason in words.
void look_at(const Policy& policy, const Term& term, const Packet& seen, bool explained, Failure& failure) {
  Field field{};
  const IntervalSet* set = values_of(term, field, seen.family);
  if (!set) {
    if (const auto* unknown = std::get_if<Unknown>(&term.what)) {
      ++failure.unknown;
      if (explained) failure.why = fmt::format("it also asks for something that cannot be told: {}", policy.unknowns[unknown->index].text);
    }
    return;
  }
  if (!seen.has(field)) {
    ++failure.unknown;
    if (explained) failure.why = fmt::format("it is limited to {} {}", field_words(field), set_words(policy, field, seen.family, *set));
    return;
  }
  const bool holds = set->contains(seen.get(field)) != term.negated;
  if (holds) {
    const bool few = set->intervals().size() <= 64 && set->max() - set->min() < 16384;
    if ((field == Field::dst_port || field == Field::src_port) && few && !term.negated) failure.names_port = true;
    return;
  }
  ++failure.failed;
  failure.other_port = failure.other_port || field == Field::dst_port;
  if (!explained) return;
  failure.why = fmt::format("its {} {}{} does not include {}", field_words(field), term.negated ? "not " : "",
                            set_words(policy, field, seen.family, *set), value_words(policy, field, seen.family, seen.get(field)));
  if (set->empty()) failure.why = fmt::format("it is for the other address family");
}

Failure compare(const Policy& policy, const Rule& rule, const Packet& seen, bool explained = true) {
  Failure failure;
  for (const Term& term : rule.terms) look_at(policy, term, seen, explained, failure);
  if (!rule.enabled) {
    failure.why = failure.failed == 0 ? "it is disabled" : failure.why + ", and it is disabled";
    ++failure.failed;
  }
  return failure;
}

// Terms that look_at() leaves out: masks, alternatives.
void look_at_compound(const Policy& policy, const Rule& rule, const Packet& seen, Failure& failure) {
  for (const Term& term : rule.terms) {
    if (!std::holds_alternative<Masked>(term.what) && !std::holds_alternative<AnyOf>(term.what)) continue;
    const std::optional<bool> met = holds(policy, term, seen);
    if (met.value_or(false)) continue;
    ++(met ? failure.failed : failure.unknown);
    failure.why = met ? "one of its other conditions does not hold" : "one of its other conditions cannot be told";
  }
}

bool was_entered(const Policy& policy, const Hook hook, uint32_t chain, const Outcome& outcome) {
  for (const Stage& stage : policy.hooks[static_cast<size_t>(hook)])
    if (stage.kind != Stage::Kind::route && stage.chain == chain) return true;
  return std::any_of(outcome.trail.begin(), outcome.trail.end(), [&](const Step& step) {
    return step.what == "jump " + policy.chains[chain].name || step.what == "goto " + policy.chains[chain].name;
  });
}

// Why a rule that matches did not decide.
std::string came_too_late(const WalkHop& hop, const RuleRef& rule, const Outcome& outcome) {
  const Policy& policy = *hop.policy;
  if (!was_entered(policy, hop.hook, rule.chain, outcome)) return "nothing leads to its chain";
  if (!outcome.arrives) return "the packet is sent on to another host before";
  const RuleRef& by = outcome.decided_by;
  if (outcome.verdict == Verdict::depends || by.rule == RuleRef::kAtEnd || by.chain >= policy.chains.size())
    return "an earlier rule decides, or the packet leaves its chain before";
  const Rule& earlier = policy.chains[by.chain].rules[by.rule];
  if (earlier.origin.line == 0) return fmt::format("an earlier rule decides: {}", earlier.name);
  return fmt::format("an earlier rule decides: line {}", earlier.origin.line);
}

}  // namespace

bool has_chain(const Policy& policy, Hook hook) {
  const auto& stages = policy.hooks[static_cast<size_t>(hook)];
  return std::any_of(stages.begin(), stages.end(), [](const Stage& stage) { return stage.kind != Stage::Kind::route; });
}

Decider describe(const WalkHop& hop, const RuleRef& ref, Verdict verdict, bool sent_on) {
  Decider decider;
  decider.device = hop.device;
  decider.verdict = verdict;
  if (sent_on) {
    decider.rule = "the routing decision: the destination is not this host";
    return decider;
  }
  if (!has_chain(*hop.policy, hop.hook)) {
    decider.rule = "no chain looks at these packets";
    return decider;
  }
  const Chain& chain = hop.policy->chains[ref.chain];
  decider.chain = chain.name;
  if (ref.rule == RuleRef::kAtEnd) {
    decider.origin = chain.at_end_origin;
    decider.rule = chain.at_end_text.empty() ? fmt::format("end of {}", chain.name) : chain.at_end_text;
    return decider;
  }
  decider.origin = chain.rules[ref.rule].origin;
  decider.rule = chain.rules[ref.rule].name;
  return decider;
}

namespace {

// Rules that may come near: the destination port is right, and the source or the destination. The index may leave out disabled ones.
std::vector<uint32_t> near_rules(const Policy& policy, uint32_t chain, const Packet& seen) {
  const std::vector<Rule>& all = policy.chains[chain].rules;
  std::vector<uint32_t> rules;
  const RuleColumns* columns = columns_of(policy, chain, seen.family);
  if (columns == nullptr || !seen.has(Field::dst_port) || !seen.has(Field::src) || !seen.has(Field::dst)) {
    rules.resize(all.size());
    std::iota(rules.begin(), rules.end(), 0);
    return rules;
  }
  std::vector<uint32_t> by_source, by_destination;
  for (const auto& [field, found] : {std::pair{Field::src, &by_source}, std::pair{Field::dst, &by_destination}}) {
    FieldBounds bounds;
    for (const Field known : {field, Field::dst_port}) bounds.of(known) = IntervalSet::of(seen.get(known));
    columns->find(bounds, *found);
  }
  for (uint32_t rule = 0; rule < all.size(); ++rule)
    if (!all[rule].enabled) rules.push_back(rule);
  for (const std::vector<uint32_t>* found : {&by_source, &by_destination}) {
    std::vector<uint32_t> more;
    std::set_union(rules.begin(), rules.end(), found->begin(), found->end(), std::back_inserter(more));
    rules = std::move(more);
  }
  return rules;
}

}  // namespace

std::vector<NearMiss> near_misses(const WalkHop& hop, const Packet& seen, const Outcome& outcome, ActionKind wanted, size_t limit) {
  struct Candidate {
    RuleRef ref;
    Failure failure;
  };
  std::vector<Candidate> candidates;
  const Policy& policy = *hop.policy;
  for (uint32_t chain = 0; chain < policy.chains.size(); ++chain)
    for (const uint32_t index : near_rules(policy, chain, seen)) {
      const Rule& rule = policy.chains[chain].rules[index];
      if (!gives(rule, wanted) || rule.origin.line == 0) continue;
      // Words for the few that come near alone.
      Failure failure = compare(policy, rule, seen, false);
      if (!failure.names_port || failure.other_port || failure.failed > 1 || candidates.size() >= 1000) continue;
      failure = compare(policy, rule, seen);
      if (failure.failed == 0) look_at_compound(policy, rule, seen, failure);
      if (failure.failed == 0 && failure.unknown == 0) failure.why = came_too_late(hop, {chain, index}, outcome);
      if (failure.failed <= 1) candidates.push_back({{chain, index}, std::move(failure)});
    }
  const auto closeness = [](const Candidate& c) { return std::pair(c.failure.failed, c.failure.unknown); };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const Candidate& a, const Candidate& b) { return closeness(a) < closeness(b); });
  std::vector<NearMiss> result;
  for (const Candidate& candidate : candidates) {
    if (result.size() == limit) break;
    const Verdict verdict = blocks(wanted) ? Verdict::drop : Verdict::accept;
    result.push_back({describe(hop, candidate.ref, verdict), candidate.failure.why});
  }
  return result;
}

std::vector<NearMiss> near_translations(const WalkHop& hop, const Packet& seen, Field field, size_t limit) {
  const Policy& policy = *hop.policy;
  std::vector<NearMiss> result;
  const auto rewrites = [&](const Rule& rule) {
    if (rule.action.kind != ActionKind::rewrite) return false;
    const std::vector<Rewrite>& steps = policy.rewrites[rule.action.index].steps;
    return std::any_of(steps.begin(), steps.end(), [&](const Rewrite& step) { return step.field == field; });
  };
  for (uint32_t chain = 0; chain < policy.chains.size(); ++chain)
    for (uint32_t index = 0; index < policy.chains[chain].rules.size() && result.size() < limit; ++index) {
      const Rule& rule = policy.chains[chain].rules[index];
      // A rule that stands for several interfaces is one to its reader.
      const auto same = [&](const NearMiss& miss) { return miss.rule.origin == rule.origin; };
      if (!rewrites(rule) || rule.origin.line == 0 || std::any_of(result.begin(), result.end(), same)) continue;
      const Failure failure = compare(policy, rule, seen);
      if (failure.failed != 1 || (field == Field::dst && !failure.names_port)) continue;
      NearMiss miss{describe(hop, {chain, index}, Verdict::accept), failure.why};
      miss.rule.did = "translate it";
      result.push_back(std::move(miss));
    }
  return result;
}

}  // namespace fwproof::solver
