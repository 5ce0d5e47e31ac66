// A network card's address as DHCP servers and hosts write it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fwproof::model {

// Every MAC of a list that blanks or commas separate, as "02:00:00:00:00:0a". Read are 02:00:00:00:00:0A, 2:0:0:0:0:a, 02-00-00-00-00-0a, 0200.0000.000a
// and 02000000000a, and a client identifier of DHCP that begins with the type of Ethernet, 01 (RFC 2132, 9.14): 1:2:0:0:0:0:a, 0102.0000.0000.0a. Empty
// where some part of the list is nothing of these.
std::vector<std::string> macs_in(std::string_view text);

}  // namespace fwproof::model
