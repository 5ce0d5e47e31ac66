#include "solver/walk.h"

#include <algorithm>

namespace fwproof::solver {

using model::Field;
using model::IntervalSet;

const model::IntervalSet& set_of(const PacketBox& box, Field field) {
  if (field == Field::src) return box.src;
  if (field == Field::dst) return box.dst;
  if (field == Field::protocol) return box.protocol;
  if (field == Field::src_port) return box.src_port;
  if (field == Field::dst_port) return box.dst_port;
  return field == Field::icmp_type ? box.icmp_type : box.icmp_code;
}

const IntervalSet& state_at(const WalkLeg& leg, const WalkHop& hop) { return hop.state ? *hop.state : leg.state; }

bool stands_alone(const Walk& walk, const WalkLeg& leg, const WalkHop& hop) {
  if (!hop.state || &leg == &walk.legs.front()) return false;
  const auto& first = walk.legs.front().hops;
  return std::none_of(first.begin(), first.end(), [&](const WalkHop& seen) { return seen.policy == hop.policy; });
}

}  // namespace fwproof::solver
