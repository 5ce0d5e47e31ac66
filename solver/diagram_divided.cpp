// Nodes with very many edges that lead to few nodes: what is asked of them is asked once for each class of values.
#include <algorithm>
#include <utility>

#include "solver/diagram.h"

namespace fwproof::solver {

using model::Interval;
using model::IntervalSet;
using model::u128;

// One side of an operation, as runs of values in classes that each have a child: a divided node, one with an edge for each run, or one that does not
// look at the variable.
class Diagrams::Side {
 public:
  Side(const Diagrams& diagrams, VarId var, Ref self)
      : diagrams_(diagrams), node_(diagrams.nodes_[self]), self_(self), max_(diagrams.max_of_[var]), looks_(node_.var == var) {
    if (is_divided()) division_ = &diagrams.divisions_[node_.division];
  }
  bool looks() const { return looks_; }
  bool is_divided() const { return looks_ && node_.division != kUndivided; }
  uint32_t division() const { return node_.division; }
  size_t runs() const { return division_ ? division_->runs() : classes(); }
  size_t classes() const { return looks_ ? node_.count : 1; }
  u128 hi(size_t run) const { return !looks_ ? max_ : division_ ? division_->hi(run) : diagrams_.edge(node_, run).hi; }
  size_t class_of(size_t run) const { return division_ ? division_->class_of(run) : run; }
  Ref child(size_t of_class) const { return looks_ ? diagrams_.child(node_, of_class) : self_; }

 private:
  const Diagrams& diagrams_;
  Node node_;
  Ref self_;
  u128 max_;
  bool looks_;
  const Division* division_ = nullptr;
};

namespace {

// Numbers in the order in which they are met.
class Numbering {
 public:
  uint32_t of(Ref child) {
    const auto [at, added] = number_.try_emplace(child, static_cast<uint32_t>(children.size()));
    if (added) children.push_back(child);
    return at->second;
  }
  std::vector<Ref> children;

 private:
  std::unordered_map<Ref, uint32_t> number_;
};

}  // namespace

std::optional<Ref> Diagrams::make_divided(VarId var, std::span<const Edge> edges) {
  Numbering numbering;
  Division division(max_of_[var]);
  division.reserve(edges.size());
  for (const Edge& edge : edges) {
    division.add(edge.hi, numbering.of(edge.to));
    if (!is_worth_dividing(edges.size(), numbering.children.size())) return std::nullopt;
  }
  return make_of(var, std::move(division), numbering.children);
}

Ref Diagrams::make_of(VarId var, Division division, const std::vector<Ref>& children) {
  if (children.size() == 1) return children[0];
  std::vector<Edge> edges;
  if (is_worth_dividing(division.runs(), children.size())) {
    for (const Ref child : children) edges.push_back({0, child});
    return find_or_add(var, add_division(std::move(division)), edges);
  }
  for (size_t run = 0; run < division.runs(); ++run) edges.push_back({division.hi(run), children[division.class_of(run)]});
  return find_or_add(var, kUndivided, edges);
}

uint32_t Diagrams::add_division(Division division) {
  const uint64_t hash = division.hash();
  const auto [begin, end] = division_by_hash_.equal_range(hash);
  for (auto at = begin; at != end; ++at)
    if (divisions_[at->second] == division) return at->second;
  divided_runs_ += division.runs();
  if (divided_runs_ >= kMostEdges * max_nodes_) throw LimitReached{"the exact region grew beyond the limit", steps_};
  const auto number = static_cast<uint32_t>(divisions_.size());
  divisions_.push_back(std::move(division));
  division_by_hash_.emplace(hash, number);
  return number;
}

Ref Diagrams::with_children(VarId var, uint32_t division, const std::vector<Ref>& children) {
  Numbering numbering;
  std::vector<uint32_t> numbers;
  for (const Ref child : children) numbers.push_back(numbering.of(child));
  count(children.size());
  if (numbering.children.size() == 1) return children[0];
  if (numbering.children.size() == children.size()) {
    std::vector<Edge> edges;
    for (const Ref child : children) edges.push_back({0, child});
    return find_or_add(var, division, edges);
  }
  const Division& fine = divisions_[division];
  count(fine.runs());
  Division coarse(max_of_[var]);
  for (size_t run = 0; run < fine.runs(); ++run) coarse.add(fine.hi(run), numbers[fine.class_of(run)]);
  return make_of(var, std::move(coarse), numbering.children);
}

Ref Diagrams::in_divided(VarId var, const IntervalSet& set) {
  const u128 max = max_of_[var];
  Division division(max);
  Numbering numbering;
  division.reserve(2 * set.intervals().size() + 1);
  u128 next = 0;
  bool open = true;  // values from `next` on are not covered yet
  for (const Interval& interval : set.intervals()) {
    if (interval.lo > max) break;
    if (interval.lo > next) division.add(interval.lo - 1, numbering.of(kFalse));
    const u128 hi = std::min(interval.hi, max);
    division.add(hi, numbering.of(kTrue));
    open = hi < max;
    if (!open) break;
    next = hi + 1;
  }
  if (open) division.add(max, numbering.of(kFalse));
  count(division.runs());
  return make_of(var, std::move(division), numbering.children);
}

Ref Diagrams::apply_divided(Op op, VarId var, Ref a, Ref b) {
  constexpr size_t kMostPairs = 65'536;
  const Side left(*this, var, a), right(*this, var, b);
  if (left.is_divided() && (!right.looks() || (right.is_divided() && left.division() == right.division()))) {
    std::vector<Ref> children;
    for (size_t i = 0; i < left.classes(); ++i) children.push_back(apply(op, left.child(i), right.child(right.looks() ? i : 0)));
    return with_children(var, left.division(), children);
  }
  if (right.is_divided() && !left.looks()) {
    std::vector<Ref> children;
    for (size_t i = 0; i < right.classes(); ++i) children.push_back(apply(op, left.child(0), right.child(i)));
    return with_children(var, right.division(), children);
  }
  return left.classes() * right.classes() <= kMostPairs ? apply_by_class(op, var, left, right) : apply_by_edge(op, var, left, right);
}

// Both are cut differently: each pair of classes that meet is asked about once.
Ref Diagrams::apply_by_class(Op op, VarId var, const Side& a, const Side& b) {
  constexpr uint32_t kNotYet = 0xffffffff;
  std::vector<uint32_t> numbers(a.classes() * b.classes(), kNotYet);
  Numbering numbering;
  Division division(max_of_[var]);
  size_t steps = 0;
  u128 end = 0;
  uint32_t open = kNotYet;   // the class of the run that ends there
  for (size_t i = 0, k = 0; i < a.runs() && k < b.runs(); ++steps) {
    const size_t class_a = a.class_of(i), class_b = b.class_of(k);
    uint32_t& number = numbers[class_a * b.classes() + class_b];
    if (number == kNotYet) number = numbering.of(apply(op, a.child(class_a), b.child(class_b)));
    if (number != open && open != kNotYet) division.add(end, open);
    open = number;
    const u128 end_a = a.hi(i), end_b = b.hi(k);
    end = std::min(end_a, end_b);
    i += end_a <= end_b;
    k += end_b <= end_a;
  }
  division.add(end, open);
  count(steps);
  return make_of(var, std::move(division), numbering.children);
}

Ref Diagrams::apply_by_edge(Op op, VarId var, const Side& a, const Side& b) {
  std::vector<Edge> edges;
  for (size_t i = 0, k = 0; i < a.runs() && k < b.runs();) {
    const u128 end_a = a.hi(i), end_b = b.hi(k);
    edges.push_back({std::min(end_a, end_b), apply(op, a.child(a.class_of(i)), b.child(b.class_of(k)))});
    i += end_a <= end_b;
    k += end_b <= end_a;
  }
  count(edges.size());
  return make(var, edges);
}

}  // namespace fwproof::solver
