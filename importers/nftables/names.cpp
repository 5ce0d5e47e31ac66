// Tables. Sources: `nft describe` of nftables 1.0.6 (2022) for the symbols, nft(8) of that version for the selectors, and what
// `nft --debug=netlink` shows of the implicit dependencies of each; /etc/protocols of netbase 6.4.
#include "importers/nftables/names.h"

#include <array>
#include <unordered_map>

#include "importers/text/number.h"
#include "importers/text/well_known_ports.h"

namespace fwproof::importers::nftables {
namespace {

using model::Field;
using model::u128;

constexpr Selector kSelectors[] = {
    {"ip saddr", Selects::field, Type::v4_address, Field::src, 4},
    {"ip daddr", Selects::field, Type::v4_address, Field::dst, 4},
    {"ip6 saddr", Selects::field, Type::v6_address, Field::src, 6},
    {"ip6 daddr", Selects::field, Type::v6_address, Field::dst, 6},
    {"ip protocol", Selects::field, Type::protocol, Field::protocol, 4},
    {"ip6 nexthdr", Selects::field, Type::protocol, Field::protocol, 6},
    {"meta l4proto", Selects::field, Type::protocol, Field::protocol},
    {"tcp sport", Selects::field, Type::service, Field::src_port, 0, model::proto_tcp},
    {"tcp dport", Selects::field, Type::service, Field::dst_port, 0, model::proto_tcp},
    {"udp sport", Selects::field, Type::service, Field::src_port, 0, model::proto_udp},
    {"udp dport", Selects::field, Type::service, Field::dst_port, 0, model::proto_udp},
    {"udplite sport", Selects::field, Type::service, Field::src_port, 0, model::proto_udplite},
    {"udplite dport", Selects::field, Type::service, Field::dst_port, 0, model::proto_udplite},
    {"sctp sport", Selects::field, Type::service, Field::src_port, 0, model::proto_sctp},
    {"sctp dport", Selects::field, Type::service, Field::dst_port, 0, model::proto_sctp},
    {"dccp sport", Selects::field, Type::service, Field::src_port, 0, model::proto_dccp},
    {"dccp dport", Selects::field, Type::service, Field::dst_port, 0, model::proto_dccp},
    {"th sport", Selects::any_port, Type::service, Field::src_port},
    {"th dport", Selects::any_port, Type::service, Field::dst_port},
    {"tcp flags", Selects::bits, Type::tcp_flags, Field::tcp_flags, 0, model::proto_tcp},
    {"icmp type", Selects::field, Type::icmp_type, Field::icmp_type, 4, model::proto_icmp},
    {"icmp code", Selects::field, Type::icmp_code, Field::icmp_code, 4, model::proto_icmp},
    {"icmpv6 type", Selects::field, Type::icmpv6_type, Field::icmp_type, 6, model::proto_icmpv6},
    {"icmpv6 code", Selects::field, Type::icmpv6_code, Field::icmp_code, 6, model::proto_icmpv6},
    {"meta mark", Selects::field, Type::mark, Field::mark},
    {"ct mark", Selects::field, Type::mark, Field::connmark, 0, 0, true},
    {"meta iif", Selects::field, Type::interface, Field::in},
    {"meta iifname", Selects::field, Type::interface, Field::in},
    {"meta oif", Selects::field, Type::interface, Field::out},
    {"meta oifname", Selects::field, Type::interface, Field::out},
    {"ether saddr", Selects::field, Type::mac, Field::mac},
    {"ct state", Selects::bits, Type::ct_state, Field::state},
    {"ct status", Selects::bits, Type::ct_status, Field::ct_status, 0, 0, true},
    {"ct direction", Selects::field, Type::ct_direction, Field::ct_dir, 0, 0, true},
    {"meta nfproto", Selects::constant, Type::nf_proto},
    {"meta protocol", Selects::constant, Type::ether_type},
    {"ip version", Selects::constant, Type::integer, Field::protocol, 4},
    {"ip6 version", Selects::constant, Type::integer, Field::protocol, 6},
    {"fib saddr type", Selects::address_type, Type::address_type, Field::src},
    {"fib daddr type", Selects::address_type, Type::address_type, Field::dst},
};
constexpr Selector kUnknown{};
// Fields outside the packet model: a header is asked for all the same.
constexpr Selector kHeaders[] = {
    {"ip", Selects::unknown, Type::other, Field::protocol, 4},
    {"ip6", Selects::unknown, Type::other, Field::protocol, 6},
    {"tcp", Selects::unknown, Type::other, Field::protocol, 0, model::proto_tcp},
    {"udp", Selects::unknown, Type::other, Field::protocol, 0, model::proto_udp},
    {"udplite", Selects::unknown, Type::other, Field::protocol, 0, model::proto_udplite},
    {"sctp", Selects::unknown, Type::other, Field::protocol, 0, model::proto_sctp},
    {"dccp", Selects::unknown, Type::other, Field::protocol, 0, model::proto_dccp},
    {"icmp", Selects::unknown, Type::other, Field::protocol, 4, model::proto_icmp},
    {"icmpv6", Selects::unknown, Type::other, Field::protocol, 6, model::proto_icmpv6},
    {"ct", Selects::unknown, Type::other, Field::protocol, 0, 0, true},
};

// First words of selectors that read the packet's headers; meta keys that stay the same for a packet.
constexpr std::string_view kHeaderWords[] = {"ether", "vlan", "arp", "ip", "ip6", "icmp", "igmp", "icmpv6", "tcp", "udp", "udplite", "sctp", "dccp", "ah",
                                             "esp", "comp", "th", "hbh", "rt0", "rt2", "rt4", "frag", "dst", "mh", "srh", "gre", "exthdr", "fib"};
constexpr std::string_view kConstantMeta[] = {"meta length", "meta priority", "meta pkttype", "meta cpu", "meta nftrace", "meta time", "meta day", "meta hour"};
constexpr std::string_view kPureMeta[] = {"meta skuid", "meta skgid", "meta length", "meta cgroup"};

struct Symbol {
  Type type;
  std::string_view name;
  uint32_t value;
};
constexpr auto kSymbols = std::to_array<Symbol>({
    {Type::icmp_type, "echo-reply", 0}, {Type::icmp_type, "destination-unreachable", 3}, {Type::icmp_type, "source-quench", 4},
    {Type::icmp_type, "redirect", 5}, {Type::icmp_type, "echo-request", 8}, {Type::icmp_type, "router-advertisement", 9},
    {Type::icmp_type, "router-solicitation", 10}, {Type::icmp_type, "time-exceeded", 11}, {Type::icmp_type, "parameter-problem", 12},
    {Type::icmp_type, "timestamp-request", 13}, {Type::icmp_type, "timestamp-reply", 14}, {Type::icmp_type, "info-request", 15},
    {Type::icmp_type, "info-reply", 16}, {Type::icmp_type, "address-mask-request", 17}, {Type::icmp_type, "address-mask-reply", 18},
    {Type::icmpv6_type, "destination-unreachable", 1}, {Type::icmpv6_type, "packet-too-big", 2}, {Type::icmpv6_type, "time-exceeded", 3},
    {Type::icmpv6_type, "parameter-problem", 4}, {Type::icmpv6_type, "echo-request", 128}, {Type::icmpv6_type, "echo-reply", 129},
    {Type::icmpv6_type, "mld-listener-query", 130}, {Type::icmpv6_type, "mld-listener-report", 131}, {Type::icmpv6_type, "mld-listener-done", 132},
    {Type::icmpv6_type, "mld-listener-reduction", 132}, {Type::icmpv6_type, "nd-router-solicit", 133}, {Type::icmpv6_type, "nd-router-advert", 134},
    {Type::icmpv6_type, "nd-neighbor-solicit", 135}, {Type::icmpv6_type, "nd-neighbor-advert", 136}, {Type::icmpv6_type, "nd-redirect", 137},
    {Type::icmpv6_type, "router-renumbering", 138}, {Type::icmpv6_type, "ind-neighbor-solicit", 141}, {Type::icmpv6_type, "ind-neighbor-advert", 142},
    {Type::icmpv6_type, "mld2-listener-report", 143},
    {Type::icmp_code, "net-unreachable", 0}, {Type::icmp_code, "host-unreachable", 1}, {Type::icmp_code, "prot-unreachable", 2},
    {Type::icmp_code, "port-unreachable", 3}, {Type::icmp_code, "frag-needed", 4}, {Type::icmp_code, "net-prohibited", 9},
    {Type::icmp_code, "host-prohibited", 10}, {Type::icmp_code, "admin-prohibited", 13},
    {Type::icmpv6_code, "no-route", 0}, {Type::icmpv6_code, "admin-prohibited", 1}, {Type::icmpv6_code, "addr-unreachable", 3},
    {Type::icmpv6_code, "port-unreachable", 4}, {Type::icmpv6_code, "policy-fail", 5}, {Type::icmpv6_code, "reject-route", 6},
    {Type::ct_state, "invalid", 1}, {Type::ct_state, "established", 2}, {Type::ct_state, "related", 4}, {Type::ct_state, "new", 8},
    {Type::ct_state, "untracked", 64},
    {Type::ct_status, "expected", 1}, {Type::ct_status, "seen-reply", 2}, {Type::ct_status, "assured", 4}, {Type::ct_status, "confirmed", 8},
    {Type::ct_status, "snat", 0x10}, {Type::ct_status, "dnat", 0x20}, {Type::ct_status, "dying", 0x200},
    {Type::ct_direction, "original", 0}, {Type::ct_direction, "reply", 1},
    {Type::tcp_flags, "fin", model::tcp_fin}, {Type::tcp_flags, "syn", model::tcp_syn}, {Type::tcp_flags, "rst", model::tcp_rst},
    {Type::tcp_flags, "psh", model::tcp_psh}, {Type::tcp_flags, "ack", model::tcp_ack}, {Type::tcp_flags, "urg", model::tcp_urg},
    {Type::tcp_flags, "ecn", model::tcp_ece}, {Type::tcp_flags, "cwr", model::tcp_cwr},
    {Type::ether_type, "ip", 0x0800}, {Type::ether_type, "arp", 0x0806}, {Type::ether_type, "ip6", 0x86dd}, {Type::ether_type, "8021q", 0x8100},
    {Type::ether_type, "vlan", 0x8100}, {Type::ether_type, "8021ad", 0x88a8},
    {Type::nf_proto, "ipv4", 2}, {Type::nf_proto, "ipv6", 10},
    {Type::address_type, "unspec", 0}, {Type::address_type, "unicast", 1}, {Type::address_type, "local", 2}, {Type::address_type, "broadcast", 3},
    {Type::address_type, "anycast", 4}, {Type::address_type, "multicast", 5}, {Type::address_type, "blackhole", 6},
    {Type::address_type, "unreachable", 7}, {Type::address_type, "prohibit", 8},
    {Type::protocol, "icmp", 1}, {Type::protocol, "igmp", 2}, {Type::protocol, "ggp", 3}, {Type::protocol, "ipencap", 4}, {Type::protocol, "ipv4", 4},
    {Type::protocol, "st", 5}, {Type::protocol, "tcp", 6}, {Type::protocol, "egp", 8}, {Type::protocol, "igp", 9}, {Type::protocol, "pup", 12},
    {Type::protocol, "udp", 17}, {Type::protocol, "hmp", 20}, {Type::protocol, "xns-idp", 22}, {Type::protocol, "rdp", 27},
    {Type::protocol, "iso-tp4", 29}, {Type::protocol, "dccp", 33}, {Type::protocol, "xtp", 36}, {Type::protocol, "ddp", 37},
    {Type::protocol, "idpr-cmtp", 38}, {Type::protocol, "ipv6", 41}, {Type::protocol, "ipv6-route", 43}, {Type::protocol, "ipv6-frag", 44},
    {Type::protocol, "idrp", 45}, {Type::protocol, "rsvp", 46}, {Type::protocol, "gre", 47}, {Type::protocol, "esp", 50}, {Type::protocol, "ah", 51},
    {Type::protocol, "skip", 57}, {Type::protocol, "ipv6-icmp", 58}, {Type::protocol, "icmpv6", 58}, {Type::protocol, "ipv6-nonxt", 59},
    {Type::protocol, "ipv6-opts", 60}, {Type::protocol, "rspf", 73}, {Type::protocol, "vmtp", 81}, {Type::protocol, "eigrp", 88},
    {Type::protocol, "ospf", 89}, {Type::protocol, "ax.25", 93}, {Type::protocol, "ipip", 94}, {Type::protocol, "etherip", 97},
    {Type::protocol, "encap", 98}, {Type::protocol, "pim", 103}, {Type::protocol, "ipcomp", 108}, {Type::protocol, "comp", 108},
    {Type::protocol, "vrrp", 112}, {Type::protocol, "l2tp", 115}, {Type::protocol, "isis", 124}, {Type::protocol, "sctp", 132},
    {Type::protocol, "fc", 133}, {Type::protocol, "mobility-header", 135}, {Type::protocol, "udplite", 136}, {Type::protocol, "mpls-in-ip", 137},
    {Type::protocol, "manet", 138}, {Type::protocol, "hip", 139}, {Type::protocol, "shim6", 140}, {Type::protocol, "wesp", 141},
    {Type::protocol, "rohc", 142},
});

// src/scanner.l: decimal, or hexadecimal behind 0x; a leading zero is no octal.
std::optional<u128> plain_number(std::string_view text, u128 max) {
  std::optional<uint64_t> number;
  const uint64_t limit = max > ~uint64_t{0} ? ~uint64_t{0} : static_cast<uint64_t>(max);
  if (text.starts_with("0x") || text.starts_with("0X")) number = text::parse_hex(text.substr(2), limit);
  else number = text::parse_decimal(text, limit);
  if (!number) return std::nullopt;
  return u128{*number};
}

std::optional<u128> address(std::string_view text, model::Family family) {
  const auto parsed = model::parse_address(text);
  if (!parsed || parsed->family != family) return std::nullopt;
  return parsed->value;
}

std::optional<u128> service(std::string_view text) {
  if (const auto port = text::port_of_service(text, text::Transport::tcp)) return *port;
  if (const auto port = text::port_of_service(text, text::Transport::udp)) return *port;
  return std::nullopt;
}

}  // namespace

const Selector& find_selector(std::string_view name) {
  static const std::unordered_map<std::string_view, const Selector*> index = [] {
    std::unordered_map<std::string_view, const Selector*> all;
    for (const Selector& selector : kSelectors) all.emplace(selector.name, &selector);
    return all;
  }();
  const auto found = index.find(name);
  if (found != index.end()) return *found->second;
  const std::string_view first = name.substr(0, name.find(' '));
  for (const Selector& header : kHeaders)
    if (header.name == first) return header;
  return kUnknown;
}

bool is_zone(std::string_view selector) { return selector.starts_with("ct ") && selector.ends_with(" zone"); }

bool is_always_there(std::string_view name) {
  for (const std::string_view key : kConstantMeta)
    if (key == name) return true;
  const Selector& selector = find_selector(name);
  if (selector.selects == Selects::unknown) return (selector.family != 0 || selector.protocol != 0) && name.find(" option ") == std::string_view::npos && name.find(" chunk ") == std::string_view::npos;
  return selector.type != Type::mac && selector.selects != Selects::any_port;
}

bool is_pure(std::string_view name) {
  if (name.starts_with('@')) return true;
  for (const std::string_view key : kPureMeta)
    if (key == name) return true;
  const std::string_view first = name.substr(0, name.find(' '));
  for (const std::string_view word : kHeaderWords)
    if (word == first) return true;
  return false;
}

unsigned bits_of(Type type) {
  switch (type) {
    case Type::v4_address: return 32;
    case Type::v6_address: return 128;
    case Type::protocol: case Type::icmp_type: case Type::icmpv6_type: case Type::icmp_code: case Type::icmpv6_code: case Type::tcp_flags:
    case Type::nf_proto: return 8;
    case Type::service: case Type::ether_type: return 16;
    case Type::ct_direction: return 1;
    case Type::mac: return 48;
    case Type::integer: case Type::ct_state: case Type::ct_status: case Type::interface: case Type::mark: case Type::address_type: case Type::other: return 32;
  }
  return 32;
}

std::optional<u128> number_of(std::string_view text, Type type) {
  if (type == Type::v4_address) return address(text, model::Family::v4);
  if (type == Type::v6_address) return address(text, model::Family::v6);
  if (type == Type::mac) {
    const auto mac = text::parse_mac(text);
    return mac ? std::optional<u128>(*mac) : std::nullopt;
  }
  if (!text.empty() && text[0] >= '0' && text[0] <= '9')
    if (const auto number = plain_number(text, model::max_value(bits_of(type)))) return number;
  for (const Symbol& symbol : kSymbols)
    if (symbol.type == type && symbol.name == text) return symbol.value;
  if (type == Type::service) return service(text);
  return std::nullopt;
}

}  // namespace fwproof::importers::nftables
