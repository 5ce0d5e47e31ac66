#include "importers/cisco_ios/lower.h"

#include <algorithm>

#include "importers/cisco_ios/names.h"
#include "importers/cisco_ios/words.h"

namespace fwproof::importers::cisco_ios {

using model::Action;
using model::ActionKind;
using model::DiagnosticId;
using model::Family;
using model::Field;
using model::Hook;
using model::IntervalSet;
using model::LineClass;
using model::Origin;
using model::Severity;
using model::Stage;
using model::Term;

// ---- Report ----

void Report::tell(DiagnosticId id, Severity severity, Origin origin, std::string message, std::string note) {
  if (told_.size() > 1000 || !told_.emplace(message, origin.line).second) return;
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = severity;
  diagnostic.origin = origin;
  diagnostic.message = std::move(message);
  if (!note.empty()) diagnostic.notes.push_back(std::move(note));
  for (const Section& section : sections_) {
    if (section.file != origin.file || origin.line < section.first_line || origin.line - section.first_line >= section.lines.size()) continue;
    const std::string_view text = section.lines[origin.line - section.first_line];
    if (section.encoding != "bytes" && text.size() <= 300) diagnostic.line_text = std::string(text);
  }
  result_.diagnostics.push_back(std::move(diagnostic));
}

void Report::set(Origin origin, LineClass line_class, std::string_view construct) {
  if (origin.line == 0) return;
  if (const auto found = result_.accounts.find(origin.file); found != result_.accounts.end()) found->second.set(origin.line, line_class, construct);
}

// ---- Tools ----

Lowering::Lowering(const Config& config, Family family, Report& report) : config_(config), family_(family), report_(report) {
  (family == Family::v4 ? policy_.v4 : policy_.v6) = true;
  policy_.interfaces.set_normalise([](std::string_view name) { return interface_name(name); });
  for (const auto& [name, list] : family == Family::v4 ? config.lists : config.lists6)
    for (const Entry& entry : list.entries)
      if (!entry.reflect.empty()) reflecting_[entry.reflect].emplace_back(&list, &entry);
}

void Lowering::name_interfaces() {
  for (const Interface& interface : config_.interfaces) policy_.interfaces.add(interface.name);
  for (const StaticRoute& route : config_.routes)
    if (!route.dev.empty()) policy_.interfaces.add(route.dev);
  for (const auto& [name, clauses] : config_.route_maps)
    for (const RouteMapClause& clause : clauses)
      for (const Use& use : clause.interfaces) policy_.interfaces.add(use.name);
}

uint32_t Lowering::chain(std::string name) {
  constexpr size_t kMaxChains = 200'000;
  too_large_ = too_large_ || policy_.chains.size() > kMaxChains;
  model::Chain chain;
  chain.name = std::move(name);
  policy_.chains.push_back(std::move(chain));
  return static_cast<uint32_t>(policy_.chains.size() - 1);
}

model::Rule& Lowering::rule(uint32_t chain, Terms terms, Action action, Origin origin, std::string name) {
  too_large_ = too_large_ || ++rules_ > kMaxRules;
  model::Rule rule;
  rule.terms = std::move(terms);
  rule.action = action;
  rule.origin = origin;
  rule.name = std::move(name);
  policy_.chains[chain].rules.push_back(std::move(rule));
  return policy_.chains[chain].rules.back();
}

uint32_t Lowering::unknown_index(const UnknownPart& part, Origin origin) {
  const bool header = part.kind == "dscp" || part.kind == "precedence" || part.kind == "tos";
  const Sharing sharing = header && config_.sets_header ? Sharing::per_visit : part.sharing;
  if (sharing == Sharing::pure)
    if (const auto found = pure_.find({part.kind, part.text}); found != pure_.end()) return found->second;
  policy_.unknowns.push_back({sharing, part.kind, part.text, origin});
  const auto index = static_cast<uint32_t>(policy_.unknowns.size() - 1);
  if (sharing == Sharing::pure) pure_.emplace(std::pair(part.kind, part.text), index);
  return index;
}

Term Lowering::unknown(const UnknownPart& part, Origin origin, bool negated) { return {model::Unknown{unknown_index(part, origin)}, negated}; }

Action Lowering::unknown_action(std::string kind, std::string text, Origin origin, bool rewrites) {
  return {rewrites ? ActionKind::unknown_rewriting : ActionKind::unknown, unknown_index({std::move(kind), std::move(text), Sharing::per_visit}, origin)};
}

Term Lowering::interfaces(Field field, const std::vector<std::string>& names, bool negated) {
  std::vector<model::Interval> all;
  for (const std::string& name : names) {
    const IntervalSet atoms = policy_.interfaces.atoms(name);
    all.insert(all.end(), atoms.intervals().begin(), atoms.intervals().end());
  }
  return {model::In{field, IntervalSet::from(std::move(all))}, negated};
}

Lowering::Terms Lowering::answers() { return {is(Field::state, IntervalSet::of(model::state_established)), is(Field::ct_dir, IntervalSet::of(1))}; }

// ---- Stages ----

model::Policy Lowering::run() {
  name_interfaces();
  auto& forward = policy_.hooks[static_cast<size_t>(Hook::forward)];
  auto& input = policy_.hooks[static_cast<size_t>(Hook::input)];
  auto& output = policy_.hooks[static_cast<size_t>(Hook::output)];
  const auto add = [](std::vector<Stage>& hook, std::optional<uint32_t> chain, Stage::Kind kind = Stage::Kind::filter) {
    if (chain) hook.push_back({kind, *chain, true});
  };
  const bool routes = family_ == Family::v4 ? config_.ip_routing : config_.ipv6_routing || !config_.whole;
  if (!routes) add(forward, routing_off());
  const uint32_t in = inbound();
  add(forward, in);
  add(input, in);
  const auto to_inside = destination_stage();
  add(forward, to_inside, Stage::Kind::nat);
  add(input, to_inside, Stage::Kind::nat);
  for (auto* hook : {&forward, &input}) hook->push_back({Stage::Kind::route, 0, false});
  add(forward, zones_forward());
  add(input, zones_self(true));
  add(input, management());
  add(forward, answers_stage());
  add(forward, source_stage(), Stage::Kind::nat);
  add(forward, outbound());
  add(output, zones_self(false));
  if (!config_.unknown_lines.empty())
    policy_.general_assumptions.push_back({std::to_string(config_.unknown_lines.size()) + " lines that no importer knows have no part in filtering or translation (this is the first)", config_.unknown_lines.front()});
  if (too_large_) {
    const uint32_t stop = chain("too large");
    rule(stop, {}, unknown_action("size", "the class maps of this configuration are nested too widely", {}, true));
    policy_.chains[stop].at_end = ActionKind::accept;
    for (auto& hook : policy_.hooks) hook.insert(hook.begin(), {Stage::Kind::filter, stop, true});
  }
  return std::move(policy_);
}

uint32_t Lowering::routing_off() {
  const uint32_t off = chain("routing");
  policy_.chains[off].at_end = ActionKind::drop;
  policy_.chains[off].at_end_origin = family_ == Family::v4 ? config_.no_ip_routing : Origin{};
  policy_.chains[off].at_end_text = family_ == Family::v4 ? "no ip routing: packets are not forwarded" : "ipv6 unicast-routing is not configured: IPv6 packets are not forwarded";
  return off;
}

uint32_t Lowering::inbound() {
  const uint32_t base = chain("inbound");
  policy_.chains[base].at_end = ActionKind::accept;
  policy_.chains[base].at_end_text = "no inbound access list on this interface";
  opaque_rules(base, true);
  inspected_answers(base, true);
  for (const Interface& interface : config_.interfaces) port_list(base, interface, true);
  for (const Interface& interface : config_.interfaces) crypto_rules(base, interface, true);
  for (const Interface& interface : config_.interfaces) interface_list(base, interface, true);
  return base;
}

uint32_t Lowering::outbound() {
  const uint32_t base = chain("outbound");
  policy_.chains[base].at_end = ActionKind::accept;
  policy_.chains[base].at_end_text = "no outbound access list on this interface";
  opaque_rules(base, false);
  inspected_answers(base, false);
  for (const Interface& interface : config_.interfaces) port_list(base, interface, false);
  for (const Interface& interface : config_.interfaces) crypto_rules(base, interface, false);
  for (const Interface& interface : config_.interfaces) interface_list(base, interface, false);
  return base;
}

void Lowering::opaque_rules(uint32_t base, bool in) {
  for (const OpaqueUse& use : config_.everywhere)
    if (in ? use.in : use.out) rule(base, {}, unknown_action(use.kind, use.text, use.origin, use.rewrites), use.origin, use.kind);
  for (const Interface& interface : config_.interfaces) {
    const Term here = this->interface(in ? Field::in : Field::out, interface.name);
    for (const WccpUse& use : interface.wccp)
      if (use.in == in) wccp_rule(base, interface, use, here);
    for (const OpaqueUse& use : interface.opaque) {
      if (!(in ? use.in : use.out)) continue;
      if (use.only_drops)
        rule(base, {here, unknown({use.kind, interface.name + ": " + use.text, Sharing::pure}, use.origin)}, {ActionKind::drop, 0}, use.origin, use.kind);
      else
        rule(base, {here}, unknown_action(use.kind, use.text, use.origin, use.rewrites), use.origin, use.kind);
    }
    const auto& policy = interface.service_policy[in ? 0 : 1];
    std::set<std::string> seen;
    if (policy && has_whole_drop(policy->name, seen)) rule(base, {here}, unknown_action("policy-map", policy->name, policy->origin, false), policy->origin, "service-policy");
  }
}

// The well-known service takes IPv4 TCP to port 80 (FORMAT.md, "Interception"); a list may leave some out, and so may an access list before it.
void Lowering::wccp_rule(uint32_t base, const Interface& interface, const WccpUse& use, const Term& here) {
  if (family_ == Family::v6) return;
  const auto found = config_.wccp.find(use.service);
  const bool sure = found != config_.wccp.end() && !found->second.is_listed && !(use.in && interface.group[0]);
  const Terms terms = {here, is(Field::protocol, IntervalSet::of(model::proto_tcp)), is(Field::dst_port, IntervalSet::of(80))};
  rule(base, terms, unknown_action(sure ? "interception" : "redirection", use.text, use.origin, true), use.origin, use.text);
}

// A class of the policy, or of one nested in it, drops what it matches.
bool Lowering::has_whole_drop(const std::string& name, std::set<std::string>& seen) const {
  std::vector<std::string> todo = {name};
  while (!todo.empty()) {
    const std::string next = std::move(todo.back());
    todo.pop_back();
    const auto found = config_.policy_maps.find(next);
    if (found == config_.policy_maps.end() || !seen.insert(next).second) continue;
    if (found->second.drops) return true;
    todo.insert(todo.end(), found->second.nested.begin(), found->second.nested.end());
  }
  return false;
}

void Lowering::interface_list(uint32_t base, const Interface& interface, bool in) {
  const auto& use = family_ == Family::v4 ? interface.group[in ? 0 : 1] : interface.filter6[in ? 0 : 1];
  if (!use) return;
  const Term here = this->interface(in ? Field::in : Field::out, interface.name);
  const AccessList* list = find_list(use->name);
  if (list == nullptr || list->entries.empty()) {
    // Cisco IOS Security Command Reference, "ip access-group": a list that does not exist passes all packets.
    report_.tell(DiagnosticId::list_missing, Severity::warning, use->origin,
                 "access list '" + use->name.substr(0, 100) + "' is applied to " + interface.name + (list == nullptr ? " but not defined" : " but empty"), "it permits everything");
    rule(base, {here}, {ActionKind::accept, 0}, use->origin, "access list " + use->name + (list == nullptr ? " does not exist: everything is permitted" : " is empty: everything is permitted"));
    return;
  }
  const uint32_t target = list_chain(*list, {{ActionKind::accept, 0}, {ActionKind::drop, 0}}, false);
  rule(base, {here}, {ActionKind::go_to, target}, use->origin, "access list " + use->name);
}

// A list on a port of a switch filters what passes the port, whichever VLAN's interface routes it (Catalyst configuration guides, "Port ACLs").
void Lowering::port_list(uint32_t base, const Interface& interface, bool in) {
  const auto& use = family_ == Family::v4 ? interface.group[in ? 0 : 1] : interface.filter6[in ? 0 : 1];
  if (!use || !interface.addresses.empty() || interface.dynamic4 || interface.dynamic6 || !interface.unnumbered.empty()) return;
  const bool switches = std::any_of(config_.interfaces.begin(), config_.interfaces.end(), [](const Interface& i) { return begins(i.name, "Vlan") && !i.addresses.empty(); });
  if (!interface.switchport && !(switches && interface.name.find("Ethernet") != std::string::npos)) return;
  const AccessList* list = find_list(use->name);
  if (list == nullptr || list->entries.empty()) return;
  const uint32_t target = list_chain(*list, {{ActionKind::return_, 0}, {ActionKind::drop, 0}}, false);
  rule(base, {unknown({"switch port", std::string(in ? "comes in by " : "leaves by ") + interface.name, Sharing::pure}, use->origin)}, {ActionKind::jump, target}, use->origin, "access list " + use->name + " on a switch port");
}

// What a crypto map covers leaves encrypted, and is dropped where it comes in the clear.
void Lowering::crypto_rules(uint32_t base, const Interface& interface, bool in) {
  if (!interface.crypto_map || family_ == Family::v6) return;
  const Use& use = *interface.crypto_map;
  const Term here = this->interface(in ? Field::in : Field::out, interface.name);
  const Action action = unknown_action("crypto map", use.name, use.origin, !in);
  const auto found = config_.crypto_maps.find(use.name);
  if (found == config_.crypto_maps.end() || found->second.dynamic || found->second.lists.empty()) {
    rule(base, {here}, action, use.origin, "crypto map " + use.name);
    return;
  }
  for (const Use& list : found->second.lists) {
    const Action match = match_list(list, {action, {ActionKind::return_, 0}}, in);
    if (match.kind == ActionKind::go_to) rule(base, {here}, {ActionKind::jump, match.index}, use.origin, "crypto map " + use.name);
  }
}

// ---- Inspection of old (CBAC) ----

// "Firewall ACL Bypass" (Cisco IOS Release 12.3(4)T): packets of an inspected session pass the access lists on both sides.
void Lowering::inspected_answers(uint32_t base, bool in) {
  if (family_ == Family::v6) return;
  const auto carries = [](const Interface& i) { return !i.shutdown && (!i.addresses.empty() || i.dynamic4 || !i.unnumbered.empty()) && !begins(i.name, "Loopback"); };
  size_t open = 0;
  for (const Interface& interface : config_.interfaces) open += carries(interface) && !interface.inspect[0];
  for (const Interface& interface : config_.interfaces) {
    // Sessions that left by this interface: their answers come in by it.
    if (const auto& use = interface.inspect[1]) inspected_rules(base, {this->interface(Field::in, interface.name)}, *use);
    const auto& use = interface.inspect[0];
    if (!use) continue;
    if (!in) {
      inspected_rules(base, {this->interface(Field::out, interface.name)}, *use);
      continue;
    }
    // Where another interface without inspection may have been where the session came from, it is not known.
    std::vector<std::string> sure, unsure;
    for (const Interface& other : config_.interfaces)
      if (&other != &interface && carries(other)) (open - (other.inspect[0] ? 0 : 1) > 0 ? unsure : sure).push_back(other.name);
    if (!sure.empty()) inspected_rules(base, {interfaces(Field::in, sure)}, *use);
    if (!unsure.empty())
      inspected_rules(base, {interfaces(Field::in, unsure), unknown({"inspect", "the session came in by " + interface.name, Sharing::pure}, use->origin)}, *use);
  }
}

void Lowering::inspected_rules(uint32_t base, const Terms& scope, const Use& use) {
  const auto found = config_.inspect_rules.find(use.name);
  const auto add = [&](const Terms& more, Origin origin) {
    Terms terms = scope;
    for (const Term& term : answers()) terms.push_back(term);
    for (const Term& term : more) terms.push_back(term);
    rule(base, std::move(terms), {ActionKind::accept, 0}, origin, "answers of what ip inspect " + use.name + " follows");
  };
  if (found == config_.inspect_rules.end()) {
    report_.tell(DiagnosticId::list_missing, Severity::warning, use.origin, "inspection rule '" + use.name.substr(0, 100) + "' is applied but not defined");
    return add({unknown({"inspect", use.name, Sharing::per_visit}, use.origin)}, use.origin);
  }
  for (const std::string& protocol : found->second.protocols)
    for (const Terms& terms : inspected_terms(protocol, true, use.origin)) add(terms, use.origin);
  for (const std::string& protocol : found->second.unknown) add({unknown({"inspect", "inspection of " + protocol, Sharing::pure}, use.origin)}, use.origin);
}

// ---- The router itself ----

std::optional<uint32_t> Lowering::management() {
  const uint32_t base = chain("management");
  policy_.chains[base].at_end = ActionKind::accept;
  policy_.chains[base].at_end_text = "nothing guards this on the router itself";
  for (const OpaqueUse& use : config_.control_plane)
    rule(base, {}, unknown_action(use.kind, use.text, use.origin, use.rewrites), use.origin, use.kind);
  const auto guard = [&](const Use& use, Terms terms) {
    const AccessList* list = find_list(use.name);
    if (list == nullptr || list->entries.empty()) {
      report_.tell(DiagnosticId::list_missing, Severity::warning, use.origin, "access list '" + use.name.substr(0, 100) + "' guards the router but is not defined", "it permits everything");
      rule(base, std::move(terms), {ActionKind::accept, 0}, use.origin, "access-class " + use.name + " does not exist: everything is permitted");
    } else {
      rule(base, std::move(terms), {ActionKind::go_to, list_chain(*list, {{ActionKind::accept, 0}, {ActionKind::drop, 0}}, false)}, use.origin, "access-class " + use.name);
    }
  };
  const auto ports = [](std::initializer_list<unsigned> numbers) {
    std::vector<model::Interval> all;
    for (const unsigned number : numbers) all.push_back({number, number});
    return Terms{is(Field::protocol, IntervalSet::of(model::proto_tcp)), is(Field::dst_port, IntervalSet::from(std::move(all)))};
  };
  const auto class_of = [&](const VtyLines& lines) -> const std::optional<Use>& { return family_ == Family::v4 ? lines.access_class : lines.access_class6; };
  for (size_t i = 0; i < config_.vty.size(); ++i) {
    const auto& use = class_of(config_.vty[i]);
    const bool same_for_rest = std::all_of(config_.vty.begin() + static_cast<long>(i), config_.vty.end(), [&](const VtyLines& lines) {
      return class_of(lines).has_value() == use.has_value() && (!use || class_of(lines)->name == use->name);
    });
    Terms terms = ports({22, 23});
    // Which line answers a session is not known: the first that is free.
    if (!same_for_rest) terms.push_back(unknown({"vty", "which vty line answers", Sharing::per_visit}, config_.vty[i].origin));
    if (use) guard(*use, std::move(terms));
    else rule(base, std::move(terms), {ActionKind::accept, 0}, config_.vty[i].origin, "vty lines without access-class");
    if (same_for_rest) break;
  }
  if (const auto& use = family_ == Family::v4 ? config_.http_class : config_.http_class6) guard(*use, ports({80, 443}));
  return base;
}

}  // namespace fwproof::importers::cisco_ios
