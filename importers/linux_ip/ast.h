// What one line of `ip addr` or `ip route` is.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace fwproof::importers::linux_ip {

enum class LineKind : uint8_t { blank, interface, address, link, detail, route, nexthop, null_route, other };

struct Line {
  LineKind kind = LineKind::other;
  std::string_view interface;            // interface, and address lines of `ip -o`
  std::string_view value;                // the address, MAC or prefix
  std::vector<std::string_view> words;   // all of them
};

}  // namespace fwproof::importers::linux_ip
