// A set of unsigned numbers up to 128 bits wide, kept as sorted, disjoint, non-adjacent closed intervals.
// Addresses, ports, protocols, ICMP types, marks and name atoms are all such sets.
//
//   IntervalSet ports = IntervalSet::of(80).united(IntervalSet::range(8470, 8474));
//   ports.contains(8472);                     // true
//   ports.complement(max_value(16));          // 0-79, 81-8469, 8475-65535
#pragma once

#include <cstdint>
#include <vector>

namespace fwproof::model {

using u128 = unsigned __int128;

// Largest value of a field that is `bits` wide (1 to 128).
constexpr u128 max_value(unsigned bits) { return bits >= 128 ? ~u128{0} : (u128{1} << bits) - 1; }

struct Interval {
  u128 lo = 0;
  u128 hi = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

class IntervalSet {
 public:
  IntervalSet() = default;
  static IntervalSet of(u128 value) { return range(value, value); }
  // Empty when lo > hi.
  static IntervalSet range(u128 lo, u128 hi);
  static IntervalSet all(unsigned bits) { return range(0, max_value(bits)); }
  // Any order, overlaps allowed; O(n log n).
  static IntervalSet from(std::vector<Interval> intervals);

  bool empty() const { return intervals_.empty(); }
  bool contains(u128 value) const;
  bool contains(const IntervalSet& other) const;
  bool intersects(const IntervalSet& other) const;
  bool is_single() const { return intervals_.size() == 1 && intervals_[0].lo == intervals_[0].hi; }
  // Requires: not empty.
  u128 min() const { return intervals_.front().lo; }
  u128 max() const { return intervals_.back().hi; }
  const std::vector<Interval>& intervals() const { return intervals_; }

  IntervalSet united(const IntervalSet& other) const;
  IntervalSet intersected(const IntervalSet& other) const;
  IntervalSet minus(const IntervalSet& other) const;
  // Requires: max() <= max_allowed.
  IntervalSet complement(u128 max_allowed) const;

  friend bool operator==(const IntervalSet&, const IntervalSet&) = default;

 private:
  std::vector<Interval> intervals_;
};

}  // namespace fwproof::model
