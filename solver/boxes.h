// Sets of packets as lists of boxes.
//
//   difference(Family::v4, {everything(Family::v4)}, {box}, 16, limits);   // what is not in the box, as at most 16 boxes
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "solver/limits.h"
#include "solver/walk.h"

namespace fwproof::solver {

model::IntervalSet& set_of(PacketBox& box, model::Field field);
// Every packet of a family.
PacketBox everything(model::Family family);
PacketBox intersection(const PacketBox& a, const PacketBox& b);
bool is_empty(const PacketBox& box);
// Those parts of the boxes that lie in the frame.
std::vector<PacketBox> inside(const std::vector<PacketBox>& boxes, const PacketBox& frame);
// What is in some of the boxes and in none of the others, as disjoint boxes; nothing where there are more than `most`, or where it takes too much work.
std::optional<std::vector<PacketBox>> difference(model::Family family, const std::vector<PacketBox>& boxes, const std::vector<PacketBox>& others, size_t most,
                                                 const Limits& limits);

}  // namespace fwproof::solver
