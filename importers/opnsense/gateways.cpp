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

// What the configuration tells of a name: whether it may be in the device's map of gateways, or may not be, and its family.
struct Known {
  bool there = false;
  bool missing = true;
  std::optional<Family> family;
};

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return text;
}

Known of_gateway(const World& world, const Gateway& gateway) {
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
Known of_interfaces(const World& world, const std::string& name) {
  Known known;
  for (const InterfaceEntry& entry : world.config.interfaces) {
    const Interface* interface = world.find(entry.id);
    const std::string stem = upper(entry.descr.empty() ? entry.id : entry.descr.value) + "_";
    if (!interface || interface->group || !interface->up || !upper(name).starts_with(stem)) continue;
    known.there = true;
    const std::string rest = name.substr(stem.size());
    const bool v4 = rest == ending(*interface, entry.ipaddr, Family::v4), v6 = rest == ending(*interface, entry.ipaddrv6, Family::v6);
    if (v4 != v6) known.family = v4 ? Family::v4 : Family::v6;
  }
  return known;
}

Known of_name(const World& world, const std::string& name) {
  if (name == "Null4" || name == "Null6") return {true, false, name == "Null6" ? Family::v6 : Family::v4};
  std::optional<Known> known;
  for (const Gateway& gateway : world.config.gateways) {
    if (gateway.name.value != name) continue;
    const Known one = of_gateway(world, gateway);
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
Known of_group(const World& world, const GatewayGroup& group) {
  Known known{true, true, std::nullopt};
  for (size_t i = 0; i < group.members.size(); ++i) {
    const std::optional<Family> family = of_name(world, group.members[i]).family;
    if (i > 0 && family != known.family) return {true, true, std::nullopt};
    known.family = family;
  }
  return known;
}

Known look_up(const World& world, const std::string& name) {
  const auto& groups = world.config.gateway_groups;
  const auto group = std::find_if(groups.begin(), groups.end(), [&](const GatewayGroup& each) { return each.name == name; });
  return group == groups.end() ? of_name(world, name) : of_group(world, *group);
}

}  // namespace

Written written(const World& world, const FilterRule& rule, Family family) {
  if (rule.gateway.empty()) return Written::yes;
  const Known known = look_up(world, rule.gateway.value);
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
