// What two lists of numbers have in common, in order: the pairs of places of a long common subsequence (not always a longest one: lists
// that were shuffled would cost quadratic time). Numbers that occur once in both lists anchor it; between anchors a bounded search for the
// shortest script of edits (Myers, "An O(ND) difference algorithm and its variations", 1986) does the rest.
//
//   common_places({1, 2, 3}, {1, 9, 3});      // {0, 0}, {2, 2}
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace fwproof::model {

// Ascending in both. Time: O(n log n) and a bounded number of steps for each gap between anchors.
std::vector<std::pair<uint32_t, uint32_t>> common_places(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b);

}  // namespace fwproof::model
