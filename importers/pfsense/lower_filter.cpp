// The user's filter rules: filter_generate_user_rule() of filter.inc, pfSense CE 2.8 (2026-03-31).
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "importers/pfsense/lower.h"
#include "importers/text/number.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::pfsense {
namespace {

using model::DiagnosticId;
using model::Family;
using model::Field;
using model::IntervalSet;
using model::LineClass;
using text::pf::Direction;
using Rule = text::pf::FilterRule;
using Sharing = model::UnknownCondition::Sharing;

struct Builder {
  World& world;
  text::pf::Ruleset& ruleset;
  const FilterRule& from;
  Rule rule;
  IntervalSet protocols;

  Family family() const { return ruleset.family(); }

  void unknown(std::string_view kind, const XmlText& text, Sharing sharing) {
    rule.terms.push_back(ruleset.unknown(kind, fmt::format("{} {}", kind, text.value), sharing, {rule.origin.file, text.line}));
  }

  void add_action() {
    const std::string& type = from.type.value;
    rule.action = type == "block" ? Rule::Action::block : type == "reject" ? Rule::Action::reject : type == "match" ? Rule::Action::match : Rule::Action::pass;
    if (!type.empty() && type != "pass" && rule.action == Rule::Action::pass)
      world.complain(DiagnosticId::value_unknown, from.type, fmt::format("a rule of type '{}' is read as pass, as the device does", type), LineClass::modelled, "type");
  }

  void add_place() {
    const bool floating = from.floating.present;
    rule.quick = !floating || from.quick.present;
    rule.direction = Direction::in;
    if (floating && from.floating.value == "yes") {
      const std::string& direction = from.direction.value;
      rule.direction = direction == "in" ? Direction::in : direction == "out" ? Direction::out : Direction::any;
      if (rule.direction == Direction::any && !direction.empty() && direction != "any") {
        world.complain(DiagnosticId::value_unknown, from.direction, fmt::format("'{}' is no direction", direction));
        rule.unknown = "direction " + direction;
      }
    }
    if (floating && (from.interface.empty() || from.interface.value == "any")) return;
    // A floating rule has a list of interfaces; any other names one ("array key … does not exist").
    std::vector<std::string> names;
    if (floating) {
      for (std::string_view rest = from.interface.value, name; text::next_part(rest, ',', name);) names.emplace_back(name);
    } else {
      names.push_back(from.interface.value);
    }
    for (const std::string& name : names) add_interface(name);
    // "has no enabled interfaces": the device leaves the rule out.
    if (rule.interfaces.empty()) {
      rule.enabled = false;
      rule.interfaces.push_back("lo0");
    }
  }

  void add_interface(const std::string& name) {
    static constexpr std::string_view kOwn[] = {"enc0", "openvpn", "l2tp", "pppoe", "pptp", "WireGuard"};
    const auto* interface = world.find(name);
    if (!interface && std::find(std::begin(kOwn), std::end(kOwn), name) == std::end(kOwn)) {
      const uint32_t line = from.interface.line != 0 ? from.interface.line : from.origin.line;
      return world.complain_at(DiagnosticId::interface_missing, line,
                               name.empty() ? "the rule names no interface: the device leaves it out" : fmt::format("there is no interface '{}'", name));
    }
    if (interface && !interface->group && !interface->up) return;
    for (std::string& each : world.expand(name)) rule.interfaces.push_back(std::move(each));
  }

  void add_protocol() {
    const bool ports = !from.source.port.empty() || !from.destination.port.empty();
    const std::string name = from.protocol.empty() && ports ? "tcp" : from.protocol.value;
    const auto set = text::pf::protocols(name, family());
    if (!set) {
      world.complain(DiagnosticId::value_unknown, from.protocol, fmt::format("'{}' is no protocol that is known here", name));
      unknown("protocol", from.protocol, Sharing::pure);
      return;
    }
    protocols = *set;
    if (protocols != IntervalSet::all(8)) rule.terms.push_back(text::pf::in(Field::protocol, protocols));
  }

  void add_side(const Endpoint& endpoint, Field address, Field port) {
    const auto match = world.addresses(endpoint, family(), false);
    // "source address is empty": the device leaves the rule out.
    if (match.is_empty() && endpoint.address.empty()) rule.enabled = false;
    text::pf::add_term(ruleset, rule.terms, address, match, endpoint.negated.present, rule.origin);
    if (takes_ports(from.protocol.value)) text::pf::add_term(ruleset, rule.terms, port, world.ports(endpoint.port), rule.origin);
  }

  void add_icmp() {
    if (from.protocol.value != "icmp" || from.icmptype.empty() || from.icmptype.value == "any") return;
    IntervalSet types;
    for (std::string_view rest = from.icmptype.value, part; text::next_part(rest, ',', part);) {
      const auto type = text::pf::icmp_type(part, family());
      if (type) types = types.united(IntervalSet::of(*type));
      else if (!text::pf::icmp_type(part, family() == Family::v4 ? Family::v6 : Family::v4)) return unknown_icmp(part);
    }
    rule.terms.push_back(text::pf::in(Field::icmp_type, types));
  }

  void unknown_icmp(std::string_view part) {
    world.complain(DiagnosticId::value_unknown, from.icmptype, fmt::format("'{}' is no ICMP type that is known here", part));
    unknown("icmptype", from.icmptype, Sharing::pure);
  }

  void add_flags() {
    rule.any_flags = from.protocol.value == "tcp" && from.tcpflags_any.present;
    if (from.protocol.value != "tcp" || rule.any_flags) return;
    if (from.tcpflags2.empty()) {
      // "flags S/SA", whatever the rule does; rules that keep state have it anyway.
      if (rule.action == Rule::Action::pass && rule.keep_state) return;
      rule.any_flags = true;
      rule.terms.push_back(text::pf::tcp_flags(model::tcp_syn, model::tcp_syn | model::tcp_ack));
      return;
    }
    const auto set = text::pf::tcp_flag_bits(from.tcpflags1.value), of = text::pf::tcp_flag_bits(from.tcpflags2.value);
    if (!set || !of) {
      world.complain(DiagnosticId::value_unknown, from.tcpflags2, "these are no TCP flags");
      return unknown("TCP flags", from.tcpflags2, Sharing::pure);
    }
    rule.any_flags = true;
    rule.terms.push_back(text::pf::tcp_flags(*set, *of));
  }

  // Conditions outside the packet model.
  void add_opaque() {
    if (!from.sched.empty()) unknown("schedule", from.sched, Sharing::per_visit);
    if (!from.os.empty() && from.protocol.value == "tcp") unknown("operating system", from.os, Sharing::pure);
    if (!from.dscp.empty()) unknown("DSCP", from.dscp, Sharing::pure);
    if (!from.vlanprio.empty() && from.vlanprio.value != "none") unknown("VLAN priority", from.vlanprio, Sharing::pure);
    if (rule.action != Rule::Action::pass) return;
    if (world.config.skip_rules_gw_down.present && !from.gateway.empty()) unknown("gateway that is up", from.gateway, Sharing::per_visit);
    for (const XmlText* limit : {&from.max, &from.max_src_nodes, &from.max_src_conn, &from.max_src_states, &from.max_src_conn_rate})
      if (!limit->empty()) rule.unknown = "limit on states";
    if (from.nat.present) rule.unknown = "NAT64";
  }

  Rule build() {
    rule.origin = from.origin;
    rule.name = from.descr.value;
    rule.enabled = !from.disabled.present;
    world.quiet = !rule.enabled;
    rule.keep_state = from.statetype.value != "none";
    add_action();
    add_place();
    add_protocol();
    add_side(from.source, Field::src, Field::src_port);
    add_side(from.destination, Field::dst, Field::dst_port);
    add_icmp();
    add_flags();
    add_opaque();
    rule.tag = from.tag.value;
    rule.tagged = from.tagged.value;
    rule.tagged_negated = from.nottagged.present;
    if (!from.force_category.empty()) rule.unknown = "<force_category>";
    if (!from.unknown.empty()) rule.unknown = fmt::format("<{}>", from.unknown.front());
    world.quiet = false;
    return std::move(rule);
  }
};

bool applies(const FilterRule& rule, Family family) {
  const std::string& protocol = rule.ipprotocol.value;
  if (protocol == "inet46") return true;
  return (protocol == "inet6") == (family == Family::v6);
}

// Floating rules; rules of the user's groups, in the order of <ifgroups>; rules of pf's own groups; rules of interfaces: get_filter_rules_map()
// of pfsense-utils.inc.
std::pair<int, size_t> place(const World& world, const FilterRule& rule) {
  if (rule.floating.present) return {0, 0};
  const auto* interface = world.find(rule.interface.value);
  if (!interface) return {2, 0};
  return interface->group ? std::pair<int, size_t>{1, interface - world.interfaces.data()} : std::pair<int, size_t>{3, 0};
}

}  // namespace

void add_user_rules(World& world, text::pf::Ruleset& ruleset) {
  std::vector<const FilterRule*> rules;
  for (const FilterRule& rule : world.config.rules)
    if (applies(rule, ruleset.family())) rules.push_back(&rule);
  std::stable_sort(rules.begin(), rules.end(), [&](const FilterRule* a, const FilterRule* b) { return place(world, *a) < place(world, *b); });
  std::vector<Rule> moved;
  for (const FilterRule* from : rules) (from->force_category.empty() ? ruleset.filter : moved).push_back(Builder{world, ruleset, *from, {}, {}}.build());
  // What may stand anywhere is unknown in front of everything.
  ruleset.filter.insert(ruleset.filter.begin(), std::make_move_iterator(moved.begin()), std::make_move_iterator(moved.end()));
}

}  // namespace fwproof::importers::pfsense
