// Access lists and object groups as chains and conditions.
#include <algorithm>

#include "importers/cisco_ios/lower.h"

namespace fwproof::importers::cisco_ios {

using model::Action;
using model::ActionKind;
using model::AnyOf;
using model::DiagnosticId;
using model::Family;
using model::Field;
using model::IntervalSet;
using model::LineClass;
using model::Origin;
using model::Severity;
using model::Term;

namespace {

// The answer to an ICMP query (RFC 792, 950, 4443); other messages have none.
IntervalSet answering(const IntervalSet& types, Family family) {
  struct Row {
    unsigned query, answer;
  };
  static constexpr Row kV4[] = {{8, 0}, {13, 14}, {15, 16}, {17, 18}};
  if (family == Family::v6) return types.contains(128) ? IntervalSet::of(129) : IntervalSet();
  std::vector<model::Interval> result;
  for (const Row& row : kV4)
    if (types.contains(row.query)) result.push_back({row.answer, row.answer});
  return IntervalSet::from(std::move(result));
}

constexpr size_t kMaxAlternatives = 4096;

}  // namespace

const AccessList* Lowering::find_list(const std::string& name) const {
  const auto& lists = family_ == Family::v4 ? config_.lists : config_.lists6;
  const auto found = lists.find(name);
  return found == lists.end() ? nullptr : &found->second;
}

uint32_t Lowering::list_chain(const AccessList& list, Hit hit, bool mirror) {
  const std::tuple key{&list, hit, mirror};
  if (const auto found = list_chains_.find(key); found != list_chains_.end()) return found->second;
  const uint32_t target = chain("access list " + list.name);
  list_chains_.emplace(key, target);
  too_large_ = too_large_ || rules_ + list.entries.size() > kMaxRules;
  if (too_large_) return target;
  for (const Entry& entry : list.entries) entry_rules(target, list, entry, hit, mirror);
  // Cisco IOS IPv6 Command Reference, "ipv6 access-list": permit icmp any any nd-na, nd-ns stand before the implicit deny.
  if (family_ == Family::v6)
    rule(target, {is(Field::protocol, IntervalSet::of(model::proto_icmpv6)), is(Field::icmp_type, IntervalSet::range(135, 136))}, hit.yes, {}, "implicit permit icmp any any nd-ns and nd-na");
  const auto& rules = policy_.chains[target].rules;
  if (rules.empty() || !rules.back().terms.empty())
    rule(target, {}, hit.no, {list.origin.file, 0}, "implicit deny at the end of access list " + list.name);
  return target;
}

Action Lowering::match_list(const Use& use, Hit hit, bool mirror) {
  if (const AccessList* list = find_list(use.name); list != nullptr && !list->entries.empty()) return {ActionKind::go_to, list_chain(*list, hit, mirror)};
  const auto& of_other_family = family_ == Family::v4 ? config_.lists6 : config_.lists;
  if (of_other_family.contains(use.name)) return hit.no;
  report_.tell(DiagnosticId::list_missing, Severity::warning, use.origin, "access list '" + use.name.substr(0, 100) + "' is asked for but not defined", "what it matches counts as unknown");
  report_.set(use.origin, LineClass::opaque, "access list that is not defined");
  const uint32_t target = chain("access list " + use.name);
  rule(target, {unknown({"access list", use.name + " is not defined", Sharing::per_visit}, use.origin)}, hit.yes, use.origin);
  rule(target, {}, hit.no, use.origin);
  return {ActionKind::go_to, target};
}

void Lowering::entry_rules(uint32_t target, const AccessList& list, const Entry& entry, Hit hit, bool mirror) {
  if (entry.verb == Entry::Verb::evaluate) return evaluate_rules(target, list, entry, hit.yes);
  const bool permit = entry.verb == Entry::Verb::permit;
  rule(target, entry_terms(entry, mirror), permit ? hit.yes : hit.no, entry.origin, "access list " + list.name);
}

// Is the asking list's traffic exactly the answers of what the feeding one saw: one interface, opposite directions?
bool Lowering::same_place(const AccessList& asking, const AccessList& feeding) {
  const auto [place, added] = same_places_.try_emplace({&asking, &feeding}, false);
  if (!added) return place->second;
  std::vector<std::pair<const Interface*, int>> asks, feeds;
  for (const Interface& interface : config_.interfaces)
    for (int direction : {0, 1}) {
      const auto& use = family_ == Family::v4 ? interface.group[direction] : interface.filter6[direction];
      if (use && use->name == asking.name) asks.emplace_back(&interface, direction);
      if (use && use->name == feeding.name) feeds.emplace_back(&interface, direction);
    }
  return place->second = asks.size() == 1 && feeds.size() == 1 && asks[0].first == feeds[0].first && asks[0].second != feeds[0].second;
}

// Cisco IOS Security Configuration Guide, "Configuring IP Session Filtering (Reflexive Access Lists)": entries are the mirror of the session's first packet.
void Lowering::evaluate_rules(uint32_t target, const AccessList& list, const Entry& entry, Action yes) {
  const auto found = reflecting_.find(entry.evaluate);
  if (found == reflecting_.end()) {
    report_.tell(DiagnosticId::list_missing, Severity::warning, entry.origin, "nothing feeds the reflexive list '" + entry.evaluate.substr(0, 100) + "'", "it is empty and matches nothing");
    return;
  }
  if (policy_.chains[target].rules.size() > 100'000) {
    rule(target, {unknown({"evaluate", entry.evaluate, Sharing::per_visit}, entry.origin)}, yes, entry.origin);
    return;
  }
  for (const auto& [feeding, source] : found->second) {
    Terms terms = answers();
    for (Term& term : entry_terms(*source, true)) terms.push_back(std::move(term));
    if (source->verb != Entry::Verb::permit) continue;
    if (!same_place(list, *feeding)) terms.push_back(unknown({"reflexive", "the session passed access list " + feeding->name, Sharing::per_visit}, entry.origin));
    rule(target, std::move(terms), yes, entry.origin, "answers of what line " + std::to_string(source->origin.line) + " reflects");
  }
}

Lowering::Terms Lowering::entry_terms(const Entry& entry, bool mirror) {
  Terms terms;
  if (!entry.service_group.empty()) group_terms(terms, entry.service_group, mirror, entry.origin);
  service_terms(terms, entry.service, mirror);
  address_term(terms, entry.src, mirror ? Field::dst : Field::src, entry.origin);
  if (!entry.standard) address_term(terms, entry.dst, mirror ? Field::src : Field::dst, entry.origin);
  if (entry.has_flags && !mirror) terms.push_back(is(Field::tcp_flags, entry.tcp_flags));
  if (entry.fragments) terms.push_back(is(Field::fragment, IntervalSet::of(1)));
  for (const UnknownPart& part : entry.unknowns) {
    UnknownPart copy = part;
    if (mirror) copy.sharing = Sharing::per_visit;
    terms.push_back(unknown(copy, entry.origin));
  }
  return terms;
}

void Lowering::address_term(Terms& terms, const AddressSpec& spec, Field field, Origin origin) {
  const std::string written = std::string(model::field_text(field)) + " " + spec.text;
  switch (spec.kind) {
    case AddressSpec::Kind::any: return;
    case AddressSpec::Kind::set: terms.push_back({model::InAddresses{field, model::AddressSet::of(family_, spec.set)}, false}); return;
    // Two hidden values may differ although they are written alike.
    case AddressSpec::Kind::unknown: terms.push_back(unknown({"address", written, spec.text.find_first_of("xX*") == std::string::npos ? Sharing::pure : Sharing::per_visit}, origin)); return;
    case AddressSpec::Kind::group: {
      const Expanded& group = expand(spec.text, origin);
      const Term inside{model::InAddresses{field, model::AddressSet::of(Family::v4, group.set)}, false};
      if (!group.unknown) return terms.push_back(inside);
      report_.set(origin, LineClass::opaque, "object group that is not known");
      terms.push_back({AnyOf{{{inside}, {unknown({"object-group", written, Sharing::pure}, origin)}}}, false});
      return;
    }
  }
}

void Lowering::service_terms(Terms& terms, const Service& service, bool mirror) {
  if (!service.protocols.empty()) terms.push_back(is(Field::protocol, service.protocols));
  if (service.source.present) terms.push_back(is(mirror ? Field::dst_port : Field::src_port, service.source.set));
  if (service.destination.present) terms.push_back(is(mirror ? Field::src_port : Field::dst_port, service.destination.set));
  if (!service.icmp_types.empty()) terms.push_back(is(Field::icmp_type, mirror ? answering(service.icmp_types, family_) : service.icmp_types));
  if (!service.icmp_codes.empty() && !mirror) terms.push_back(is(Field::icmp_code, service.icmp_codes));
}

void Lowering::group_terms(Terms& terms, const std::string& name, bool mirror, Origin origin) {
  AnyOf any;
  bool unknown_member = false;
  std::set<std::string> seen;
  std::vector<std::string> todo = {name};
  while (!todo.empty()) {
    const std::string next = std::move(todo.back());
    todo.pop_back();
    const auto found = config_.service_groups.find(next);
    if (found == config_.service_groups.end()) {
      report_.tell(DiagnosticId::set_missing, Severity::warning, origin, "object group '" + next.substr(0, 100) + "' is not defined", "what it matches counts as unknown");
      unknown_member = true;
      continue;
    }
    if (!seen.insert(next).second) continue;
    unknown_member = unknown_member || found->second.unknown_member || (found->second.services.empty() && found->second.groups.empty());
    for (const Service& service : found->second.services) {
      Terms inner;
      service_terms(inner, service, mirror);
      any.alternatives.push_back(std::move(inner));
    }
    unknown_member = unknown_member || any.alternatives.size() > kMaxAlternatives;
    if (any.alternatives.size() > kMaxAlternatives) any.alternatives.resize(kMaxAlternatives);
    todo.insert(todo.end(), found->second.groups.begin(), found->second.groups.end());
    if (seen.size() > 1000) unknown_member = true, todo.clear();
  }
  if (unknown_member) {
    report_.set(origin, LineClass::opaque, "object group that is not known");
    any.alternatives.push_back({unknown({"object-group", name, Sharing::pure}, origin)});
  }
  if (any.alternatives.size() == 1) {
    for (Term& term : any.alternatives[0]) terms.push_back(std::move(term));
    return;
  }
  terms.push_back({std::move(any), false});
}

const Lowering::Expanded& Lowering::expand(const std::string& group, Origin origin) {
  const auto [place, added] = groups_.try_emplace(group);
  if (!added) return place->second;
  std::vector<model::Interval> all;
  std::set<std::string> seen;
  std::vector<std::string> todo = {group};
  bool unknown = false;
  while (!todo.empty()) {
    const std::string next = std::move(todo.back());
    todo.pop_back();
    const auto found = config_.network_groups.find(next);
    if (found == config_.network_groups.end()) {
      report_.tell(DiagnosticId::set_missing, Severity::warning, origin, "object group '" + next.substr(0, 100) + "' is not defined", "what it matches counts as unknown");
      unknown = true;
      continue;
    }
    if (!seen.insert(next).second) continue;
    const NetworkGroup& members = found->second;
    // An empty group: what IOS does with an entry that names one is not documented.
    unknown = unknown || members.unknown_member || (members.members.empty() && members.groups.empty());
    all.insert(all.end(), members.members.begin(), members.members.end());
    todo.insert(todo.end(), members.groups.begin(), members.groups.end());
    if (seen.size() > 1000) unknown = true, todo.clear();
  }
  place->second.set = IntervalSet::from(std::move(all));
  place->second.unknown = unknown;
  return place->second;
}

}  // namespace fwproof::importers::cisco_ios
