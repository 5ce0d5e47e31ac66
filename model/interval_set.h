// A set of unsigned numbers up to 128 bits wide, kept as sorted, disjoint, non-adjacent closed intervals.
// Addresses, ports, protocols, ICMP types, marks and name atoms are all such sets.
//
//   IntervalSet ports = IntervalSet::of(80).united(IntervalSet::range(8470, 8474));
//   ports.contains(8472);                     // true
//   ports.complement(max_value(16));          // 0-79, 81-8469, 8475-65535
//
// Policies hold millions of sets, nearly all of them one interval of small numbers: such a set takes 16 bytes and no allocation. Copies of
// larger sets share their intervals, which never change and take 8 bytes each where all numbers have 32 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
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

// Of numbers of 32 bits, as IPv4 addresses are.
struct NarrowInterval {
  uint32_t lo = 0;
  uint32_t hi = 0;
  friend bool operator==(const NarrowInterval&, const NarrowInterval&) = default;
};
constexpr u128 kMostNarrow = max_value(32);

// The intervals of a set, ascending. Valid as long as the set is.
class Intervals {
 private:
  // The one interval, or where the many are.
  struct List {
    Interval only;
    const NarrowInterval* narrow = nullptr;
    const Interval* wide = nullptr;
    Interval operator[](std::ptrdiff_t i) const { return narrow ? Interval{narrow[i].lo, narrow[i].hi} : wide ? wide[i] : only; }
  };

 public:
  class Iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = Interval;
    using difference_type = std::ptrdiff_t;
    using reference = Interval;
    struct pointer {
      Interval interval;
      const Interval* operator->() const { return &interval; }
    };
    Iterator() = default;
    Iterator(const Intervals* of, std::ptrdiff_t at) : list_(of->list_), at_(at) {}
    Interval operator*() const { return list_[at_]; }
    pointer operator->() const { return {**this}; }
    Interval operator[](std::ptrdiff_t n) const { return *(*this + n); }
    Iterator& operator++() { return *this += 1; }
    Iterator& operator--() { return *this += -1; }
    Iterator operator++(int) { return std::exchange(*this, *this + 1); }
    Iterator operator--(int) { return std::exchange(*this, *this + -1); }
    Iterator& operator+=(std::ptrdiff_t n) { at_ += n; return *this; }
    Iterator& operator-=(std::ptrdiff_t n) { at_ -= n; return *this; }
    friend Iterator operator+(Iterator it, std::ptrdiff_t n) { return it += n; }
    friend Iterator operator+(std::ptrdiff_t n, Iterator it) { return it += n; }
    friend Iterator operator-(Iterator it, std::ptrdiff_t n) { return it -= n; }
    friend std::ptrdiff_t operator-(const Iterator& a, const Iterator& b) { return a.at_ - b.at_; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }
    friend auto operator<=>(const Iterator& a, const Iterator& b) { return a.at_ <=> b.at_; }

   private:
    List list_;
    std::ptrdiff_t at_ = 0;
  };

  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, static_cast<std::ptrdiff_t>(size_)}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Interval operator[](size_t i) const { return list_[static_cast<std::ptrdiff_t>(i)]; }
  Interval front() const { return (*this)[0]; }
  Interval back() const { return (*this)[size_ - 1]; }

 private:
  friend class IntervalSet;
  List list_;
  size_t size_ = 0;
};

class IntervalSet {
 public:
  IntervalSet() = default;
  IntervalSet(const IntervalSet& other) : word_(other.word_), hi_(other.hi_) {
    if (is_shared()) hold();
  }
  IntervalSet(IntervalSet&& other) noexcept : word_(std::exchange(other.word_, 0)), hi_(std::exchange(other.hi_, 0)) {}
  IntervalSet& operator=(IntervalSet other) noexcept {
    std::swap(word_, other.word_);
    std::swap(hi_, other.hi_);
    return *this;
  }
  ~IntervalSet() {
    if (is_shared()) release();
  }

  static IntervalSet of(u128 value) { return range(value, value); }
  // Empty when lo > hi.
  static IntervalSet range(u128 lo, u128 hi);
  static IntervalSet all(unsigned bits) { return range(0, max_value(bits)); }
  // Any order, overlaps allowed; O(n log n).
  static IntervalSet from(std::vector<Interval> intervals);
  static IntervalSet from_narrow(std::vector<NarrowInterval> intervals);

  bool empty() const { return word_ == 0; }
  bool contains(u128 value) const;
  bool contains(const IntervalSet& other) const;
  bool intersects(const IntervalSet& other) const;
  bool is_single() const { return is_small() ? lo_in_place() == hi_ : holds_one_number(); }
  // Requires: not empty.
  u128 min() const { return is_small() ? u128{lo_in_place()} : intervals().front().lo; }
  u128 max() const { return is_small() ? u128{hi_} : intervals().back().hi; }
  Intervals intervals() const;

  IntervalSet united(const IntervalSet& other) const;
  IntervalSet intersected(const IntervalSet& other) const;
  IntervalSet minus(const IntervalSet& other) const;
  // Requires: max() <= max_allowed.
  IntervalSet complement(u128 max_allowed) const;

  friend bool operator==(const IntervalSet& a, const IntervalSet& b) { return (a.word_ == b.word_ && a.hi_ == b.hi_) || a.equals(b); }

 private:
  struct Shared;
  // Sorted, disjoint and not adjacent.
  static IntervalSet of_sorted(const std::vector<Interval>& intervals);
  static IntervalSet of_sorted(const std::vector<NarrowInterval>& intervals);
  template <class Kept, class Each>
  static uint64_t share(const std::vector<Each>& intervals);
  template <class Each>
  static IntervalSet from_any(std::vector<Each> intervals);
  template <class Each>
  IntervalSet united_as(const IntervalSet& other) const;
  template <class Each>
  IntervalSet intersected_as(const IntervalSet& other) const;
  template <class Each>
  IntervalSet minus_as(const IntervalSet& other) const;
  bool is_narrow() const;
  // One interval that holds all of the other set.
  bool spans(const IntervalSet& other) const;

  bool is_small() const { return (word_ & 1) != 0; }
  bool is_shared() const { return word_ != 0 && (word_ & 1) == 0; }
  uint64_t lo_in_place() const { return word_ >> 1; }
  Shared* shared() const { return reinterpret_cast<Shared*>(word_); }
  bool holds_one_number() const;
  bool equals(const IntervalSet& other) const;
  void hold() const;
  void release() const;

  // 0: empty. Odd: one interval, its lower end shifted left by one here and its upper end in hi_. Else the address of a Shared.
  uint64_t word_ = 0;
  uint64_t hi_ = 0;
};

}  // namespace fwproof::model
