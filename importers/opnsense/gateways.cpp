// Which rules the device leaves out for their gateway: parseFilterRules() of FilterRule.php, setGateways() of Plugin.php and
// Routing/Gateways.php of OPNsense (2026-08-21).
#include <algorithm>
#include <optional>

#include "importers/opnsense/lower.h"
#include "importers/opnsense/parse.h"

namespace fwproof::importers::opnsense {
namespace {

using model::Family;
using text::pf::Interface;

KnownGateway of_gateway(const World& world, const Gateway& gateway) {
  if (said(gateway.disabled) == Said::yes) return {};
  const bool fixed = model::parse_address(gateway.gateway.value) && world.find(gateway.interface.value);
  return {true, !fixed, gateway.ipprotocol.value == "inet6" ? Family::v6 : Family::v4};
}

// The ending of the name of the gateway that comes with an address: convertType() of Gateways.php.
std::string ending(const Interface& interface, const XmlText& address, Family family) {
  const std::string digit = family == Family::v4 ? "4" : "6";
  if (interface.device.starts_with("ovpnc")) return "VPNV" + digit;
  if (interface.device.starts_with("gif") || interface.device.starts_with("gre")) return "TUNNELV" + digit;
  return address.empty() || model::parse_address(address.value) ? "GW" : upper(address.value);
}

// "WAN_DHCP": whether it is there depends on the lease.
KnownGateway of_interfaces(const World& world, const std::string& name) {
  KnownGateway known;
  bool v4 = false, v6 = false;
  for (size_t cut = name.find('_'); cut != std::string::npos; cut = name.find('_', cut + 1)) {
    const auto entries = world.stems.equal_range(upper(name.substr(0, cut)));
    for (auto each = entries.first; each != entries.second; ++each) {
      const InterfaceEntry& entry = *each->second;
      const Interface* interface = world.find(entry.id);
      if (!interface || interface->group || !interface->up) continue;
      known.there = true;
      const std::string rest = name.substr(cut + 1);
      v4 |= rest == ending(*interface, entry.ipaddr, Family::v4);
      v6 |= rest == ending(*interface, entry.ipaddrv6, Family::v6);
    }
  }
  if (v4 != v6) known.family = v4 ? Family::v4 : Family::v6;
  return known;
}

KnownGateway of_name(const World& world, const std::string& name) {
  if (name == "Null4" || name == "Null6") return {true, false, name == "Null6" ? Family::v6 : Family::v4};
  std::optional<KnownGateway> known;
  for (const Gateway& gateway : world.config.gateways) {
    if (gateway.name.value != name) continue;
    const KnownGateway one = of_gateway(world, gateway);
    if (!known) {
      known = one;
      continue;
    }
    known->there |= one.there;
    known->missing |= one.missing;
    if (known->family != one.family) known->family.reset();
  }
  return known ? *known : of_interfaces(world, name);
}

// A group is there while one of its gateways is, and has the family of the first that is.
KnownGateway of_group(const World& world, const GatewayGroup& group) {
  KnownGateway known{true, true, std::nullopt};
  for (size_t i = 0; i < group.members.size(); ++i) {
    const std::optional<Family> family = of_name(world, group.members[i]).family;
    if (i > 0 && family != known.family) return {true, true, std::nullopt};
    known.family = family;
  }
  return known;
}

KnownGateway look_up(World& world, const std::string& name) {
  const auto [found, added] = world.gateways.try_emplace(name);
  if (!added) return found->second;
  const auto& groups = world.config.gateway_groups;
  const auto group = std::find_if(groups.begin(), groups.end(), [&](const GatewayGroup& each) { return each.name == name; });
  return found->second = group == groups.end() ? of_name(world, name) : of_group(world, *group);
}

}  // namespace

Written written(World& world, const FilterRule& rule, Family family) {
  if (rule.gateway.empty()) return Written::yes;
  const KnownGateway known = look_up(world, rule.gateway.value);
  const XmlText& skip = world.config.skip_rules_gw_down;
  const bool unclear = skip.present && (skip.empty() || skip.value == "0");
  bool kept = false, left_out = false;
  const auto add = [&](bool out) { (out ? left_out : kept) = true; };
  if (known.missing) {
    if (unclear || !skip.present) add(false);  // it is written without the gateway
    if (skip.present) add(true);
  }
  if (known.there) {
    const bool checked = rule.model || !rule.ipprotocol.empty();
    if (!checked || known.family.value_or(family) == family) add(false);
    if (checked && known.family.value_or(family == Family::v4 ? Family::v6 : Family::v4) != family) add(true);  // "Gateway protocol mismatch"
  }
  return kept && left_out ? Written::unclear : kept ? Written::yes : Written::no;
}

}  // namespace fwproof::importers::opnsense
