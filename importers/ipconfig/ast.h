// A line of `ipconfig /all`, whatever the display language of Windows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fwproof::importers::ipconfig {

enum class Key : uint8_t {
  dhcp_enabled, ipv4, ipv4_autoconfigured, ipv6, ipv6_temporary, ipv6_link_local, mask, gateway, lease_obtained, physical_address, media_state,
  other,   // known, and of no interest here
};

struct Line {
  enum class Kind : uint8_t { blank, title, adapter, label, more, other };
  Kind kind = Kind::other;
  Key key = Key::other;
  std::string_view value;   // behind the label; of `more`: the whole line; of an adapter: its name
  bool is_point_to_point = false;  // an adapter whose addresses its peer gives (PPP)
};

}  // namespace fwproof::importers::ipconfig
