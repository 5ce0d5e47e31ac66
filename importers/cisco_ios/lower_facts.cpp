// The device's place in the network.
#include <algorithm>

#include "importers/cisco_ios/lower.h"
#include "importers/cisco_ios/names.h"
#include "importers/cisco_ios/words.h"

namespace fwproof::importers::cisco_ios {

using model::DiagnosticId;
using model::Family;
using model::IntervalSet;
using model::Prefix;
using model::Severity;

namespace {

constexpr size_t kMaxPools = 4096;
constexpr size_t kMaxInterceptions = 4096;

class FactLowering {
 public:
  FactLowering(const Config& config, Report& report, model::HostFacts& facts) : config_(config), report_(report), facts_(facts) {}

  void run() {
    // A few lists cut out of a configuration say nothing of addresses.
    const bool addressed = std::any_of(config_.interfaces.begin(), config_.interfaces.end(), [](const Interface& i) { return !i.addresses.empty() || i.dynamic4 || i.dynamic6; });
    facts_.complete_addresses = addressed && !config_.virtual_addresses;
    facts_.complete_routes = addressed;
    for (const Interface& interface : config_.interfaces) add_interface(interface);
    for (const StaticRoute& route : config_.routes) add_route(route);
    if (!config_.ip_routing && config_.default_gateway) add_route(*config_.default_gateway);
    for (const DhcpPoolSpec& pool : config_.dhcp) add_pool(pool);
    add_open_exclusions();
    add_interceptions();
    facts_.routing_gaps.insert(facts_.routing_gaps.end(), config_.gaps.begin(), config_.gaps.end());
    for (const PolicyRoute& each : config_.policy_routes) add_policy_route(each);
    for (const NatRule& rule : config_.nat)
      if (!rule.vrf.empty()) {
        facts_.routing_gaps.push_back({"translation leads from routing instance " + rule.vrf.substr(0, 100) + " to another", rule.origin});
        break;
      }
  }

 private:
  // ---- what takes connections out of their way (FORMAT.md, "Interception") ----

  // Each may; of which packets is not known.
  void may_intercept(std::string_view text, model::Origin origin, unsigned protocol, const IntervalSet& ports) {
    if (facts_.interceptions.size() >= kMaxInterceptions || ports.empty()) return;
    facts_.interceptions.push_back({"inspection", std::string(unindented(text)), model::AddressSet::all(), protocol, ports, false, false, origin});
  }

  void may_intercept(std::string_view text, model::Origin origin) {
    for (const unsigned protocol : {model::proto_tcp, model::proto_udp}) may_intercept(text, origin, protocol, IntervalSet::all(16));
  }

  void add_interceptions() {
    for (const Interface& interface : config_.interfaces) {
      for (const auto& use : interface.inspect)
        if (use) add_inspection(*use);
      for (const OpaqueUse& use : interface.opaque)
        if (looks_inside(use.text)) may_intercept(use.text, use.origin);
    }
    // In its usual mode the router answers the client in the server's name.
    for (const OpaqueUse& use : config_.everywhere)
      if (begins(unindented(use.text), "ip tcp intercept")) may_intercept(use.text, use.origin);
    for (const OpaqueUse& use : config_.deeper) may_intercept(use.text, use.origin);
  }

  // Cisco IOS IP Routing: Protocol-Independent Configuration Guide, "Policy-Based Routing": what a clause permits goes to its next hop, which may be a
  // proxy, but for one that a default route leads to as well.
  void add_policy_route(const PolicyRoute& route) {
    const auto found = config_.route_maps.find(route.map);
    if (found == config_.route_maps.end()) return;
    for (const RouteMapClause& clause : found->second) {
      const bool out = std::all_of(clause.hops.begin(), clause.hops.end(), [&](const std::string& hop) { return is_way_out(hop); });
      if (!clause.permit || out) continue;
      const std::string text = "ip policy route-map " + route.map.substr(0, 100);
      const bool no_list = clause.lists.empty() && clause.lists6.empty();
      if (no_list) may_intercept(text, clause.origin);
      for (const Use& use : clause.lists) divert(text, clause.origin, config_.lists, use);
      for (const Use& use : clause.lists6) divert(text, clause.origin, config_.lists6, use);
    }
  }

  bool is_way_out(const std::string& hop) const {
    const auto via = model::parse_address(hop);
    const auto is_default = [&](const StaticRoute& route) { return route.to.length == 0 && (via ? route.via == via : route.dev == hop); };
    return std::any_of(config_.routes.begin(), config_.routes.end(), is_default);
  }

  // What the list permits, or more.
  void divert(const std::string& text, model::Origin origin, const std::map<std::string, AccessList>& lists, const Use& use) {
    const auto list = lists.find(use.name);
    if (list == lists.end()) return may_intercept(text, origin);
    for (const Entry& entry : list->second.entries) {
      if (entry.verb != Entry::Verb::permit) continue;
      for (const unsigned protocol : {model::proto_tcp, model::proto_udp}) {
        if (!entry.service.protocols.empty() && !entry.service.protocols.contains(protocol)) continue;
        const bool all_ports = !entry.service.destination.present || !entry.service_group.empty();
        may_intercept(text, origin, protocol, all_ports ? IntervalSet::all(16) : entry.service.destination.set);
        if (entry.dst.kind == AddressSpec::Kind::set && !entry.standard && !facts_.interceptions.empty() && facts_.interceptions.back().origin == origin)
          facts_.interceptions.back().addresses = model::AddressSet::of(list->second.family, entry.dst.set);
      }
    }
  }

  static std::string_view unindented(std::string_view text) { return text.substr(std::min(text.find_first_not_of(" \t"), text.size())); }

  static bool looks_inside(std::string_view text) {
    static constexpr std::string_view kFeatures[] = {"ip ips", "ip admission", "ip auth-proxy", "ip urlfilter", "ipv6 inspect", "utd"};
    return std::any_of(std::begin(kFeatures), std::end(kFeatures), [&](std::string_view feature) { return begins(unindented(text), feature); });
  }

  // Plain tcp and udp inspection follows connections; that of an application reads commands and may change or cut them.
  void add_inspection(const Use& use) {
    const auto found = config_.inspect_rules.find(use.name);
    if (found == config_.inspect_rules.end()) return;
    const std::string text = "ip inspect " + use.name.substr(0, 100) + ": ";
    for (const std::string& protocol : found->second.protocols) {
      const auto what = protocol == "tcp" || protocol == "udp" || protocol == "icmp" ? std::nullopt : inspected(protocol);
      if (!what) continue;
      may_intercept(text + protocol, found->second.origin, model::proto_tcp, what->tcp);
      may_intercept(text + protocol, found->second.origin, model::proto_udp, what->udp);
    }
    for (const std::string& protocol : found->second.unknown) may_intercept(text + protocol.substr(0, 100), found->second.origin);
  }

  const Interface* find(const std::string& name) const {
    const auto found = config_.interface_index.find(name);
    return found == config_.interface_index.end() ? nullptr : &config_.interfaces[found->second];
  }

  void add_interface(const Interface& interface) {
    if (begins(interface.name, "Null")) return;
    model::InterfaceFact fact;
    fact.name = interface.name;
    fact.addresses = interface.addresses;
    fact.origin = interface.origin;
    fact.up = !interface.shutdown;
    fact.dynamic = interface.dynamic4 || interface.dynamic6;
    if (fact.dynamic && interface.dynamic4 != interface.dynamic6) fact.dynamic_family = interface.dynamic4 ? Family::v4 : Family::v6;
    fact.vrf = interface.vrf;
    // An unnumbered interface speaks with another one's address.
    if (const Interface* other = interface.unnumbered.empty() ? nullptr : find(interface.unnumbered)) {
      if (other->has_primary) fact.addresses.push_back({other->primary, 32});
      if (other->dynamic4) {
        fact.dynamic_family = interface.dynamic6 ? std::nullopt : std::optional(Family::v4);
        fact.dynamic = true;
      }
    }
    if (fact.dynamic) facts_.complete_addresses = false;
    for (const Family family : {Family::v4, Family::v6}) {
      if (!(family == Family::v4 ? interface.learns_default : interface.learns_default6) || !fact.up) continue;
      model::RouteFact route;
      route.to = {{family, 0}, 0};
      route.dev = interface.name;
      route.metric = 254;
      route.origin = interface.origin;
      route.vrf = interface.vrf;
      facts_.routes.push_back(std::move(route));
    }
    facts_.interfaces.push_back(std::move(fact));
  }

  void add_route(const StaticRoute& route) {
    model::RouteFact fact;
    fact.to = route.to;
    fact.via = route.via;
    fact.dev = route.dev;
    fact.metric = route.distance;
    fact.origin = route.origin;
    fact.discard = route.discard;
    fact.vrf = route.vrf;
    if (route.learned && fact.dev.empty())
      for (const Interface& interface : config_.interfaces)
        if (interface.dynamic4) fact.dev = interface.name;
    if (fact.via && fact.dev.empty() && !reachable(*fact.via, fact.vrf, route.to.length))
      report_.tell(DiagnosticId::route_nowhere, Severity::warning, route.origin, "the gateway " + model::to_text(*fact.via) + " is in no network of this router", "the route leads nowhere");
    facts_.routes.push_back(std::move(fact));
  }

  // A gateway is reached over a connected network, or over another, longer route.
  bool reachable(const model::Address& via, const std::string& vrf, unsigned length) const {
    const auto covers = [&](const Prefix& prefix) {
      const model::Interval interval = prefix.interval();
      return prefix.address.family == via.family && interval.lo <= via.value && via.value <= interval.hi;
    };
    if (config_.routes.size() > 10'000) return true;  // each would look at each
    for (const Interface& interface : config_.interfaces) {
      if (interface.vrf != vrf || interface.shutdown) continue;
      if (via.family == Family::v4 ? interface.dynamic4 || !interface.unnumbered.empty() : interface.dynamic6) return true;
      if (std::any_of(interface.addresses.begin(), interface.addresses.end(), covers)) return true;
    }
    if (!config_.gaps.empty() || (via.family == Family::v6 && via.value >> 118 == 0x3fa)) return true;  // fe80::/10
    return std::any_of(config_.routes.begin(), config_.routes.end(), [&](const StaticRoute& other) { return other.vrf == vrf && other.to.length > length && covers(other.to); });
  }

  // What of a pool is handed out hangs on classes, or its addresses cannot be read.
  void add_gap(const DhcpPoolSpec& spec) {
    model::AddressSet addresses = spec.network ? model::AddressSet::of(*spec.network) : model::AddressSet::all();
    facts_.dhcp_gaps.push_back({"pool " + spec.name.substr(0, 100) + " has addresses that are not read", std::move(addresses), spec.origin});
  }

  void add_open_exclusions() {
    for (const auto& open : config_.dhcp_open)
      facts_.dhcp_gaps.push_back({"an exclusion of a routing instance, or a removal, is not followed", model::AddressSet::of(Family::v4, open.addresses), open.origin});
  }

  void add_pool(const DhcpPoolSpec& spec) {
    if (facts_.dhcp_pools.size() >= kMaxPools) return;
    const bool served = spec.family == Family::v6 || !spec.range.empty() || !config_.dhcp_off;
    if (!served) return;
    if (spec.open.line != 0) facts_.dhcp_gaps.push_back({"what pool " + spec.name.substr(0, 100) + " hands out is told elsewhere", model::AddressSet::all(), spec.open});
    if (spec.opaque) return add_gap(spec);
    model::DhcpPool pool;
    pool.interface = spec.name;
    pool.origin = spec.origin;
    if (spec.family == Family::v6) return add_pool6(spec, std::move(pool));
    IntervalSet addresses = spec.range;
    if (spec.network) {
      addresses = in_network(*spec.network, pool);
      for (const Prefix& more : spec.more) addresses = addresses.united(in_network(more, pool));
    }
    pool.reservations = reservations(spec);
    for (const model::DhcpReservation& each : pool.reservations) pool.reserved.v4 = pool.reserved.v4.united(IntervalSet::of(each.address.value));
    pool.addresses.v4 = addresses.minus(all_reserved());
    if (!pool.addresses.empty() || !pool.reserved.empty()) facts_.dhcp_pools.push_back(std::move(pool));
  }

  void add_pool6(const DhcpPoolSpec& spec, model::DhcpPool pool) {
    if (!spec.network) return;
    const model::Interval interval = spec.network->interval();
    pool.addresses.v6 = IntervalSet::range(interval.lo, interval.hi);
    facts_.dhcp_pools.push_back(std::move(pool));
  }

  // Cisco IOS DHCP server: network and broadcast address are never handed out, nor an address of the router itself.
  IntervalSet in_network(const Prefix& network, model::DhcpPool& pool) {
    const model::Interval interval = network.interval();
    pool.network = pool.network.united(model::AddressSet::of(network));
    IntervalSet addresses = network.length >= 31 ? IntervalSet::range(interval.lo, interval.hi) : IntervalSet::range(interval.lo + 1, interval.hi - 1);
    addresses = addresses.minus(excluded());
    for (const Interface& interface : config_.interfaces)
      for (const Prefix& prefix : interface.addresses) {
        if (prefix.address.family != Family::v4) continue;
        addresses = addresses.minus(IntervalSet::of(prefix.address.value));
        const model::Interval connected = prefix.interval();
        if (connected.lo <= interval.lo && interval.hi <= connected.hi) pool.interface = interface.name;
      }
    return addresses;
  }

  static std::vector<model::DhcpReservation> reservations(const DhcpPoolSpec& spec) {
    std::vector<model::DhcpReservation> all = spec.reserved;
    if (spec.host) all.push_back({*spec.host, spec.client, spec.origin});
    return all;
  }

  const IntervalSet& excluded() {
    if (!excluded_) excluded_ = IntervalSet::from(config_.dhcp_excluded);
    return *excluded_;
  }

  const IntervalSet& all_reserved() {
    if (!reserved_) {
      std::vector<model::Interval> all;
      for (const DhcpPoolSpec& pool : config_.dhcp)
        for (const model::DhcpReservation& each : reservations(pool)) all.push_back({each.address.value, each.address.value});
      reserved_ = IntervalSet::from(std::move(all));
    }
    return *reserved_;
  }

  const Config& config_;
  Report& report_;
  model::HostFacts& facts_;
  std::optional<IntervalSet> excluded_, reserved_;
};

}  // namespace

void lower_facts(const Config& config, Report& report, model::HostFacts& facts) { FactLowering(config, report, facts).run(); }

}  // namespace fwproof::importers::cisco_ios
