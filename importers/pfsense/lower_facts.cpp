// The device's place in the network: addresses, routes, DHCP, and what makes its routes less than the whole truth.
#include <fmt/format.h>

#include <algorithm>

#include "importers/pfsense/lower.h"
#include "importers/text/number.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::pfsense {
namespace {

constexpr size_t kMaxReservations = 10'000;

using model::AddressSet;
using model::DiagnosticId;
using model::Family;
using model::LineClass;
using text::pf::Interface;

struct Hop {
  std::string interface;
  std::optional<model::Address> via;
  bool discard = false;
};

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return text;
}

class Place {
 public:
  Place(World& world, model::HostFacts& facts) : world_(world), facts_(facts) {}

  void run() {
    for (const Interface& interface : world_.interfaces)
      if (!interface.group) add_interface(interface);
    for (const Route& route : world_.config.routes)
      if (!route.disabled.present) add_route(route);
    for (const Family family : {Family::v4, Family::v6}) add_default(family);
    for (const Pool& pool : world_.config.pools)
      if (pool.enable.present) add_pool(pool);
    add_gaps();
    add_interceptions();
    facts_.complete_addresses = !world_.addresses_missing && std::none_of(world_.interfaces.begin(), world_.interfaces.end(), [](const Interface& i) { return i.up && (i.dynamic_v4 || i.dynamic_v6); });
    facts_.complete_routes = true;
  }

 private:
  void add_interface(const Interface& interface) {
    model::InterfaceFact fact;
    fact.name = interface.id;
    fact.addresses = interface.addresses;
    fact.addresses.insert(fact.addresses.end(), interface.aliases.begin(), interface.aliases.end());
    fact.origin = interface.origin;
    fact.up = interface.up;
    fact.dynamic = interface.dynamic_v4 || interface.dynamic_v6;
    if (fact.up && fact.addresses.empty() && !fact.dynamic && is_used(interface.id))
      world_.complain_at(DiagnosticId::interface_unaddressed, interface.origin.line, fmt::format("the interface '{}' is used in rules, but has no address", interface.id));
    facts_.interfaces.push_back(std::move(fact));
  }

  bool is_used(const std::string& id) const {
    const auto names = [&](const auto& list) { return std::any_of(list.begin(), list.end(), [&](const auto& rule) { return rule.interface.value == id; }); };
    return names(world_.config.rules) || names(world_.config.forwards) || names(world_.config.outbound) || names(world_.config.one_to_one);
  }

  // A gateway by its name: a configured one, or one that comes with an address ("WAN_DHCP": get_gateways() in gwlb.inc).
  std::optional<Hop> hop_of(const std::string& name, Family family) const {
    if (name == "Null4" || name == "Null6") return Hop{"", std::nullopt, true};
    for (const Gateway& gateway : world_.config.gateways) {
      if (gateway.name.value != name || gateway.disabled.present) continue;
      return Hop{gateway.interface.value, model::parse_address(gateway.gateway.value), false};
    }
    static constexpr const char* kEndings[] = {"_DHCP", "_PPPOE", "_PPTP", "_L2TP", "_PPP", "_VPNV4", "_TUNNELV4"};
    static constexpr const char* kEndings6[] = {"_DHCP6", "_SLAAC", "_VPNV6", "_TUNNELV6", "_6RD", "_6TO4"};
    const auto endings = family == Family::v4 ? std::span<const char* const>(kEndings) : std::span<const char* const>(kEndings6);
    for (const Interface& interface : world_.interfaces)
      for (const std::string& stem : {upper(interface.description), upper(interface.id)})
        for (const char* ending : endings)
          if (name == stem + ending) return Hop{interface.id, std::nullopt, false};
    return std::nullopt;
  }

  void add(const model::Prefix& to, const Hop& hop, model::Origin origin) {
    model::RouteFact route;
    route.to = to;
    route.via = hop.via;
    route.dev = hop.interface;
    route.discard = hop.discard;
    route.origin = origin;
    facts_.routes.push_back(std::move(route));
  }

  void gap(std::string text, model::Origin origin) { facts_.routing_gaps.push_back({std::move(text), origin}); }

  void check_hop(const Hop& hop, uint32_t line) {
    if (!hop.via) return;
    const Interface* interface = world_.find(hop.interface);
    if (!interface || interface->dynamic(hop.via->family)) return;
    if (network_of(*interface, hop.via->family).known.in(hop.via->family).contains(hop.via->value)) return;
    world_.complain_at(DiagnosticId::route_nowhere, line, fmt::format("the gateway {} is in no network of the interface '{}'", model::to_text(*hop.via), hop.interface));
  }

  void add_route(const Route& route) {
    AddressSet set;
    if (world_.aliases.has(route.network.value)) {
      const auto& match = world_.aliases.addresses(route.network.value);
      set = match.known;
      if (!match.unknowns.empty()) gap("routes to the alias " + route.network.value, route.origin);
    } else if (const auto prefix = model::parse_prefix(route.network.value)) {
      set = AddressSet::of(*prefix);
    } else {
      world_.complain(DiagnosticId::address_invalid, route.network, fmt::format("'{}' is no network", route.network.value));
      return gap("a route to " + route.network.value, route.origin);
    }
    for (const Family family : {Family::v4, Family::v6}) {
      const auto list = model::prefixes(family, set.in(family));
      if (list.empty()) continue;
      const auto hop = hop_of(route.gateway.value, family);
      if (!hop) {
        world_.complain(DiagnosticId::route_nowhere, route.gateway, fmt::format("there is no gateway '{}'", route.gateway.value));
        return gap("a route by " + route.gateway.value, route.origin);
      }
      check_hop(*hop, route.gateway.line);
      for (const model::Prefix& prefix : list) add(prefix, *hop, route.origin);
    }
  }

  static bool is_tunnel(const Interface& interface) { return interface.device.starts_with("ovpn") || interface.device.starts_with("ipsec"); }

  std::vector<const Interface*> ways_out(Family family) const {
    std::vector<const Interface*> result;
    for (const Interface& interface : world_.interfaces)
      if (!interface.group && interface.up && !is_tunnel(interface) && (family == Family::v4 ? interface.gateway_v4 : interface.gateway_v6)) result.push_back(&interface);
    return result;
  }

  // The gateway that the interface's own settings name, or the one that comes with its address.
  std::optional<Hop> hop_by(const Interface& interface, Family family) const {
    for (const InterfaceEntry& entry : world_.config.interfaces) {
      if (entry.id != interface.id) continue;
      const XmlText& gateway = family == Family::v4 ? entry.gateway : entry.gatewayv6;
      if (const auto address = model::parse_address(gateway.value)) return Hop{interface.id, *address, false};
      if (!gateway.empty() && gateway.value != "none")
        if (auto hop = hop_of(gateway.value, family)) return hop;
    }
    if (family == Family::v4 ? interface.learns_route_v4 : interface.learns_route_v6) return Hop{interface.id, std::nullopt, false};
    return std::nullopt;
  }

  void add_default(Family family) {
    const model::Prefix everything{{family, 0}, 0};
    const XmlText& chosen = family == Family::v4 ? world_.config.default_v4 : world_.config.default_v6;
    const auto ways = ways_out(family);
    if (ways.size() > 1) gap("several ways out: answers leave by the interface by which the connection came in", ways[1]->origin);
    if (chosen.value == "-") return;
    if (!chosen.empty()) {
      const auto& groups = world_.config.gateway_groups;
      if (std::find(groups.begin(), groups.end(), chosen.value) != groups.end()) return gap("the default gateway is a group", {facts_origin(), chosen.line});
      if (const auto hop = hop_of(chosen.value, family)) {
        check_hop(*hop, chosen.line);
        return add(everything, *hop, {facts_origin(), chosen.line});
      }
      world_.complain(DiagnosticId::route_nowhere, chosen, fmt::format("there is no gateway '{}'", chosen.value));
      return gap("the default gateway " + chosen.value, {facts_origin(), chosen.line});
    }
    for (const Gateway& gateway : world_.config.gateways) {
      const bool v6 = gateway.ipprotocol.value == "inet6" || gateway.gateway.value.find(':') != std::string::npos;
      if (!gateway.default_gateway.present || gateway.disabled.present || v6 != (family == Family::v6)) continue;
      const Hop hop{gateway.interface.value, model::parse_address(gateway.gateway.value), false};
      check_hop(hop, gateway.gateway.line);
      return add(everything, hop, gateway.origin);
    }
    if (ways.size() > 1) return gap("which of several gateways is the default one", ways[0]->origin);
    if (ways.empty()) return;
    if (const auto hop = hop_by(*ways[0], family)) {
      check_hop(*hop, ways[0]->origin.line);
      add(everything, *hop, ways[0]->origin);
    }
  }

  uint32_t facts_origin() const { return world_.interfaces.empty() ? 0 : world_.interfaces.front().origin.file; }

  void add_pool(const Pool& pool) {
    model::DhcpPool result;
    result.interface = pool.interface;
    result.origin = pool.origin;
    const Interface* interface = world_.find(pool.interface);
    for (const Range& range : pool.ranges) {
      if (range.from.empty() && range.to.empty()) continue;
      const auto set = text::pf::addresses(range.from.value + "-" + range.to.value);
      if (!set) {
        world_.complain(DiagnosticId::address_invalid, range.from, fmt::format("'{}' to '{}' is no range of addresses", range.from.value, range.to.value));
      } else if (pool.v6 && interface && interface->dynamic_v6) {
        world_.complain(DiagnosticId::match_opaque, range.from, "the range lies in a delegated prefix, which the configuration does not tell", LineClass::approximated, "range in a delegated prefix");
      } else {
        result.addresses = result.addresses.united(*set);
      }
    }
    for (const Reserved& each : pool.reserved) {
      const auto parsed = model::parse_address(each.address.value);
      if (!parsed) continue;
      result.reserved = result.reserved.united(AddressSet::of(*parsed));
      if (result.reservations.size() < kMaxReservations) result.reservations.push_back({*parsed, each.client, {pool.origin.file, each.address.line}});
    }
    result.addresses = result.addresses.minus(result.reserved);
    if (!result.addresses.empty() || !result.reserved.empty()) facts_.dhcp_pools.push_back(std::move(result));
  }

  void add_gaps() {
    for (const model::RoutingGap& each : world_.config.gaps) facts_.routing_gaps.push_back(each);
    for (const Tunnel& tunnel : world_.config.tunnels)
      if (!tunnel.disabled.present) gap(tunnel.what, tunnel.origin);
    for (const FilterRule& rule : world_.config.rules) {
      const bool pass = rule.type.empty() || rule.type.value == "pass";
      if (!rule.disabled.present && pass && !rule.gateway.empty()) note_policy_route(rule);
      if (pass && rule.statetype.value.starts_with("synproxy") && !rule.disabled.present) add_proxied(rule);
    }
  }

  // What a section that nobody knows does to packets may be a redirection as well.
  // pf.conf(5), "synproxy state": the router completes the handshake in the server's name before the server hears of it.
  void add_proxied(const FilterRule& rule) {
    const auto port = text::parse_decimal(rule.destination.port.value, 65535);
    facts_.interceptions.push_back({"proxy", "synproxy state", AddressSet::all(), model::proto_tcp, port ? model::IntervalSet::of(*port) : model::IntervalSet::all(16), false, false,
                                    {rule.origin.file, rule.statetype.line}});
  }

  // A gateway on an interface that leads to the Internet is a way out, and a group is taken for several; another one may be a proxy.
  void note_policy_route(const FilterRule& rule) {
    const std::string& name = rule.gateway.value;
    const model::Origin origin{rule.origin.file, rule.gateway.line};
    gap("policy routing by " + name, origin);
    const auto& groups = world_.config.gateway_groups;
    const bool group = std::find(groups.begin(), groups.end(), name) != groups.end();
    const Family family = rule.ipprotocol.value == "inet6" ? Family::v6 : Family::v4;
    const auto hop = hop_of(name, family);
    const Interface* interface = hop ? world_.find(hop->interface) : nullptr;
    if (group || (interface && (family == Family::v4 ? interface->gateway_v4 || interface->dynamic_v4 : interface->gateway_v6 || interface->dynamic_v6))) return;
    for (const unsigned protocol : {model::proto_tcp, model::proto_udp}) {
      const std::string_view word = rule.protocol.value;
      const bool other = !word.empty() && word != "any" && word != "tcp/udp" && word != (protocol == model::proto_tcp ? "tcp" : "udp");
      if (other && (word == "tcp" || word == "udp" || word == "icmp")) continue;
      const auto port = text::parse_decimal(rule.destination.port.value, 65535);
      facts_.interceptions.push_back({"policy routing", "policy routing by " + name, AddressSet::all(), protocol, port ? model::IntervalSet::of(*port) : model::IntervalSet::all(16), false, false, origin});
    }
  }

  void add_interceptions() {
    for (const model::Interception& each : world_.config.interceptions) facts_.interceptions.push_back(each);
    // Clients that are not logged in are sent to the portal's own web server.
    for (const auto& [interface, origin] : world_.config.captive)
      facts_.interceptions.push_back({"proxy", "captive portal on " + interface, AddressSet::all(), model::proto_tcp, model::IntervalSet::all(16), false, false, origin});
    for (const auto& [what, origin] : world_.config.strangers)
      for (const unsigned protocol : {model::proto_tcp, model::proto_udp}) {
        model::Interception fact{"section", what, AddressSet::all(), protocol, model::IntervalSet::all(16), false, false, origin};
        facts_.interceptions.push_back(std::move(fact));
      }
  }

  World& world_;
  model::HostFacts& facts_;
};

}  // namespace

void add_facts(World& world, model::HostFacts& facts) { Place(world, facts).run(); }

}  // namespace fwproof::importers::pfsense
