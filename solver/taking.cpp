#include "solver/taking.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace fwproof::solver {

using namespace model;

namespace {

bool is_destination(Field field) { return field == Field::dst || field == Field::dst_port; }

bool moves_destination(const Policy& policy, const Rule& rule) {
  if (rule.action.kind != ActionKind::rewrite) return false;
  const std::vector<Rewrite>& steps = policy.rewrites[rule.action.index].steps;
  return std::any_of(steps.begin(), steps.end(), [](const Rewrite& step) { return is_destination(step.field); });
}

bool may_take(const Policy& policy, const Rule& rule) {
  return rule.enabled && (rule.action.kind == ActionKind::unknown_rewriting || moves_destination(policy, rule));
}

bool calls(const Rule& rule) { return rule.action.kind == ActionKind::jump || rule.action.kind == ActionKind::go_to; }

std::vector<uint32_t> reachable(const Policy& policy, uint32_t base) {
  std::vector<uint32_t> chains = {base};
  std::vector<bool> seen(policy.chains.size());
  seen[base] = true;
  for (size_t i = 0; i < chains.size(); ++i)
    for (const Rule& rule : policy.chains[chains[i]].rules)
      if (calls(rule) && !seen[rule.action.index]) {
        seen[rule.action.index] = true;
        chains.push_back(rule.action.index);
      }
  return chains;
}

// Everything but the rules that the hook's first stages do not come to.
Policy cut(const Policy& given, Hook hook, size_t stages) {
  Policy policy;
  policy.v4 = given.v4;
  policy.v6 = given.v6;
  policy.unknowns = given.unknowns;
  policy.rewrites = given.rewrites;
  policy.assumptions = given.assumptions;
  policy.general_assumptions = given.general_assumptions;
  policy.interfaces = given.interfaces;
  policy.programs = given.programs;
  policy.services = given.services;
  policy.chains.resize(given.chains.size());
  const std::vector<Stage>& all = given.hooks[static_cast<size_t>(hook)];
  policy.hooks[static_cast<size_t>(hook)].assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(stages));
  for (const Stage& stage : policy.hooks[static_cast<size_t>(hook)]) {
    if (stage.kind == Stage::Kind::route) continue;
    for (const uint32_t chain : reachable(given, stage.chain))
      if (policy.chains[chain].name.empty() && policy.chains[chain].rules.empty()) policy.chains[chain] = given.chains[chain];
  }
  return policy;
}

// The packets for which one step leaves the destination as it may be: surely, perhaps. Unset: none.
struct Kept {
  std::optional<IntervalSet> surely;
  std::optional<IntervalSet> perhaps;
};

Kept address_kept(const Rewrite& step, Family family, const Staying& staying) {
  const IntervalSet all = IntervalSet::all(address_bits(family));
  if (step.kind == Rewrite::Kind::netmap) {
    const u128 bits = max_value(address_bits(family));
    const u128 hosts = ~step.mask & bits;
    const IntervalSet range = IntervalSet::range(step.value & bits, (step.value | hosts) & bits);
    if ((hosts & (hosts + 1)) != 0) return {std::nullopt, all};
    // What is in the network already stays where it is.
    return {range, staying.addresses.intersected(range).empty() ? std::nullopt : std::optional(all)};
  }
  if (step.kind != Rewrite::Kind::assign) return {std::nullopt, all};
  // An address of the device itself that nobody knows is not the target's, where the device is not the target.
  if (staying.on_the_way && !step.name.empty() && step.values == all) return {};
  const IntervalSet& values = step.values.empty() ? all : step.values;
  Kept kept;
  if (staying.addresses.contains(values)) kept.surely = all;
  else if (values.is_single()) kept.surely = values;
  if (!values.intersected(staying.addresses).empty()) kept.perhaps = all;
  else if (!values.is_single()) kept.perhaps = values;
  return kept;
}

Kept port_kept(const Rewrite& step) {
  const IntervalSet all = IntervalSet::all(16);
  if (step.kind != Rewrite::Kind::assign || step.values.empty()) return {std::nullopt, all};
  if (step.values.is_single()) return {step.values, std::nullopt};
  return {std::nullopt, step.values};
}

std::optional<IntervalSet> either(const std::optional<IntervalSet>& a, const std::optional<IntervalSet>& b) {
  return a && b ? a->united(*b) : a ? a : b;
}

class Taking {
 public:
  Taking(const Policy& given, Hook hook, size_t stage, Family family, const Staying& staying)
      : policy_(cut(given, hook, stage + 1)), given_(given), family_(family), staying_(staying) {
    Stage& last = policy_.hooks[static_cast<size_t>(hook)].back();
    const std::vector<uint32_t> chains = reachable(given, last.chain);
    for (const uint32_t chain : chains) copies_.emplace(chain, static_cast<uint32_t>(policy_.chains.size() + copies_.size()));
    policy_.chains.resize(policy_.chains.size() + copies_.size());
    for (const uint32_t chain : chains) policy_.chains[copies_.at(chain)] = copy(given.chains[chain], chain == last.chain);
    last.chain = copies_.at(last.chain);
    last.can_block = true;
    if (last.kind == Stage::Kind::nat) skip_untracked(last);
  }

  Policy result() { return std::move(policy_); }

 private:
  // Such packets do not come to a stage of translation, and what comes to no stage would pass.
  void skip_untracked(Stage& last) {
    last.kind = Stage::Kind::filter;
    std::vector<Rule>& rules = policy_.chains[last.chain].rules;
    rules.insert(rules.begin(), {{{In{Field::state, IntervalSet::range(state_invalid, state_untracked)}, false}}, {ActionKind::drop, 0}, {}, "not tracked", true, -1});
  }

  Chain copy(const Chain& given, bool base) {
    Chain chain = given;
    chain.rules.clear();
    if (base) chain.at_end = ActionKind::drop;
    for (const Rule& rule : given.rules) add(chain.rules, rule);
    return chain;
  }

  void add(std::vector<Rule>& rules, Rule rule) {
    switch (rule.action.kind) {
      case ActionKind::accept:
      case ActionKind::drop:
      case ActionKind::reject: return leave(rules, std::move(rule));
      case ActionKind::jump:
      case ActionKind::go_to: rule.action.index = copies_.at(rule.action.index); break;
      case ActionKind::return_:
      case ActionKind::proceed: break;
      case ActionKind::rewrite: return add_rewrite(rules, std::move(rule));
      case ActionKind::unknown: return perhaps_leave(rules, std::move(rule), rule.action.index);
      case ActionKind::unknown_rewriting: return add_unknown(rules, std::move(rule));
    }
    rules.push_back(std::move(rule));
  }

  // The packet goes on as it is.
  static void leave(std::vector<Rule>& rules, Rule rule) {
    rule.action = {ActionKind::drop, 0};
    rules.push_back(std::move(rule));
  }

  static void perhaps_leave(std::vector<Rule>& rules, Rule rule, uint32_t unknown) {
    rule.terms.push_back({Unknown{unknown}, false});
    leave(rules, std::move(rule));
  }

  void add_unknown(std::vector<Rule>& rules, Rule rule) {
    const uint32_t unknown = rule.action.index;
    if (policy_.unknowns[unknown].kind == kKeepsPacket) {
      rule.assumption = static_cast<int32_t>(policy_.assumptions.size());
      policy_.assumptions.push_back({"a program of the device listens for what this rule keeps: " + policy_.unknowns[unknown].text, rule.origin});
    } else {
      rule.terms.push_back({Unknown{unknown}, false});
    }
    rule.action = {ActionKind::accept, 0};
    rules.push_back(std::move(rule));
  }

  void add_rewrite(std::vector<Rule>& rules, Rule rule) {
    RewriteAction action = policy_.rewrites[rule.action.index];
    const bool ends = action.then == ActionKind::accept;
    if (!moves_destination(given_, rule) || staying_.moves) {
      // What looks at the destination later on in this stage sees the new one.
      if (ends) return leave(rules, std::move(rule));
      rules.push_back(std::move(rule));
      return;
    }
    split(rules, rule, action.steps);
    action.then = ActionKind::accept;
    rule.action.index = static_cast<uint32_t>(policy_.rewrites.size());
    policy_.rewrites.push_back(std::move(action));
    rules.push_back(std::move(rule));
  }

  // Packets that the rule leaves at their destination, or may.
  void split(std::vector<Rule>& rules, const Rule& rule, const std::vector<Rewrite>& steps) {
    Kept address{IntervalSet::all(address_bits(family_)), std::nullopt}, port{IntervalSet::all(16), std::nullopt};
    for (const Rewrite& step : steps) {
      if (step.field == Field::dst) address = address_kept(step, family_, staying_);
      if (step.field == Field::dst_port) port = port_kept(step);
    }
    std::optional<IntervalSet> surely = address.surely, maybe = either(address.surely, address.perhaps);
    std::optional<IntervalSet> surely_port = port.surely, maybe_port = either(port.surely, port.perhaps);
    if (surely && surely_port) leave(rules, narrowed(rule, *surely, *surely_port));
    const bool open = address.perhaps || port.perhaps;
    if (open && maybe && maybe_port) perhaps_leave(rules, narrowed(rule, *maybe, *maybe_port), choice(rule));
  }

  Rule narrowed(Rule rule, const IntervalSet& addresses, const IntervalSet& ports) const {
    if (addresses != IntervalSet::all(address_bits(family_))) rule.terms.push_back({InAddresses{Field::dst, AddressSet::of(family_, addresses)}, false});
    if (ports != IntervalSet::all(16)) rule.terms.push_back({In{Field::dst_port, ports}, false});
    return rule;
  }

  uint32_t choice(const Rule& rule) {
    return model::add_unknown(policy_, {UnknownCondition::Sharing::per_visit, "translation", "which of several destinations it becomes", rule.origin});
  }

  Policy policy_;
  const Policy& given_;
  Family family_;
  const Staying& staying_;
  std::map<uint32_t, uint32_t> copies_;
};

Rule rule_of(Policy& policy, const Interception& fact) {
  Rule rule{{}, {ActionKind::accept, 0}, fact.origin, fact.text, true, -1};
  rule.terms.push_back({In{Field::protocol, IntervalSet::of(fact.protocol)}, false});
  if (fact.addresses != AddressSet::all()) rule.terms.push_back({InAddresses{Field::dst, fact.addresses}, false});
  if (fact.ports != IntervalSet::all(16)) rule.terms.push_back({In{Field::dst_port, fact.ports}, false});
  if (!fact.sure) rule.terms.push_back({Unknown{add_unknown(policy, {UnknownCondition::Sharing::per_visit, fact.kind, fact.text, fact.origin})}, false});
  return rule;
}

}  // namespace

std::vector<size_t> taking_stages(const Policy& policy, Hook hook) {
  std::vector<size_t> found;
  const std::vector<Stage>& stages = policy.hooks[static_cast<size_t>(hook)];
  for (size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].kind == Stage::Kind::route) continue;
    const std::vector<uint32_t> chains = reachable(policy, stages[i].chain);
    const auto takes = [&](const Rule& rule) { return may_take(policy, rule); };
    const auto any = [&](uint32_t chain) { return std::any_of(policy.chains[chain].rules.begin(), policy.chains[chain].rules.end(), takes); };
    if (std::any_of(chains.begin(), chains.end(), any)) found.push_back(i);
  }
  return found;
}

Policy taken_by_rules(const Policy& policy, Hook hook, size_t stage, Family family, const Staying& staying) {
  return Taking(policy, hook, stage, family, staying).result();
}

Policy taken_by_facts(const Policy& given, Hook hook, const std::vector<Interception>& facts) {
  std::vector<Stage> stages = given.hooks[static_cast<size_t>(hook)];
  Policy policy = cut(given, hook, stages.size());
  const auto is_said = [&](const Rule& rule) {
    const bool unknown = rule.action.kind == ActionKind::unknown || rule.action.kind == ActionKind::unknown_rewriting;
    return unknown && std::any_of(facts.begin(), facts.end(), [&](const Interception& fact) { return fact.origin == rule.origin; });
  };
  for (Chain& chain : policy.chains)
    for (Rule& rule : chain.rules)
      if (is_said(rule)) rule.enabled = false;
  Chain chain;
  chain.name = "interceptions";
  chain.at_end = ActionKind::drop;
  for (const Interception& fact : facts) chain.rules.push_back(rule_of(policy, fact));
  policy.hooks[static_cast<size_t>(hook)].push_back({Stage::Kind::filter, static_cast<uint32_t>(policy.chains.size())});
  policy.chains.push_back(std::move(chain));
  return policy;
}

Policy taken_elsewhere(const IntervalSet& target, const IntervalSet& sent_to, const IntervalSet& ports, Family family) {
  Policy policy;
  policy.v4 = policy.v6 = true;
  Chain chain;
  chain.name = "elsewhere";
  chain.at_end = ActionKind::drop;
  const auto add = [&](std::vector<Term> terms, ActionKind action) { chain.rules.push_back({std::move(terms), {action, 0}, {}, "another destination", true, -1}); };
  add({{InAddresses{Field::dst, AddressSet::of(family, target)}, false}}, ActionKind::drop);
  add({{InAddresses{Field::dst, AddressSet::of(family, sent_to)}, false}, {In{Field::dst_port, ports}, false}}, ActionKind::drop);
  add({}, ActionKind::accept);
  policy.chains.push_back(std::move(chain));
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  return policy;
}

}  // namespace fwproof::solver
