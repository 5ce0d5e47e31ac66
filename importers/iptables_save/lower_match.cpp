// Conditions. The kernel's source of truth for each is net/netfilter/xt_NAME.c (Linux 6.1); FORMAT.md says what was read there.
// The file is one table of small functions, one per option, hence its length.
#include <array>

#include "importers/iptables_save/lower.h"
#include "importers/iptables_save/lower_address.h"
#include "importers/iptables_save/lower_set.h"
#include "importers/iptables_save/names.h"
#include "importers/text/number.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::AnyOf;
using model::DiagnosticId;
using model::Family;
using model::Field;
using model::In;
using model::InAddresses;
using model::IntervalSet;
using model::LineClass;
using model::Term;
using Sharing = model::UnknownCondition::Sharing;

// The option as the line has it: "! --tcp-option 4".
std::string option_text(const RuleAst& ast, const OptionUse& use) {
  std::string text = use.negated ? "! --" : "--";
  text += use.name;
  for (uint32_t i = 0; i < use.value_count; ++i) {
    text += ' ';
    text += ast.value(use, i);
  }
  return text;
}

std::string match_text(const RuleAst& ast, size_t index) {
  std::string text = "-m ";
  text += ast.matches[index].name;
  for (const OptionUse& use : ast.options)
    if (use.owner == static_cast<int32_t>(index)) text += ' ' + option_text(ast, use);
  return text;
}

const OptionUse* protocol_option(const RuleAst& ast) {
  for (const OptionUse& use : ast.options)
    if (use.spec != nullptr && use.spec->meaning == Meaning::protocol) return &use;
  return nullptr;
}

// The protocol that the rule is about, when it is exactly one; 0 otherwise.
unsigned protocol_of(const RuleAst& ast) {
  const OptionUse* use = protocol_option(ast);
  if (use == nullptr || use->negated) return 0;
  return protocol_number(ast.value(*use)).value_or(0);
}

class MatchLowering {
 public:
  explicit MatchLowering(RuleContext& context) : c_(context), protocol_(protocol_of(context.ast)) {}

  void run() {
    for (const OptionUse& use : c_.ast.options)
      if (use.owner == kGeneric) lower_option(use);
    for (size_t i = 0; i < c_.ast.matches.size(); ++i) lower_match(i);
  }

 private:
  using Function = void (MatchLowering::*)(const OptionUse&);
  struct Row {
    Meaning meaning;
    Function function;
  };

  void lower_match(size_t index) {
    const MatchUse& match = c_.ast.matches[index];
    if (match.spec == nullptr) return unknown_module(index);
    switch (match.spec->handling) {
      case Handling::irrelevant: return;
      case Handling::modelled: return lower_modelled(index);
      // These look at the connection, which table raw does not have yet.
      case Handling::pure: return opaque_module(index, c_.scope.name == "raw" && (match.spec->name == "helper" || match.spec->name == "ipvs") ? Sharing::per_visit : Sharing::pure);
      case Handling::per_visit:
        if (match.spec->name == "recent" && lower_recent_set(index)) return;
        return opaque_module(index, Sharing::per_visit);
    }
  }

  void unknown_module(size_t index) {
    const MatchUse& match = c_.ast.matches[index];
    c_.add_unknown(match.name, match_text(c_.ast, index), Sharing::per_visit);
    c_.result.notes.push_back({DiagnosticId::match_opaque, model::Severity::warning, match.word,
                               "no match of the name '" + std::string(match.name) + "' is known", "it counts as an unknown condition"});
  }

  void opaque_module(size_t index, Sharing sharing) {
    const MatchUse& match = c_.ast.matches[index];
    c_.add_unknown(match.spec->name, match_text(c_.ast, index), sharing);
    if (match.spec->reads_header) c_.builder.header_unknowns.insert(std::get<model::Unknown>(c_.rule.terms.back().what).index);
    c_.result.notes.push_back({DiagnosticId::match_opaque, model::Severity::note, match.word,
                               "'-m " + std::string(match.name) + "' is outside the packet model", "it counts as an unknown condition"});
  }

  // `recent --set` is an action: it always matches (recent_mt in xt_recent.c), negated it never does.
  bool lower_recent_set(size_t index) {
    const OptionUse* set = nullptr;
    for (const OptionUse& use : c_.ast.options) {
      if (use.owner != static_cast<int32_t>(index)) continue;
      if (use.name == "set") set = &use;
      if (use.name == "rcheck" || use.name == "update" || use.name == "remove") return false;
    }
    if (set == nullptr) return false;
    if (set->negated) c_.add({AnyOf{}});
    return true;
  }

  void lower_modelled(size_t index) {
    const MatchUse& match = c_.ast.matches[index];
    if (!protocol_fits(match.spec->name)) {
      c_.refuse(match.word, DiagnosticId::line_unrecognised,
                "'-m " + std::string(match.name) + "' needs the protocol of that name (-p) in the same rule");
      return;
    }
    if (limits_interface(index)) return opaque_module(index, Sharing::pure);
    for (const OptionUse& use : c_.ast.options)
      if (use.owner == static_cast<int32_t>(index)) lower_option(use);
  }

  bool protocol_fits(std::string_view module) const {
    if (module == "multiport") return model::has_ports(protocol_);
    if (module == "tcp") return protocol_ == model::proto_tcp;
    if (module == "udp") return protocol_ == model::proto_udp;
    if (module == "udplite") return protocol_ == model::proto_udplite;
    if (module == "sctp") return protocol_ == model::proto_sctp;
    if (module == "dccp") return protocol_ == model::proto_dccp;
    if (module == "icmp") return protocol_ == model::proto_icmp;
    if (module == "icmp6") return protocol_ == model::proto_icmpv6;
    return true;
  }

  // `addrtype --limit-iface-in` asks about the addresses of one interface, not of the host.
  bool limits_interface(size_t index) const {
    for (const OptionUse& use : c_.ast.options)
      if (use.owner == static_cast<int32_t>(index) && use.name.starts_with("limit-iface-")) return true;
    return false;
  }

  void lower_option(const OptionUse& use) {
    const uint32_t needed = use.spec->arguments;
    if (use.value_count < needed) return;  // reported by the parser
    if (const Function function = function_of(use.spec->meaning)) (this->*function)(use);
  }

  void invalid(const OptionUse& use, DiagnosticId id, std::string_view kind, uint32_t i = 0) {
    c_.refuse(use.first_value + i, id, "cannot read '" + std::string(c_.ast.value(use, i)) + "' as " + std::string(kind));
  }

  // ---- generic ----

  void source(const OptionUse& use) { addresses(use, Field::src); }
  void destination(const OptionUse& use) { addresses(use, Field::dst); }

  void addresses(const OptionUse& use, Field field) {
    if (c_.ast.value(use).find(',') != std::string_view::npos && negates_an_address())
      return c_.refuse(use.first_value, DiagnosticId::address_invalid, "'!' is not allowed beside several source or destination addresses");
    add_addresses(use, field, parse_addresses(c_.ast.value(use), c_.builder.family));
  }

  // iptables 1.8.9, do_parse() in xshared.c: such a rule is refused, since its expansion would mean something else.
  bool negates_an_address() const {
    for (const OptionUse& use : c_.ast.options)
      if (use.owner == kGeneric && use.negated && (use.spec->meaning == Meaning::source || use.spec->meaning == Meaning::destination)) return true;
    return false;
  }

  void add_addresses(const OptionUse& use, Field field, ParsedAddresses parsed) {
    using Kind = ParsedAddresses::Kind;
    const std::string part(parsed.part);
    switch (parsed.kind) {
      case Kind::set: break;
      case Kind::invalid:
        c_.refuse(use.first_value, DiagnosticId::address_invalid, "cannot read '" + part + "' as an address");
        return;
      case Kind::wrong_family:
        c_.refuse(use.first_value, DiagnosticId::address_invalid, "'" + part + "' is an address of the other family");
        return;
      case Kind::hostname:
        c_.add_unknown("hostname", option_text(c_.ast, use), Sharing::pure);
        c_.result.notes.push_back({DiagnosticId::match_opaque, model::Severity::warning, use.first_value,
                                   "the host name '" + part + "' is not resolved", "an address is expected"});
        return;
      case Kind::too_scattered:
        c_.add_unknown("netmask", option_text(c_.ast, use), Sharing::pure);
        c_.result.notes.push_back({DiagnosticId::match_opaque, model::Severity::warning, use.first_value,
                                   "the mask of '" + part + "' leaves more than 65,536 ranges", ""});
        return;
    }
    if (!use.negated && parsed.set == IntervalSet::all(model::address_bits(c_.builder.family))) return;
    c_.add({InAddresses{field, model::AddressSet::of(c_.builder.family, std::move(parsed.set))}, use.negated});
  }

  void protocol(const OptionUse& use) {
    const auto number = protocol_number(c_.ast.value(use));
    if (!number) return invalid(use, DiagnosticId::number_invalid, "a protocol");
    if (*number == 0) {
      if (use.negated) c_.refuse(use.word, DiagnosticId::number_invalid, "rule would never match protocol");
      return;
    }
    c_.add({In{Field::protocol, IntervalSet::of(*number)}, use.negated});
  }

  void in_interface(const OptionUse& use) { interface(use, Field::in); }
  void out_interface(const OptionUse& use) { interface(use, Field::out); }

  void interface(const OptionUse& use, Field field) {
    const std::string name(c_.ast.value(use));
    if (name == "+") {
      if (use.negated) c_.add({AnyOf{}});
      return;
    }
    const auto atoms = c_.builder.interface_atoms.find(name);
    if (atoms == c_.builder.interface_atoms.end()) return c_.add_unknown("interface", option_text(c_.ast, use), Sharing::pure);
    c_.add({In{field, atoms->second}, use.negated});
  }

  void fragment(const OptionUse& use) { c_.add({In{Field::fragment, IntervalSet::of(1)}, use.negated}); }

  void ipv4(const OptionUse& use) { only_family(use, Family::v4); }
  void ipv6(const OptionUse& use) { only_family(use, Family::v6); }
  // iptables-restore skips a rule that is marked for the other family.
  void only_family(const OptionUse&, Family family) {
    if (family != c_.builder.family) c_.add({AnyOf{}});
  }

  // ---- ports, flags, types ----

  bool udp() const { return protocol_ == model::proto_udp; }
  void sport(const OptionUse& use) { port(use, Field::src_port); }
  void dport(const OptionUse& use) { port(use, Field::dst_port); }

  void port(const OptionUse& use, Field field) {
    auto range = port_range(c_.ast.value(use), ':', udp());
    if (!range) return invalid(use, DiagnosticId::number_invalid, "a port or a range of ports");
    c_.add({In{field, std::move(*range)}, use.negated});
  }

  void sports(const OptionUse& use) { port_list_in(use, true, false); }
  void dports(const OptionUse& use) { port_list_in(use, false, true); }
  void ports(const OptionUse& use) { port_list_in(use, true, true); }

  void port_list_in(const OptionUse& use, bool src, bool dst) {
    auto list = port_list(c_.ast.value(use), udp());
    if (!list) return invalid(use, DiagnosticId::number_invalid, "a list of ports");
    if (src && dst) return c_.add({AnyOf{{{{In{Field::src_port, *list}}}, {{In{Field::dst_port, *list}}}}}, use.negated});
    c_.add({In{src ? Field::src_port : Field::dst_port, std::move(*list)}, use.negated});
  }

  void add_flags(unsigned mask, unsigned wanted, bool negated) {
    std::vector<model::Interval> values;
    for (unsigned value = 0; value < 256; ++value)
      if ((value & mask) == wanted) values.push_back({value, value});
    c_.add({In{Field::tcp_flags, IntervalSet::from(std::move(values))}, negated});
  }

  // iptables(8): --syn is --tcp-flags SYN,RST,ACK,FIN SYN.
  void syn(const OptionUse& use) { add_flags(model::tcp_syn | model::tcp_rst | model::tcp_ack | model::tcp_fin, model::tcp_syn, use.negated); }

  void tcp_flags_option(const OptionUse& use) {
    const auto mask = tcp_flags(c_.ast.value(use, 0)), wanted = tcp_flags(c_.ast.value(use, 1));
    if (!mask) return invalid(use, DiagnosticId::value_unknown, "TCP flags", 0);
    if (!wanted) return invalid(use, DiagnosticId::value_unknown, "TCP flags", 1);
    add_flags(*mask, *wanted, use.negated);
  }

  void icmp4(const OptionUse& use) { icmp(use, Family::v4); }
  void icmp6(const OptionUse& use) { icmp(use, Family::v6); }

  void icmp(const OptionUse& use, Family family) {
    auto type = icmp_type(c_.ast.value(use), family);
    if (!type) return invalid(use, DiagnosticId::value_unknown, "an ICMP type");
    if (type->type.empty()) {
      if (use.negated) c_.add({AnyOf{}});
      return;
    }
    if (type->code.empty()) return c_.add({In{Field::icmp_type, std::move(type->type)}, use.negated});
    if (use.negated) return c_.add({AnyOf{{{{In{Field::icmp_type, type->type}}, {In{Field::icmp_code, type->code}}}}}, true});
    c_.add({In{Field::icmp_type, std::move(type->type)}});
    c_.add({In{Field::icmp_code, std::move(type->code)}});
  }

  // ---- the rest ----

  void src_range(const OptionUse& use) { add_addresses(use, Field::src, parse_address_range(c_.ast.value(use), c_.builder.family)); }
  void dst_range(const OptionUse& use) { add_addresses(use, Field::dst, parse_address_range(c_.ast.value(use), c_.builder.family)); }

  void ctstate(const OptionUse& use) {
    auto parsed = ct_states(c_.ast.value(use));
    if (!parsed) return invalid(use, DiagnosticId::value_unknown, "connection states");
    if (before_conntrack(use)) return;
    Term states{In{Field::state, std::move(parsed->states)}, use.negated};
    if (parsed->status == 0) return c_.add(std::move(states));
    AnyOf any;
    states.negated = false;
    any.alternatives.push_back({std::move(states)});
    for (const unsigned bit : {model::ct_snat, model::ct_dnat})
      if ((parsed->status & bit) != 0) any.alternatives.push_back({{model::Masked{Field::ct_status, bit, bit}}});
    c_.add({std::move(any), use.negated});
  }

  // Table raw comes before connection tracking: there is no connection yet, but packets on loopback may carry one all the same.
  bool before_conntrack(const OptionUse& use) {
    if (c_.scope.name != "raw") return false;
    OptionUse plain = use;
    plain.negated = false;
    c_.add_unknown("connection-in-raw", option_text(c_.ast, plain), Sharing::per_visit, use.negated);
    return true;
  }

  void ctdir(const OptionUse& use) {
    const std::string_view value = c_.ast.value(use);
    const bool reply = value == "REPLY" || value == "reply";
    if (!reply && value != "ORIGINAL" && value != "original") return invalid(use, DiagnosticId::value_unknown, "ORIGINAL or REPLY");
    if (before_conntrack(use)) return;
    add_of_connection(use, {In{Field::ct_dir, IntervalSet::of(reply ? 1 : 0)}, use.negated});
  }

  // conntrack_mt in xt_conntrack.c: without a connection the answer is "was a state asked for", whatever else is, and whether negated or not.
  void add_of_connection(const OptionUse& use, Term term) {
    bool asks_state = false;
    for (const OptionUse& other : c_.ast.options) asks_state = asks_state || (other.owner == use.owner && other.name == "ctstate");
    if (asks_state) return c_.add({AnyOf{{{std::move(term)}, {untracked()}}}});
    c_.add(std::move(term));
    c_.add(tracked());
  }

  void match_set(const OptionUse& use) {
    const std::string_view name = c_.ast.value(use, 0), flags = c_.ast.value(use, 1);
    const std::string text = std::string(name) + " " + std::string(flags);
    bool asks_more = false;
    for (const OptionUse& other : c_.ast.options)
      asks_more = asks_more || (other.owner == use.owner && other.spec != nullptr && other.spec->meaning == Meaning::opaque_set);
    SetCondition set = lower_set(c_.builder, name, flags, c_.origin);
    if (asks_more && set.unknown.empty()) set.unknown = "it asks for counters or nomatch entries";
    if (set.unknown.empty()) {
      if (use.negated && set.terms.size() > 1) return c_.add({AnyOf{{std::move(set.terms)}}, true});
      for (Term& term : set.terms) {
        term.negated = term.negated != use.negated;
        c_.add(std::move(term));
      }
      return;
    }
    // A changing set or one with counters gives each visit its own answer.
    c_.add_unknown("set", text, set.missing ? Sharing::pure : Sharing::per_visit, use.negated);
    c_.result.notes.push_back({set.missing ? DiagnosticId::set_missing : DiagnosticId::match_opaque, model::Severity::warning,
                               use.first_value, "set '" + std::string(name) + "': " + set.unknown, "give the output of 'ipset save' beside the dump"});
  }

  void mark(const OptionUse& use) { masked(use, Field::mark); }
  // connmark_mt in xt_connmark.c: without a connection there is no match, negated or not.
  void connmark(const OptionUse& use) {
    if (before_conntrack(use)) return;
    masked(use, Field::connmark);
    c_.add(tracked());
  }

  void masked(const OptionUse& use, Field field) {
    const auto value = text::parse_masked(c_.ast.value(use), 0xffffffff);
    if (!value) return invalid(use, DiagnosticId::number_invalid, "a mark");
    c_.add({model::Masked{field, value->mask, value->value}, use.negated});
  }

  void src_type(const OptionUse& use) { address_type(use, Field::src); }
  void dst_type(const OptionUse& use) { address_type(use, Field::dst); }

  // IPv4: one of the types suffices (match_type in xt_addrtype.c). IPv6: of those that the routes tell one suffices, the others are demanded beside
  // that (match_type6).
  void address_type(const OptionUse& use, Field field) {
    const bool v6 = c_.builder.family == Family::v6;
    AnyOf any;
    std::vector<Term> demanded;
    std::string_view rest = c_.ast.value(use);
    for (std::string_view part; text::next_part(rest, ',', part);) {
      std::vector<Term> one = one_address_type(field, part);
      const bool of_routes = part != "MULTICAST" && part != "UNICAST" && part != "UNSPEC";
      for (Term& term : one) {
        if (v6 && !of_routes) demanded.push_back(std::move(term));
        else any.alternatives.push_back({std::move(term)});
      }
    }
    if (demanded.empty()) return c_.add({std::move(any), use.negated});
    if (!any.alternatives.empty()) demanded.push_back({std::move(any)});
    if (use.negated) return c_.add({AnyOf{{std::move(demanded)}}, true});
    for (Term& term : demanded) c_.add(std::move(term));
  }

  // Alternatives.
  std::vector<Term> one_address_type(Field field, std::string_view type) {
    if (type == "LOCAL") return {{model::InNamed{field, "local"}}, {InAddresses{field, loopback()}}};
    if (type == "MULTICAST") return {{InAddresses{field, multicast()}}};
    const std::string text = std::string(field == Field::src ? "--src-type " : "--dst-type ") + std::string(type);
    c_.result.worsen(LineClass::opaque, "-m addrtype " + text);
    return {{model::Unknown{c_.builder.unknown("addrtype", text, Sharing::pure, c_.origin)}}};
  }

  model::AddressSet loopback() const {
    return model::AddressSet::of(*model::parse_prefix(c_.builder.family == Family::v4 ? "127.0.0.0/8" : "::1"));
  }
  model::AddressSet multicast() const {
    return model::AddressSet::of(*model::parse_prefix(c_.builder.family == Family::v4 ? "224.0.0.0/4" : "ff00::/8"));
  }

  void mac_source(const OptionUse& use) {
    const std::string_view value = c_.ast.value(use);
    if (const auto mac = text::parse_mac(value)) return c_.add({In{Field::mac, IntervalSet::of(*mac)}, use.negated});
    if (value.find_first_of("xX*") == std::string_view::npos) return invalid(use, DiagnosticId::number_invalid, "a MAC address");
    // Masked in the export: whoever shares the text need not share the address.
    model::Policy& policy = c_.builder.policy;
    const auto index = static_cast<uint32_t>(policy.unknowns.size());
    policy.unknowns.push_back({Sharing::pure, "masked value", option_text(c_.ast, use), c_.origin});
    c_.add({model::Unknown{index}, use.negated});
    c_.result.worsen(LineClass::opaque, "value masked in the export");
  }

  void pure(const OptionUse& use) { opaque_option(use, Sharing::pure); }
  void per_visit(const OptionUse& use) { opaque_option(use, Sharing::per_visit); }

  void opaque_option(const OptionUse& use, Sharing sharing) {
    if (use.spec->owner == "conntrack" && before_conntrack(use)) return;
    OptionUse plain = use;
    plain.negated = false;
    c_.add_unknown(use.spec->owner, option_text(c_.ast, plain), sharing, use.negated);
    if (use.spec->owner == "conntrack") {
      Term term = std::move(c_.rule.terms.back());
      c_.rule.terms.pop_back();
      return add_of_connection(use, std::move(term));
    }
    if (use.name == "tcp-option") c_.builder.header_unknowns.insert(std::get<model::Unknown>(c_.rule.terms.back().what).index);
  }

  static Function function_of(Meaning meaning);
  static const std::array<Row, 31> kRows;

  RuleContext& c_;
  unsigned protocol_;
};

// Options that are not here say nothing about what matches.
const std::array<MatchLowering::Row, 31> MatchLowering::kRows = {{
    {Meaning::source, &MatchLowering::source},
    {Meaning::destination, &MatchLowering::destination},
    {Meaning::protocol, &MatchLowering::protocol},
    {Meaning::in_interface, &MatchLowering::in_interface},
    {Meaning::out_interface, &MatchLowering::out_interface},
    {Meaning::fragment, &MatchLowering::fragment},
    {Meaning::ipv4, &MatchLowering::ipv4},
    {Meaning::ipv6, &MatchLowering::ipv6},
    {Meaning::sport, &MatchLowering::sport},
    {Meaning::dport, &MatchLowering::dport},
    {Meaning::tcp_flags, &MatchLowering::tcp_flags_option},
    {Meaning::syn, &MatchLowering::syn},
    {Meaning::icmp_type, &MatchLowering::icmp4},
    {Meaning::icmpv6_type, &MatchLowering::icmp6},
    {Meaning::sports, &MatchLowering::sports},
    {Meaning::dports, &MatchLowering::dports},
    {Meaning::ports, &MatchLowering::ports},
    {Meaning::src_range, &MatchLowering::src_range},
    {Meaning::dst_range, &MatchLowering::dst_range},
    {Meaning::ctstate, &MatchLowering::ctstate},
    {Meaning::ctproto, &MatchLowering::pure},
    {Meaning::ctstatus, &MatchLowering::pure},
    {Meaning::ctdir, &MatchLowering::ctdir},
    {Meaning::match_set, &MatchLowering::match_set},
    {Meaning::mark, &MatchLowering::mark},
    {Meaning::connmark, &MatchLowering::connmark},
    {Meaning::src_type, &MatchLowering::src_type},
    {Meaning::dst_type, &MatchLowering::dst_type},
    {Meaning::mac_source, &MatchLowering::mac_source},
    {Meaning::pure, &MatchLowering::pure},
    {Meaning::per_visit, &MatchLowering::per_visit},
}};

MatchLowering::Function MatchLowering::function_of(Meaning meaning) {
  static const auto kByMeaning = [] {
    std::array<Function, static_cast<size_t>(Meaning::value) + 1> table{};
    for (const Row& row : kRows) table[static_cast<size_t>(row.meaning)] = row.function;
    return table;
  }();
  return kByMeaning[static_cast<size_t>(meaning)];
}

}  // namespace

void LineResult::worsen(LineClass to, std::string_view what) {
  if (to <= line_class && !(to == line_class && construct.empty())) return;
  line_class = to;
  construct = what;
}

uint32_t Builder::unknown(std::string_view kind, std::string_view text, Sharing sharing, model::Origin origin) {
  const auto index = static_cast<uint32_t>(policy.unknowns.size());
  if (sharing == Sharing::pure) {
    std::string key(kind);
    key += '\0';
    key += text;
    const auto [entry, inserted] = pure_unknowns.try_emplace(std::move(key), index);
    if (!inserted) return entry->second;
  }
  policy.unknowns.push_back({sharing, std::string(kind), std::string(text), origin});
  return index;
}

void RuleContext::refuse(uint32_t word, DiagnosticId id, std::string message) {
  result.notes.push_back({id, model::Severity::warning, word, std::move(message), "netfilter refuses this line"});
  result.worsen(LineClass::unrecognised, "line that netfilter refuses");
  add({model::Unknown{builder.unknown("refused line", ast.line, Sharing::per_visit, origin)}});
}

void RuleContext::add_unknown(std::string_view kind, std::string_view text, Sharing sharing, bool negated, LineClass line_class) {
  add({model::Unknown{builder.unknown(kind, text, sharing, origin)}, negated});
  result.worsen(line_class, "-m " + std::string(kind));
}

Term tracked() { return {In{Field::state, IntervalSet::range(model::state_new, model::state_related)}}; }
Term untracked() { return {In{Field::state, IntervalSet::range(model::state_new, model::state_related)}, true}; }

void lower_matches(RuleContext& context) { MatchLowering(context).run(); }

}  // namespace fwproof::importers::iptables_save
