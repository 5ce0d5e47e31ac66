// Values as RouterOS writes them: addresses, ports, protocols, ICMP types, flags.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "model/address.h"

namespace fwproof::importers::mikrotik {

// "192.0.2.1", "192.0.2.0/24", "192.0.2.1-192.0.2.9"; host bits are ignored.
std::optional<model::IntervalSet> parse_addresses(std::string_view text, model::Family family);
// "22,80,8000-8100"
std::optional<model::IntervalSet> parse_ports(std::string_view text);
// "tcp", "ipsec-esp", "47"
std::optional<unsigned> parse_protocol(std::string_view text);

struct IcmpOptions {
  model::IntervalSet types;
  model::IntervalSet codes;   // empty: any
};
// "8:0", "3:0-4", "11", several with commas
std::optional<std::vector<IcmpOptions>> parse_icmp(std::string_view text);

struct FlagMask {
  unsigned mask = 0;
  unsigned wanted = 0;
};
// "syn,!ack"
std::optional<FlagMask> parse_flags(std::string_view text);

}  // namespace fwproof::importers::mikrotik
