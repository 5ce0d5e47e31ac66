// This file is compiled for speed (CMakeLists.txt).
#include "model/rule_ranges.h"

#include <algorithm>

namespace fwproof::model {

ValueRanges all_values(Family family) {
  ValueRanges ranges;
  for (size_t i = 0; i < ranges.size(); ++i) ranges[i] = {0, max_value(field_bits(kTellingFields[i], family))};
  return ranges;
}

ValueRanges ranges_of(const Rule& rule, Family family, const ValueRanges& all) {
  ValueRanges ranges = all;
  const auto narrow = [&](Field field, const IntervalSet& set) {
    for (size_t i = 0; i < ranges.size(); ++i)
      if (kTellingFields[i] == field) {
        const ValueRange other = set.empty() ? ValueRange{1, 0} : ValueRange{set.min(), set.max()};
        ranges[i] = {std::max(ranges[i].lo, other.lo), std::min(ranges[i].hi, other.hi)};
      }
  };
  for (const Term& term : rule.terms) {
    if (term.negated) continue;
    if (const auto* in = std::get_if<In>(&term.what)) narrow(in->field, in->set);
    else if (const auto* addresses = std::get_if<InAddresses>(&term.what)) narrow(addresses->field, addresses->set.in(family));
  }
  return ranges;
}

}  // namespace fwproof::model
