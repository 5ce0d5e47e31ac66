// One packet in words, and its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/address.h"

namespace fwproof::testing {

using Bytes = std::vector<uint8_t>;  // a packet, from its IP header on

struct Wire {
  model::u128 src = 0, dst = 0;
  uint16_t id = 0;               // of the IP header (IPv6: flow label): finds the packet again
  uint8_t protocol = 0;
  uint16_t src_port = 0, dst_port = 0;
  uint8_t tcp_flags = 0;
  uint32_t seq = 0, ack = 0;
  uint8_t icmp_type = 0, icmp_code = 0;
  uint16_t echo = 0;             // identifier of an echo request or reply; 0: as `id`
  model::Family family = model::Family::v4;
};

Bytes to_bytes(const Wire& wire);
// Nothing for what is no IP packet or too short. IPv6: without extension headers.
std::optional<Wire> from_bytes(const Bytes& bytes);

}  // namespace fwproof::testing
