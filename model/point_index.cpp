// This file is compiled for speed (CMakeLists.txt).
#include "model/point_index.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "model/rule_ranges.h"

namespace fwproof::model {
namespace {

constexpr size_t kMostCopies = 12;    // entries for each rule; beyond that nothing is split any more
constexpr unsigned kUnits = 8;        // a range becomes that many units at most, rounded outwards

// The rule's ranges: destination, source, destination port, protocol.
template <typename Address>
struct Entry {
  Address dst[2], src[2];
  uint16_t port[2];
  uint8_t protocol[2];
  uint32_t rule;
};

// Values from lo to hi whose number is a power of two that divides lo: of two blocks one holds the other, or they are apart.
template <typename Address>
struct Span {
  Address lo, hi;
  uint32_t entry;
};

enum class By : uint8_t { dst, src, port, none };

template <typename Address>
std::pair<Address, Address> range_in(const Entry<Address>& entry, By by) {
  switch (by) {
    case By::dst: return {entry.dst[0], entry.dst[1]};
    case By::src: return {entry.src[0], entry.src[1]};
    case By::port: return {entry.port[0], entry.port[1]};
    case By::none: break;
  }
  return {};
}

// Blocks that together hold all of lo to hi, and little else.
template <typename Address>
void add_blocks(Address lo, Address hi, uint32_t entry, std::vector<Span<Address>>& spans) {
  constexpr unsigned kBits = sizeof(Address) * 8;
  unsigned shift = 0;
  while ((hi >> shift) - (lo >> shift) >= kUnits) ++shift;
  const Address last = hi >> shift;
  for (Address at = lo >> shift;;) {
    // As large as the place of its start and what is left allow.
    unsigned size = 0;
    while (size + shift < kBits && size < 4 && (at >> size & 1) == 0 && at + ((Address{1} << (size + 1)) - 1) <= last) ++size;
    const Address end = at + ((Address{1} << size) - 1);
    const Address all_ones = shift == 0 ? 0 : static_cast<Address>(~Address{0}) >> (kBits - shift);
    spans.push_back({static_cast<Address>(at << shift), static_cast<Address>(end << shift | all_ones), entry});
    if (end == last) return;
    at = end + 1;
  }
}

template <typename Address>
class Tree {
 public:
  Tree(std::vector<Entry<Address>> entries, size_t fewest) : fewest_(fewest), room_(entries.size() * kMostCopies) { root_ = build(std::move(entries), {true, true, true}); }

  void find(const Entry<Address>& packet, std::vector<uint32_t>& found) const {
    visit(root_, packet, found);
    std::sort(found.begin(), found.end());
  }

 private:
  struct Node {
    By by = By::none;
    uint32_t first = 0, count = 0;   // of entries_, or of starts_
  };
  // From this value to the next start the innermost block that holds it.
  struct Start {
    Address at;
    uint32_t block;
  };
  static constexpr uint32_t kNoBlock = 0xffffffff;
  struct Block {
    uint32_t around;   // the next larger block that holds it
    uint32_t node;
  };
  using Left = std::array<bool, 3>;   // fields that nothing has been split by

  static bool meets(const Entry<Address>& rule, const Entry<Address>& packet) {
    return rule.dst[0] <= packet.dst[0] && packet.dst[0] <= rule.dst[1] && rule.src[0] <= packet.src[0] && packet.src[0] <= rule.src[1] &&
           rule.port[0] <= packet.port[0] && packet.port[0] <= rule.port[1] && rule.protocol[0] <= packet.protocol[0] && packet.protocol[0] <= rule.protocol[1];
  }

  void visit(uint32_t number, const Entry<Address>& packet, std::vector<uint32_t>& found) const {
    const Node& node = nodes_[number];
    if (node.by == By::none) {
      for (const Entry<Address>* rule = entries_.data() + node.first, *end = rule + node.count; rule != end; ++rule)
        if (meets(*rule, packet)) found.push_back(rule->rule);
      return;
    }
    const Start* begin = starts_.data() + node.first;
    const Address value = range_in(packet, node.by).first;
    const Start* after = std::upper_bound(begin, begin + node.count, value, [](Address v, const Start& start) { return v < start.at; });
    if (after == begin) return;
    for (uint32_t block = after[-1].block; block != kNoBlock; block = blocks_[block].around) visit(blocks_[block].node, packet, found);
  }

  uint32_t build(std::vector<Entry<Address>> entries, Left left) {
    const auto number = static_cast<uint32_t>(nodes_.size());
    nodes_.emplace_back();
    std::vector<Span<Address>> spans;
    const By by = best(entries, left, spans);
    if (by == By::none) {
      nodes_[number] = {By::none, static_cast<uint32_t>(entries_.size()), static_cast<uint32_t>(entries.size())};
      entries_.insert(entries_.end(), entries.begin(), entries.end());
      return number;
    }
    room_ -= spans.size() - entries.size();
    left[static_cast<size_t>(by)] = false;
    const std::vector<Start> starts = split(spans, entries, left);
    nodes_[number] = {by, static_cast<uint32_t>(starts_.size()), static_cast<uint32_t>(starts.size())};
    starts_.insert(starts_.end(), starts.begin(), starts.end());
    return number;
  }

  // The field by which the rules fall into most blocks, and these, larger ones first where they begin alike.
  By best(const std::vector<Entry<Address>>& entries, const Left& left, std::vector<Span<Address>>& spans) const {
    By result = By::none;
    size_t most = 1;
    for (const By by : {By::dst, By::src, By::port}) {
      if (entries.size() < fewest_ || !left[static_cast<size_t>(by)]) continue;
      std::vector<Span<Address>> these;
      these.reserve(entries.size());
      for (uint32_t i = 0; i < entries.size(); ++i) {
        const auto [lo, hi] = range_in(entries[i], by);
        add_blocks(lo, hi, i, these);
      }
      std::sort(these.begin(), these.end(), [](const auto& a, const auto& b) { return a.lo != b.lo ? a.lo < b.lo : a.hi != b.hi ? a.hi > b.hi : a.entry < b.entry; });
      size_t blocks = 0;
      for (size_t i = 0; i < these.size(); ++i) blocks += i == 0 || these[i].lo != these[i - 1].lo || these[i].hi != these[i - 1].hi;
      if (blocks <= most || these.size() > entries.size() + room_) continue;
      most = blocks;
      result = by;
      spans = std::move(these);
    }
    return result;
  }

  std::vector<Start> split(const std::vector<Span<Address>>& spans, const std::vector<Entry<Address>>& entries, const Left& left) {
    std::vector<Start> starts;
    std::vector<std::pair<uint32_t, Address>> open;   // blocks that have begun, and where they end
    const auto start = [&](Address at, uint32_t block) {
      if (!starts.empty() && starts.back().at == at) starts.back().block = block;
      else starts.push_back({at, block});
    };
    const auto close = [&] {
      const Address end = open.back().second;
      open.pop_back();
      if (end != static_cast<Address>(~Address{0})) start(end + 1, open.empty() ? kNoBlock : open.back().first);
    };
    for (size_t i = 0; i < spans.size();) {
      const Span<Address>& span = spans[i];
      while (!open.empty() && open.back().second < span.lo) close();
      std::vector<Entry<Address>> inside;
      for (; i < spans.size() && spans[i].lo == span.lo && spans[i].hi == span.hi; ++i) inside.push_back(entries[spans[i].entry]);
      const auto block = static_cast<uint32_t>(blocks_.size());
      blocks_.push_back({open.empty() ? kNoBlock : open.back().first, 0});
      const uint32_t node = build(std::move(inside), left);
      blocks_[block].node = node;
      start(span.lo, block);
      open.emplace_back(block, span.hi);
    }
    while (!open.empty()) close();
    return starts;
  }

  size_t fewest_;
  size_t room_;   // further entries that may be made
  uint32_t root_ = 0;
  std::vector<Node> nodes_;
  std::vector<Start> starts_;
  std::vector<Block> blocks_;
  std::vector<Entry<Address>> entries_;
};

template <typename Address>
Tree<Address> tree_of(const std::vector<Rule>& rules, Family family, size_t fewest) {
  std::vector<Entry<Address>> entries;
  entries.reserve(rules.size());
  const ValueRanges all = all_values(family);
  for (uint32_t i = 0; i < rules.size(); ++i) {
    const ValueRanges ranges = ranges_of(rules[i], family, all);
    if (std::any_of(ranges.begin(), ranges.end(), [](const ValueRange& range) { return range.empty(); })) continue;
    const auto put = [](auto& to, const ValueRange& range) {
      to[0] = static_cast<std::remove_reference_t<decltype(to[0])>>(range.lo);
      to[1] = static_cast<std::remove_reference_t<decltype(to[0])>>(range.hi);
    };
    Entry<Address>& entry = entries.emplace_back();
    put(entry.dst, ranges[0]);
    put(entry.src, ranges[1]);
    put(entry.port, ranges[2]);
    put(entry.protocol, ranges[3]);
    entry.rule = i;
  }
  return Tree<Address>(std::move(entries), fewest);
}

template <typename Address>
Entry<Address> entry_of(const Packet& packet) {
  Entry<Address> entry{};
  entry.dst[0] = static_cast<Address>(packet.get(Field::dst));
  entry.src[0] = static_cast<Address>(packet.get(Field::src));
  entry.port[0] = static_cast<uint16_t>(packet.get(Field::dst_port));
  entry.protocol[0] = static_cast<uint8_t>(packet.get(Field::protocol));
  return entry;
}

}  // namespace

struct PointIndex::Trees {
  std::vector<Tree<uint32_t>> v4;
  std::vector<Tree<u128>> v6;
};

PointIndex::PointIndex(const Policy& policy, size_t shortest, size_t fewest) : trees_(std::make_unique<Trees>()) {
  for (const Chain& chain : policy.chains) {
    Of& of = chains_.emplace_back(Of{chain.rules.data(), chain.rules.size()});
    if (chain.rules.size() < shortest) continue;
    if (policy.v4) {
      trees_->v4.push_back(tree_of<uint32_t>(chain.rules, Family::v4, fewest));
      of.tree[static_cast<size_t>(Family::v4)] = static_cast<uint32_t>(trees_->v4.size());
    }
    if (policy.v6) {
      trees_->v6.push_back(tree_of<u128>(chain.rules, Family::v6, fewest));
      of.tree[static_cast<size_t>(Family::v6)] = static_cast<uint32_t>(trees_->v6.size());
    }
  }
}

PointIndex::~PointIndex() = default;

bool PointIndex::find(const Policy& policy, uint32_t chain, const Packet& packet, std::vector<uint32_t>& found) const {
  if (chain >= chains_.size()) return false;
  const Of& of = chains_[chain];
  const std::vector<Rule>& rules = policy.chains[chain].rules;
  const uint32_t tree = of.tree[static_cast<size_t>(packet.family)];
  if (tree == 0 || of.rules != rules.data() || of.count != rules.size()) return false;
  for (const Field field : kTellingFields)
    if (!packet.has(field)) return false;
  found.clear();
  if (packet.family == Family::v4) trees_->v4[tree - 1].find(entry_of<uint32_t>(packet), found);
  else trees_->v6[tree - 1].find(entry_of<u128>(packet), found);
  return true;
}

}  // namespace fwproof::model
