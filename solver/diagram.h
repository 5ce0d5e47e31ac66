// Interval decision diagrams: sets of value tuples over an ordered list of variables, shared and canonical (equal sets have
// equal references). A node looks at one variable and has one edge per interval of its values.
// After Gouda and Liu, "Firewall design: consistency, completeness, and compactness" (ICDCS 2004), made canonical like a BDD.
//
//   Diagrams d(limit_nodes);
//   VarId port = d.add_variable(65535);
//   Ref open = d.in(port, IntervalSet::of(80));
//   d.minus(d.truth(), open);                 // every port but 80
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "model/interval_set.h"
#include "solver/division.h"

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

  // A step is the making of one edge. A node of more than many_edges, few of which lead to different nodes, is kept by a division of its values: the
  // same sets, in less room and time.
  explicit Diagrams(uint32_t max_nodes, uint64_t max_steps = ~uint64_t{0}, uint32_t many_edges = 4096)
      : max_nodes_(max_nodes), max_steps_(max_steps), many_edges_(many_edges) {
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
  // Which of them matter where each variable has one of its possible values (an empty set: any). Requires: f holds for possible values alone.
  std::vector<bool> support(Ref f, const std::vector<model::IntervalSet>& possible) const;
  // The values of `field` for which `var`, which may be anything, matters somewhere. Requires: field is tested before var.
  model::IntervalSet values_where(Ref f, VarId field, VarId var) const;
  size_t nodes() const { return nodes_.size(); }
  uint64_t steps() const { return steps_; }

  // Calls `visit` with one set per variable (empty: any value) for disjoint products that together make up f, until it returns false.
  // Returns false when stopped.
  bool products(Ref f, const std::function<bool(const std::vector<model::IntervalSet>&)>& visit) const;

 private:
  enum class Op : uint8_t { both, either, minus };
  struct Node {
    VarId var;
    uint32_t first;  // where its edges begin in words_
    uint32_t count : 31;   // of edges
    uint32_t is_wide : 1;  // some value of the variable takes more than 32 bits
    uint32_t division;  // kUndivided, or that of its values: then there is an edge for each class
  };
  struct Edge {
    model::u128 hi;  // this edge covers the values after the previous edge's hi up to here; 0 in divided nodes
    Ref to;
  };
  static constexpr VarId kLeaf = 0xffffffff;
  static constexpr uint32_t kUndivided = 0xffffffff;
  static constexpr size_t kMostEdges = 4;   // for each node of the limit, on average
  class Side;

  void new_terminal() {
    nodes_.push_back({kLeaf, 0, 0, false, kUndivided});
    hashes_.push_back(0);
  }
  bool is_wide(VarId var) const { return max_of_[var] > 0xffffffff; }
  Edge edge(const Node& node, size_t i) const {
    if (!node.is_wide) return {words_[node.first + 2 * i], words_[node.first + 2 * i + 1]};
    const uint32_t* at = &words_[node.first + 5 * i];
    return {model::u128{at[3]} << 96 | model::u128{at[2]} << 64 | model::u128{at[1]} << 32 | at[0], at[4]};
  }
  template <typename Value>
  Value hi(const Node& node, size_t i) const {
    if constexpr (sizeof(Value) == sizeof(uint32_t)) return words_[node.first + 2 * i];
    else return edge(node, i).hi;
  }
  Ref child(const Node& node, size_t i) const { return words_[node.first + (node.is_wide ? 5 * i + 4 : 2 * i + 1)]; }
  void add_edges(bool wide, std::span<const Edge> edges);
  // Takes edges with possibly equal neighbours, in whose place it works; returns the canonical node.
  Ref make(VarId var, std::span<Edge> edges);
  Ref make_canonical(VarId var, std::span<const Edge> edges);
  Ref find_or_add(VarId var, uint32_t division, std::span<const Edge> edges);
  // Most calls end here, at a set that is all or nothing.
  Ref apply(Op op, Ref a, Ref b) {
    switch (op) {
      case Op::both:
        if (a == kFalse || b == kFalse) return kFalse;
        if (a == kTrue || a == b) return b;
        if (b == kTrue) return a;
        return a < b ? apply_below(op, a, b) : apply_below(op, b, a);
      case Op::either:
        if (a == kTrue || b == kTrue) return kTrue;
        if (a == kFalse || a == b) return b;
        if (b == kFalse) return a;
        return a < b ? apply_below(op, a, b) : apply_below(op, b, a);
      case Op::minus:
        if (a == kFalse || b == kTrue || a == b) return kFalse;
        if (b == kFalse) return a;
        break;
    }
    return apply_below(op, a, b);
  }
  Ref apply_below(Op op, Ref a, Ref b);
  // Puts the edges of a node for `var` at the end of making_, none that leads where the one before does; returns how many values were told apart.
  template <typename Value>
  size_t merge(Op op, VarId var, Ref a, Ref b);
  // ---- diagram_divided.cpp ----
  bool is_worth_dividing(size_t runs, size_t classes) const { return runs > many_edges_ && classes * std::min<size_t>(8, many_edges_) <= runs; }
  std::optional<Ref> make_divided(VarId var, std::span<const Edge> edges);
  // Requires: children are different, one for each class.
  Ref make_of(VarId var, Division division, const std::vector<Ref>& children);
  // A node whose values fall into the same classes; children may be alike.
  Ref with_children(VarId var, uint32_t division, const std::vector<Ref>& children);
  uint32_t add_division(Division division);
  Ref in_divided(VarId var, const model::IntervalSet& set);
  Ref apply_divided(Op op, VarId var, Ref a, Ref b);
  Ref apply_by_class(Op op, VarId var, const Side& a, const Side& b);
  Ref apply_by_edge(Op op, VarId var, const Side& a, const Side& b);
  bool products_below(Ref f, std::vector<model::IntervalSet>& sets,
                      const std::function<bool(const std::vector<model::IntervalSet>&)>& visit) const;
  Ref exists_below(Ref f, const std::vector<bool>& drop, std::unordered_map<Ref, Ref>& memo);

  bool tells_apart(const Node& node, const model::IntervalSet& possible) const;

  void count(size_t edges) {
    steps_ += edges;
    if (steps_ > max_steps_) throw LimitReached{"the exact region takes more steps than one question may", steps_};
  }

  uint32_t max_nodes_;
  uint64_t max_steps_;
  uint32_t many_edges_;
  uint64_t steps_ = 0;
  std::vector<model::u128> max_of_;
  std::vector<Node> nodes_;
  // Large diagrams are made of these: of each edge its hi in one word, or four from the lowest on, and where it leads.
  std::vector<uint32_t> words_;
  size_t edges_ = 0;
  std::vector<Edge> making_;   // of the nodes that apply() works at, one behind the other
  std::deque<Division> divisions_;
  std::unordered_multimap<uint64_t, uint32_t> division_by_hash_;
  size_t divided_runs_ = 0;
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
  void remember(uint64_t ab, Op op, Ref result);
  // Beyond its limit the memory of results starts anew.
  void grow_memo();
};

}  // namespace fwproof::solver
