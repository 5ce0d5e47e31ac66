#include "importers/cisco_ios/names.h"

#include <array>

#include "importers/cisco_ios/words.h"
#include "importers/text/number.h"
#include "model/packet.h"

namespace fwproof::importers::cisco_ios {
namespace {

using model::Family;
using model::IntervalSet;

struct Row {
  std::string_view name;
  unsigned number;
};

// Cisco IOS Security Command Reference, "permit (IP)" and "access-list (IP extended)": protocol keywords; IANA numbers.
constexpr auto kProtocols = std::to_array<Row>({
    {"ahp", 51}, {"eigrp", 88}, {"esp", 50}, {"gre", 47}, {"icmp", 1}, {"igmp", 2}, {"igrp", 9}, {"ipinip", 4}, {"nos", 94}, {"ospf", 89},
    {"pcp", 108}, {"pim", 103}, {"sctp", 132}, {"tcp", 6}, {"udp", 17}, {"icmpv6", 58}, {"hbh", 0}, {"vrrp", 112}, {"ah", 51}, {"l2tp", 115},
});

enum : unsigned { kTcp = 1, kUdp = 2 };
struct PortRow {
  std::string_view name;
  uint16_t port;
  unsigned transports;
};

// The same reference, "TCP port names" and "UDP port names" (https and ssh: as `show access-lists` of later releases prints them).
constexpr auto kPorts = std::to_array<PortRow>({
    {"bgp", 179, kTcp}, {"chargen", 19, kTcp}, {"cmd", 514, kTcp}, {"connectedapps-plain", 15001, kTcp}, {"connectedapps-tls", 15002, kTcp},
    {"daytime", 13, kTcp}, {"drip", 3949, kTcp}, {"exec", 512, kTcp}, {"finger", 79, kTcp}, {"ftp", 21, kTcp}, {"ftp-data", 20, kTcp},
    {"gopher", 70, kTcp}, {"hostname", 101, kTcp}, {"ident", 113, kTcp}, {"irc", 194, kTcp}, {"klogin", 543, kTcp}, {"kshell", 544, kTcp},
    {"login", 513, kTcp}, {"lpd", 515, kTcp}, {"msrpc", 135, kTcp}, {"nntp", 119, kTcp}, {"onep-plain", 15001, kTcp}, {"onep-tls", 15002, kTcp},
    {"pop2", 109, kTcp}, {"pop3", 110, kTcp}, {"smtp", 25, kTcp}, {"tacacs-ds", 49, kTcp}, {"telnet", 23, kTcp}, {"uucp", 540, kTcp},
    {"whois", 43, kTcp}, {"www", 80, kTcp}, {"https", 443, kTcp}, {"ssh", 22, kTcp}, {"http", 80, kTcp},
    {"discard", 9, kTcp | kUdp}, {"domain", 53, kTcp | kUdp}, {"echo", 7, kTcp | kUdp}, {"pim-auto-rp", 496, kTcp | kUdp},
    {"sunrpc", 111, kTcp | kUdp}, {"syslog", 514, kTcp | kUdp}, {"tacacs", 49, kTcp | kUdp}, {"talk", 517, kTcp | kUdp}, {"time", 37, kTcp | kUdp},
    {"biff", 512, kUdp}, {"bootpc", 68, kUdp}, {"bootps", 67, kUdp}, {"dnsix", 195, kUdp}, {"isakmp", 500, kUdp}, {"mobile-ip", 434, kUdp},
    {"nameserver", 42, kUdp}, {"netbios-dgm", 138, kUdp}, {"netbios-ns", 137, kUdp}, {"netbios-ss", 139, kUdp}, {"non500-isakmp", 4500, kUdp},
    {"ntp", 123, kUdp}, {"rip", 520, kUdp}, {"ripv6", 521, kUdp}, {"snmp", 161, kUdp}, {"snmptrap", 162, kUdp}, {"tftp", 69, kUdp},
    {"who", 513, kUdp}, {"xdmcp", 177, kUdp},
});

struct IcmpRow {
  std::string_view name;
  unsigned type;
  int code;
};

// The same reference, "ICMP message type and code names"; numbers from RFC 792, 1122, 1256, 1812 and the IANA registry of ICMP parameters.
constexpr auto kIcmp = std::to_array<IcmpRow>({
    {"administratively-prohibited", 3, 13}, {"alternate-address", 6, -1}, {"conversion-error", 31, -1}, {"dod-host-prohibited", 3, 10},
    {"dod-net-prohibited", 3, 9}, {"echo", 8, -1}, {"echo-reply", 0, -1}, {"general-parameter-problem", 12, 0}, {"host-isolated", 3, 8},
    {"host-precedence-unreachable", 3, 14}, {"host-redirect", 5, 1}, {"host-tos-redirect", 5, 3}, {"host-tos-unreachable", 3, 12},
    {"host-unknown", 3, 7}, {"host-unreachable", 3, 1}, {"information-reply", 16, -1}, {"information-request", 15, -1}, {"mask-reply", 18, -1},
    {"mask-request", 17, -1}, {"mobile-redirect", 32, -1}, {"net-redirect", 5, 0}, {"net-tos-redirect", 5, 2}, {"net-tos-unreachable", 3, 11},
    {"net-unreachable", 3, 0}, {"network-unknown", 3, 6}, {"no-room-for-option", 12, 2}, {"option-missing", 12, 1}, {"packet-too-big", 3, 4},
    {"parameter-problem", 12, -1}, {"port-unreachable", 3, 3}, {"precedence-unreachable", 3, 15}, {"protocol-unreachable", 3, 2},
    {"reassembly-timeout", 11, 1}, {"redirect", 5, -1}, {"router-advertisement", 9, -1}, {"router-solicitation", 10, -1},
    {"source-quench", 4, -1}, {"source-route-failed", 3, 5}, {"time-exceeded", 11, -1}, {"timestamp-reply", 14, -1},
    {"timestamp-request", 13, -1}, {"traceroute", 30, -1}, {"ttl-exceeded", 11, 0}, {"unreachable", 3, -1},
});

// Cisco IOS IPv6 Command Reference, "permit (IPv6)"; RFC 4443, 4861, 3810, 6275 and the IANA registry of ICMPv6 parameters.
constexpr auto kIcmp6 = std::to_array<IcmpRow>({
    {"beyond-scope", 1, 2}, {"destination-unreachable", 1, 3}, {"dhaad-reply", 145, -1}, {"dhaad-request", 144, -1}, {"echo-reply", 129, -1},
    {"echo-request", 128, -1}, {"header", 4, 0}, {"hop-limit", 3, 0}, {"mld-query", 130, -1}, {"mld-reduction", 132, -1}, {"mld-report", 131, -1},
    {"mpd-advertisement", 147, -1}, {"mpd-solicitation", 146, -1}, {"nd-na", 136, -1}, {"nd-ns", 135, -1}, {"next-header", 4, 1},
    {"no-admin", 1, 1}, {"no-route", 1, 0}, {"packet-too-big", 2, -1}, {"parameter-option", 4, 2}, {"parameter-problem", 4, -1},
    {"port-unreachable", 1, 4}, {"reassembly-timeout", 3, 1}, {"redirect", 137, -1}, {"renum-command", 138, 0}, {"renum-result", 138, 1},
    {"renum-seq-number", 138, 255}, {"router-advertisement", 134, -1}, {"router-renumbering", 138, -1}, {"router-solicitation", 133, -1},
    {"time-exceeded", 3, -1}, {"unreachable", 1, -1},
});

struct InspectRow {
  std::string_view name;
  uint16_t tcp;   // 0: none
  uint16_t udp;
};

// "show ip port-map" of IOS 15.1: the system-defined ports of the inspected applications.
constexpr auto kInspected = std::to_array<InspectRow>({
    {"http", 80, 0}, {"https", 443, 0}, {"ftp", 21, 0}, {"ftps", 990, 0}, {"smtp", 25, 0}, {"esmtp", 25, 0}, {"dns", 53, 53}, {"ssh", 22, 0},
    {"telnet", 23, 0}, {"telnets", 992, 0}, {"pop3", 110, 0}, {"pop3s", 995, 0}, {"imap", 143, 0}, {"imap3", 220, 0}, {"imaps", 993, 0}, {"ntp", 123, 123},
    {"snmp", 161, 161}, {"snmptrap", 162, 162}, {"tftp", 0, 69}, {"isakmp", 500, 500}, {"ipsec-msft", 4500, 4500}, {"ldap", 389, 389}, {"ldaps", 636, 0},
    {"kerberos", 88, 88}, {"syslog", 0, 514}, {"tacacs", 49, 49}, {"radius", 1812, 1812}, {"bootpc", 0, 68}, {"bootps", 0, 67},
    {"netbios-ns", 137, 137}, {"netbios-dgm", 138, 138}, {"netbios-ssn", 139, 139}, {"microsoft-ds", 445, 445}, {"nntp", 119, 0},
    {"sqlnet", 1521, 0}, {"sql-net", 150, 150}, {"ms-sql", 1433, 0}, {"mysql", 3306, 3306}, {"login", 513, 0}, {"shell", 514, 0}, {"exec", 512, 0},
    {"lotusnote", 1352, 1352}, {"citrix", 1494, 1494}, {"ms-cluster-net", 3343, 3343}, {"pptp", 1723, 0}, {"l2tp", 1701, 1701}, {"gopher", 70, 70}, {"finger", 79, 0},
    {"ident", 113, 113}, {"bgp", 179, 179}, {"who", 0, 513}, {"time", 37, 37}, {"daytime", 13, 13}, {"echo", 7, 7}, {"discard", 9, 9}, {"whois", 63, 63},
});

template <typename Rows>
const auto* find(const Rows& rows, std::string_view name) {
  for (const auto& row : rows)
    if (same(row.name, name)) return &row;
  return static_cast<decltype(&rows[0])>(nullptr);
}

constexpr auto kFlags = std::to_array<Row>({
    {"fin", model::tcp_fin}, {"syn", model::tcp_syn}, {"rst", model::tcp_rst}, {"psh", model::tcp_psh}, {"ack", model::tcp_ack}, {"urg", model::tcp_urg},
});

}  // namespace

std::optional<IntervalSet> protocol(std::string_view text, Family family) {
  if (same(text, "ip") && family == Family::v4) return IntervalSet{};
  if (same(text, "ipv6") && family == Family::v6) return IntervalSet{};
  if (const auto number = text::parse_decimal(text, 255)) {
    if (*number == 0 && family == Family::v4) return IntervalSet{};
    return IntervalSet::of(*number);
  }
  if (same(text, "icmp") && family == Family::v6) return IntervalSet::of(model::proto_icmpv6);
  if (const Row* row = find(kProtocols, text)) return IntervalSet::of(row->number);
  return std::nullopt;
}

std::optional<uint16_t> port(std::string_view text, bool tcp, bool udp) {
  if (const auto number = text::parse_decimal(text, 65535)) return static_cast<uint16_t>(*number);
  const unsigned wanted = (tcp ? kTcp : 0u) | (udp ? kUdp : 0u);
  const PortRow* row = find(kPorts, text);
  if (row == nullptr || (row->transports & wanted) == 0) return std::nullopt;
  return row->port;
}

std::optional<IcmpType> icmp_type(std::string_view text, Family family) {
  if (const auto number = text::parse_decimal(text, 255)) return IcmpType{static_cast<unsigned>(*number), -1};
  const IcmpRow* row = family == Family::v4 ? find(kIcmp, text) : find(kIcmp6, text);
  if (row == nullptr) return std::nullopt;
  return IcmpType{row->type, row->code};
}

std::optional<Inspected> inspected(std::string_view text) {
  if (same(text, "tcp")) return Inspected{IntervalSet::all(16), {}, false};
  if (same(text, "udp")) return Inspected{{}, IntervalSet::all(16), false};
  if (same(text, "icmp")) return Inspected{{}, {}, true};
  const InspectRow* row = find(kInspected, text);
  if (row == nullptr) return std::nullopt;
  Inspected result;
  if (row->tcp != 0) result.tcp = IntervalSet::of(row->tcp);
  if (row->udp != 0) result.udp = IntervalSet::of(row->udp);
  return result;
}

std::optional<unsigned> tcp_flag(std::string_view text) {
  const Row* row = find(kFlags, text);
  if (row == nullptr) return std::nullopt;
  return row->number;
}

}  // namespace fwproof::importers::cisco_ios
