// Service names as /etc/services spells them, to port numbers and back.
//
//   port_of_service("ssh", Transport::tcp);    // 22
//   service_of_port(53, Transport::udp);       // "domain"
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fwproof::importers::text {

enum class Transport { tcp, udp };

// Case matters, as in getservbyname(3). Nothing when the name is not assigned for the transport.
std::optional<uint16_t> port_of_service(std::string_view name, Transport transport);
// The alphabetically first name; empty when the port has none.
std::string_view service_of_port(uint16_t port, Transport transport);

}  // namespace fwproof::importers::text
