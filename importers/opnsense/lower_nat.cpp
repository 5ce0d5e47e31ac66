// Translation: ForwardRule.php, SNatRule.php, DNatRule.php, NptRule.php and filter_configure_sync() of OPNsense (2026-08-21).
// One file, because the kinds of translation come in one order.
#include <fmt/format.h>

#include <algorithm>

#include "importers/opnsense/lower.h"
#include "importers/opnsense/parse.h"
#include "importers/text/pf_translate.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::opnsense {
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

class Translator {
 public:
  Translator(World& world, text::pf::Ruleset& ruleset) : world_(world), ruleset_(ruleset), family_(ruleset.family()) {}

  // In the order of outputNatRules(): 50 model, 100 old pages, 200 automatic, 300 lockout, 500 one to one, 600 port forwards.
  void run() {
    not_carp();
    const std::string& mode = world_.config.outbound_mode.value;
    const bool manual = mode == "advanced" || mode == "hybrid", automatic_too = mode.empty() || mode == "automatic" || mode == "hybrid";
    if (!manual && !automatic_too && mode != "disabled")
      world_.complain(DiagnosticId::value_unknown, world_.config.outbound_mode.line, fmt::format("'{}' is no mode of source translation", mode));
    if (manual)
      for (const bool model : {true, false}) outbound_list(model);
    if (automatic_too && family_ == Family::v4) automatic();
    lockout();
    for (const bool prefixes : {true, false})
      for (const OneToOne& rule : world_.config.one_to_one)
        if (rule.prefix_translation == prefixes) one_to_one(rule);
    std::vector<const PortForward*> order;
    for (const PortForward& rule : world_.config.forwards) order.push_back(&rule);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->sequence < b->sequence; });
    // Reflections of one-to-one rules stand in front of port forwards (500 and 600).
    for (const PortForward* rule : order) forward(*rule);
  }

 private:
  template <class Entry>
  Translation start(const Entry& entry, bool disabled, const std::string& unknown) {
    Translation rule;
    rule.origin = entry.origin;
    rule.name = entry.descr.value;
    rule.enabled = !disabled;
    rule.unknown = unknown;
    world_.quiet = disabled;
    size_t found = 0;
    for (const std::string& name : list_of(entry.interface.value)) {
      const Interface* interface = world_.find(name);
      const bool own = name == "enc0" || name == "openvpn" || name == "wireguard";
      if (!interface && !own) world_.tell(DiagnosticId::interface_missing, entry.interface.line, fmt::format("there is no interface '{}'", name));
      if (interface ? !interface->group && !interface->up : !own) continue;
      ++found;
      for (std::string& each : world_.expand(name)) rule.interfaces.push_back(std::move(each));
    }
    if (!entry.interface.empty() && found == 0) rule.enabled = false;  // "disable rule when device not found"
    if (!entry.interface.empty() && rule.interfaces.empty()) rule.interfaces = {"lo0"};
    if (entry.model && entry.interface.empty()) rule.unknown = "no interface";  // the model's default, which differs from list to list
    if (!entry.unknown.empty()) rule.unknown = fmt::format("<{}>", entry.unknown.front());
    return rule;
  }

  // The rules of each pair of a source and a destination; most rules are one pair.
  std::vector<Translation> pairs(const Translation& rule, const Endpoint& source, const Endpoint& destination) {
    std::vector<Translation> result;
    auto sources = list_of(source.networks.value), destinations = list_of(destination.networks.value);
    if (sources.empty()) sources = {"any"};
    if (destinations.empty()) destinations = {"any"};
    if (sources.size() * destinations.size() > kMaxPairs || !ruleset_.spend(20 * (sources.size() * destinations.size() - 1))) {
      result.push_back(rule);
      result[0].unknown = "too many pairs of sources and destinations";
      return result;
    }
    for (const std::string& from : sources)
      for (const std::string& to : destinations) {
        Translation pair = rule;
        add_side(pair, from, source, Field::src);
        add_side(pair, to, destination, Field::dst);
        result.push_back(std::move(pair));
      }
    return result;
  }

  void add_side(Translation& rule, const std::string& name, const Endpoint& endpoint, Field field) {
    const auto match = world_.address(name, endpoint.networks.line, family_);
    const bool negated = said(endpoint.negated) == Said::yes && !match.any;
    if (world_.leaves_out(name) || (match.is_empty() && !negated && !world_.aliases.has(name))) rule.enabled = false;
    text::pf::add_term(ruleset_, rule.terms, field, match, negated, rule.origin);
  }

  void not_carp() {
    Translation rule;
    rule.name = "default: CARP is not translated";
    rule.none = true;
    rule.terms.push_back(text::pf::in(Field::protocol, IntervalSet::of(112)));
    ruleset_.rdr.push_back(rule);
    ruleset_.nat.push_back(std::move(rule));
  }

  std::optional<IntervalSet> protocols(const XmlText& text) {
    auto set = text::pf::protocols(text.value, Family::v4);  // "icmp" becomes ICMPv6 in filter rules only
    if (!set) world_.complain(DiagnosticId::value_unknown, text.line, fmt::format("'{}' is no protocol that is known here", text.value));
    return set;
  }

  static bool unclear_negation(const Endpoint& source, const Endpoint& destination, bool model) {
    return !model && (said(source.negated) == Said::unclear || said(destination.negated) == Said::unclear);
  }

  // ---- sources ----

  void outbound_list(bool model) {
    std::vector<const Outbound*> order;
    for (const Outbound& rule : world_.config.outbound)
      if (rule.model == model) order.push_back(&rule);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->sequence < b->sequence; });
    for (const Outbound* rule : order) outbound(*rule);
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

  text::pf::SourceTarget source_target(const Outbound& rule) {
    std::string address = rule.target.value;
    if (address == "other-subnet") address = rule.targetip.value + "/" + rule.targetip_subnet.value;
    text::pf::SourceTarget target;
    if (address.empty()) {
      const auto names = list_of(rule.interface.value);
      target = interface_target(names.empty() ? "" : names[0]);
      if (names.size() > 1) target.unknown = "address of one of several interfaces";
    } else if (const auto prefix = model::parse_prefix(address)) {
      target.addresses = AddressSet::of(*prefix);
      target.prefix = *prefix;
      target.bit_by_bit = rule.poolopts.value == "bitmask";
      if (prefix->address.family != family_) target.unknown = "target of the other family";
    } else if (world_.aliases.has(address)) {
      const auto& match = world_.aliases.addresses(address);
      target.addresses = match.known;
      if (!match.unknowns.empty()) target.unknown = "target " + address;
    } else if (address.ends_with("ip")) {
      target = interface_target(address.substr(0, address.size() - 2));
    } else {
      world_.complain(DiagnosticId::alias_missing, rule.target.line, fmt::format("'{}' is neither an address nor an alias of this configuration", address));
      target.unknown = "target " + address;
    }
    target.static_port = said(rule.staticnatport, Said::no) != Said::no && !(rule.model && rule.staticnatport.empty());
    if (rule.natport.empty()) return target;
    const PortMatch ports = world_.ports(rule.natport);
    if (ports.unknowns.empty()) target.ports = ports.ports;
    else target.unknown = "port " + rule.natport.value;
    return target;
  }

  bool outbound_family(const Outbound& rule) const {
    if (!rule.ipprotocol.empty() || rule.model) return of_family(rule.ipprotocol.empty() ? "inet" : rule.ipprotocol.value, family_);
    for (const XmlText* text : {&rule.source.networks, &rule.destination.networks, &rule.target})
      if (const auto prefix = model::parse_prefix(text->value)) return prefix->address.family == family_;
    return true;
  }

  void outbound(const Outbound& from) {
    if (!outbound_family(from)) return;
    std::string unknown;
    const bool disabled = is_disabled(from.disabled, from.enabled, from.model, unknown);
    Translation rule = start(from, disabled, unknown);
    const Said none = said(from.nonat);
    rule.none = none == Said::yes || (none == Said::unclear && !from.model);
    rule.tagged = from.tagged.value;
    rule.tag = from.tag.value;
    if (unclear_negation(from.source, from.destination, from.model)) rule.unknown = "<not> without a value";
    const auto protocol = protocols(from.protocol);
    if (!protocol) rule.unknown = "protocol " + from.protocol.value;
    IntervalSet set = protocol ? *protocol : kAllProtocols;
    // Ports that stand beside the networks are read in the model only: SNatRule.php, SourceNatRuleField.php.
    const XmlText& source_port = from.model ? from.source.port : from.sourceport;
    const XmlText& destination_port = from.model ? from.destination.port : from.dstport;
    if (!source_port.empty() || !destination_port.empty()) {
      set = set.intersected(*text::pf::protocols("tcp/udp", family_));
      text::pf::add_term(ruleset_, rule.terms, Field::src_port, world_.ports(source_port), rule.origin);
      text::pf::add_term(ruleset_, rule.terms, Field::dst_port, world_.ports(destination_port), rule.origin);
    }
    if (from.target.value.ends_with("ip") && world_.leaves_out(from.target.value)) rule.enabled = false;  // "SNAT / target missing"
    for (const Translation& pair : pairs(rule, from.source, from.destination))
      for (Translation& each : source_translations(pair, source_target(from), set, family_)) ruleset_.nat.push_back(std::move(each));
    world_.quiet = false;
  }

  // filter_auto_source_nat(): from the networks of interfaces without a gateway, on those with one; IPv4 only.
  void automatic() {
    text::pf::AddressMatch sources;
    sources.known = *text::pf::addresses("127.0.0.0/8");
    for (const Interface& interface : world_.interfaces)
      if (!interface.group && interface.up && !interface.gateway_v4) sources.add(network_of(interface, Family::v4));
    for (const Interface& interface : world_.interfaces) {
      if (interface.group || !interface.up || !interface.gateway_v4 || interface.device.starts_with("ovpn")) continue;
      Translation rule;
      rule.origin = {interface.origin.file, 0};
      rule.name = "Automatic outbound rule";
      rule.interfaces = {interface.id};
      text::pf::add_term(ruleset_, rule.terms, Field::src, sources, false, interface.origin);
      text::pf::SourceTarget target = interface_target(interface.id);
      target.static_port = true;
      Translation isakmp = rule;
      isakmp.terms.push_back(text::pf::in(Field::dst_port, IntervalSet::of(500)));
      for (Translation& each : source_translations(isakmp, target, *text::pf::protocols("tcp/udp", family_), family_)) ruleset_.nat.push_back(std::move(each));
      target.static_port = false;
      for (Translation& each : source_translations(rule, target, kAllProtocols, family_)) ruleset_.nat.push_back(std::move(each));
    }
  }

  // ---- destinations ----

  // "Anti-lockout; prevent redirects for protected ports to this interface address"
  void lockout() {
    const Interface* interface = lockout_interface(world_);
    if (!interface) return;
    Translation rule;
    rule.name = "anti-lockout: not forwarded";
    rule.none = true;
    rule.interfaces = {interface->id};
    rule.terms.push_back(text::pf::in(Field::protocol, IntervalSet::of(model::proto_tcp)));
    rule.terms.push_back(text::pf::in(Field::dst_port, lockout_ports(world_.config)));
    text::pf::AddressMatch own = address_of(*interface, family_);
    for (const model::Prefix& alias : interface->aliases) own.known = own.known.united(AddressSet::of(alias.address));
    text::pf::add_term(ruleset_, rule.terms, Field::dst, own, false, interface->origin);
    ruleset_.rdr.push_back(std::move(rule));
  }

  text::pf::Target target_of(const PortForward& rule) {
    text::pf::Target target;
    const XmlText& text = rule.target;
    if (text.empty()) {
      target.unknown = "no target";
      return target;
    }
    const auto match = world_.address(text.value, text.line, family_);
    target.addresses = match.known;
    if (!match.unknowns.empty() || match.any || match.names.size() > 1) target.unknown = "target " + text.value;
    else if (!match.names.empty()) target.name = match.names.front();
    if (match.known.in(family_).empty() && !match.known.empty()) target.unknown = "target of the other family";
    return target;
  }

  void set_port(const PortForward& rule, text::pf::Target& target) {
    const std::string& local = rule.local_port.value;
    if (local.empty() || local == rule.destination.port.value) return;
    std::string first = local;
    target.one_port = world_.aliases.has(rule.destination.port.value);
    if (world_.aliases.has(local)) {
      const auto all = world_.aliases.flat(local);  // "pick the first port (backwards compatibility)"
      first = all.empty() ? "" : all.front();
      target.one_port = true;
    }
    const auto port = text::pf::ports(first, true);
    if (port && !first.empty() && port->is_single()) {
      target.first_port = static_cast<unsigned>(port->min());
      return;
    }
    world_.complain(DiagnosticId::number_invalid, rule.local_port.line, fmt::format("'{}' is no port to forward to", local));
    target.unknown = "port " + local;
  }

  bool reflects(const PortForward& rule) const {
    if (rule.natreflection.empty()) return world_.config.disablenatreflection.empty();
    return rule.natreflection.value == "purenat" || rule.natreflection.value == "enable";
  }

  void forward(const PortForward& from) {
    if (!of_family(from.ipprotocol.value, family_)) return;
    if (from.ipprotocol.empty())
      if (const auto target = model::parse_prefix(from.target.value); target && target->address.family != family_) return;
    std::string unknown;
    const bool disabled = is_disabled(from.disabled, {}, false, unknown);
    Translation rule = start(from, disabled, unknown);
    const Said none = said(from.nordr);
    rule.none = none == Said::yes;
    if (none == Said::unclear) rule.unknown = "<nordr> without a value";
    rule.pass = !rule.none && (from.pass.empty() ? from.associated.value == "pass" : from.pass.value != "rule");
    rule.tag = from.tag.value;
    rule.tagged = from.tagged.value;
    if (unclear_negation(from.source, from.destination, false)) rule.unknown = "<not> without a value";
    const auto protocol = protocols(from.protocol);
    if (!protocol) rule.unknown = "protocol " + from.protocol.value;
    else if (*protocol != kAllProtocols) rule.terms.push_back(text::pf::in(Field::protocol, *protocol));
    PortMatch listened;
    listened.ports = IntervalSet::all(16);
    const bool ported = protocol && takes_ports(from.protocol.value);
    if (ported) {
      text::pf::add_term(ruleset_, rule.terms, Field::src_port, world_.ports(from.source.port), rule.origin);
      listened = world_.ports(from.destination.port);
    }
    text::pf::Target target = target_of(from);
    if (ported) set_port(from, target);
    if (!rule.none && rule.unknown.empty() && from.target.empty()) rule.enabled = false;  // "Missing target"
    if (world_.leaves_out(from.target.value)) rule.enabled = false;                       // "Invalid target"
    std::vector<std::string> inner = {};
    if (rule.enabled && !rule.none && reflects(from)) inner = world_.inner_interfaces(from.interface.value, family_);
    rule.interfaces.insert(rule.interfaces.end(), inner.begin(), inner.end());
    for (const Translation& pair : pairs(rule, from.source, from.destination))
      for (Translation& each : forwards(pair, target, listened, ruleset_)) ruleset_.rdr.push_back(std::move(each));
    if (rule.enabled && !rule.none && !world_.config.enablenatreflectionhelper.empty()) return_paths(rule, target, listened, protocol.value_or(kAllProtocols));
    world_.quiet = false;
  }

  // Source translation for hosts that share a network with the target: "nat … from (if:network) to target port … -> (if)".
  void return_paths(const Translation& forward, const text::pf::Target& target, const PortMatch& listened, const IntervalSet& protocols) {
    for (const std::string& name : forward.interfaces) {
      const Interface* interface = world_.find(name);
      if (!interface || interface->group) continue;
      Translation rule;
      rule.origin = forward.origin;
      rule.name = forward.name + " (reflection)";
      rule.interfaces = {name};
      rule.unknown = target.unknown;
      text::pf::add_term(ruleset_, rule.terms, Field::src, network_of(*interface, family_), false, rule.origin);
      if (!target.addresses.empty()) rule.terms.push_back(text::pf::in(Field::dst, target.addresses));
      if (target.first_port && listened.ports.intervals().size() == 1) {
        const model::u128 count = target.one_port ? 0 : listened.ports.max() - listened.ports.min();
        rule.terms.push_back(text::pf::in(Field::dst_port, IntervalSet::range(*target.first_port, std::min<model::u128>(*target.first_port + count, 65535))));
      }
      for (Translation& each : source_translations(rule, interface_target(name), protocols, family_)) ruleset_.nat.push_back(std::move(each));
    }
  }

  // ---- one to one, prefixes ----

  std::optional<model::Prefix> prefix_of(const std::string& name) const {
    if (const auto prefix = model::parse_prefix(name)) return prefix;
    const Interface* interface = world_.find(name);
    const model::Prefix* own = interface && !interface->group ? interface->primary(family_) : nullptr;
    return own ? std::optional<model::Prefix>(*own) : std::nullopt;
  }

  void one_to_one(const OneToOne& from) {
    const bool v6 = from.prefix_translation || from.external.value.find(':') != std::string::npos || from.source.networks.value.find(':') != std::string::npos;
    if (v6 != (family_ == Family::v6)) return;
    std::string unknown;
    const bool disabled = is_disabled(from.disabled, from.enabled, from.model, unknown);
    Translation rule = start(from, disabled, unknown);
    const auto inside = prefix_of(from.source.networks.value);
    auto outside = model::parse_prefix(from.prefix_translation ? from.destination.networks.value : from.external.value);
    if (outside && inside && from.external.value.find('/') == std::string::npos && !from.prefix_translation) outside->length = inside->length;
    const bool single = from.type.value == "nat";
    if (world_.leaves_out(from.source.networks.value) || world_.leaves_out(from.destination.networks.value)) rule.enabled = false;
    Endpoint peer = from.prefix_translation ? Endpoint{} : from.destination;
    if (unclear_negation(from.source, from.destination, from.model)) rule.unknown = "<not> without a value";
    if (said(from.source.negated) == Said::yes || !outside || (!single && (!inside || inside->length != outside->length))) {
      rule.unknown = "1:1 translation of " + from.external.value;
      if (rule.enabled) world_.complain(DiagnosticId::address_invalid, from.external.line ? from.external.line : from.origin.line, "these are no two networks of one size that can stand for each other");
      // Which packets it takes is not known either.
      ruleset_.binat_out.push_back(rule);
      ruleset_.binat_in.push_back(std::move(rule));
    } else if (single) {
      text::pf::SourceTarget target;
      target.addresses = AddressSet::of(*outside);
      target.ports = IntervalSet::range(50001, 65535);  // PF_NAT_PROXY_PORT_LOW and _HIGH of pfctl
      for (const Translation& pair : pairs(rule, from.source, peer))
        for (Translation& each : source_translations(pair, target, kAllProtocols, family_)) ruleset_.nat.push_back(std::move(each));
    } else {
      map(rule, *inside, *outside, peer, from);
    }
    world_.quiet = false;
  }

  void map(const Translation& rule, const model::Prefix& inside, const model::Prefix& outside, const Endpoint& peer, const OneToOne& from) {
    Translation out = rule, in = rule;
    out.terms.push_back(text::pf::in(Field::src, AddressSet::of(inside)));
    out.steps = {text::pf::network_map(Field::src, outside)};
    in.terms.push_back(text::pf::in(Field::dst, AddressSet::of(outside)));
    in.steps = {text::pf::network_map(Field::dst, inside)};
    const Endpoint everyone;
    const bool reflection = from.natreflection.value == "enable" || (!world_.config.enablebinatreflection.empty() && from.natreflection.empty());
    for (Translation& each : pairs(out, everyone, peer)) ruleset_.binat_out.push_back(std::move(each));
    for (Translation& each : pairs(in, peer, everyone)) {
      if (reflection && each.enabled) {
        Translation mirror = each;
        mirror.interfaces = world_.inner_interfaces(from.interface.value, family_);
        mirror.name += " (reflection)";
        if (!mirror.interfaces.empty()) ruleset_.rdr.push_back(std::move(mirror));
      }
      ruleset_.binat_in.push_back(std::move(each));
    }
  }

  World& world_;
  text::pf::Ruleset& ruleset_;
  Family family_;
};

}  // namespace

void add_translations(World& world, text::pf::Ruleset& ruleset) { Translator(world, ruleset).run(); }

}  // namespace fwproof::importers::opnsense
