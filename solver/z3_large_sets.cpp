#include "solver/z3_large_sets.h"

#include <algorithm>

#include "solver/z3_session.h"

namespace fwproof::solver {
namespace {

using model::Interval;
using model::IntervalSet;
using model::u128;

constexpr size_t kMostZones = 64;
constexpr size_t kMostTogether = 4;   // predicates of one value that others are said by
constexpr unsigned kMostRefinements = 200;

// Goes through a set's runs of members and others, ascending.
class Runs {
 public:
  Runs(const IntervalSet& set, u128 top) : all_(set.intervals()), top_(top) { look(); }
  bool inside() const { return inside_; }
  u128 end() const { return end_; }
  void next() {
    at_ += inside_;
    start_ = end_ + 1;
    look();
  }

 private:
  void look() {
    inside_ = at_ < all_.size() && all_[at_].lo <= start_;
    end_ = at_ == all_.size() ? top_ : inside_ ? std::min(all_[at_].hi, top_) : all_[at_].lo - 1;
  }
  model::Intervals all_;
  u128 top_;
  size_t at_ = 0;
  u128 start_ = 0, end_ = 0;
  bool inside_ = false;
};

// The values around this one that are all members, or all others.
Interval run_around(const IntervalSet& set, u128 value, u128 top) {
  const model::Intervals all = set.intervals();
  const auto after = std::upper_bound(all.begin(), all.end(), value, [](u128 v, const Interval& i) { return v < i.lo; });
  const u128 last = after == all.end() ? top : after->lo - 1;
  if (after == all.begin()) return {0, last};
  const Interval before = *(after - 1);
  return before.hi >= value ? before : Interval{before.hi + 1, last};
}

// Calls visit(first, last, number) for runs of values, ascending, that are in the same of the sets; until it returns false.
template <typename Sets, typename Visit>
void for_each_run(const Sets& sets, u128 top, const Visit& visit) {
  std::vector<Runs> runs;
  for (const IntervalSet* set : sets) runs.emplace_back(*set, top);
  for (u128 start = 0;;) {
    size_t number = 0;
    u128 end = top;
    for (size_t i = 0; i < runs.size(); ++i) {
      number |= size_t{runs[i].inside()} << i;
      end = std::min(end, runs[i].end());
    }
    if (!visit(start, end, number) || end == top) return;
    for (Runs& one : runs)
      if (one.end() == end) one.next();
    start = end + 1;
  }
}

}  // namespace

z3::expr Z3LargeSets::in(const z3::expr& value, const IntervalSet& set) {
  const u128 top = model::max_value(value.get_sort().bv_size());
  std::vector<Known> by;
  for (const Known& known : known_) {
    if (!same(known.of, value)) continue;
    if (known.set == set) return known.inside;
    if (known.free && by.size() < kMostTogether) by.push_back(known);
  }
  if (!by.empty())
    if (const auto found = zones(set, by, top)) {
      known_.push_back({value, set, session_.named(by_zones(by, *found)), false});
      return known_.back().inside;
    }
  return add_free(value, set, std::move(by));
}

// What no value is together with the others, Z3 is told at once.
z3::expr Z3LargeSets::add_free(const z3::expr& value, const IntervalSet& set, std::vector<Known> by) {
  known_.push_back({value, set, session_.free_bool(), true});
  by.push_back(known_.back());
  std::vector<const IntervalSet*> sets;
  for (const Known& one : by) sets.push_back(&one.set);
  std::vector<bool> seen(size_t{1} << by.size());
  for_each_run(sets, model::max_value(value.get_sort().bv_size()), [&](u128, u128, size_t number) {
    seen[number] = true;
    return std::find(seen.begin(), seen.end(), false) != seen.end();
  });
  for (size_t number = 0; number < seen.size(); ++number)
    if (!seen[number]) session_.solver().add(session_.negation(all_of(by, number)));
  return known_.back().inside;
}

std::optional<std::vector<Z3LargeSets::Zone>> Z3LargeSets::zones(const IntervalSet& set, const std::vector<Known>& by, u128 top) {
  std::vector<const IntervalSet*> sets;
  for (const Known& one : by) sets.push_back(&one.set);
  sets.push_back(&set);
  const size_t numbers = size_t{1} << by.size();
  std::vector<Zone> result(1);
  result[0].truth.assign(numbers, kNever);
  for_each_run(sets, top, [&](u128 first, u128 last, size_t number) {
    const auto truth = static_cast<uint8_t>(number >= numbers);
    number %= numbers;
    if (result.back().truth[number] == 1 - truth) {
      if (result.size() == kMostZones) {
        result.clear();
        return false;
      }
      result.emplace_back().lo = first;
      result.back().truth.assign(numbers, kNever);
    }
    result.back().truth[number] = truth;
    result.back().hi = last;
    return true;
  });
  if (result.empty()) return std::nullopt;
  return result;
}

z3::expr Z3LargeSets::all_of(const std::vector<Known>& by, size_t number) {
  std::vector<z3::expr> parts;
  for (size_t i = 0; i < by.size(); ++i) parts.push_back((number >> i & 1) != 0 ? by[i].inside : session_.negation(by[i].inside));
  return session_.all_of(parts);
}

z3::expr Z3LargeSets::by_zones(const std::vector<Known>& by, const std::vector<Zone>& zones) {
  std::vector<z3::expr> parts;
  for (const Zone& zone : zones) {
    const z3::expr here = session_.in_interval(by[0].of, zone.lo, zone.hi);
    const bool everything = std::find(zone.truth.begin(), zone.truth.end(), 0) == zone.truth.end();
    if (everything) parts.push_back(here);
    for (size_t number = 0; number < zone.truth.size() && !everything; ++number)
      if (zone.truth[number] == 1) parts.push_back(session_.both(here, all_of(by, number)));
  }
  return session_.any_of(parts);
}

const Z3LargeSets::Known* Z3LargeSets::wrong_in(const z3::model& model, u128& value) const {
  for (const Known& known : known_) {
    value = number_of(model.eval(known.of, true));
    if (model.eval(known.inside, true).is_true() != known.set.contains(value)) return &known;
  }
  return nullptr;
}

z3::check_result Z3LargeSets::check(const std::vector<z3::expr>& assumptions) {
  const auto ask = [&](std::vector<z3::expr> all) { return session_.solver().check(static_cast<unsigned>(all.size()), all.data()); };
  for (unsigned i = 0; i < kMostRefinements; ++i) {
    const z3::check_result result = ask(assumptions);
    if (result != z3::sat || known_.empty()) return result;
    u128 value = 0;
    const Known* wrong = wrong_in(session_.solver().get_model(), value);
    if (wrong == nullptr) return z3::sat;
    const unsigned bits = wrong->of.get_sort().bv_size();
    const Interval run = run_around(wrong->set, value, model::max_value(bits));
    const bool truth = wrong->set.contains(value);
    session_.solver().add(z3::implies(session_.in_interval(wrong->of, run.lo, run.hi), truth ? wrong->inside : !wrong->inside));
    // Where the claim does not care about the very value, the next one beside the run will do.
    for (const bool above : {true, false}) {
      if (above ? run.hi == model::max_value(bits) : run.lo == 0) continue;
      std::vector<z3::expr> pinned = assumptions;
      pinned.push_back(wrong->of == session_.number(above ? run.hi + 1 : run.lo - 1, bits));
      pinned.push_back(truth ? !wrong->inside : wrong->inside);
      if (ask(pinned) == z3::sat && wrong_in(session_.solver().get_model(), value) == nullptr) return z3::sat;
    }
  }
  return z3::unknown;
}

}  // namespace fwproof::solver
