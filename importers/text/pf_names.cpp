#include "importers/text/pf_names.h"

#include <algorithm>
#include <set>

#include "importers/text/pf_words.h"

namespace fwproof::importers::text::pf {
namespace {

using model::AddressSet;
using model::AnyOf;
using model::Family;
using model::Field;
using model::IntervalSet;
using model::Term;
using Sharing = model::UnknownCondition::Sharing;

struct Excluded {
  model::Prefix prefix;
  bool negated;
};

// A table of pf with excluded entries: the longest prefix that holds the address decides (pf.conf(5), TABLES).
AddressSet longest_prefix_wins(std::vector<Excluded> entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Excluded& a, const Excluded& b) { return a.prefix.length < b.prefix.length; });
  AddressSet set;
  for (const Excluded& entry : entries) {
    const AddressSet one = AddressSet::of(entry.prefix);
    set = entry.negated ? set.minus(one) : set.united(one);
  }
  return set;
}

AddressSet joined(const std::vector<AddressSet>& sets) {
  std::vector<model::Interval> v4, v6;
  for (const AddressSet& set : sets) {
    v4.insert(v4.end(), set.v4.intervals().begin(), set.v4.intervals().end());
    v6.insert(v6.end(), set.v6.intervals().begin(), set.v6.intervals().end());
  }
  return {IntervalSet::from(std::move(v4)), IntervalSet::from(std::move(v6))};
}

constexpr size_t kMaxExcluded = 1000;  // each exclusion rewrites the set

}  // namespace

void AddressMatch::add(const AddressMatch& other) {
  any |= other.any;
  known = known.united(other.known);
  names.insert(names.end(), other.names.begin(), other.names.end());
  unknowns.insert(unknowns.end(), other.unknowns.begin(), other.unknowns.end());
}

void add_term(Ruleset& ruleset, std::vector<Term>& terms, Field field, const AddressMatch& match, bool negated, model::Origin origin) {
  if (match.any) {
    if (negated) terms.push_back({AnyOf{}, false});
    return;
  }
  const size_t size = match.known.v4.intervals().size() + match.known.v6.intervals().size();
  if (!ruleset.spend(size)) {
    terms.push_back(ruleset.unknown("address", "one of more addresses than are repeated", Sharing::per_visit, origin));
    return;
  }
  if (match.names.empty() && match.unknowns.empty()) {
    terms.push_back(in(field, match.known, negated));
    return;
  }
  if (match.known.empty() && match.unknowns.empty() && match.names.size() == 1) {
    terms.push_back({model::InNamed{field, match.names[0]}, negated});
    return;
  }
  AnyOf any;
  if (!match.known.empty()) any.alternatives.push_back({in(field, match.known)});
  for (const std::string& name : match.names) any.alternatives.push_back({{model::InNamed{field, name}, false}});
  const std::string side = field == Field::src ? "source in " : "destination in ";
  for (const std::string& text : match.unknowns) any.alternatives.push_back({ruleset.unknown("address", side + text, Sharing::pure, origin)});
  terms.push_back({std::move(any), negated});
}

void add_term(Ruleset& ruleset, std::vector<Term>& terms, Field field, const PortMatch& match, model::Origin origin) {
  if (match.unknowns.empty()) {
    if (match.ports != IntervalSet::all(16)) terms.push_back(in(field, match.ports));
    return;
  }
  AnyOf any;
  if (!match.ports.empty()) any.alternatives.push_back({in(field, match.ports)});
  const std::string side = field == Field::src_port ? "source port in " : "destination port in ";
  for (const std::string& text : match.unknowns) any.alternatives.push_back({ruleset.unknown("port", side + text, Sharing::pure, origin)});
  terms.push_back({std::move(any), false});
}

bool AliasTable::add(Alias alias) {
  const bool added = index_.emplace(alias.name, static_cast<uint32_t>(aliases_.size())).second;
  if (added) aliases_.push_back(std::move(alias));
  return added;
}

const AliasTable::Alias* AliasTable::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &aliases_[found->second];
}

void AliasTable::settle() {
  if (parts_.size() == aliases_.size()) return;
  parts_.assign(aliases_.size(), {});
  for (size_t i = 0; i < aliases_.size(); ++i)
    for (uint32_t item = 0; item < aliases_[i].items.size(); ++item) {
      const auto found = index_.find(aliases_[i].items[item]);
      if (found == index_.end()) parts_[i].values.push_back(item);
      else parts_[i].nested.push_back(found->second);
    }
}

std::vector<uint32_t> AliasTable::reachable(const std::string& name) {
  settle();
  std::vector<uint32_t> order;
  const auto first = index_.find(name);
  if (first == index_.end()) return order;
  std::vector<bool> seen(aliases_.size(), false);
  seen[first->second] = true;
  order.push_back(first->second);
  for (size_t i = 0; i < order.size(); ++i)
    for (const uint32_t next : parts_[order[i]].nested) {
      if (budget_ == 0) return order;
      --budget_;
      if (seen[next]) continue;
      seen[next] = true;
      order.push_back(next);
    }
  return order;
}

const AddressMatch& AliasTable::addresses(const std::string& name) {
  const auto [found, added] = addresses_.try_emplace(name);
  AddressMatch& match = found->second;
  if (!added) return match;
  std::vector<AddressSet> plain;
  std::vector<Excluded> entries;
  size_t excluded = 0;
  bool doubtful = false;  // what is excluded is not known: nothing is certainly in
  for (const uint32_t number : reachable(name)) {
    const Alias& alias = aliases_[number];
    if (!alias.opaque.empty()) match.unknowns.push_back(alias.opaque + " " + alias.name);
    if (!alias.enabled) continue;
    for (const uint32_t value : parts_[number].values) {
      const std::string& item = alias.items[value];
      budget_ -= budget_ > 0;
      const bool negated = item.starts_with('!');
      const std::string_view text = negated ? std::string_view(item).substr(1) : std::string_view(item);
      if (const auto prefix = model::parse_prefix(text)) entries.push_back({*prefix, negated});
      else if (const auto set = pf::addresses(text); set && !negated) plain.push_back(*set);
      else match.unknowns.push_back((is_host_name(text) ? "host name " : "entry ") + item);
      excluded += negated;
      doubtful |= negated && !model::parse_prefix(text);
    }
  }
  if (budget_ == 0) match.unknowns.push_back("aliases nested beyond all measure: " + name);
  if (excluded > kMaxExcluded || doubtful) {
    match.unknowns.push_back("alias with exclusions " + name);
    return match;
  }
  if (excluded > 0) {
    match.known = longest_prefix_wins(std::move(entries)).united(joined(plain));
    return match;
  }
  for (const Excluded& entry : entries) plain.push_back(AddressSet::of(entry.prefix));
  match.known = joined(plain);
  return match;
}

const PortMatch& AliasTable::ports(const std::string& name) {
  const auto [found, added] = ports_.try_emplace(name);
  PortMatch& match = found->second;
  if (!added) return match;
  std::vector<model::Interval> all;
  for (const uint32_t number : reachable(name)) {
    const Alias& alias = aliases_[number];
    if (!alias.opaque.empty()) match.unknowns.push_back(alias.opaque + " " + alias.name);
    if (!alias.enabled) continue;
    for (const uint32_t value : parts_[number].values) {
      const std::string& item = alias.items[value];
      budget_ -= budget_ > 0;
      const auto set = pf::ports(item, true);
      if (set) all.insert(all.end(), set->intervals().begin(), set->intervals().end());
      else match.unknowns.push_back("entry " + item);
    }
  }
  if (budget_ == 0) match.unknowns.push_back("aliases nested beyond all measure: " + name);
  match.ports = IntervalSet::from(std::move(all));
  return match;
}

std::vector<std::string> AliasTable::flat(const std::string& name) const {
  std::vector<std::string> result;
  std::set<std::string, std::less<>> seen = {name};
  std::vector<std::pair<const Alias*, size_t>> open;
  if (const Alias* first = find(name)) open.emplace_back(first, 0);
  while (!open.empty()) {
    auto& [alias, next] = open.back();
    if (next == alias->items.size()) {
      open.pop_back();
      continue;
    }
    const std::string& item = alias->items[next++];
    const Alias* nested = find(item);
    if (!nested) result.push_back(item);
    else if (seen.insert(item).second) open.emplace_back(nested, 0);
  }
  return result;
}

std::vector<const AliasTable::Alias*> AliasTable::circles() {
  settle();
  enum class State : uint8_t { unseen, open, done };
  std::vector<State> states(aliases_.size(), State::unseen);
  std::vector<const Alias*> result;
  std::vector<std::pair<uint32_t, size_t>> stack;
  for (uint32_t start = 0; start < aliases_.size(); ++start) {
    if (states[start] != State::unseen) continue;
    states[start] = State::open;
    stack.emplace_back(start, 0);
    while (!stack.empty()) {
      const uint32_t alias = stack.back().first;
      if (stack.back().second == parts_[alias].nested.size()) {
        states[alias] = State::done;
        stack.pop_back();
        continue;
      }
      const uint32_t next = parts_[alias].nested[stack.back().second++];
      if (states[next] == State::open && (result.empty() || result.back() != &aliases_[alias])) result.push_back(&aliases_[alias]);
      if (states[next] != State::unseen) continue;
      states[next] = State::open;
      stack.emplace_back(next, 0);
    }
  }
  return result;
}

std::vector<std::pair<const AliasTable::Alias*, std::string>> AliasTable::strange_items() {
  settle();
  std::vector<std::pair<const Alias*, std::string>> result;
  for (size_t i = 0; i < aliases_.size(); ++i)
    for (const uint32_t value : parts_[i].values) {
      const std::string& item = aliases_[i].items[value];
      const std::string_view text = item.starts_with('!') ? std::string_view(item).substr(1) : std::string_view(item);
      if (aliases_[i].type == Type::opaque) continue;
      const bool fine = aliases_[i].type == Type::ports ? pf::ports(item, true).has_value() : pf::addresses(text) || is_host_name(text);
      if (!fine) result.emplace_back(&aliases_[i], item);
    }
  return result;
}

const model::Prefix* Interface::primary(Family family) const {
  for (const model::Prefix& prefix : addresses)
    if (prefix.address.family == family) return &prefix;
  return nullptr;
}

AddressMatch address_of(const Interface& interface, Family family) {
  AddressMatch match;
  if (const model::Prefix* primary = interface.primary(family)) match.known = AddressSet::of(primary->address);
  else if (interface.dynamic(family)) match.names.push_back("address:" + interface.id);
  return match;
}

AddressMatch network_of(const Interface& interface, Family family) {
  AddressMatch match;
  for (const auto* list : {&interface.addresses, &interface.aliases})
    for (const model::Prefix& prefix : *list)
      if (prefix.address.family == family) match.known = match.known.united(AddressSet::of(prefix));
  if (interface.dynamic(family)) match.names.push_back("network:" + interface.id);
  return match;
}

}  // namespace fwproof::importers::text::pf
