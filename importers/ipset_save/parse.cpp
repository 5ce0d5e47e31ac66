#include "importers/ipset_save/parse.h"

#include <array>

#include "importers/text/number.h"
#include "importers/text/well_known_ports.h"

namespace fwproof::importers::ipset_save {
namespace {

using model::AnyOf;
using model::Field;
using model::In;
using model::IntervalSet;
using model::Term;

struct CommandRow {
  std::string_view name;
  Command command;
};
constexpr auto kCommands = std::to_array<CommandRow>({
    {"create", Command::create}, {"add", Command::add}, {"flush", Command::flush}, {"destroy", Command::destroy},
    {"del", Command::change}, {"swap", Command::change}, {"rename", Command::change}, {"COMMIT", Command::none},
});

// By pointers: lists have millions of lines.
std::string_view next_word(std::string_view& rest) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  const char* at = rest.data();
  const char* const end = at + rest.size();
  while (at != end && is_space(*at)) ++at;
  const char* const start = at;
  while (at != end && !is_space(*at)) ++at;
  rest = {at, static_cast<size_t>(end - at)};
  return {start, static_cast<size_t>(at - start)};
}

struct ProtocolRow {
  std::string_view name;
  unsigned number;
};
// ipset prints a protocol by its name in /etc/protocols: netbase 6.4, and the older names of some.
constexpr auto kProtocols = std::to_array<ProtocolRow>({
    {"tcp", 6}, {"udp", 17}, {"sctp", 132}, {"udplite", 136}, {"icmp", 1}, {"icmpv6", 58}, {"ipv6-icmp", 58}, {"gre", 47}, {"esp", 50},
    {"ah", 51}, {"vrrp", 112}, {"igmp", 2}, {"ospf", 89}, {"dccp", 33}, {"ggp", 3}, {"ipencap", 4}, {"st", 5}, {"egp", 8}, {"igp", 9},
    {"pup", 12}, {"hmp", 20}, {"xns-idp", 22}, {"rdp", 27}, {"iso-tp4", 29}, {"xtp", 36}, {"ddp", 37}, {"idpr-cmtp", 38}, {"ipv6", 41},
    {"ipv6-route", 43}, {"ipv6-frag", 44}, {"idrp", 45}, {"rsvp", 46}, {"ipv6-crypt", 50}, {"ipv6-auth", 51}, {"skip", 57}, {"ipv6-nonxt", 59},
    {"ipv6-opts", 60}, {"rspf", 73}, {"vmtp", 81}, {"eigrp", 88}, {"ospfigp", 89}, {"ax.25", 93}, {"ipip", 94}, {"etherip", 97}, {"encap", 98},
    {"pim", 103}, {"ipcomp", 108}, {"l2tp", 115}, {"isis", 124}, {"fc", 133}, {"mobility-header", 135}, {"mpls-in-ip", 137}, {"manet", 138},
    {"hip", 139}, {"shim6", 140}, {"wesp", 141}, {"rohc", 142}, {"ethernet", 143},
});

std::optional<unsigned> protocol(std::string_view text) {
  for (const ProtocolRow& row : kProtocols)
    if (row.name == text) return row.number;
  if (const auto number = text::parse_decimal(text, 255)) return static_cast<unsigned>(*number);
  return std::nullopt;
}

// ip_set_proto_with_ports: for any other protocol the number behind the colon is 0 and nobody looks at a port.
bool with_ports(unsigned protocol) {
  return protocol == model::proto_tcp || protocol == model::proto_udp || protocol == model::proto_sctp || protocol == model::proto_udplite;
}

std::optional<uint16_t> port(std::string_view text, bool udp) {
  if (const auto number = text::parse_decimal(text, 65535)) return static_cast<uint16_t>(*number);
  return text::port_of_service(text, udp ? text::Transport::udp : text::Transport::tcp);
}

std::optional<IntervalSet> ports(std::string_view text, bool udp) {
  if (const auto single = port(text, udp)) return IntervalSet::of(*single);
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto lo = port(text.substr(0, dash), udp), hi = port(text.substr(dash + 1), udp);
  if (!lo || !hi || *lo > *hi) return std::nullopt;
  return IntervalSet::range(*lo, *hi);
}

Term conjunction(std::vector<Term> terms) {
  AnyOf any;
  any.alternatives.push_back(std::move(terms));
  return Term{std::move(any)};
}

struct IcmpRow {
  std::string_view name;
  uint8_t type;
  uint8_t code;
};
// As ipset 7.17 prints each type and code that has a name (tried with all of them); "ping" and "pong" are read as well (lib/ipset_icmp.c).
constexpr auto kIcmp = std::to_array<IcmpRow>({
    {"echo-reply", 0, 0}, {"pong", 0, 0}, {"network-unreachable", 3, 0}, {"host-unreachable", 3, 1}, {"protocol-unreachable", 3, 2},
    {"port-unreachable", 3, 3}, {"fragmentation-needed", 3, 4}, {"source-route-failed", 3, 5}, {"network-unknown", 3, 6}, {"host-unknown", 3, 7},
    {"network-prohibited", 3, 9}, {"host-prohibited", 3, 10}, {"TOS-network-unreachable", 3, 11}, {"TOS-host-unreachable", 3, 12},
    {"communication-prohibited", 3, 13}, {"host-precedence-violation", 3, 14}, {"precedence-cutoff", 3, 15}, {"source-quench", 4, 0},
    {"network-redirect", 5, 0}, {"host-redirect", 5, 1}, {"TOS-network-redirect", 5, 2}, {"TOS-host-redirect", 5, 3}, {"echo-request", 8, 0},
    {"ping", 8, 0}, {"router-advertisement", 9, 0}, {"router-solicitation", 10, 0}, {"ttl-zero-during-transit", 11, 0},
    {"ttl-zero-during-reassembly", 11, 1}, {"ip-header-bad", 12, 0}, {"required-option-missing", 12, 1}, {"timestamp-request", 13, 0},
    {"timestamp-reply", 14, 0}, {"address-mask-request", 17, 0}, {"address-mask-reply", 18, 0},
});
constexpr auto kIcmpv6 = std::to_array<IcmpRow>({
    {"no-route", 1, 0}, {"communication-prohibited", 1, 1}, {"address-unreachable", 1, 3}, {"port-unreachable", 1, 4}, {"packet-too-big", 2, 0},
    {"ttl-zero-during-transit", 3, 0}, {"ttl-zero-during-reassembly", 3, 1}, {"bad-header", 4, 0}, {"unknown-header-type", 4, 1},
    {"unknown-option", 4, 2}, {"echo-request", 128, 0}, {"ping", 128, 0}, {"echo-reply", 129, 0}, {"pong", 129, 0}, {"router-solicitation", 133, 0},
    {"router-advertisement", 134, 0}, {"neighbour-solicitation", 135, 0}, {"neighbour-advertisement", 136, 0}, {"redirect", 137, 0},
});

template <typename Rows>
std::optional<IcmpRow> icmp_of(const Rows& rows, std::string_view text) {
  for (const IcmpRow& row : rows)
    if (row.name == text) return row;
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto type = text::parse_decimal(text.substr(0, slash), 255), code = text::parse_decimal(text.substr(slash + 1), 255);
  if (!type || !code) return std::nullopt;
  return IcmpRow{"", static_cast<uint8_t>(*type), static_cast<uint8_t>(*code)};
}

std::optional<Term> icmp(unsigned number, std::string_view text) {
  const auto found = number == model::proto_icmp ? icmp_of(kIcmp, text) : icmp_of(kIcmpv6, text);
  if (!found) return std::nullopt;
  return conjunction({Term{In{Field::protocol, IntervalSet::of(number)}}, Term{In{Field::icmp_type, IntervalSet::of(found->type)}},
                      Term{In{Field::icmp_code, IntervalSet::of(found->code)}}});
}

}  // namespace

void parse_line(std::string_view text, Line& line) {
  line.command = Command::unknown;
  line.set = line.subject = {};
  line.options.clear();
  std::string_view word = next_word(text);
  while (word == "-exist" || word == "-!") word = next_word(text);
  if (word.empty() || word.front() == '#') {
    line.command = Command::none;
    return;
  }
  if (word == "add") {   // nearly every line
    line.command = Command::add;
  } else {
    for (const CommandRow& row : kCommands)
      if (row.name == word) line.command = row.command;
  }
  line.set = next_word(text);
  if (line.command == Command::create || line.command == Command::add) {
    line.subject = next_word(text);
    if (line.subject.empty()) line.command = Command::unknown;
  }
  for (word = next_word(text); !word.empty(); word = next_word(text)) line.options.push_back(word);
}

std::optional<AddressPart> parse_address_part(std::string_view text) {
  if (const auto prefix = model::parse_prefix(text)) return AddressPart{prefix->address.family, prefix->interval(), false, prefix->length};
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = model::parse_address(text.substr(0, dash)), to = model::parse_address(text.substr(dash + 1));
  if (!from || !to || from->family != to->family || from->value > to->value) return std::nullopt;
  return AddressPart{from->family, {from->value, to->value}, true, 0};
}

std::optional<Term> parse_port_part(std::string_view text, bool tcp_and_udp) {
  const size_t colon = text.find(':');
  unsigned number = model::proto_tcp;
  if (colon != std::string_view::npos) {
    const auto named = protocol(text.substr(0, colon));
    if (!named) return std::nullopt;
    number = *named;
    text.remove_prefix(colon + 1);
  }
  if (number == model::proto_icmp || number == model::proto_icmpv6) return icmp(number, text);
  const auto range = ports(text, number == model::proto_udp);
  if (!range) return std::nullopt;
  IntervalSet protocols = IntervalSet::of(number);
  if (tcp_and_udp) protocols = IntervalSet::from({{model::proto_tcp, model::proto_tcp}, {model::proto_udp, model::proto_udp}});
  if (!tcp_and_udp && !with_ports(number)) return Term{In{Field::protocol, protocols}};
  return conjunction({Term{In{Field::protocol, protocols}}, Term{In{Field::src_port, *range}}});
}

}  // namespace fwproof::importers::ipset_save
