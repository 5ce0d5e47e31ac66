#include "model/interval_set.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>

namespace fwproof::model {

// Intervals that several sets have; they stand behind it in memory. Narrow where all numbers are, so that equal sets look equal.
struct alignas(Interval) IntervalSet::Shared {
  std::atomic<uint32_t> holders{1};
  uint32_t count = 0;
  bool narrow = false;
  template <class Each>
  Each* list() { return std::launder(reinterpret_cast<Each*>(this + 1)); }
};

namespace {

constexpr u128 kMostInPlace = (u128{1} << 63) - 1;

// Growing copies long lists again and again; memory that is asked for and not written costs nothing.
template <class Each>
void reserve_many(std::vector<Each>& list, size_t count) {
  if (count > 1000) list.reserve(count);
}

template <class Each>
Each interval_of(u128 lo, u128 hi) {
  using Number = decltype(Each::lo);
  return {static_cast<Number>(lo), static_cast<Number>(hi)};
}

}  // namespace

IntervalSet IntervalSet::range(u128 lo, u128 hi) {
  if (lo > hi) return {};
  if (hi > kMostInPlace) return of_sorted(std::vector<Interval>{{lo, hi}});
  IntervalSet set;
  set.word_ = static_cast<uint64_t>(lo) << 1 | 1;
  set.hi_ = static_cast<uint64_t>(hi);
  return set;
}

template <class Kept, class Each>
uint64_t IntervalSet::share(const std::vector<Each>& intervals) {
  void* memory = ::operator new(sizeof(Shared) + intervals.size() * sizeof(Kept), std::align_val_t{alignof(Shared)});
  auto* shared = new (memory) Shared;
  shared->count = static_cast<uint32_t>(intervals.size());
  shared->narrow = sizeof(Kept) == sizeof(NarrowInterval);
  auto* to = reinterpret_cast<Kept*>(shared + 1);
  for (const Each& one : intervals) new (to++) Kept(interval_of<Kept>(one.lo, one.hi));
  return reinterpret_cast<uint64_t>(shared);
}

IntervalSet IntervalSet::of_sorted(const std::vector<Interval>& intervals) {
  if (intervals.empty()) return {};
  if (intervals.size() == 1 && intervals[0].hi <= kMostInPlace) return range(intervals[0].lo, intervals[0].hi);
  IntervalSet set;
  set.word_ = intervals.back().hi <= kMostNarrow ? share<NarrowInterval>(intervals) : share<Interval>(intervals);
  return set;
}

IntervalSet IntervalSet::of_sorted(const std::vector<NarrowInterval>& intervals) {
  if (intervals.empty()) return {};
  if (intervals.size() == 1) return range(intervals[0].lo, intervals[0].hi);
  IntervalSet set;
  set.word_ = share<NarrowInterval>(intervals);
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
    all.list_.only = {lo_in_place(), hi_};
    all.size_ = 1;
  } else if (word_ != 0) {
    if (shared()->narrow) all.list_.narrow = shared()->list<NarrowInterval>();
    else all.list_.wide = shared()->list<Interval>();
    all.size_ = shared()->count;
  }
  return all;
}

bool IntervalSet::holds_one_number() const {
  const Intervals all = intervals();
  return all.size() == 1 && all[0].lo == all[0].hi;
}

bool IntervalSet::equals(const IntervalSet& other) const {
  if (!is_shared() || !other.is_shared() || shared()->count != other.shared()->count || shared()->narrow != other.shared()->narrow) return false;
  const auto same = [&]<class Each>(Each* mine) { return std::equal(mine, mine + shared()->count, other.shared()->list<Each>()); };
  return shared()->narrow ? same(shared()->list<NarrowInterval>()) : same(shared()->list<Interval>());
}

bool IntervalSet::is_narrow() const { return is_small() ? hi_ <= kMostNarrow : word_ == 0 || shared()->narrow; }

template <class Each>
IntervalSet IntervalSet::from_any(std::vector<Each> intervals) {
  std::erase_if(intervals, [](const Each& one) { return one.lo > one.hi; });
  const auto by_start = [](const Each& a, const Each& b) { return a.lo < b.lo; };
  if (!std::is_sorted(intervals.begin(), intervals.end(), by_start)) std::sort(intervals.begin(), intervals.end(), by_start);
  size_t kept = 0;
  for (const Each& next : intervals) {
    // Adjacent intervals merge; the last upper end may be the largest value, so no "+ 1" on it.
    if (kept > 0 && (next.lo <= intervals[kept - 1].hi || next.lo - 1 == intervals[kept - 1].hi))
      intervals[kept - 1].hi = std::max(intervals[kept - 1].hi, next.hi);
    else
      intervals[kept++] = next;
  }
  intervals.resize(kept);
  return of_sorted(intervals);
}

IntervalSet IntervalSet::from(std::vector<Interval> intervals) { return from_any(std::move(intervals)); }
IntervalSet IntervalSet::from_narrow(std::vector<NarrowInterval> intervals) { return from_any(std::move(intervals)); }

bool IntervalSet::contains(u128 value) const {
  if (is_small()) return lo_in_place() <= value && value <= hi_;
  if (word_ == 0) return false;
  const auto holds = [&]<class Each>(const Each* begin) {
    const Each* after = std::upper_bound(begin, begin + shared()->count, value, [](u128 v, const Each& i) { return v < i.lo; });
    return after != begin && after[-1].hi >= value;
  };
  return shared()->narrow ? holds(shared()->list<NarrowInterval>()) : holds(shared()->list<Interval>());
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
  const Intervals mine = intervals();
  size_t at = 0;
  for (const Interval& part : other.intervals()) {
    if (at < mine.size()) at = first_reaching(mine, at, part.lo);
    if (at == mine.size() || mine[at].lo > part.lo || mine[at].hi < part.hi) return false;
  }
  return true;
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

template <class Each>
IntervalSet IntervalSet::united_as(const IntervalSet& other) const {
  std::vector<Each> both;
  const Intervals mine = intervals(), theirs = other.intervals();
  both.reserve(mine.size() + theirs.size());
  for (size_t a = 0, b = 0; a < mine.size() || b < theirs.size();) {
    const Interval next = b == theirs.size() || (a < mine.size() && mine[a].lo <= theirs[b].lo) ? mine[a++] : theirs[b++];
    both.push_back(interval_of<Each>(next.lo, next.hi));
  }
  return from_any(std::move(both));
}

IntervalSet IntervalSet::united(const IntervalSet& other) const {
  if (other.empty() || spans(other)) return *this;
  if (empty() || other.spans(*this)) return other;
  return is_narrow() && other.is_narrow() ? united_as<NarrowInterval>(other) : united_as<Interval>(other);
}

bool IntervalSet::spans(const IntervalSet& other) const {
  const Intervals mine = intervals(), theirs = other.intervals();
  return mine.size() == 1 && !theirs.empty() && mine[0].lo <= theirs.front().lo && theirs.back().hi <= mine[0].hi;
}

template <class Each>
IntervalSet IntervalSet::intersected_as(const IntervalSet& other) const {
  std::vector<Each> common;
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
    common.push_back(interval_of<Each>(lo, hi));
    if (mine[a].hi < theirs[b].hi)
      ++a;
    else
      ++b;
  }
  return of_sorted(common);
}

IntervalSet IntervalSet::intersected(const IntervalSet& other) const {
  if (is_small() && other.is_small()) return range(std::max(lo_in_place(), other.lo_in_place()), std::min(hi_, other.hi_));
  if (spans(other)) return other;
  if (other.spans(*this)) return *this;
  return is_narrow() || other.is_narrow() ? intersected_as<NarrowInterval>(other) : intersected_as<Interval>(other);
}

template <class Each>
IntervalSet IntervalSet::minus_as(const IntervalSet& other) const {
  std::vector<Each> left;
  const Intervals mine = intervals(), cuts = other.intervals();
  size_t cut = first_reaching(cuts, 0, mine.front().lo);
  const size_t last_cut = cut == cuts.size() ? cut : first_reaching(cuts, cut, mine.back().hi);
  reserve_many(left, mine.size() + (last_cut - cut) + 1);
  for (const Interval& whole : mine) {
    u128 lo = whole.lo;
    bool used_up = false;
    if (cut < cuts.size()) cut = first_reaching(cuts, cut, lo);
    for (size_t c = cut; c < cuts.size() && cuts[c].lo <= whole.hi; ++c) {
      if (cuts[c].lo > lo) left.push_back(interval_of<Each>(lo, cuts[c].lo - 1));
      if (cuts[c].hi >= whole.hi) {
        used_up = true;
        break;
      }
      lo = cuts[c].hi + 1;
    }
    if (!used_up) left.push_back(interval_of<Each>(lo, whole.hi));
  }
  return of_sorted(left);
}

IntervalSet IntervalSet::minus(const IntervalSet& other) const {
  if (empty() || other.empty()) return *this;
  return is_narrow() ? minus_as<NarrowInterval>(other) : minus_as<Interval>(other);
}

IntervalSet IntervalSet::complement(u128 max_allowed) const { return range(0, max_allowed).minus(*this); }

}  // namespace fwproof::model
