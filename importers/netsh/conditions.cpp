#include "importers/netsh/conditions.h"

#include <fmt/format.h>

#include <array>

#include "importers/netsh/values.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::AnyOf;
using model::DiagnosticId;
using model::Field;
using model::In;
using model::InAddresses;
using model::InNamed;
using model::IntervalSet;
using model::LineClass;
using model::Term;

// [MS-FASP] 2.2.14 (2026-05-11): a port keyword stands for those ports in use that carry a mark, "the ports … change dynamically". So each
// is a condition on the port that only the running host can answer, within bounds:
//  - RPC, Teredo and Ply2Disc ports come from the dynamic range, 49152-65535 unless it was changed ("Service overview and network port
//    requirements for Windows", Microsoft; `netsh int ipv4 show dynamicport tcp`). The range is an assumption that lower.cpp names.
//  - the others are bounded by protocol only.
struct PortKeyword {
  std::string_view word;  // folded
  std::string_view mark;  // one name for all spellings
  unsigned protocol;
  bool dynamic;
};
constexpr std::string_view kRpc = "RPC";
constexpr std::array kPortKeywords = {
    PortKeyword{"rpc", kRpc, model::proto_tcp, true},
    PortKeyword{"teredo", "Teredo", model::proto_udp, true},
    PortKeyword{"ply2disc", "Ply2Disc", model::proto_udp, true},
    PortKeyword{"playtodiscovery", "Ply2Disc", model::proto_udp, true},
    PortKeyword{"iphttps", "IPHTTPS", model::proto_tcp, false},
    PortKeyword{"iphttpsin", "IPHTTPSIn", model::proto_tcp, false},
    PortKeyword{"iptlsin", "IPHTTPSIn", model::proto_tcp, false},
    PortKeyword{"iphttpsout", "IPHTTPSOut", model::proto_tcp, false},
    PortKeyword{"iptlsout", "IPHTTPSOut", model::proto_tcp, false},
    PortKeyword{"mdns", "mDNS", model::proto_udp, false},
    PortKeyword{"dhcp", "DHCP", model::proto_udp, false},
    PortKeyword{"tcpcdpsvc", "TcpCDPSvc", model::proto_tcp, false},
    PortKeyword{"cortana", "CortanaOut", model::proto_tcp, false},
    PortKeyword{"cortanaout", "CortanaOut", model::proto_tcp, false},
};
constexpr unsigned kFirstDynamicPort = 49152;
constexpr unsigned kLastPort = 65535;

// [MS-FASP] and "Remote procedure call dynamic port allocation" (Microsoft): the endpoint mapper listens on TCP 135.
constexpr unsigned kEndpointMapper = 135;
constexpr std::array<std::string_view, 12> kAddressWords = {"any", "LocalSubnet", "DNS", "DHCP", "WINS", "DefaultGateway",
                                                            "Internet", "Intranet", "RmtIntranet", "Ply2Renders", "CaptivePortal",
                                                            "192.0.2.0/24"};

Term in(Field field, IntervalSet set) { return {In{field, std::move(set)}}; }

// One alternative is enough; a single one needs no AnyOf.
void add_alternatives(std::vector<std::vector<Term>> alternatives, std::vector<Term>& terms) {
  if (alternatives.size() == 1) {
    for (Term& term : alternatives[0]) terms.push_back(std::move(term));
  } else {
    terms.push_back({AnyOf{std::move(alternatives)}});
  }
}

bool restricts(const FieldValue& field) { return field.present && !field.text.empty() && !is_any(field.text); }

// "remoteip=" with nothing behind it: Windows refuses the command, and a listing never prints it.
bool is_empty(const FieldValue& field) { return field.present && !field.unknown && trim(field.text).empty(); }

}  // namespace

bool names_local_ports(const FirewallRule& rule) {
  const FieldValue& field = rule[Key::local_port];
  if (!field.present || is_any(field.text)) return false;
  // RPC names no port: every service of RPC has a rule of its own, and the plain listing hides which.
  return rule.shown != FirewallRule::Shown::plain_listing || !same(trim(field.text), kRpc);
}

bool hides_scope(const FirewallRule& rule) {
  if (rule.shown == FirewallRule::Shown::complete) return false;
  return !restricts(rule[Key::program]) && !restricts(rule[Key::service]);
}

void Conditions::collect_names(const FirewallRule& rule) {
  if (restricts(rule[Key::program])) {
    programs_.try_emplace(normal_program(rule[Key::program].text));
    uses_folders_ |= rule[Key::program].text.starts_with('%');
  }
  if (restricts(rule[Key::service])) services_.try_emplace(netsh::lower(rule[Key::service].text));
}

void Conditions::number_names() {
  policy_.programs.set_normalise(normal_program);
  policy_.services.set_normalise(netsh::lower);
  const auto number = [](Numbers& numbers, model::NameDomain& domain) {
    for (const auto& [name, atoms] : numbers) domain.add(name);
    for (auto& [name, atoms] : numbers) atoms = domain.atoms(name);
  };
  number(programs_, policy_.programs);
  number(services_, policy_.services);
}

Term Conditions::unknown(std::string kind, std::string text, model::Origin origin) {
  model::UnknownCondition condition;
  condition.kind = std::move(kind);
  condition.text = std::move(text);
  condition.origin = origin;
  return {model::Unknown{model::add_unknown(policy_, std::move(condition))}};
}

Term Conditions::unknown_here(std::string kind, std::string text, model::Origin origin) {
  model::UnknownCondition condition;
  condition.sharing = model::UnknownCondition::Sharing::per_visit;
  condition.kind = std::move(kind);
  condition.text = std::move(text);
  condition.origin = origin;
  return {model::Unknown{model::add_unknown(policy_, std::move(condition))}};
}

void Conditions::report_opaque(const FieldValue& field, std::string_view construct, DiagnosticId id, std::string message,
                               std::vector<std::string> notes) {
  reporter_.account(field.origin, LineClass::opaque, construct);
  reporter_.diagnose(id, model::Severity::warning, field.origin, field.text, std::move(message), std::move(notes));
}

void Conditions::add_addresses(const FieldValue& field, Field target, std::vector<Term>& terms) {
  if (!field.present) return;
  if (field.unknown || is_empty(field)) return terms.push_back(unknown_here("address", field.text, field.origin));
  const Addresses addresses = parse_addresses(field.text);
  if (addresses.any) return;
  std::vector<std::vector<Term>> alternatives;
  if (!addresses.set.empty()) alternatives.push_back({{InAddresses{target, addresses.set}}});
  for (const std::string& keyword : addresses.keywords) alternatives.push_back({{InNamed{target, keyword}}});
  for (const std::string& invalid : addresses.invalid) {
    alternatives.push_back({unknown_here("address", invalid, field.origin)});
    std::vector<std::string> notes = {"expected: an address, a prefix, ADDRESS-ADDRESS, or a keyword such as LocalSubnet"};
    if (const std::string_view near = nearest(invalid, kAddressWords); !near.empty()) notes.push_back(fmt::format("nearest: {}", near));
    FieldValue part = field;
    part.text = invalid;
    report_opaque(part, "address", DiagnosticId::address_invalid, fmt::format("cannot read '{}' as an address", invalid), std::move(notes));
  }
  add_alternatives(std::move(alternatives), terms);
}

// Ports belong to TCP and UDP; Windows refuses a rule that names ports without one of them, so whether such a rule exists is unknown.
void Conditions::require_port_protocol(const FirewallRule& rule, const FieldValue& field, std::vector<Term>& terms) {
  const auto protocol = rule[Key::protocol].present && !rule[Key::protocol].unknown ? parse_protocol(rule[Key::protocol].text) : std::nullopt;
  if (rule[Key::protocol].unknown || (protocol && !protocol->any && model::has_ports(protocol->number))) return;
  terms.push_back(unknown_here("protocol", fmt::format("ports {} without a protocol that has ports", field.text), field.origin));
  report_opaque(field, "port", DiagnosticId::value_unknown, fmt::format("ports {} without protocol=TCP or UDP", field.text),
                {"Windows refuses such a rule; it counts as one that may or may not exist"});
}

// RPC marks the ports that it assigned. Which those are only the host can tell, unless the question is about one of them.
void Conditions::add_rpc_ports(Field target, std::vector<Term>& terms) {
  uses_dynamic_ports_ = true;
  const Term usual = in(target, IntervalSet::range(kFirstDynamicPort, kLastPort));
  terms.push_back({AnyOf{{{in(Field::rpc_port, IntervalSet::of(model::rpc_default_range)), usual},
                          {in(Field::rpc_port, IntervalSet::of(model::rpc_any_range))}}}});
}

std::vector<Term> Conditions::port_keyword(std::string_view keyword, const FieldValue& field, Field target, bool is_local) {
  std::vector<Term> terms;
  for (const PortKeyword& row : kPortKeywords) {
    if (row.word != keyword) continue;
    terms.push_back(in(Field::protocol, IntervalSet::of(row.protocol)));
    if (row.mark == kRpc && is_local) {
      add_rpc_ports(target, terms);
      return terms;
    }
    if (row.dynamic) {
      terms.push_back(in(target, IntervalSet::range(kFirstDynamicPort, kLastPort)));
      uses_dynamic_ports_ = true;
    }
    terms.push_back(unknown("port-keyword", fmt::format("{}{}", row.mark, target == Field::dst_port ? "" : " (source)"), field.origin));
    // What the mark means is known exactly and its bounds hold both ways; which ports carry it, only the host can tell, as with LocalSubnet.
    if (!row.dynamic) reporter_.account(field.origin, LineClass::approximated, fmt::format("port keyword {}", row.mark));
    return terms;
  }
  return {unknown("port-keyword", std::string(keyword), field.origin)};
}

void Conditions::add_ports(const FirewallRule& rule, const FieldValue& field, Field target, std::vector<Term>& terms) {
  if (!field.present) return;
  if (field.unknown || is_empty(field)) return terms.push_back(unknown_here("port", field.text, field.origin));
  Ports ports = parse_ports(field.text);
  if (ports.any) return;
  require_port_protocol(rule, field, terms);
  std::vector<std::vector<Term>> alternatives;
  for (const std::string& keyword : ports.keywords) {
    if (keyword == "rpc-epmap" || keyword == "rpcepmap") {
      ports.numbers = ports.numbers.united(IntervalSet::of(kEndpointMapper));
    } else {
      alternatives.push_back(port_keyword(keyword, field, target, &field == &rule[Key::local_port]));
    }
  }
  for (const std::string& invalid : ports.invalid) {
    alternatives.push_back({unknown_here("port", invalid, field.origin)});
    FieldValue part = field;
    part.text = invalid;
    report_opaque(part, "port", DiagnosticId::number_invalid, fmt::format("cannot read '{}' as a port", invalid),
                  {"expected: 0 to 65535, a range such as 5000-5010, or RPC, RPC-EPMap, IPHTTPS, Teredo, Ply2Disc"});
  }
  if (!ports.numbers.empty()) alternatives.insert(alternatives.begin(), {in(target, ports.numbers)});
  add_alternatives(std::move(alternatives), terms);
}

void Conditions::add_icmp(const FirewallRule& rule, const std::string& inline_types, unsigned protocol, std::vector<Term>& terms) {
  const FieldValue& table = rule[Key::icmp];
  const bool v6 = protocol == model::proto_icmpv6;
  model::AddressSet family;
  (v6 ? family.v6 : family.v4) = IntervalSet::all(v6 ? 128 : 32);
  terms.push_back({InAddresses{Field::dst, family}});
  const std::string& text = inline_types.empty() ? table.text : inline_types;
  if (text.empty() && !table.present) return;
  // A table without rows: cut off, or written in a way that is not known.
  const auto pairs = parse_icmp(text);
  if (!pairs || pairs->empty() || table.unknown) {
    const FieldValue& source = inline_types.empty() ? table : rule[Key::protocol];
    terms.push_back(unknown_here("icmp", text, source.origin));
    return report_opaque(source, "ICMP type", DiagnosticId::number_invalid, fmt::format("cannot read '{}' as ICMP types", text),
                         {"expected: TYPE,CODE with numbers up to 255, or any"});
  }
  std::vector<std::vector<Term>> alternatives;
  for (const IcmpPair& pair : *pairs) {
    if (!pair.type && !pair.code) return;  // any type: no restriction
    std::vector<Term> both;
    if (pair.type) both.push_back(in(Field::icmp_type, IntervalSet::of(*pair.type)));
    if (pair.code) both.push_back(in(Field::icmp_code, IntervalSet::of(*pair.code)));
    alternatives.push_back(std::move(both));
  }
  if (!alternatives.empty()) add_alternatives(std::move(alternatives), terms);
}

void Conditions::add_protocol(const FirewallRule& rule, std::vector<Term>& terms) {
  const FieldValue& field = rule[Key::protocol];
  if (!field.present) return;
  const auto protocol = field.unknown || is_empty(field) ? std::nullopt : parse_protocol(field.text);
  if (!protocol) {
    terms.push_back(unknown_here("protocol", field.text, field.origin));
    return report_opaque(field, "protocol", DiagnosticId::value_unknown, fmt::format("'{}' is no protocol that is known", field.text),
                         {"expected: any, tcp, udp, icmpv4, icmpv6 or a number up to 255"});
  }
  if (protocol->any) return;
  terms.push_back(in(Field::protocol, IntervalSet::of(protocol->number)));
  if (protocol->number == model::proto_icmp || protocol->number == model::proto_icmpv6)
    add_icmp(rule, protocol->icmp, protocol->number, terms);
}

void Conditions::add_profiles(const FieldValue& field, std::vector<Term>& terms) {
  if (!field.present) return;
  std::string word = field.text;
  const auto mask = field.unknown || is_empty(field) ? std::nullopt : parse_profiles(field.text, &word);
  if (!mask) {
    terms.push_back(unknown_here("profile", field.text, field.origin));
    return report_opaque(field, "profile", DiagnosticId::value_unknown, fmt::format("'{}' is no profile that is known", word),
                         {"expected: domain, private, public or any"});
  }
  if (*mask == kAllProfiles) return;
  IntervalSet set;
  for (unsigned i = 0; i < 3; ++i)
    if (*mask & (1U << i)) set = set.united(IntervalSet::of(i));
  terms.push_back(in(Field::profile, set));
}

void Conditions::add_names(const FirewallRule& rule, std::vector<Term>& terms) {
  const auto add = [&](Key key, Field target, const Numbers& numbers, const char* kind) {
    const FieldValue& field = rule[key];
    if (field.unknown || is_empty(field)) return terms.push_back(unknown_here(kind, field.text, field.origin));
    if (!restricts(field)) return;
    const std::string name = key == Key::program ? normal_program(field.text) : netsh::lower(field.text);
    // A path that may mean another file than it says matches by spelling neither surely nor surely not.
    if (key == Key::program && is_ambiguous_program(name)) return terms.push_back(unknown_here(kind, field.text, field.origin));
    terms.push_back(in(target, numbers.at(name)));
  };
  add(Key::program, Field::program, programs_, "program");
  // "If service=any, the rule applies only to services" (help of `add rule`): a condition on the process, not a wildcard.
  const FieldValue& service = rule[Key::service];
  if (service.present && !service.text.empty() && is_any(service.text)) {
    terms.push_back(unknown("service", "services only", service.origin));
    reporter_.account(service.origin, LineClass::opaque, "service any");
    return;
  }
  add(Key::service, Field::service, services_, "service");
}

// Properties that narrow a rule and that no packet shows.
void Conditions::add_restrictions(const FirewallRule& rule, std::vector<Term>& terms) {
  struct Row {
    Key key;
    const char* kind;
    std::string_view harmless;
  };
  static constexpr Row kRows[] = {
      {Key::interface_type, "interface-type", "any"}, {Key::security, "ipsec", "notrequired"}, {Key::computer_group, "ipsec", "any"},
      {Key::user_group, "ipsec", "any"},              {Key::local_user, "local-user", "any"},  {Key::package, "package", "any"},
      {Key::condition, "label", ""},
  };
  for (const Row& row : kRows) {
    const FieldValue& field = rule[row.key];
    if (!field.present || (!field.unknown && (same(field.text, row.harmless) || is_any(field.text)))) continue;
    terms.push_back(row.key == Key::condition || field.unknown ? unknown_here(row.kind, field.text, field.origin) : unknown(row.kind, field.text, field.origin));
    reporter_.account(field.origin, LineClass::opaque, row.kind);
  }
}

void Conditions::add_scope(const FirewallRule& rule, std::vector<Term>& terms) {
  const bool allow = rule[Key::action].text != "block";
  if (!allow || !hides_scope(rule) || names_local_ports(rule)) return;
  const std::string text = fmt::format("line {}: rule '{}' may belong to one program, service or store package only", rule.origin.line,
                                       rule[Key::name].text);
  terms.push_back(unknown_here("program-scope", text, rule.origin));
}

std::vector<Term> Conditions::terms(const FirewallRule& rule, bool inbound) {
  std::vector<Term> terms;
  add_profiles(rule[Key::profile], terms);
  add_protocol(rule, terms);
  add_addresses(rule[Key::remote_ip], inbound ? Field::src : Field::dst, terms);
  add_addresses(rule[Key::local_ip], inbound ? Field::dst : Field::src, terms);
  add_ports(rule, rule[Key::local_port], inbound ? Field::dst_port : Field::src_port, terms);
  add_ports(rule, rule[Key::remote_port], inbound ? Field::src_port : Field::dst_port, terms);
  add_names(rule, terms);
  add_restrictions(rule, terms);
  add_scope(rule, terms);
  if (rule.guarded) terms.push_back(unknown_here("script-condition", rule.guard, rule.guard_origin));
  return terms;
}

}  // namespace fwproof::importers::netsh
