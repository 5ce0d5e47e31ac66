// The zone-based firewall. Sources: Cisco "Zone-Based Policy Firewall Design and Application Guide" (document 98628) and the IOS XE
// configuration guide "Zone-Based Policy Firewalls": rules for zones, self zone, class-default.
#include <algorithm>

#include "importers/cisco_ios/lower.h"
#include "importers/cisco_ios/names.h"
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
using model::Severity;

namespace {

constexpr unsigned kMaxDepth = 50;
constexpr std::string_view kSelf = "self";

// Protocols whose sessions are followed; with others releases differ.
IntervalSet inspectable() {
  return IntervalSet::from({{model::proto_icmp, model::proto_icmp}, {model::proto_tcp, model::proto_tcp}, {model::proto_udp, model::proto_udp}, {model::proto_icmpv6, model::proto_icmpv6}});
}

bool is_self(std::string_view zone) { return same(zone, kSelf); }

}  // namespace

bool Lowering::zoned() const {
  return std::any_of(config_.interfaces.begin(), config_.interfaces.end(), [](const Interface& i) { return i.zone.has_value(); });
}

std::vector<std::string> Lowering::members(const std::string& zone) const {
  std::vector<std::string> names;
  for (const Interface& interface : config_.interfaces)
    if (interface.zone && interface.zone->name == zone) names.push_back(interface.name);
  return names;
}

// ---- Conditions ----

// One conjunction per way in which a packet (mirror: an answer) can be of the protocol.
std::vector<Lowering::Terms> Lowering::inspected_terms(const std::string& protocol, bool mirror, Origin origin) {
  const auto what = inspected(protocol);
  std::vector<Terms> result;
  if (!what) return {{unknown({"protocol", protocol, Sharing::pure}, origin)}};
  const auto with_ports = [&](unsigned number, const IntervalSet& ports) {
    if (ports.empty()) return;
    Terms terms = {is(Field::protocol, IntervalSet::of(number))};
    if (ports != IntervalSet::all(16)) terms.push_back(is(mirror ? Field::src_port : Field::dst_port, ports));
    result.push_back(std::move(terms));
  };
  with_ports(model::proto_tcp, what->tcp);
  with_ports(model::proto_udp, what->udp);
  if (what->icmp) result.push_back({is(Field::protocol, IntervalSet::of(family_ == Family::v4 ? model::proto_icmp : model::proto_icmpv6))});
  const bool whole = what->icmp || what->tcp == IntervalSet::all(16) || what->udp == IntervalSet::all(16);
  if (config_.inspect_ports_changed && !whole) result.push_back({unknown({"port-map", "other ports of " + protocol, Sharing::per_visit}, origin)});
  return result;
}

Action Lowering::match_one(const ClassMatch& match, Hit given, bool mirror, unsigned depth) {
  const Hit hit = match.negated ? Hit{given.no, given.yes} : given;
  switch (match.kind) {
    case ClassMatch::Kind::list: return match_list({match.name, match.origin}, hit, mirror);
    case ClassMatch::Kind::class_map: return match_class(match.name, hit, mirror, depth + 1);
    case ClassMatch::Kind::protocol: {
      const uint32_t target = chain("match protocol " + match.name);
      for (Terms& terms : inspected_terms(match.name, mirror, match.origin)) rule(target, std::move(terms), hit.yes, match.origin, "match protocol " + match.name);
      rule(target, {}, hit.no, match.origin);
      return {ActionKind::go_to, target};
    }
    case ClassMatch::Kind::unknown: {
      const uint32_t target = chain("match " + match.name);
      rule(target, {unknown({"match", match.name, Sharing::per_visit}, match.origin)}, hit.yes, match.origin, "match " + match.name);
      rule(target, {}, hit.no, match.origin);
      return {ActionKind::go_to, target};
    }
  }
  return hit.no;
}

Action Lowering::match_class(const std::string& name, Hit hit, bool mirror, unsigned depth) {
  const std::tuple key{name, hit, mirror};
  if (const auto found = class_chains_.find(key); found != class_chains_.end()) return found->second;
  const auto found = config_.inspect_classes.find(name);
  const bool broken = found == config_.inspect_classes.end() || found->second.matches.empty() || depth > kMaxDepth || too_large_;
  if (broken) {
    const Origin origin = found == config_.inspect_classes.end() ? Origin{} : found->second.origin;
    report_.tell(DiagnosticId::set_missing, Severity::warning, origin,
                 "class map '" + name.substr(0, 100) + (depth > kMaxDepth ? "' is nested more than 50 deep, or in a circle" : found == config_.inspect_classes.end() ? "' is not defined" : "' is empty"),
                 "what it matches counts as unknown");
    const uint32_t target = chain("class map " + name);
    rule(target, {unknown({"class-map", name, Sharing::per_visit}, origin)}, hit.yes, origin);
    rule(target, {}, hit.no, origin);
    return {ActionKind::go_to, target};
  }
  const ClassMap& map = found->second;
  Action next = map.any ? hit.no : hit.yes;
  for (auto match = map.matches.rbegin(); match != map.matches.rend(); ++match)
    next = map.any ? match_one(*match, {hit.yes, next}, mirror, depth) : match_one(*match, {next, hit.no}, mirror, depth);
  class_chains_.emplace(key, next);
  return next;
}

// ---- Policies ----

// The first packet of a session and what follows in its direction; answers have rules of their own.
Action Lowering::inspect_action() {
  if (inspect_) return *inspect_;
  const uint32_t target = chain("inspect");
  rule(target, {is(Field::protocol, inspectable(), true)}, unknown_action("inspect", "what inspection does with this protocol", {}, false), {}, "inspect: neither TCP nor UDP nor ICMP");
  rule(target, {is(Field::state, IntervalSet::of(model::state_new))}, {ActionKind::accept, 0}, {}, "inspect: opens a session");
  rule(target, {is(Field::state, IntervalSet::of(model::state_established)), is(Field::ct_dir, IntervalSet::of(0))}, {ActionKind::accept, 0}, {}, "inspect: belongs to a session");
  rule(target, {is(Field::state, IntervalSet::of(model::state_related))}, unknown_action("inspect", "whether a session expects this packet", {}, false), {}, "inspect: related");
  rule(target, {}, {ActionKind::drop, 0}, {}, "inspect: belongs to no session");
  inspect_ = Action{ActionKind::go_to, target};
  return *inspect_;
}

uint32_t Lowering::policy_chain(const ZonePair& pair) {
  const uint32_t base = chain("zone-pair " + pair.name);
  if (pair.opaque) rule(base, {}, unknown_action("zone-pair", pair.name, pair.origin, false), pair.origin);
  const auto found = pair.policy ? config_.inspect_policies.find(pair.policy->name) : config_.inspect_policies.end();
  if (!pair.policy || found == config_.inspect_policies.end()) {
    if (pair.policy) report_.tell(DiagnosticId::list_missing, Severity::warning, pair.policy->origin, "policy map '" + pair.policy->name.substr(0, 100) + "' is not defined");
    const bool self = is_self(pair.source) || is_self(pair.destination);
    if (pair.policy) rule(base, {}, unknown_action("policy-map", pair.policy->name, pair.policy->origin, false), pair.policy->origin);
    else rule(base, {}, {self ? ActionKind::accept : ActionKind::drop, 0}, pair.origin, "zone-pair without a policy");
    return base;
  }
  const uint32_t end = chain("policy-map " + pair.policy->name + ", class-default");
  Action next{ActionKind::go_to, end};
  const auto& classes = found->second.classes;
  bool has_default = false;
  for (auto each = classes.rbegin(); each != classes.rend(); ++each) {
    Action action{ActionKind::drop, 0};
    if (each->verb == PolicyClass::Verb::inspect) action = inspect_action();
    if (each->verb == PolicyClass::Verb::pass) action = {ActionKind::accept, 0};
    if (each->verb == PolicyClass::Verb::none && !each->is_default) action = unknown_action("policy-map", "class " + each->name + " without an action", each->origin, false);
    const Origin origin = each->verb_origin.line != 0 ? each->verb_origin : each->origin;
    const uint32_t act = chain("class " + each->name);
    if (each->condition) rule(act, {unknown(*each->condition, each->origin)}, {ActionKind::drop, 0}, each->origin);
    rule(act, {}, action, origin, "policy-map " + pair.policy->name + ", class " + each->name);
    if (each->is_default) {
      if (!has_default) rule(end, {}, {ActionKind::go_to, act}, origin);
      has_default = true;
      next = {ActionKind::go_to, end};
      continue;
    }
    next = match_class(each->name, {{ActionKind::go_to, act}, next}, false, 0);
  }
  if (!has_default) rule(end, {}, {ActionKind::drop, 0}, {found->second.origin.file, 0}, "class class-default drops what no class takes");
  rule(base, {}, next, pair.policy->origin, "zone-pair " + pair.name);
  return base;
}

// Answers of sessions that the pair's policy inspects: the mirror of the class that took the request.
std::optional<uint32_t> Lowering::answers_chain(const ZonePair& pair) {
  if (!pair.policy) return std::nullopt;
  const auto found = config_.inspect_policies.find(pair.policy->name);
  if (found == config_.inspect_policies.end()) return std::nullopt;
  const auto& classes = found->second.classes;
  if (std::none_of(classes.begin(), classes.end(), [](const PolicyClass& each) { return each.verb == PolicyClass::Verb::inspect; })) return std::nullopt;
  Action next{ActionKind::return_, 0};
  for (auto each = classes.rbegin(); each != classes.rend(); ++each) {
    Action action{ActionKind::return_, 0};
    if (each->verb == PolicyClass::Verb::inspect) {
      const uint32_t act = chain("answers of class " + each->name);
      if (each->condition) rule(act, {unknown(*each->condition, each->origin)}, {ActionKind::drop, 0}, each->origin);
      rule(act, {is(Field::protocol, inspectable(), true)}, unknown_action("inspect", "what inspection does with this protocol", each->verb_origin, false), each->verb_origin);
      rule(act, {}, {ActionKind::accept, 0}, each->verb_origin, "answers of sessions that policy-map " + pair.policy->name + " inspects, class " + each->name);
      action = {ActionKind::go_to, act};
    }
    if (each->is_default) next = action;
    else next = match_class(each->name, {action, next}, true, 0);
  }
  const uint32_t base = chain("answers of zone-pair " + pair.name);
  rule(base, {}, next, pair.policy->origin);
  return base;
}

// ---- Stages ----

std::optional<uint32_t> Lowering::zones_forward() {
  if (!zoned()) return std::nullopt;
  const uint32_t base = chain("zones");
  policy_.chains[base].at_end = ActionKind::drop;
  policy_.chains[base].at_end_text = "no zone-pair leads from the one zone to the other, or only one interface is in a zone: dropped";
  std::map<std::string, std::vector<std::string>> zones;
  std::vector<std::string> all;
  for (const Interface& interface : config_.interfaces)
    if (interface.zone) {
      zones[interface.zone->name].push_back(interface.name);
      all.push_back(interface.name);
      if (!config_.zones.contains(interface.zone->name))
        report_.tell(DiagnosticId::list_missing, Severity::warning, interface.zone->origin, "zone '" + interface.zone->name.substr(0, 100) + "' is not defined");
    }
  rule(base, {interfaces(Field::in, all, true), interfaces(Field::out, all, true)}, {ActionKind::accept, 0}, {}, "neither interface is in a zone");
  if (config_.zones.contains("default"))
    rule(base, {interfaces(Field::in, all, true)}, unknown_action("zone", "the zone 'default' of interfaces without a zone", config_.zones.at("default"), false), config_.zones.at("default"));
  const auto applies = [&](const ZonePair& pair) { return zones.contains(pair.source) && zones.contains(pair.destination); };
  for (const ZonePair& pair : config_.zone_pairs) {
    if (!applies(pair)) continue;
    if (const auto answers = answers_chain(pair)) {
      Terms terms = Lowering::answers();
      terms.push_back(interfaces(Field::in, zones[pair.destination]));
      terms.push_back(interfaces(Field::out, zones[pair.source]));
      rule(base, std::move(terms), {ActionKind::jump, *answers}, pair.origin, "zone-pair " + pair.name);
      rule(base, {is(Field::state, IntervalSet::of(model::state_related)), interfaces(Field::in, zones[pair.destination]), interfaces(Field::out, zones[pair.source])},
           unknown_action("inspect", "whether a session expects this packet", pair.origin, false), pair.origin, "zone-pair " + pair.name);
    }
  }
  for (const ZonePair& pair : config_.zone_pairs)
    if (applies(pair))
      rule(base, {interfaces(Field::in, zones[pair.source]), interfaces(Field::out, zones[pair.destination])}, {ActionKind::go_to, policy_chain(pair)}, pair.origin, "zone-pair " + pair.name);
  for (const auto& [zone, names] : zones)
    rule(base, {interfaces(Field::in, names), interfaces(Field::out, names)}, {ActionKind::accept, 0}, {}, "both interfaces are in zone " + zone);
  return base;
}

std::optional<uint32_t> Lowering::zones_self(bool to_self) {
  const auto concerns = [&](const ZonePair& pair, bool in) { return is_self(in ? pair.destination : pair.source); };
  const bool any = std::any_of(config_.zone_pairs.begin(), config_.zone_pairs.end(), [&](const ZonePair& pair) { return concerns(pair, to_self); });
  if (!any) return std::nullopt;
  const uint32_t base = chain(to_self ? "zones, to self" : "zones, from self");
  policy_.chains[base].at_end = ActionKind::accept;
  policy_.chains[base].at_end_text = "the router's own traffic is permitted where no zone-pair with the zone self says otherwise";
  const Field field = to_self ? Field::in : Field::out;
  for (const ZonePair& pair : config_.zone_pairs) {
    if (!concerns(pair, !to_self)) continue;
    if (const auto answers = answers_chain(pair)) {
      Terms terms = Lowering::answers();
      terms.push_back(interfaces(field, members(to_self ? pair.destination : pair.source)));
      rule(base, std::move(terms), {ActionKind::jump, *answers}, pair.origin, "zone-pair " + pair.name);
    }
  }
  for (const ZonePair& pair : config_.zone_pairs)
    if (concerns(pair, to_self))
      rule(base, {interfaces(field, members(to_self ? pair.source : pair.destination))}, {ActionKind::go_to, policy_chain(pair)}, pair.origin, "zone-pair " + pair.name);
  return base;
}

}  // namespace fwproof::importers::cisco_ios
