// Address translation. Order: Cisco "NAT Order of Operation" (document 6209): outside to inside before routing, inside to outside behind it.
#include <algorithm>

#include "importers/cisco_ios/lower.h"
#include "importers/cisco_ios/words.h"

namespace fwproof::importers::cisco_ios {

using model::Action;
using model::ActionKind;
using model::DiagnosticId;
using model::Family;
using model::Field;
using model::IntervalSet;
using model::LineClass;
using model::Origin;
using model::Rewrite;
using model::Severity;
using model::Term;
using model::u128;

namespace {

using Kind = NatRule::Kind;

Rewrite assign(Field field, IntervalSet values) { return {Rewrite::Kind::assign, field, std::move(values), ""}; }
Rewrite assign(Field field, u128 value) { return assign(field, IntervalSet::of(value)); }
Rewrite translated(Field field) {
  const u128 bit = field == Field::src ? model::ct_snat : model::ct_dnat;
  return {Rewrite::Kind::set_bits, Field::ct_status, {}, "", bit, bit};
}
u128 network_mask(unsigned length) { return length == 0 ? 0 : (~u128{0} << (32 - length)) & 0xffffffff; }
Rewrite netmap(Field field, u128 network, unsigned length) { return {Rewrite::Kind::netmap, field, {}, "", network_mask(length), network & network_mask(length)}; }

Term address(Field field, IntervalSet set) { return {model::InAddresses{field, model::AddressSet::of(Family::v4, std::move(set))}, false}; }
IntervalSet network(u128 value, unsigned length) {
  const u128 mask = network_mask(length);
  return IntervalSet::range(value & mask, (value & mask) | (0xffffffff ^ mask));
}

bool has_ports(const NatRule& rule) { return rule.protocol == model::proto_tcp || rule.protocol == model::proto_udp; }

}  // namespace

bool Lowering::translates() const { return family_ == Family::v4 && !config_.nat.empty(); }

const std::vector<std::string>& Lowering::side(NatSide side, const std::string& vrf, bool any_vrf) {
  const auto [found, added] = sides_.try_emplace({side, vrf, any_vrf});
  std::vector<std::string>& names = found->second;
  if (!added) return names;
  for (const Interface& interface : config_.interfaces)
    if (interface.nat == side && (any_vrf || interface.vrf == vrf)) names.push_back(interface.name);
  return names;
}

// Rules that name ports are looked for before whole addresses, those before networks, the smallest network first: entries of a table, not a list.
std::vector<const NatRule*> Lowering::ordered(Kind kind) const {
  std::vector<const NatRule*> rules;
  for (const NatRule& rule : config_.nat)
    if (rule.kind == kind) rules.push_back(&rule);
  const auto rank = [](const NatRule* rule) { return has_ports(*rule) ? 0u : rule->network_length ? 40u - *rule->network_length : 1u; };
  std::stable_sort(rules.begin(), rules.end(), [&](const NatRule* a, const NatRule* b) { return rank(a) < rank(b); });
  return rules;
}

std::optional<IntervalSet> Lowering::address_of(const std::string& name) const {
  std::string at = name;
  for (int hops = 0; hops < 4; ++hops) {
    const auto found = config_.interface_index.find(at);
    if (found == config_.interface_index.end()) return std::nullopt;
    const Interface& interface = config_.interfaces[found->second];
    if (interface.has_primary) return IntervalSet::of(interface.primary.value);
    if (interface.unnumbered.empty()) return std::nullopt;
    at = interface.unnumbered;
  }
  return std::nullopt;
}

Action Lowering::rewrite(std::vector<Rewrite> steps, bool last) {
  policy_.rewrites.push_back({std::move(steps), last ? ActionKind::accept : ActionKind::proceed});
  const Action action{ActionKind::rewrite, static_cast<uint32_t>(policy_.rewrites.size() - 1)};
  if (last) return action;
  // Comes back behind the rule that jumped to the list of rules.
  const uint32_t target = chain("translation");
  rule(target, {}, action);
  return {ActionKind::go_to, target};
}

// ---- Stages ----

std::optional<uint32_t> Lowering::destination_stage() {
  if (!translates()) return std::nullopt;
  const uint32_t base = chain("translation, outside to inside");
  policy_.chains[base].at_end = ActionKind::accept;
  for (const NatRule& each : config_.nat)
    if (each.kind == Kind::opaque) rule(base, {}, unknown_action("translation", each.text, each.origin, true), each.origin, "ip nat");
  rule(base, {interfaces(Field::in, side(NatSide::outside, "", true), true)}, {ActionKind::accept, 0}, {}, "not from an outside interface");
  const auto outside_fixed = ordered(Kind::outside_static), outside_pool = ordered(Kind::outside_source);
  if (!outside_fixed.empty() || !outside_pool.empty()) {
    const uint32_t sources = chain("translation, outside source");
    for (const NatRule* each : outside_fixed) outside_static(sources, *each, true);
    for (const NatRule* each : outside_pool) outside_source(sources, *each);
    rule(base, {}, {ActionKind::jump, sources});
  }
  for (const NatRule* each : ordered(Kind::inside_static)) inside_static(base, *each, true, std::nullopt);
  for (const NatRule* each : ordered(Kind::inside_destination)) inside_destination(base, *each);
  for (const NatRule* each : ordered(Kind::inside_source)) {
    const auto pool = config_.pools.find(each->pool);
    if (each->overload || pool == config_.pools.end() || each->pool.empty()) continue;
    // While an inside host has an address of the pool, others reach it there.
    rule(base, {address(Field::dst, pool->second.addresses)}, unknown_action("translation", "whether an inside host has this address of pool " + each->pool + " now", each->origin, true), each->origin,
         "dynamic translation");
  }
  return base;
}

std::optional<uint32_t> Lowering::source_stage() {
  if (!translates()) return std::nullopt;
  const uint32_t base = chain("translation, inside to outside");
  policy_.chains[base].at_end = ActionKind::accept;
  for (const NatRule& each : config_.nat)
    if (each.kind == Kind::opaque) rule(base, {}, unknown_action("translation", each.text, each.origin, true), each.origin, "ip nat");
  rule(base, {interfaces(Field::in, side(NatSide::inside, "", true), true)}, {ActionKind::accept, 0}, {}, "not from an inside interface");
  rule(base, {interfaces(Field::out, side(NatSide::outside, "", true), true)}, {ActionKind::accept, 0}, {}, "not to an outside interface");
  const auto outside = ordered(Kind::outside_static);
  if (!outside.empty()) {
    const uint32_t destinations = chain("translation, outside destination");
    for (const NatRule* each : outside) outside_static(destinations, *each, false);
    rule(base, {}, {ActionKind::jump, destinations});
  }
  source_rules(base, std::nullopt);
  return base;
}

void Lowering::source_rules(uint32_t base, std::optional<Action> instead) {
  for (const NatRule* each : ordered(Kind::inside_static)) inside_static(base, *each, false, instead);
  for (const NatRule* each : ordered(Kind::inside_source)) inside_source(base, *each, instead);
}

// An answer from inside to a connection that came in untranslated gets a translation of its own, and nobody outside knows it.
std::optional<uint32_t> Lowering::answers_stage() {
  if (!translates()) return std::nullopt;
  const bool any = std::any_of(config_.nat.begin(), config_.nat.end(), [](const NatRule& each) { return each.kind == Kind::inside_static || each.kind == Kind::inside_source; });
  if (!any) return std::nullopt;
  const uint32_t base = chain("translation, answers of untranslated connections");
  policy_.chains[base].at_end = ActionKind::accept;
  const uint32_t rules = chain("translation, answers");
  Terms terms = answers();
  terms.push_back(is(Field::ct_status, IntervalSet::of(0)));
  terms.push_back(interfaces(Field::in, side(NatSide::inside, "", true)));
  terms.push_back(interfaces(Field::out, side(NatSide::outside, "", true)));
  rule(base, std::move(terms), {ActionKind::jump, rules}, {}, "answer of an untranslated connection");
  for (const NatRule* each : ordered(Kind::inside_static))
    inside_static(rules, *each, false, unknown_action("translation", "the answer is translated although the request was not", each->origin, true));
  for (const NatRule* each : ordered(Kind::inside_source))
    inside_source(rules, *each, unknown_action("translation", "the answer is translated although the request was not", each->origin, true));
  return base;
}

// ---- Static rules ----

void Lowering::inside_static(uint32_t base, const NatRule& each, bool to_inside, std::optional<Action> instead) {
  const Field field = to_inside ? Field::dst : Field::src, port = to_inside ? Field::dst_port : Field::src_port;
  const u128 local = each.local->value;
  Terms terms;
  if (!to_inside) terms.push_back(interfaces(Field::in, side(NatSide::inside, each.vrf, false)));
  if (each.protocol != 0) terms.push_back(is(Field::protocol, IntervalSet::of(each.protocol)));
  if (has_ports(each)) terms.push_back(is(port, IntervalSet::of(to_inside ? each.global_port : each.local_port)));
  std::vector<Rewrite> steps;
  if (each.network_length) {
    const unsigned length = *each.network_length;
    terms.push_back(address(field, network(to_inside ? each.global->value : local, length)));
    steps = {netmap(field, to_inside ? local : each.global->value, length)};
  } else {
    std::optional<IntervalSet> global;
    if (each.global) global = IntervalSet::of(each.global->value);
    else global = address_of(each.global_interface);
    if (!to_inside) terms.push_back(address(field, IntervalSet::of(local)));
    else if (global) terms.push_back(address(field, *global));
    else terms.push_back({model::InNamed{Field::dst, "address:" + each.global_interface}, false});
    if (to_inside) steps = {assign(field, local)};
    else if (global) steps = {assign(field, *global)};
    else steps = {Rewrite{Rewrite::Kind::assign_named, field, {}, "address:" + each.global_interface}};
  }
  if (has_ports(each)) steps.push_back(assign(port, to_inside ? each.local_port : each.global_port));
  steps.push_back(translated(field));
  const std::string name = "ip nat inside source static";
  if (each.route_map.empty()) {
    const Action action = instead ? *instead : rewrite(std::move(steps), true);
    rule(base, std::move(terms), action, each.origin, name);
    return;
  }
  if (to_inside) {
    // Whether the route map decides for connections from outside too depends on `reversible` and the release.
    terms.push_back(unknown({"route-map", "route-map " + each.route_map + " on the way in", Sharing::per_visit}, each.origin));
    report_.set(each.origin, LineClass::approximated, "static translation with a route map");
    rule(base, std::move(terms), rewrite(std::move(steps), true), each.origin, name);
    return;
  }
  const Action action = instead ? *instead : rewrite(std::move(steps), true);
  const Action match = match_nat(each, {action, {ActionKind::return_, 0}}, false);
  enter(base, std::move(terms), match, each.origin, name);
}

// From outside the source becomes the local address; to outside the destination that names it becomes the global one.
void Lowering::outside_static(uint32_t base, const NatRule& each, bool to_inside) {
  const Field field = to_inside ? Field::src : Field::dst, port = to_inside ? Field::src_port : Field::dst_port;
  Terms terms;
  if (!to_inside) terms.push_back(interfaces(Field::in, side(NatSide::inside, each.vrf, false)));
  if (each.protocol != 0) terms.push_back(is(Field::protocol, IntervalSet::of(each.protocol)));
  if (has_ports(each)) terms.push_back(is(port, IntervalSet::of(to_inside ? each.global_port : each.local_port)));
  const u128 from = to_inside ? each.global->value : each.local->value, to = to_inside ? each.local->value : each.global->value;
  std::vector<Rewrite> steps;
  if (each.network_length) {
    terms.push_back(address(field, network(from, *each.network_length)));
    steps = {netmap(field, to, *each.network_length)};
  } else {
    terms.push_back(address(field, IntervalSet::of(from)));
    steps = {assign(field, to)};
  }
  if (has_ports(each)) steps.push_back(assign(port, to_inside ? each.local_port : each.global_port));
  steps.push_back(translated(field));
  if (!each.route_map.empty()) terms.push_back(unknown({"route-map", "route-map " + each.route_map, Sharing::per_visit}, each.origin));
  rule(base, std::move(terms), rewrite(std::move(steps), false), each.origin, "ip nat outside source static");
}

// ---- Dynamic rules ----

// What becomes of a packet that the rule is for. last: no other rule follows; else the caller's chain goes on.
Action Lowering::translation(const NatRule& each, Field field, bool last) {
  const auto pool = config_.pools.find(each.pool);
  if (each.interface.empty() && (pool == config_.pools.end() || pool->second.opaque || pool->second.addresses.empty())) {
    report_.tell(DiagnosticId::set_missing, Severity::warning, each.origin, "address pool '" + each.pool.substr(0, 100) + "' is not defined", "what the translation does cannot be told");
    report_.set(each.origin, LineClass::opaque, "translation to a pool that is not known");
    return unknown_action("translation", "pool " + each.pool, each.origin, true);
  }
  std::vector<Rewrite> steps;
  if (!each.interface.empty()) {
    const auto known = address_of(each.interface);
    if (known) steps = {assign(field, *known)};
    else steps = {Rewrite{Rewrite::Kind::assign_named, field, {}, "address:" + each.interface}};
    const auto found = config_.interface_index.find(each.interface);
    if (!known && (found == config_.interface_index.end() || !config_.interfaces[found->second].dynamic4))
      report_.tell(DiagnosticId::interface_unaddressed, Severity::warning, each.origin, "interface " + each.interface + " has no address to translate to");
  } else if (pool->second.match_host) {
    steps = {netmap(field, pool->second.addresses.min(), pool->second.prefix_length)};
  } else {
    steps = {assign(field, pool->second.addresses)};
  }
  steps.push_back(translated(field));
  // `interface` implies overload. PAT keeps the port where it is free and else takes one of the same group: 1-511, 512-1023, 1024-65535.
  const bool overload = field == Field::src && (each.overload || !each.interface.empty()) && each.kind == Kind::inside_source;
  if (!overload) return rewrite(std::move(steps), last);
  const uint32_t target = chain("translation with ports");
  const Term with_ports = is(Field::protocol, IntervalSet::from({{model::proto_tcp, model::proto_tcp}, {model::proto_udp, model::proto_udp}}));
  std::vector<Rewrite> high = steps, low = steps;
  high.push_back(assign(Field::src_port, IntervalSet::range(1024, 65535)));
  low.push_back(assign(Field::src_port, IntervalSet::range(1, 65535)));
  rule(target, {with_ports, is(Field::src_port, IntervalSet::range(1024, 65535))}, rewrite(std::move(high), last), each.origin, "ip nat inside source");
  rule(target, {with_ports}, rewrite(std::move(low), last), each.origin, "ip nat inside source");
  rule(target, {}, rewrite(std::move(steps), last), each.origin, "ip nat inside source");
  return {ActionKind::go_to, target};
}

// The list or the route map of a rule. A standard list asks for the source; mirror_standard: for the destination.
Action Lowering::match_nat(const NatRule& each, Hit hit, bool mirror_standard) {
  if (each.route_map.empty()) {
    const AccessList* list = find_list(each.list);
    return match_list({each.list, each.origin}, hit, mirror_standard && list != nullptr && list->standard);
  }
  const auto found = config_.route_maps.find(each.route_map);
  if (found == config_.route_maps.end()) {
    report_.tell(DiagnosticId::list_missing, Severity::warning, each.origin, "route map '" + each.route_map.substr(0, 100) + "' is not defined", "what it matches counts as unknown");
    report_.set(each.origin, LineClass::opaque, "route map that is not defined");
    const uint32_t target = chain("route map " + each.route_map);
    rule(target, {unknown({"route-map", each.route_map, Sharing::per_visit}, each.origin)}, hit.yes, each.origin);
    rule(target, {}, hit.no, each.origin);
    return {ActionKind::go_to, target};
  }
  Action next = hit.no;
  for (auto clause = found->second.rbegin(); clause != found->second.rend(); ++clause) {
    const Action yes = clause->permit ? hit.yes : hit.no;
    const uint32_t target = chain("route map " + each.route_map + " " + std::to_string(clause->sequence));
    std::vector<std::string> names;
    for (const Use& use : clause->interfaces) names.push_back(use.name);
    if (!names.empty()) rule(target, {interfaces(Field::out, names, true)}, next, clause->origin, "match interface");
    for (const UnknownPart& part : clause->unknowns) {
      report_.set(clause->origin, LineClass::opaque, "match of a route map");
      rule(target, {unknown(part, clause->origin, true)}, next, clause->origin, "match");
    }
    Action lists = yes;
    if (!clause->lists.empty()) {
      lists = next;
      for (auto use = clause->lists.rbegin(); use != clause->lists.rend(); ++use) lists = match_list(*use, {yes, lists}, false);
    }
    rule(target, {}, lists, clause->origin, "route map " + each.route_map);
    next = {ActionKind::go_to, target};
  }
  return next;
}

// What selects a rule's packets as a rule of the stage; where it comes back, the next rule is tried.
void Lowering::enter(uint32_t base, Terms terms, Action match, Origin origin, const std::string& name) {
  if (match.kind == ActionKind::return_) return;  // selects nothing
  if (match.kind == ActionKind::go_to) match.kind = ActionKind::jump;
  rule(base, std::move(terms), match, origin, name);
}

void Lowering::inside_source(uint32_t base, const NatRule& each, std::optional<Action> instead) {
  const Action action = instead ? *instead : translation(each, Field::src, true);
  const Action match = match_nat(each, {action, {ActionKind::return_, 0}}, false);
  enter(base, {interfaces(Field::in, side(NatSide::inside, each.vrf, false))}, match, each.origin, "ip nat inside source");
  if (instead || ++dynamic_rules_ != 2) return;
  const std::string text = "dynamic translations are tried in the order of the configuration";
  policy_.general_assumptions.push_back({text, each.origin});
}

void Lowering::outside_source(uint32_t base, const NatRule& each) {
  const Action match = match_nat(each, {translation(each, Field::src, false), {ActionKind::return_, 0}}, false);
  enter(base, {}, match, each.origin, "ip nat outside source");
}

// Cisco "Configuring NAT for IP Address Conservation", TCP load distribution: only TCP, only connections opened from outside.
void Lowering::inside_destination(uint32_t base, const NatRule& each) {
  const Action match = match_nat(each, {translation(each, Field::dst, true), {ActionKind::return_, 0}}, true);
  enter(base, {is(Field::protocol, IntervalSet::of(model::proto_tcp))}, match, each.origin, "ip nat inside destination");
}

}  // namespace fwproof::importers::cisco_ios
