// Prefixes of a set: they make up exactly the set, ascending, and none of them could be larger.
#include "model/address.h"

#include <gtest/gtest.h>

#include <random>

#include "model/prefix_list.h"

namespace fwproof::model {
namespace {

void expect_minimal(Family family, const IntervalSet& set) {
  const unsigned bits = address_bits(family);
  const std::vector<Prefix> all = prefixes(family, set);
  IntervalSet together;
  for (const Prefix& prefix : all) {
    const Interval block = prefix.interval();
    EXPECT_EQ(block.lo, prefix.address.value) << "not aligned";
    EXPECT_FALSE(together.intersects(IntervalSet::range(block.lo, block.hi)));
    together = together.united(IntervalSet::range(block.lo, block.hi));
    if (prefix.length == 0) continue;
    const u128 half = u128{1} << (bits - prefix.length);
    const u128 lo = block.lo & ~half, hi = block.hi | half;
    EXPECT_FALSE(set.contains(IntervalSet::range(lo, hi))) << to_text(prefix) << " could be larger";
  }
  EXPECT_EQ(together, set);
  const PrefixList first = first_prefixes(family, set, 3);
  EXPECT_EQ(first.count, all.size());
  EXPECT_EQ(first.first.size(), std::min<size_t>(3, all.size()));
}

TEST(Prefixes, AreTheFewestThatMakeUpASet) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 3000; ++round)
    for (const Family family : {Family::v4, Family::v6}) {
      const u128 top = max_value(address_bits(family));
      std::vector<Interval> parts;
      for (unsigned i = random() % 4; i > 0; --i) {
        const u128 wide = (u128{random()} << 64 | random()) >> (random() % address_bits(family));
        const u128 lo = (random() % 8 == 0 ? top - random() % 70 : wide & top), length = random() % 3 == 0 ? 0 : (u128{random()} << 64 | random()) >> (96 + random() % 32);
        parts.push_back({lo, lo + std::min(length, top - lo)});
      }
      expect_minimal(family, IntervalSet::from(std::move(parts)));
    }
  expect_minimal(Family::v4, IntervalSet::all(32));
  expect_minimal(Family::v6, IntervalSet::all(128));
  expect_minimal(Family::v6, IntervalSet::range(0, kMostNarrow));
  expect_minimal(Family::v6, IntervalSet::range(0, kMostNarrow + 1));
}

}  // namespace
}  // namespace fwproof::model
