// Sets of intervals beside plain bits, where numbers outgrow 32 bits, 63 bits, and at both ends.
#include "model/interval_set.h"

#include <gtest/gtest.h>

#include <random>

namespace fwproof::model {
namespace {

constexpr unsigned kPoints = 24;

// A set twice: kPoints values from a base on, as intervals and as bits.
struct Twin {
  IntervalSet set;
  uint32_t bits = 0;
};

class Universe {
 public:
  explicit Universe(u128 base) : base_(base) {}
  u128 value(unsigned point) const { return base_ + point; }

  Twin some() {
    Twin twin;
    std::vector<Interval> parts;
    for (unsigned i = random_() % 5; i > 0; --i) {
      const unsigned lo = random_() % kPoints, hi = std::min<unsigned>(kPoints - 1, lo + random_() % 6);
      parts.push_back({value(lo), value(hi)});
      for (unsigned point = lo; point <= hi; ++point) twin.bits |= 1u << point;
    }
    twin.set = IntervalSet::from(std::move(parts));
    return twin;
  }

  void expect_same(const IntervalSet& set, uint32_t bits) const {
    for (unsigned point = 0; point < kPoints; ++point) EXPECT_EQ(set.contains(value(point)), (bits >> point & 1) != 0) << point;
    EXPECT_EQ(set.empty(), bits == 0);
    u128 after = 0;
    for (const Interval& one : set.intervals()) {
      EXPECT_LE(one.lo, one.hi);
      if (after != 0) {
        EXPECT_GT(one.lo, after) << "intervals that overlap or touch";
      }
      after = one.hi + 1;
    }
    if (bits == 0) return;
    EXPECT_EQ(set.min(), value(static_cast<unsigned>(__builtin_ctz(bits))));
    EXPECT_EQ(set.max(), value(31 - static_cast<unsigned>(__builtin_clz(bits))));
    EXPECT_EQ(set.is_single(), __builtin_popcount(bits) == 1);
  }

 private:
  u128 base_;
  std::mt19937 random_{11};
};

TEST(IntervalSet, MeansWhatBitsMean) {
  for (const u128 base : {u128{0}, kMostNarrow - kPoints / 2, kMostNarrow - kPoints + 1, (u128{1} << 63) - kPoints / 2, ~u128{0} - kPoints + 1}) {
    Universe universe(base);
    constexpr uint32_t kAll = (1u << kPoints) - 1;
    for (int round = 0; round < 2000; ++round) {
      const Twin a = universe.some(), b = universe.some();
      universe.expect_same(a.set, a.bits);
      universe.expect_same(a.set.united(b.set), a.bits | b.bits);
      universe.expect_same(a.set.intersected(b.set), a.bits & b.bits);
      universe.expect_same(a.set.minus(b.set), a.bits & ~b.bits);
      universe.expect_same(a.set.complement(universe.value(kPoints - 1)).intersected(IntervalSet::range(universe.value(0), universe.value(kPoints - 1))), kAll & ~a.bits);
      EXPECT_EQ(a.set == b.set, a.bits == b.bits);
      EXPECT_EQ(a.set.united(b.set).minus(b.set), a.set.minus(b.set));   // made in another way, yet equal
      EXPECT_EQ(a.set.intersects(b.set), (a.bits & b.bits) != 0);
      EXPECT_EQ(a.set.contains(b.set), (b.bits & ~a.bits) == 0);
    }
  }
}

TEST(IntervalSet, OfNarrowIntervalsIsTheSame) {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::vector<NarrowInterval> narrow;
    std::vector<Interval> wide;
    for (unsigned i = random() % 40; i > 0; --i) {
      const auto lo = static_cast<uint32_t>(random()) | (random() % 4 == 0 ? 0xfffffff0 : 0), hi = random() % 8 == 0 ? 0xffffffff : std::max(lo, lo + static_cast<uint32_t>(random() % 100));
      narrow.push_back({lo, hi});
      wide.push_back({lo, hi});
    }
    EXPECT_EQ(IntervalSet::from_narrow(narrow), IntervalSet::from(wide));
  }
}

}  // namespace
}  // namespace fwproof::model
