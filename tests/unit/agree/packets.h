// The packets of the tiny universe (tests/support/random_policy.h), by number, and how many policies are looked at.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "solver/walk.h"
#include "tests/support/random_policy.h"

namespace fwproof::testing {

inline uint64_t first_seed() {
  const char* seed = std::getenv("FWPROOF_AGREE_SEED");
  return seed ? std::strtoull(seed, nullptr, 10) : 20'260'000;
}

inline uint64_t policies_wanted() {
  const char* wanted = std::getenv("FWPROOF_AGREE_POLICIES");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 100'000;
}

// The packets to look at: all of a stride, so that a run stays short and other seeds look at others.
inline constexpr uint64_t kPackets = kAddresses * kAddresses * kPorts * 2 * kPorts;

inline model::Packet packet_of(const solver::Walk& walk, uint64_t index) {
  model::Packet packet;
  const auto take = [&](uint64_t size) {
    const uint64_t value = index % size;
    index /= size;
    return value;
  };
  packet.set(model::Field::src, take(kAddresses));
  packet.set(model::Field::dst, take(kAddresses));
  packet.set(model::Field::dst_port, take(kPorts));
  packet.set(model::Field::protocol, take(2) == 0 ? model::proto_tcp : model::proto_udp);
  packet.set(model::Field::src_port, take(kPorts));
  for (const model::Field field : {model::Field::icmp_type, model::Field::icmp_code, model::Field::mark, model::Field::fragment, model::Field::ct_status, model::Field::ct_dir}) packet.set(field, 0);
  packet.set(model::Field::state, walk.legs[0].state.min());
  packet.set(model::Field::tcp_flags, walk.legs[0].tcp_flags.min());
  if (packet.get(model::Field::state) == model::state_new) packet.set(model::Field::connmark, 0);
  return packet;
}

inline bool contains(const std::vector<solver::PacketBox>& boxes, const model::Packet& packet) {
  return std::any_of(boxes.begin(), boxes.end(), [&](const solver::PacketBox& box) {
    return box.src.contains(packet.get(model::Field::src)) && box.dst.contains(packet.get(model::Field::dst)) && box.protocol.contains(packet.get(model::Field::protocol)) &&
           box.src_port.contains(packet.get(model::Field::src_port)) && box.dst_port.contains(packet.get(model::Field::dst_port));
  });
}

}  // namespace fwproof::testing
