// Two policies in the same numbers, so that their rules can be compared as they stand: equal names of interfaces, programs and services, equal unknown
// conditions and rewritings, and chains of one name or place have the same number on both sides.
//
//   put_in_common_numbers(before, after);
//   before.chains.size() == after.chains.size();   // and chain i is the other side's chain i, or empty
#pragma once

#include "model/policy.h"

namespace fwproof::model {

// Requires: no flaws, names bound. Ensures: what each policy does to a packet is what it did. Rules that do nothing go; indices are not valid any more.
void put_in_common_numbers(Policy& before, Policy& after);

}  // namespace fwproof::model
