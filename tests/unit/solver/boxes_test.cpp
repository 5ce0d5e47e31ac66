#include "solver/boxes.h"

#include <gtest/gtest.h>

#include <random>

namespace fwproof::solver {
namespace {

using namespace model;

bool holds(const std::vector<PacketBox>& boxes, u128 src, u128 port) {
  return std::any_of(boxes.begin(), boxes.end(), [&](const PacketBox& box) { return box.src.contains(src) && box.dst_port.contains(port); });
}

std::vector<PacketBox> some_boxes(std::mt19937& random, size_t count) {
  std::vector<PacketBox> boxes;
  const auto interval = [&] {
    const u128 from = random() % 12;
    return IntervalSet::range(from, from + random() % 5);
  };
  for (size_t i = 0; i < count; ++i) {
    PacketBox box = everything(Family::v4);
    box.src = interval().united(interval());
    box.dst_port = interval();
    boxes.push_back(std::move(box));
  }
  return boxes;
}

TEST(Boxes, a_difference_holds_what_is_in_the_first_alone) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const auto these = some_boxes(random, random() % 4), others = some_boxes(random, random() % 4);
    const auto left = difference(Family::v4, these, others, 1'000, {});
    ASSERT_TRUE(left);
    for (u128 src = 0; src < 18; ++src)
      for (u128 port = 0; port < 18; ++port) ASSERT_EQ(holds(*left, src, port), holds(these, src, port) && !holds(others, src, port)) << round;
    for (size_t a = 0; a < left->size(); ++a)
      for (size_t b = 0; b < a; ++b) ASSERT_TRUE(is_empty(intersection((*left)[a], (*left)[b])));
  }
}

TEST(Boxes, too_many_are_none) {
  PacketBox even = everything(Family::v4), low = everything(Family::v4);
  even.src = IntervalSet::of(2);
  low.dst_port = IntervalSet::range(0, 9);
  low.src = IntervalSet::range(0, 50);
  const std::vector<PacketBox> all = {everything(Family::v4)};
  const size_t needed = difference(Family::v4, all, {even, low}, 1'000, {})->size();
  ASSERT_GT(needed, 1u);
  EXPECT_TRUE(difference(Family::v4, all, {even, low}, needed, {}));
  EXPECT_FALSE(difference(Family::v4, all, {even, low}, needed - 1, {}));
  EXPECT_TRUE(difference(Family::v4, all, all, 0, {}));
  Limits few;
  few.diagram_steps = 3;
  EXPECT_FALSE(difference(Family::v4, all, {even, low}, 1'000, few));
}

}  // namespace
}  // namespace fwproof::solver
