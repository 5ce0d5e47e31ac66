// Large sets in Z3: whether a value lies in a set of a million intervals is one free predicate, because as a disjunction Z3 would look at every interval of
// it. Other sets of the same value that follow from known ones but for few places (a complement, a part inside a prefix, what one set has and another has not)
// are said by their predicates.
//
// A free predicate may take a value that no set gives it. So "unsatisfiable" stands, and every model is compared with the sets: where a predicate is wrong, the
// run of values around it is asserted and Z3 asked again (check()). The answer is that of the sets themselves, or unknown.
#pragma once

#include <z3++.h>

#include <optional>
#include <string>
#include <vector>

#include "model/interval_set.h"

namespace fwproof::solver {

class Z3Session;

constexpr size_t kLargeSet = 1'000;   // intervals; to Z3 a set of more is one predicate

class Z3LargeSets {
 public:
  explicit Z3LargeSets(Z3Session& session) : session_(session) {}

  // value ∈ set.
  z3::expr in(const z3::expr& value, const model::IntervalSet& set);
  // Satisfiable under these assumptions, in the meaning of the sets? After `sat` the solver's model is one of them.
  z3::check_result check(const std::vector<z3::expr>& assumptions);
  // Requires: what was asserted since is taken back.
  void forget() { known_.clear(); }

 private:
  struct Known {
    z3::expr of;
    model::IntervalSet set;
    z3::expr inside;
    bool free;   // a predicate of its own
  };
  // Values for which it follows from some predicates whether they are in a set. What they are together is a number of one bit each.
  struct Zone {
    model::u128 lo = 0, hi = 0;
    std::vector<uint8_t> truth;   // by that number: 0, 1, or kNever where no value of the zone has it
  };
  static constexpr uint8_t kNever = 2;
  // Nothing where that takes too many zones.
  static std::optional<std::vector<Zone>> zones(const model::IntervalSet& set, const std::vector<Known>& by, model::u128 top);
  z3::expr all_of(const std::vector<Known>& by, size_t number);
  z3::expr by_zones(const std::vector<Known>& by, const std::vector<Zone>& zones);
  z3::expr add_free(const z3::expr& value, const model::IntervalSet& set, std::vector<Known> by);
  const Known* wrong_in(const z3::model& model, model::u128& value) const;

  Z3Session& session_;
  std::vector<Known> known_;
};

}  // namespace fwproof::solver
