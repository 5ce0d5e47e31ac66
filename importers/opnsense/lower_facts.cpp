// The device's place in the network: addresses, routes, DHCP, and what makes its routes less than the whole truth.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "importers/opnsense/lower.h"
#include "importers/opnsense/parse.h"
#include "importers/text/number.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::opnsense {
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
  bool far = false;
};

bool is_off(const XmlText& disabled) { return said(disabled) == Said::yes; }

class Place {
 public:
  Place(World& world, model::HostFacts& facts) : world_(world), facts_(facts) {}

  void run() {
    for (const Interface& interface : world_.interfaces)
      if (!interface.group) add_interface(interface);
    for (const Route& route : world_.config.routes)
      if (!is_off(route.disabled)) add_route(route);
    for (const Family family : {Family::v4, Family::v6}) add_default(family);
    for (const Pool& pool : world_.config.pools)
      if (pool.enable.present && pool.enable.value != "0") add_pool(pool);
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
      world_.tell(DiagnosticId::interface_unaddressed, interface.origin.line, fmt::format("the interface '{}' is used in rules, but has no address", interface.id));
    facts_.interfaces.push_back(std::move(fact));
  }

  bool is_used(const std::string& id) const {
    const auto names = [&](const auto& list) { return std::any_of(list.begin(), list.end(), [&](const auto& rule) { return rule.interface.value == id; }); };
    return names(world_.config.rules) || names(world_.config.forwards) || names(world_.config.outbound) || names(world_.config.one_to_one);
  }

  // A gateway by its name: a configured one, or one that comes with an address ("WAN_DHCP": Routing/Gateways.php).
  std::optional<Hop> hop_of(const std::string& name, Family family) const {
    if (name == "Null4" || name == "Null6") return Hop{"", std::nullopt, true, false};
    for (const Gateway& gateway : world_.config.gateways)
      if (gateway.name.value == name && !is_off(gateway.disabled)) return hop(gateway);
    static constexpr const char* kEndings[] = {"_DHCP", "_PPPOE", "_PPTP", "_L2TP", "_PPP", "_VPNV4", "_GW"};
    static constexpr const char* kEndings6[] = {"_DHCP6", "_SLAAC", "_VPNV6", "_6RD", "_6TO4", "_PPPOE", "_GWv6"};
    for (const Interface& interface : world_.interfaces)
      for (const std::string& stem : {upper(interface.description), upper(interface.id)})
        for (const char* ending : family == Family::v4 ? std::span<const char* const>(kEndings) : std::span<const char* const>(kEndings6))
          if (name == stem + ending && interface.dynamic(family)) return Hop{interface.id, std::nullopt, false, false};
    return std::nullopt;
  }

  static Hop hop(const Gateway& gateway) { return {gateway.interface.value, model::parse_address(gateway.gateway.value), false, said(gateway.far) == Said::yes}; }

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
    const Interface* interface = world_.find(hop.interface);
    if (!hop.via || hop.far || !interface || interface->dynamic(hop.via->family)) return;
    if (network_of(*interface, hop.via->family).known.in(hop.via->family).contains(hop.via->value)) return;
    world_.tell(DiagnosticId::route_nowhere, line, fmt::format("the gateway {} is in no network of the interface '{}'", model::to_text(*hop.via), hop.interface));
  }

  void add_route(const Route& route) {
    const auto prefix = model::parse_prefix(route.network.value);
    if (!prefix) {
      world_.complain(DiagnosticId::address_invalid, route.network.line, fmt::format("'{}' is no network", route.network.value));
      return gap("a route to " + route.network.value, route.origin);
    }
    const auto hop = hop_of(route.gateway.value, prefix->address.family);
    if (!hop) {
      world_.complain(DiagnosticId::route_nowhere, route.gateway.line, fmt::format("there is no gateway '{}'", route.gateway.value));
      return gap("a route by " + route.gateway.value, route.origin);
    }
    check_hop(*hop, route.gateway.line);
    for (const model::Prefix& each : model::prefixes(prefix->address.family, AddressSet::of(*prefix).in(prefix->address.family))) add(each, *hop, route.origin);
  }

  struct Way {
    Hop hop;
    model::Origin origin;
    bool upstream = false;
    unsigned priority = 255;
  };

  // Configured gateways of the family and those that come with an address; the upstream ones first, then by priority (Gateways.php).
  std::vector<Way> ways(Family family) const {
    std::vector<Way> result;
    for (const Gateway& gateway : world_.config.gateways) {
      const bool v6 = gateway.ipprotocol.value == "inet6" || gateway.gateway.value.find(':') != std::string::npos;
      if (is_off(gateway.disabled) || v6 != (family == Family::v6)) continue;
      result.push_back({hop(gateway), gateway.origin, said(gateway.default_gateway) == Said::yes || (gateway.default_gateway.present && gateway.default_gateway.empty() && !gateway.model),
                        static_cast<unsigned>(text::parse_decimal(gateway.priority.value, 255).value_or(255))});
    }
    for (const Interface& interface : world_.interfaces) {
      const bool learns = family == Family::v4 ? interface.learns_route_v4 : interface.learns_route_v6;
      const bool known = std::any_of(result.begin(), result.end(), [&](const Way& way) { return way.hop.interface == interface.id; });
      if (!interface.group && interface.up && learns && !known) result.push_back({{interface.id, std::nullopt, false, false}, interface.origin, false, 254});
    }
    std::stable_sort(result.begin(), result.end(), [](const Way& a, const Way& b) { return std::tuple(!a.upstream, a.priority) < std::tuple(!b.upstream, b.priority); });
    return result;
  }

  void add_default(Family family) {
    const auto list = ways(family);
    for (const InterfaceEntry& entry : world_.config.interfaces) {
      const XmlText& name = family == Family::v4 ? entry.gateway : entry.gatewayv6;
      if (name.empty() || name.value == "none" || hop_of(name.value, family)) continue;
      world_.tell(DiagnosticId::route_nowhere, name.line, fmt::format("there is no gateway '{}'", name.value));
      gap("the gateway " + name.value, {entry.origin.file, name.line});
    }
    if (list.empty()) return;
    const size_t upstream = static_cast<size_t>(std::count_if(list.begin(), list.end(), [](const Way& way) { return way.upstream; }));
    if (list.size() > 1 && (upstream != 1 || std::any_of(list.begin() + 1, list.end(), [&](const Way& way) { return leads_out(way, family); })))
      gap("several ways out: answers leave by the interface by which the connection came in", list[1].origin);
    if (list.size() > 1 && upstream == 0 && !leads_out(list[0], family)) return gap("which of several gateways is the default one", list[0].origin);
    check_hop(list[0].hop, list[0].origin.line);
    add({{family, 0}, 0}, list[0].hop, list[0].origin);
  }

  bool leads_out(const Way& way, Family family) const {
    const Interface* interface = world_.find(way.hop.interface);
    return interface && (family == Family::v4 ? interface->gateway_v4 : interface->gateway_v6);
  }

  void add_pool(const Pool& pool) {
    model::DhcpPool result;
    result.interface = pool.interface;
    result.origin = pool.origin;
    const auto network = text::pf::addresses(pool.network.value);
    for (const Interface& interface : world_.interfaces)
      for (const model::Prefix& own : interface.addresses)
        if (network && pool.interface.empty() && network->in(own.address.family).contains(own.address.value)) result.interface = interface.id;
    const Interface* interface = world_.find(result.interface);
    for (const Range& range : pool.ranges) {
      if (range.from.empty() && range.to.empty()) continue;
      const auto set = text::pf::addresses(range.from.value == range.to.value ? range.from.value : range.from.value + "-" + range.to.value);
      if (!set) {
        world_.complain(DiagnosticId::address_invalid, range.from.line, fmt::format("'{}' to '{}' is no range of addresses", range.from.value, range.to.value));
      } else if (!set->v6.empty() && range.from.value.starts_with("::") && (!interface || interface->dynamic_v6)) {
        world_.complain(DiagnosticId::match_opaque, range.from.line, "the range lies in a delegated prefix, which the configuration does not tell", LineClass::approximated, "range in a delegated prefix");
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
    for (const FilterRule& rule : world_.config.rules) {
      std::string ignored;
      const bool pass = rule.type.empty() || rule.type.value == "pass";
      if (pass && !rule.gateway.empty() && !is_disabled(rule.disabled, rule.enabled, rule.model, ignored)) note_policy_route(rule);
      if (pass && rule.statetype.value.starts_with("synproxy") && !is_disabled(rule.disabled, rule.enabled, rule.model, ignored)) add_proxied(rule);
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
    const bool group = std::any_of(world_.config.gaps.begin(), world_.config.gaps.end(), [&](const model::RoutingGap& each) { return each.text == "gateway group " + name; });
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

}  // namespace fwproof::importers::opnsense
