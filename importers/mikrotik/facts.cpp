// One class with a short function per menu; it is long because the menus are many.
#include "importers/mikrotik/facts.h"

#include <algorithm>
#include <array>

#include "importers/mikrotik/diversions.h"
#include "importers/mikrotik/values.h"
#include "importers/text/number.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::DiagnosticId;
using model::Family;
using model::IntervalSet;
using model::LineClass;
using model::Prefix;
using model::Severity;

constexpr size_t kMaxGaps = 64;
constexpr size_t kMaxGateways = 200;   // that are followed

constexpr auto kInterfaceMenus = std::to_array<std::string_view>({
    "interface bridge", "interface vlan", "interface bonding", "interface ethernet", "interface wireless", "interface wifi", "interface wifiwave2",
    "interface veth", "interface macvlan", "interface dummy", "interface vrrp", "interface gre", "interface gre6", "interface eoip", "interface eoipv6",
    "interface ipip", "interface ipipv6", "interface 6to4", "interface vxlan", "interface wireguard", "interface lte", "interface macsec",
    "interface vpls", "interface sfp", "interface w60g", "interface loopback", "interface l2tp-ether", "interface ppp-client", "interface pppoe-client",
    "interface l2tp-client", "interface pptp-client", "interface sstp-client", "interface ovpn-client", "interface pppoe-server", "interface l2tp-server",
    "interface pptp-server", "interface sstp-server", "interface ovpn-server",
});

// Their address comes from the other side.
bool is_dial(std::string_view menu) { return menu.ends_with("-client") || menu.ends_with("-server") || menu == "interface lte"; }

class FactLowering {
 public:
  FactLowering(const Config& config, Report& report, unsigned version, model::HostFacts& facts)
      : config_(config), report_(report), version_(version), facts_(facts), masters_(masters(config)) {
    for (size_t i = 0; i < facts.interfaces.size(); ++i) index_.emplace(facts.interfaces[i].name, i);
  }

  void run() {
    for (const std::string_view menu : kInterfaceMenus)
      for (const Item* item : config_.items(menu)) add_interface(*item, menu);
    for (const Item* item : config_.items("interface")) switch_interface(*item);
    for (const std::string_view menu : {"interface bridge port", "interface list", "interface list member", "ppp profile"})
      for (const Item* item : config_.items(menu)) done(*item, "interface");
    vrfs("ip vrf", "name");
    vrfs("ip route vrf", "routing-mark");
    for (const Item* item : config_.items("ip address")) address(*item, Family::v4);
    for (const Item* item : config_.items("ipv6 address")) address(*item, Family::v6);
    for (const Item* item : config_.items("ip dhcp-client")) dhcp_client(*item, Family::v4);
    for (const Item* item : config_.items("ipv6 dhcp-client")) dhcp_client(*item, Family::v6);
    for (const Item* item : config_.items("ip route")) route(*item, Family::v4);
    for (const Item* item : config_.items("ipv6 route")) route(*item, Family::v6);
    rules("ip route rule");
    rules("routing rule");
    protocols();
    marks();
    add_diversions(config_, report_, facts_);
    pools();
    relays();
    check_gateways();
    unaddressed();
    completeness();
  }

 private:
  void gap(const Span& span, std::string text) {
    if (facts_.routing_gaps.size() < kMaxGaps) facts_.routing_gaps.push_back({std::move(text), report_.origin(span)});
  }

  // Every line that made the item what it is.
  void done(const Item& item, std::string_view construct, LineClass line_class = LineClass::modelled) {
    if (!item.poison.empty()) return report_.account(item.spans.front(), LineClass::opaque, "command that is not followed");
    for (const Span& span : item.spans) report_.account(span, item.conditional ? LineClass::opaque : line_class, item.conditional ? "script" : construct);
  }

  model::InterfaceFact& interface(const std::string& name, const Span& span) {
    const auto [at, fresh] = index_.try_emplace(name, facts_.interfaces.size());
    if (fresh) {
      facts_.interfaces.push_back({});
      facts_.interfaces.back().name = name;
      facts_.interfaces.back().origin = report_.origin(span);
    }
    return facts_.interfaces[at->second];
  }

  // A port's packets come in by its bridge.
  std::string master_of(std::string_view name) const {
    std::string at(name);
    for (unsigned depth = 0; depth < 8; ++depth) {
      const auto master = masters_.find(at);
      if (master == masters_.end()) break;
      at = master->second;
    }
    return at;
  }

  void add_interface(const Item& item, std::string_view menu) {
    done(item, "interface");
    const Property* name = item.find("name") != nullptr ? item.find("name") : item.find("default-name");
    if (!item.poison.empty() || name == nullptr || masters_.contains(name->value)) return;
    model::InterfaceFact& fact = interface(name->value, item.spans.front());
    if (item.disabled() || (menu.ends_with("-client") && old_default_off(item))) fact.up = false;
    if (item.uncertain()) fact.dynamic = true;
    if (!is_dial(menu)) return;
    fact.dynamic = true;
    const bool asks = item.is("add-default-route", "yes") || (menu == "interface lte" && !item.is("add-default-route", "no"));
    if (fact.up && asks) default_route(Family::v4, name->value, item, "default-route-distance");
  }

  // "/interface disable ether5": any kind of interface.
  void switch_interface(const Item& item) {
    done(item, "interface");
    const std::string_view name = item.find("name") != nullptr ? item.get("name") : item.get("default-name");
    if (name.empty() || !item.poison.empty() || masters_.contains(name)) return;
    model::InterfaceFact& fact = interface(std::string(name), item.spans.front());
    if (item.disabled()) fact.up = false;
    if (item.uncertain()) fact.dynamic = true;
  }

  // Version 6 adds clients switched off; its exports say "disabled=no" of those that are on. Version 7 adds them switched on.
  bool old_default_off(const Item& item) const { return version_ == 6 && item.find("disabled") == nullptr; }

  void default_route(Family family, const std::string& dev, const Item& item, std::string_view distance) {
    model::RouteFact route;
    route.to = {{family, 0}, 0};
    route.dev = master_of(dev);
    route.metric = static_cast<uint32_t>(text::parse_decimal(item.get(distance), 255).value_or(1));
    route.origin = report_.origin(item.spans.front());
    facts_.routes.push_back(std::move(route));
  }

  void vrfs(std::string_view menu, std::string_view key) {
    for (const Item* item : config_.items(menu)) {
      done(*item, "VRF");
      if (item->disabled() || !item->poison.empty()) continue;
      vrf_names_.emplace(item->get(key));
      std::string_view rest = item->get("interfaces"), part;
      while (text::next_part(rest, ',', part)) interface(master_of(part), item->spans.front()).vrf = std::string(item->get(key));
    }
  }

  // ---- addresses ----

  void address(const Item& item, Family family) {
    if (!item.poison.empty()) return done(item, "");
    if (item.disabled()) return done(item, "disabled", LineClass::irrelevant);
    const Property* at = item.find("interface");
    const Property* text = item.find("address");
    if (at == nullptr || text == nullptr || at->opaque || text->opaque) {
      if (at != nullptr && !at->opaque) interface(master_of(at->value), item.spans.front()).dynamic = true;
      open_addresses_ = true;
      return done(item, "address that a script sets", LineClass::opaque);
    }
    model::InterfaceFact& fact = interface(master_of(at->value), item.spans.front());
    auto prefix = model::parse_prefix(text->value);
    if (!prefix || prefix->address.family != family) {
      report_.tell(item.spans.front(), DiagnosticId::address_invalid, Severity::warning, "cannot read '" + text->value + "' as an address", text->line,
                   text->column, static_cast<uint32_t>(text->value.size()));
      fact.dynamic = true;
      return done(item, "line that RouterOS refuses", LineClass::unrecognised);
    }
    if (text->value.find('/') == std::string::npos) prefix->length = implied_length(item, family);
    done(item, "address");
    const bool made = family == Family::v6 && (item.is("eui-64", "yes") || item.find("from-pool") != nullptr);
    if (item.uncertain() || made) {
      fact.dynamic = true;
      if (made && item.find("from-pool") == nullptr) on_link(*prefix, fact.name, item);
      return;
    }
    fact.addresses.push_back(*prefix);
    point_to_point(item, *prefix, fact.name, family);
  }

  // Without a mask: that of `netmask`, else one address (/64 in IPv6).
  static unsigned implied_length(const Item& item, Family family) {
    if (family == Family::v6) return 64;
    const auto masked = model::parse_prefix("0.0.0.0/" + std::string(item.get("netmask")));
    return masked ? masked->length : 32;
  }

  void on_link(const Prefix& prefix, const std::string& dev, const Item& item) {
    model::RouteFact route;
    const auto whole = prefix.interval();
    route.to = {{prefix.address.family, whole.lo}, prefix.length};
    route.dev = dev;
    route.origin = report_.origin(item.spans.front());
    facts_.routes.push_back(std::move(route));
  }

  // address=A/32 network=B: the peer B is on the link.
  void point_to_point(const Item& item, const Prefix& prefix, const std::string& dev, Family family) {
    const auto network = model::parse_address(item.get("network"));
    if (!network || network->family != family) return;
    const auto whole = prefix.interval();
    if (network->value >= whole.lo && network->value <= whole.hi) return;
    on_link({*network, prefix.length}, dev, item);
  }

  void dhcp_client(const Item& item, Family family) {
    if (!item.poison.empty()) return done(item, "");
    done(item, "DHCP client");
    const Property* at = item.find("interface");
    if (item.disabled() || old_default_off(item)) return;
    if (at == nullptr || at->opaque) return void(open_addresses_ = true);
    interface(master_of(at->value), item.spans.front()).dynamic = true;
    const bool asks = family == Family::v4 ? !item.is("add-default-route", "no") : item.is("add-default-route", "yes");
    if (asks) default_route(family, at->value, item, "default-route-distance");
  }

  // ---- routes ----

  static bool is_route_key(std::string_view key) {
    constexpr auto kKeys = std::to_array<std::string_view>({
        "dst-address", "gateway", "distance", "disabled", "comment", "scope", "target-scope", "check-gateway", "pref-src", "type", "blackhole",
        "routing-mark", "routing-table", "vrf-interface", "suppress-hw-offload", "bgp-communities", "route-tag", "bgp-as-path", "unreachable", "prohibit",
    });
    return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
  }

  void route(const Item& item, Family family) {
    if (!item.poison.empty()) {
      gap(item.spans.front(), "a command on routes that is not followed");
      return done(item, "");
    }
    if (item.disabled()) return done(item, "disabled", LineClass::irrelevant);
    model::RouteFact route;
    route.origin = report_.origin(item.spans.front());
    route.to = {{family, 0}, 0};
    for (const Property& property : item.properties)
      if (property.opaque || !is_route_key(property.key)) return odd_route(item, property);
    if (const Property* to = item.find("dst-address")) {
      const auto prefix = model::parse_prefix(to->value);
      if (!prefix || prefix->address.family != family) return odd_route(item, *to);
      route.to = *prefix;
      route.to.address.value = prefix->interval().lo;
    }
    route.metric = static_cast<uint32_t>(text::parse_decimal(item.get("distance"), 255).value_or(1));
    const std::string_view type = item.get("type");
    route.discard = type == "blackhole" || type == "unreachable" || type == "prohibit" || item.is("blackhole", "yes") || item.is("unreachable", "yes") ||
                    item.is("prohibit", "yes");
    if (!table(item, route)) return;
    if (item.uncertain()) gap(item.spans.front(), "a route that a script adds under a condition");
    done(item, "route");
    if (route.discard) return facts_.routes.push_back(std::move(route));
    std::string_view rest = item.get("gateway"), hop;
    while (text::next_part(rest, ',', hop)) next_hop(item, route, hop);
  }

  void odd_route(const Item& item, const Property& property) {
    if (!property.opaque)
      report_.tell(item.spans.front(), DiagnosticId::value_unknown, Severity::warning,
                   "cannot read '" + property.key + "=" + property.value + "' of a route", property.line, property.column);
    gap(item.spans.front(), "a route that is not understood");
    done(item, property.opaque ? "route that a script sets" : "route that is not understood", property.opaque ? LineClass::opaque : LineClass::unrecognised);
  }

  // A routing table of a VRF is the VRF's; any other one is used by policy routing only.
  bool table(const Item& item, model::RouteFact& route) {
    std::string_view name = item.get("routing-table");
    if (name.empty()) name = item.get("routing-mark");
    if (name.empty() || name == "main") return true;
    if (vrf_names_.contains(name)) return route.vrf = std::string(name), true;
    done(item, "route of another table", LineClass::opaque);
    gap(item.spans.front(), "a route of table '" + std::string(name) + "'");
    return false;
  }

  void next_hop(const Item& item, model::RouteFact route, std::string_view hop) {
    if (const size_t at = hop.find('@'); at != std::string_view::npos) {
      if (hop.substr(at + 1) != "main") gap(item.spans.front(), "a gateway in another routing table");
      hop = hop.substr(0, at);
    }
    const size_t percent = hop.find('%');
    const auto address = model::parse_address(hop.substr(0, percent));
    if (address) route.via = address;
    if (percent != std::string_view::npos) route.dev = master_of(hop.substr(percent + 1));
    else if (!address) route.dev = master_of(hop);
    if (!route.dev.empty()) interface(route.dev, item.spans.front());
    if (route.via || !route.dev.empty()) {
      if (route.dev.empty() && route.vrf.empty()) gateways_.push_back({facts_.routes.size(), &item});
      facts_.routes.push_back(std::move(route));
    }
  }

  void rules(std::string_view menu) {
    for (const Item* item : config_.items(menu)) {
      const bool main = item->is("table", "main") && (item->get("action").empty() || item->get("action").starts_with("lookup"));
      if (item->disabled()) done(*item, "disabled", LineClass::irrelevant);
      else if (main && item->poison.empty()) done(*item, "rule for the main table");
      else {
        done(*item, "policy routing", LineClass::opaque);
        gap(item->spans.front(), "a routing rule");
      }
    }
  }

  void protocols() {
    for (const Blind& protocol : config_.protocols()) gap(protocol.span, "/" + protocol.text);
    for (const std::string_view name : {"l2tp", "pptp", "sstp", "ovpn"}) {
      const std::string menu = "interface " + std::string(name) + "-server server";
      const Item* server = config_.settings(menu);
      if (server == nullptr) continue;
      done(*server, "tunnel server");
      if (server->is("enabled", "yes")) gap(server->spans.front(), "clients of the " + std::string(name) + " server have routes of their own");
    }
    for (const Item* item : config_.items("interface pppoe-server server")) {
      done(*item, "tunnel server");
      if (item->is("disabled", "no") || version_ != 6) gap(item->spans.front(), "clients of the PPPoE server have routes of their own");
    }
    if (const Item* settings = config_.settings("interface bridge settings")) {
      const bool filters = settings->is("use-ip-firewall", "yes");
      done(*settings, filters ? "bridged packets pass the firewall" : "bridge setting", filters ? LineClass::approximated : LineClass::modelled);
      if (filters) gap(settings->spans.front(), "packets between the ports of a bridge pass the firewall, too (use-ip-firewall)");
    }
    for (const std::string_view family : {"ip", "ipv6"})
      if (const Item* settings = config_.settings(std::string(family) + " settings")) {
        if (settings->find("accept-router-advertisements") != nullptr && settings->is("accept-router-advertisements", "yes"))
          gap(settings->spans.front(), "routes from router advertisements");
        done(*settings, "IP setting");
      }
  }

  void marks() {
    for (const std::string_view menu : {"ip firewall mangle", "ipv6 firewall mangle"})
      for (const Item* item : config_.items(menu))
        if (!item->disabled() && (item->is("action", "mark-routing") || item->is("action", "route")))
          gap(item->spans.front(), "policy routing by '" + std::string(item->get("action")) + "'");
  }

  // ---- pools ----

  // Ranges of a pool and of those that it goes on with ("next-pool").
  struct PoolRanges {
    std::vector<model::Interval> ranges;
    std::string next;
    bool readable = true;
  };
  using NamedPools = std::map<std::string, PoolRanges, std::less<>>;

  NamedPools named_pools() {
    NamedPools pools;
    for (const Item* item : config_.items("ip pool")) {
      done(*item, "pool");
      PoolRanges& pool = pools[std::string(item->get("name"))];
      pool.next = item->get("next-pool");
      pool.readable = pool.readable && item->poison.empty() && !item->uncertain();
      std::string_view rest = item->get("ranges"), part;
      while (text::next_part(rest, ',', part)) {
        const auto set = parse_addresses(part, Family::v4);
        pool.readable = pool.readable && set.has_value();
        if (set) pool.ranges.insert(pool.ranges.end(), set->intervals().begin(), set->intervals().end());
      }
    }
    return pools;
  }

  // The addresses that a server hands out of it; "static-only" and a name without a pool have none.
  IntervalSet all_of(const NamedPools& pools, std::string_view name, bool& readable) const {
    constexpr unsigned kLongestChain = 64;
    std::vector<model::Interval> ranges;
    auto pool = pools.find(name);
    for (unsigned n = 0; n < kLongestChain && pool != pools.end(); ++n, pool = pools.find(pool->second.next)) {
      ranges.insert(ranges.end(), pool->second.ranges.begin(), pool->second.ranges.end());
      readable = readable && pool->second.readable;
    }
    return IntervalSet::from(std::move(ranges));
  }

  void pools() {
    const NamedPools ranges = named_pools();
    std::vector<model::DhcpReservation> leases;
    std::map<std::string, std::vector<model::Interval>, std::less<>> reserved;
    for (const Item* item : config_.items("ip dhcp-server lease")) {
      done(*item, "lease");
      const auto set = parse_addresses(item->get("address"), Family::v4);
      // A lease's address may name a pool.
      if (!set && !item->disabled() && !item->get("address").empty()) dhcp_gap(*item, "a lease's address is not read");
      if (!set || item->disabled()) continue;
      const model::Interval first = set->intervals().front();
      reserved[std::string(item->get("server"))].push_back(first);
      leases.push_back({{Family::v4, first.lo}, client_of(*item), report_.origin(item->spans.front())});
    }
    for (const std::string_view menu : {"ip dhcp-server matcher", "ip dhcp-server vendor-class-id"})
      for (const Item* item : config_.items(menu)) matcher(*item, ranges);
    // What a tunnel's or a hotspot's clients are given out of a pool is handed out as well.
    for (const Item* item : config_.items("ppp profile")) lend(*item, ranges, "remote-address", "ppp profile");
    for (const Item* item : config_.items("ip hotspot")) lend(*item, ranges, "address-pool", "hotspot");
    for (const Item* item : config_.items("ipv6 dhcp-server")) {
      done(*item, "IPv6 DHCP server", LineClass::approximated);
      if (!item->disabled())
        facts_.dhcp_gaps.push_back({"what an IPv6 DHCP server hands out is not followed", model::AddressSet::of(Family::v6, IntervalSet::all(128)), report_.origin(item->spans.front())});
    }
    for (const Item* item : config_.items("ip dhcp-server")) {
      done(*item, "DHCP server");
      if (item->disabled()) continue;
      const std::string name = std::string(item->get("name")).substr(0, 100);
      if (!item->poison.empty() || item->uncertain()) {
        dhcp_gap(*item, "DHCP server " + name + " is not understood");
        continue;
      }
      // RouterOS manual, "DHCP", use-radius: the RADIUS server may name the address or the pool.
      if (item->is("use-radius", "yes") || item->is("use-radius", "accounting")) dhcp_gap(*item, "a RADIUS server may tell DHCP server " + name + " what to hand out");
      model::DhcpPool pool;
      pool.interface = master_of(item->get("interface"));
      pool.origin = report_.origin(item->spans.front());
      std::vector<model::Interval> fixed = reserved["all"];
      for (const std::string& server : {std::string(item->get("name")), std::string()})
        fixed.insert(fixed.end(), reserved[server].begin(), reserved[server].end());
      pool.reserved = model::AddressSet::of(Family::v4, IntervalSet::from(std::move(fixed)));
      for (const model::DhcpReservation& lease : leases)
        if (pool.reserved.v4.contains(lease.address.value)) pool.reservations.push_back(lease);
      hand_out(*item, ranges, pool);
    }
  }

  void lend(const Item& item, const NamedPools& ranges, std::string_view key, const char* what) {
    const std::string_view name = item.get(key);
    if (item.disabled() || !ranges.contains(name)) return;
    bool readable = true;
    model::DhcpPool pool;
    pool.interface = std::string(name.substr(0, 60)) + " (of " + what + ")";
    pool.origin = report_.origin(item.spans.front());
    pool.addresses = model::AddressSet::of(Family::v4, all_of(ranges, name, readable));
    if (!readable) dhcp_gap(item, "the pool " + std::string(name.substr(0, 100)) + " cannot be read");
    facts_.dhcp_pools.push_back(std::move(pool));
  }

  void dhcp_gap(const Item& item, std::string text) { facts_.dhcp_gaps.push_back({std::move(text), model::AddressSet::all(), report_.origin(item.spans.front())}); }

  void hand_out(const Item& item, const NamedPools& ranges, model::DhcpPool& pool) {
    bool readable = true;
    const std::string_view name = item.get("address-pool");
    pool.addresses = model::AddressSet::of(Family::v4, all_of(ranges, name, readable)).minus(pool.reserved);
    if (!readable) dhcp_gap(item, "the pool " + std::string(name.substr(0, 100)) + " cannot be read");
    facts_.dhcp_pools.push_back(std::move(pool));
  }

  static std::string client_of(const Item& lease) {
    const std::string_view mac = lease.get("mac-address");
    return std::string((mac.empty() || mac == "00:00:00:00:00:00" ? lease.get("client-id") : mac).substr(0, 100));
  }

  const Item* server_named(std::string_view name) const {
    for (const Item* item : config_.items("ip dhcp-server"))
      if (item->is("name", name)) return item;
    return nullptr;
  }

  // RouterOS manual, "DHCP", "Vendor Classes" and "Generic matcher": clients that say so get an address of the matcher's own pool.
  void matcher(const Item& item, const NamedPools& ranges) {
    done(item, "matcher of DHCP clients");
    const Item* server = server_named(item.get("server"));
    if (item.disabled() || (server != nullptr && server->disabled())) return;
    const Property* name = item.find("address-pool");
    if (!item.poison.empty() || item.uncertain() || (name != nullptr && name->opaque)) return dhcp_gap(item, "a matcher of DHCP clients is not understood");
    if (name == nullptr || name->value == "none") return;
    model::DhcpPool pool;
    pool.interface = (server == nullptr ? std::string() : master_of(server->get("interface")) + " ") + "(for clients of matcher '" + std::string(item.get("name").substr(0, 60)) + "')";
    pool.origin = report_.origin(item.spans.front());
    hand_out(item, ranges, pool);
  }

  // A relay takes what is sent to the router; a rule of nat may send it more, and that rule is what counts then.
  void relays() {
    for (const std::string_view menu : {"ip proxy", "ip socks"}) {
      const Item* item = config_.settings(menu);
      if (item == nullptr || item->get("enabled").empty() || item->is("enabled", "no")) continue;
      model::Interception fact{"proxy", "/" + std::string(menu) + " is enabled", model::AddressSet::all(), 6, IntervalSet::all(16), false, false, report_.origin(item->spans.front())};
      facts_.interceptions.push_back(std::move(fact));
    }
  }

  // ---- the whole ----

  bool connected(const model::Address& address) const {
    for (const auto& fact : facts_.interfaces)
      for (const Prefix& prefix : fact.addresses) {
        const auto whole = prefix.interval();
        if (prefix.address.family == address.family && address.value >= whole.lo && address.value <= whole.hi) return true;
      }
    return false;
  }

  // A gateway that is in no connected network: RouterOS looks it up in the other routes (scope, target-scope), else the route is inactive.
  void check_gateways() {
    const bool any = std::any_of(facts_.interfaces.begin(), facts_.interfaces.end(), [](const auto& fact) { return fact.dynamic || fact.addresses.empty(); });
    size_t looked = 0;
    for (const auto& [index, item] : gateways_) {
      const model::Address via = *facts_.routes[index].via;
      if (++looked > kMaxGateways || connected(via)) continue;
      if (const auto hop = recursive(via, index)) {
        facts_.routes[index].via = facts_.routes[*hop].via;
        facts_.routes[index].dev = facts_.routes[*hop].dev;
      } else if (!config_.items("ip address").empty() || !config_.items("ipv6 address").empty()) {
        report_.tell(item->spans.front(), DiagnosticId::route_nowhere, Severity::warning,
                     "a route to nowhere: the gateway " + model::to_text(via) + " is in no connected network", item->find("gateway")->line,
                     item->find("gateway")->column, 0, any ? "unless an interface whose address is not in the file leads there" : "");
      }
    }
  }

  std::optional<size_t> recursive(const model::Address& via, size_t self) const {
    std::optional<size_t> best;
    for (size_t i = 0; i < facts_.routes.size(); ++i) {
      const model::RouteFact& route = facts_.routes[i];
      const auto whole = route.to.interval();
      if (i == self || route.to.length == 0 || route.discard || !route.vrf.empty() || route.to.address.family != via.family || via.value < whole.lo ||
          via.value > whole.hi)
        continue;
      if (!best || route.to.length > facts_.routes[*best].to.length) best = i;
    }
    return best;
  }

  // Hosts are handed addresses, or packets are sent, where the router has no address of its own.
  void unaddressed() {
    if (config_.items("ip address").empty()) return;
    for (const Item* item : config_.items("ip dhcp-server")) {
      const auto at = index_.find(master_of(item->get("interface")));
      if (item->disabled() || item->get("interface").empty() || config_.is_opaque("ip address")) continue;
      if (at != index_.end() && (!facts_.interfaces[at->second].addresses.empty() || facts_.interfaces[at->second].dynamic)) continue;
      const Property* property = item->find("interface");
      report_.tell(item->spans.front(), DiagnosticId::interface_unaddressed, Severity::warning,
                   "interface '" + property->value + "' of the DHCP server has no address", property->line, property->column);
    }
  }

  void completeness() {
    const bool stated = !config_.items("ip address").empty() || !config_.items("ipv6 address").empty();
    const bool dynamic = std::any_of(facts_.interfaces.begin(), facts_.interfaces.end(), [](const auto& fact) { return fact.dynamic && fact.up; });
    const bool opaque = open_addresses_ || config_.is_opaque("ip address") || config_.is_opaque("ipv6 address") || config_.is_opaque("ip dhcp-client");
    facts_.complete_addresses = stated && !dynamic && !opaque;
    facts_.complete_routes = stated || !facts_.routes.empty();
    if (config_.is_opaque("ip route") || config_.is_opaque("ipv6 route")) facts_.complete_routes = false;
  }

  const Config& config_;
  Report& report_;
  unsigned version_;
  model::HostFacts& facts_;
  std::map<std::string, std::string, std::less<>> masters_;
  std::map<std::string, size_t, std::less<>> index_;
  std::set<std::string, std::less<>> vrf_names_;
  std::vector<std::pair<size_t, const Item*>> gateways_;   // routes with a gateway's address alone
  bool open_addresses_ = false;
};

}  // namespace

std::map<std::string, std::string, std::less<>> masters(const Config& config) {
  std::map<std::string, std::string, std::less<>> result;
  std::map<std::string_view, std::vector<std::string_view>> lists;   // a port may be named by an interface list
  for (const Item* item : config.items("interface list member"))
    if (item->poison.empty() && !item->disabled()) lists[item->get("list")].push_back(item->get("interface"));
  for (const Item* item : config.items("interface bridge port")) {
    const std::string_view port = item->get("interface"), bridge = item->get("bridge");
    if (!item->poison.empty() || item->disabled() || item->uncertain() || port.empty() || bridge.empty()) continue;
    result.emplace(port, bridge);
    if (const auto list = lists.find(port); list != lists.end())
      for (const std::string_view member : list->second)
        if (member != bridge) result.emplace(member, bridge);
  }
  for (const Item* item : config.items("interface bonding")) {
    if (!item->poison.empty() || item->disabled()) continue;
    std::string_view rest = item->get("slaves"), part;
    while (text::next_part(rest, ',', part)) result.emplace(part, item->get("name"));
  }
  return result;
}

void lower_facts(const Config& config, Report& report, unsigned version, model::HostFacts& facts) { FactLowering(config, report, version, facts).run(); }

}  // namespace fwproof::importers::mikrotik
