// Route maps, class maps, policy maps, zones, inspection.
#include "importers/cisco_ios/names.h"
#include "importers/cisco_ios/parser.h"
#include "importers/text/number.h"

namespace fwproof::importers::cisco_ios {

using model::DiagnosticId;
using model::LineClass;

// ---- Route maps ----

void Parser::route_map(Cursor& cursor) {
  route_map_ = &config_.route_maps[std::string(cursor.take())];
  RouteMapClause clause;
  clause.origin = line_.origin;
  clause.permit = !cursor.eat("deny");
  if (clause.permit) cursor.eat("permit");
  const auto sequence = text::parse_decimal(cursor.peek(), 65535);
  clause.sequence = sequence ? static_cast<uint32_t>(*sequence) : 10;
  modelled("route map");
  enter(Mode::route_map);
  for (size_t i = 0; i < route_map_->size() && i < 256; ++i)
    if ((*route_map_)[i].sequence == clause.sequence) return route_clause_ = i, void();
  size_t place = route_map_->size();
  while (place > 0 && route_map_->size() - place < 256 && (*route_map_)[place - 1].sequence > clause.sequence) --place;
  route_map_->insert(route_map_->begin() + static_cast<long>(place), std::move(clause));
  route_clause_ = place;
}

bool Parser::route_map_sub(Cursor& cursor) {
  if (route_map_ == nullptr || route_clause_ >= route_map_->size()) return false;
  RouteMapClause& clause = (*route_map_)[route_clause_];
  const size_t start = cursor.at();
  for (const char* way : {"set ip next-hop", "set ip default next-hop", "set ipv6 next-hop", "set ipv6 default next-hop", "set interface", "set default interface", "set vrf", "set global"})
    if (cursor.eat_all(way)) {
      if (cursor.done()) clause.hops.emplace_back(way);
      while (!cursor.done() && clause.hops.size() < 64) clause.hops.emplace_back(cursor.take());
      return set(LineClass::irrelevant, "what a route map sets"), true;
    }
  cursor.back(start);
  if (cursor.eat("set") || cursor.eat("description") || cursor.eat("continue")) return set(LineClass::irrelevant, "what a route map sets"), true;
  if (!cursor.eat("match")) return false;
  const std::string text = cursor.rest();
  const auto is_detail = [&](std::string_view word) { return same(cursor.peek(), word); };
  if (cursor.eat_all("ip address") || cursor.eat_all("ipv6 address")) {
    if (!is_detail("prefix-list") && line_.words[1].text.size() <= 4) {
      const bool v6 = same(line_.words[1].text, "ipv6");
      while (!cursor.done()) (v6 ? clause.lists6 : clause.lists).push_back(use(cursor.take()));
      return modelled("route map"), true;
    }
  } else if (cursor.eat("interface")) {
    while (!cursor.done()) clause.interfaces.push_back(use(take_interface(cursor)));
    return modelled("route map"), true;
  }
  clause.unknowns.push_back({"route-map", "match " + text, Sharing::pure});
  return set(LineClass::irrelevant, "what only routing protocols look at"), true;
}

// ---- Class maps ----

void Parser::inspect_class(Cursor& cursor) {
  // "class-map type inspect http match-any X" looks into the application's data.
  bool application = true, any = false;
  if (cursor.eat("match-any")) application = false, any = true;
  else if (cursor.eat("match-all")) application = false;
  else if (cursor.peek(1).empty()) application = false;
  std::string_view name = cursor.take();
  if (application) {
    while (!cursor.done()) name = cursor.take();
  }
  class_map_ = &config_.inspect_classes[std::string(name)];
  class_map_->origin = line_.origin;
  class_map_->any = any;
  in_inspect_ = true;
  if (application) {
    class_map_->matches.push_back({ClassMatch::Kind::unknown, "application " + std::string(name), false, line_.origin});
    return opaque("inspection of applications", "what a class map says of an application's data is not modelled"), skip("inspection of applications");
  }
  modelled("class map");
  enter(Mode::class_map);
}

void Parser::class_map(Cursor& cursor) {
  if (!cursor.eat("match-any")) cursor.eat("match-all");
  class_map_ = &config_.class_maps[std::string(cursor.take())];
  in_inspect_ = false;
  set(LineClass::irrelevant, "quality of service");
  enter(Mode::class_map);
}

bool Parser::class_map_sub(Cursor& cursor) {
  if (class_map_ == nullptr) return false;
  if (cursor.eat("description")) return set(LineClass::irrelevant, "description"), true;
  if (!cursor.eat("match")) return false;
  if (!in_inspect_) return set(LineClass::irrelevant, "quality of service"), true;
  ClassMatch match;
  match.origin = line_.origin;
  match.negated = cursor.eat("not");
  const std::string text = cursor.rest();
  if (cursor.eat("access-group")) {
    cursor.eat("name");
    match.kind = ClassMatch::Kind::list;
    match.name = std::string(cursor.take());
  } else if (cursor.eat("protocol")) {
    match.name = lower_case(cursor.take());
    match.kind = inspected(match.name) && cursor.done() ? ClassMatch::Kind::protocol : ClassMatch::Kind::unknown;
    if (match.kind == ClassMatch::Kind::unknown) match.name = text;
  } else if (cursor.eat("class-map")) {
    match.kind = ClassMatch::Kind::class_map;
    match.name = std::string(cursor.take());
  } else {
    match.name = text;
  }
  if (match.kind == ClassMatch::Kind::unknown) opaque("match of a class map", "'match " + text + "' is outside the packet model");
  else modelled("class map");
  class_map_->matches.push_back(std::move(match));
  return true;
}

// ---- Policy maps ----

void Parser::inspect_policy(Cursor& cursor) {
  // "policy-map type inspect http X": for an application's data.
  const bool application = !cursor.peek(1).empty();
  std::string_view name = cursor.take();
  while (application && !cursor.done()) name = cursor.take();
  policy_map_ = &config_.inspect_policies[std::string(name)];
  policy_map_->origin = line_.origin;
  policy_map_->inspect = true;
  in_inspect_ = true;
  if (application) return opaque("inspection of applications", "what a policy says of an application's data is not modelled"), skip("inspection of applications");
  modelled("policy map");
  enter(Mode::policy_map);
}

void Parser::policy_map(Cursor& cursor) {
  policy_map_ = &config_.policy_maps[std::string(cursor.take())];
  policy_map_->origin = line_.origin;
  in_inspect_ = false;
  set(LineClass::irrelevant, "quality of service");
  enter(Mode::policy_map);
}

bool Parser::policy_map_sub(Cursor& cursor) {
  if (policy_map_ == nullptr) return false;
  if (!in_inspect_) {
    if (line_.indent == 0 && !same(cursor.peek(), "class")) return false;
    if (cursor.eat("drop") && cursor.done()) {
      policy_map_->drops = line_.origin;
      return opaque("class that is dropped", "which packets a quality-of-service policy drops is not modelled"), true;
    }
    if (same(cursor.peek(), "set")) config_.sets_header = true;
    if (cursor.eat("service-policy")) policy_map_->nested.emplace_back(cursor.take());
    return set(LineClass::irrelevant, "quality of service"), true;
  }
  auto& classes = policy_map_->classes;
  if (cursor.eat_all("class type inspect") || cursor.eat_all("class class-default") || cursor.eat("class")) {
    PolicyClass next;
    next.origin = line_.origin;
    next.is_default = same(line_.words.back().text, "class-default");
    next.name = std::string(line_.words.back().text);
    // IOS goes back to the class that is there already.
    for (const PolicyClass& earlier : classes)
      if (earlier.name == next.name) {
        config_.everywhere.push_back({"class", "a class that is changed: " + next.name.substr(0, 100), line_.origin, true, true, false, true});
        break;
      }
    if (line_.words.size() > 4) next.condition = UnknownPart{"class", std::string(line_.text.substr(0, 200)), Sharing::per_visit};
    classes.push_back(std::move(next));
    return modelled("policy map"), true;
  }
  if (cursor.eat("description")) return set(LineClass::irrelevant, "description"), true;
  if (classes.empty()) return false;
  PolicyClass& last = classes.back();
  using Verb = PolicyClass::Verb;
  const bool inspects = same(cursor.peek(), "inspect"), passes = same(cursor.peek(), "pass"), drops = same(cursor.peek(), "drop");
  if (inspects || passes || drops) {
    last.verb = inspects ? Verb::inspect : passes ? Verb::pass : Verb::drop;
    last.verb_origin = line_.origin;
    return modelled("policy map"), true;
  }
  if (same(cursor.peek(), "police") || same(cursor.peek(), "service-policy") || same(cursor.peek(), "urlfilter") || same(cursor.peek(), "content-scan") || same(cursor.peek(), "ips")) {
    last.condition = UnknownPart{"policy-map", std::string(line_.text.substr(0, 200)), Sharing::per_visit};
    if (!same(cursor.peek(), "police")) config_.deeper.push_back({"inspection", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, false});
    return opaque("deeper inspection", "what this drops is not modelled"), true;
  }
  if (same(cursor.peek(), "no") && same(cursor.peek(1), "log")) return set(LineClass::irrelevant, "switched off"), true;
  return false;
}

// ---- Zones ----

void Parser::zone(Cursor& cursor) {
  config_.zones.try_emplace(std::string(cursor.take()), line_.origin);
  modelled("zone");
  skip("description");
}

void Parser::zone_pair(Cursor& cursor) {
  ZonePair pair;
  pair.origin = line_.origin;
  pair.name = std::string(cursor.take());
  while (!cursor.done())
    if (cursor.eat("source")) pair.source = std::string(cursor.take());
    else if (cursor.eat("destination")) pair.destination = std::string(cursor.take());
    else return refuse(DiagnosticId::line_unrecognised, cursor.at(), "'source' or 'destination' and a zone");
  if (pair.source.empty() || pair.destination.empty()) return refuse(DiagnosticId::line_unrecognised, cursor.at(), "'source' and 'destination' with their zones");
  config_.zone_pairs.push_back(std::move(pair));
  modelled("zone pair");
  enter(Mode::zone_pair);
}

bool Parser::zone_pair_sub(Cursor& cursor) {
  if (config_.zone_pairs.empty()) return false;
  if (cursor.eat("description")) return set(LineClass::irrelevant, "description"), true;
  if (!cursor.eat_all("service-policy type inspect")) return false;
  config_.zone_pairs.back().policy = use(cursor.take());
  return modelled("zone pair"), true;
}

// ---- Inspection of old ----

void Parser::inspect_name(Cursor& cursor) {
  InspectRule& rule = config_.inspect_rules[std::string(cursor.take())];
  if (rule.origin.line == 0) rule.origin = line_.origin;
  const std::string protocol = lower_case(cursor.take());
  if (protocol == "fragment") return set(LineClass::irrelevant, "timers and limits of translation and inspection");
  if (inspected(protocol) && rule.protocols.size() < 256) {
    rule.protocols.push_back(protocol);
    return modelled("inspection");
  }
  if (rule.unknown.size() < 256) rule.unknown.push_back(protocol);
  // tcp and udp as a whole are inspected beside it in nearly every configuration; what only this name covers is unknown.
  set(LineClass::approximated, "inspection of an application");
}

}  // namespace fwproof::importers::cisco_ios
