// Which boxes of a chain hold a packet: a tree over their bounds. At each place boxes that lie below a value, above it, and across it go
// three ways, so that boxes that say nothing about one field are told apart by another. It only suggests: the caller looks at the boxes.
//
//   LintIndex index;
//   index.add(box, number);
//   index.build();
//   index.visit(point, limit, [&](uint32_t number) { return true; });   // numbers below limit, in no order; false stops;
//   requires: visit() does not call visit() of the same index
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "solver/lint_boxes.h"

namespace fwproof::solver {

class LintIndex {
 public:
  // IPv6 addresses count by their upper half.
  explicit LintIndex(model::Family family) : family_(family) {}

  void reserve(size_t boxes) { entries_.reserve(boxes); }
  void add(const LintBox& box, uint32_t number);
  void build();
  size_t size() const { return entries_.size(); }

  // Returns how many boxes it looked at.
  template <typename Visit>
  uint64_t visit(const LintPoint& point, uint32_t limit, const Visit& visit) const {
    if (entries_.empty()) return 0;
    uint64_t looked = 0;
    const Key key = key_of(point);
    std::vector<uint32_t>& todo = todo_;
    todo.assign(1, 0);
    while (!todo.empty()) {
      const Node& node = nodes_[todo.back()];
      todo.pop_back();
      if (node.least >= limit) continue;
      if (node.leaf) {
        for (uint32_t i = node.first; i < node.first + node.count && entries_[i].number < limit; ++i, ++looked)
          if (holds(entries_[i], key) && !visit(entries_[i].number)) return looked;
        continue;
      }
      if (node.across != 0) todo.push_back(node.across);
      const uint32_t side = key[node.field] < node.value ? node.below : node.above;
      if (side != 0) todo.push_back(side);
    }
    return looked;
  }

 private:
  static constexpr std::array kKeys = {model::Field::dst,      model::Field::src, model::Field::dst_port, model::Field::protocol,
                                       model::Field::src_port, model::Field::in,  model::Field::out,      model::Field::state};
  using Key = std::array<uint64_t, kKeys.size()>;
  struct Entry {
    Key lo;
    Key hi;
    uint32_t number;
  };
  struct Node {
    bool leaf = true;
    uint32_t field = 0;
    uint64_t value = 0;   // below: hi < value; above: lo >= value
    uint32_t below = 0, above = 0, across = 0;
    uint32_t first = 0, count = 0;
    uint32_t least = 0;   // smallest number in it
  };
  struct Cut {
    uint32_t field = 0;
    uint64_t value = 0;
    size_t cost = 0;
  };
  static bool holds(const Entry& entry, const Key& key) {
    for (size_t i = 0; i < kKeys.size(); ++i)
      if (key[i] < entry.lo[i] || key[i] > entry.hi[i]) return false;
    return true;
  }
  uint64_t short_of(size_t key, model::u128 value) const {
    return static_cast<uint64_t>(key < 2 && family_ == model::Family::v6 ? value >> 64 : value);
  }
  Key key_of(const LintPoint& point) const;
  Cut best_cut(uint32_t first, uint32_t count) const;
  void split(uint32_t node);

  model::Family family_;
  std::vector<Entry> entries_;
  std::vector<Node> nodes_;
  mutable std::vector<uint32_t> todo_;  // of visit(): kept for its memory
};

}  // namespace fwproof::solver
