// Words of iptables that stand for numbers. Sources beside the tables in names.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/address.h"
#include "model/interval_set.h"

namespace fwproof::importers::iptables_save {

// "tcp", "TCP", "6"; "all" and "0" give 0, which means any.
std::optional<unsigned> protocol_number(std::string_view text);

struct IcmpType {
  model::IntervalSet type;   // empty: any type and code
  model::IntervalSet code;   // empty: any code
};
// "8", "3/4", "echo-request", "any".
std::optional<IcmpType> icmp_type(std::string_view text, model::Family family);

// "SYN,RST", "ALL", "NONE" as bits.
std::optional<unsigned> tcp_flags(std::string_view text);

struct CtState {
  model::IntervalSet states;
  unsigned status = 0;       // CtStatus bits: SNAT, DNAT
};
std::optional<CtState> ct_states(std::string_view text);

// "ssh", "22", "0x16".
std::optional<uint16_t> port_number(std::string_view text, bool udp);
// "22", "ssh:80", ":80", "80:" — `separator` stands between the two.
std::optional<model::IntervalSet> port_range(std::string_view text, char separator, bool udp);
// "80,443,1000:1010".
std::optional<model::IntervalSet> port_list(std::string_view text, bool udp);

}  // namespace fwproof::importers::iptables_save
