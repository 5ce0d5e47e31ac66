#include "solver/division.h"

#include <algorithm>

namespace fwproof::solver {

using model::Interval;
using model::IntervalSet;
using model::NarrowInterval;
using model::u128;

void Division::add(u128 hi, uint32_t in_class) {
  const bool grows = !class_of_.empty() && class_of_.back() == in_class;
  if (!grows) class_of_.push_back(in_class);
  classes_ = std::max(classes_, in_class + 1);
  if (is_narrow_) {
    if (!grows) narrow_.emplace_back();
    narrow_.back() = static_cast<uint32_t>(hi);
  } else {
    if (!grows) wide_.emplace_back();
    wide_.back() = hi;
  }
}

void Division::reserve(size_t runs) {
  class_of_.reserve(runs);
  if (is_narrow_) narrow_.reserve(runs);
  else wide_.reserve(runs);
}

const IntervalSet& Division::set(uint32_t of_class) const {
  sets_.resize(classes_);
  IntervalSet& set = sets_[of_class];
  if (!set.empty()) return set;
  const auto count = static_cast<size_t>(std::count(class_of_.begin(), class_of_.end(), of_class));
  const auto collect = [&](auto& intervals) {
    using Each = typename std::decay_t<decltype(intervals)>::value_type;
    intervals.reserve(count);
    for (size_t run = 0; run < runs(); ++run) {
      if (class_of_[run] != of_class) continue;
      using Number = decltype(Each::lo);
      intervals.push_back({static_cast<Number>(run == 0 ? 0 : hi(run - 1) + 1), static_cast<Number>(hi(run))});
    }
  };
  if (is_narrow_) {
    std::vector<NarrowInterval> intervals;
    collect(intervals);
    set = IntervalSet::from_narrow(std::move(intervals));
  } else {
    std::vector<Interval> intervals;
    collect(intervals);
    set = IntervalSet::from(std::move(intervals));
  }
  return set;
}

uint64_t Division::hash() const {
  uint64_t hash = runs();
  const auto mix = [&](uint64_t v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15ULL, hash ^= hash >> 32; };
  for (size_t run = 0; run < runs(); ++run) {
    mix(static_cast<uint64_t>(hi(run)) + class_of_[run] * 0xda942042e4dd58b5ULL);
    if (!is_narrow_) mix(static_cast<uint64_t>(hi(run) >> 64));
  }
  return hash;
}

}  // namespace fwproof::solver
