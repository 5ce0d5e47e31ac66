#include "model/interval_set.h"

#include <algorithm>

namespace fwproof::model {

IntervalSet IntervalSet::range(u128 lo, u128 hi) {
  IntervalSet set;
  if (lo <= hi) set.intervals_.push_back({lo, hi});
  return set;
}

IntervalSet IntervalSet::from(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) { return a.lo < b.lo; });
  IntervalSet set;
  for (const Interval& next : intervals) {
    if (next.lo > next.hi) continue;
    if (!set.intervals_.empty()) {
      Interval& last = set.intervals_.back();
      // Adjacent intervals merge; last.hi may be the largest value, so no "+ 1" on it.
      if (next.lo <= last.hi || next.lo - 1 == last.hi) {
        last.hi = std::max(last.hi, next.hi);
        continue;
      }
    }
    set.intervals_.push_back(next);
  }
  return set;
}

bool IntervalSet::contains(u128 value) const {
  auto after = std::upper_bound(intervals_.begin(), intervals_.end(), value,
                                [](u128 v, const Interval& i) { return v < i.lo; });
  return after != intervals_.begin() && std::prev(after)->hi >= value;
}

bool IntervalSet::contains(const IntervalSet& other) const { return other.minus(*this).empty(); }

bool IntervalSet::intersects(const IntervalSet& other) const {
  auto a = intervals_.begin();
  auto b = other.intervals_.begin();
  while (a != intervals_.end() && b != other.intervals_.end()) {
    if (a->hi < b->lo)
      ++a;
    else if (b->hi < a->lo)
      ++b;
    else
      return true;
  }
  return false;
}

IntervalSet IntervalSet::united(const IntervalSet& other) const {
  std::vector<Interval> both = intervals_;
  both.insert(both.end(), other.intervals_.begin(), other.intervals_.end());
  return from(std::move(both));
}

IntervalSet IntervalSet::intersected(const IntervalSet& other) const {
  IntervalSet set;
  auto a = intervals_.begin();
  auto b = other.intervals_.begin();
  while (a != intervals_.end() && b != other.intervals_.end()) {
    const u128 lo = std::max(a->lo, b->lo);
    const u128 hi = std::min(a->hi, b->hi);
    if (lo <= hi) set.intervals_.push_back({lo, hi});
    if (a->hi < b->hi)
      ++a;
    else
      ++b;
  }
  return set;
}

IntervalSet IntervalSet::minus(const IntervalSet& other) const {
  IntervalSet set;
  auto cut = other.intervals_.begin();
  for (const Interval& whole : intervals_) {
    u128 lo = whole.lo;
    bool used_up = false;
    while (cut != other.intervals_.end() && cut->hi < lo) ++cut;
    for (auto c = cut; c != other.intervals_.end() && c->lo <= whole.hi; ++c) {
      if (c->lo > lo) set.intervals_.push_back({lo, c->lo - 1});
      if (c->hi >= whole.hi) {
        used_up = true;
        break;
      }
      lo = c->hi + 1;
    }
    if (!used_up) set.intervals_.push_back({lo, whole.hi});
  }
  return set;
}

IntervalSet IntervalSet::complement(u128 max_allowed) const { return range(0, max_allowed).minus(*this); }

}  // namespace fwproof::model
