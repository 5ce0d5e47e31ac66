// The rules that the device writes by itself: filter_core_rules_system() of filter.lib.inc, OPNsense (2026-08-21), in the order of their
// priorities.
#include <fmt/format.h>

#include <algorithm>

#include "importers/opnsense/lower.h"
#include "importers/opnsense/parse.h"
#include "importers/text/number.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::opnsense {
namespace {

using model::AddressSet;
using model::Family;
using model::Field;
using model::IntervalSet;
using model::Term;
using text::pf::Direction;
using text::pf::Interface;
using Rule = text::pf::FilterRule;
using Action = Rule::Action;

AddressSet set_of(std::initializer_list<const char*> texts) {
  AddressSet set;
  for (const char* each : texts) set = set.united(*text::pf::addresses(each));
  return set;
}

class Writer {
 public:
  Writer(World& world, text::pf::Ruleset& ruleset) : world_(world), ruleset_(ruleset), config_(world.config), v6_(ruleset.family() == Family::v6) {}

  void in_front() {
    strange_settings();
    block_ipv6();
    // A rule that names no direction is inbound (parseReplaceSimple of FilterRule.php), this one as well.
    add("default deny / state violation rule", Action::block, Direction::in, {}).quick = false;
    if (v6_ && is_empty(config_.no_ipv6_rfc4890_req)) icmpv6();
    if (is_empty(config_.no_port0_block))
      for (const Field port : {Field::src_port, Field::dst_port}) add("default: block port 0", Action::block, Direction::in, {tcp_udp(), text::pf::in(port, IntervalSet::of(0))});
    if (config_.carp) add("CARP defaults", Action::pass, Direction::any, {protocol(112), text::pf::in(Field::dst, set_of({v6_ ? "ff02::12" : "224.0.0.18"}))});
    for (const InterfaceEntry& entry : config_.interfaces)
      if (const Interface* interface = world_.find(entry.id); interface && !interface->group && interface->up) of_interface(*interface, entry);
    for (const InterfaceEntry& entry : config_.interfaces)
      if (const Interface* interface = world_.find(entry.id); interface && !interface->group && interface->up) blocks(*interface, entry);
    add("let out anything from firewall host itself", Action::pass, Direction::out, {}).quick = false;
    anti_lockout();
    bypass();
    captive_portals();
  }

  // What nobody knows may write rules in front of all others.
  void strange_settings() {
    for (const auto& [what, origin] : config_.strangers) add(what, Action::block, Direction::any, {}, origin).unknown = what;
    for (const InterfaceEntry& entry : config_.interfaces)
      if (!entry.unknown.empty()) on(entry.id, add("settings of " + entry.id, Action::block, Direction::any, {}, entry.origin)).unknown = fmt::format("<{}> of the interface {}", entry.unknown.front(), entry.id);
  }

  // ipsec_firewall() of ipsec.inc, whose tunnels newer versions have in a plugin only.
  void tunnels() {
    if (said(config_.disablevpnrules) == Said::yes) return;
    for (const Tunnel& tunnel : config_.tunnels)
      if (const Interface* interface = world_.find(tunnel.interface); interface && (interface->group || interface->up)) tunnel_rules(tunnel);
  }

  void tunnel_rules(const Tunnel& tunnel) {
    std::vector<std::vector<Term>> kinds = {{protocol(model::proto_udp), port(Field::dst_port, 500)}};
    if (tunnel.through_nat) kinds.push_back({protocol(model::proto_udp), port(Field::dst_port, 4500)});
    for (const unsigned number : tunnel.protocols) kinds.push_back({protocol(number)});
    text::pf::AddressMatch remote;
    remote.any = tunnel.remote.empty();
    if (const auto address = text::pf::addresses(tunnel.remote)) remote.known = *address;
    else if (!remote.any) remote.unknowns.push_back("host name " + tunnel.remote);
    for (const std::vector<Term>& kind : kinds)
      for (const Direction direction : {Direction::in, Direction::out}) {
        std::vector<Term> terms = kind;
        text::pf::add_term(ruleset_, terms, direction == Direction::in ? Field::src : Field::dst, remote, false, tunnel.origin);
        Rule& rule = add("IPsec: " + (!tunnel.descr.empty() ? tunnel.descr : remote.any ? "any" : tunnel.remote), Action::pass, direction, std::move(terms), tunnel.origin);
        rule.interfaces = world_.expand(tunnel.interface);
        rule.quick = false;
        rule.unknown = "whether the old pages for IPsec are there and register rules";
      }
  }

  // Port forwards that register a rule, those that do not forward as well: "automatic at the end of our ruleset".
  void behind() {
    tunnels();
    for (const PortForward& forward : config_.forwards)
      if (forward.pass.value == "rule" && said(forward.disabled) != Said::yes && of_family(forward.ipprotocol.value, ruleset_.family())) registered(forward);
  }

 private:
  Rule& add(std::string name, Action action, Direction direction, std::vector<Term> terms, model::Origin origin = {}) {
    Rule rule;
    rule.name = std::move(name);
    rule.action = action;
    rule.direction = direction;
    rule.terms = std::move(terms);
    rule.origin = origin.line ? origin : model::Origin{file(), 0};
    ruleset_.filter.push_back(std::move(rule));
    return ruleset_.filter.back();
  }
  Rule& on(const std::string& interface, Rule& rule) {
    rule.interfaces = {interface};
    return rule;
  }
  uint32_t file() const { return world_.interfaces.empty() ? 0 : world_.interfaces.front().origin.file; }

  // empty() of PHP.
  static bool is_empty(const XmlText& text) { return text.empty() || text.value == "0"; }

  static Term protocol(unsigned number) { return text::pf::in(Field::protocol, IntervalSet::of(number)); }
  static Term tcp_udp() { return text::pf::in(Field::protocol, *text::pf::protocols("tcp/udp", Family::v4)); }
  static Term port(Field field, unsigned number) { return text::pf::in(field, IntervalSet::of(number)); }
  static Term own(Field field) { return {model::InNamed{field, "local"}, false}; }

  // Until version 25.7 system/ipv6allow had to be there; since then Interfaces/settings/disableipv6 says no.
  Said ipv6() const {
    if (said(config_.disableipv6) == Said::yes) return Said::no;
    return config_.ipv6allow.present || config_.disableipv6.present ? Said::yes : Said::unclear;
  }
  static constexpr const char* kWhetherIpv6 = "whether IPv6 is allowed: old versions ask for system/ipv6allow";

  void block_ipv6() {
    if (!v6_ || ipv6() == Said::yes) return;
    Rule& rule = add("block all IPv6", Action::block, Direction::in, {}, {file(), config_.disableipv6.line});
    if (ipv6() == Said::unclear) rule.unknown = kWhetherIpv6;
  }

  void icmpv6() {
    const auto types = [](std::initializer_list<unsigned> list) {
      IntervalSet set;
      for (const unsigned type : list) set = set.united(IntervalSet::of(type));
      return text::pf::in(Field::icmp_type, set);
    };
    const Term icmp = protocol(model::proto_icmpv6);
    const auto source = [](const char* text) { return text::pf::in(Field::src, set_of({text})); };
    const auto destination = [](std::initializer_list<const char*> list) { return text::pf::in(Field::dst, set_of(list)); };
    const char* name = "IPv6 RFC4890 requirements (ICMP)";
    const Term inbound = types({128, 133, 134, 135, 136});
    add(name, Action::pass, Direction::in, {icmp, types({1, 2, 3, 4, 135, 136})});
    add(name, Action::pass, Direction::out, {icmp, types({128, 129, 133, 134, 135, 136}), own(Field::src), destination({"fe80::/10", "ff02::/16"})});
    add(name, Action::pass, Direction::in, {icmp, inbound, source("fe80::/10"), destination({"fe80::/10", "ff02::/16"})});
    add(name, Action::pass, Direction::in, {icmp, inbound, source("ff02::/16"), destination({"fe80::/10"})});
    add(name, Action::pass, Direction::in, {icmp, inbound, source("::"), destination({"ff02::/16"})});
  }

  void of_interface(const Interface& interface, const InterfaceEntry& entry) {
    const Term udp = protocol(model::proto_udp);
    if (!v6_ && entry.ipaddr.value == "dhcp") {
      on(interface.id, add("allow DHCP client on " + interface.id, Action::pass, Direction::in, {udp, port(Field::src_port, 67), port(Field::dst_port, 68)}));
      on(interface.id, add("allow DHCP client on " + interface.id, Action::pass, Direction::out, {udp, port(Field::src_port, 68), port(Field::dst_port, 67)}));
    }
    if (v6_ && (entry.ipaddrv6.value == "dhcp6" || entry.ipaddrv6.value == "slaac")) {
      on(interface.id, add("allow dhcpv6 client in " + interface.id, Action::pass, Direction::in, {udp, text::pf::in(Field::dst, set_of({"fe80::/10"})), port(Field::dst_port, 546)}));
      on(interface.id, add("allow dhcpv6 client out " + interface.id, Action::pass, Direction::out,
                           {udp, text::pf::in(Field::src, set_of({"fe80::/10"})), port(Field::src_port, 546), text::pf::in(Field::dst, set_of({"fe80::/10", "ff02::/16"})), port(Field::dst_port, 547)}));
    }
    if (entry.ipaddr.value == "pptp") pptp_client(interface, entry);
    if (ipv6() != Said::no) tunnel_6in4(interface, entry);
    // ISC's server has none where the interface is a client of another kind.
    const bool other_kind = v6_ ? entry.ipaddrv6.value == "6rd" || entry.ipaddrv6.value == "6to4" : entry.ipaddr.value == "dhcp" || entry.ipaddr.value == "pptp";
    for (const Pool& pool : config_.pools)
      if (pool.enable.present && pool.enable.value != "0" && pool.v6 == v6_ && serves(pool, interface) && !(other_kind && pool.opens == Pool::Opens::yes)) dhcp_server(interface, pool);
    const auto openings = config_.openings.equal_range(interface.id);
    for (auto each = openings.first; each != openings.second; ++each)
      if (v6_ ? each->second.v6 : each->second.v4) open(interface, each->second.origin, each->second.sure);
    if (v6_) dhcpv6_on(interface, entry);
  }

  // Rules of an interface's kind that a later rule may overrule.
  Rule& add_late(const Interface& interface, std::string name, Direction direction, std::vector<Term> terms, model::Origin origin) {
    Rule& rule = on(interface.id, add(std::move(name), Action::pass, direction, std::move(terms), origin));
    rule.quick = false;
    return rule;
  }

  void pptp_client(const Interface& interface, const InterfaceEntry& entry) {
    const model::Origin origin{entry.origin.file, entry.ipaddr.line};
    add_late(interface, "allow PPTP client on " + interface.id, Direction::in, {protocol(model::proto_tcp), port(Field::dst_port, 1723)}, origin);
    add_late(interface, "allow PPTP client on " + interface.id, Direction::in, {protocol(47)}, origin);
  }

  // IPv6 in IPv4: from the relay that is configured, or from everywhere.
  void tunnel_6in4(const Interface& interface, const InterfaceEntry& entry) {
    const std::string& kind = entry.ipaddrv6.value;
    if (kind != "6rd" && kind != "6to4") return;
    const bool relayed = kind == "6rd";
    if (relayed && !entry.gateway_6rd.empty() && !text::pf::addresses(entry.gateway_6rd.value)) return;  // "Unable to convert address"
    for (const Direction direction : {Direction::in, Direction::out}) {
      const bool in = direction == Direction::in;
      std::vector<Term> terms = {protocol(41)};
      if (!relayed) terms.push_back(own(in ? Field::dst : Field::src));
      else if (!entry.gateway_6rd.empty()) terms.push_back(text::pf::in(in ? Field::src : Field::dst, *text::pf::addresses(entry.gateway_6rd.value)));
      Rule& rule = add_late(interface, "allow 6in4 traffic for " + kind + " on " + interface.id, direction, std::move(terms), {entry.origin.file, entry.ipaddrv6.line});
      if (ipv6() == Said::unclear) rule.unknown = kWhetherIpv6;
    }
  }

  // Rules of a DHCPv6 server stand there for a relay, and in versions with ISC's server for a delegated prefix.
  void dhcpv6_on(const Interface& interface, const InterfaceEntry& entry) {
    if (entry.ipaddrv6.value == "6rd" || entry.ipaddrv6.value == "6to4") return;
    const auto add_some = [&](model::Origin origin, const char* unknown) {
      const size_t first = ruleset_.filter.size();
      dhcpv6_rules(interface, origin);
      for (size_t i = first; i < ruleset_.filter.size(); ++i) ruleset_.filter[i].unknown = unknown;
    };
    const auto relays = config_.relays6.equal_range(interface.id);
    for (auto each = relays.first; each != relays.second; ++each) add_some(each->second.origin, each->second.model ? "" : "whether the DHCP relay registers rules");
    if (entry.ipaddrv6.value == "track6") add_some({entry.origin.file, entry.ipaddrv6.line}, "whether ISC's DHCPv6 server is there and registers rules");
  }

  bool serves(const Pool& pool, const Interface& interface) const {
    if (!pool.network.present) return pool.interface == interface.id;
    const auto network = text::pf::addresses(pool.network.value);
    const model::Prefix* own = interface.primary(ruleset_.family());
    return network && own && network->in(ruleset_.family()).contains(own->address.value);
  }

  void dhcp_server(const Interface& interface, const Pool& pool) {
    if (pool.opens == Pool::Opens::no) return;
    const model::Origin origin{pool.origin.file, pool.enable.line};
    open(interface, origin, pool.opens == Pool::Opens::yes);
    if (const auto peer = text::pf::addresses(pool.failover_peerip.value); peer && !v6_)
      on(interface.id, add("allow access to DHCP failover", Action::pass, Direction::in,
                           {tcp_udp(), text::pf::in(Field::src, *peer), own(Field::dst), text::pf::in(Field::dst_port, IntervalSet::range(519, 520))}, origin));
  }

  // Kea and dnsmasq register their rules unless they are told not to; a file that does not tell is of a version that may have none.
  void open(const Interface& interface, model::Origin origin, bool sure) {
    const size_t first = ruleset_.filter.size();
    if (v6_) dhcpv6_rules(interface, origin);
    else dhcp_rules(interface, origin);
    for (size_t i = first; i < ruleset_.filter.size() && !sure; ++i) ruleset_.filter[i].unknown = "whether the DHCP server registers rules";
  }

  void dhcpv6_rules(const Interface& interface, model::Origin origin) {
    const auto rule = [&](Direction direction, std::initializer_list<Term> terms) {
      std::vector<Term> all = {protocol(model::proto_udp)};
      all.insert(all.end(), terms);
      on(interface.id, add("allow access to DHCPv6 server", Action::pass, direction, std::move(all), origin));
    };
    const Term local = text::pf::in(Field::src, set_of({"fe80::/10"})), to_local = text::pf::in(Field::dst, set_of({"fe80::/10"})), to_all = text::pf::in(Field::dst, set_of({"ff02::/16"}));
    rule(Direction::in, {local, text::pf::in(Field::dst, set_of({"fe80::/10", "ff02::/16"})), port(Field::dst_port, 546)});
    rule(Direction::in, {local, to_all, port(Field::dst_port, 547)});
    rule(Direction::in, {text::pf::in(Field::src, set_of({"ff02::/16"})), to_local, port(Field::dst_port, 547)});
    rule(Direction::in, {local, own(Field::dst), port(Field::dst_port, 546)});
    rule(Direction::out, {own(Field::src), to_local, port(Field::src_port, 547)});
  }

  void dhcp_rules(const Interface& interface, model::Origin origin) {
    const Term udp = protocol(model::proto_udp), client = port(Field::src_port, 68), server = port(Field::dst_port, 67);
    const char* name = "allow access to DHCP server";
    on(interface.id, add(name, Action::pass, Direction::in, {udp, client, server, text::pf::in(Field::dst, set_of({"255.255.255.255"}))}, origin));
    on(interface.id, add(name, Action::pass, Direction::in, {udp, client, server, own(Field::dst)}, origin));
    on(interface.id, add(name, Action::pass, Direction::out, {udp, own(Field::src), port(Field::src_port, 67), port(Field::dst_port, 68)}, origin));
  }

  // The list of bogons is renewed from outside. It certainly holds special-purpose addresses of RFC 6890 that are neither private nor
  // multicast.
  void blocks(const Interface& interface, const InterfaceEntry& entry) {
    if (said(entry.blockbogons, Said::no) != Said::no && !entry.blockbogons.empty()) {
      const AddressSet sure = v6_ ? set_of({"2001:db8::/32"})
                                  : set_of({"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"});
      Rule& rule = on(interface.id, add("Block bogon networks from " + interface.id, Action::block, Direction::in, {text::pf::in(Field::src, sure)}, {entry.origin.file, entry.blockbogons.line}));
      rule.assumption = "the list of bogons holds the reserved ranges that are used for documentation, tests and the like";
    }
    if (entry.blockpriv.empty() || entry.blockpriv.value == "0") return;
    const AddressSet set = v6_ ? set_of({"fd00::/8", "fe80::/10", "::1/128"}) : set_of({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16"});
    on(interface.id, add("Block private networks from " + interface.id, Action::block, Direction::in, {text::pf::in(Field::src, set)}, {entry.origin.file, entry.blockpriv.line}));
  }

  void anti_lockout() {
    const Interface* interface = lockout_interface(world_);
    if (!interface) return;
    on(interface->id, add("anti-lockout rule", Action::pass, Direction::in, {protocol(model::proto_tcp), own(Field::dst), text::pf::in(Field::dst_port, lockout_ports(config_))}));
  }

  void captive_portals() {
    for (const auto& [interface, origin] : config_.captive) on(interface, add("captive portal", Action::block, Direction::in, {}, origin)).unknown = "captive portal";
  }

  void bypass() {
    if (!config_.bypassstaticroutes.present) return;
    for (const Route& route : config_.routes) {
      const auto network = text::pf::addresses(route.network.value);
      if (said(route.disabled) == Said::yes || !network) continue;
      for (const Gateway& gateway : config_.gateways) {
        const Interface* interface = world_.find(gateway.interface.value);
        if (gateway.name.value != route.gateway.value || !interface) continue;
        for (const bool there : {true, false}) {
          std::vector<Term> terms = {text::pf::in(there ? Field::dst : Field::src, *network)};
          text::pf::add_term(ruleset_, terms, there ? Field::src : Field::dst, network_of(*interface, ruleset_.family()), false, route.origin);
          Rule& rule = on(interface->id, add("pass traffic between statically routed subnets", Action::pass, Direction::in, std::move(terms), route.origin));
          rule.quick = false;
          rule.any_flags = true;
        }
      }
    }
  }

  // What filter.lib.inc makes of a port forward is a rule like those of the old pages; without a target it is to any.
  void registered(const PortForward& from) {
    FilterRule rule;
    rule.origin = from.origin;
    rule.unknown = from.unknown;
    rule.disabled = from.disabled;
    rule.interface = from.interface;
    rule.ipprotocol = from.ipprotocol;
    rule.protocol = from.protocol;
    rule.descr = from.descr;
    if (rule.descr.empty()) rule.descr.value = "rule of a port forward";
    rule.source = from.source;
    rule.destination.networks = from.target;
    rule.destination.port = target_port(from);
    add_filter_rule(world_, ruleset_, rule);
  }

  // The ports behind the translation.
  XmlText target_port(const PortForward& from) const {
    XmlText text = from.local_port.empty() ? from.destination.port : from.local_port;
    const auto listened = text::pf::ports(from.destination.port.value, true), first = text::pf::ports(from.local_port.value, true);
    const bool shifts = !from.local_port.empty() && !from.destination.port.empty() && !world_.aliases.has(from.destination.port.value) && !world_.aliases.has(from.local_port.value);
    if (!shifts || !listened || !first || !first->is_single() || listened->is_single()) return text;
    const model::u128 last = first->min() + (listened->max() - listened->min());
    text.value = fmt::format("{}-{}", static_cast<unsigned>(first->min()), static_cast<unsigned>(std::min<model::u128>(last, 65535)));
    return text;
  }

  World& world_;
  text::pf::Ruleset& ruleset_;
  const Config& config_;
  bool v6_;
};

}  // namespace

IntervalSet lockout_ports(const Config& config) {
  const bool https = config.webgui_protocol.value == "https";
  const auto gui = text::pf::ports(config.webgui_port.value);
  IntervalSet ports = config.webgui_port.empty() || !gui ? IntervalSet::of(https ? 443 : 80) : *gui;
  if (https && !config.disablehttpredirect.present) ports = ports.united(IntervalSet::of(80));
  if (!config.ssh_enabled.present) return ports;
  const auto ssh = text::pf::ports(config.ssh_port.value);
  return ports.united(config.ssh_port.empty() || !ssh ? IntervalSet::of(22) : *ssh);
}

// get_primary_interface_from_list() of util.inc, of all that are configured: the LAN, else the lowest optional one, else the WAN. There is
// no rule where it is switched off.
const Interface* lockout_interface(const World& world) {
  if (world.config.noantilockout.present) return nullptr;
  const Interface* first = nullptr;
  uint64_t lowest = 0;
  for (const Interface& each : world.interfaces) {
    const auto number = each.id.starts_with("opt") ? text::parse_decimal(each.id.substr(3), 1'000'000) : std::nullopt;
    const std::optional<uint64_t> place = each.id == "lan" ? 0 : number ? *number + 1 : each.id == "wan" ? std::optional<uint64_t>(2'000'000) : std::nullopt;
    if (each.group || !place || (first && *place >= lowest)) continue;
    first = &each;
    lowest = *place;
  }
  return first && first->up ? first : nullptr;
}

void add_rules_in_front(World& world, text::pf::Ruleset& ruleset) { Writer(world, ruleset).in_front(); }

void add_rules_behind(World& world, text::pf::Ruleset& ruleset) { Writer(world, ruleset).behind(); }

}  // namespace fwproof::importers::opnsense
