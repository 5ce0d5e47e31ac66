// How the values of a variable fall into classes, as ascending runs of values. Sets of a million addresses cut a variable into two million runs of
// very few classes; many diagrams look at the same ones.
//
//   Division division(0xffffffff);
//   division.add(9, 0);                       // 0 to 9
//   division.add(19, 1);
//   division.add(0xffffffff, 0);
//   division.set(1);                          // 10 to 19
#pragma once

#include <cstdint>
#include <vector>

#include "model/interval_set.h"

namespace fwproof::solver {

class Division {
 public:
  explicit Division(model::u128 max) : is_narrow_(max <= model::kMostNarrow) {}

  // The values above the last run up to `hi`. A run of the same class grows. Requires: classes are numbered in the order in which they are met.
  void add(model::u128 hi, uint32_t in_class);
  void reserve(size_t runs);

  size_t runs() const { return class_of_.size(); }
  size_t classes() const { return classes_; }
  model::u128 hi(size_t run) const { return is_narrow_ ? narrow_[run] : wide_[run]; }
  uint32_t class_of(size_t run) const { return class_of_[run]; }
  // All values of a class. Kept once it was asked for.
  const model::IntervalSet& set(uint32_t of_class) const;
  uint64_t hash() const;
  friend bool operator==(const Division& a, const Division& b) { return a.class_of_ == b.class_of_ && a.narrow_ == b.narrow_ && a.wide_ == b.wide_; }

 private:
  bool is_narrow_;
  uint32_t classes_ = 0;
  std::vector<uint32_t> narrow_;      // upper ends, or wide_
  std::vector<model::u128> wide_;
  std::vector<uint32_t> class_of_;
  mutable std::vector<model::IntervalSet> sets_;   // by class
};

}  // namespace fwproof::solver
