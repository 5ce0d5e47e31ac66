#include "specs/values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "specs/reader.h"

namespace fwproof::specs {
namespace {

using model::Address;
using model::Interval;

// IANA, Protocol Numbers (registry of Assigned Internet Protocol Numbers), with the aliases that /etc/protocols and vendors use.
struct ProtocolName {
  std::string_view name;
  unsigned number;
};
constexpr std::array kProtocols = {
    ProtocolName{"icmp", 1},       ProtocolName{"igmp", 2},       ProtocolName{"ipip", 4},    ProtocolName{"tcp", 6},
    ProtocolName{"udp", 17},       ProtocolName{"dccp", 33},      ProtocolName{"ipv6", 41},   ProtocolName{"gre", 47},
    ProtocolName{"esp", 50},       ProtocolName{"ah", 51},        ProtocolName{"icmpv6", 58}, ProtocolName{"ipv6-icmp", 58},
    ProtocolName{"eigrp", 88},     ProtocolName{"ospf", 89},      ProtocolName{"pim", 103},   ProtocolName{"vrrp", 112},
    ProtocolName{"l2tp", 115},     ProtocolName{"sctp", 132},     ProtocolName{"udplite", 136},
};

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc{} || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

std::string add_range(std::string_view text, size_t dash, AddressList& list) {
  const auto lo = model::parse_address(text.substr(0, dash));
  const auto hi = model::parse_address(text.substr(dash + 1));
  if (!lo || !hi) return "cannot read " + quoted(text) + " as a range of addresses (192.0.2.1-192.0.2.9)";
  if (lo->family != hi->family) return "the range " + quoted(text) + " mixes IPv4 and IPv6";
  if (lo->value > hi->value) return "the range " + quoted(text) + " ends before it starts";
  (lo->family == model::Family::v4 ? list.v4 : list.v6).push_back({lo->value, hi->value});
  return {};
}

}  // namespace

std::string add_address(std::string_view text, AddressList& list) {
  const size_t dash = text.find('-');
  if (dash != std::string_view::npos) return add_range(text, dash, list);
  const auto prefix = model::parse_prefix(text);
  if (!prefix)
    return "cannot read " + quoted(text) + " as an address (192.0.2.7), a prefix (192.0.2.0/24) or a range (192.0.2.1-192.0.2.9)";
  const model::Family family = prefix->address.family;
  if (prefix->has_host_bits()) {
    const model::Prefix network{{family, prefix->interval().lo}, prefix->length};
    return std::string(text) + " has host bits set; write " + model::to_text(network);
  }
  (family == model::Family::v4 ? list.v4 : list.v6).push_back(prefix->interval());
  return {};
}

std::optional<Interval> parse_port_range(std::string_view text) {
  constexpr unsigned kLastPort = 65535;
  const size_t dash = text.find('-');
  const auto lo = parse_number(text.substr(0, dash), kLastPort);
  const auto hi = dash == std::string_view::npos ? lo : parse_number(text.substr(dash + 1), kLastPort);
  if (!lo || !hi || *lo > *hi) return std::nullopt;
  return Interval{*lo, *hi};
}

std::optional<unsigned> parse_protocol(std::string_view text) {
  for (const ProtocolName& protocol : kProtocols)
    if (protocol.name == text) return protocol.number;
  return parse_number(text, 255);
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const ProtocolName& protocol : kProtocols) names.emplace_back(protocol.name);
  return names;
}

bool is_role_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), allowed);
}

bool is_id(std::string_view text) {
  const auto bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '/'; };
  return !text.empty() && text.size() <= 200 && std::none_of(text.begin(), text.end(), bad);
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace fwproof::specs
