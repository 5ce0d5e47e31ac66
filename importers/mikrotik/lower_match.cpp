// One table of matchers and a short function for each; it is long because the matchers are many.
#include <algorithm>
#include <array>

#include "importers/mikrotik/lower.h"
#include "importers/mikrotik/values.h"
#include "importers/text/number.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::AddressSet;
using model::AnyOf;
using model::DiagnosticId;
using model::Field;
using model::In;
using model::InAddresses;
using model::IntervalSet;
using model::LineClass;
using model::Term;
using Sharing = model::UnknownCondition::Sharing;

constexpr auto kNeutral = std::to_array<std::string_view>({
    "action", "chain", "comment", "disabled", "log", "log-prefix", "jump-target", "address-list", "address-list-timeout", "reject-with",
    "to-addresses", "to-address", "to-ports", "new-connection-mark", "new-packet-mark", "new-routing-mark", "new-dscp", "new-ttl", "new-hop-limit",
    "new-mss", "new-priority", "passthrough", "sniff-target", "sniff-target-port", "sniff-id", "route-dst", "randomise-ports",
    "randomize-ports", "same-not-by-dst", "hw-offload", "place-before", "new-vlan-priority", "socks5-server", "socks5-port",
});

// The conditions that read what change-dscp, change-ttl and change-mss rewrite.
bool reads_header(std::string_view key) {
  return key == "dscp" || key == "ttl" || key == "hop-limit" || key == "tcp-mss" || key == "priority" || key == "ingress-priority";
}

class MatchLowering {
 public:
  using Function = void (MatchLowering::*)(const Property&);
  struct Row {
    std::string_view key;
    Function function;
  };
  static const std::array<Row, 55> kRows;

  explicit MatchLowering(RuleContext& context) : c_(context), b_(context.builder) {
    if (const Property* property = c_.item.find("protocol"); property != nullptr && !property->opaque && !property->value.starts_with('!'))
      protocol_ = parse_protocol(property->value).value_or(256);
  }

  void run() {
    if (c_.item.conditional) script_condition("whether the rule is there");
    else if (c_.item.uncertain()) script_condition("whether the rule is disabled");
    for (const Property& property : c_.item.properties) {
      if (is_neutral_key(property.key)) continue;
      if (property.value.empty() && !property.opaque) continue;  // unset
      lower(property);
    }
  }

 private:
  void script_condition(std::string text) {
    Property property{"script", std::move(text) + ", line " + std::to_string(c_.item.spans.front().first), false, 0, 0};
    c_.add_unknown(property, Sharing::per_visit);
    c_.construct = "rule in a script's condition or loop";
  }

  void lower(const Property& property) {
    if (property.opaque) {
      c_.add_unknown(property, Sharing::per_visit);
      c_.construct = "script value";
      return;
    }
    negated_ = property.value.starts_with('!') && property.key != "tcp-flags";
    value_ = property.value;
    if (negated_) value_.remove_prefix(1);
    for (const Row& row : kRows)
      if (row.key == property.key) return (this->*row.function)(property);
    c_.add_unknown(property, Sharing::per_visit, false, LineClass::unrecognised);
    c_.open = true;   // it may be an abbreviation, even of the action
    c_.tell(DiagnosticId::value_unknown, model::Severity::warning, "'" + property.key + "' is no property of a rule that is known here", &property,
            "what the rule does counts as unknown");
  }

  void add(Term term) {
    term.negated = negated_;
    c_.add(std::move(term));
  }
  void never() { c_.add({AnyOf{}}); }

  void pure(const Property& property) {
    const bool rewritten = b_.changes_header && reads_header(property.key);
    c_.add_unknown(property, rewritten ? Sharing::per_visit : Sharing::pure, negated_);
  }
  void counting(const Property& property) { c_.add_unknown(property, Sharing::per_visit, negated_); }

  // ---- addresses ----

  void src_address(const Property& property) { address(property, Field::src); }
  void dst_address(const Property& property) { address(property, Field::dst); }
  void address(const Property& property, Field field) {
    auto set = parse_addresses(value_, b_.family);
    if (!set) return c_.refuse(property, DiagnosticId::address_invalid, "an address");
    if (!negated_ && *set == IntervalSet::all(model::address_bits(b_.family))) return;
    add({InAddresses{field, AddressSet::of(b_.family, std::move(*set))}});
  }

  void src_list(const Property& property) { address_list(property, Field::src); }
  void dst_list(const Property& property) { address_list(property, Field::dst); }
  void address_list(const Property& property, Field field) {
    const AddressListSet* list = b_.address_lists.get(value_);
    if (list == nullptr) return missing_list(property);
    const size_t size = list->sure.in(b_.family).intervals().size() + list->maybe.in(b_.family).intervals().size();
    if (size > b_.set_budget) {
      c_.tell(DiagnosticId::match_opaque, model::Severity::warning, "the address lists are too large to be copied into every rule", &property,
              "the condition counts as unknown");
      return pure(property);
    }
    b_.set_budget -= size;
    const auto unknown = [&](std::string_view what) {
      const std::string text = std::string(what) + " " + property.key + "=" + std::string(value_);
      return Term{model::Unknown{b_.unknown("address-list", text, Sharing::per_visit, c_.rule.origin)}};
    };
    if (list->maybe.empty() && !list->open) return add({InAddresses{field, list->sure}});
    AnyOf any;
    if (!list->sure.empty()) any.alternatives.push_back({{InAddresses{field, list->sure}}});
    if (!list->maybe.empty()) any.alternatives.push_back({{InAddresses{field, list->maybe}}, unknown("entry that may be gone:")});
    if (list->open) any.alternatives.push_back({unknown("further entries:")});
    c_.worsen(LineClass::opaque, "address list with unknown entries");
    add({std::move(any)});
  }

  // An export holds all entries but those that expire or that a service adds; nothing in this file adds any. A script may count on others.
  void missing_list(const Property& property) {
    const std::string name(value_);
    c_.tell(DiagnosticId::set_missing, model::Severity::warning, "the address list '" + name + "' has no entry in this file", &property,
            b_.is_export ? "it counts as empty, which is an assumption" : "something else may fill it: it counts as an unknown condition");
    if (!b_.is_export) return pure(property);
    if (b_.empty_lists.insert(name).second && b_.empty_lists.size() <= 100)
      b_.policy.general_assumptions.push_back({"the address list '" + name + "' is empty: the export has no entry of it", c_.rule.origin});
    if (!negated_) never();
  }

  void src_type(const Property& property) { address_type(property, Field::src); }
  void dst_type(const Property& property) { address_type(property, Field::dst); }
  // The kernel's address types (RTN_LOCAL …, net/ipv4/fib_frontend.c): broadcast holds a network's first and last address, too.
  void address_type(const Property& property, Field field) {
    const bool v4 = b_.family == model::Family::v4;
    AnyOf any;
    std::string_view rest = value_, type;
    while (text::next_part(rest, ',', type)) {
      const IntervalSet loopback = v4 ? IntervalSet::range(0x7f000000, 0x7fffffff) : IntervalSet::of(1);
      const IntervalSet multicast = v4 ? IntervalSet::range(0xe0000000, 0xefffffff) : IntervalSet::range(u128_top(0xff), ~model::u128{0});
      if (type == "local") {
        any.alternatives.push_back({{model::InNamed{field, "local"}}});
        any.alternatives.push_back({{InAddresses{field, AddressSet::of(b_.family, loopback)}}});
      } else if (type == "multicast") {
        any.alternatives.push_back({{InAddresses{field, AddressSet::of(b_.family, multicast)}}});
      } else if (type == "broadcast" && v4) {
        broadcast(field, property, any);
      } else if (type == "unicast" || type == "broadcast") {
        return pure(property);
      } else {
        return c_.refuse(property, DiagnosticId::value_unknown, "a type of address");
      }
    }
    add({std::move(any)});
  }
  static constexpr model::u128 u128_top(unsigned byte) { return static_cast<model::u128>(byte) << 120; }

  void broadcast(Field field, const Property& property, AnyOf& any) {
    std::vector<model::Interval> known = {{0xffffffff, 0xffffffff}, {0, 0}};
    for (const auto& interface : b_.facts.interfaces)
      for (const model::Prefix& prefix : interface.addresses)
        if (prefix.address.family == model::Family::v4 && prefix.length < 31) {
          const auto whole = prefix.interval();
          known.push_back({whole.lo, whole.lo});
          known.push_back({whole.hi, whole.hi});
        }
    any.alternatives.push_back({{InAddresses{field, AddressSet::of(model::Family::v4, IntervalSet::from(std::move(known)))}}});
    if (b_.facts.complete_addresses) return;
    const uint32_t unknown = b_.unknown(property.key, property.key + "=broadcast of a network that the file does not tell", Sharing::pure, c_.rule.origin);
    any.alternatives.push_back({{model::Unknown{unknown}}});
    c_.worsen(LineClass::approximated, "broadcast of networks that the file does not tell");
  }

  // ---- interfaces ----

  void in_interface(const Property& property) { interface(property, Field::in); }
  void out_interface(const Property& property) { interface(property, Field::out); }
  void interface(const Property& property, Field field) {
    if (value_ == "all-ethernet" || value_ == "all-ppp" || value_ == "all-vlan" || value_ == "all-wireless" || value_ == "dynamic") return pure(property);
    // "in/out-interface matcher not possible when interface is slave": RouterOS marks such a rule invalid since 6.41.
    if (const auto slave = b_.slaves.find(value_); slave != b_.slaves.end()) {
      c_.tell(DiagnosticId::match_opaque, model::Severity::warning, "'" + std::string(value_) + "' is a port of a bridge or bond: RouterOS marks the rule invalid",
              &property, "name the bridge instead");
      return pure(property);
    }
    add({In{field, IntervalSet::of(b_.policy.interfaces.atom_of(value_))}});
  }

  void in_list(const Property& property) { interface_list(property, Field::in); }
  void out_list(const Property& property) { interface_list(property, Field::out); }
  void interface_list(const Property& property, Field field) {
    const InterfaceSet& list = b_.interface_lists.get(std::string(value_));
    if (!list.known)
      c_.tell(DiagnosticId::set_missing, model::Severity::warning, "the interface list '" + std::string(value_) + "' is not in this file", &property,
              "it counts as an unknown condition");
    if (list.maybe.empty()) return add({In{field, list.sure}});
    AnyOf any;
    if (!list.sure.empty()) any.alternatives.push_back({{In{field, list.sure}}});
    const uint32_t unknown = b_.unknown("interface-list", property.key + "=" + std::string(value_), Sharing::pure, c_.rule.origin);
    any.alternatives.push_back({{In{field, list.maybe}}, {model::Unknown{unknown}}});
    // The built-in lists are exact but for interfaces that the file does not name.
    if (value_ != "dynamic" && value_ != "static") c_.worsen(LineClass::opaque, "interface list with unknown members");
    add({std::move(any)});
  }

  // ---- protocols and ports ----

  void protocol(const Property& property) {
    const auto number = parse_protocol(value_);
    if (!number) return c_.refuse(property, DiagnosticId::value_unknown, "a protocol");
    add({In{Field::protocol, IntervalSet::of(*number)}});
  }

  void src_port(const Property& property) { port(property, true, false); }
  void dst_port(const Property& property) { port(property, false, true); }
  void any_port(const Property& property) { port(property, true, true); }
  void port(const Property& property, bool src, bool dst) {
    const auto ports = parse_ports(value_);
    if (!ports) return c_.refuse(property, DiagnosticId::number_invalid, "a list of ports");
    if (!model::has_ports(protocol_)) {
      c_.refuse(property, DiagnosticId::line_unrecognised, "a condition of a rule without tcp, udp, udp-lite, dccp or sctp");
      return;
    }
    if (src && dst) return add({AnyOf{{{{In{Field::src_port, *ports}}}, {{In{Field::dst_port, *ports}}}}}});
    add({In{src ? Field::src_port : Field::dst_port, *ports}});
  }

  void icmp_options(const Property& property) {
    const auto options = parse_icmp(value_);
    const unsigned wanted = b_.family == model::Family::v4 ? model::proto_icmp : model::proto_icmpv6;
    if (!options || protocol_ != wanted) return c_.refuse(property, DiagnosticId::value_unknown, "ICMP types of a rule for ICMP");
    AnyOf any;
    for (const IcmpOptions& one : *options) {
      std::vector<Term> terms = {{In{Field::icmp_type, one.types}}};
      if (!one.codes.empty()) terms.push_back({In{Field::icmp_code, one.codes}});
      any.alternatives.push_back(std::move(terms));
    }
    add({std::move(any)});
  }

  void tcp_flags(const Property& property) {
    const auto flags = parse_flags(property.value);
    if (!flags || protocol_ != model::proto_tcp) return c_.refuse(property, DiagnosticId::value_unknown, "TCP flags of a rule for TCP");
    std::vector<model::Interval> values;
    for (unsigned value = 0; value < 256; ++value)
      if ((value & flags->mask) == flags->wanted) values.push_back({value, value});
    c_.add({In{Field::tcp_flags, IntervalSet::from(std::move(values))}});
  }

  void fragment(const Property& property) {
    if (value_ != "yes" && value_ != "no") return c_.refuse(property, DiagnosticId::value_unknown, "yes or no");
    c_.add({In{Field::fragment, IntervalSet::of((value_ == "yes") != negated_ ? 1 : 0)}});
  }

  void mac(const Property& property) {
    const auto mac = text::parse_mac(value_);
    if (!mac) return pure(property);
    add({In{Field::mac, IntervalSet::of(*mac)}});
  }

  // ---- connections and marks ----

  // Manual "RAW": its matchers do not depend on connection tracking, which comes behind it.
  bool without_tracking(const Property& property) {
    if (b_.tracking && c_.table != Table::raw) return false;
    counting(property);
    return true;
  }

  void connection_state(const Property& property) {
    struct Name { std::string_view name; unsigned state; };
    constexpr auto kStates = std::to_array<Name>({{"new", model::state_new}, {"established", model::state_established},
                                                  {"related", model::state_related}, {"invalid", model::state_invalid}, {"untracked", model::state_untracked}});
    std::vector<model::Interval> states;
    std::string_view rest = value_, part;
    while (text::next_part(rest, ',', part)) {
      const auto at = std::find_if(kStates.begin(), kStates.end(), [&](const Name& n) { return n.name == part; });
      if (at == kStates.end()) return c_.refuse(property, DiagnosticId::value_unknown, "connection states");
      states.push_back({at->state, at->state});
    }
    if (without_tracking(property)) return;
    add({In{Field::state, IntervalSet::from(std::move(states))}});
  }

  void nat_state(const Property& property) {
    AnyOf any;
    std::string_view rest = value_, part;
    while (text::next_part(rest, ',', part)) {
      if (part != "srcnat" && part != "dstnat") return c_.refuse(property, DiagnosticId::value_unknown, "srcnat or dstnat");
      const unsigned bit = part == "srcnat" ? model::ct_snat : model::ct_dnat;
      any.alternatives.push_back({{model::Masked{Field::ct_status, bit, bit}}});
    }
    if (without_tracking(property)) return;
    add({std::move(any)});
  }

  // nf_ct_get() gives no connection for invalid and untracked packets; what RouterOS makes of their missing mark is not documented.
  void connection_mark(const Property& property) {
    if (without_tracking(property)) return;
    const std::optional<Term> mark = marked(Field::connmark, 0xffffffff, 0, b_.connection_marks);
    if (!mark) return pure(property);
    Term untracked = tracked();
    untracked.negated = true;
    const Term unknown{model::Unknown{b_.unknown("connection-mark", "connection-mark of a packet without connection", Sharing::per_visit, c_.rule.origin)}};
    c_.add({AnyOf{{{tracked(), *mark}, {untracked, unknown}}}});
  }

  void packet_mark(const Property& property) {
    if (const auto term = marked(Field::mark, kPacketMark, 0, b_.packet_marks)) return c_.add(*term);
    pure(property);
  }
  void routing_mark(const Property& property) {
    if (const auto term = marked(Field::mark, kRoutingMark, 16, b_.routing_marks)) return c_.add(*term);
    pure(property);
  }

  std::optional<Term> marked(Field field, uint32_t mask, unsigned shift, MarkNames& names) const {
    AnyOf any;
    std::string_view rest = value_, part;
    while (text::next_part(rest, ',', part)) {
      const uint32_t id = names.id(part);
      if (id > (mask >> shift)) return std::nullopt;
      any.alternatives.push_back({{model::Masked{field, mask, id << shift}}});
    }
    return Term{std::move(any), negated_};
  }

  // Without any policy or peer of /ip ipsec no packet is protected: "in,ipsec" never matches, "in,none" always.
  void ipsec_policy(const Property& property) {
    if (value_ != "in,ipsec" && value_ != "in,none" && value_ != "out,ipsec" && value_ != "out,none")
      return c_.refuse(property, DiagnosticId::value_unknown, "in or out, and ipsec or none");
    if (b_.config.has_ipsec() || b_.config.is_opaque("ip ipsec policy")) return pure(property);
    if (value_.ends_with("ipsec") != negated_) never();
  }

  RuleContext& c_;
  Builder& b_;
  unsigned protocol_ = 256;   // 256: not exactly one
  bool negated_ = false;
  std::string_view value_;    // without the negation
};

// Manual "Filter", "Mangle", "NAT", "RAW", "Common Firewall Matchers and Actions" (help.mikrotik.com, 2025), and wiki pages of version 6.
const std::array<MatchLowering::Row, 55> MatchLowering::kRows = {{
    {"src-address", &MatchLowering::src_address}, {"dst-address", &MatchLowering::dst_address},
    {"src-address-list", &MatchLowering::src_list}, {"dst-address-list", &MatchLowering::dst_list},
    {"src-address-type", &MatchLowering::src_type}, {"dst-address-type", &MatchLowering::dst_type},
    {"in-interface", &MatchLowering::in_interface}, {"out-interface", &MatchLowering::out_interface},
    {"in-interface-list", &MatchLowering::in_list}, {"out-interface-list", &MatchLowering::out_list},
    {"protocol", &MatchLowering::protocol}, {"src-port", &MatchLowering::src_port}, {"dst-port", &MatchLowering::dst_port},
    {"port", &MatchLowering::any_port}, {"any-port", &MatchLowering::any_port}, {"icmp-options", &MatchLowering::icmp_options},
    {"tcp-flags", &MatchLowering::tcp_flags}, {"fragment", &MatchLowering::fragment}, {"src-mac-address", &MatchLowering::mac},
    {"connection-state", &MatchLowering::connection_state}, {"connection-nat-state", &MatchLowering::nat_state},
    {"connection-mark", &MatchLowering::connection_mark}, {"packet-mark", &MatchLowering::packet_mark},
    {"routing-mark", &MatchLowering::routing_mark}, {"ipsec-policy", &MatchLowering::ipsec_policy},
    {"content", &MatchLowering::pure}, {"layer7-protocol", &MatchLowering::pure}, {"tls-host", &MatchLowering::pure}, {"p2p", &MatchLowering::pure},
    {"dscp", &MatchLowering::pure}, {"ttl", &MatchLowering::pure}, {"hop-limit", &MatchLowering::pure}, {"packet-size", &MatchLowering::pure},
    {"tcp-mss", &MatchLowering::pure}, {"ipv4-options", &MatchLowering::pure}, {"headers", &MatchLowering::pure}, {"priority", &MatchLowering::pure},
    {"ingress-priority", &MatchLowering::pure}, {"in-bridge-port", &MatchLowering::pure}, {"out-bridge-port", &MatchLowering::pure},
    {"in-bridge-port-list", &MatchLowering::pure}, {"out-bridge-port-list", &MatchLowering::pure}, {"connection-type", &MatchLowering::pure},
    {"per-connection-classifier", &MatchLowering::pure}, {"hotspot", &MatchLowering::counting}, {"routing-table", &MatchLowering::counting},
    {"connection-bytes", &MatchLowering::counting}, {"connection-limit", &MatchLowering::counting}, {"connection-rate", &MatchLowering::counting},
    {"limit", &MatchLowering::counting}, {"dst-limit", &MatchLowering::counting}, {"time", &MatchLowering::counting},
    {"random", &MatchLowering::counting}, {"nth", &MatchLowering::counting}, {"psd", &MatchLowering::counting},
}};

}  // namespace

bool is_neutral_key(std::string_view key) { return std::find(kNeutral.begin(), kNeutral.end(), key) != kNeutral.end(); }

bool is_match_key(std::string_view key) {
  return std::any_of(MatchLowering::kRows.begin(), MatchLowering::kRows.end(), [&](const MatchLowering::Row& row) { return row.key == key; });
}

void lower_matches(RuleContext& context) { MatchLowering(context).run(); }

}  // namespace fwproof::importers::mikrotik
