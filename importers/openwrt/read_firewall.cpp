// One section type after the other, in the order in which fw4 reads them, so that names are known when they are used; hence one file.
#include <algorithm>
#include <array>
#include <map>

#include "importers/openwrt/firewall.h"
#include "importers/text/number.h"

namespace fwproof::importers::openwrt {
namespace {

using model::ActionKind;
using model::DiagnosticId;
using model::Family;
using model::LineClass;
using model::Severity;

constexpr size_t kMaxZones = 512;

std::string_view value_of(const UciSection& section, std::string_view option) {
  const Option* found = section.find(option);
  return found == nullptr || found->values.empty() ? std::string_view() : std::string_view(found->values.front().text);
}

// Conditions that the packet model does not hold.
struct OpaqueOption {
  std::string_view name;
  std::string_view kind;
};
constexpr auto kOpaqueOptions = std::to_array<OpaqueOption>({
    {"limit", "limit"}, {"start_date", "time"}, {"stop_date", "time"}, {"start_time", "time"}, {"stop_time", "time"}, {"weekdays", "time"},
    {"monthdays", "time"}, {"dscp", "dscp"}, {"helper", "helper"},
});

class FirewallReader {
 public:
  FirewallReader(const Config& config, const Networks& networks, Reader& reader, Firewall& firewall)
      : config_(config), networks_(networks), reader_(reader), fw_(firewall) {}

  void run() {
    each("defaults", [&](const UciSection& s) { defaults(s); });
    settle_age();
    read_sets(config_, reader_, fw_);
    each("zone", [&](const UciSection& s) { zone(s); });
    each("rule", [&](const UciSection& s) { rule(s); });
    each("forwarding", [&](const UciSection& s) { forwarding(s); });
    each("redirect", [&](const UciSection& s) { redirect(s); });
    fw_.first_nat = fw_.redirects.size();
    each("nat", [&](const UciSection& s) { nat(s); });
    each("include", [&](const UciSection& s) { include(s); });
    others();
  }

 private:
  template <typename Action>
  void each(std::string_view type, Action action) {
    for (const UciSection& section : config_.sections)
      if (section.package == "firewall" && section.type == type) {
        fw_.given = true;
        action(section);
      }
  }

  // fw4 needs OpenWrt 22.03, whose network configuration has no `ifname` any more.
  void settle_age() {
    bool marks4 = false, marks3 = networks_.old_style;
    for (const UciSection& section : config_.sections) {
      if (section.package != "firewall") continue;
      marks4 = marks4 || section.find("fw4_compatible") != nullptr || section.find("masq6") != nullptr || section.find("auto_includes") != nullptr ||
               (section.type == "include" && value_of(section, "type") == "nftables");
      marks3 = marks3 || section.find("extra") != nullptr;
    }
    fw_.firewall3 = marks3 && !marks4;
  }

  void others() {
    for (const UciSection& section : config_.sections) {
      if (section.package != "firewall") continue;
      const WordUse use = type_use("firewall", section.type);
      if (use.use == Use::irrelevant) reader_.account_all(section, LineClass::irrelevant, use.reason);
      if (use.use != Use::unknown) continue;
      reader_.account_all(section, LineClass::unrecognised, "section of an unknown type");
      reader_.make_opaque(section.head, "section of an unknown type", "config " + section.type.substr(0, 80),
                          "'" + section.type.substr(0, 80) + "' is no section type of the firewall configuration");
    }
  }

  // ---- values of options ----

  bool flag(const UciSection& section, std::string_view name, bool otherwise, std::vector<Unread>* unread) {
    const Option* option = section.find(name);
    if (option == nullptr) return otherwise;
    const auto value = option->is_list ? std::nullopt : parse_bool(option->values.front().text);
    if (value) return *value;
    refuse(option->values.front(), DiagnosticId::value_unknown, "yes or no", unread);
    return otherwise;
  }

  // fw4 would ignore the whole section; what it does is taken as unknown.
  void refuse(const Value& value, DiagnosticId id, std::string_view kind, std::vector<Unread>* unread) {
    reader_.refuse(value, id, kind);
    if (unread != nullptr) unread->push_back({"invalid value", value.text.substr(0, 200), false});
  }

  // Every word of a list option, or the single value of another; `Parse` gives an optional.
  template <typename Parse>
  auto values(const UciSection& section, std::string_view name, bool list, std::string_view kind, DiagnosticId id, std::vector<Unread>& unread, Parse parse) {
    std::vector<typename decltype(parse(std::string_view()))::value_type> result;
    const Option* option = section.find(name);
    if (option == nullptr) return result;
    if (!list && option->values.size() > 1) {
      refuse(option->values.back(), DiagnosticId::value_unknown, "the only value of this option", &unread);
      return result;
    }
    for (const Value& value : list ? words_of(*option) : option->values) {
      if (auto parsed = parse(trim(value.text))) result.push_back(std::move(*parsed));
      else refuse(value, id, kind, &unread);
    }
    return result;
  }

  std::vector<Net> nets(const UciSection& section, std::string_view name, bool list, std::vector<Unread>& unread) {
    std::vector<Net> result;
    for (const std::vector<Net>& some : values(section, name, list, "an address, a network or a range", DiagnosticId::address_invalid, unread,
                                               [&](std::string_view text) { return net(text); }))
      result.insert(result.end(), some.begin(), some.end());
    return result;
  }

  // An address, or a network's name, which stands for its subnets (parse_network).
  std::optional<std::vector<Net>> net(std::string_view text) const {
    const bool inverted = take_inversion(text);
    std::vector<Net> result;
    if (auto one = parse_subnet(text)) {
      result.push_back(std::move(*one));
    } else {
      const NetworkInterface* network = networks_.find(text);
      const bool may_be_name = !text.empty() && text.find_first_of("./:") == std::string_view::npos;
      if (network == nullptr && (networks_.given || !may_be_name)) return std::nullopt;
      if (network != nullptr)
        for (const model::Prefix& prefix : network->addresses) result.push_back(*parse_subnet(model::to_text(prefix)));
      if (network == nullptr || network->dynamic_v4 || network->dynamic_v6) {
        Net named;
        named.named = named.unset_family = true;
        if (network != nullptr && network->dynamic_v4 != network->dynamic_v6) named.unset_family = false, named.family = network->dynamic_v4 ? Family::v4 : Family::v6;
        named.name = "network:" + (network == nullptr ? std::string(text) : network->device);
        result.push_back(std::move(named));
      }
    }
    for (Net& each : result) each.inverted = inverted;
    return result;
  }

  FamilyChoice family(const UciSection& section, std::vector<Unread>* unread) {
    const Option* option = section.find("family");
    if (option == nullptr) return FamilyChoice::unset;
    const auto family = parse_family(option->values.front().text);
    if (!family) refuse(option->values.front(), DiagnosticId::value_unknown, "a family", unread);
    return family.value_or(FamilyChoice::any);
  }

  // Nothing: it names a zone that does not exist, and fw4 ignores the section.
  std::optional<Endpoint> endpoint(const UciSection& section, std::string_view name) {
    const Option* option = section.find(name);
    if (option == nullptr) return Endpoint{};
    return endpoint(option->values.front());
  }

  std::optional<Endpoint> endpoint(const Value& value) {
    if (value.text == "*") return Endpoint{Endpoint::Kind::any, 0};
    const auto zone = zones_.find(value.text);
    if (zone != zones_.end()) return Endpoint{Endpoint::Kind::zone, zone->second};
    reader_.account(value, LineClass::unrecognised, "zone that does not exist");
    reader_.tell(value, DiagnosticId::value_unknown, Severity::warning, "there is no zone '" + value.text.substr(0, 80) + "'", "the firewall ignores this section");
    return std::nullopt;
  }

  ZonePolicy policy(const UciSection& section, std::string_view name, const ZonePolicy& otherwise) {
    const Option* option = section.find(name);
    if (option == nullptr) return otherwise;
    const Value& value = option->values.front();
    ZonePolicy result;
    result.origin = value.origin;
    result.text = "option " + std::string(name) + " '" + value.text.substr(0, 40) + "'";
    constexpr ActionKind kKinds[] = {ActionKind::accept, ActionKind::reject, ActionKind::drop};
    if (const auto kind = parse_enum(value.text, {"accept", "reject", "drop"})) result.action = kKinds[*kind];
    else reader_.refuse(value, DiagnosticId::value_unknown, "ACCEPT, REJECT or DROP");
    return result;
  }

  // Unknown options of a section that no single condition can stand for.
  void opaque_options(const UciSection& section, const std::vector<const Option*>& options) {
    for (const Option* option : options) {
      const LineClass line_class = option_use(section.package, section.type, option->name).use == Use::unknown ? LineClass::unrecognised : LineClass::opaque;
      reader_.make_opaque(option->values.front(), "option of section " + section.type, option->name.substr(0, 80),
                          "what the option '" + option->name.substr(0, 80) + "' does to packets is not known");
      reader_.account(option->values.front(), line_class, "option that no table knows");
    }
  }

  // ---- sections ----

  void defaults(const UciSection& section) {
    if (has_defaults_) {
      reader_.account_all(section, LineClass::irrelevant, "second defaults section");
      return;
    }
    has_defaults_ = true;
    opaque_options(section, reader_.account_section(section));
    fw_.input = policy(section, "input", built_in_policy());
    fw_.output = policy(section, "output", built_in_policy());
    fw_.forward = policy(section, "forward", built_in_policy());
    fw_.drop_invalid = flag(section, "drop_invalid", false, nullptr);
    if (const Option* option = section.find("drop_invalid")) fw_.drop_invalid_origin = option->values.front().origin;
    synflood(section);
    if (const Option* option = section.find("disable_ipv6"); option != nullptr && option->values.front().text != "0")
      reader_.make_opaque(option->values.front(), "disable_ipv6", "disable_ipv6", "firewall3 leaves IPv6 unfiltered then, firewall4 filters it");
  }

  void synflood(const UciSection& section) {
    const Option* option = section.find("synflood_protect");
    if (option == nullptr) option = section.find("syn_flood");
    fw_.synflood = option != nullptr && flag(section, option->name, false, nullptr);
    if (option != nullptr) fw_.synflood_origin = option->values.front().origin;
    const std::string_view rate = value_of(section, "synflood_rate");
    fw_.synflood_text = rate.empty() ? "25/second" : std::string(rate.substr(0, 40));
  }

  // fw4.uc, parse_defaults: drop where nothing is said.
  static ZonePolicy built_in_policy() { return {ActionKind::drop, {}, "default: drop"}; }

  void zone(const UciSection& section) {
    opaque_options(section, reader_.account_section(section));
    if (!flag(section, "enabled", true, nullptr)) return;
    std::vector<Unread> unread;
    Zone zone;
    zone.name = std::string(value_of(section, "name"));
    zone.origin = section.head.origin;
    if (zone.name.empty() || fw_.zones.size() >= kMaxZones)
      return reader_.make_opaque(section.head, "zone", "zone", zone.name.empty() ? "a zone without a name" : "more than 512 zones");
    // fw4.uc, parse_identifier, of 2023-10-12 (commit 4101dd4): since then the zone is ignored, before it was a zone like others.
    if (!fw_.firewall3 && !is_identifier(zone.name))
      return reader_.make_opaque(section.head, "zone whose name is no identifier", zone.name.substr(0, 80), "whether the firewall takes a zone of this name depends on its version");
    if (!has_defaults_) fw_.input = fw_.output = fw_.forward = built_in_policy();
    zone.family = family(section, &unread);
    zone.input = policy(section, "input", fw_.input);
    zone.output = policy(section, "output", fw_.output);
    zone.forward = policy(section, "forward", fw_.forward);
    zone.masq = flag(section, "masq", false, &unread);
    zone.masq6 = flag(section, "masq6", false, &unread);
    zone.masq_allow_invalid = flag(section, "masq_allow_invalid", false, &unread);
    if (const Option* option = section.find("masq")) zone.masq_origin = option->values.front().origin;
    zone.masq_src = nets(section, "masq_src", true, unread);
    zone.masq_dest = nets(section, "masq_dest", true, unread);
    zone.subnets = nets(section, "subnet", true, unread);
    zone.translates_source = zone.masq || zone.masq6;
    add_devices(section, zone, unread);
    if (!unread.empty()) reader_.make_opaque(section.head, "zone with an invalid value", zone.name.substr(0, 80), "the firewall ignores a zone with an invalid value");
    if (!zones_.try_emplace(zone.name, fw_.zones.size()).second)
      return reader_.make_opaque(section.head, "second zone of one name", zone.name.substr(0, 80), "there is a zone of this name already");
    fw_.zones.push_back(std::move(zone));
  }

  void add_devices(const UciSection& section, Zone& zone, std::vector<Unread>& unread) {
    const Option* networks = section.find("network");
    // firewall3: a zone without networks has the network of its own name.
    if (networks != nullptr)
      for (const Value& value : words_of(*networks)) add_network(value, zone);
    if (const Option* devices = section.find("device"))
      for (const Value& value : words_of(*devices)) add_device(value, zone, unread);
    // firewall3 takes a `+` beside other devices for any device, firewall4 for none (zones.c, print_interface_rule).
    if (zone.drops_device && fw_.firewall3)
      reader_.make_opaque(section.head, "zone", zone.name.substr(0, 80), "which devices firewall3 takes this zone's wildcard for is not followed");
    constexpr size_t kMaxDevices = 64;
    if (zone.devices.size() > kMaxDevices) {
      reader_.make_opaque(section.head, "zone", zone.name.substr(0, 80), "more than 64 devices in one zone");
      zone.devices.resize(kMaxDevices);
    }
  }

  // fw4.uc, parse_zone: `+`, `*`, `!*` and what has a `+` in its middle are left out, so that alone they are every device; `!+` is none.
  void add_device(const Value& value, Zone& zone, std::vector<Unread>& unread) {
    std::string_view text = value.text;
    const bool inverted = take_inversion(text);
    if (text.empty()) return refuse(value, DiagnosticId::value_unknown, "a device", &unread);
    const size_t plus = text.find('+');
    if (text == "+" && inverted) zone.no_device = true;
    else if (text == "+" || text == "*" || (plus != std::string_view::npos && plus + 1 != text.size())) zone.drops_device = true;
    else zone.devices.push_back(device(value.text));
  }

  void add_network(const Value& value, Zone& zone) {
    std::string_view name = value.text;
    const bool inverted = take_inversion(name);
    const NetworkInterface* network = networks_.find(name);
    if (network == nullptr && networks_.given) {
      reader_.tell(value, DiagnosticId::value_unknown, Severity::note, "there is no interface '" + std::string(name.substr(0, 80)) + "' in the network configuration",
                   "the zone has nothing of it");
      return;
    }
    const std::string device = network == nullptr ? std::string(name) : network->device;
    zone.devices.push_back({device, false, inverted});
    if (std::find(zone.networks_devices.begin(), zone.networks_devices.end(), device) == zone.networks_devices.end()) zone.networks_devices.push_back(device);
  }

  // `+` and `*` count at the end only (fw4.uc, parse_zone; nft(8), "wildcard").
  static Device device(std::string_view text) {
    Device result;
    result.inverted = take_inversion(text);
    result.wildcard = text.ends_with('+') || text.ends_with('*');
    if (result.wildcard) text.remove_suffix(1);
    result.name = std::string(text);
    return result;
  }

  // What rules, redirects and nats have in common; false: fw4 ignores the section.
  bool common(const UciSection& section, FirewallRule& rule) {
    for (const Option* option : reader_.account_section(section))
      rule.unread.push_back({"option " + option->name.substr(0, 40), option->values.front().text.substr(0, 200), false});
    for (const std::string_view name : {"src", "dest", "target", "family", "ipset", "device"})
      if (const Option* option = section.find(name); option != nullptr && option->values.size() > 1)
        refuse(option->values.back(), DiagnosticId::value_unknown, "the only value of this option", &rule.unread);
    rule.name = std::string(value_of(section, "name"));
    rule.id = section.id();
    if (rule.name.empty()) rule.name = rule.id;
    rule.origin = section.head.origin;
    if (!flag(section, "enabled", true, &rule.unread)) return false;
    rule.family = family(section, &rule.unread);
    const auto src = endpoint(section, "src"), dest = endpoint(section, "dest");
    if (!src || !dest) return false;
    rule.src = *src;
    rule.dest = *dest;
    if (const Option* set = section.find("ipset"); set != nullptr && section.type != "nat") {
      rule.set = read_set_use(*set, fw_, reader_);
      if (!rule.set) return false;
    } else if (set != nullptr) {
      rule.unread.push_back({"set", set->values.front().text.substr(0, 200), false});
      reader_.account(set->values.front(), LineClass::opaque, "set of a nat section");
    }
    return true;
  }

  void conditions(const UciSection& section, FirewallRule& rule, bool lists) {
    auto& unread = rule.unread;
    rule.src_ip = nets(section, "src_ip", lists, unread);
    rule.dest_ip = nets(section, "dest_ip", lists, unread);
    rule.src_port = values(section, "src_port", lists, "a port or a range of ports", DiagnosticId::number_invalid, unread, parse_port);
    rule.dest_port = values(section, "dest_port", lists, "a port or a range of ports", DiagnosticId::number_invalid, unread, parse_port);
    rule.src_mac = values(section, "src_mac", true, "a MAC address", DiagnosticId::address_invalid, unread, parse_mac_match);
    if (auto mark = values(section, "mark", false, "a mark", DiagnosticId::number_invalid, unread, parse_mark); !mark.empty()) rule.mark = mark[0];
    for (const OpaqueOption& opaque : kOpaqueOptions) {
      const Option* option = section.find(opaque.name);
      if (option == nullptr) continue;
      unread.push_back({std::string(opaque.kind), std::string(opaque.name) + " " + option->values.front().text.substr(0, 200), false});
      for (const Value& value : option->values) reader_.account(value, LineClass::opaque, opaque.kind);
    }
  }

  void protocols(const UciSection& section, FirewallRule& rule, std::string_view otherwise) {
    if (section.find("proto") == nullptr) rule.protos = *parse_protocol(otherwise);
    for (auto& some : values(section, "proto", true, "a protocol", DiagnosticId::value_unknown, rule.unread, parse_protocol))
      rule.protos.insert(rule.protos.end(), some.begin(), some.end());
    // An unreadable protocol leaves any, under its unknown condition.
    if (rule.protos.empty()) rule.protos = *parse_protocol("all");
    for (const Proto& proto : rule.protos)
      if (proto.inverted) {
        // firewall3 inverts, firewall4 forgets the sign.
        rule.unread.push_back({"inverted protocol", proto.name, false});
        rule.protos = *parse_protocol("all");
        reader_.account(section.find("proto")->values.front(), LineClass::opaque, "inverted protocol");
        break;
      }
    const bool ports = !rule.src_port.empty() || !rule.dest_port.empty() || !rule.src_dport.empty();
    if (ports && std::none_of(rule.protos.begin(), rule.protos.end(), [](const Proto& p) { return p.has_ports(); }) && section.type != "nat")
      reader_.tell(section.head, DiagnosticId::value_unknown, Severity::warning, "the firewall ignores the ports of this section: its protocol is neither tcp nor udp");
  }

  // fw4.uc, ensure_tcpudp: `any` beside ports becomes tcp and udp; false: neither is among them.
  static bool ensure_ports(std::vector<Proto>& protos) {
    if (std::any_of(protos.begin(), protos.end(), [](const Proto& p) { return p.has_ports(); })) return true;
    if (std::any_of(protos.begin(), protos.end(), [](const Proto& p) { return !p.any; })) return false;
    protos = *parse_protocol("tcpudp");
    return true;
  }

  bool set_fits(FirewallRule& rule) const {
    if (!rule.set) return true;
    const auto& types = fw_.sets[rule.set->set].types;
    return std::find(types.begin(), types.end(), Dimension::port) == types.end() || ensure_ports(rule.protos);
  }

  std::optional<Target> target(const UciSection& section, Target otherwise, FirewallRule& rule) {
    const Option* option = section.find("target");
    if (option == nullptr) return otherwise;
    constexpr Target kTargets[] = {Target::accept, Target::reject, Target::drop, Target::notrack, Target::helper,
                                   Target::mark, Target::dscp, Target::dnat, Target::snat, Target::masquerade};
    const auto found = parse_enum(option->values.front().text, {"accept", "reject", "drop", "notrack", "helper", "mark", "dscp", "dnat", "snat", "masquerade"});
    if (found) return kTargets[*found];
    refuse(option->values.front(), DiagnosticId::value_unknown, "a target", &rule.unread);
    return Target::unknown;
  }

  void rule(const UciSection& section) {
    FirewallRule rule;
    if (!common(section, rule)) return;
    conditions(section, rule, true);
    protocols(section, rule, "tcpudp");
    rule.icmp = values(section, "icmp_type", true, "an ICMP type", DiagnosticId::value_unknown, rule.unread, [&](std::string_view text) {
      if (text != "any") return parse_icmp_type(text);
      rule.unread.push_back({"icmp_type", "any", false});   // firewall3: every type; firewall4 writes type 255
      return std::optional<IcmpType>(IcmpType{});
    });
    rule.target = *target(section, Target::none, rule);
    if (rule.target == Target::dnat || rule.target == Target::snat || rule.target == Target::masquerade) rule.target = Target::unknown;
    if (!set_fits(rule)) return;
    if (const Option* device_option = section.find("device")) {
      rule.device = device(device_option->values.front().text);
      if (rule.device->wildcard || rule.device->inverted) rule.unread.push_back({"device", device_option->values.front().text.substr(0, 80), false});
      const std::string_view direction = value_of(section, "direction");
      rule.egress = direction == "out" || direction == "egress";
    }
    if (rule.target == Target::mark && !read_marking(section, rule)) return;
    if ((rule.target == Target::notrack || rule.target == Target::helper) && !rule.src.is_zone()) return;
    account_set(section, rule);
    fw_.rules.push_back(std::move(rule));
  }

  // The line of a set whose entries are not known, where the rule does something.
  void account_set(const UciSection& section, const FirewallRule& rule) {
    if (!rule.set || rule.target == Target::dscp || rule.target == Target::helper || rule.target == Target::none) return;
    const FirewallSet& set = fw_.sets[rule.set->set];
    if (set.opaque.empty()) return;
    const Value& value = section.find("ipset")->values.front();
    reader_.account(value, LineClass::opaque, "set whose entries are not known");
    reader_.tell(value, DiagnosticId::match_opaque, Severity::warning, "what is in the set '" + set.name.substr(0, 80) + "' is not known", set.opaque);
  }

  bool read_marking(const UciSection& section, FirewallRule& rule) {
    const Option* option = section.find("set_xmark");
    const bool exact = option == nullptr;
    if (exact) option = section.find("set_mark");
    if (option == nullptr) return false;
    const auto mark = parse_mark(option->values.front().text);
    if (!mark || mark->inverted) return refuse(option->values.front(), DiagnosticId::number_invalid, "a mark", &rule.unread), rule.target = Target::unknown, true;
    rule.xmark = mark->value;
    rule.xmask = exact ? mark->value | mark->mask : mark->mask;
    return true;
  }

  void forwarding(const UciSection& section) {
    FirewallRule rule;
    if (!common(section, rule)) return;
    rule.forwarding = true;
    rule.protos = *parse_protocol("all");
    rule.target = Target::accept;
    if (!rule.src.given() || !rule.dest.given()) return;
    if (value_of(section, "name").empty())
      rule.name = "forwarding " + std::string(value_of(section, "src")) + " to " + std::string(value_of(section, "dest"));
    fw_.rules.push_back(std::move(rule));
  }

  void redirect(const UciSection& section) {
    FirewallRule rule;
    if (!common(section, rule)) return;
    conditions(section, rule, false);
    rule.src_dip = nets(section, "src_dip", false, rule.unread);
    rule.src_dport = values(section, "src_dport", false, "a port or a range of ports", DiagnosticId::number_invalid, rule.unread, parse_port);
    protocols(section, rule, "tcpudp");
    rule.target = *target(section, Target::dnat, rule);
    if (rule.target != Target::snat && rule.target != Target::unknown) rule.target = Target::dnat;
    rule.reflection = flag(section, "reflection", true, &rule.unread);
    if (const Option* option = section.find("reflection_src"))
      rule.reflection_external = parse_enum(option->values.front().text, {"internal", "external"}).value_or(0) == 1;
    if (const Option* option = section.find("reflection_zone"))
      for (const Value& value : words_of(*option))
      {
        const auto zone = endpoint(value);
        if (!zone) return;
        if (zone->is_zone()) rule.reflection_zones.push_back(*zone);
      }
    if (!set_fits(rule)) return;
    if (!(rule.target == Target::snat ? source_redirect(section, rule) : destination_redirect(section, rule))) return;
    account_set(section, rule);
    fw_.redirects.push_back(std::move(rule));
  }

  bool ignored(const UciSection& section, std::string message) {
    reader_.tell(section.head, DiagnosticId::value_unknown, Severity::warning, std::move(message), "the firewall ignores this section");
    return false;
  }

  static bool any_inverted(const std::vector<Net>& nets) {
    return std::any_of(nets.begin(), nets.end(), [](const Net& n) { return n.inverted || n.masked; });
  }

  bool destination_redirect(const UciSection& section, FirewallRule& rule) {
    if (!rule.src.given()) return ignored(section, "a redirect without a source zone");
    if (rule.src.is_any()) return ignored(section, "a redirect from '*' is not possible");
    if (any_inverted(rule.dest_ip)) return ignored(section, "the address to redirect to must not be negated or have a mask with holes");
    if (!rule.dest.given() && !rule.dest_ip.empty()) resolve_destination(rule);
    if (rule.dest_port.empty()) rule.dest_port = rule.src_dport;
    Zone& src = fw_.zones[rule.src.zone];
    src.takes_dnat = true;
    if (rule.reflection && rule.dest.is_zone() && src.masq)
      fw_.zones[rule.dest.zone].takes_dnat = fw_.zones[rule.dest.zone].translates_source = true;
    // Reflection rules make their zone take what they translate, too (add_rule).
    if (rule.reflection && rule.dest.is_zone() && (src.masq || src.masq6))
      for (const Endpoint& zone : rule.reflection_zones) fw_.zones[zone.zone].takes_dnat = fw_.zones[zone.zone].translates_source = true;
    warn_outside(section, rule);
    return true;
  }

  // A host that none of the destination zone's networks holds.
  void warn_outside(const UciSection& section, const FirewallRule& rule) {
    if (!rule.dest.is_zone() || rule.dest_ip.empty() || rule.dest_ip[0].named || !networks_.given) return;
    bool known = false;
    for (const std::string& device : fw_.zones[rule.dest.zone].networks_devices)
      for (const model::Prefix& prefix : networks_.addresses_of(device, rule.dest_ip[0].family)) {
        known = true;
        if (prefix.interval().lo <= rule.dest_ip[0].address && rule.dest_ip[0].address <= prefix.interval().hi) return;
      }
    if (known)
      reader_.tell(section.find("dest_ip")->values.front(), DiagnosticId::address_invalid, Severity::note,
                   "this address is in no network of zone '" + fw_.zones[rule.dest.zone].name.substr(0, 80) + "'");
  }

  // fw4.uc, resolve_dest: the first zone with an address whose network holds the target.
  void resolve_destination(FirewallRule& rule) {
    for (size_t i = 0; i < fw_.zones.size(); ++i)
      for (const std::string& device : fw_.zones[i].networks_devices)
        for (const Net& net : rule.dest_ip)
          for (const model::Prefix& prefix : networks_.addresses_of(device, net.family))
            if (!net.named && prefix.interval().lo <= net.address && net.address <= prefix.interval().hi) {
              rule.dest = {Endpoint::Kind::zone, i};
              return;
            }
  }

  bool source_redirect(const UciSection& section, FirewallRule& rule) {
    if (!rule.dest.is_zone()) return ignored(section, "a redirect of the source needs a destination zone");
    if (rule.src_dip.empty() && section.find("src_dip") == nullptr) return ignored(section, "a redirect of the source needs 'src_dip'");
    if (any_inverted(rule.src_dip)) return ignored(section, "'src_dip' must not be negated or have a mask with holes");
    for (const std::string_view name : {"src_mac", "helper"})
      if (const Option* option = section.find(name); option != nullptr && (option->is_list || !trim(option->values.front().text).empty()))
        return ignored(section, "a redirect of the source must not use '" + std::string(name) + "'");
    fw_.zones[rule.dest.zone].translates_source = true;
    // In the words of a nat section.
    rule.snat_ip = std::move(rule.src_dip);
    rule.snat_port = std::move(rule.src_dport);
    rule.src_dip.clear();
    rule.src_dport.clear();
    return true;
  }

  void nat(const UciSection& section) {
    FirewallRule rule;
    if (!common(section, rule)) return;
    conditions(section, rule, false);
    rule.snat_ip = nets(section, "snat_ip", false, rule.unread);
    rule.snat_port = values(section, "snat_port", false, "a port or a range of ports", DiagnosticId::number_invalid, rule.unread, parse_port);
    protocols(section, rule, "all");
    rule.target = *target(section, Target::masquerade, rule);
    if (rule.target != Target::accept && rule.target != Target::snat && rule.target != Target::unknown) rule.target = Target::masquerade;
    const bool has_new = section.find("snat_ip") != nullptr || section.find("snat_port") != nullptr;
    if (rule.target == Target::snat && !has_new) return static_cast<void>(ignored(section, "target SNAT needs 'snat_ip' or 'snat_port'"));
    if (rule.target != Target::snat && rule.target != Target::unknown && has_new)
      return static_cast<void>(ignored(section, "'snat_ip' and 'snat_port' are for target SNAT only"));
    const bool ports = !rule.snat_port.empty() || !rule.src_port.empty() || !rule.dest_port.empty();
    if (ports && !ensure_ports(rule.protos)) return static_cast<void>(ignored(section, "ports without tcp or udp"));
    if (any_inverted(rule.snat_ip)) return static_cast<void>(ignored(section, "'snat_ip' must not be negated or have a mask with holes"));
    if (const Option* option = section.find("device")) {
      const std::string& text = option->values.front().text;
      // A string for nft, which knows `*`; firewall3 gives it to iptables, which knows `+`.
      rule.device = Device{text, false, false};
      if (text.ends_with('*')) rule.device = Device{text.substr(0, text.size() - 1), true, false};
      if (text.ends_with('+') && fw_.firewall3) rule.device = Device{text.substr(0, text.size() - 1), true, false};
      rule.egress = true;
    }
    if (rule.src.is_zone()) fw_.zones[rule.src.zone].translates_source = true;
    fw_.redirects.push_back(std::move(rule));
  }

  // ---- includes ----

  void include(const UciSection& section) {
    for (const Option* option : reader_.account_section(section))
      reader_.account(option->values.front(), LineClass::unrecognised, "option that no table knows");
    if (!flag(section, "enabled", true, nullptr)) return;
    const std::string path(value_of(section, "path").substr(0, 200));
    const auto type = parse_enum(value_of(section, "type"), {"script", "nftables", "restore"});
    if (type.value_or(0) == 1) return nftables_include(section, path);
    const bool runs = fw_.firewall3 || flag(section, "fw4_compatible", path != "/etc/firewall.user", nullptr);
    if (!runs) {
      fw_.ignored_scripts.push_back(path);
      return reader_.account_all(section, LineClass::irrelevant, "script that firewall4 does not run");
    }
    const Option* file = section.find("path");
    reader_.make_opaque(file == nullptr ? section.head : file->values.front(), "script", path, "what the script '" + path + "' does to the firewall is not known");
  }

  void nftables_include(const UciSection& section, const std::string& path) {
    const std::string_view position = value_of(section, "position");
    const std::string_view chain = value_of(section, "chain");
    const Option* file = section.find("path");
    const Value& place = file == nullptr ? section.head : file->values.front();
    // Positions may be abbreviated; whatever is not clearly a known chain's may be anywhere.
    const bool in_chain = position == "chain-prepend" || position == "chain-append" || position == "chain-postpend";
    if (!in_chain || chain.empty())
      return reader_.make_opaque(place, "nftables rules in a file", path, "what the file '" + path + "' adds to the firewall is not known");
    reader_.account(place, LineClass::opaque, "nftables rules in a file");
    reader_.tell(place, DiagnosticId::target_opaque, Severity::warning, "what the file '" + path + "' adds to chain " + std::string(chain.substr(0, 80)) + " is not known");
    fw_.includes.push_back({path, std::string(chain), position != "chain-prepend", section.head.origin});
  }

  const Config& config_;
  const Networks& networks_;
  Reader& reader_;
  Firewall& fw_;
  std::map<std::string, size_t, std::less<>> zones_;
  bool has_defaults_ = false;
};

}  // namespace

Firewall read_firewall(const Config& config, const Networks& networks, Reader& reader) {
  Firewall firewall;
  firewall.input = firewall.output = firewall.forward = {ActionKind::drop, {}, "default: drop"};
  FirewallReader(config, networks, reader, firewall).run();
  return firewall;
}

}  // namespace fwproof::importers::openwrt
