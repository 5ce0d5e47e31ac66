#include <algorithm>
#include <array>

#include "importers/mikrotik/lower.h"
#include "importers/mikrotik/values.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::ActionKind;
using model::AddressSet;
using model::DiagnosticId;
using model::Field;
using model::In;
using model::IntervalSet;
using model::LineClass;
using model::Rewrite;
using model::Rule;
using model::Severity;
using Sharing = model::UnknownCondition::Sharing;

constexpr unsigned tables(std::initializer_list<Table> list) {
  unsigned bits = 0;
  for (const Table table : list) bits |= 1u << static_cast<unsigned>(table);
  return bits;
}
constexpr unsigned kAll = tables({Table::raw, Table::mangle, Table::nat, Table::filter});

Rewrite assign(Field field, IntervalSet values) { return {Rewrite::Kind::assign, field, std::move(values)}; }

class ActionLowering {
 public:
  explicit ActionLowering(RuleContext& context) : c_(context), b_(context.builder) {}

  void run() {
    const Property* action = c_.item.find("action");
    if (c_.open) return c_.emit_unknown(unknown_kind(), "a rule with a property that is not known");
    if (action != nullptr && action->opaque) return opaque(*action, "script value");
    const std::string_view name = action == nullptr ? "accept" : std::string_view(action->value);  // the default of every table
    for (const Row& row : kRows)
      if (row.name == name && (row.tables & (1u << static_cast<unsigned>(c_.table))) != 0) return (this->*row.function)();
    c_.tell(DiagnosticId::target_opaque, Severity::warning, "'" + std::string(name) + "' is no action of this table that is known here", action);
    c_.worsen(LineClass::unrecognised, "unknown action");
    c_.emit_unknown(unknown_kind(), "action=" + std::string(name));
  }

 private:
  using Function = void (ActionLowering::*)();
  struct Row {
    std::string_view name;
    unsigned tables;
    Function function;
  };
  static const std::array<Row, 33> kRows;

  // What a table's unknown action may do.
  ActionKind unknown_kind() const { return c_.table == Table::filter ? ActionKind::unknown : ActionKind::unknown_rewriting; }

  void opaque(const Property& property, std::string_view construct) {
    c_.worsen(LineClass::opaque, construct);
    c_.tell(DiagnosticId::target_opaque, Severity::warning, "what '" + property.key + "=" + property.value + "' does is not followed", &property);
    c_.emit_unknown(unknown_kind(), property.key + "=" + property.value);
  }
  void invalid(const Property& property, DiagnosticId id, std::string_view kind) {
    c_.worsen(LineClass::unrecognised, "line that RouterOS refuses");
    c_.tell(id, Severity::warning, "cannot read '" + property.value + "' as " + std::string(kind), &property);
    c_.emit_unknown(unknown_kind(), property.key + "=" + property.value);
  }
  void missing(std::string_view what) {
    c_.worsen(LineClass::opaque, "action without its parameters");
    c_.tell(DiagnosticId::target_opaque, Severity::warning, "the action needs " + std::string(what), c_.item.find("action"));
    c_.emit_unknown(unknown_kind(), std::string(c_.item.get("action")) + " without " + std::string(what));
  }

  // ---- plain ones ----

  void accept() { c_.emit(ActionKind::accept); }
  void drop() { c_.emit(ActionKind::drop); }
  void reject() { c_.emit(ActionKind::reject); }
  void go_on() { c_.emit(ActionKind::proceed); }
  void back() { c_.emit(ActionKind::return_); }

  void jump() {
    const Property* target = c_.item.find("jump-target");
    if (target == nullptr) return missing("a jump-target");
    if (target->opaque) return opaque(*target, "script value");
    const auto chain = c_.chains.find(target->value);
    if (chain != c_.chains.end()) c_.emit(ActionKind::jump, chain->second);
  }

  // Manual "FastTrack": packets of a connection that is established bypass the firewall from here on, but not all of them do, and only
  // TCP and UDP. So a free choice of accepting the packet stands here.
  void fasttrack() {
    if (c_.table != Table::filter) return opaque(*c_.item.find("action"), "fasttrack outside of the filter");
    Rule rule = c_.rule;
    rule.terms.push_back({In{Field::state, IntervalSet::range(model::state_established, model::state_related)}});
    rule.terms.push_back({In{Field::protocol, IntervalSet::of(model::proto_tcp).united(IntervalSet::of(model::proto_udp))}});
    rule.terms.push_back({model::Unknown{b_.unknown("fasttrack", "whether the packet takes the fast path", Sharing::per_visit, c_.rule.origin)}});
    c_.emit(std::move(rule), ActionKind::accept);
  }

  // ---- mangle and raw ----

  // Manual "Mangle", property passthrough: yes is the default.
  bool stops() const { return c_.item.is("passthrough", "no"); }
  ActionKind then() const { return stops() ? ActionKind::accept : ActionKind::proceed; }
  void change_header() { c_.emit(then()); }

  // Whether the rules behind it still see the packet is not documented (the kernel's NOTRACK goes on): both are tried.
  void untrack() {
    c_.emit_rewrite(c_.rule, {assign(Field::state, IntervalSet::of(model::state_untracked))}, ActionKind::proceed);
    c_.rule.terms.push_back({model::Unknown{b_.unknown("notrack", "whether notrack ends the table", Sharing::per_visit, c_.rule.origin)}});
    c_.emit(ActionKind::accept);
  }

  void mark_packet() { mark("new-packet-mark", b_.packet_marks, Field::mark, kPacketMark, 0); }
  // The mark is exact; that the routes do not tell the way of a marked packet is a routing gap (facts.cpp).
  void mark_routing() { mark("new-routing-mark", b_.routing_marks, Field::mark, kRoutingMark, 16); }
  void route() {
    c_.worsen(LineClass::opaque, "policy routing");
    c_.emit(then());
  }
  void mark_connection() {
    const Rule plain = c_.rule;
    c_.rule.terms.push_back(tracked());
    mark("new-connection-mark", b_.connection_marks, Field::connmark, 0xffffffff, 0);
    if (stops()) c_.emit(plain, ActionKind::accept);
  }

  void mark(std::string_view key, MarkNames& names, Field field, uint32_t mask, unsigned shift) {
    const Property* name = c_.item.find(key);
    if (name == nullptr) return missing(key);
    const uint32_t id = name->opaque ? 0xffffffff : names.id(name->value);
    if (id > (mask >> shift)) {
      c_.worsen(LineClass::approximated, "mark of any value");
      return c_.emit_rewrite(c_.rule, {assign(field, IntervalSet::all(32))}, then());
    }
    Rewrite step{Rewrite::Kind::set_bits, field};
    step.mask = mask;
    step.value = id << shift;
    c_.emit_rewrite(c_.rule, {step}, then());
  }

  // ---- translation ----

  const Property* to_addresses() const {
    const Property* several = c_.item.find("to-addresses");
    return several != nullptr ? several : c_.item.find("to-address");
  }

  // false: the value is none, and the rule is done.
  bool read_ports(IntervalSet& ports) {
    const Property* property = c_.item.find("to-ports");
    if (property == nullptr) return true;
    const auto parsed = property->opaque ? std::nullopt : parse_ports(property->value);
    const unsigned protocol = parse_protocol(c_.item.get("protocol")).value_or(256);
    if (parsed && model::has_ports(protocol)) return ports = *parsed, true;
    property->opaque ? opaque(*property, "script value") : invalid(*property, DiagnosticId::number_invalid, "ports of a rule with tcp or udp");
    return false;
  }

  // RouterOS takes source translation in srcnat and input only, destination translation in dstnat and output only.
  bool misplaced(Field field) {
    if (!side() || *side() == field) return false;
    const Property* chain = c_.item.find("chain");
    invalid(*chain, DiagnosticId::value_unknown, "a chain for this action");
    return true;
  }

  bool read_addresses(IntervalSet& addresses) {
    const Property* property = to_addresses();
    if (property == nullptr) return missing("to-addresses"), false;
    const auto parsed = property->opaque ? std::nullopt : parse_addresses(property->value, b_.family);
    if (parsed) return addresses = *parsed, true;
    property->opaque ? opaque(*property, "script value") : invalid(*property, DiagnosticId::address_invalid, "an address or a range");
    return false;
  }

  void dst_nat() {
    IntervalSet addresses, ports;
    if (misplaced(Field::dst) || !read_ports(ports) || !read_addresses(addresses)) return;
    to_destination({assign(Field::dst, addresses)}, ports);
  }

  // Manual "NAT": to one of the router's own addresses; nf_nat_redirect.c: packets of the router itself go to the loopback address.
  void redirect() {
    IntervalSet ports;
    if (misplaced(Field::dst) || !read_ports(ports)) return;
    if (c_.chain == "output")
      return to_destination({assign(Field::dst, IntervalSet::of(b_.family == model::Family::v4 ? model::u128{0x7f000001} : model::u128{1}))}, ports);
    to_destination({{Rewrite::Kind::assign_named, Field::dst, {}, "local"}}, ports);
  }

  // The kernel keeps a port that lies in the range, and otherwise takes any of it (nf_nat_core.c, nf_nat_l4proto_unique_tuple).
  void to_destination(std::vector<Rewrite> steps, const IntervalSet& ports) {
    if (!ports.empty() && !ports.is_single()) {
      Rule kept = c_.rule;
      kept.terms.push_back({In{Field::dst_port, ports}});
      translate(std::move(kept), steps, Field::dst);
    }
    if (!ports.empty()) steps.push_back(assign(Field::dst_port, ports));
    translate(c_.rule, std::move(steps), Field::dst);
  }

  void src_nat() {
    IntervalSet addresses, ports;
    if (misplaced(Field::src) || !read_ports(ports) || !read_addresses(addresses)) return;
    to_source(assign(Field::src, addresses), ports);
  }
  void masquerade() {
    IntervalSet ports;
    if (misplaced(Field::src) || !read_ports(ports)) return;
    to_source({Rewrite::Kind::assign_named, Field::src, {}, "address-of-out"}, ports);
  }
  // The source port stays where it can, but need not (nf_nat_core.c, get_unique_tuple).
  void to_source(Rewrite address, const IntervalSet& ports) {
    translate(c_.rule, {std::move(address), assign(Field::src_port, ports.empty() ? IntervalSet::range(1, 65535) : ports)}, Field::src);
  }

  // Which side these rewrite depends on where the chain is called from.
  std::optional<Field> side() const {
    if (c_.chain == "srcnat" || c_.chain == "input") return Field::src;
    if (c_.chain == "dstnat" || c_.chain == "output") return Field::dst;
    return std::nullopt;
  }

  void same() {
    IntervalSet addresses, ports;
    if (!read_ports(ports) || !read_addresses(addresses)) return;
    const auto field = side();
    if (!field) return opaque(*c_.item.find("action"), "same in a user's chain");
    *field == Field::src ? to_source(assign(Field::src, addresses), ports) : to_destination({assign(Field::dst, addresses)}, ports);
  }

  // Manual "NAT", netmap: one to one, the host part stays.
  void netmap() {
    IntervalSet addresses, ports;
    if (!read_ports(ports) || !read_addresses(addresses)) return;
    const auto field = side();
    const model::u128 lo = addresses.min(), size = addresses.max() - lo;
    const bool prefix = (size & (size + 1)) == 0 && (lo & size) == 0;
    if (!field || !prefix || !ports.empty()) return opaque(*to_addresses(), "netmap in a user's chain or to no prefix");
    const model::u128 mask = model::max_value(model::address_bits(b_.family)) ^ size;
    const Rewrite address{Rewrite::Kind::netmap, *field, {}, "", mask, lo};
    *field == Field::src ? to_source(address, ports) : translate(c_.rule, {address}, Field::dst);
  }

  void independent() { opaque(*c_.item.find("action"), "endpoint-independent-nat"); }

  // A translation that changes nothing leaves no trace in the connection's status (nf_nat_setup_info: only when the tuple differs).
  void translate(Rule rule, std::vector<Rewrite> steps, Field field) {
    const unsigned bit = field == Field::src ? model::ct_snat : model::ct_dnat;
    if ((b_.asks_translated & bit) != 0) quiet(rule, steps, bit);
    Rewrite status{Rewrite::Kind::set_bits, Field::ct_status};
    status.mask = status.value = bit;
    steps.push_back(std::move(status));
    c_.emit_rewrite(std::move(rule), std::move(steps), ActionKind::accept);
  }

  // The values that a step may give its field; nothing when any.
  std::optional<IntervalSet> values(const Rewrite& step) const {
    if (step.kind == Rewrite::Kind::netmap)
      return IntervalSet::range(step.value, step.value | (model::max_value(model::address_bits(b_.family)) & ~step.mask));
    if (step.kind == Rewrite::Kind::assign_named || (step.field == Field::src_port && step.values == IntervalSet::range(1, 65535))) return std::nullopt;
    return step.values;
  }

  bool can_hold(const Rule& rule, Field field, const IntervalSet& set) const {
    return std::none_of(rule.terms.begin(), rule.terms.end(), [&](const model::Term& term) {
      const auto* in = std::get_if<In>(&term.what);
      const auto* addresses = std::get_if<model::InAddresses>(&term.what);
      if (term.negated) return false;
      return (in != nullptr && in->field == field && !in->set.intersects(set)) ||
             (addresses != nullptr && addresses->field == field && !addresses->set.in(b_.family).intersects(set));
    });
  }

  // The rule for packets that may already be what the steps would make of them.
  void quiet(const Rule& rule, const std::vector<Rewrite>& steps, unsigned bit) {
    Rule same = rule;
    bool certain = true;
    for (const Rewrite& step : steps) {
      const auto set = values(step);
      certain = certain && set && (set->is_single() || step.kind == Rewrite::Kind::netmap);
      if (step.kind == Rewrite::Kind::assign_named && step.name == "local") same.terms.push_back({model::InNamed{step.field, step.name}});
      if (!set) continue;
      if (!can_hold(rule, step.field, *set)) return;
      if (step.field == Field::src || step.field == Field::dst) same.terms.push_back({model::InAddresses{step.field, AddressSet::of(b_.family, *set)}});
      else same.terms.push_back({In{step.field, *set}});
    }
    std::vector<Rewrite> made = steps;
    // The destination is translated first: nothing has set the other bit yet.
    if (!certain) made.push_back(assign(Field::ct_status, bit == model::ct_dnat ? IntervalSet::of(0).united(IntervalSet::of(bit)) : IntervalSet::all(2)));
    c_.emit_rewrite(std::move(same), std::move(made), ActionKind::accept);
  }

  RuleContext& c_;
  Builder& b_;
};

// Manual "Common Firewall Matchers and Actions", "Filter", "NAT", "Mangle", "RAW" (help.mikrotik.com, 2025).
const std::array<ActionLowering::Row, 33> ActionLowering::kRows = {{
    {"accept", kAll, &ActionLowering::accept},
    {"drop", tables({Table::filter, Table::raw}), &ActionLowering::drop},
    {"tarpit", tables({Table::filter}), &ActionLowering::drop},
    {"reject", tables({Table::filter}), &ActionLowering::reject},
    {"jump", kAll, &ActionLowering::jump},
    {"return", kAll, &ActionLowering::back},
    {"log", kAll, &ActionLowering::go_on},
    {"passthrough", kAll, &ActionLowering::go_on},
    {"add-src-to-address-list", kAll, &ActionLowering::go_on},
    {"add-dst-to-address-list", kAll, &ActionLowering::go_on},
    {"fasttrack-connection", tables({Table::filter, Table::mangle}), &ActionLowering::fasttrack},
    {"notrack", tables({Table::raw}), &ActionLowering::untrack},
    {"mark-packet", tables({Table::mangle}), &ActionLowering::mark_packet},
    {"mark-connection", tables({Table::mangle}), &ActionLowering::mark_connection},
    {"mark-routing", tables({Table::mangle}), &ActionLowering::mark_routing},
    {"route", tables({Table::mangle}), &ActionLowering::route},
    {"change-dscp", tables({Table::mangle}), &ActionLowering::change_header},
    {"change-tos", tables({Table::mangle}), &ActionLowering::change_header},
    {"change-ttl", tables({Table::mangle}), &ActionLowering::change_header},
    {"change-hop-limit", tables({Table::mangle}), &ActionLowering::change_header},
    {"change-mss", tables({Table::mangle}), &ActionLowering::change_header},
    {"clear-df", tables({Table::mangle}), &ActionLowering::change_header},
    {"set-priority", tables({Table::mangle}), &ActionLowering::change_header},
    {"strip-ipv4-options", tables({Table::mangle}), &ActionLowering::change_header},
    {"sniff-pc", tables({Table::mangle}), &ActionLowering::go_on},
    {"sniff-tzsp", tables({Table::mangle}), &ActionLowering::go_on},
    {"dst-nat", tables({Table::nat}), &ActionLowering::dst_nat},
    {"src-nat", tables({Table::nat}), &ActionLowering::src_nat},
    {"masquerade", tables({Table::nat}), &ActionLowering::masquerade},
    {"redirect", tables({Table::nat}), &ActionLowering::redirect},
    {"netmap", tables({Table::nat}), &ActionLowering::netmap},
    {"same", tables({Table::nat}), &ActionLowering::same},
    {"endpoint-independent-nat", tables({Table::nat}), &ActionLowering::independent},
}};

}  // namespace

void lower_action(RuleContext& context) { ActionLowering(context).run(); }

}  // namespace fwproof::importers::mikrotik
