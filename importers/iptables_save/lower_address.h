// Addresses as iptables writes them: lists, prefixes, dotted masks (also non-contiguous), ranges, host names.
#pragma once

#include <string_view>

#include "model/address.h"

namespace fwproof::importers::iptables_save {

struct ParsedAddresses {
  enum class Kind { set, invalid, hostname, too_scattered, wrong_family };
  Kind kind = Kind::set;
  model::IntervalSet set;
  std::string_view part;  // the part of the list that is not a set
};

// "192.0.2.1", "10/8", "10.0.0.0/255.0.255.0", "2001:db8::/32", "a,b,c".
ParsedAddresses parse_addresses(std::string_view text, model::Family family);
// "192.0.2.1-192.0.2.9", or one address.
ParsedAddresses parse_address_range(std::string_view text, model::Family family);

}  // namespace fwproof::importers::iptables_save
