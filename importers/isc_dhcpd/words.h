// What the statements of dhcpd.conf(5) are about.
#pragma once

#include <cstdint>
#include <string_view>

namespace fwproof::importers::isc_dhcpd {

enum class Role : uint8_t {
  subnet, subnet6, shared_network, pool, group, host,  // blocks around addresses
  range, range6, prefix6, fixed_address, hardware,     // addresses and whose they are
  permit,                                              // allow, deny, ignore
  include,
  elsewhere,                                           // the rest of the configuration is in a directory
  condition,                                           // if, elsif, else, switch, on: settings for some clients
  setting,                                             // does not say which addresses are handed out
  unknown,
};

// Keywords are read without regard to case (common/conflex.c of ISC DHCP).
Role role_of(std::string_view keyword);
bool same(std::string_view a, std::string_view b);

}  // namespace fwproof::importers::isc_dhcpd
