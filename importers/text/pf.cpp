#include "importers/text/pf.h"

#include <fmt/format.h>

#include <algorithm>

namespace fwproof::importers::text::pf {
namespace {

using model::ActionKind;
using model::Chain;
using model::Field;
using model::In;
using model::IntervalSet;
using model::Rewrite;
using model::Rule;
using model::Stage;
using model::Term;
using Sharing = model::UnknownCondition::Sharing;

// The model's mark stands for what pf keeps beside the packet: the number of its tag, and whether an `rdr pass` let it by.
constexpr unsigned kTagMask = 0x00ffffff;
constexpr unsigned kLetBy = 0x40000000;

Rewrite set_mark(unsigned mask, unsigned value) {
  Rewrite rewrite;
  rewrite.kind = Rewrite::Kind::set_bits;
  rewrite.field = Field::mark;
  rewrite.mask = mask;
  rewrite.value = value;
  return rewrite;
}

model::Action rewriting(model::Policy& policy, std::vector<Rewrite> steps, ActionKind then) {
  policy.rewrites.push_back({std::move(steps), then});
  return {ActionKind::rewrite, static_cast<uint32_t>(policy.rewrites.size() - 1)};
}

Field other_side(Field field) {
  if (field == Field::src) return Field::dst;
  if (field == Field::dst) return Field::src;
  if (field == Field::src_port) return Field::dst_port;
  if (field == Field::dst_port) return Field::src_port;
  return field;
}

// The same condition for an answer. Conditions are nested two deep at most.
void turn_round(Term& term) {
  if (auto* in = std::get_if<In>(&term.what)) in->field = other_side(in->field);
  else if (auto* addresses = std::get_if<model::InAddresses>(&term.what)) addresses->field = other_side(addresses->field);
  else if (auto* named = std::get_if<model::InNamed>(&term.what)) named->field = other_side(named->field);
  else if (auto* any = std::get_if<model::AnyOf>(&term.what))
    for (auto& conjunction : any->alternatives)
      for (Term& each : conjunction) turn_round(each);
}

// Which protocols the terms leave: an upper bound.
IntervalSet protocols_of(const std::vector<Term>& terms) {
  IntervalSet set = IntervalSet::all(8);
  for (const Term& term : terms)
    if (const auto* in = std::get_if<In>(&term.what); in && in->field == Field::protocol && !term.negated) set = set.intersected(in->set);
  return set;
}

bool goes(Direction rule, Direction chain) { return rule == Direction::any || rule == chain; }

}  // namespace

Term in(Field field, IntervalSet set) { return {In{field, std::move(set)}, false}; }

Term in(Field field, model::AddressSet set, bool negated) { return {model::InAddresses{field, std::move(set)}, negated}; }

Term tcp_flags(unsigned flags, unsigned of) {
  model::AnyOf any;
  any.alternatives.push_back({{In{Field::protocol, IntervalSet::of(model::proto_tcp)}, true}});
  any.alternatives.push_back({{model::Masked{Field::tcp_flags, of, flags & of}, false}});
  return {std::move(any), false};
}

Ruleset::Ruleset(model::Family family, const std::set<std::string>& interfaces) : family_(family) {
  policy_.v4 = family == model::Family::v4;
  policy_.v6 = family == model::Family::v6;
  // What Linux calls lo: nobody else's packets come in by it (docs/semantics.md, 2.5).
  policy_.interfaces.set_normalise([](std::string_view name) { return std::string(name == "lo" ? "lo0" : name); });
  for (const std::string& name : interfaces) policy_.interfaces.add(name);
}

Term Ruleset::unknown(std::string_view kind, std::string_view text, Sharing sharing, model::Origin origin) {
  return {model::Unknown{model::add_unknown(policy_, {sharing, std::string(kind), std::string(text), origin})}, false};
}

uint32_t Ruleset::tag_number(const std::string& tag) { return tags_.emplace(tag, static_cast<uint32_t>(tags_.size() + 1)).first->second; }

// A rule without quick sets its tag though another rule decides; which tag a packet then has is not followed.
void Ruleset::note_tags() {
  for (const FilterRule& rule : filter)
    tags_unsure_ |= rule.enabled && !rule.tag.empty() && (!rule.quick || rule.action == FilterRule::Action::match);
}

Term Ruleset::on(const RuleBase& rule, Field field) const {
  IntervalSet atoms;
  for (const std::string& name : rule.interfaces) atoms = atoms.united(policy_.interfaces.atoms(name));
  return {In{field, std::move(atoms)}, rule.interfaces_negated};
}

void Ruleset::add_tagged(const RuleBase& rule, std::vector<Term>& terms) {
  if (rule.tagged.empty()) return;
  Term term = tags_unsure_ ? unknown("tag", "tagged " + rule.tagged, Sharing::per_visit, rule.origin)
                           : Term{model::Masked{Field::mark, kTagMask, tag_number(rule.tagged)}, false};
  term.negated = rule.tagged_negated;
  terms.push_back(std::move(term));
}

Rule Ruleset::base(const RuleBase& rule, Field field) {
  Rule result;
  result.origin = rule.origin;
  result.name = rule.name;
  result.enabled = rule.enabled;
  if (!rule.interfaces.empty()) result.terms.push_back(on(rule, field));
  result.terms.insert(result.terms.end(), rule.terms.begin(), rule.terms.end());
  add_tagged(rule, result.terms);
  return result;
}

model::Action Ruleset::unknown_action(const RuleBase& rule, bool rewriting) {
  const uint32_t index = model::add_unknown(policy_, {Sharing::per_visit, "rule", rule.unknown, rule.origin});
  return {rewriting ? ActionKind::unknown_rewriting : ActionKind::unknown, index};
}

Rule Ruleset::translation(const Translation& rule, Field field, model::Action none) {
  Rule result = base(rule, field);
  if (!rule.unknown.empty()) {
    result.action = unknown_action(rule, true);
    return result;
  }
  if (rule.none) {
    result.action = none;
    return result;
  }
  std::vector<Rewrite> steps = rule.steps;
  if (!rule.tag.empty()) steps.push_back(set_mark(kTagMask, tag_number(rule.tag)));
  if (rule.pass) steps.push_back(set_mark(kLetBy, kLetBy));
  if (steps.empty()) result.action = {ActionKind::accept, 0};
  else result.action = rewriting(policy_, std::move(steps), ActionKind::accept);
  return result;
}

void Ruleset::add_translations(Chain& chain, const std::vector<Translation>& list, Field field, model::Action none) {
  for (const Translation& rule : list) chain.rules.push_back(translation(rule, field, none));
}

// A rule with `no` ends the search in its own list alone: for pf_get_translation() it is as if nothing there had matched.
uint32_t Ruleset::translate(std::string_view name, const std::vector<Translation>& first, std::string_view second_name, const std::vector<Translation>& second, Field field) {
  Chain chain;
  chain.name = name;
  chain.at_end = ActionKind::accept;
  chain.at_end_text = "no translation";
  const model::Action end = {ActionKind::accept, 0};
  const bool ends_early = std::any_of(first.begin(), first.end(), [](const Translation& rule) { return rule.none && rule.enabled; });
  if (second.empty() || !ends_early) {
    add_translations(chain, first, field, end);
    add_translations(chain, second, field, end);
    return add_chain(std::move(chain));
  }
  Chain next = chain;
  next.name = second_name;
  add_translations(next, second, field, end);
  const model::Action go_on = {ActionKind::go_to, add_chain(std::move(next))};
  add_translations(chain, first, field, go_on);
  Rule rest;
  rest.name = fmt::format("default: {}", second_name);
  rest.action = go_on;
  chain.rules.push_back(std::move(rest));
  return add_chain(std::move(chain));
}

// Answers to packets that a rule passed without keeping state, and further ones like them, have no state to pass by. Whether another rule
// had kept one for them is not followed.
void Ruleset::stateless(Chain& chain, Direction direction) {
  const Field field = direction == Direction::in ? Field::in : Field::out;
  for (const FilterRule& rule : filter) {
    if (rule.keep_state || !rule.enabled || rule.action != FilterRule::Action::pass || rule.origin.line == 0) continue;
    for (const bool answer : {false, true}) {
      const Direction seen = !answer ? direction : direction == Direction::in ? Direction::out : Direction::in;
      if (!goes(rule.direction, seen)) continue;
      RuleBase copy = rule;
      copy.unknown = "no state is kept: " + rule.name;
      copy.tagged.clear();
      if (answer)
        for (Term& term : copy.terms) turn_round(term);
      Rule added = base(copy, field);
      added.terms.insert(added.terms.begin(), in(Field::state, IntervalSet::range(model::state_established, model::state_related)));
      added.action = unknown_action(copy, false);
      chain.rules.push_back(std::move(added));
    }
  }
}

void Ruleset::add_states(Chain& chain, Direction direction) {
  stateless(chain, direction);
  Rule known;
  known.name = "default: states";
  known.terms.push_back(in(Field::state, IntervalSet::of(model::state_established)));
  known.action = {ActionKind::accept, 0};
  chain.rules.push_back(known);
  // pf has no helpers that would expect further connections: only errors about a known one are related to it.
  known.terms = {in(Field::state, IntervalSet::of(model::state_related)),
                 in(Field::protocol, IntervalSet::of(family_ == model::Family::v4 ? model::proto_icmp : model::proto_icmpv6))};
  chain.rules.push_back(std::move(known));
}

Rule Ruleset::filter_rule(const FilterRule& rule, Field field) {
  Rule result = base(rule, field);
  if (!rule.assumption.empty()) {
    const auto [found, added] = assumptions_.emplace(rule.assumption, static_cast<int32_t>(policy_.assumptions.size()));
    if (added) policy_.assumptions.push_back({rule.assumption, rule.origin});
    result.assumption = found->second;
  }
  if (!rule.unknown.empty()) {
    result.action = unknown_action(rule, false);
    return result;
  }
  using Action = FilterRule::Action;
  const IntervalSet protocols = protocols_of(result.terms);
  if (rule.action == Action::pass && rule.keep_state && !rule.any_flags && protocols.contains(model::proto_tcp)) {
    if (protocols.is_single()) result.terms.push_back({model::Masked{Field::tcp_flags, model::tcp_syn | model::tcp_ack, model::tcp_syn}, false});
    else result.terms.push_back(tcp_flags(model::tcp_syn, model::tcp_syn | model::tcp_ack));
  }
  switch (rule.action) {
    case Action::pass:
      result.action = rule.tag.empty() || tags_unsure_
                          ? model::Action{ActionKind::accept, 0}
                          : rewriting(policy_, {set_mark(kTagMask, tag_number(rule.tag))}, ActionKind::accept);
      break;
    case Action::block: result.action = {ActionKind::drop, 0}; break;
    case Action::reject: result.action = {ActionKind::reject, 0}; break;
    case Action::match: result.action = {ActionKind::proceed, 0}; break;
  }
  return result;
}

uint32_t Ruleset::add_chain(Chain chain) {
  policy_.chains.push_back(std::move(chain));
  return static_cast<uint32_t>(policy_.chains.size() - 1);
}

uint32_t Ruleset::filter_chain(std::string_view name, Direction direction) {
  const Field field = direction == Direction::in ? Field::in : Field::out;
  Chain chain;
  chain.name = name;
  chain.at_end = ActionKind::accept;
  chain.at_end_text = "no rule matches: pass";
  if (!skipped.empty()) {
    RuleBase skip;
    skip.name = "default: not filtered";
    skip.interfaces = skipped;
    Rule rule = base(skip, field);
    rule.action = {ActionKind::accept, 0};
    chain.rules.push_back(std::move(rule));
  }
  add_states(chain, direction);
  if (direction == Direction::in) {
    Rule let_by;
    let_by.name = "default: let by by its port forward";
    let_by.terms.push_back({model::Masked{Field::mark, kLetBy, kLetBy}, false});
    let_by.action = {ActionKind::accept, 0};
    chain.rules.push_back(std::move(let_by));
  }
  for (const FilterRule& rule : filter)
    if (rule.quick && goes(rule.direction, direction)) chain.rules.push_back(filter_rule(rule, field));
  for (auto rule = filter.rbegin(); rule != filter.rend(); ++rule)
    if (!rule->quick && goes(rule->direction, direction)) chain.rules.push_back(filter_rule(*rule, field));
  return add_chain(std::move(chain));
}

model::Policy Ruleset::finish() {
  auto& input = policy_.hooks[static_cast<size_t>(model::Hook::input)];
  auto& output = policy_.hooks[static_cast<size_t>(model::Hook::output)];
  auto& forward = policy_.hooks[static_cast<size_t>(model::Hook::forward)];
  const Stage route = {Stage::Kind::route, 0};
  if (!enabled) {
    input = output = forward = {route};
    return std::move(policy_);
  }
  note_tags();
  const Stage in[] = {{Stage::Kind::nat, translate("rdr", rdr, "rdr/1:1", binat_in, Field::in)}, {Stage::Kind::filter, filter_chain("filter/in", Direction::in)}};
  const Stage out[] = {{Stage::Kind::nat, translate("nat", binat_out, "nat/outbound", nat, Field::out)}, {Stage::Kind::filter, filter_chain("filter/out", Direction::out)}};
  forward = {in[0], in[1], route, out[0], out[1]};
  input = {in[0], in[1], route};
  output = {route, out[0], out[1]};
  return std::move(policy_);
}

}  // namespace fwproof::importers::text::pf
