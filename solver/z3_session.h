// One Z3 context and its solvers with what the encoding needs of them: shallow formulas (every intermediate result gets a name, because deep
// terms cost quadratic time even to destroy), interval sets, and folding of what is constant.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "model/interval_set.h"
#include "solver/z3_large_sets.h"

namespace fwproof::solver {

class Z3Session {
 public:
  // large_set: sets of more intervals than that are predicates (z3_large_sets.h).
  explicit Z3Session(uint32_t timeout_ms, size_t large_set = kLargeSet);
  Z3Session(const Z3Session&) = delete;
  Z3Session& operator=(const Z3Session&) = delete;

  // What is asserted after begin() is taken back by end(), and its names are given again. large: for formulas over hundreds of rules; on others the
  // time is not looked at, their limit is counted in work alone.
  // large_sets: some set is a predicate; then smaller ones are too, so that what they have in common is said.
  void begin(bool large, bool large_sets);
  void end();

  // No time limit for small questions, but one of work, in Z3's units. The first call counts; walks that begin make one.
  void count_work_alone(unsigned most);
  // Z3 makes much of what it needs when it is first asked something: asks it something small.
  void warm_up();

  z3::context& context() { return context_; }
  // The one of the walk that has begun; else the one for small questions.
  z3::solver& solver() { return large_ ? *large_ : small_; }

  z3::expr yes() { return context_.bool_val(true); }
  z3::expr no() { return context_.bool_val(false); }
  z3::expr free_bool() { return context_.bool_const(next_name().c_str()); }
  z3::expr free_number(unsigned bits) { return context_.bv_const(next_name().c_str(), bits); }
  // A free number that lies in the set. Throws z3::exception where the set has no value that is `bits` wide.
  z3::expr free_number(unsigned bits, const model::IntervalSet& set);
  z3::expr number(model::u128 value, unsigned bits);

  z3::expr negation(const z3::expr& a);
  z3::expr both(const z3::expr& a, const z3::expr& b);
  z3::expr all_of(const std::vector<z3::expr>& parts);
  z3::expr any_of(const std::vector<z3::expr>& parts);
  // A name for a formula.
  z3::expr named(const z3::expr& formula);
  z3::expr named_number(const z3::expr& value);
  z3::expr in_set(const z3::expr& value, const model::IntervalSet& set);
  // Requires: what was asserted about sets since begin() is taken back.
  void forget_sets() {
    repeated_sets_.clear();
    large_sets_.forget();
  }
  z3::expr in_interval(const z3::expr& value, model::u128 lo, model::u128 hi);
  // Satisfiable under these assumptions? The only way to ask: predicates of large sets mean nothing without it.
  z3::check_result check(const std::vector<z3::expr>& assumptions) { return large_sets_.check(assumptions); }

 private:
  z3::expr in_any(const z3::expr& value, const model::IntervalSet& set);
  std::string next_name() { return "v" + std::to_string(names_++); }

  // Throws z3::exception where its tables would find no memory: Z3 gives no context then, and z3++.h uses what it was not given.
  struct Room {
    Room();
  } room_;
  z3::context context_;
  z3::params params_;
  z3::solver small_;
  bool is_untimed_ = false;   // small_, for the walks that begin
  std::optional<z3::solver> large_;
  uint64_t names_ = 0;
  struct RepeatedSet {
    z3::expr of;
    model::IntervalSet set;
    z3::expr inside;
  };
  std::vector<RepeatedSet> repeated_sets_;
  size_t large_set_;        // by default
  size_t large_set_here_;   // in this walk
  Z3LargeSets large_sets_;
};

// The value of a numeral.
model::u128 number_of(const z3::expr& value);

inline bool same(const z3::expr& a, const z3::expr& b) { return Z3_is_eq_ast(a.ctx(), a, b); }

}  // namespace fwproof::solver
