// Translation: filter_nat_rules_generate() of filter.inc, pfSense CE 2.8 (2026-03-31).
// One file, because the kinds of translation come in one order.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "importers/pfsense/lower.h"
#include "importers/text/number.h"
#include "importers/text/pf_translate.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::pfsense {
namespace {

using model::AddressSet;
using model::DiagnosticId;
using model::Family;
using model::Field;
using model::IntervalSet;
using text::pf::Interface;
using text::pf::PortMatch;
using text::pf::Translation;

const IntervalSet kAllProtocols = IntervalSet::all(8);

// RFC 1918
AddressSet private_networks() {
  AddressSet set;
  for (const char* each : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}) set = set.united(*text::pf::addresses(each));
  return set;
}

class Translator {
 public:
  Translator(World& world, text::pf::Ruleset& ruleset) : world_(world), ruleset_(ruleset), family_(ruleset.family()) {}

  void run() {
    not_carp();
    for (const OneToOne& rule : world_.config.one_to_one) one_to_one(rule);
    const std::string& mode = world_.config.outbound_mode.value;
    if (mode == "advanced" || mode == "hybrid")
      for (const Outbound& rule : world_.config.outbound) outbound(rule);
    if (mode.empty() || mode == "automatic" || mode == "hybrid") automatic();
    if (!mode.empty() && mode != "automatic" && mode != "hybrid" && mode != "advanced" && mode != "disabled")
      world_.complain(DiagnosticId::value_unknown, world_.config.outbound_mode, fmt::format("'{}' is no mode of outbound translation", mode));
    tftp();
    ipv6_in_ipv4();
    for (const PortForward& rule : world_.config.forwards) forward(rule);
    for (const PortForward& rule : world_.config.squid) forward(rule);
    ruleset_.rdr.insert(ruleset_.rdr.end(), reflected_.begin(), reflected_.end());
    add_moved();
  }

 private:
  bool of_family(const std::string& protocol) const { return protocol == "inet46" || (protocol == "inet6") == (family_ == Family::v6); }

  template <class Entry>
  Translation start(const Entry& entry) {
    Translation rule;
    rule.origin = entry.origin;
    rule.name = entry.descr.value;
    rule.enabled = !entry.disabled.present;
    const std::string name = entry.interface.empty() ? "wan" : entry.interface.value;
    rule.interfaces = world_.expand(name);
    const Interface* interface = world_.find(name);
    if (!interface && name != "enc0" && name != "openvpn") {
      if (rule.enabled) world_.complain(DiagnosticId::interface_missing, entry.interface, fmt::format("there is no interface '{}'", name), model::LineClass::modelled, "interface");
      rule.enabled = false;  // the device leaves the rule out
    }
    if (interface && !interface->group && !interface->up) rule.enabled = false;
    if (rule.interfaces.empty()) rule.interfaces = {"lo0"};
    if (!entry.unknown.empty()) rule.unknown = fmt::format("<{}>", entry.unknown.front());
    return rule;
  }

  // A rule that may stand anywhere is unknown in front of everything.
  void put(std::vector<Translation>& list, Translation rule, const XmlText& moved) {
    if (!moved.empty()) rule.unknown = "<force_category>";
    (moved.empty() ? list : moved_[&list]).push_back(std::move(rule));
  }

  void add_moved() {
    for (auto& [list, rules] : moved_) list->insert(list->begin(), std::make_move_iterator(rules.begin()), std::make_move_iterator(rules.end()));
  }

  void add_side(Translation& rule, const Endpoint& endpoint, Field field, bool outbound) {
    const auto match = world_.addresses(endpoint, family_, outbound);
    const bool alias = world_.aliases.has(outbound ? endpoint.network.value : endpoint.address.value);
    if (match.is_empty() && !alias) rule.enabled = false;
    text::pf::add_term(ruleset_, rule.terms, field, match, endpoint.negated.present, rule.origin);
  }

  // "no nat proto carp", "no rdr proto carp"
  void not_carp() {
    Translation rule;
    rule.name = "default: CARP is not translated";
    rule.none = true;
    rule.terms.push_back(text::pf::in(Field::protocol, IntervalSet::of(112)));
    ruleset_.rdr.push_back(rule);
    ruleset_.nat.push_back(std::move(rule));
  }

  // The helper for TFTP is a program on the device.
  void tftp() {
    std::string_view rest = world_.config.tftpinterface.value, name;
    while (text::next_part(rest, ',', name)) {
      const Interface* interface = world_.find(std::string(name));
      if (!interface || interface->group || !interface->up) continue;
      Translation rule;
      rule.origin = {interface->origin.file, world_.config.tftpinterface.line};
      rule.name = "default: TFTP proxy";
      rule.interfaces = {interface->id};
      rule.pass = true;
      rule.terms = {text::pf::in(Field::protocol, IntervalSet::of(model::proto_udp)), text::pf::in(Field::dst_port, IntervalSet::of(69))};
      if (family_ == Family::v6) rule.unknown = "TFTP proxy";  // the rule names no family, its target is 127.0.0.1
      text::pf::Target target;
      target.addresses = *text::pf::addresses("127.0.0.1");
      target.first_port = 6969;
      target.one_port = true;
      PortMatch everything;
      everything.ports = IntervalSet::all(16);
      for (Translation& each : forwards(rule, target, everything, ruleset_)) ruleset_.rdr.push_back(std::move(each));
    }
  }

  // All of protocol 41 that comes in by wan goes to one host.
  void ipv6_in_ipv4() {
    const XmlText& to = world_.config.ipv6nat;
    const Interface* interface = world_.find("wan");
    const auto target = model::parse_address(to.value);
    if (!target || target->family != family_ || !interface || !interface->up) return;
    Translation rule;
    rule.origin = {interface->origin.file, to.line};
    rule.name = "default: IPv6 in IPv4";
    rule.interfaces = {interface->id};
    rule.terms = {text::pf::in(Field::protocol, IntervalSet::of(41))};
    rule.steps = {text::pf::network_map(Field::dst, {*target, model::address_bits(target->family)})};
    ruleset_.rdr.push_back(std::move(rule));
  }

  std::optional<IntervalSet> protocols(const XmlText& text) {
    auto set = text::pf::protocols(text.value, family_);
    if (!set) world_.complain(DiagnosticId::value_unknown, text, fmt::format("'{}' is no protocol that is known here", text.value));
    return set;
  }

  // ---- port forwards ----

  text::pf::Target target_of(const PortForward& rule) {
    text::pf::Target target;
    const XmlText& text = rule.target;
    if (world_.aliases.has(text.value)) {
      const auto& match = world_.aliases.addresses(text.value);
      target.addresses = match.known;
      if (!match.unknowns.empty()) target.unknown = "target " + text.value;
      return target;
    }
    if (const auto address = model::parse_address(text.value)) {
      target.addresses = AddressSet::of(*address);
      if (address->family != family_) target.unknown = "target of the other family";
      return target;
    }
    if (text.value.ends_with("ip"))
      if (const Interface* interface = world_.find(text.value.substr(0, text.value.size() - 2)); interface && interface->up) {
        const auto match = address_of(*interface, family_);
        target.addresses = match.known;
        if (!match.names.empty()) target.name = match.names.front();
        return target;
      }
    if (!rule.nordr.present) world_.complain(DiagnosticId::alias_missing, text, fmt::format("'{}' is neither an address nor an alias of this configuration", text.value));
    target.unknown = "target " + text.value;
    return target;
  }

  // Which port the first of the forwarded ones becomes.
  void set_port(const PortForward& rule, text::pf::Target& target) {
    const std::string& local = rule.local_port.value;
    if (local.empty() || local == rule.destination.port.value) return;
    std::string first = local;
    if (world_.aliases.has(local)) {
      const auto all = world_.aliases.flat(local);
      first = all.empty() ? "" : all.front();
      target.one_port = true;
    }
    target.one_port |= world_.aliases.has(rule.destination.port.value);
    const auto port = text::pf::ports(first);
    if (port && port->is_single()) target.first_port = static_cast<unsigned>(port->min());
    else {
      world_.complain(DiagnosticId::number_invalid, rule.local_port, fmt::format("'{}' is no port to forward to", local));
      target.unknown = "port " + local;
    }
  }

  void forward(const PortForward& from) {
    if (!of_family(from.ipprotocol.value)) return;
    world_.quiet = from.disabled.present;
    Translation rule = start(from);
    rule.none = from.nordr.present;
    rule.pass = from.associated.value == "pass" && !rule.none;
    const auto protocol = protocols(from.protocol);
    if (!protocol) rule.unknown = "protocol " + from.protocol.value;
    else if (*protocol != kAllProtocols) rule.terms.push_back(text::pf::in(Field::protocol, *protocol));
    add_side(rule, from.source, Field::src, false);
    const bool ported = protocol && takes_ports(from.protocol.value);
    PortMatch listened;
    listened.ports = IntervalSet::all(16);
    if (ported) {
      text::pf::add_term(ruleset_, rule.terms, Field::src_port, world_.ports(from.source.port), rule.origin);
      listened = world_.ports(from.destination.port);
    }
    text::pf::Target target = target_of(from);
    if (ported) set_port(from, target);
    Translation own = rule;
    add_side(own, from.destination, Field::dst, false);
    for (Translation& each : forwards(own, target, listened, ruleset_)) put(ruleset_.rdr, std::move(each), from.force_category);
    if (own.enabled) reflect(from, rule, target, listened);
    world_.quiet = false;
  }

  enum class Reflection { none, pure, proxy };
  Reflection reflection_of(const PortForward& rule) const {
    const std::string& own = rule.natreflection.value;
    if (own == "disable") return Reflection::none;
    if (own == "enable") return Reflection::proxy;
    if (own == "purenat") return Reflection::pure;
    if (world_.config.disablenatreflection.present) return Reflection::none;
    return world_.config.enablenatreflectionpurenat.present ? Reflection::pure : Reflection::proxy;
  }

  void reflect(const PortForward& from, Translation rule, const text::pf::Target& target, const PortMatch& listened) {
    const std::string name = from.interface.empty() ? "wan" : from.interface.value;
    const Reflection reflection = reflection_of(from);
    if (!rule.none) return_path(from, rule, target, listened, name, reflection == Reflection::pure);
    if (reflection == Reflection::none || (reflection == Reflection::proxy && family_ == Family::v6 && !rule.none)) return;
    rule.interfaces = world_.inner_interfaces(name);
    rule.name += " (reflection)";
    if (from.destination.any.present) {
      const Interface* interface = world_.find(name);
      if (!interface) return;
      text::pf::add_term(ruleset_, rule.terms, Field::dst, network_of(*interface, family_), false, rule.origin);
    } else {
      add_side(rule, from.destination, Field::dst, false);
    }
    // A proxy on the device takes the connection and opens one of its own.
    if (reflection == Reflection::proxy && !rule.none) rule.unknown = "reflection by a proxy on the device";
    for (Translation& each : forwards(rule, target, listened, ruleset_)) put(ruleset_.rdr, std::move(each), from.force_category);
  }

  // Source translation for hosts that share a network with the target, so that the answer comes back this way:
  // filter_generate_reflection_nat(), and for a destination of `any` the two lines behind the rdr.
  void return_path(const PortForward& from, const Translation& forward, const text::pf::Target& target, const PortMatch& listened, const std::string& name, bool pure) {
    const bool helper = world_.config.enablenatreflectionhelper.present;
    const Interface* own = world_.find(name);
    const bool inside = from.destination.any.present && !helper && own && !own->gateway_v4;
    if (!helper && !inside) return;
    std::vector<std::string> names = {name};
    if (helper && pure)
      for (std::string& each : world_.inner_interfaces(name)) names.push_back(std::move(each));
    for (const std::string& each : names) {
      const Interface* interface = world_.find(each);
      const model::Prefix* prefix = interface ? interface->primary(family_) : nullptr;
      if (!prefix || (helper && !inside && !AddressSet::of(*prefix).in(family_).intersects(target.addresses.in(family_)))) continue;
      hairpin(forward, *interface, *prefix, target, listened);
    }
  }

  void hairpin(const Translation& forward, const Interface& interface, const model::Prefix& prefix, const text::pf::Target& target, const PortMatch& listened) {
    Translation rule;
    rule.origin = forward.origin;
    rule.name = forward.name + " (reflection)";
    rule.interfaces = {interface.id};
    rule.terms.push_back(text::pf::in(Field::dst, target.addresses));
    Translation none = rule;
    none.none = true;
    none.terms.push_back(text::pf::in(Field::src, AddressSet::of(prefix.address)));
    ruleset_.nat.push_back(std::move(none));
    rule.terms.push_back(text::pf::in(Field::src, AddressSet::of(prefix)));
    IntervalSet ports = listened.ports;
    if (target.first_port && !ports.empty()) {
      const model::u128 width = target.one_port ? 0 : ports.max() - ports.min();
      ports = IntervalSet::range(*target.first_port, std::min<model::u128>(*target.first_port + width, 65535));
    }
    const bool some = ports != IntervalSet::all(16);
    if (some) rule.terms.push_back(text::pf::in(Field::dst_port, ports));
    if (!target.unknown.empty() || !listened.unknowns.empty()) rule.unknown = "reflection of a forward that is not known";
    text::pf::SourceTarget to;
    to.addresses = AddressSet::of(prefix.address);
    for (Translation& each : source_translations(rule, to, some ? *text::pf::protocols("tcp/udp", family_) : kAllProtocols, family_)) ruleset_.nat.push_back(std::move(each));
  }

  // ---- outbound ----

  // Literal addresses tell the family where the rule does not.
  bool outbound_family(const Outbound& rule) const {
    if (!rule.ipprotocol.empty()) return of_family(rule.ipprotocol.value);
    for (const XmlText* text : {&rule.source.network, &rule.destination.network, &rule.destination.address, &rule.target})
      if (const auto prefix = model::parse_prefix(text->value)) return prefix->address.family == family_;
    return true;
  }

  text::pf::SourceTarget interface_target(const std::string& name) {
    text::pf::SourceTarget target;
    const Interface* interface = world_.find(name);
    if (!interface || interface->group) {
      target.unknown = "address of " + name;
      return target;
    }
    const auto match = address_of(*interface, family_);
    target.addresses = match.known;
    if (!match.names.empty()) target.name = match.names.front();
    return target;
  }

  text::pf::SourceTarget outbound_target(const Outbound& rule) {
    std::string address = rule.target.value, bits = rule.target_subnet.value;
    if (address == "other-subnet") {
      address = rule.targetip.value;
      bits = rule.targetip_subnet.value;
    }
    text::pf::SourceTarget target;
    if (world_.aliases.has(address)) {
      const auto& match = world_.aliases.addresses(address);
      target.addresses = match.known;
      if (!match.unknowns.empty()) target.unknown = "target " + address;
    } else if (const auto prefix = model::parse_prefix(bits.empty() || address.find('/') != std::string::npos ? address : address + "/" + bits)) {
      target.addresses = AddressSet::of(*prefix);
      target.prefix = *prefix;
      target.bit_by_bit = rule.poolopts.value == "bitmask";
      if (prefix->address.family != family_) target.unknown = "target of the other family";
    } else {
      target = interface_target(rule.interface.value);  // also for what is no address: filter_nat_rules_generate_if()
    }
    target.static_port = rule.staticnatport.present;
    if (!rule.natport.empty()) {
      const auto ports = text::pf::ports(rule.natport.value);
      if (ports) target.ports = *ports;
      else target.unknown = "port " + rule.natport.value;
    }
    return target;
  }

  void outbound(const Outbound& from) {
    if (!outbound_family(from)) return;
    world_.quiet = from.disabled.present;
    Translation rule = start(from);
    rule.none = from.nonat.present;
    auto protocol = protocols(from.protocol);
    if (!protocol) rule.unknown = "protocol " + from.protocol.value;
    add_side(rule, from.source, Field::src, true);
    Endpoint destination = from.destination;
    if (destination.network.empty()) destination.network = destination.address;
    add_side(rule, destination, Field::dst, true);
    IntervalSet set = protocol ? *protocol : kAllProtocols;
    const XmlText& source_port = from.sourceport.empty() ? from.source.port : from.sourceport;
    const XmlText& destination_port = from.dstport.empty() ? from.destination.port : from.dstport;
    if (!source_port.empty() || !destination_port.empty()) {
      set = set.intersected(*text::pf::protocols("tcp/udp", family_));
      text::pf::add_term(ruleset_, rule.terms, Field::src_port, world_.ports(source_port), rule.origin);
      text::pf::add_term(ruleset_, rule.terms, Field::dst_port, world_.ports(destination_port), rule.origin);
    }
    for (Translation& each : source_translations(rule, outbound_target(from), set, family_)) ruleset_.nat.push_back(std::move(each));
    world_.quiet = false;
  }

  // ---- automatic outbound rules: filter_nat_rules_automatic_tonathosts(), filter_nat_rules_outbound_automatic() ----

  AddressSet inner_networks() const {
    AddressSet set = *text::pf::addresses("127.0.0.0/8");
    set = set.united(*text::pf::addresses("::1"));
    for (const Route& route : world_.config.routes) {
      const auto network = text::pf::addresses(route.network.value);
      if (route.disabled.present || !network || !private_networks().v4.contains(network->v4)) continue;
      for (const Gateway& gateway : world_.config.gateways) {
        const Interface* interface = world_.find(gateway.interface.value);
        if (gateway.name.value == route.gateway.value && interface && !interface->gateway_v4) set = set.united({network->v4, {}});
      }
    }
    for (const Interface& interface : world_.interfaces)
      if (!interface.group && interface.up && !interface.gateway_v4) set = set.united({network_of(interface, Family::v4).known.v4, {}});
    for (const Tunnel& tunnel : world_.config.tunnels)
      if (const auto network = text::pf::addresses(tunnel.tunnel_network.value); network && !tunnel.disabled.present) set = set.united({network->v4, {}});
    return set;
  }

  void automatic() {
    const AddressSet sources = inner_networks();
    for (const InterfaceEntry& entry : world_.config.interfaces) {
      const Interface* interface = world_.find(entry.id);
      const bool tunnel = interface->device.starts_with("ovpn") || interface->device.starts_with("ipsec");
      if (!interface->up || tunnel || !interface->gateway_v4) continue;
      Translation rule;
      rule.origin = {entry.origin.file, 0};
      rule.name = "automatic outbound rule";
      rule.interfaces = {entry.id};
      rule.terms.push_back(text::pf::in(Field::src, sources));
      text::pf::SourceTarget target = interface_target(entry.id);
      target.static_port = true;
      Translation isakmp = rule;
      isakmp.name = "automatic outbound rule for ISAKMP";
      isakmp.terms.push_back(text::pf::in(Field::dst_port, IntervalSet::of(500)));
      for (Translation& each : source_translations(isakmp, target, *text::pf::protocols("tcp/udp", family_), family_)) ruleset_.nat.push_back(std::move(each));
      target.static_port = false;
      rule.none = entry.nonat.present;
      for (Translation& each : source_translations(rule, target, kAllProtocols, family_)) ruleset_.nat.push_back(std::move(each));
    }
  }

  // ---- 1:1 and NPt ----

  std::optional<model::Prefix> prefix_of(const Endpoint& endpoint) {
    for (const XmlText* text : {&endpoint.address, &endpoint.network}) {
      if (const auto prefix = model::parse_prefix(text->value)) return prefix;
      const Interface* interface = world_.find(text->value);
      if (interface && !interface->group && interface->up)
        if (const model::Prefix* own = interface->primary(family_)) return *own;
    }
    return std::nullopt;
  }

  void one_to_one(const OneToOne& from) {
    const bool v6 = from.prefix_translation || from.ipprotocol.value == "inet6" || from.external.value.find(':') != std::string::npos;
    if (v6 != (family_ == Family::v6)) return;
    world_.quiet = from.disabled.present;
    Translation rule = start(from);
    const auto inside = prefix_of(from.source);
    auto outside = from.prefix_translation ? prefix_of(from.destination) : model::parse_prefix(from.external.value);
    if (inside && outside && !from.prefix_translation) outside->length = inside->length;
    rule.none = from.nobinat.present;
    Endpoint everyone;
    everyone.any.present = true;
    const Endpoint& peer = from.prefix_translation || !from.destination.present ? everyone : from.destination;
    if (from.source.negated.present || !inside || !outside || inside->length != outside->length) {
      rule.unknown = "1:1 translation of " + from.external.value;
      if (!from.nobinat.present && rule.enabled) {
        const XmlText& text = from.external.line ? from.external : from.source.address;
        world_.complain(DiagnosticId::address_invalid, text, "these are no two networks of one size that can stand for each other");
      }
      add_side(rule, peer, Field::dst, false);
      put(ruleset_.binat_out, rule, from.force_category);
      put(ruleset_.binat_in, std::move(rule), from.force_category);
    } else {
      map(rule, *inside, *outside, peer, from);
    }
    world_.quiet = false;
  }

  void map(const Translation& rule, const model::Prefix& inside, const model::Prefix& outside, const Endpoint& peer, const OneToOne& from) {
    Translation out = rule, in = rule;
    out.terms.push_back(text::pf::in(Field::src, AddressSet::of(inside)));
    add_side(out, peer, Field::dst, false);
    out.steps = {text::pf::network_map(Field::src, outside)};
    in.terms.push_back(text::pf::in(Field::dst, AddressSet::of(outside)));
    add_side(in, peer, Field::src, false);
    in.steps = {text::pf::network_map(Field::dst, inside)};
    const bool reflection = from.natreflection.value == "enable" || (world_.config.enablebinatreflection.present && from.natreflection.value != "disable");
    if (reflection && !rule.none && !from.prefix_translation) {
      Translation mirror = in;
      mirror.interfaces = world_.inner_interfaces(from.interface.empty() ? "wan" : from.interface.value);
      mirror.name += " (reflection)";
      reflected_.push_back(std::move(mirror));
    }
    put(ruleset_.binat_out, std::move(out), from.force_category);
    put(ruleset_.binat_in, std::move(in), from.force_category);
  }

  World& world_;
  text::pf::Ruleset& ruleset_;
  Family family_;
  std::vector<Translation> reflected_;
  std::map<std::vector<Translation>*, std::vector<Translation>> moved_;
};

}  // namespace

void add_translations(World& world, text::pf::Ruleset& ruleset) { Translator(world, ruleset).run(); }

}  // namespace fwproof::importers::pfsense
