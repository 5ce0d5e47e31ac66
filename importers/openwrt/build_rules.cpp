// Rules and forwardings (fw4.uc, parse_rule, parse_forwarding; rule.uc).
#include "importers/openwrt/build.h"

namespace fwproof::importers::openwrt {

using model::Action;
using model::ActionKind;
using model::Family;
using model::Field;
using model::In;
using model::IntervalSet;
using model::Rewrite;

void Builder::emit_rule(const FirewallRule& rule) {
  for (const ProtoGroup& group : groups_of(rule.protos)) emit_rule(rule, group);
}

FamilyChoice Builder::rule_family(const FirewallRule& rule, const ProtoGroup& group) const {
  const FamilyChoice set = rule.set ? fw_.sets[rule.set->set].family : FamilyChoice::unset;
  const FamilyChoice family = infer(group.icmpv6_only ? FamilyChoice::v6 : rule.family,
                                    {set, family_of(rule.src_ip), family_of(rule.dest_ip), family_of(rule.src), family_of(rule.dest)});
  if (family != FamilyChoice::unset) return family;
  bool v4 = has_any(rule.src_ip, Family::v4) || has_any(rule.dest_ip, Family::v4);
  bool v6 = has_any(rule.src_ip, Family::v6) || has_any(rule.dest_ip, Family::v6);
  if (group.icmp)
    for (const IcmpType& type : rule.icmp) {
      v4 = v4 || type.type4 >= 0;
      v6 = v6 || type.type6 >= 0;
    }
  if (v4 == v6) return FamilyChoice::any;
  return v4 ? FamilyChoice::v4 : FamilyChoice::v6;
}

void Builder::emit_rule(const FirewallRule& rule, const ProtoGroup& group) {
  const FamilyChoice family = rule_family(rule, group);
  if (family == FamilyChoice::conflict || !allows(family, family_)) return;
  Terms terms = rule_terms(rule, group);
  switch (rule.target) {
    case Target::none: case Target::helper: case Target::dscp: return user(filter_chain(rule), std::move(terms), {ActionKind::proceed, 0}, rule);
    case Target::accept: case Target::reject: case Target::drop: case Target::unknown:
    case Target::dnat: case Target::snat: case Target::masquerade: return emit_filter(rule, std::move(terms));
    case Target::mark: return emit_marking(rule, std::move(terms));
    case Target::notrack:
      return user("notrack_" + fw_.zones[rule.src.zone].name, std::move(terms),
                  rewrite({{Rewrite::Kind::assign, Field::state, IntervalSet::of(model::state_untracked)}}, ActionKind::proceed), rule);
  }
}

Builder::Terms Builder::rule_terms(const FirewallRule& rule, const ProtoGroup& group) {
  Terms terms;
  if (!group.any) {
    const IntervalSet icmp = IntervalSet::of(family_ == Family::v4 ? model::proto_icmp : model::proto_icmpv6);
    terms.push_back({In{Field::protocol, group.icmp ? icmp : group.numbers}});
  }
  if (rule.device && rule.target != Target::mark) add_devices(terms, {*rule.device}, rule.egress ? Field::out : Field::in);
  add_nets(terms, rule.src_ip, Field::src);
  add_nets(terms, rule.dest_ip, Field::dst);
  if (group.ports) {
    add_ports(terms, rule.src_port, Field::src_port);
    add_ports(terms, rule.dest_port, Field::dst_port);
  }
  add_macs(terms, rule.src_mac);
  if (group.icmp || group.icmpv6_only) add_icmp(terms, rule.icmp);
  add_mark(terms, rule);
  add_set(terms, rule, group);
  add_unread(terms, rule);
  return terms;
}

std::string Builder::filter_chain(const FirewallRule& rule) const {
  if (rule.src.is_zone()) return (rule.dest.given() ? "forward_" : "input_") + fw_.zones[rule.src.zone].name;
  if (rule.src.is_any()) return rule.dest.given() ? "forward" : "input";
  return rule.dest.is_zone() ? "output_" + fw_.zones[rule.dest.zone].name : "output";
}

std::string Builder::mangle_chain(const FirewallRule& rule) const {
  if ((rule.src.is_any() && rule.dest.is_any()) || (rule.src.is_zone() && rule.dest.is_zone())) return "mangle_forward";
  if (rule.src.is_any() && rule.dest.is_zone()) return "mangle_postrouting";
  if (rule.src.is_zone() && rule.dest.is_any()) return "mangle_prerouting";
  return rule.src.given() && !rule.dest.given() ? "mangle_input" : "mangle_output";
}

// What fw4 sends through the chain accept_to_ZONE stands here with the rule's own line: the zone's interfaces, and what that chain drops.
void Builder::emit_filter(const FirewallRule& rule, Terms terms) {
  const std::string chain_name = filter_chain(rule);
  Action action{ActionKind::accept, 0};
  if (rule.target == Target::reject) action.kind = ActionKind::reject;
  if (rule.target == Target::drop) action.kind = ActionKind::drop;
  if (rule.target != Target::accept && rule.target != Target::reject && rule.target != Target::drop)
    action = {ActionKind::unknown_rewriting, unknown_index("target", rule.name, rule.origin)};
  if (rule.dest.is_zone()) {
    const Zone& zone = fw_.zones[rule.dest.zone];
    const auto egress = zone_terms(zone, true);
    if (!egress) return;
    terms.insert(terms.end(), egress->begin(), egress->end());
    const bool masquerades = (family_ == Family::v4 ? zone.masq : zone.masq6) || (zone.masq && zone.masq6);
    if (action.kind == ActionKind::accept && masquerades && !fw_.drop_invalid && !zone.masq_allow_invalid) {
      Terms invalid = terms;
      invalid.push_back({In{Field::state, IntervalSet::of(model::state_invalid)}});
      user(chain_name, std::move(invalid), {ActionKind::drop, 0}, rule);
    }
  }
  user(chain_name, std::move(terms), action, rule);
}

void Builder::emit_marking(const FirewallRule& rule, Terms terms) {
  const auto zone_devices = [&](const Endpoint& endpoint, Field field) {
    if (!endpoint.is_zone() || (rule.device && rule.egress == (field == Field::out))) return;
    // Here fw4 writes the patterns that it leaves out elsewhere; what nft makes of them is not documented.
    const Zone& zone = fw_.zones[endpoint.zone];
    if (zone.drops_device) return terms.push_back(unknown("device", "zone " + zone.name, rule.origin));
    if (zone.no_device && !zone.has_own_device()) return terms.push_back({model::AnyOf{}});
    std::vector<Device> plain;
    for (const Device& device : zone.devices)
      if (!device.inverted) plain.push_back(device);
    if (!plain.empty()) add_devices(terms, plain, field);
  };
  zone_devices(rule.src, Field::in);
  zone_devices(rule.dest, Field::out);
  if (rule.device) add_devices(terms, {*rule.device}, rule.egress ? Field::out : Field::in);
  user(mangle_chain(rule), std::move(terms), rewrite({{Rewrite::Kind::set_bits, Field::mark, {}, "", rule.xmask, rule.xmark}}, ActionKind::proceed), rule);
}

void Builder::user(const std::string& chain_name, Terms terms, Action action, const FirewallRule& rule) {
  model::Rule made;
  made.terms = std::move(terms);
  made.action = action;
  made.origin = rule.origin;
  made.name = rule.name;
  made.assumption = assumption_of(rule);
  user_[chain_name].push_back(std::move(made));
}

}  // namespace fwproof::importers::openwrt
