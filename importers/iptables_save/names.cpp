#include "importers/iptables_save/names.h"

#include <array>
#include <string>

#include "importers/text/number.h"
#include "importers/text/well_known_ports.h"
#include "model/packet.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::Family;
using model::IntervalSet;

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

struct Row {
  std::string_view name;
  unsigned number;
};

// libxtables' own names (xtables_chain_protos, iptables 1.8.9) and /etc/protocols (Debian netbase 6.4): IANA protocol numbers.
constexpr auto kProtocols = std::to_array<Row>({
    {"all", 0}, {"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"ipv6-icmp", 58}, {"icmpv6", 58}, {"icmp6", 58}, {"sctp", 132}, {"udplite", 136},
    {"esp", 50}, {"ipv6-crypt", 50}, {"ah", 51}, {"ipv6-auth", 51}, {"ipv6-mh", 135}, {"mh", 135}, {"mobility-header", 135}, {"gre", 47},
    {"igmp", 2}, {"ggp", 3}, {"ipencap", 4}, {"ipv4", 4}, {"st", 5}, {"egp", 8}, {"igp", 9}, {"pup", 12}, {"hmp", 20}, {"xns-idp", 22},
    {"rdp", 27}, {"iso-tp4", 29}, {"dccp", 33}, {"xtp", 36}, {"ddp", 37}, {"idpr-cmtp", 38}, {"ipv6", 41}, {"ipv6-route", 43},
    {"ipv6-frag", 44}, {"idrp", 45}, {"rsvp", 46}, {"skip", 57}, {"ipv6-nonxt", 59}, {"ipv6-opts", 60}, {"rspf", 73}, {"cphb", 73},
    {"vmtp", 81}, {"eigrp", 88}, {"ospf", 89}, {"ospfigp", 89}, {"ax.25", 93}, {"ipip", 94}, {"etherip", 97}, {"encap", 98},
    {"pim", 103}, {"ipcomp", 108}, {"vrrp", 112}, {"l2tp", 115}, {"isis", 124}, {"fc", 133}, {"mpls-in-ip", 137}, {"manet", 138},
    {"hip", 139}, {"shim6", 140}, {"wesp", 141}, {"rohc", 142},
});

struct IcmpRow {
  std::string_view name;
  int type;
  int code;  // -1: any
};

// iptables -p icmp -h; numbers from extensions/libxt_icmp.h of iptables 1.8.9.
constexpr auto kIcmp = std::to_array<IcmpRow>({
    {"any", 255, -1}, {"echo-reply", 0, -1}, {"pong", 0, -1}, {"destination-unreachable", 3, -1}, {"network-unreachable", 3, 0},
    {"host-unreachable", 3, 1}, {"protocol-unreachable", 3, 2}, {"port-unreachable", 3, 3}, {"fragmentation-needed", 3, 4},
    {"source-route-failed", 3, 5}, {"network-unknown", 3, 6}, {"host-unknown", 3, 7}, {"network-prohibited", 3, 9},
    {"host-prohibited", 3, 10}, {"tos-network-unreachable", 3, 11}, {"tos-host-unreachable", 3, 12}, {"communication-prohibited", 3, 13},
    {"host-precedence-violation", 3, 14}, {"precedence-cutoff", 3, 15}, {"source-quench", 4, -1}, {"redirect", 5, -1},
    {"network-redirect", 5, 0}, {"host-redirect", 5, 1}, {"tos-network-redirect", 5, 2}, {"tos-host-redirect", 5, 3},
    {"echo-request", 8, -1}, {"ping", 8, -1}, {"router-advertisement", 9, -1}, {"router-solicitation", 10, -1}, {"time-exceeded", 11, -1},
    {"ttl-exceeded", 11, -1}, {"ttl-zero-during-transit", 11, 0}, {"ttl-zero-during-reassembly", 11, 1}, {"parameter-problem", 12, -1},
    {"ip-header-bad", 12, 0}, {"required-option-missing", 12, 1}, {"timestamp-request", 13, -1}, {"timestamp-reply", 14, -1},
    {"address-mask-request", 17, -1}, {"address-mask-reply", 18, -1},
});

// ip6tables -p ipv6-icmp -h; numbers as above.
constexpr auto kIcmp6 = std::to_array<IcmpRow>({
    {"destination-unreachable", 1, -1}, {"no-route", 1, 0}, {"communication-prohibited", 1, 1}, {"beyond-scope", 1, 2},
    {"address-unreachable", 1, 3}, {"port-unreachable", 1, 4}, {"failed-policy", 1, 5}, {"reject-route", 1, 6}, {"packet-too-big", 2, -1},
    {"time-exceeded", 3, -1}, {"ttl-exceeded", 3, -1}, {"ttl-zero-during-transit", 3, 0}, {"ttl-zero-during-reassembly", 3, 1},
    {"parameter-problem", 4, -1}, {"bad-header", 4, 0}, {"unknown-header-type", 4, 1}, {"unknown-option", 4, 2}, {"echo-request", 128, -1},
    {"ping", 128, -1}, {"echo-reply", 129, -1}, {"pong", 129, -1}, {"mld-listener-query", 130, -1}, {"mld-listener-report", 131, -1},
    {"mld-listener-done", 132, -1}, {"mld-listener-reduction", 132, -1}, {"router-solicitation", 133, -1}, {"router-advertisement", 134, -1},
    {"neighbour-solicitation", 135, -1}, {"neighbor-solicitation", 135, -1}, {"neighbour-advertisement", 136, -1},
    {"neighbor-advertisement", 136, -1}, {"redirect", 137, -1},
});

constexpr auto kFlags = std::to_array<Row>({
    {"fin", model::tcp_fin}, {"syn", model::tcp_syn}, {"rst", model::tcp_rst}, {"psh", model::tcp_psh}, {"ack", model::tcp_ack},
    {"urg", model::tcp_urg}, {"all", 0x3f}, {"none", 0},
});

constexpr auto kStates = std::to_array<Row>({
    {"new", model::state_new}, {"established", model::state_established}, {"related", model::state_related},
    {"invalid", model::state_invalid}, {"untracked", model::state_untracked},
});

template <typename Rows>
const auto* find(const Rows& rows, std::string_view name) {
  for (const auto& row : rows)
    if (row.name == name) return &row;
  return static_cast<decltype(&rows[0])>(nullptr);
}

IcmpType from_numbers(int type, int code) {
  IcmpType result{IntervalSet::of(static_cast<unsigned>(type)), {}};
  if (code >= 0) result.code = IntervalSet::of(static_cast<unsigned>(code));
  return result;
}

// An unambiguous beginning of a name is enough for iptables (parse_icmp in libxt_icmp.h).
template <typename Rows>
std::optional<IcmpType> icmp_by_name(const Rows& rows, std::string_view name) {
  const IcmpRow* only = nullptr;
  for (const IcmpRow& row : rows) {
    if (row.name == name) return row.type == 255 ? IcmpType{} : from_numbers(row.type, row.code);
    if (!row.name.starts_with(name)) continue;
    if (only != nullptr) return std::nullopt;
    only = &row;
  }
  if (only == nullptr) return std::nullopt;
  return only->type == 255 ? IcmpType{} : from_numbers(only->type, only->code);
}

}  // namespace

std::optional<unsigned> protocol_number(std::string_view text) {
  if (const auto number = text::parse_any_base(text, 255)) return static_cast<unsigned>(*number);
  if (const Row* row = find(kProtocols, lower_case(text))) return row->number;
  return std::nullopt;
}

std::optional<IcmpType> icmp_type(std::string_view text, Family family) {
  if (text.empty()) return std::nullopt;
  if (text[0] < '0' || text[0] > '9')
    return family == Family::v4 ? icmp_by_name(kIcmp, lower_case(text)) : icmp_by_name(kIcmp6, lower_case(text));
  const size_t slash = text.find('/');
  const auto type = text::parse_any_base(text.substr(0, slash), 255);
  if (!type) return std::nullopt;
  int code = -1;
  if (slash != std::string_view::npos) {
    const auto number = text::parse_any_base(text.substr(slash + 1), 255);
    if (!number) return std::nullopt;
    code = static_cast<int>(*number);
  }
  // 255 is how `any` is stored (linux/netfilter_ipv4/ip_tables.h users: icmp_match); only in IPv4.
  if (family == Family::v4 && *type == 255) return IcmpType{};
  return from_numbers(static_cast<int>(*type), code);
}

std::optional<unsigned> tcp_flags(std::string_view text) {
  unsigned bits = 0;
  for (std::string_view part; text::next_part(text, ',', part);) {
    const Row* row = find(kFlags, lower_case(part));
    if (row == nullptr) return std::nullopt;
    bits |= row->number;
  }
  return bits;
}

std::optional<CtState> ct_states(std::string_view text) {
  CtState result;
  std::vector<model::Interval> states;
  for (std::string_view part; text::next_part(text, ',', part);) {
    const std::string name = lower_case(part);
    if (const Row* row = find(kStates, name))
      states.push_back({row->number, row->number});
    else if (name == "snat")
      result.status |= model::ct_snat;
    else if (name == "dnat")
      result.status |= model::ct_dnat;
    else
      return std::nullopt;
  }
  result.states = IntervalSet::from(std::move(states));
  return result;
}

std::optional<uint16_t> port_number(std::string_view text, bool udp) {
  if (const auto number = text::parse_any_base(text, 65535)) return static_cast<uint16_t>(*number);
  if (const auto port = text::port_of_service(text, udp ? text::Transport::udp : text::Transport::tcp)) return port;
  return std::nullopt;
}

std::optional<IntervalSet> port_range(std::string_view text, char separator, bool udp) {
  const size_t cut = text.find(separator);
  // Service names may hold a minus sign: the whole word goes first.
  if (const auto port = port_number(text, udp)) return IntervalSet::of(*port);
  if (cut == std::string_view::npos) return std::nullopt;
  const std::string_view low = text.substr(0, cut), high = text.substr(cut + 1);
  const auto lo = low.empty() ? std::optional<uint16_t>(0) : port_number(low, udp);
  const auto hi = high.empty() ? std::optional<uint16_t>(65535) : port_number(high, udp);
  if (!lo || !hi || *lo > *hi) return std::nullopt;
  return IntervalSet::range(*lo, *hi);
}

std::optional<IntervalSet> port_list(std::string_view text, bool udp) {
  std::vector<model::Interval> ports;
  for (std::string_view part; text::next_part(text, ',', part);) {
    const auto range = port_range(part, ':', udp);
    if (!range) return std::nullopt;
    ports.push_back(range->intervals().front());
  }
  if (ports.empty()) return std::nullopt;
  return IntervalSet::from(std::move(ports));
}

}  // namespace fwproof::importers::iptables_save
