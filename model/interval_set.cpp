#include "model/interval_set.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>

namespace fwproof::model {

// Intervals that several sets have; they stand behind it in memory.
struct alignas(Interval) IntervalSet::Shared {
  std::atomic<uint32_t> holders{1};
  uint32_t count = 0;
  Interval* list() { return std::launder(reinterpret_cast<Interval*>(this + 1)); }
};

namespace {

constexpr u128 kMostInPlace = (u128{1} << 63) - 1;

// Growing copies long lists again and again; memory that is asked for and not written costs nothing.
void reserve_many(std::vector<Interval>& list, size_t count) {
  if (count > 1000) list.reserve(count);
}

}  // namespace

IntervalSet IntervalSet::range(u128 lo, u128 hi) {
  if (lo > hi) return {};
  if (hi > kMostInPlace) return of_sorted({{lo, hi}});
  IntervalSet set;
  set.word_ = static_cast<uint64_t>(lo) << 1 | 1;
  set.hi_ = static_cast<uint64_t>(hi);
  return set;
}

IntervalSet IntervalSet::of_sorted(const std::vector<Interval>& intervals) {
  if (intervals.empty()) return {};
  if (intervals.size() == 1 && intervals[0].hi <= kMostInPlace) return range(intervals[0].lo, intervals[0].hi);
  void* memory = ::operator new(sizeof(Shared) + intervals.size() * sizeof(Interval), std::align_val_t{alignof(Shared)});
  auto* shared = new (memory) Shared;
  shared->count = static_cast<uint32_t>(intervals.size());
  std::uninitialized_copy(intervals.begin(), intervals.end(), reinterpret_cast<Interval*>(shared + 1));
  IntervalSet set;
  set.word_ = reinterpret_cast<uint64_t>(shared);
  return set;
}

void IntervalSet::hold() const { shared()->holders.fetch_add(1, std::memory_order_relaxed); }

void IntervalSet::release() const {
  if (shared()->holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  shared()->~Shared();
  ::operator delete(shared(), std::align_val_t{alignof(Shared)});
}

Intervals IntervalSet::intervals() const {
  Intervals all;
  if (is_small()) {
    all.only_ = {lo_in_place(), hi_};
    all.size_ = 1;
  } else if (word_ != 0) {
    all.list_ = shared()->list();
    all.size_ = shared()->count;
  }
  return all;
}

bool IntervalSet::holds_one_number() const {
  const Intervals all = intervals();
  return all.size() == 1 && all[0].lo == all[0].hi;
}

bool IntervalSet::equals(const IntervalSet& other) const {
  if (!is_shared() || !other.is_shared() || shared()->count != other.shared()->count) return false;
  return std::equal(shared()->list(), shared()->list() + shared()->count, other.shared()->list());
}

IntervalSet IntervalSet::from(std::vector<Interval> intervals) {
  std::erase_if(intervals, [](const Interval& one) { return one.lo > one.hi; });
  const auto by_start = [](const Interval& a, const Interval& b) { return a.lo < b.lo; };
  if (!std::is_sorted(intervals.begin(), intervals.end(), by_start)) std::sort(intervals.begin(), intervals.end(), by_start);
  size_t kept = 0;
  for (const Interval& next : intervals) {
    // Adjacent intervals merge; the last upper end may be the largest value, so no "+ 1" on it.
    if (kept > 0 && (next.lo <= intervals[kept - 1].hi || next.lo - 1 == intervals[kept - 1].hi))
      intervals[kept - 1].hi = std::max(intervals[kept - 1].hi, next.hi);
    else
      intervals[kept++] = next;
  }
  intervals.resize(kept);
  return of_sorted(intervals);
}

bool IntervalSet::contains(u128 value) const {
  if (is_small()) return lo_in_place() <= value && value <= hi_;
  if (word_ == 0) return false;
  const Interval* begin = shared()->list();
  const Interval* after = std::upper_bound(begin, begin + shared()->count, value, [](u128 v, const Interval& i) { return v < i.lo; });
  return after != begin && after[-1].hi >= value;
}

namespace {

// The first interval, from this one on, that does not end below the value.
size_t first_reaching(const Intervals& all, size_t from, u128 value) {
  // Mostly it is near; sets of a million intervals are compared with sets of one.
  size_t step = 1;
  while (from + step < all.size() && all[from + step].hi < value) from += step, step *= 2;
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(from + step + 1, all.size()));
  return static_cast<size_t>(std::lower_bound(begin, end, value, [](const Interval& i, u128 v) { return i.hi < v; }) - all.begin());
}

}  // namespace

bool IntervalSet::contains(const IntervalSet& other) const {
  if (is_small() && other.is_small()) return lo_in_place() <= other.lo_in_place() && other.hi_ <= hi_;
  return other.minus(*this).empty();
}

bool IntervalSet::intersects(const IntervalSet& other) const {
  if (is_small() && other.is_small()) return lo_in_place() <= other.hi_ && other.lo_in_place() <= hi_;
  const Intervals mine = intervals(), theirs = other.intervals();
  for (size_t a = 0, b = 0; a < mine.size() && b < theirs.size();) {
    if (mine[a].hi < theirs[b].lo)
      a = first_reaching(mine, a + 1, theirs[b].lo);
    else if (theirs[b].hi < mine[a].lo)
      b = first_reaching(theirs, b + 1, mine[a].lo);
    else
      return true;
  }
  return false;
}

IntervalSet IntervalSet::united(const IntervalSet& other) const {
  if (other.empty()) return *this;
  if (empty()) return other;
  std::vector<Interval> both;
  const Intervals mine = intervals(), theirs = other.intervals();
  both.reserve(mine.size() + theirs.size());
  std::merge(mine.begin(), mine.end(), theirs.begin(), theirs.end(), std::back_inserter(both), [](const Interval& a, const Interval& b) { return a.lo < b.lo; });
  return from(std::move(both));
}

IntervalSet IntervalSet::intersected(const IntervalSet& other) const {
  if (is_small() && other.is_small()) return range(std::max(lo_in_place(), other.lo_in_place()), std::min(hi_, other.hi_));
  std::vector<Interval> common;
  const Intervals mine = intervals(), theirs = other.intervals();
  reserve_many(common, mine.size() + theirs.size());
  for (size_t a = 0, b = 0; a < mine.size() && b < theirs.size();) {
    const u128 lo = std::max(mine[a].lo, theirs[b].lo);
    const u128 hi = std::min(mine[a].hi, theirs[b].hi);
    if (lo > hi) {
      if (mine[a].hi < theirs[b].lo) a = first_reaching(mine, a + 1, theirs[b].lo);
      else b = first_reaching(theirs, b + 1, mine[a].lo);
      continue;
    }
    common.push_back({lo, hi});
    if (mine[a].hi < theirs[b].hi)
      ++a;
    else
      ++b;
  }
  return of_sorted(common);
}

IntervalSet IntervalSet::minus(const IntervalSet& other) const {
  if (empty() || other.empty()) return *this;
  std::vector<Interval> left;
  const Intervals cuts = other.intervals();
  reserve_many(left, intervals().size() + cuts.size());
  size_t cut = 0;
  for (const Interval& whole : intervals()) {
    u128 lo = whole.lo;
    bool used_up = false;
    if (cut < cuts.size()) cut = first_reaching(cuts, cut, lo);
    for (size_t c = cut; c < cuts.size() && cuts[c].lo <= whole.hi; ++c) {
      if (cuts[c].lo > lo) left.push_back({lo, cuts[c].lo - 1});
      if (cuts[c].hi >= whole.hi) {
        used_up = true;
        break;
      }
      lo = cuts[c].hi + 1;
    }
    if (!used_up) left.push_back({lo, whole.hi});
  }
  return of_sorted(left);
}

IntervalSet IntervalSet::complement(u128 max_allowed) const { return range(0, max_allowed).minus(*this); }

}  // namespace fwproof::model
