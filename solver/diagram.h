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
};

class Diagrams {
 public:
  static constexpr Ref kFalse = 0;
  static constexpr Ref kTrue = 1;

  explicit Diagrams(uint32_t max_nodes) : max_nodes_(max_nodes) { new_terminal(); new_terminal(); }

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
  struct Edge {
    model::u128 hi;  // this edge covers the values after the previous edge's hi up to here
    Ref to;
  };
  static constexpr VarId kLeaf = 0xffffffff;

  void new_terminal() { nodes_.push_back({kLeaf, 0, 0}); }
  // Takes edges with possibly equal neighbours; returns the canonical node.
  Ref make(VarId var, std::vector<Edge>& edges);
  Ref apply(Op op, Ref a, Ref b);
  bool products_below(Ref f, std::vector<model::IntervalSet>& sets,
                      const std::function<bool(const std::vector<model::IntervalSet>&)>& visit) const;
  Ref exists_below(Ref f, const std::vector<bool>& drop, std::unordered_map<Ref, Ref>& memo);

  uint32_t max_nodes_;
  std::vector<model::u128> max_of_;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::unordered_multimap<uint64_t, Ref> unique_;
  struct Key {
    uint64_t ab;
    Op op;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      uint64_t h = (key.ab + static_cast<uint64_t>(key.op)) * 0x9e3779b97f4a7c15ULL;
      return h ^ (h >> 29);
    }
  };
  std::unordered_map<Key, Ref, KeyHash> memo_;
};

}  // namespace fwproof::solver
