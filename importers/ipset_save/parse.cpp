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
// ipset(8): names as in /etc/protocols; those that entries of real sets carry.
constexpr auto kProtocols = std::to_array<ProtocolRow>({
    {"tcp", 6}, {"udp", 17}, {"sctp", 132}, {"udplite", 136}, {"icmp", 1}, {"icmpv6", 58}, {"ipv6-icmp", 58}, {"gre", 47}, {"esp", 50},
    {"ah", 51}, {"vrrp", 112}, {"igmp", 2}, {"ospf", 89}, {"dccp", 33},
});

std::optional<unsigned> protocol(std::string_view text) {
  for (const ProtocolRow& row : kProtocols)
    if (row.name == text) return row.number;
  if (const auto number = text::parse_decimal(text, 255)) return static_cast<unsigned>(*number);
  return std::nullopt;
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

std::optional<Term> icmp(unsigned number, std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto type = text::parse_decimal(text.substr(0, slash), 255), code = text::parse_decimal(text.substr(slash + 1), 255);
  if (!type || !code) return std::nullopt;
  return conjunction({Term{In{Field::protocol, IntervalSet::of(number)}}, Term{In{Field::icmp_type, IntervalSet::of(*type)}},
                      Term{In{Field::icmp_code, IntervalSet::of(*code)}}});
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
  if (!tcp_and_udp && !model::has_ports(number)) return Term{In{Field::protocol, protocols}};
  return conjunction({Term{In{Field::protocol, protocols}}, Term{In{Field::src_port, *range}}});
}

}  // namespace fwproof::importers::ipset_save
