#include "solver/z3_session.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>

namespace fwproof::solver {
namespace {

using model::Interval;
using model::IntervalSet;
using model::u128;

constexpr size_t kManyIntervals = 64;

std::string decimal(u128 value) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return {digits.rbegin(), digits.rend()};
}

}  // namespace

u128 number_of(const z3::expr& value) {
  u128 number = 0;
  for (const char digit : Z3_get_numeral_string(value.ctx(), value) + std::string()) number = number * 10 + static_cast<unsigned>(digit - '0');
  return number;
}

Z3Session::Room::Room() {
  constexpr size_t kTables = 32'000'000;   // bytes; two tables of 8.5 MB, and what a small question takes
  void* volatile some = std::malloc(kTables);
  if (some == nullptr) throw z3::exception("no memory for Z3");
  std::free(some);
}

Z3Session::Z3Session(uint32_t timeout_ms, size_t large_set)
    : params_(context_), small_(context_, z3::solver::simple()), large_set_(large_set), large_set_here_(large_set), large_sets_(*this) {
  params_.set("timeout", timeout_ms);
  // Reached long before the time is, on any machine: then an answer does not hang on how fast it is.
  constexpr unsigned kMostResources = 100'000'000;
  params_.set("rlimit", kMostResources);
  small_.set(params_);
}

// Small questions: the plain incremental core, which starts each in no time (a fifth to a third less over a run than the SAT tactic).
// Large ones: the SAT tactic of logic QF_BV, which over thousands of rules answers in a second where the core takes minutes. A context costs
// tens of milliseconds, a solver in it less than one, so that each large question has a solver of its own.
void Z3Session::begin(bool large, bool large_sets) {
  names_ = 0;
  large_set_here_ = large_sets ? std::min(large_set_, kManyIntervals) : large_set_;
  if (large) {
    large_.emplace(context_, "QF_BV");
    large_->set(params_);
  } else {
    constexpr unsigned kMostOfSmall = 20'000'000;
    count_work_alone(kMostOfSmall);
  }
  solver().push();
}

// A clock beside the count of work wakes a thread at every check, which on a busy machine takes longer than the check. Small questions take some thousands;
// the worst that could be made up took 90 seconds for a hundred millions.
void Z3Session::count_work_alone(unsigned most) {
  if (is_untimed_) return;
  z3::params untimed(context_);
  untimed.set("rlimit", most);
  untimed.set("timeout", std::numeric_limits<unsigned>::max());
  small_.set(untimed);
  is_untimed_ = true;
}

void Z3Session::end() {
  forget_sets();
  large_set_here_ = large_set_;
  if (large_)
    large_.reset();
  else
    small_.pop();
}

void Z3Session::warm_up() {
  begin(false, false);
  const z3::expr a = free_number(32), b = free_number(32);
  check({named(both(in_interval(a, 1, 5), a.extract(15, 0) == b.extract(31, 16)))});
  end();
}

z3::expr Z3Session::number(u128 value, unsigned bits) {
  if (bits <= 64) return context_.bv_val(static_cast<uint64_t>(value), bits);
  return context_.bv_val(decimal(value).c_str(), bits);
}

z3::expr Z3Session::free_number(unsigned bits, const IntervalSet& set) {
  const IntervalSet possible = set.intersected(IntervalSet::all(bits));
  // An assumption that nothing satisfies would prove everything.
  if (possible.empty()) throw z3::exception("no value is possible");
  if (possible.is_single()) return number(possible.min(), bits);
  const z3::expr value = free_number(bits);
  solver().add(in_set(value, possible));
  return value;
}

z3::expr Z3Session::negation(const z3::expr& a) {
  if (a.is_true()) return no();
  if (a.is_false()) return yes();
  return !a;
}

z3::expr Z3Session::both(const z3::expr& a, const z3::expr& b) { return all_of({a, b}); }

z3::expr Z3Session::all_of(const std::vector<z3::expr>& parts) {
  z3::expr_vector kept(context_);
  for (const z3::expr& part : parts) {
    if (part.is_false()) return no();
    if (!part.is_true()) kept.push_back(part);
  }
  if (kept.empty()) return yes();
  return kept.size() == 1 ? kept[0] : z3::mk_and(kept);
}

z3::expr Z3Session::any_of(const std::vector<z3::expr>& parts) {
  z3::expr_vector kept(context_);
  for (const z3::expr& part : parts) {
    if (part.is_true()) return yes();
    if (!part.is_false()) kept.push_back(part);
  }
  if (kept.empty()) return no();
  return kept.size() == 1 ? kept[0] : z3::mk_or(kept);
}

z3::expr Z3Session::named(const z3::expr& formula) {
  if (formula.num_args() == 0) return formula;
  const z3::expr name = free_bool();
  solver().add(name == formula);
  return name;
}

z3::expr Z3Session::named_number(const z3::expr& value) {
  if (value.num_args() == 0) return value;
  const z3::expr simple = value.simplify();
  if (simple.num_args() == 0) return simple;
  const z3::expr name = free_number(simple.get_sort().bv_size());
  solver().add(name == simple);
  return name;
}

// Intervals that are aligned blocks are a comparison of their leading bits alone, which costs Z3 far less than two inequalities.
z3::expr Z3Session::in_interval(const z3::expr& value, u128 lo, u128 hi) {
  const unsigned bits = value.get_sort().bv_size();
  const u128 top = model::max_value(bits);
  if (lo == 0 && hi == top) return yes();
  const u128 span = lo ^ hi;
  if ((span & (span + 1)) == 0 && (lo & span) == 0) {
    unsigned free_bits = 0;
    while (free_bits < bits && ((span >> free_bits) & 1)) ++free_bits;
    if (free_bits == 0) return value == number(lo, bits);
    return value.extract(bits - 1, free_bits) == number(lo >> free_bits, bits - free_bits);
  }
  const z3::expr from = lo == 0 ? yes() : z3::uge(value, number(lo, bits));
  const z3::expr to = hi == top ? yes() : z3::ule(value, number(hi, bits));
  return both(from, to);
}

z3::expr Z3Session::in_set(const z3::expr& value, const IntervalSet& given) {
  const unsigned bits = value.get_sort().bv_size();
  const u128 top = model::max_value(bits);
  const IntervalSet set = given.empty() || given.max() <= top ? given : given.intersected(IntervalSet::all(bits));
  uint64_t constant = 0;
  if (bits <= 64 && value.is_numeral_u64(constant)) return set.contains(constant) ? yes() : no();
  if (set.empty()) return no();
  if (set.intervals().size() > large_set_here_) return large_sets_.in(value, set);
  const IntervalSet rest = set.complement(top);
  const bool by_rest = rest.intervals().size() <= set.intervals().size();
  const z3::expr inside = in_any(value, by_rest ? rest : set);
  return by_rest ? negation(inside) : inside;
}

// A set of many intervals gets a name, however often it and its complement are asked about.
z3::expr Z3Session::in_any(const z3::expr& value, const IntervalSet& set) {
  std::vector<z3::expr> parts;
  const bool many = set.intervals().size() > kManyIntervals;
  if (many)
    for (const RepeatedSet& known : repeated_sets_)
      if (same(known.of, value) && known.set == set) return known.inside;
  for (const Interval& interval : set.intervals()) parts.push_back(in_interval(value, interval.lo, interval.hi));
  if (!many) return any_of(parts);
  repeated_sets_.push_back({value, set, named(any_of(parts))});
  return repeated_sets_.back().inside;
}

}  // namespace fwproof::solver
