// The rules that the device writes by itself: filter_rules_generate() of filter.inc, pfSense CE 2.8 (2026-03-31), in its order.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "importers/pfsense/lower.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::pfsense {
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

// IANA's protocol numbers
constexpr unsigned kIpv6InIpv4 = 41, kGre = 47, kEsp = 50, kAh = 51, kCarp = 112;

AddressSet set_of(std::initializer_list<const char*> texts) {
  AddressSet set;
  for (const char* each : texts) set = set.united(*text::pf::addresses(each));
  return set;
}

class Writer {
 public:
  Writer(World& world, text::pf::Ruleset& ruleset) : world_(world), ruleset_(ruleset), v6_(ruleset.family() == Family::v6) {
    for (const VirtualAddress& each : world.config.virtual_addresses) interface_of_vip_.emplace("_vip" + each.uniqid.value, each.interface.value);
    for (const Tunnel& each : world.config.tunnels)
      if (each.what == "IPsec network") phase_2_.emplace(each.ikeid.value, each.protocol.value);
  }

  void in_front() {
    strange_settings();
    block_ipv6();
    if (v6_) add("default: block NAT64 for addresses that are not global", Action::block, Direction::any, {text::pf::in(Field::dst, set_of({"64:ff9b::/96"})), reserved_nat64()});
    if (!v6_ && !world_.config.no_apipa_block.present) {
      add("default: block IPv4 link-local", Action::block, Direction::in, {text::pf::in(Field::src, set_of({"169.254.0.0/16"}))});
      add("default: block IPv4 link-local", Action::block, Direction::in, {text::pf::in(Field::dst, set_of({"169.254.0.0/16"}))});
    }
    add(v6_ ? "default deny rule IPv6" : "default deny rule IPv4", Action::block, Direction::any, {}).quick = false;
    if (v6_) icmpv6();
    for (const Field port : {Field::src_port, Field::dst_port})
      add("default: block port 0", Action::block, Direction::any, {tcp_udp(), text::pf::in(port, IntervalSet::of(0))});
    carp();
    add("default: prevent routing DHCP responses", Action::block, Direction::out,
        {protocol(model::proto_udp), port(Field::src_port, 67), port(Field::dst_port, 68)}).tagged = kDhcpTag;
    for (const Interface& interface : world_.interfaces)
      if (!interface.group && interface.up) of_interface(interface);
    on("lo0", add("default: pass loopback", Action::pass, Direction::any, {})).quick = false;
    add("default: let out anything from the firewall itself", Action::pass, Direction::out, {}).quick = false;
    on("enc0", add("default: IPsec internal host to host", Action::pass, Direction::out, {})).quick = false;
    anti_lockout();
    captive_portals();
  }

  void behind() {
    if (world_.config.bypassstaticroutes.present) bypass();
    if (world_.config.disablevpnrules.present) return;
    for (const Tunnel& tunnel : world_.config.tunnels)
      if (tunnel.what == "IPsec tunnel" && !tunnel.disabled.present && !tunnel.gw_duplicates.present) ipsec(tunnel);
  }

 private:
  static constexpr const char* kDhcpTag = "dhcpin";

  Rule& add(std::string name, Action action, Direction direction, std::vector<Term> terms, model::Origin origin = {}) {
    Rule rule;
    rule.name = std::move(name);
    rule.action = action;
    rule.direction = direction;
    rule.terms = std::move(terms);
    rule.origin = origin.line ? origin : model::Origin{origin_file(), 0};
    ruleset_.filter.push_back(std::move(rule));
    return ruleset_.filter.back();
  }
  Rule& on(const std::string& interface, Rule& rule) {
    rule.interfaces = {interface};
    return rule;
  }
  uint32_t origin_file() const { return world_.interfaces.empty() ? 0 : world_.interfaces.front().origin.file; }

  static Term protocol(unsigned number) { return text::pf::in(Field::protocol, IntervalSet::of(number)); }
  static Term tcp_udp() { return text::pf::in(Field::protocol, *text::pf::protocols("tcp/udp", Family::v4)); }
  static Term port(Field field, unsigned number) { return text::pf::in(field, IntervalSet::of(number)); }

  Term reserved_nat64() {
    return ruleset_.unknown("address", "destination in reserved addresses behind 64:ff9b::/96", model::UnknownCondition::Sharing::pure, {origin_file(), 0});
  }

  // What nobody knows may write rules in front of all others.
  void strange_settings() {
    for (const auto& [what, origin] : world_.config.strangers) add(what, Action::block, Direction::any, {}, origin).unknown = what;
    for (const InterfaceEntry& entry : world_.config.interfaces)
      if (!entry.unknown.empty()) on(entry.id, add("settings of " + entry.id, Action::block, Direction::any, {}, entry.origin)).unknown = fmt::format("<{}> of the interface {}", entry.unknown.front(), entry.id);
  }

  void block_ipv6() {
    if (!v6_ || world_.config.ipv6allow.present) return;
    on("lo0", add("default: pass IPv6 loopback", Action::pass, Direction::any, {}));
    add("default: block all IPv6", Action::block, Direction::any, {});
  }

  void icmpv6() {
    if (!world_.config.ipv6allow.present) return;
    const auto types = [](std::initializer_list<unsigned> list) {
      IntervalSet set;
      for (const unsigned type : list) set = set.united(IntervalSet::of(type));
      return text::pf::in(Field::icmp_type, set);
    };
    const auto pass = [&](Direction direction, const char* from, const char* to, const Term& type) {
      std::vector<Term> terms = {protocol(model::proto_icmpv6), type};
      if (*from) terms.push_back(text::pf::in(Field::src, set_of({from})));
      if (*to) terms.push_back(text::pf::in(Field::dst, set_of({to})));
      add("default: ICMPv6 operation", Action::pass, direction, std::move(terms));
    };
    pass(Direction::any, "", "", types({1, 2, 135, 136}));
    for (const char* to : {"fe80::/10", "ff02::/16"}) pass(Direction::out, "fe80::/10", to, types({129, 133, 134, 135, 136}));
    const Term inbound = types({128, 133, 134, 135, 136});
    pass(Direction::in, "fe80::/10", "fe80::/10", inbound);
    pass(Direction::in, "ff02::/16", "fe80::/10", inbound);
    pass(Direction::in, "fe80::/10", "ff02::/16", inbound);
    pass(Direction::in, "::", "ff02::/16", inbound);
  }

  void of_interface(const Interface& interface) {
    const InterfaceEntry& entry = entry_of(interface);
    if (!v6_ && entry.ipaddr.value == "dhcp") dhcp_client(interface);
    if (v6_ && (entry.ipaddrv6.value == "dhcp6" || entry.ipaddrv6.value == "slaac")) dhcpv6_client(interface);
    if (entry.blockbogons.present) bogons(interface, entry);
    if (entry.blockpriv.present && !is_bridged(interface)) private_networks(interface, entry);
    if (v6_) return of_interface_v6(interface, entry);
    const std::string& kind = entry.ipaddr.value;
    if (kind == "pptp") on(interface.id, add("default: allow PPTP client", Action::pass, Direction::in, {protocol(kGre)})).quick = false;
    tunnelled_ipv6(interface, entry);
    if (kind == "pptp" || kind == "pppoe" || kind == "none") return;
    for (const Pool& pool : world_.config.pools)
      if (pool.interface == interface.id && !pool.v6 && pool.enable.present) dhcp_server(interface, pool);
    for (const Relay& relay : world_.config.relays)
      if (!relay.v6 && relays(relay, interface)) dhcp_relay(interface, relay);
  }

  void of_interface_v6(const Interface& interface, const InterfaceEntry& entry) {
    if (entry.ipaddr.value == "pptp") on(interface.id, add("default: allow PPTP client", Action::pass, Direction::in, {protocol(kGre)})).quick = false;
    if (entry.ipaddrv6.value == "6rd" || entry.ipaddrv6.value == "6to4") return;
    for (const Pool& pool : world_.config.pools)
      if (pool.interface == interface.id && pool.v6 && pool.enable.present) return dhcpv6_server(interface, {pool.origin.file, pool.enable.line});
    for (const Relay& relay : world_.config.relays)
      if (relay.v6 && relays(relay, interface)) return dhcpv6_server(interface, relay.origin);
  }

  static bool relays(const Relay& relay, const Interface& interface) { return std::find(relay.interfaces.begin(), relay.interfaces.end(), interface.id) != relay.interfaces.end(); }

  // stristr(members, name): "opt1" is found in "opt10" as well.
  bool is_bridged(const Interface& interface) const {
    return world_.config.bridges.find(text::pf::lower_case(interface.id)) != std::string::npos;
  }

  // "CARP operation"
  void carp() {
    const auto& addresses = world_.config.virtual_addresses;
    if (std::none_of(addresses.begin(), addresses.end(), [](const VirtualAddress& each) { return each.mode.value == "carp"; })) return;
    add("default: CARP of this device", Action::block, Direction::in, {protocol(kCarp), {model::InNamed{Field::src, "local"}, false}});
    add("default: CARP operation", Action::pass, Direction::any, {protocol(kCarp)}).keep_state = false;
  }

  // "Allow 6in4 traffic" for 6rd, from its relay, and for 6to4.
  void tunnelled_ipv6(const Interface& interface, const InterfaceEntry& entry) {
    const bool to_relay = entry.ipaddrv6.value == "6rd";
    if (!to_relay && entry.ipaddrv6.value != "6to4") return;
    const auto relay = model::parse_address(entry.gateway_6rd.value);
    if (to_relay && (!relay || relay->family != Family::v4)) return;
    for (const Direction direction : {Direction::in, Direction::out}) {
      std::vector<Term> terms = {protocol(kIpv6InIpv4)};
      const Field peer = direction == Direction::in ? Field::src : Field::dst, own = direction == Direction::in ? Field::dst : Field::src;
      if (to_relay) terms.push_back(text::pf::in(peer, AddressSet::of(*relay)));
      else text::pf::add_term(ruleset_, terms, own, address_of(interface, Family::v4), false, interface.origin);
      on(interface.id, add("default: allow 6in4 traffic", Action::pass, direction, std::move(terms))).quick = false;
    }
  }

  void dhcp_relay(const Interface& interface, const Relay& relay) {
    on(interface.id, add("default: allow access to DHCP relay", Action::pass, Direction::in,
                         {protocol(model::proto_udp), port(Field::src_port, 68), port(Field::dst_port, 67), text::pf::in(Field::dst, set_of({"255.255.255.255"}))}, relay.origin));
  }

  const InterfaceEntry& entry_of(const Interface& interface) const {
    for (const InterfaceEntry& entry : world_.config.interfaces)
      if (entry.id == interface.id) return entry;
    return world_.config.interfaces.front();
  }

  void dhcp_client(const Interface& interface) {
    const Term udp = protocol(model::proto_udp);
    on(interface.id, add("default: allow DHCP replies in", Action::pass, Direction::in, {udp, port(Field::src_port, 67), port(Field::dst_port, 68)})).keep_state = false;
    ruleset_.filter.back().tag = kDhcpTag;
    on(interface.id, add("default: allow DHCP client out", Action::pass, Direction::out, {udp, port(Field::src_port, 68), port(Field::dst_port, 67)})).keep_state = false;
  }

  void dhcpv6_client(const Interface& interface) {
    const Term udp = protocol(model::proto_udp), local = text::pf::in(Field::src, set_of({"fe80::/10"}));
    on(interface.id, add("default: allow DHCPv6 client in", Action::pass, Direction::in,
                         {udp, local, text::pf::in(Field::dst, set_of({"fe80::/10"})), port(Field::src_port, 546), port(Field::dst_port, 546)}));
    on(interface.id, add("default: allow DHCPv6 client in", Action::pass, Direction::in, {udp, port(Field::src_port, 547), port(Field::dst_port, 546)}));
    on(interface.id, add("default: allow DHCPv6 client out", Action::pass, Direction::out, {udp, port(Field::src_port, 546), port(Field::dst_port, 547)}));
  }

  // The list is renewed from outside. It certainly holds these: special-purpose addresses of RFC 6890 that are neither private (the vendor
  // takes RFC 1918 out: pfSense documentation, "Block Bogon Networks") nor multicast.
  void bogons(const Interface& interface, const InterfaceEntry& entry) {
    const AddressSet sure = v6_ ? set_of({"2001:db8::/32"})
                                : set_of({"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"});
    Rule& rule = on(interface.id, add("block bogon networks on " + interface.id, Action::block, Direction::in, {text::pf::in(Field::src, sure)}, {entry.origin.file, entry.blockbogons.line}));
    rule.assumption = "the list of bogons holds the reserved ranges that are used for documentation, tests and the like";
  }

  void private_networks(const Interface& interface, const InterfaceEntry& entry) {
    const AddressSet set = v6_ ? set_of({"fc00::/7"}) : set_of({"10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"});
    on(interface.id, add("block private networks on " + interface.id, Action::block, Direction::in, {text::pf::in(Field::src, set)}, {entry.origin.file, entry.blockpriv.line}));
  }

  void dhcp_server(const Interface& interface, const Pool& pool) {
    const Term udp = protocol(model::proto_udp), client = port(Field::src_port, 68), server = port(Field::dst_port, 67);
    const model::Origin origin{pool.origin.file, pool.enable.line};
    on(interface.id, add("default: allow access to DHCP server", Action::pass, Direction::in, {udp, client, server, text::pf::in(Field::dst, set_of({"255.255.255.255"}))}, origin));
    const model::Prefix* own = interface.primary(Family::v4);
    if (!own) return;
    const AddressSet address = AddressSet::of(own->address);
    on(interface.id, add("default: allow access to DHCP server", Action::pass, Direction::in, {udp, client, server, text::pf::in(Field::dst, address)}, origin));
    on(interface.id, add("default: allow access to DHCP server", Action::pass, Direction::out, {udp, text::pf::in(Field::src, address), port(Field::src_port, 67), port(Field::dst_port, 68)}, origin));
    const auto peer = text::pf::addresses(pool.failover_peerip.value);
    if (peer)
      on(interface.id, add("default: allow access to DHCP failover", Action::pass, Direction::in,
                           {tcp_udp(), text::pf::in(Field::src, *peer), text::pf::in(Field::dst, address), text::pf::in(Field::dst_port, IntervalSet::range(519, 520))}, origin));
  }

  void dhcpv6_server(const Interface& interface, model::Origin origin) {
    const AddressSet local = set_of({"fe80::/10"}), group = set_of({"ff02::/16"});
    const auto allow = [&](Direction direction, const AddressSet& from, const AddressSet& to, Term ports) {
      on(interface.id, add("default: allow access to DHCPv6 server", Action::pass, direction, {protocol(model::proto_udp), text::pf::in(Field::src, from), text::pf::in(Field::dst, to), std::move(ports)}, origin));
    };
    allow(Direction::any, local, local, port(Field::dst_port, 546));
    allow(Direction::any, local, group, text::pf::in(Field::dst_port, IntervalSet::range(546, 547)));
    allow(Direction::any, group, local, port(Field::dst_port, 547));
    const model::Prefix* own = interface.primary(Family::v6);
    if (!own) return;
    allow(Direction::in, local, AddressSet::of(own->address), port(Field::dst_port, 546));
    allow(Direction::out, AddressSet::of(own->address), local, port(Field::src_port, 547));
  }

  // "anti-lockout rule": the LAN, or the only interface, reaches the web pages and ssh of the device.
  void anti_lockout() {
    const Config& config = world_.config;
    if (config.noantilockout.present) return;
    const Interface* lan = world_.find(config.interfaces.size() == 1 ? config.interfaces.front().id : "lan");
    if (!lan || lan->group || !lan->up) return;
    IntervalSet ports;
    const bool https = config.webgui_protocol.value == "https";
    const auto gui = text::pf::ports(config.webgui_port.value);
    ports = config.webgui_port.empty() || !gui ? IntervalSet::of(https ? 443 : 80) : *gui;
    if (https && !config.disablehttpredirect.present) ports = ports.united(IntervalSet::of(80));
    if (config.ssh_enable.present) {
      const auto ssh = text::pf::ports(config.ssh_port.value);
      ports = ports.united(config.ssh_port.empty() || !ssh ? IntervalSet::of(22) : *ssh);
    }
    std::vector<Term> terms = {protocol(model::proto_tcp), text::pf::in(Field::dst_port, ports)};
    text::pf::AddressMatch own = address_of(*lan, ruleset_.family());
    for (const model::Prefix& alias : lan->aliases) own.known = own.known.united(AddressSet::of(alias.address));
    text::pf::add_term(ruleset_, terms, Field::dst, own, false, lan->origin);
    on(lan->id, add("anti-lockout rule", Action::pass, Direction::in, std::move(terms)));
  }

  void captive_portals() {
    for (const auto& [interface, origin] : world_.config.captive) on(interface, add("captive portal", Action::block, Direction::in, {}, origin)).unknown = "captive portal";
  }

  // "Bypass firewall rules for traffic on the same interface": between the networks of an interface and those behind its gateways.
  void bypass() {
    for (const Route& route : world_.config.routes) {
      const auto network = text::pf::addresses(route.network.value);
      if (route.disabled.present || !network) continue;
      for (const Gateway& gateway : world_.config.gateways) {
        const Interface* interface = world_.find(gateway.interface.value);
        if (gateway.name.value != route.gateway.value || !interface) continue;
        for (const bool there : {true, false}) {
          std::vector<Term> terms = {text::pf::in(there ? Field::dst : Field::src, *network)};
          text::pf::add_term(ruleset_, terms, there ? Field::src : Field::dst, network_of(*interface, ruleset_.family()), false, route.origin);
          on(interface->id, add("pass traffic between statically routed subnets", Action::pass, Direction::any, std::move(terms), route.origin)).any_flags = true;
        }
      }
    }
  }

  // Where packets of a tunnel come in: an interface, that of a virtual address, or, for a group of gateways, one of several.
  std::string parent_of(const Tunnel& tunnel) const {
    std::string name = tunnel.interface.value;
    for (unsigned step = 0; step < 2; ++step)
      if (const auto found = interface_of_vip_.find(name); found != interface_of_vip_.end()) name = found->second;
    return name;
  }

  bool phase_2_uses(const Tunnel& tunnel, std::string protocol) const { return phase_2_.count({tunnel.ikeid.value, std::move(protocol)}) != 0; }

  // Nothing for every peer: mobile clients, 0.0.0.0 and ::.
  std::optional<Term> peer_of(const Tunnel& tunnel, Field side) {
    const std::string& peer = tunnel.remote_gateway.value;
    if (tunnel.mobile.present || peer == (v6_ ? "::" : "0.0.0.0")) return std::nullopt;
    if (const auto known = text::pf::addresses(peer == "::" || peer == "0.0.0.0" ? peer + "/0" : peer)) return text::pf::in(side, *known);
    return ruleset_.unknown("address", "peer " + peer, model::UnknownCondition::Sharing::pure, tunnel.origin);
  }

  // filter_generate_ipsec_rules(): the peers of tunnels reach the device.
  void ipsec(const Tunnel& tunnel) {
    const std::string parent = parent_of(tunnel);
    const auto& groups = world_.config.gateway_groups;
    const bool group = std::find(groups.begin(), groups.end(), parent) != groups.end();
    const Interface* interface = world_.find(parent);
    if (!group && (!interface || !interface->up)) return;
    const bool everybody = tunnel.mobile.present || tunnel.remote_gateway.value == "0.0.0.0" || tunnel.remote_gateway.value == "::";
    for (const Direction direction : {Direction::in, Direction::out}) {
      if (direction == Direction::out && everybody) continue;
      const bool in = direction == Direction::in;
      std::vector<std::vector<Term>> services = {{protocol(model::proto_udp), port_of(in ? world_.config.ipsec_port : tunnel.ikeport, 500)},
                                                 {protocol(model::proto_udp), port_of(in ? world_.config.ipsec_port_nat_t : tunnel.nattport, 4500)}};
      if (phase_2_uses(tunnel, "esp")) services.push_back({protocol(kEsp)});
      if (phase_2_uses(tunnel, "ah")) services.push_back({protocol(kAh)});
      for (std::vector<Term>& terms : services) {
        if (const auto peer = peer_of(tunnel, in ? Field::src : Field::dst)) terms.push_back(*peer);
        terms.push_back({model::InNamed{in ? Field::dst : Field::src, "local"}, false});
        Rule& rule = add("IPsec: " + tunnel.what, Action::pass, direction, std::move(terms), tunnel.origin);
        rule.quick = false;
        if (in && group) rule.unknown = "IPsec on the gateway group " + parent;
        else if (in) rule.interfaces = {parent};
      }
    }
  }

  Term port_of(const XmlText& text, unsigned standard) {
    if (!text.present || text.empty()) return port(Field::dst_port, standard);
    if (const auto known = text::pf::ports(text.value)) return text::pf::in(Field::dst_port, *known);
    return ruleset_.unknown("port", "IPsec port " + text.value, model::UnknownCondition::Sharing::pure, {origin_file(), text.line});
  }

  World& world_;
  text::pf::Ruleset& ruleset_;
  bool v6_;
  std::map<std::string, std::string> interface_of_vip_;
  std::set<std::pair<std::string, std::string>> phase_2_;  // ikeid, protocol
};

}  // namespace

void add_rules_in_front(World& world, text::pf::Ruleset& ruleset) { Writer(world, ruleset).in_front(); }

void add_rules_behind(World& world, text::pf::Ruleset& ruleset) { Writer(world, ruleset).behind(); }

}  // namespace fwproof::importers::pfsense
