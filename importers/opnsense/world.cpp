#include "importers/opnsense/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/opnsense/parse.h"
#include "importers/text/number.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::opnsense {
namespace {

using model::DiagnosticId;
using model::Family;
using model::LineClass;
using text::pf::AddressMatch;
using text::pf::Interface;

// What stands where an address could stand; the ways out get their gateway with the address (interfaces.inc, Routing/Gateways.php).
struct KindRow {
  const char* word;
  Family family;
  bool gateway;
};
constexpr KindRow kKinds[] = {
    {"dhcp", Family::v4, true},  {"pppoe", Family::v4, true},    {"pptp", Family::v4, true},      {"ppp", Family::v4, true}, {"l2tp", Family::v4, true},
    {"dhcp6", Family::v6, true}, {"slaac", Family::v6, true},    {"track6", Family::v6, false},   {"idassoc6", Family::v6, false}, {"6rd", Family::v6, true},
    {"6to4", Family::v6, true},  {"pppoev6", Family::v6, true},
};

// Groups that the device makes hold the devices of their kind.
struct DeviceRow {
  const char* group;
  const char* device;
};
constexpr DeviceRow kDevices[] = {{"openvpn", "ovpn"}, {"wireguard", "wg"}, {"enc0", "ipsec"}};

bool has_gateway_name(const XmlText& gateway) { return !gateway.empty() && gateway.value != "none"; }

bool is_tunnel(const std::string& device) { return device.starts_with("ovpn") || device.starts_with("ipsec") || device.starts_with("wg"); }

}  // namespace

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return text;
}

World::World(const Config& c, const Section& section, text::XmlAccount& account, ImportResult& result)
    : config(c), section_(section), account_(account), result_(result) {
  add_interfaces();
  add_virtual_addresses();
  add_groups();
  add_aliases();
  add_names();
}

void World::tell(DiagnosticId id, uint32_t line, std::string message) {
  if (quiet || !said_.insert(fmt::format("{} {} {}", static_cast<int>(id), line, message)).second) return;
  report(section_, result_, id, line, std::move(message));
}

void World::complain(DiagnosticId id, uint32_t line, std::string message, LineClass line_class, std::string_view construct) {
  if (quiet) return;
  account_.set_line(line, line_class, construct);
  tell(id, line, std::move(message));
}

// ---- interfaces ----

void World::add_interfaces() {
  for (const InterfaceEntry& entry : config.interfaces) {
    by_id_.emplace(entry.id, interfaces.size());
    interfaces.push_back(interface_of(entry));
  }
}

Interface World::interface_of(const InterfaceEntry& entry) {
  Interface result;
  result.id = entry.id;
  result.device = entry.device.value;
  result.description = entry.descr.value;
  result.origin = entry.origin;
  result.up = entry.enable.present && entry.enable.value != "0";
  result.group = entry.type.value == "group";
  result.filtered = result.device != "lo0";
  if (result.group) return result;
  add_address(result, entry.ipaddr, entry.subnet, Family::v4);
  add_address(result, entry.ipaddrv6, entry.subnetv6, Family::v6);
  result.gateway_v4 |= has_gateway_name(entry.gateway);
  result.gateway_v6 |= has_gateway_name(entry.gatewayv6);
  if (!is_tunnel(result.device) || result.device.starts_with("wg")) return result;
  result.gateway_v4 = result.gateway_v6 = true;
  if (entry.ipaddr.empty()) result.dynamic_v4 = result.dynamic_v6 = true;
  return result;
}

void World::add_address(Interface& interface, const XmlText& address, const XmlText& length, Family family) {
  if (address.empty() || address.value == "none") return;
  bool& dynamic = family == Family::v4 ? interface.dynamic_v4 : interface.dynamic_v6;
  for (const KindRow& row : kKinds) {
    if (address.value != row.word || family != row.family) continue;
    dynamic = true;
    (family == Family::v4 ? interface.gateway_v4 : interface.gateway_v6) = row.gateway;
    (family == Family::v4 ? interface.learns_route_v4 : interface.learns_route_v6) = row.gateway;
    return;
  }
  const auto parsed = model::parse_address(address.value);
  const auto bits = text::parse_decimal(length.value, model::address_bits(family));
  if (parsed && parsed->family == family && bits) return interface.addresses.push_back({*parsed, static_cast<unsigned>(*bits)});
  dynamic = true;
  complain(DiagnosticId::address_invalid, address.line, fmt::format("cannot read '{}/{}' as the address of interface {}", address.value, length.value, interface.id));
}

void World::add_virtual_addresses() {
  for (const VirtualAddress& vip : config.virtual_addresses) {
    const auto found = by_id_.find(vip.interface.value);
    if (found == by_id_.end()) {
      addresses_missing = true;
      if (vip.interface.value != "lo0") complain(DiagnosticId::interface_missing, vip.interface.line, fmt::format("there is no interface '{}' for this virtual address", vip.interface.value));
      continue;
    }
    Interface& interface = interfaces[found->second];
    const auto address = model::parse_address(vip.subnet.value);
    const auto bits = address ? text::parse_decimal(vip.subnet_bits.value, model::address_bits(address->family)) : std::nullopt;
    if (!vip.unknown.empty()) {
      interface.dynamic_v4 = interface.dynamic_v6 = true;  // what it adds to the interface is not known
      continue;
    }
    if (!address || (!bits && !vip.subnet_bits.empty())) {
      complain(DiagnosticId::address_invalid, vip.subnet.line, fmt::format("cannot read '{}/{}' as an address", vip.subnet.value, vip.subnet_bits.value));
      interface.dynamic_v4 = interface.dynamic_v6 = true;
      continue;
    }
    const model::Prefix prefix{*address, bits ? static_cast<unsigned>(*bits) : model::address_bits(address->family)};
    const bool own = vip.mode.empty() || vip.mode.value == "carp" || vip.mode.value == "ipalias";
    (own ? interface.aliases : interface.answered).push_back(prefix);
  }
}

void World::add_groups() {
  for (Interface& group : interfaces) {
    if (!group.group) continue;
    for (const DeviceRow& row : kDevices)
      if (group.id == row.group)
        for (const Interface& each : interfaces)
          if (!each.group && each.device.starts_with(row.device)) group.members.push_back(each.id);
    group.members.push_back(group.id);  // devices of the kind that are not assigned
  }
  for (const Group& entry : config.groups) {
    group_sequences_[entry.name.value] = static_cast<unsigned>(text::parse_decimal(entry.sequence_text.value, 9999).value_or(0));
    Interface group;
    group.id = entry.name.value;
    group.origin = entry.origin;
    group.group = true;
    for (const std::string& member : list_of(entry.members.value)) {
      if (by_id_.count(member)) group.members.push_back(member);
      else complain(DiagnosticId::interface_missing, entry.members.line, fmt::format("there is no interface '{}' for the group {}", member, group.id));
    }
    if (const auto [found, added] = by_id_.emplace(group.id, interfaces.size()); added) interfaces.push_back(std::move(group));
    else interfaces[found->second] = std::move(group);
  }
}

unsigned World::group_sequence(const std::string& id) const {
  const auto found = group_sequences_.find(id);
  return found == group_sequences_.end() ? 0 : found->second;
}

const Interface* World::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &interfaces[found->second];
}

std::vector<std::string> World::expand(const std::string& name) const {
  const Interface* found = find(name);
  if (found && found->group) return found->members;
  std::vector<std::string> result = {name};
  for (const DeviceRow& row : kDevices)
    if (!found && name == row.group)
      for (const Interface& each : interfaces)
        if (!each.group && each.device.starts_with(row.device)) result.push_back(each.id);
  return result;
}

void World::add_names() {
  for (const InterfaceEntry& entry : config.interfaces) stems.emplace(upper(entry.descr.empty() ? entry.id : entry.descr.value), &entry);
  names_ = {"lo0", "enc0", "openvpn", "wireguard", "wan"};
  for (const Interface& each : interfaces) names_.insert(each.id);
  const auto take = [&](const std::string& list) {
    for (const std::string& name : list_of(list)) names_.insert(name);
  };
  for (const FilterRule& rule : config.rules) take(rule.interface.value);
  for (const PortForward& rule : config.forwards) take(rule.interface.value);
  for (const Outbound& rule : config.outbound) take(rule.interface.value);
  for (const OneToOne& rule : config.one_to_one) take(rule.interface.value);
  for (const auto& captive : config.captive) take(captive.first);
}

std::vector<std::string> World::inner_interfaces(const std::string& except, Family family) const {
  std::vector<std::string> result;
  for (const Interface& each : interfaces) {
    const bool address = each.primary(family) || each.dynamic(family);
    if (!each.group && each.up && each.filtered && address && !each.gateway_v4 && !each.gateway_v6 && each.id != except) result.push_back(each.id);
  }
  return result;
}

// ---- aliases and addresses ----

void World::add_aliases() {
  for (const auto& alias : config.aliases)
    if (!aliases.add(alias)) tell(DiagnosticId::value_unknown, alias.origin.line, fmt::format("there is an alias '{}' already; the first one counts", alias.name));
  for (const auto* alias : aliases.circles())
    tell(DiagnosticId::alias_loop, alias->origin.line, fmt::format("the alias '{}' closes a circle of aliases; each of them counts once", alias->name));
  for (const auto& [alias, item] : aliases.strange_items())
    complain(DiagnosticId::address_invalid, alias->origin.line, fmt::format("cannot read '{}' in the alias '{}'", item.substr(0, 80), alias->name));
  for (const auto& alias : config.aliases) {
    const bool hosts = alias.type == text::pf::AliasTable::Type::addresses &&
                       std::any_of(alias.items.begin(), alias.items.end(), [&](const std::string& i) { return !aliases.has(i) && text::pf::is_host_name(i) && !text::pf::addresses(i); });
    if (hosts) account_.set_line(alias.origin.line, LineClass::opaque, "host name in an alias");
    if (!alias.opaque.empty()) tell(DiagnosticId::match_opaque, alias.origin.line, fmt::format("what the alias '{}' holds is not in the configuration ({})", alias.name, alias.opaque));
  }
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

// Interfaces that are switched off are not in the map of names ("Unable to convert address": mapAddressInfo() of Firewall/Rule.php).
bool World::leaves_out(const std::string& name) const {
  if (aliases.has(name)) return false;
  const Interface* interface = find(name);
  if (interface || !name.ends_with("ip")) return interface && !interface->group && !interface->up;
  const std::string id = name.substr(0, name.size() - 2);
  const bool has_address_name = id == "wan" || id == "lan" || (id.starts_with("opt") && text::parse_decimal(id.substr(3), 1'000'000));
  interface = find(id);
  return interface && (!interface->up || !has_address_name);
}

// loadAliasMap() and mapAddressInfo() of Firewall/Rule.php.
AddressMatch World::address(const std::string& name, uint32_t line, Family family) {
  AddressMatch match;
  if (name.empty() || name == "any") {
    match.any = true;
    return match;
  }
  if (name == "(self)") {
    match.names.push_back("local");
    return match;
  }
  std::string id = name;
  // An alias that the device makes for each interface (InterfaceNetworkAliases.php).
  if (id.starts_with("__") && id.ends_with("_network")) id = id.substr(2, id.size() - 10);
  if (const Interface* interface = find(id)) {
    if (!interface->up && !interface->group) return match;  // its table is empty
    if (interface->group)
      for (const std::string& member : interface->members)
        if (const Interface* each = find(member); each && !each->group) {
          if (each->up) match.add(network_of(*each, family));  // the others have no addresses
        }
        else match.names.push_back("network:" + member);
    else match = network_of(*interface, family);
    return match;
  }
  if (name.ends_with("ip"))
    if (const Interface* interface = find(name.substr(0, name.size() - 2)); interface && !interface->group) {
      match = address_of(*interface, family);
      for (const model::Prefix& alias : interface->aliases) match.known = match.known.united(model::AddressSet::of(alias.address));
      return match;
    }
  if (aliases.has(name)) {
    const auto* alias = aliases.find(name);
    match = content_of(name);
    if (!match.unknowns.empty() && !quiet) account_.set_line(line, LineClass::opaque, alias->opaque.empty() ? "alias with unknown content" : std::string_view(alias->opaque));
    return match;
  }
  if (const auto set = text::pf::addresses(name)) {
    match.known = *set;
    return match;
  }
  complain(DiagnosticId::alias_missing, line, fmt::format("'{}' is neither an address, an interface nor an alias of this configuration", name));
  match.unknowns.push_back("address " + name);
  return match;
}

text::pf::PortMatch World::ports(const XmlText& text) {
  text::pf::PortMatch match;
  if (text.empty()) {
    match.ports = model::IntervalSet::all(16);
  } else if (aliases.has(text.value)) {
    match = aliases.ports(text.value);
    if (!match.unknowns.empty() && !quiet) account_.set_line(text.line, LineClass::opaque, "alias with unknown content");
  } else if (const auto set = text::pf::ports(text.value, true)) {
    match.ports = *set;
  } else {
    complain(DiagnosticId::number_invalid, text.line, fmt::format("'{}' is neither a port, a range nor an alias of this configuration", text.value));
    match.unknowns.push_back("port " + text.value);
  }
  return match;
}

}  // namespace fwproof::importers::opnsense
