// Packets as `trace` takes them: words on the command line or one JSON object per line.
//
//   parse_packet_words("tcp 192.0.2.5:40000 198.51.100.10:8474 in=eth0")
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/packet.h"
#include "model/policy.h"

namespace fwproof::cli {

struct PacketRequest {
  model::Packet packet;                       // without the fields that hold names
  std::map<model::Field, std::string> names;  // in, out, program, service
  std::optional<model::Hook> hook;
  std::string problem;                        // not empty: not a packet
};

PacketRequest parse_packet_words(std::string_view text);
PacketRequest parse_packet_json(std::string_view text);
// The same for any line, plain or odd, by way of a tree; it says what is wrong with a line.
PacketRequest parse_packet_tree(std::string_view text);

// What every device gives a packet that comes in (solver/walk.h, "Hops"), where nobody said otherwise.
void settle_first(model::Packet& packet, bool answer);

// The packet with its names as the policy numbers them.
model::Packet packet_for(const PacketRequest& request, const model::Policy& policy);

}  // namespace fwproof::cli
