#include "solver/z3_large_sets.h"

#include <algorithm>

#include "solver/z3_session.h"

namespace fwproof::solver {
namespace {

using model::Interval;
using model::IntervalSet;
using model::u128;

constexpr size_t kMostZones = 64;
constexpr unsigned kMostRefinements = 200;

enum Relation : unsigned { same_as = 1, opposite_of = 2, nothing = 4, everything = 8 };

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

}  // namespace

z3::expr Z3LargeSets::in(const z3::expr& value, const IntervalSet& set) {
  const u128 top = model::max_value(value.get_sort().bv_size());
  for (const Known& known : known_) {
    if (!same(known.of, value)) continue;
    if (known.set == set) return known.inside;
    if (const auto found = zones(set, known.set, top)) {
      known_.push_back({value, set, session_.named(by_zones(known, *found))});
      return known_.back().inside;
    }
  }
  known_.push_back({value, set, session_.free_bool()});
  return known_.back().inside;
}

std::optional<std::vector<Z3LargeSets::Zone>> Z3LargeSets::zones(const IntervalSet& set, const IntervalSet& known, u128 top) {
  std::vector<Zone> result;
  Runs mine(set, top), its(known, top);
  u128 zone_start = 0;
  unsigned left = same_as | opposite_of | nothing | everything;   // what the zone can still be
  const auto close = [&](u128 end) { result.push_back({zone_start, end, left & (~left + 1)}); };
  for (u128 start = 0;;) {
    const unsigned fits = (mine.inside() == its.inside() ? same_as : opposite_of) | (mine.inside() ? everything : nothing);
    if ((left & fits) == 0) {
      close(start - 1);
      if (result.size() >= kMostZones) return std::nullopt;
      zone_start = start;
      left = fits;
    }
    left &= fits;
    const u128 end = std::min(mine.end(), its.end());
    if (end == top) break;
    if (mine.end() == end) mine.next();
    if (its.end() == end) its.next();
    start = end + 1;
  }
  close(top);
  return result;
}

z3::expr Z3LargeSets::by_zones(const Known& known, const std::vector<Zone>& zones) {
  std::vector<z3::expr> parts;
  for (const Zone& zone : zones) {
    if (zone.relation == nothing) continue;
    const z3::expr here = session_.in_interval(known.of, zone.lo, zone.hi);
    if (zone.relation == everything) parts.push_back(here);
    else parts.push_back(session_.both(here, zone.relation == same_as ? known.inside : session_.negation(known.inside)));
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
