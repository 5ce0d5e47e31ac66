#include "importers/text/pf_words.h"

#include <algorithm>
#include <string>

#include "importers/text/number.h"
#include "importers/text/well_known_ports.h"
#include "model/packet.h"

namespace fwproof::importers::text::pf {
namespace {

using model::Family;
using model::IntervalSet;

// IANA protocol numbers (registry of 2023-01-18); those that pfSense and OPNsense offer in their rules.
struct ProtocolWord {
  std::string_view name;
  unsigned number;
};
constexpr ProtocolWord kProtocols[] = {
    {"igmp", 2},     {"ggp", 3},      {"ipencap", 4}, {"ipv4", 4},  {"st2", 5},        {"tcp", 6},       {"egp", 8},    {"igp", 9},    {"udp", 17},  {"hmp", 20},
    {"rdp", 27},     {"dccp", 33},    {"ipv6", 41},   {"rsvp", 46}, {"ipv6-route", 43}, {"ipv6-frag", 44}, {"gre", 47},   {"esp", 50},   {"ah", 51},   {"skip", 57},
    {"ipv6-icmp", 58}, {"icmpv6", 58}, {"icmp6", 58},  {"ipv6-nonxt", 59}, {"ipv6-opts", 60}, {"eigrp", 88},   {"ospf", 89},  {"etherip", 97}, {"encap", 98}, {"pim", 103},
    {"ipcomp", 108}, {"vrrp", 112},   {"carp", 112},  {"l2tp", 115}, {"isis", 124},     {"sctp", 132},    {"udplite", 136}, {"mpls-in-ip", 137}, {"manet", 138}, {"pfsync", 240},
};

// pf's words for ICMP types: sbin/pfctl/pfctl_parser.c of FreeBSD 14, icmp_type[] and icmp6_type[].
struct TypeWord {
  std::string_view name;
  int v4;
  int v6;
};
constexpr TypeWord kTypes[] = {
    {"echoreq", 8, 128},   {"echorep", 0, 129},   {"unreach", 3, 1},      {"squench", 4, -1},     {"redir", 5, 137},      {"althost", 6, -1},    {"routeradv", 9, 134},
    {"routersol", 10, 133}, {"timex", 11, 3},      {"paramprob", 12, 4},   {"timereq", 13, -1},    {"timerep", 14, -1},    {"inforeq", 15, -1},   {"inforep", 16, -1},
    {"maskreq", 17, -1},   {"maskrep", 18, -1},   {"trace", 30, -1},      {"dataconv", 31, -1},   {"mobredir", 32, -1},   {"ipv6-where", 33, -1}, {"ipv6-here", 34, -1},
    {"mobregreq", 35, -1}, {"mobregrep", 36, -1}, {"skip", 39, -1},       {"photuris", 40, -1},   {"toobig", -1, 2},      {"groupqry", -1, 130}, {"listqry", -1, 130},
    {"grouprep", -1, 131}, {"listenrep", -1, 131}, {"groupterm", -1, 132}, {"listendone", -1, 132}, {"neighbrsol", -1, 135}, {"neighbradv", -1, 136},
    {"routrrenum", -1, 138}, {"wrureq", -1, 139},  {"wrurep", -1, 140},    {"fqdnreq", -1, 139},   {"fqdnrep", -1, 140},   {"niqry", -1, 139},    {"nirep", -1, 140},
    {"mtraceresp", -1, 200}, {"mtrace", -1, 201},
};

struct FlagWord {
  std::string_view name;
  unsigned bit;
};
constexpr FlagWord kFlags[] = {
    {"fin", model::tcp_fin}, {"syn", model::tcp_syn}, {"rst", model::tcp_rst}, {"psh", model::tcp_psh},
    {"ack", model::tcp_ack}, {"urg", model::tcp_urg}, {"ece", model::tcp_ece}, {"cwr", model::tcp_cwr},
};

std::optional<uint16_t> port(std::string_view text, bool names) {
  if (const auto number = parse_decimal(text, 65535)) return static_cast<uint16_t>(*number);
  if (!names) return std::nullopt;
  if (const auto tcp = port_of_service(text, Transport::tcp)) return tcp;
  return port_of_service(text, Transport::udp);
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return result;
}

std::optional<IntervalSet> protocols(std::string_view text, Family family) {
  const std::string word = lower_case(text);
  if (word.empty() || word == "any") return IntervalSet::all(8);
  if (word == "tcp/udp") return IntervalSet::of(model::proto_tcp).united(IntervalSet::of(model::proto_udp));
  if (word == "icmp") return IntervalSet::of(family == Family::v4 ? model::proto_icmp : model::proto_icmpv6);
  for (const ProtocolWord& each : kProtocols)
    if (each.name == word) return IntervalSet::of(each.number);
  if (const auto number = parse_decimal(word, 255)) return IntervalSet::of(*number);
  return std::nullopt;
}

bool has_ports(const IntervalSet& protocols) {
  if (protocols.empty()) return false;
  IntervalSet with;
  for (const unsigned number : {model::proto_tcp, model::proto_udp, model::proto_sctp}) with = with.united(IntervalSet::of(number));
  return with.contains(protocols);
}

std::optional<unsigned> icmp_type(std::string_view text, Family family) {
  const std::string word = lower_case(text);
  for (const TypeWord& each : kTypes) {
    const int number = family == Family::v4 ? each.v4 : each.v6;
    if (each.name == word && number >= 0) return static_cast<unsigned>(number);
  }
  if (const auto number = parse_decimal(word, 255)) return static_cast<unsigned>(*number);
  return std::nullopt;
}

std::optional<unsigned> tcp_flag_bits(std::string_view text) {
  unsigned bits = 0;
  for (std::string_view part; next_part(text, ',', part);) {
    const std::string word = lower_case(part);
    const auto found = std::find_if(std::begin(kFlags), std::end(kFlags), [&](const FlagWord& each) { return each.name == word; });
    if (found == std::end(kFlags)) return std::nullopt;
    bits |= found->bit;
  }
  return bits;
}

std::optional<IntervalSet> ports(std::string_view text, bool names) {
  if (text.empty() || text == "any") return IntervalSet::all(16);
  if (const auto single = port(text, names)) return IntervalSet::of(*single);
  const size_t cut = text.find_first_of(":-", 1);
  if (cut == std::string_view::npos) return std::nullopt;
  const std::string_view low = text.substr(0, cut), high = text.substr(cut + 1);
  const auto from = low == "any" ? std::optional<uint16_t>(1) : port(low, names);
  const auto to = high == "any" ? std::optional<uint16_t>(65535) : port(high, names);
  if (!from || !to || *from > *to) return std::nullopt;
  return IntervalSet::range(*from, *to);
}

std::optional<model::AddressSet> addresses(std::string_view text) {
  if (const auto prefix = model::parse_prefix(text)) return model::AddressSet::of(*prefix);
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = model::parse_address(text.substr(0, dash)), to = model::parse_address(text.substr(dash + 1));
  if (!from || !to || from->family != to->family || from->value > to->value) return std::nullopt;
  return model::AddressSet::of(from->family, IntervalSet::range(from->value, to->value));
}

bool is_host_name(std::string_view text) {
  bool letter = false;
  for (const char c : text) {
    const bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!alpha && !(c >= '0' && c <= '9') && c != '-' && c != '.') return false;
    letter |= alpha;
  }
  return letter;
}

}  // namespace fwproof::importers::text::pf
