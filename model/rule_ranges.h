// The lowest and highest values that a rule's plain terms leave to the fields that tell rules apart: what the indexes know of a rule.
//
//   const ValueRanges all = all_values(family);
//   ranges_of(rule, family, all)[0]                   // of the destination
#pragma once

#include <array>
#include <iterator>

#include "model/policy.h"

namespace fwproof::model {

// The first is the one that usually leaves fewest.
constexpr Field kTellingFields[] = {Field::dst, Field::src, Field::dst_port, Field::protocol};

struct ValueRange {
  u128 lo, hi;
  bool empty() const { return lo > hi; }
};
using ValueRanges = std::array<ValueRange, std::size(kTellingFields)>;   // beside kTellingFields

ValueRanges all_values(Family family);
// Terms that are negated, alternatives or unknown leave everything. all: of the family.
ValueRanges ranges_of(const Rule& rule, Family family, const ValueRanges& all);

}  // namespace fwproof::model
