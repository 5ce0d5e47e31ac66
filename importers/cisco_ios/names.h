// Words of IOS that stand for numbers. Sources beside the tables in names.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/address.h"
#include "model/interval_set.h"

namespace fwproof::importers::cisco_ios {

// "tcp", "6"; `any` protocol ("ip", in IPv6 lists "ipv6") gives the empty set.
std::optional<model::IntervalSet> protocol(std::string_view text, model::Family family);

// "www", "80". Names differ between TCP and UDP; `tcp` and `udp` say which may be meant.
std::optional<uint16_t> port(std::string_view text, bool tcp, bool udp);

struct IcmpType {
  unsigned type = 0;
  int code = -1;   // -1: any
};
std::optional<IcmpType> icmp_type(std::string_view text, model::Family family);

// What `match protocol NAME` and `ip inspect name … NAME` look for.
struct Inspected {
  model::IntervalSet tcp;    // destination ports; empty: none
  model::IntervalSet udp;
  bool icmp = false;
};
std::optional<Inspected> inspected(std::string_view text);

// "syn" as the bit of a TCP flag.
std::optional<unsigned> tcp_flag(std::string_view text);

}  // namespace fwproof::importers::cisco_ios
