// Interval decision diagrams: sets of value tuples over an ordered list of variables, shared and canonical (equal sets have
// equal references). A node looks at one variable and has one edge per interval of its values.
// After Gouda and Liu, "Firewall design: consistency, completeness, and compactness" (ICDCS 2004), made canonical like a BDD.
//
//   Diagrams d(limit_nodes);
//   VarId port = d.add_variable(65535);
//   Ref open = d.in(port, IntervalSet::of(80));
//   d.minus(d.truth(), open);                 // every port but 80
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "model/interval_set.h"

namespace fwproof::solver {

using VarId = uint32_t;
using Ref = uint32_t;

// A limit was reached: the question ends as "cannot tell". Caught where the question was asked.
struct LimitReached {
  const char* what;
  uint64_t steps = 1;  // of work until then
};

class Diagrams {
 public:
  static constexpr Ref kFalse = 0;
  static constexpr Ref kTrue = 1;

  // A step is the making of one edge.
  explicit Diagrams(uint32_t max_nodes, uint64_t max_steps = ~uint64_t{0}) : max_nodes_(max_nodes), max_steps_(max_steps) {
    new_terminal();
    new_terminal();
  }

  // Variables are tested in the order in which they are added.
  VarId add_variable(model::u128 max);
  size_t variables() const { return max_of_.size(); }
  model::u128 max_of(VarId var) const { return max_of_[var]; }

  Ref in(VarId var, const model::IntervalSet& set);
  Ref both(Ref a, Ref b) { return apply(Op::both, a, b); }
  Ref either(Ref a, Ref b) { return apply(Op::either, a, b); }
  Ref minus(Ref a, Ref b) { return apply(Op::minus, a, b); }
  // Forgets the variables from `first` on: what is left holds where some value of them does.
  Ref exists_from(Ref f, VarId first);
  // Forgets the variables for which `drop` is set.
  Ref exists(Ref f, const std::vector<bool>& drop);
  // Which variables the diagram looks at.
  std::vector<bool> support(Ref f) const;
  size_t nodes() const { return nodes_.size(); }
  uint64_t steps() const { return steps_; }

  // Calls `visit` with one set per variable (empty: any value) for disjoint products that together make up f, until it returns false.
  // Returns false when stopped.
  bool products(Ref f, const std::function<bool(const std::vector<model::IntervalSet>&)>& visit) const;

 private:
  enum class Op : uint8_t { both, either, minus };
  struct Node {
    VarId var;
    uint32_t first;  // index of its first edge
    uint32_t count;
  };
  // Packed: large diagrams are made of these.
  struct [[gnu::packed]] alignas(4) Edge {
    model::u128 hi;  // this edge covers the values after the previous edge's hi up to here
    Ref to;
  };
  static constexpr VarId kLeaf = 0xffffffff;

  void new_terminal() {
    nodes_.push_back({kLeaf, 0, 0});
    hashes_.push_back(0);
  }
  // Takes edges with possibly equal neighbours; returns the canonical node.
  Ref make(VarId var, std::vector<Edge>& edges);
  Ref apply(Op op, Ref a, Ref b);
  bool products_below(Ref f, std::vector<model::IntervalSet>& sets,
                      const std::function<bool(const std::vector<model::IntervalSet>&)>& visit) const;
  Ref exists_below(Ref f, const std::vector<bool>& drop, std::unordered_map<Ref, Ref>& memo);

  void count(size_t edges) {
    steps_ += edges;
    if (steps_ > max_steps_) throw LimitReached{"the exact region takes more steps than one question may", steps_};
  }

  uint32_t max_nodes_;
  uint64_t max_steps_;
  uint64_t steps_ = 0;
  std::vector<model::u128> max_of_;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  // Open addressing with linear probing; 0 marks a free place (kFalse is never looked up).
  std::vector<Ref> unique_ = std::vector<Ref>(1024);
  std::vector<uint64_t> hashes_;  // by node
  void grow_unique();
  struct Remembered {
    uint64_t ab = 0;  // 0: free (operations on kFalse never get here)
    Ref result = 0;
    Op op = Op::both;
  };
  std::vector<Remembered> memo_ = std::vector<Remembered>(1024);
  size_t remembered_ = 0;
  Remembered& memo_place(uint64_t ab, Op op);
  // Beyond its limit the memory of results starts anew.
  void grow_memo();
};

}  // namespace fwproof::solver
