// Lines of `ip addr`, `ip -o addr` and `ip route`.
#pragma once

#include "importers/linux_ip/ast.h"

namespace fwproof::importers::linux_ip {

void parse_line(std::string_view text, Line& line);
// The word behind `key` ("via", "dev"); empty when it is not there.
std::string_view word_after(const Line& line, std::string_view key);
// "2: eth0: <UP> mtu 1500": does an `ip addr` listing start here?
bool is_interface_line(std::string_view text);
// A route line that nothing else looks like: "default via …", "192.0.2.0/24 dev eth0 …".
bool is_route_line(std::string_view text);

}  // namespace fwproof::importers::linux_ip
