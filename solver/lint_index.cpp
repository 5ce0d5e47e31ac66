#include "solver/lint_index.h"

#include <algorithm>

namespace fwproof::solver {

namespace {

constexpr uint32_t kLeaf = 8;
constexpr uint32_t kSamples = 48;

}  // namespace

LintIndex::Key LintIndex::key_of(const LintPoint& point) const {
  Key key;
  for (size_t i = 0; i < kKeys.size(); ++i) key[i] = short_of(i, point[static_cast<size_t>(kKeys[i])]);
  return key;
}

void LintIndex::add(const LintBox& box, uint32_t number) {
  Entry entry;
  entry.lo.fill(0);
  entry.hi.fill(~uint64_t{0});
  entry.number = number;
  for (const LintSide& side : box.sides)
    for (size_t i = 0; i < kKeys.size(); ++i)
      if (kKeys[i] == side.field) {
        entry.lo[i] = short_of(i, side.set->min());
        entry.hi[i] = short_of(i, side.set->max());
      }
  entries_.push_back(entry);
}

// The field and value that leave the fewest boxes to look at, by a sample.
LintIndex::Cut LintIndex::best_cut(uint32_t first, uint32_t count) const {
  const uint32_t samples = std::min(count, kSamples);
  const auto sample = [&](uint32_t i) -> const Entry& { return entries_[first + static_cast<uint64_t>(i) * count / samples]; };
  Cut best{0, 0, samples};
  std::vector<uint64_t> ends;
  for (uint32_t field = 0; field < kKeys.size(); ++field) {
    ends.clear();
    for (uint32_t i = 0; i < samples; ++i) {
      if (sample(i).lo[field] > 0) ends.push_back(sample(i).lo[field]);
      if (sample(i).hi[field] < ~uint64_t{0}) ends.push_back(sample(i).hi[field] + 1);
    }
    if (ends.empty()) continue;
    const auto middle = ends.begin() + static_cast<std::ptrdiff_t>(ends.size() / 2);
    std::nth_element(ends.begin(), middle, ends.end());
    size_t below = 0, above = 0;
    for (uint32_t i = 0; i < samples; ++i) {
      below += sample(i).hi[field] < *middle;
      above += sample(i).lo[field] >= *middle;
    }
    const size_t cost = std::max(below, above) + (samples - below - above);
    if (cost < best.cost) best = {field, *middle, cost};
  }
  return best;
}

// Each part is smaller than the whole: the cut told two boxes of the sample apart.
void LintIndex::split(uint32_t number) {
  const uint32_t first = nodes_[number].first, count = nodes_[number].count;
  if (count <= kLeaf) return;
  const Cut cut = best_cut(first, count);
  const uint32_t samples = std::min(count, kSamples);
  if (cut.cost * 20 > samples * size_t{19}) return;
  const auto begin = entries_.begin() + first, end = begin + count;
  const auto above = std::partition(begin, end, [&](const Entry& entry) { return entry.hi[cut.field] < cut.value; });
  const auto across = std::partition(above, end, [&](const Entry& entry) { return entry.lo[cut.field] >= cut.value; });
  const auto add = [&](auto from, auto to) -> uint32_t {
    if (from == to) return 0;
    Node node;
    node.first = static_cast<uint32_t>(from - entries_.begin());
    node.count = static_cast<uint32_t>(to - from);
    nodes_.push_back(node);
    return static_cast<uint32_t>(nodes_.size() - 1);
  };
  const uint32_t below_node = add(begin, above), above_node = add(above, across), across_node = add(across, end);
  Node& node = nodes_[number];
  node.leaf = false;
  node.field = cut.field;
  node.value = cut.value;
  node.below = below_node;
  node.above = above_node;
  node.across = across_node;
}

void LintIndex::build() {
  nodes_.clear();
  if (entries_.empty()) return;
  Node root;
  root.count = static_cast<uint32_t>(entries_.size());
  nodes_.push_back(root);
  for (uint32_t node = 0; node < nodes_.size(); ++node) split(node);
  // Children stand behind their parents.
  for (size_t i = nodes_.size(); i-- > 0;) {
    Node& node = nodes_[i];
    if (node.leaf) {
      const auto begin = entries_.begin() + node.first;
      std::sort(begin, begin + node.count, [](const Entry& a, const Entry& b) { return a.number < b.number; });
      node.least = begin->number;
      continue;
    }
    node.least = ~uint32_t{0};
    for (const uint32_t child : {node.below, node.above, node.across})
      if (child != 0) node.least = std::min(node.least, nodes_[child].least);
  }
}

}  // namespace fwproof::solver
