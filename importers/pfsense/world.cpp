#include "importers/pfsense/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "importers/pfsense/parse.h"
#include "importers/text/number.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::pfsense {
namespace {

using model::DiagnosticId;
using model::Family;
using model::LineClass;
using text::pf::AddressMatch;
using text::pf::Interface;

// What stands where an address could stand (interfaces.inc, get_interface_ip and interface_has_gateway).
struct KindRow {
  const char* word;
  Family family;
  bool gateway;
};
constexpr KindRow kKinds[] = {
    {"dhcp", Family::v4, true},  {"pppoe", Family::v4, true}, {"pptp", Family::v4, true},    {"ppp", Family::v4, true},  {"l2tp", Family::v4, true}, {"bigpond", Family::v4, true},
    {"dhcp6", Family::v6, true}, {"slaac", Family::v6, true}, {"track6", Family::v6, false}, {"6rd", Family::v6, true}, {"6to4", Family::v6, true},
};

bool has_gateway_name(const XmlText& gateway) { return !gateway.empty() && gateway.value != "none"; }

std::vector<std::string> cut(const std::string& text) {
  std::vector<std::string> result;
  std::string part;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',' && c != '\n' && c != '\t' && c != '\r') part += c;
    else if (!part.empty()) result.push_back(std::exchange(part, {}));
  }
  return result;
}

}  // namespace

World::World(const Config& c, const Section& section, text::XmlAccount& account, ImportResult& result)
    : config(c), section_(section), account_(account), result_(result) {
  add_interfaces();
  add_virtual_addresses();
  add_groups();
  add_aliases();
  add_names();
}

void World::complain_at(DiagnosticId id, uint32_t line, std::string message) {
  if (quiet || !said_.insert(fmt::format("{} {} {}", static_cast<int>(id), line, message)).second) return;
  report(section_, result_, id, line, std::move(message));
}

void World::complain(DiagnosticId id, const XmlText& text, std::string message, LineClass line_class, std::string_view construct) {
  if (quiet) return;
  account_.set_line(text.line, line_class, construct);
  complain_at(id, text.line, std::move(message));
}

// ---- interfaces ----

void World::add_interfaces() {
  // Before version 2 an interface had no <enable>; wan and lan were always on.
  const bool old_style = std::none_of(config.interfaces.begin(), config.interfaces.end(), [](const InterfaceEntry& e) { return e.enable.present; });
  for (const InterfaceEntry& entry : config.interfaces) {
    by_id_.emplace(entry.id, interfaces.size());
    interfaces.push_back(interface_of(entry, old_style));
  }
}

Interface World::interface_of(const InterfaceEntry& entry, bool old_style) {
  Interface result;
  result.id = entry.id;
  result.device = entry.device.value;
  result.description = entry.descr.value;
  result.origin = entry.origin;
  result.up = entry.enable.present || (old_style && (entry.id == "wan" || entry.id == "lan"));
  add_address(result, entry.ipaddr, entry.subnet, Family::v4);
  add_address(result, entry.ipaddrv6, entry.subnetv6, Family::v6);
  result.gateway_v4 |= has_gateway_name(entry.gateway);
  result.gateway_v6 |= has_gateway_name(entry.gatewayv6);
  const bool tunnel = result.device.starts_with("ovpn") || result.device.starts_with("ipsec");
  const bool layered = (result.device.starts_with("gif") || result.device.starts_with("gre")) && entry.ipaddr.present;
  if (tunnel || layered) result.gateway_v4 = result.gateway_v6 = true;
  if (tunnel && entry.ipaddr.empty()) result.dynamic_v4 = result.dynamic_v6 = true;
  return result;
}

void World::add_address(Interface& interface, const XmlText& address, const XmlText& length, Family family) {
  if (address.empty() || address.value == "none") return;
  for (const KindRow& row : kKinds) {
    if (address.value != row.word || family != row.family) continue;
    (family == Family::v4 ? interface.dynamic_v4 : interface.dynamic_v6) = true;
    (family == Family::v4 ? interface.gateway_v4 : interface.gateway_v6) = row.gateway;
    (family == Family::v4 ? interface.learns_route_v4 : interface.learns_route_v6) = row.gateway;
    return;
  }
  const auto parsed = model::parse_address(address.value);
  const auto bits = text::parse_decimal(length.value, model::address_bits(family));
  if (parsed && parsed->family == family && bits) return interface.addresses.push_back({*parsed, static_cast<unsigned>(*bits)});
  (family == Family::v4 ? interface.dynamic_v4 : interface.dynamic_v6) = true;
  complain(DiagnosticId::address_invalid, parsed ? length : address, fmt::format("cannot read '{}/{}' as the address of interface {}", address.value, length.value, interface.id));
}

void World::add_virtual_addresses() {
  std::map<std::string, std::string> of_carp;
  for (const VirtualAddress& vip : config.virtual_addresses)
    if (!vip.uniqid.empty()) of_carp.emplace("_vip" + vip.uniqid.value, vip.interface.value);
  for (const VirtualAddress& vip : config.virtual_addresses) {
    std::string id = vip.interface.value;
    if (const auto carp = of_carp.find(id); carp != of_carp.end()) id = carp->second;
    const auto found = by_id_.find(id);
    const auto address = model::parse_address(vip.subnet.value);
    if (found == by_id_.end()) {
      addresses_missing = true;
      if (id != "lo0") complain(DiagnosticId::interface_missing, vip.interface, fmt::format("there is no interface '{}' for this virtual address", vip.interface.value));
      continue;
    }
    Interface& interface = interfaces[found->second];
    if (!vip.unknown.empty()) {
      interface.dynamic_v4 = interface.dynamic_v6 = true;  // what it adds to the interface is not known
      continue;
    }
    const auto bits = address ? text::parse_decimal(vip.subnet_bits.value, model::address_bits(address->family)) : std::nullopt;
    if (!address || (!bits && !vip.subnet_bits.empty())) {
      complain(DiagnosticId::address_invalid, vip.subnet, fmt::format("cannot read '{}/{}' as an address", vip.subnet.value, vip.subnet_bits.value));
      interface.dynamic_v4 = interface.dynamic_v6 = true;
      continue;
    }
    const model::Prefix prefix{*address, bits ? static_cast<unsigned>(*bits) : model::address_bits(address->family)};
    const bool own = vip.mode.value == "carp" || vip.mode.value == "ipalias";
    (own ? interface.aliases : interface.answered).push_back(prefix);
  }
}

void World::add_groups() {
  for (const Group& group : config.groups) {
    Interface result;
    result.id = group.name.value;
    result.origin = group.origin;
    result.group = true;
    for (const std::string& member : cut(group.members.value)) {
      if (by_id_.count(member)) result.members.push_back(member);
      else complain(DiagnosticId::interface_missing, group.members, fmt::format("there is no interface '{}' for the group {}", member, group.name.value));
    }
    if (by_id_.emplace(result.id, interfaces.size()).second) interfaces.push_back(std::move(result));
  }
}

const Interface* World::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &interfaces[found->second];
}

std::vector<std::string> World::expand(const std::string& name) {
  // pf's own interface groups hold the devices that are assigned as well.
  struct DeviceRow {
    const char* name;
    const char* device;
  };
  static constexpr DeviceRow kDevices[] = {{"openvpn", "ovpn"}, {"WireGuard", "tun_wg"}, {"enc0", "ipsec"}};
  if (const Interface* found = find(name); found && found->group) return found->members;
  std::vector<std::string> result = {name};
  for (const DeviceRow& row : kDevices)
    if (name == row.name)
      for (const Interface& each : interfaces)
        if (!each.group && each.device.starts_with(row.device)) result.push_back(each.id);
  return result;
}

void World::add_names() {
  names_ = {"lo0", "enc0", "openvpn", "wan"};
  for (const Interface& each : interfaces)
    if (!each.group) names_.insert(each.id);
  const auto take = [&](const std::string& list) {
    for (const std::string& name : cut(list))
      for (const std::string& each : expand(name)) names_.insert(each);
  };
  for (const FilterRule& rule : config.rules) take(rule.interface.value);
  for (const PortForward& rule : config.forwards) take(rule.interface.value);
  for (const PortForward& rule : config.squid) take(rule.interface.value);
  for (const Outbound& rule : config.outbound) take(rule.interface.value);
  for (const OneToOne& rule : config.one_to_one) take(rule.interface.value);
  for (const auto& captive : config.captive) take(captive.first);
  for (const Tunnel& tunnel : config.tunnels) take(tunnel.interface.value);
}

std::vector<std::string> World::inner_interfaces(const std::string& except) const {
  std::vector<std::string> result = {"enc0", "openvpn"};
  for (const Interface& each : interfaces)
    if (!each.group && each.up && !each.gateway_v4 && each.id != except) result.push_back(each.id);
  return result;
}

// ---- aliases and addresses ----

void World::add_aliases() {
  for (const auto& alias : config.aliases)
    if (!aliases.add(alias)) complain_at(DiagnosticId::value_unknown, alias.origin.line, fmt::format("there is an alias '{}' already; the first one counts", alias.name));
  for (const auto* alias : aliases.circles())
    complain_at(DiagnosticId::alias_loop, alias->origin.line, fmt::format("the alias '{}' closes a circle of aliases; each of them counts once", alias->name));
  for (const auto& [alias, item] : aliases.strange_items()) {
    account_.set_line(alias->origin.line, LineClass::opaque, "alias");
    complain_at(DiagnosticId::address_invalid, alias->origin.line, fmt::format("cannot read '{}' in the alias '{}'", item.substr(0, 80), alias->name));
  }
  for (const auto& alias : config.aliases) {
    size_t hosts = 0;
    for (const std::string& item : alias.items) hosts += alias.type == text::pf::AliasTable::Type::addresses && !aliases.has(item) && text::pf::is_host_name(item) && !text::pf::addresses(item);
    if (hosts > 0) account_.set_line(alias.origin.line, LineClass::opaque, "host name in an alias");
    if (!alias.opaque.empty()) complain_at(DiagnosticId::match_opaque, alias.origin.line, fmt::format("what the alias '{}' holds is not in the configuration ({})", alias.name, alias.opaque));
  }
}

// Nothing for an interface that is switched off: the device leaves the rule out ($FilterIflist has those that are on alone).
AddressMatch World::of_interface(const XmlText& text, const Interface& interface, Family family, bool network) {
  if (!interface.up) {
    complain(DiagnosticId::interface_missing, text, fmt::format("the interface {} is switched off: the device leaves the rule out", interface.id), LineClass::modelled, "interface");
    return {};
  }
  return network ? network_of(interface, family) : address_of(interface, family);
}

// "lan", "opt1", "lanip", "(self)", a group: filter_generate_address() of filter.inc.
AddressMatch World::named_network(const XmlText& text, Family family) {
  AddressMatch match;
  const std::string& name = text.value;
  if (name == "any") {
    match.any = true;
    return match;
  }
  if (name == "(self)") {
    match.names.push_back("local");
    return match;
  }
  if (const Interface* interface = find(name)) {
    if (!interface->group) return of_interface(text, *interface, family, true);
    for (const std::string& member : interface->members)
      if (const Interface* each = find(member); each->up) match.add(network_of(*each, family));
    return match;
  }
  if (name.ends_with("ip"))
    if (const Interface* interface = find(name.substr(0, name.size() - 2))) return of_interface(text, *interface, family, false);
  complain(DiagnosticId::interface_missing, text, fmt::format("'{}' names no interface of this configuration", name));
  match.unknowns.push_back("network " + name);
  return match;
}

// A list of many addresses that many rules name is not repeated without end.
AddressMatch World::content_of(const std::string& alias) {
  const AddressMatch& content = aliases.addresses(alias);
  const size_t size = content.known.v4.intervals().size() + content.known.v6.intervals().size();
  if (size <= copies_) {
    copies_ -= size;
    return content;
  }
  AddressMatch match;
  match.unknowns.push_back("alias that is too large to repeat " + alias);
  return match;
}

AddressMatch World::address_text(const XmlText& text, Family family) {
  AddressMatch match;
  if (aliases.has(text.value)) {
    match = content_of(text.value);
    const auto* alias = aliases.find(text.value);
    if (!match.unknowns.empty() && !quiet) account_.set_line(text.line, LineClass::opaque, alias->opaque.empty() ? "alias with unknown content" : std::string_view(alias->opaque));
    return match;
  }
  // The host part of an address below a delegated prefix (bug 6626 of pfSense).
  if (family == Family::v6 && text.value.starts_with("::")) {
    match.unknowns.push_back("delegated prefix with " + text.value);
    return match;
  }
  if (const auto set = text::pf::addresses(text.value)) {
    match.known = *set;
    return match;
  }
  complain(DiagnosticId::alias_missing, text, fmt::format("'{}' is neither an address nor an alias of this configuration", text.value));
  match.unknowns.push_back("address " + text.value);
  return match;
}

AddressMatch World::addresses(const Endpoint& endpoint, Family family, bool outbound) {
  AddressMatch match;
  match.any = endpoint.any.present || (!endpoint.present && outbound);
  if (match.any) return match;
  if (!endpoint.network.empty()) {
    // Outbound rules write addresses and aliases here as well.
    const bool is_name = find(endpoint.network.value) || endpoint.network.value == "(self)" || endpoint.network.value == "any" || !outbound;
    const bool literal = text::pf::addresses(endpoint.network.value).has_value();
    return is_name && !literal ? named_network(endpoint.network, family) : address_text(endpoint.network, family);
  }
  if (!endpoint.address.empty()) return address_text(endpoint.address, family);
  return match;
}

bool takes_ports(std::string_view protocol) {
  const std::string name = text::pf::lower_case(protocol);
  return name == "tcp" || name == "udp" || name == "tcp/udp" || name == "sctp";
}

text::pf::PortMatch World::ports(const XmlText& text) {
  text::pf::PortMatch match;
  if (text.empty()) {
    match.ports = model::IntervalSet::all(16);
    return match;
  }
  if (aliases.has(text.value)) {
    match = aliases.ports(text.value);
    if (!match.unknowns.empty() && !quiet) account_.set_line(text.line, LineClass::opaque, "alias with unknown content");
    return match;
  }
  if (const auto set = text::pf::ports(text.value)) {
    match.ports = *set;
    return match;
  }
  complain(DiagnosticId::number_invalid, text, fmt::format("'{}' is neither a port, a range nor an alias of this configuration", text.value));
  match.unknowns.push_back("port " + text.value);
  return match;
}

}  // namespace fwproof::importers::pfsense
