// The user's filter rules: Firewall/FilterRule.php and Rule.php of OPNsense (2026-08-21).
#include <fmt/format.h>

#include <algorithm>

#include "importers/opnsense/lower.h"
#include "importers/opnsense/parse.h"
#include "importers/text/number.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::opnsense {
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
  // Rules of the old pages may name none: then they are of both, and less is done to them (Rule.php, FilterRule.php).
  bool names_family() const { return from.model || !from.ipprotocol.empty(); }

  void unknown(std::string_view kind, const XmlText& text, Sharing sharing) {
    rule.terms.push_back(ruleset.unknown(kind, fmt::format("{} {}", kind, text.value), sharing, {rule.origin.file, text.line}));
  }

  void add_action() {
    const std::string& type = from.type.value;
    rule.action = type == "block" ? Rule::Action::block : type == "reject" ? Rule::Action::reject : type == "match" ? Rule::Action::match : Rule::Action::pass;
    if (type.empty() || type == "pass" || rule.action != Rule::Action::pass) return;
    world.complain(DiagnosticId::value_unknown, from.type.line, fmt::format("'{}' is no type of a rule", type));
    rule.unknown = "type " + type;
  }

  void add_place() {
    const std::string& direction = from.direction.value;
    rule.direction = direction == "out" ? Direction::out : direction == "any" ? Direction::any : Direction::in;
    if (!direction.empty() && direction != "in" && rule.direction == Direction::in) {
      world.complain(DiagnosticId::value_unknown, from.direction.line, fmt::format("'{}' is no direction", direction));
      rule.unknown = "direction " + direction;
    }
    // "all rules are quick by default except floating"; a setting that is there counts.
    const Said quick = said(from.quick, from.model || !from.floating.present ? Said::yes : Said::no);
    rule.quick = quick == Said::yes;
  }

  void add_interfaces() {
    const auto names = list_of(from.interface.value);
    if (names.empty()) return;
    const bool negated = said(from.interfacenot) == Said::yes;
    size_t found = 0;
    for (const std::string& name : names) {
      const auto* interface = world.find(name);
      const bool own = name == "enc0" || name == "openvpn" || name == "wireguard";
      if (!interface && !own) world.tell(DiagnosticId::interface_missing, from.interface.line, fmt::format("there is no interface '{}'", name));
      if (interface ? !interface->group && !interface->up : !own) continue;
      ++found;
      for (std::string& each : world.expand(name)) rule.interfaces.push_back(std::move(each));
    }
    if (found == 0) {
      rule.enabled = false;  // "disable rule when device not found"
      rule.interfaces = {"lo0"};
    } else if (negated && found > 1) {
      rule.interfaces.clear();  // each interface is a rule of its own: "not a" or "not b" is every interface
    } else {
      rule.interfaces_negated = negated;
    }
  }

  void add_protocol() {
    // "icmp" is ICMPv6 in rules of IPv6 alone.
    const auto set = text::pf::protocols(from.protocol.value, names_family() ? family() : Family::v4);
    if (!set) {
      world.complain(DiagnosticId::value_unknown, from.protocol.line, fmt::format("'{}' is no protocol that is known here", from.protocol.value));
      return unknown("protocol", from.protocol, Sharing::pure);
    }
    protocols = *set;
    if (protocols != IntervalSet::all(8)) rule.terms.push_back(text::pf::in(Field::protocol, protocols));
  }

  void add_ports(const Endpoint& endpoint, Field field) {
    const bool no_network = from.model && endpoint.networks.present && endpoint.networks.empty();  // serialize() of FilterRuleField.php
    if (!from.model && !takes_ports(from.protocol.value)) return;
    if (text::pf::has_ports(protocols) && !no_network) text::pf::add_term(ruleset, rule.terms, field, world.ports(endpoint.port), rule.origin);
  }

  void add_icmp() {
    const IntervalSet icmp = IntervalSet::of(family() == Family::v4 ? model::proto_icmp : model::proto_icmpv6);
    const XmlText& types = family() == Family::v4 ? from.icmptype : from.icmp6type;
    if (protocols != icmp || types.empty() || !names_family()) return;
    IntervalSet set;
    for (const std::string& each : list_of(types.value)) {
      const auto type = text::pf::icmp_type(each, family());
      if (!type) {
        world.complain(DiagnosticId::value_unknown, types.line, fmt::format("'{}' is no ICMP type that is known here", each));
        return unknown("icmptype", types, Sharing::pure);
      }
      set = set.united(IntervalSet::of(*type));
    }
    rule.terms.push_back(text::pf::in(Field::icmp_type, set));
  }

  void add_flags() {
    const bool tcp = protocols == IntervalSet::of(model::proto_tcp);
    rule.any_flags = tcp && said(from.tcpflags_any) == Said::yes;
    if (!tcp || rule.any_flags || from.tcpflags2.empty()) return;
    const auto set = text::pf::tcp_flag_bits(from.tcpflags1.value), of = text::pf::tcp_flag_bits(from.tcpflags2.value);
    if (!set || !of) {
      world.complain(DiagnosticId::value_unknown, from.tcpflags2.line, "these are no TCP flags");
      return unknown("TCP flags", from.tcpflags2, Sharing::pure);
    }
    rule.any_flags = true;
    rule.terms.push_back(text::pf::tcp_flags(*set, *of));
  }

  void add_opaque() {
    if (!from.sched.empty()) unknown("schedule", from.sched, Sharing::per_visit);
    if (!from.os.empty()) unknown("operating system", from.os, Sharing::pure);
    if (!from.tos.empty() && from.tos.value != "any") unknown("type of service", from.tos, Sharing::pure);
    if (!from.prio.empty()) unknown("VLAN priority", from.prio, Sharing::pure);
    if (!from.max_pkt_rate.empty()) unknown("limit on packets", from.max_pkt_rate, Sharing::per_visit);
    if (!from.divert.empty()) rule.unknown = "diversion to a program";
    if (rule.action != Rule::Action::pass) return;
    for (const XmlText* limit : {&from.max, &from.max_src_nodes, &from.max_src_conn, &from.max_src_states, &from.max_src_conn_rate})
      if (!limit->empty()) rule.unknown = "limit on states";
  }

  // Looked at before the type: a block rule is left out as well.
  void add_gateway() {
    const Written state = written(world, from, family());
    rule.enabled &= state != Written::no;
    if (state != Written::unclear) return;
    world.complain(DiagnosticId::match_opaque, from.gateway.line, fmt::format("whether the rule is left out depends on the state of the gateway '{}'", from.gateway.value), LineClass::opaque, "gateway that may be down");
    rule.unknown = "gateway " + from.gateway.value;
  }

  // "shaper type mismatch"
  void add_shapers() {
    if (from.shaper1.empty() || from.shaper2.empty()) return;
    const auto& shapers = world.config.shapers;
    const auto first = shapers.find(from.shaper1.value), second = shapers.find(from.shaper2.value);
    if (second == shapers.end() || first == shapers.end() || first->second != second->second) rule.enabled = false;
  }

  // Settings whose empty element versions read in two ways.
  void add_unclear() {
    struct Row {
      const XmlText& text;
      const char* name;
    };
    for (const Row& row : {Row{from.source.negated, "not"}, Row{from.destination.negated, "not"}, Row{from.quick, "quick"}, Row{from.interfacenot, "interfacenot"}}) {
      if (said(row.text) != Said::unclear) continue;
      if (from.model) continue;  // the models' booleans are empty for no
      world.complain(DiagnosticId::value_unknown, row.text.line, fmt::format("<{}> without a value means different things in different versions", row.name));
      rule.unknown = fmt::format("<{}> without a value", row.name);
    }
  }

  // One name of a list of addresses.
  struct Side {
    text::pf::AddressMatch match;
    bool negated = false;
    bool link_local = false;  // "(em1:network),fe80::/10"
    bool left_out = false;    // and the pairs with it
  };

  std::vector<Side> sides(const Endpoint& endpoint) {
    auto names = list_of(endpoint.networks.value);
    if (names.empty()) names = {"any"};
    std::vector<Side> result;
    for (const std::string& name : names) {
      Side side{world.address(name, endpoint.networks.line, family()), said(endpoint.negated) == Said::yes, false, world.leaves_out(name)};
      side.link_local = family() == Family::v6 && world.is_network(name) && names_family();
      // "not any" is any: mapAddressInfo() negates nothing else. What is in no network matches nothing.
      side.negated &= !side.match.any;
      if (side.link_local && !side.negated) side.match.known = side.match.known.united(link_local());
      side.left_out |= side.match.is_empty() && !side.negated && !world.aliases.has(name);
      result.push_back(std::move(side));
    }
    return result;
  }

  static model::AddressSet link_local() { return *text::pf::addresses("fe80::/10"); }

  // "{!(em1:network),fe80::/10}" is a list: what is outside of the network, or link-local.
  void add_side(Rule& pair, Field field, const Side& side) {
    if (!side.link_local || !side.negated) return text::pf::add_term(ruleset, pair.terms, field, side.match, side.negated, pair.origin);
    std::vector<model::Term> outside;
    if (!side.match.known.empty()) outside.push_back(text::pf::in(field, side.match.known, true));
    for (const std::string& name : side.match.names) outside.push_back({model::InNamed{field, name}, true});
    if (outside.empty()) return;
    model::AnyOf any;
    any.alternatives = {std::move(outside), {text::pf::in(field, link_local())}};
    pair.terms.push_back({std::move(any), false});
  }

  void build(std::vector<Rule>& out) {
    rule.origin = from.origin;
    rule.name = from.descr.value;
    rule.enabled = !is_disabled(from.disabled, from.enabled, from.model, rule.unknown);
    world.quiet = !rule.enabled;
    add_action();
    add_place();
    add_interfaces();
    add_protocol();
    add_ports(from.source, Field::src_port);
    add_ports(from.destination, Field::dst_port);
    add_icmp();
    add_flags();
    add_opaque();
    add_gateway();
    add_shapers();
    add_unclear();
    rule.keep_state = from.statetype.value != "none";
    rule.tag = from.tag.value;
    rule.tagged = from.tagged.value;
    if (!from.unknown.empty()) rule.unknown = fmt::format("<{}>", from.unknown.front());
    add_pairs(out);
    world.quiet = false;
  }

  void add_pairs(std::vector<Rule>& out) {
    const auto sources = sides(from.source), destinations = sides(from.destination);
    if (sources.size() * destinations.size() > kMaxPairs || !ruleset.spend(20 * (sources.size() * destinations.size() - 1))) {
      rule.unknown = "too many pairs of sources and destinations";
      out.push_back(std::move(rule));
      return;
    }
    for (const Side& source : sources)
      for (const Side& destination : destinations) {
        Rule pair = rule;
        pair.enabled &= !source.left_out && !destination.left_out;
        add_side(pair, Field::src, source);
        add_side(pair, Field::dst, destination);
        out.push_back(std::move(pair));
      }
  }
};

// Where filter.lib.inc and FilterRuleField.php put a rule: floating, groups by their sequence, interfaces.
unsigned priority(const World& world, const FilterRule& rule) {
  const auto names = list_of(rule.interface.value);
  const bool floating = rule.model ? names.size() != 1 || said(rule.interfacenot) == Said::yes : rule.floating.present;
  if (floating) return 200'000;
  const auto* interface = names.empty() ? nullptr : world.find(names[0]);
  return interface && interface->group ? 300'000 + world.group_sequence(names[0]) : 400'000;
}

}  // namespace

bool is_disabled(const XmlText& disabled, const XmlText& enabled, bool model, std::string& unknown) {
  if (model) return enabled.present && said(enabled) != Said::yes;
  const Said off = said(disabled);
  if (off == Said::unclear) unknown = "<disabled> without a value";
  return off == Said::yes;
}

bool of_family(const std::string& ipprotocol, Family family) {
  if (ipprotocol.empty() || ipprotocol == "inet46") return true;
  return (ipprotocol == "inet6") == (family == Family::v6);
}

bool takes_ports(const std::string& protocol) {
  const std::string word = text::pf::lower_case(protocol);
  return word == "tcp" || word == "udp" || word == "tcp/udp";
}

void add_user_rules(World& world, text::pf::Ruleset& ruleset) {
  std::vector<const FilterRule*> order;
  for (const FilterRule& rule : world.config.rules)
    if (of_family(rule.ipprotocol.empty() && rule.model ? "inet" : rule.ipprotocol.value, ruleset.family())) order.push_back(&rule);
  // The model's rules come first and are sorted by their sequence; those of the old pages keep the order of the file.
  const auto key = [&](const FilterRule* rule) { return std::tuple(priority(world, *rule), !rule->model, rule->model ? rule->sequence : 0U); };
  std::stable_sort(order.begin(), order.end(), [&](const FilterRule* a, const FilterRule* b) { return key(a) < key(b); });
  for (const FilterRule* rule : order) add_filter_rule(world, ruleset, *rule);
}

void add_filter_rule(World& world, text::pf::Ruleset& ruleset, const FilterRule& rule) { Builder{world, ruleset, rule, {}, {}}.build(ruleset.filter); }

}  // namespace fwproof::importers::opnsense
