// Redirects, their reflection, nat sections and masquerading (fw4.uc, parse_redirect, parse_nat; redirect.uc, zone-masq.uc).
// Kernel: net/netfilter/nf_nat_core.c (get_unique_tuple), nf_nat_redirect.c, nf_nat_masquerade.c, Linux 6.6.
#include <algorithm>

#include "importers/openwrt/build.h"

namespace fwproof::importers::openwrt {

using model::Action;
using model::ActionKind;
using model::Family;
using model::Field;
using model::In;
using model::InAddresses;
using model::IntervalSet;
using model::Rewrite;
using model::Term;
using model::u128;

namespace {

Rewrite assign(Field field, IntervalSet values) { return {Rewrite::Kind::assign, field, std::move(values)}; }
Rewrite assign_named(Field field, std::string name) { return {Rewrite::Kind::assign_named, field, {}, std::move(name)}; }

Rewrite translated(Field field) {
  const u128 bit = field == Field::src ? model::ct_snat : model::ct_dnat;
  return {Rewrite::Kind::set_bits, Field::ct_status, {}, "", bit, bit};
}

IntervalSet ports_of(const PortRange& port) { return IntervalSet::range(port.lo, port.hi); }

// Where the plain conditions keep the field: inside the set, outside, or either.
enum class Side : uint8_t { inside, outside, either };
Side side_of(const std::vector<Term>& terms, Field field, const IntervalSet& set, Family family) {
  for (const Term& term : terms) {
    if (term.negated) continue;
    const IntervalSet* have = nullptr;
    if (const auto* in = std::get_if<In>(&term.what); in != nullptr && in->field == field) have = &in->set;
    if (const auto* in = std::get_if<InAddresses>(&term.what); in != nullptr && in->field == field) have = &in->set.in(family);
    if (have == nullptr) continue;
    if (!have->intersects(set)) return Side::outside;
    if (set.contains(*have)) return Side::inside;
  }
  return Side::either;
}

// "network:eth0" in the place of an address: an address of it.
std::string address_name(const Net& net) { return "address:" + net.name.substr(net.name.find(':') + 1); }

}  // namespace

Action Builder::rewrite(std::vector<Rewrite> steps, ActionKind then) {
  policy_.rewrites.push_back({std::move(steps), then});
  return {ActionKind::rewrite, static_cast<uint32_t>(policy_.rewrites.size() - 1)};
}

const Net* Builder::first(const std::vector<Net>& nets) const {
  for (const Net& net : nets)
    if (net.unset_family || net.family == family_) return &net;
  return nullptr;
}

Builder::Terms Builder::nat_terms(const FirewallRule& rule, const ProtoGroup& group, bool icmpv6, const std::vector<Net>& src, const std::vector<Net>& dst,
                                  const std::vector<PortRange>& sport, const std::vector<PortRange>& dport) const {
  Terms terms;
  if (!group.any) terms.push_back({In{Field::protocol, group.icmp && icmpv6 ? IntervalSet::of(model::proto_icmpv6) : group.numbers}});
  if (rule.device) add_devices(terms, {*rule.device}, Field::out);
  add_nets(terms, src, Field::src);
  add_nets(terms, dst, Field::dst);
  if (group.ports) {
    add_ports(terms, sport, Field::src_port);
    add_ports(terms, dport, Field::dst_port);
  }
  return terms;
}

// ---- redirects ----

void Builder::emit_redirect(const FirewallRule& rule) {
  for (const ProtoGroup& group : groups_of(rule.protos)) emit_redirect(rule, group);
}

void Builder::emit_redirect(const FirewallRule& rule, const ProtoGroup& group) {
  const bool source = rule.target == Target::snat;
  const std::vector<Net>& to = source ? rule.snat_ip : rule.dest_ip;
  const std::vector<Net>& dst = source ? rule.dest_ip : rule.src_dip;
  const FamilyChoice set = rule.set ? fw_.sets[rule.set->set].family : FamilyChoice::unset;
  FamilyChoice family = infer(group.icmpv6_only ? FamilyChoice::v6 : rule.family,
                              {set, family_of(rule.src_ip), family_of(dst), family_of(to), family_of(rule.src), family_of(rule.dest)});
  if (family == FamilyChoice::conflict) return;
  if (rule.target == Target::dnat) emit_reflection(rule, group);
  const bool any_address = !rule.src_ip.empty() || !dst.empty() || !to.empty();
  if (!any_address && family == FamilyChoice::unset) family = FamilyChoice::v4;
  if (!allows(family, family_)) return;
  if (any_address && !has_any(rule.src_ip, family_) && !has_any(dst, family_) && !has_any(to, family_)) return;
  Terms terms = nat_terms(rule, group, family == FamilyChoice::v6, rule.src_ip, dst, rule.src_port, source ? rule.dest_port : rule.src_dport);
  add_macs(terms, rule.src_mac);
  add_mark(terms, rule);
  add_set(terms, rule, group);
  add_unread(terms, rule);
  if (rule.target == Target::unknown) {
    const std::string chain_name = rule.src.is_zone() ? "dstnat_" + fw_.zones[rule.src.zone].name : "dstnat";
    return user(chain_name, std::move(terms), {ActionKind::unknown_rewriting, unknown_index("target", rule.name, rule.origin)}, rule);
  }
  if (!source) return translate_destination("dstnat_" + fw_.zones[rule.src.zone].name, std::move(terms), rule, group, rule.name);
  const Net* net = first(rule.snat_ip);
  std::vector<Rewrite> steps;
  if (net != nullptr) steps.push_back(net->named ? assign_named(Field::src, address_name(*net)) : assign(Field::src, net->range ? net->set : IntervalSet::of(net->set.min())));
  translate_source("srcnat_" + fw_.zones[rule.dest.zone].name, std::move(terms), std::move(steps), group.ports ? rule.snat_port : std::vector<PortRange>(), rule, rule.name);
}

void Builder::translate_destination(const std::string& chain_name, Terms terms, const FirewallRule& rule, const ProtoGroup& group, const std::string& name) {
  const Net* net = first(rule.dest_ip);
  const std::vector<PortRange> port = group.ports ? rule.dest_port : std::vector<PortRange>();
  if (net == nullptr) return redirect_to_self(chain_name, terms, rule, group);
  if (net->named) {
    destination_rules(chain_name, terms, assign_named(Field::dst, address_name(*net)), {model::InNamed{Field::dst, address_name(*net)}}, false, port, rule, name);
    return;
  }
  // A prefix stands for its first address (fw4.uc, host); of a range the kernel picks one by the addresses.
  const IntervalSet set = net->range ? net->set : IntervalSet::of(net->set.min());
  destination_rules(chain_name, terms, assign(Field::dst, set), {InAddresses{Field::dst, model::AddressSet::of(family_, set)}}, set.is_single(), port, rule, name);
}

// REDIRECT: the first address of the interface by which the packet came.
void Builder::redirect_to_self(const std::string& chain_name, const Terms& terms, const FirewallRule& rule, const ProtoGroup& group) {
  const std::vector<PortRange> port = group.ports ? rule.dest_port : std::vector<PortRange>();
  const Zone& zone = fw_.zones[rule.src.zone];
  const bool plain = !zone.devices.empty() && std::none_of(zone.devices.begin(), zone.devices.end(), [](const Device& d) { return d.inverted || d.wildcard; });
  if (!plain) {
    destination_rules(chain_name, terms, assign_named(Field::dst, "local"), {model::InNamed{Field::dst, "local"}}, false, port, rule, rule.name);
    return;
  }
  for (const Device& device : zone.devices) {
    Terms here = terms;
    here.push_back({In{Field::in, atoms(device)}});
    IntervalSet own;
    for (const model::Prefix& prefix : networks_.addresses_of(device.name, family_)) own = own.united(IntervalSet::of(prefix.address.value));
    const bool known = !own.empty() && !networks_.may_have_more(device.name, family_);
    const std::string named = "address:" + device.name;
    if (known)
      destination_rules(chain_name, here, assign(Field::dst, own), {InAddresses{Field::dst, model::AddressSet::of(family_, own)}}, own.is_single(), port, rule, rule.name);
    else
      destination_rules(chain_name, here, assign_named(Field::dst, named), {model::InNamed{Field::dst, named}}, false, port, rule, rule.name);
  }
}

// A translation that changes nothing leaves no trace in the connection's status (nf_nat_setup_info), and `ct status dnat accept` does not
// see it: a packet that is sent to the inner address itself gets a rule of its own in front.
// Of a range of ports the kernel keeps one that is in it already, else it takes the first that is free: it does not shift (get_unique_tuple).
void Builder::destination_rules(const std::string& chain_name, const Terms& terms, const Rewrite& address, const Term& is_address, bool certain,
                                const std::vector<PortRange>& port, const FirewallRule& rule, const std::string& name) {
  FirewallRule named;
  named.name = name;
  named.origin = rule.origin;
  named.set = rule.set;
  const bool has_port = !port.empty();
  const IntervalSet ports = has_port ? ports_of(port[0]) : IntervalSet();
  const Side in_ports = has_port ? side_of(terms, Field::dst_port, ports, family_) : Side::either;
  const bool elsewhere = address.kind == Rewrite::Kind::assign && side_of(terms, Field::dst, address.values, family_) == Side::outside;
  if (in_ports != Side::outside && !elsewhere) {
    Terms same = terms;
    same.push_back(is_address);
    if (has_port && in_ports != Side::inside) same.push_back({In{Field::dst_port, ports}});
    if (certain) user(chain_name, std::move(same), {ActionKind::accept, 0}, named);
    else user(chain_name, std::move(same), rewrite({address, assign(Field::ct_status, IntervalSet::all(2))}, ActionKind::accept), named);
  }
  if (has_port && in_ports != Side::outside) {
    Terms inside = terms;
    if (in_ports != Side::inside) inside.push_back({In{Field::dst_port, ports}});
    user(chain_name, std::move(inside), rewrite({address, translated(Field::dst)}, ActionKind::accept), named);
    if (in_ports == Side::inside) return;
  }
  std::vector<Rewrite> steps = {address};
  if (has_port) steps.push_back(assign(Field::dst_port, ports));
  steps.push_back(translated(Field::dst));
  user(chain_name, terms, rewrite(std::move(steps), ActionKind::accept), named);
}

// ---- reflection ----

// The networks of a zone's interfaces and its subnets (related_subnets).
std::vector<Net> Builder::subnets_of(const Zone& zone) const {
  std::vector<Net> result;
  for (const std::string& device : zone.networks_devices) {
    for (const model::Prefix& prefix : networks_.addresses_of(device, family_)) result.push_back(*parse_subnet(model::to_text(prefix)));
    if (!networks_.may_have_more(device, family_)) continue;
    Net named;
    named.named = true;
    named.family = family_;
    named.name = "network:" + device;
    result.push_back(std::move(named));
  }
  for (const Net& net : zone.subnets)
    if (!net.unset_family && net.family == family_ && !net.inverted) result.push_back(net);
  return result;
}

// Their own addresses, without the networks.
std::vector<Net> Builder::own_addresses_of(const Zone& zone) const {
  std::vector<Net> result = subnets_of(zone);
  for (Net& net : result) {
    if (net.named) net.name = address_name(net);
    else net.set = IntervalSet::of(net.address), net.range = false;
  }
  return result;
}

void Builder::emit_reflection(const FirewallRule& rule, const ProtoGroup& group) {
  if (!rule.reflection || !rule.src.is_zone() || !rule.dest.is_zone()) return;
  const Zone& src = fw_.zones[rule.src.zone];
  if (!(family_ == Family::v4 ? src.masq : src.masq6) || first(rule.dest_ip) == nullptr || first(rule.dest_ip)->named) return;
  std::vector<Endpoint> zones = rule.reflection_zones;
  if (zones.empty()) zones.push_back(rule.dest);
  for (const Endpoint& zone : zones) emit_reflection(rule, group, zone.zone);
}

void Builder::emit_reflection(const FirewallRule& rule, const ProtoGroup& group, size_t zone_index) {
  const Zone& zone = fw_.zones[zone_index];
  if (const FamilyChoice family = family_of(zone); family == FamilyChoice::conflict || !allows(family, family_)) return;
  const Net& target = *first(rule.dest_ip);
  const std::vector<Net> inner = subnets_of(zone);
  const std::vector<Net> outer = rule.src_dip.empty() ? own_addresses_of(fw_.zones[rule.src.zone]) : rule.src_dip;
  const bool named_outer = std::any_of(outer.begin(), outer.end(), [&](const Net& n) { return n.named; });
  if (first(inner) == nullptr || first(outer) == nullptr) return;
  const Net* as = rule.reflection_external ? first(outer) : first(inner);
  if (!rule.reflection_external)
    for (const Net& net : inner)
      if (!net.named && !net.masked && !net.range && net.set.contains(target.set.min())) {
        as = &net;
        break;
      }
  const std::string name = rule.name + " (reflection)";
  FirewallRule plain;   // MAC addresses and sets are not reflected
  plain.name = name;
  plain.origin = rule.origin;
  plain.mark = rule.mark;
  plain.unread = rule.unread;
  plain.dest_ip = rule.dest_ip;
  plain.dest_port = rule.dest_port;
  const bool icmpv6 = family_ == Family::v6;
  Terms terms = nat_terms(plain, group, icmpv6, inner, outer, rule.src_port, rule.src_dport);
  add_mark(terms, plain);
  add_unread(terms, plain);
  translate_destination("dstnat_" + zone.name, std::move(terms), plain, group, name);
  terms = nat_terms(plain, group, icmpv6, inner, rule.dest_ip, {}, rule.dest_port);
  add_mark(terms, plain);
  add_unread(terms, plain);
  if (rule.reflection_external && named_outer && outer.size() > 1)
    return user("srcnat_" + zone.name, std::move(terms), {ActionKind::unknown_rewriting, unknown_index("reflection", name, rule.origin)}, plain);
  Rewrite source = as->named ? assign_named(Field::src, address_name(*as)) : assign(Field::src, IntervalSet::of(as->address));
  translate_source("srcnat_" + zone.name, std::move(terms), {std::move(source)}, {}, plain, name);
}

// ---- sources ----

// The kernel keeps the source port where it can, but need not.
void Builder::translate_source(const std::string& chain_name, Terms terms, std::vector<Rewrite> steps, const std::vector<PortRange>& port,
                               const FirewallRule& rule, const std::string& name) {
  FirewallRule named;
  named.name = name;
  named.origin = rule.origin;
  named.set = rule.set;
  steps.push_back(assign(Field::src_port, port.empty() ? IntervalSet::range(1, 65535) : ports_of(port[0])));
  steps.push_back(translated(Field::src));
  user(chain_name, std::move(terms), rewrite(std::move(steps), ActionKind::accept), named);
}

void Builder::emit_nat(const FirewallRule& rule) {
  const std::string chain_name = rule.src.is_zone() ? "srcnat_" + fw_.zones[rule.src.zone].name : "srcnat";
  for (const ProtoGroup& group : groups_of(rule.protos)) {
    FamilyChoice family = infer(rule.family, {family_of(rule.src_ip), family_of(rule.dest_ip), family_of(rule.snat_ip), family_of(rule.src)});
    if (family == FamilyChoice::conflict) continue;
    if (family == FamilyChoice::unset) {
      const auto has = [&](Family f) { return has_any(rule.src_ip, f) || has_any(rule.dest_ip, f) || has_any(rule.snat_ip, f); };
      family = has(Family::v6) && !has(Family::v4) ? FamilyChoice::v6 : FamilyChoice::v4;
    }
    if (!allows(family, family_)) continue;
    Terms terms = nat_terms(rule, group, family == FamilyChoice::v6, rule.src_ip, rule.dest_ip, rule.src_port, rule.dest_port);
    add_mark(terms, rule);
    add_unread(terms, rule);
    if (rule.target == Target::accept) {
      user(chain_name, std::move(terms), {ActionKind::accept, 0}, rule);
      continue;
    }
    if (rule.target == Target::unknown) {
      user(chain_name, std::move(terms), {ActionKind::unknown_rewriting, unknown_index("target", rule.name, rule.origin)}, rule);
      continue;
    }
    std::vector<Rewrite> steps;
    const Net* net = first(rule.snat_ip);
    if (rule.target == Target::masquerade) steps.push_back(assign_named(Field::src, "address-of-out"));
    else if (net != nullptr) steps.push_back(net->named ? assign_named(Field::src, address_name(*net)) : assign(Field::src, net->range ? net->set : IntervalSet::of(net->set.min())));
    translate_source(chain_name, std::move(terms), std::move(steps), group.ports ? rule.snat_port : std::vector<PortRange>(), rule, rule.name);
  }
}

void Builder::masquerade(const Zone& zone) {
  if (!(family_ == Family::v4 ? zone.masq : zone.masq6)) return;
  Terms terms;
  add_nets(terms, zone.masq_src, Field::src);
  add_nets(terms, zone.masq_dest, Field::dst);
  FirewallRule rule;
  rule.origin = zone.masq_origin.line == 0 ? zone.origin : zone.masq_origin;
  translate_source("srcnat_" + zone.name, std::move(terms), {assign_named(Field::src, "address-of-out")}, {}, rule, "zone " + zone.name + ": masquerading");
}

}  // namespace fwproof::importers::openwrt
