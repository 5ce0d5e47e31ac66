// Conditions of rules: zones, families, addresses, ports, sets (fw4.uc, infer_family, subnets_split_af, map_setmatch; zone-match.uc, rule.uc).
#include <algorithm>

#include "importers/openwrt/build.h"

namespace fwproof::importers::openwrt {

using model::Family;
using model::Field;
using model::In;
using model::InAddresses;
using model::IntervalSet;
using model::Term;
using Sharing = model::UnknownCondition::Sharing;

IntervalSet Builder::atoms(const Device& device) const { return policy_.interfaces.atoms(device.name, device.wildcard); }

void Builder::add_devices(Terms& terms, const std::vector<Device>& devices, Field field) const {
  IntervalSet inside, outside;
  bool positive = false;
  for (const Device& device : devices) {
    if (device.inverted) outside = outside.united(atoms(device));
    else inside = inside.united(atoms(device)), positive = true;
  }
  if (positive) terms.push_back({In{field, inside}});
  if (!outside.empty()) terms.push_back({In{field, outside}, true});
}

std::optional<Builder::Terms> Builder::zone_terms(const Zone& zone, bool egress) const {
  if (!zone.matches_something()) return std::nullopt;
  const FamilyChoice family = family_of(zone);
  if (family == FamilyChoice::conflict || !allows(family, family_)) return std::nullopt;
  Terms terms;
  add_devices(terms, zone.devices, egress ? Field::out : Field::in);
  add_nets(terms, zone.subnets, egress ? Field::dst : Field::src);
  return terms;
}

FamilyChoice Builder::family_of(const std::vector<Net>& nets) {
  bool v4 = false, v6 = false;
  for (const Net& net : nets) {
    if (net.unset_family) return FamilyChoice::unset;
    (net.family == Family::v4 ? v4 : v6) = true;
  }
  if (v4 == v6) return FamilyChoice::unset;
  return v4 ? FamilyChoice::v4 : FamilyChoice::v6;
}

FamilyChoice Builder::family_of(const Zone& zone) { return infer(zone.family, {family_of(zone.subnets)}); }

FamilyChoice Builder::infer(FamilyChoice given, std::initializer_list<FamilyChoice> others) {
  FamilyChoice result = given;
  for (const FamilyChoice other : others) {
    if (other == FamilyChoice::conflict) return other;
    if (other == FamilyChoice::unset || other == FamilyChoice::any || other == result) continue;
    if (result != FamilyChoice::unset && result != FamilyChoice::any) return FamilyChoice::conflict;
    result = other;
  }
  return result;
}

bool Builder::has_any(const std::vector<Net>& nets, Family family) const {
  return std::any_of(nets.begin(), nets.end(), [&](const Net& net) { return net.unset_family || net.family == family; });
}

namespace {

Term term_of(const Net& net, Field field, Family family) {
  if (net.named) return {model::InNamed{field, net.name}};
  if (net.masked) return {model::Masked{field, net.mask, net.address}};
  return {InAddresses{field, model::AddressSet::of(family, net.set)}};
}

IntervalSet united(const std::vector<const Net*>& nets) {
  std::vector<model::Interval> all;
  for (const Net* net : nets) all.insert(all.end(), net->set.intervals().begin(), net->set.intervals().end());
  return IntervalSet::from(std::move(all));
}

}  // namespace

// Inside one of the plain ones, outside all negated ones.
void Builder::add_nets(Terms& terms, const std::vector<Net>& nets, Field field) const {
  std::vector<const Net*> inside, outside;
  model::AnyOf any;
  for (const Net& net : nets) {
    if (!net.unset_family && net.family != family_) continue;
    const bool plain = !net.named && !net.masked;
    if (net.inverted) {
      if (plain) outside.push_back(&net);
      else terms.push_back({term_of(net, field, family_).what, true});
    } else if (plain) {
      inside.push_back(&net);
    } else {
      any.alternatives.push_back({term_of(net, field, family_)});
    }
  }
  if (!inside.empty()) {
    Term term{InAddresses{field, model::AddressSet::of(family_, united(inside))}};
    if (any.alternatives.empty()) terms.push_back(std::move(term));
    else any.alternatives.push_back({std::move(term)});
  }
  if (!any.alternatives.empty()) terms.push_back({std::move(any)});
  if (!outside.empty()) terms.push_back({InAddresses{field, model::AddressSet::of(family_, united(outside))}, true});
}

void Builder::add_ports(Terms& terms, const std::vector<PortRange>& ports, Field field) {
  std::vector<model::Interval> inside, outside;
  for (const PortRange& port : ports) (port.inverted ? outside : inside).push_back({port.lo, port.hi});
  if (!inside.empty()) terms.push_back({In{field, IntervalSet::from(std::move(inside))}});
  if (!outside.empty()) terms.push_back({In{field, IntervalSet::from(std::move(outside))}, true});
}

void Builder::add_macs(Terms& terms, const std::vector<Mac>& macs) {
  std::vector<model::Interval> inside, outside;
  for (const Mac& mac : macs) (mac.inverted ? outside : inside).push_back({mac.address, mac.address});
  if (!inside.empty()) terms.push_back({In{Field::mac, IntervalSet::from(std::move(inside))}});
  if (!outside.empty()) terms.push_back({In{Field::mac, IntervalSet::from(std::move(outside))}, true});
}

// fw4 writes nothing where no type is of the family: then every type matches.
void Builder::add_icmp(Terms& terms, const std::vector<IcmpType>& types) const {
  model::AnyOf any;
  std::vector<model::Interval> whole;
  for (const IcmpType& each : types) {
    const int type = family_ == Family::v4 ? each.type4 : each.type6;
    const int code = family_ == Family::v4 ? each.code4 : each.code6;
    if (type < 0) continue;
    const auto number = static_cast<model::u128>(type);
    if (code < 0) whole.push_back({number, number});
    else any.alternatives.push_back({{In{Field::icmp_type, IntervalSet::of(number)}}, {In{Field::icmp_code, IntervalSet::of(static_cast<model::u128>(code))}}});
  }
  if (whole.empty() && any.alternatives.empty()) return;
  if (!whole.empty()) {
    Term term{In{Field::icmp_type, IntervalSet::from(std::move(whole))}};
    if (any.alternatives.empty()) return terms.push_back(std::move(term));
    any.alternatives.push_back({std::move(term)});
  }
  terms.push_back({std::move(any)});
}

void Builder::add_mark(Terms& terms, const FirewallRule& rule) {
  if (rule.mark) terms.push_back({model::Masked{Field::mark, rule.mark->mask, rule.mark->value}, rule.mark->inverted});
}

uint32_t Builder::unknown_index(std::string kind, std::string text, model::Origin origin, bool pure) {
  return model::add_unknown(policy_, {pure ? Sharing::pure : Sharing::per_visit, std::move(kind), std::move(text), origin});
}

Term Builder::unknown(std::string kind, std::string text, model::Origin origin, bool pure) {
  return {model::Unknown{unknown_index(std::move(kind), std::move(text), origin, pure)}};
}

void Builder::add_unread(Terms& terms, const FirewallRule& rule) {
  for (const Unread& unread : rule.unread) terms.push_back(unknown(unread.kind, unread.text, rule.origin, unread.pure));
}

void Builder::add_set(Terms& terms, const FirewallRule& rule, const ProtoGroup& group) {
  if (!rule.set) return;
  const FirewallSet& set = fw_.sets[rule.set->set];
  std::vector<bool> to_src = set.to_src;
  for (size_t i = 0; i < to_src.size() && i < rule.set->to_src.size(); ++i)
    if (rule.set->to_src[i]) to_src[i] = *rule.set->to_src[i];
  const bool has_port = std::find(set.types.begin(), set.types.end(), Dimension::port) != set.types.end();
  std::optional<Terms> inside;
  // fw4 writes a rule that nft refuses where a set has ports and the protocol has none.
  if (set.opaque.empty() && (!has_port || group.ports)) inside = set_entries(set, to_src);
  if (!inside) {
    std::string text = set.name;
    for (const bool src : to_src) text += src ? " src" : " dst";
    inside = Terms{unknown("set", text, rule.origin, true)};
  }
  if (!rule.set->inverted) {
    for (Term& term : *inside) terms.push_back(std::move(term));
    return;
  }
  terms.push_back({model::AnyOf{{std::move(*inside)}}, true});
}

namespace {

// Entries are written for the direction src.
bool turn(Term& term, bool to_src) {
  if (auto* addresses = std::get_if<InAddresses>(&term.what)) {
    addresses->field = to_src ? Field::src : Field::dst;
    return true;
  }
  auto& in = std::get<In>(term.what);
  if (in.field == Field::mac) return to_src;
  in.field = to_src ? Field::src_port : Field::dst_port;
  return true;
}

}  // namespace

std::optional<Builder::Terms> Builder::set_entries(const FirewallSet& set, const std::vector<bool>& to_src) {
  const bool one = set.types.size() == 1 && set.types[0] == Dimension::address;
  const size_t size = one ? set.addresses.intervals().size() : set.entries.size() * (set.types.size() + 1);
  if (set_budget_ < size) return std::nullopt;
  set_budget_ -= size;
  if (one) return Terms{{InAddresses{to_src[0] ? Field::src : Field::dst, model::AddressSet::of(family_, allows(set.family, family_) ? set.addresses : IntervalSet())}}};
  model::AnyOf any;
  for (const Terms& entry : set.entries) {
    Terms terms = entry;
    for (size_t i = 0; i < terms.size(); ++i)
      if (!turn(terms[i], to_src[i])) return std::nullopt;
    any.alternatives.push_back(std::move(terms));
  }
  return Terms{{std::move(any)}};
}

int32_t Builder::assumption_of(const FirewallRule& rule) {
  if (!rule.set || !fw_.sets[rule.set->set].opaque.empty()) return -1;
  const FirewallSet& set = fw_.sets[rule.set->set];
  const auto [found, added] = assumptions_.try_emplace("set " + set.name, static_cast<int32_t>(policy_.assumptions.size()));
  if (added) policy_.assumptions.push_back({"the set " + set.name + " holds the entries of the configuration, nothing changes it while the router runs", set.origin});
  return found->second;
}

std::vector<Builder::ProtoGroup> Builder::groups_of(const std::vector<Proto>& protos) {
  std::vector<ProtoGroup> groups;
  IntervalSet with_ports;
  for (const Proto& proto : protos) {
    if (proto.any) {
      groups.push_back({true, false, false, false, {}});
    } else if (proto.has_ports()) {
      with_ports = with_ports.united(IntervalSet::of(proto.number));
    } else {
      groups.push_back({false, false, proto.name == "icmp", proto.name == "ipv6-icmp", IntervalSet::of(proto.number)});
    }
    constexpr size_t kMaxGroups = 256;   // there are no more protocols
    if (groups.size() >= kMaxGroups) break;
  }
  if (!with_ports.empty()) groups.push_back({false, true, false, false, with_ports});
  return groups;
}

}  // namespace fwproof::importers::openwrt
