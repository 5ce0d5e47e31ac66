// Words of pf and of the configurations that generate its rules: protocols, ICMP types, TCP flags, ports.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/address.h"
#include "model/interval_set.h"

namespace fwproof::importers::text::pf {

// "tcp", "TCP/UDP", "icmp" (which is ICMPv6 in IPv6 rules), "47"; "any" and "" give all of them. Nothing: no protocol of that name.
std::optional<model::IntervalSet> protocols(std::string_view text, model::Family family);
// TCP, UDP or both, or SCTP: rules for other protocols ignore ports.
bool has_ports(const model::IntervalSet& protocols);

// "echoreq", "unreach", "8": the type's number. Comma-separated lists are cut by the caller.
std::optional<unsigned> icmp_type(std::string_view text, model::Family family);

// "syn,ack" as bits.
std::optional<unsigned> tcp_flag_bits(std::string_view text);

// "80", "80-90", "80:90", "80:any", "any"; a name of /etc/services where `names` is set.
std::optional<model::IntervalSet> ports(std::string_view text, bool names = false);

// "192.0.2.1", "192.0.2.0/24" (host bits are ignored, as pf does), "192.0.2.1-192.0.2.9".
std::optional<model::AddressSet> addresses(std::string_view text);

// ASCII letters.
std::string lower_case(std::string_view text);

// Whether the text can only be a host name: letters, digits, hyphens and dots, with at least one letter.
bool is_host_name(std::string_view text);

}  // namespace fwproof::importers::text::pf
