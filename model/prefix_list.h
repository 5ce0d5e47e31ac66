// The prefixes that make up a set of addresses where only the first few are shown: sets have millions.
//
//   PrefixList list = first_prefixes(Family::v4, set, 8);
//   if (list.count > list.first.size()) … "and so many more" …
#pragma once

#include <vector>

#include "model/address.h"

namespace fwproof::model {

struct PrefixList {
  std::vector<Prefix> first;   // the first ones of prefixes(), at most as many as were asked for
  size_t count = 0;            // of all of them
};

// enough: no need to count further than that.
PrefixList first_prefixes(Family family, const IntervalSet& set, size_t most, size_t enough = static_cast<size_t>(-1));

}  // namespace fwproof::model
