// What UCI's packages for the network know: section types, options and what becomes of them, as tables. FORMAT.md has the sources.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fwproof::importers::openwrt {

// "firewall", "network" or "dhcp" for a section type that only one of them has; empty: none or several.
std::string_view package_of_type(std::string_view type);

enum class Use : uint8_t {
  modelled,
  irrelevant,     // bears on nothing that this model asks
  approximated,
  opaque,         // bears on traffic in a way that the model does not hold
  unknown,        // no such word
};
struct WordUse {
  Use use = Use::unknown;
  std::string_view reason;   // the construct in the account
};

// A section type of a package. Types that are modelled have their options in option_use().
WordUse type_use(std::string_view package, std::string_view type);
WordUse option_use(std::string_view package, std::string_view type, std::string_view option);
// A package other than the three.
WordUse package_use(std::string_view package);

// "tcp", "47", "esp": IANA numbers, /etc/protocols.
std::optional<unsigned> protocol_number(std::string_view name);

struct IcmpName {
  std::string_view name;
  int type4 = -1, code4 = -1;   // -1: not in this family, any code
  int type6 = -1, code6 = -1;
};
const IcmpName* find_icmp(std::string_view name);

}  // namespace fwproof::importers::openwrt
