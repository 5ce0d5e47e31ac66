// Long, because interfaces, routes and tunnels refer to each other. Sources: netifd (interface.c, alias.c, proto-static.c, proto-shell.c), OpenWrt's protocol handlers (ppp.sh, dhcp.sh, dhcpv6.sh, wireguard.sh,
// 6in4.sh, gre.sh, qmi.sh), user guide "Network configuration" (2024).
#include "importers/openwrt/network.h"

#include <algorithm>
#include <array>

#include "importers/openwrt/values.h"
#include "importers/text/number.h"

namespace fwproof::importers::openwrt {
namespace {

using model::DiagnosticId;
using model::Family;
using model::LineClass;
using model::Prefix;
using model::Severity;

// How a protocol names the device that packets are seen on, and what it learns from outside.
enum class Naming : uint8_t { device, prefixed, own_name };
struct ProtocolRow {
  std::string_view name;
  Naming naming = Naming::device;
  std::string_view prefix;          // "pppoe-" before the network's name
  bool learns_v4 = false, learns_v6 = false;
  bool default_v4 = false, default_v6 = false;
};
constexpr auto kProtocols = std::to_array<ProtocolRow>({
    {"static"}, {"none", Naming::device, "", true, true}, {"unmanaged", Naming::device, "", true, true},   // another program may give it addresses
    {"dhcp", Naming::device, "", true, false, true, false},
    {"dhcpv6", Naming::device, "", false, true, false, true},
    {"pppoe", Naming::prefixed, "pppoe-", true, true, true, true},
    {"pppoa", Naming::prefixed, "pppoa-", true, true, true, true},
    {"ppp", Naming::prefixed, "ppp-", true, true, true, true},
    {"pptp", Naming::prefixed, "pptp-", true, true, true, true},
    {"l2tp", Naming::prefixed, "l2tp-", true, true, true, true},
    {"3g", Naming::prefixed, "3g-", true, true, true, true},
    {"qmi", Naming::device, "", true, true, true, true}, {"mbim", Naming::device, "", true, true, true, true},
    {"ncm", Naming::device, "", true, true, true, true}, {"wwan", Naming::device, "", true, true, true, true},
    {"modemmanager", Naming::device, "", true, true, true, true}, {"directip", Naming::device, "", true, true, true, true},
    {"hnet", Naming::device, "", true, true, true, true},
    {"wireguard", Naming::own_name}, {"amneziawg", Naming::own_name}, {"vxlan", Naming::own_name}, {"xfrm", Naming::own_name},
    {"6in4", Naming::prefixed, "6in4-", false, false, false, true}, {"6to4", Naming::prefixed, "6to4-", false, true, false, true},
    {"6rd", Naming::prefixed, "6rd-", false, true, false, true}, {"dslite", Naming::prefixed, "ds-", true, false, true, false},
    {"map", Naming::prefixed, "map-", true, true, true, false}, {"464xlat", Naming::prefixed, "464-", true, false, true, false},
    {"gre", Naming::prefixed, "gre4-"}, {"gretap", Naming::prefixed, "gre4t-"}, {"grev6", Naming::prefixed, "gre6-"},
    {"grev6tap", Naming::prefixed, "gre6t-"}, {"ipip", Naming::prefixed, "ipip-"}, {"vti", Naming::prefixed, "vti-"},
    {"openvpn", Naming::device, "", true, true, false, false}, {"openconnect", Naming::prefixed, "vpn-", true, true, true, true},
    {"relay", Naming::device}, {"batadv_hardif", Naming::device},
});

const ProtocolRow* find_protocol(std::string_view name) {
  for (const ProtocolRow& row : kProtocols)
    if (row.name == name) return &row;
  return nullptr;
}

std::string_view value_of(const UciSection& section, std::string_view option) {
  const Option* found = section.find(option);
  return found == nullptr || found->values.empty() ? std::string_view() : std::string_view(found->values.front().text);
}

bool is_set(const UciSection& section, std::string_view option, bool otherwise) {
  const std::string_view text = value_of(section, option);
  if (text == "enabled") return true;
  if (text == "disabled") return false;
  return parse_bool(text).value_or(otherwise);
}

class NetworkReader {
 public:
  NetworkReader(Reader& reader, Networks& networks, model::HostFacts& facts) : reader_(reader), networks_(networks), facts_(facts) {}

  void run(const Config& config) {
    for (const UciSection& section : config.sections)
      if (section.package == "network") account(section);
    if (!networks_.given) return;
    for (const UciSection& section : config.sections)
      if (section.package == "network" && section.type == "interface") add_interface(section);
    settle_aliases();
    for (const UciSection& section : config.sections)
      if (section.package == "network") add_other(section);
    for (const UciSection* section : interfaces_) add_addresses(*section);
    for (const UciSection& section : config.sections)
      if (section.package == "network" && section.type == "alias") add_alias(section);
    for (const UciSection& section : config.sections)
      if (section.package == "network" && (section.type == "route" || section.type == "route6")) add_route(section);
    add_tunnels();
    write_facts();
  }

 private:
  void account(const UciSection& section) {
    const WordUse use = type_use("network", section.type);
    if (use.use != Use::irrelevant) networks_.given = true;
    if (use.use == Use::irrelevant) return reader_.account_all(section, LineClass::irrelevant, use.reason);
    if (use.use == Use::modelled) {
      reader_.account_section(section);
      return;
    }
    if (use.use == Use::opaque) {
      if (section.type == "rule" || section.type == "rule6") add_diversion(section);
      return gap(section, use.reason);
    }
    reader_.account_all(section, LineClass::unrecognised, "section of an unknown type");
    reader_.tell(section.head, DiagnosticId::value_unknown, Severity::warning, "'" + section.type.substr(0, 80) + "' is no section type of the network configuration");
    facts_.routing_gaps.push_back({"section of the unknown type " + section.type.substr(0, 80), section.head.origin});
  }

  // OpenWrt documentation, "ip-rules": chosen packets go by another table, which may lead to a proxy.
  void add_diversion(const UciSection& section) {
    const std::string_view table = value_of(section, "lookup");
    if (table == "main" || is_set(section, "disabled", false)) return;
    const Family family = section.type == "rule6" ? Family::v6 : Family::v4;
    const auto to = model::parse_prefix(trim(value_of(section, "dest")));
    for (const unsigned protocol : {model::proto_tcp, model::proto_udp}) {
      const model::IntervalSet any = model::IntervalSet::all(model::address_bits(family));
      model::Interception fact{"policy routing", "policy routing by table " + std::string(table.substr(0, 80)), to ? model::AddressSet::of(*to) : model::AddressSet::of(family, any), protocol,
                               model::IntervalSet::all(16), false, false, section.head.origin};
      if (const auto port = text::parse_decimal(trim(value_of(section, "dport")), 65535)) fact.ports = model::IntervalSet::of(*port);
      if (facts_.interceptions.size() < 4096) facts_.interceptions.push_back(std::move(fact));
    }
  }

  void gap(const UciSection& section, std::string_view reason) {
    reader_.account_all(section, LineClass::opaque, reason);
    facts_.routing_gaps.push_back({std::string(reason) + ": config " + section.type + " " + section.id(), section.head.origin});
  }

  void gap(const Value& value, std::string text, std::string_view construct) {
    reader_.account(value, LineClass::opaque, construct);
    facts_.routing_gaps.push_back({std::move(text), value.origin});
  }

  // ---- interfaces ----

  void add_interface(const UciSection& section) {
    if (section.name.empty()) return reader_.account_all(section, LineClass::irrelevant, "interface without a name");
    interfaces_.push_back(&section);
    NetworkInterface& network = networks_.interfaces[section.name];
    network.name = section.name;
    network.origin = section.head.origin;
    network.disabled = is_set(section, "disabled", false) || !is_set(section, "enabled", true);
    const bool has_ifname = section.find("ifname") != nullptr;
    networks_.old_style = networks_.old_style || (has_ifname && section.find("device") == nullptr) || value_of(section, "type") == "bridge";
    const std::string_view protocol = value_of(section, "proto");
    const ProtocolRow* row = find_protocol(protocol.empty() ? "none" : protocol);
    if (row == nullptr) unknown_protocol(section, network);
    else learn(section, *row, network);
    network.device = device_name(section, row, network);
  }

  void unknown_protocol(const UciSection& section, NetworkInterface& network) {
    network.dynamic_v4 = network.dynamic_v6 = true;
    const Option* proto = section.find("proto");
    if (proto == nullptr || proto->values.empty()) return;
    reader_.tell(proto->values.front(), DiagnosticId::value_unknown, Severity::warning,
                 "'" + proto->values.front().text.substr(0, 80) + "' is no known protocol of an interface", "its addresses and routes are not told");
    gap(proto->values.front(), "interface " + section.name + " with an unknown protocol", "unknown interface protocol");
  }

  void learn(const UciSection& section, const ProtocolRow& row, NetworkInterface& network) {
    const bool v6_off = section.find("ipv6") != nullptr && value_of(section, "ipv6") == "0";
    network.dynamic_v4 = row.learns_v4;
    network.dynamic_v6 = (row.learns_v6 && !v6_off) || section.find("ip6assign") != nullptr;
  }

  std::string device_name(const UciSection& section, const ProtocolRow* row, const NetworkInterface& network) const {
    if (row != nullptr && row->naming == Naming::own_name) return network.name;
    if (row != nullptr && row->naming == Naming::prefixed) return std::string(row->prefix) + network.name;
    if (value_of(section, "type") == "bridge") return "br-" + network.name;
    std::string_view device = value_of(section, "device");
    if (device.empty()) device = value_of(section, "ifname");
    device = trim(device);
    device = device.substr(0, device.find_first_of(" \t"));
    return device.empty() ? network.name : std::string(device);
  }

  // "@wan": the device of network wan. Circles end, whatever their length.
  void settle_aliases() {
    for (auto& [name, network] : networks_.interfaces) {
      std::string device = network.device;
      for (size_t depth = 0; device.starts_with('@'); ++depth) {
        const auto to = networks_.interfaces.find(std::string_view(device).substr(1));
        constexpr size_t kMaxDepth = 64;
        if (to == networks_.interfaces.end() || depth >= kMaxDepth) {
          Value place;
          place.origin = network.origin;
          reader_.tell(place, DiagnosticId::interface_missing, Severity::warning,
                       "interface " + name.substr(0, 80) + " is an alias that leads to no interface", "it is taken as an interface of its own");
          device = network.name;
          break;
        }
        device = to->second.device;
      }
      network.device = device;
    }
  }

  // ---- addresses and gateways ----

  std::optional<Prefix> read_prefix(const Value& value, std::string_view netmask) {
    std::string text(trim(value.text));
    if (text.find('/') == std::string::npos && !netmask.empty() && text.find(':') == std::string::npos) text += "/" + std::string(netmask);
    const auto prefix = model::parse_prefix(text);
    if (!prefix) reader_.refuse(value, DiagnosticId::address_invalid, "an address");
    return prefix;
  }

  void add_addresses(const UciSection& section) {
    NetworkInterface& network = networks_.interfaces.find(section.name)->second;
    read_addresses(section, network);
    add_gateways(section, network);
    add_learned_routes(section, network);
    if (network.device != network.name || value_of(section, "proto") != "wireguard")
      for (const std::string_view prefix : {"tun", "tap", "tailscale", "zt", "ipsec", "ppp"})
        if (network.device.starts_with(prefix) && !network.device.starts_with("pppoe-"))
          facts_.routing_gaps.push_back({"interface " + network.name + ": a program of its own adds routes to " + network.device, section.head.origin});
    for (const std::string_view table : {"ip4table", "ip6table"})
      if (const Option* option = section.find(table); option != nullptr && !option->values.empty())
        gap(option->values.front(), "interface " + network.name + " has its routes in a table of its own", "routing table of an interface");
    if (section.find("auto") != nullptr && !is_set(section, "auto", true) && !network.disabled)
      facts_.routing_gaps.push_back({"interface " + network.name + " is not started at boot: whether its routes are there cannot be told", section.head.origin});
  }

  void read_addresses(const UciSection& section, NetworkInterface& network) {
    const std::string_view protocol = value_of(section, "proto");
    const bool counts = protocol == "static" || protocol == "wireguard" || protocol == "amneziawg" || protocol == "6in4" || section.type == "alias" ||
                        protocol.starts_with("gre") || protocol == "vxlan" || protocol == "xfrm" || protocol == "vti" || protocol == "ipip";
    if (!counts) return;
    // 6in4: ipaddr is the tunnel's outer address.
    for (const std::string_view name : {"ipaddr", "ip6addr", "addresses"}) {
      const Option* option = section.find(name);
      if (option == nullptr || (protocol != "static" && section.type != "alias" && name == "ipaddr")) continue;
      for (const Value& value : words_of(*option))
        if (const auto prefix = read_prefix(value, value_of(section, "netmask"))) network.addresses.push_back(*prefix);
    }
    if (protocol == "static" && network.addresses.empty() && !network.dynamic_v6)
      reader_.tell(section.head, DiagnosticId::interface_unaddressed, Severity::warning, "interface " + network.name.substr(0, 80) + " is static and has no address");
  }

  void add_gateways(const UciSection& section, const NetworkInterface& network) {
    for (const std::string_view name : {"gateway", "ip6gw"}) {
      const Option* option = section.find(name);
      if (option == nullptr || value_of(section, "proto") != "static") continue;
      for (const Value& value : words_of(*option)) {
        const auto via = model::parse_address(trim(value.text));
        if (!via) {
          reader_.refuse(value, DiagnosticId::address_invalid, "an address");
          continue;
        }
        if (network.disabled) continue;
        add_route_fact({{via->family, 0}, 0}, *via, network, metric_of(section), value.origin);
      }
    }
  }

  void add_learned_routes(const UciSection& section, const NetworkInterface& network) {
    const ProtocolRow* row = find_protocol(value_of(section, "proto"));
    if (row == nullptr || network.disabled || !is_set(section, "defaultroute", true) || !is_set(section, "auto", true)) return;
    const bool v6 = row->default_v6 && (network.dynamic_v6 || value_of(section, "proto") == "6in4");
    if (row->default_v4) add_route_fact({{Family::v4, 0}, 0}, std::nullopt, network, metric_of(section), section.head.origin);
    if (v6) add_route_fact({{Family::v6, 0}, 0}, std::nullopt, network, metric_of(section), section.head.origin);
  }

  static uint32_t metric_of(const UciSection& section) {
    return static_cast<uint32_t>(text::parse_decimal(trim(value_of(section, "metric")), 0xffffffff).value_or(0));
  }

  void add_route_fact(Prefix to, std::optional<model::Address> via, const NetworkInterface& network, uint32_t metric, model::Origin origin) {
    model::RouteFact route;
    route.to = to;
    route.via = via;
    route.dev = network.device;
    route.metric = metric;
    route.origin = origin;
    facts_.routes.push_back(std::move(route));
  }

  void add_alias(const UciSection& section) {
    const auto to = networks_.interfaces.find(value_of(section, "interface"));
    if (to == networks_.interfaces.end()) return reader_.account_all(section, LineClass::irrelevant, "alias of an interface that does not exist");
    read_addresses(section, to->second);
  }

  // ---- devices, WireGuard ----

  void add_other(const UciSection& section) {
    if (section.type == "device" && value_of(section, "ipv6") == "0") {
      std::string device(value_of(section, "name"));
      if (const auto alias = networks_.interfaces.find(std::string_view(device).substr(device.starts_with('@') ? 1 : 0));
          device.starts_with('@') && alias != networks_.interfaces.end())
        device = alias->second.device;
      if (!device.empty()) networks_.without_v6.try_emplace(device, section.head.origin);
    }
    if (section.type.starts_with("wireguard_")) peers_.push_back(&section);
    const std::string_view type = value_of(section, "type");
    if (section.type == "device" && (type == "vrf" || type == "Vrf"))
      facts_.routing_gaps.push_back({"routing instance " + std::string(value_of(section, "name").substr(0, 80)), section.head.origin});
  }

  void add_tunnels() {
    std::map<std::string, WireGuard, std::less<>> tunnels;
    for (const UciSection* section : interfaces_)
      if (value_of(*section, "proto") == "wireguard") tunnels[section->name] = {section->name, {}, section->head.origin};
    for (const UciSection* peer : peers_) {
      const auto tunnel = tunnels.find(std::string_view(peer->type).substr(10));
      const auto network = networks_.interfaces.find(std::string_view(peer->type).substr(10));
      if (tunnel == tunnels.end() || network == networks_.interfaces.end() || is_set(*peer, "disabled", false)) continue;
      add_peer(*peer, tunnel->second, network->second);
    }
    // Peers may also come from elsewhere (netifd hotplug, wg set): a tunnel without any is left open.
    for (auto& [name, tunnel] : tunnels)
      if (!tunnel.allowed.empty()) networks_.tunnels.push_back(std::move(tunnel));
  }

  void add_peer(const UciSection& peer, WireGuard& tunnel, const NetworkInterface& network) {
    const Option* allowed = peer.find("allowed_ips");
    if (allowed == nullptr) return;
    const UciSection* owner = *std::find_if(interfaces_.begin(), interfaces_.end(), [&](const UciSection* s) { return s->name == network.name; });
    const bool routed = is_set(peer, "route_allowed_ips", false) && !network.disabled && is_set(*owner, "auto", true);
    for (const Value& value : words_of(*allowed)) {
      const auto prefix = read_prefix(value, "");
      if (!prefix) {
        tunnel.allowed = model::AddressSet::all();
        continue;
      }
      ranges_[tunnel.device].push_back(*prefix);
      if (routed) add_route_fact({{prefix->address.family, prefix->interval().lo}, prefix->length}, std::nullopt, network, metric_of(*owner), value.origin);
    }
    std::vector<model::Interval> v4, v6;
    for (const Prefix& prefix : ranges_[tunnel.device]) (prefix.address.family == Family::v4 ? v4 : v6).push_back(prefix.interval());
    ranges_[tunnel.device].clear();
    tunnel.allowed = tunnel.allowed.united({model::IntervalSet::from(std::move(v4)), model::IntervalSet::from(std::move(v6))});
  }

  // ---- routes ----

  void add_route(const UciSection& section) {
    if (is_set(section, "disabled", false)) return;
    if (const Option* table = section.find("table"); table != nullptr && !table->values.empty()) {
      const std::string& name = table->values.front().text;
      if (name != "main" && name != "254") return gap(table->values.front(), "route in table " + name.substr(0, 40), "route in another table");
    }
    const Option* target = section.find("target");
    const bool v6 = section.type == "route6";
    Prefix to{{v6 ? Family::v6 : Family::v4, 0}, 0};
    if (target != nullptr && !target->values.empty() && target->values.front().text != "default") {
      const auto prefix = read_prefix(target->values.front(), v6 ? std::string_view() : value_of(section, "netmask"));
      if (!prefix) return unknown_route(section);
      to = *prefix;
      to.address.value = prefix->interval().lo;
    }
    finish_route(section, to);
  }

  void unknown_route(const UciSection& section) { facts_.routing_gaps.push_back({"route " + section.id() + " that cannot be read", section.head.origin}); }

  void finish_route(const UciSection& section, const Prefix& to) {
    model::RouteFact route;
    route.to = to;
    route.metric = metric_of(section);
    route.origin = section.head.origin;
    const std::string_view type = value_of(section, "type");
    route.discard = type == "blackhole" || type == "unreachable" || type == "prohibit";
    if (!type.empty() && type != "unicast" && !route.discard) return gap(section.find("type")->values.front(), "route of type " + std::string(type.substr(0, 40)), "route of another type");
    if (const Option* gateway = section.find("gateway"); gateway != nullptr && !gateway->values.empty()) {
      route.via = model::parse_address(trim(gateway->values.front().text));
      if (!route.via) return reader_.refuse(gateway->values.front(), DiagnosticId::address_invalid, "an address"), unknown_route(section);
      if (route.via->value == 0) route.via.reset();
    }
    if (const Option* interface = section.find("interface"); interface != nullptr && !interface->values.empty()) {
      const auto network = networks_.interfaces.find(interface->values.front().text);
      if (network == networks_.interfaces.end()) {
        reader_.tell(interface->values.front(), DiagnosticId::interface_missing, Severity::warning, "this route leads to an interface that does not exist");
        return unknown_route(section);
      }
      if (network->second.disabled) return;
      route.dev = network->second.device;
      check_gateway(section, route, network->second);
    }
    if (route.dev.empty() && !route.via && !route.discard) return unknown_route(section);
    facts_.routes.push_back(std::move(route));
  }

  void check_gateway(const UciSection& section, const model::RouteFact& route, const NetworkInterface& network) {
    if (!route.via || network.dynamic_v4 || network.dynamic_v6 || network.addresses.empty() || is_set(section, "onlink", false)) return;
    for (const Prefix& address : network.addresses)
      if (address.address.family == route.via->family && address.interval().lo <= route.via->value && route.via->value <= address.interval().hi) return;
    const bool link_local = route.via->family == Family::v6 && (route.via->value >> 118) == 0x3fa;
    if (!link_local)
      reader_.tell(section.find("gateway")->values.front(), DiagnosticId::route_nowhere, Severity::warning,
                   "the gateway is in no network of interface " + network.name.substr(0, 80), "this is a route to nowhere");
  }

  // ---- facts ----

  // One fact per device: several networks may share it.
  void write_facts() {
    std::map<std::string, size_t> by_device;
    for (size_t i = 0; i < facts_.interfaces.size(); ++i) by_device[facts_.interfaces[i].name] = i;
    bool all_static = true;
    for (const auto& [name, network] : networks_.interfaces) {
      const auto [found, added] = by_device.try_emplace(network.device, facts_.interfaces.size());
      if (added) {
        model::InterfaceFact fact;
        fact.name = network.device;
        fact.origin = network.origin;
        fact.up = false;
        facts_.interfaces.push_back(std::move(fact));
      }
      model::InterfaceFact& fact = facts_.interfaces[found->second];
      if (network.disabled) continue;
      fact.up = true;
      for (const Prefix& prefix : network.addresses)
        if (std::none_of(fact.addresses.begin(), fact.addresses.end(),
                         [&](const Prefix& p) { return p.address == prefix.address && p.length == prefix.length; }))
          fact.addresses.push_back(prefix);
      join_dynamic(fact, network);
      all_static = all_static && !network.dynamic_v4 && !network.dynamic_v6;
    }
    facts_.complete_addresses = facts_.complete_addresses || all_static;
    facts_.complete_routes = true;
  }

  static void join_dynamic(model::InterfaceFact& fact, const NetworkInterface& network) {
    if (!network.dynamic_v4 && !network.dynamic_v6) return;
    const bool v4 = network.dynamic_v4 || (fact.dynamic && fact.dynamic_family != Family::v6);
    const bool v6 = network.dynamic_v6 || (fact.dynamic && fact.dynamic_family != Family::v4);
    fact.dynamic = true;
    fact.dynamic_family.reset();
    if (v4 != v6) fact.dynamic_family = v4 ? Family::v4 : Family::v6;
  }

  Reader& reader_;
  Networks& networks_;
  model::HostFacts& facts_;
  std::vector<const UciSection*> interfaces_;
  std::vector<const UciSection*> peers_;
  std::map<std::string, std::vector<Prefix>> ranges_;
};

}  // namespace

const NetworkInterface* Networks::find(std::string_view name) const {
  const auto found = interfaces.find(name);
  return found == interfaces.end() ? nullptr : &found->second;
}

std::vector<Prefix> Networks::addresses_of(std::string_view device, Family family) const {
  std::vector<Prefix> result;
  for (const auto& [name, network] : interfaces)
    if (network.device == device && !network.disabled)
      for (const Prefix& prefix : network.addresses)
        if (prefix.address.family == family) result.push_back(prefix);
  return result;
}

bool Networks::may_have_more(std::string_view device, Family family) const {
  bool known = false;
  for (const auto& [name, network] : interfaces) {
    if (network.device != device || network.disabled) continue;
    known = true;
    if (family == Family::v4 ? network.dynamic_v4 : network.dynamic_v6) return true;
  }
  return !known;
}

Networks read_networks(const Config& config, Reader& reader, model::HostFacts& facts) {
  Networks networks;
  NetworkReader(reader, networks, facts).run(config);
  return networks;
}

}  // namespace fwproof::importers::openwrt
