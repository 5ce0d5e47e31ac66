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

IntervalSet seen_domain(const Walk& walk, Field field) {
  const model::Policy& policy = *walk.legs[0].hops[0].policy;
  if (field == Field::state) return IntervalSet::range(model::state_new, model::state_invalid);
  if (field == Field::profile) return IntervalSet::range(model::profile_domain, model::profile_public);
  if (field == Field::rpc_port) return IntervalSet::range(model::rpc_no, model::rpc_default_range);
  const model::NameDomain* names = model::names_of(policy, field);
  if (names == nullptr) return IntervalSet::all(model::field_bits(field, walk.family));
  const uint32_t lo = policy.interfaces.atom_of("lo");
  const bool never_lo = names == &policy.interfaces && policy.interfaces.is_exact(lo) && walk.legs[0].hops[0].hook == model::Hook::forward;
  return never_lo ? names->all().minus(IntervalSet::of(lo)) : names->all();
}

bool stands_alone(const Walk& walk, const WalkLeg& leg, const WalkHop& hop) {
  if (!hop.state || &leg == &walk.legs.front()) return false;
  const auto& first = walk.legs.front().hops;
  return std::none_of(first.begin(), first.end(), [&](const WalkHop& seen) { return seen.policy == hop.policy; });
}

}  // namespace fwproof::solver
