// Finds the rules of long chains that packets may match without looking at each rule: a policy of a million rules is asked hundreds of times.
//
//   policy.index = std::make_shared<const RuleIndex>(policy);       // when nothing changes the rules any more
//   const RuleColumns* columns = columns_of(policy, chain);         // nullptr: look at every rule
//   columns->find(family, bounds, found);
//
// For each rule it keeps the lowest and highest value that the rule's own terms leave to a field, in columns of numbers that a processor compares
// many at a time. What it finds is too much, never too little: terms that it does not read (negated ones, alternatives, unknown conditions)
// leave everything. Disabled rules, which match nothing, are left out.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "model/policy.h"

namespace fwproof::model {

// What fields of the packets in question can be; unset: anything.
struct FieldBounds {
  std::array<std::optional<IntervalSet>, kFields> sets;
  std::optional<IntervalSet>& of(Field field) { return sets[static_cast<size_t>(field)]; }
  const std::optional<IntervalSet>& of(Field field) const { return sets[static_cast<size_t>(field)]; }
};

class RuleColumns {
 public:
  // Requires: the policy covers the family.
  RuleColumns(const std::vector<Rule>& rules, Family family);

  // Whether no rule could match beyond its bounds here, computed in another way than they were.
  bool are_right(const std::vector<Rule>& rules, Family family) const;
  // Adds the numbers of the rules that may match, ascending. Safe to call from several threads.
  void find(const FieldBounds& bounds, std::vector<uint32_t>& found) const;

 private:
  // Values are mapped to 32 bits: what lies below `base` to 0, the rest by its distance from it. The mapping never turns two values around,
  // so ranges that overlap still do.
  struct Column {
    Field field;
    u128 base = 0;
    unsigned shift = 0;
    std::vector<uint32_t> lo, hi;
    uint32_t place(u128 value) const;
  };
  // A column and the places in question.
  struct Asked {
    const Column* column;
    uint32_t from, to;
    friend bool operator==(const Asked&, const Asked&) = default;
  };
  using Rules = std::shared_ptr<const std::vector<uint32_t>>;

  bool is_right(const Rule& rule, size_t number, Family family) const;
  void scan(const std::vector<Asked>& asked, std::vector<uint32_t>& found) const;
  Rules remembered(const Asked& asked) const;

  std::vector<Column> columns_;
  size_t rules_ = 0;
  // What the first column left of long chains, lately: the questions of a run are about few hosts.
  struct Memory {
    std::mutex mutex;
    std::deque<std::pair<Asked, Rules>> lately;
  };
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
};

class RuleIndex {
 public:
  // Shorter chains are faster read than looked up.
  static constexpr size_t kShortest = 64;
  // Throws std::logic_error when its columns are not right, which would be our fault.
  explicit RuleIndex(const Policy& policy, size_t shortest = kShortest);

 private:
  friend const RuleColumns* columns_of(const Policy& policy, uint32_t chain, Family family);
  struct Of {
    const Rule* rules;                     // whose columns they are: a policy that was copied or got other rules has none
    size_t count;
    std::array<uint32_t, 2> columns = {};  // by family; 0: none
  };
  std::vector<Of> chains_;
  std::vector<RuleColumns> columns_;
};

const RuleColumns* columns_of(const Policy& policy, uint32_t chain, Family family);

}  // namespace fwproof::model
