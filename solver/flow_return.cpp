// Answers that come back from another address than the client asked (walk.h, must_return).
#include <algorithm>

#include "solver/flow_run.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Two variables are compared value by value; more values than this are beyond reason.
constexpr u128 kCompared = 64;

u128 size_of(const IntervalSet& set) {
  u128 size = 0;
  for (const Interval& interval : set.intervals()) {
    if (interval.hi - interval.lo >= kCompared) return kCompared + 1;
    size += interval.hi - interval.lo + 1;
    if (size > kCompared) break;
  }
  return size;
}

}  // namespace

// The part of the packets, behind the last hop of an answer, that is the mirror of what the client sent.
Ref Flow::Run::returned(const Class& packets) {
  constexpr std::array kMirror = {std::pair{Field::src, Field::dst}, std::pair{Field::dst, Field::src},
                                  std::pair{Field::src_port, Field::dst_port}, std::pair{Field::dst_port, Field::src_port}};
  const Shape& shape = shapes_[packets.shape];
  // What is settled at once goes first: it leaves fewer values to compare.
  Ref region = diagrams.both(packets.region, domain_);
  for (const bool easy : {true, false})
    for (const auto& [mine, theirs] : kMirror) {
      const Value value = shape.get(mine);
      const Value wanted = Value::of_var(client_variable(theirs));
      if ((value.is_constant || value == wanted) != easy) continue;
      const std::optional<Ref> same = coincide(region, value, wanted);
      if (!same) throw LimitReached{"an answer comes back with too many possible addresses or ports to compare"};
      region = *same;
    }
  return region;
}

std::optional<Ref> Flow::Run::coincide(Ref region, const Value& a, const Value& b) {
  if (region == Diagrams::kFalse || a == b) return region;
  if (a.is_constant && b.is_constant) return Diagrams::kFalse;
  if (a.is_constant) return diagrams.both(region, diagrams.in(b.var, IntervalSet::of(a.constant)));
  if (b.is_constant) return diagrams.both(region, diagrams.in(a.var, IntervalSet::of(b.constant)));
  const IntervalSet common = values_of(region, a.var).intersected(values_of(region, b.var));
  if (size_of(common) > kCompared) return std::nullopt;
  Ref same = Diagrams::kFalse;
  for (const Interval& interval : common.intervals())
    for (u128 each = interval.lo;; ++each) {
      const IntervalSet one = IntervalSet::of(each);
      same = diagrams.either(same, diagrams.both(diagrams.in(a.var, one), diagrams.in(b.var, one)));
      if (each == interval.hi) break;
    }
  return diagrams.both(region, same);
}

// What the variable can be inside the region.
IntervalSet Flow::Run::values_of(Ref region, VarId var) {
  std::vector<bool> others(diagrams.variables(), true);
  others[var] = false;
  IntervalSet values;
  diagrams.products(diagrams.exists(region, others), [&](const std::vector<IntervalSet>& sets) {
    values = values.united(sets[var].empty() ? IntervalSet::range(0, diagrams.max_of(var)) : sets[var]);
    return true;
  });
  return values;
}

}  // namespace fwproof::solver
