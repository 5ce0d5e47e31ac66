// This file is compiled for speed (CMakeLists.txt): the loop of overlaps() is where large policies spend their time.
#include "model/rule_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

namespace fwproof::model {
namespace {

// The fields that tell rules apart. The first is the one that usually leaves fewest.
constexpr Field kColumns[] = {Field::dst, Field::src, Field::dst_port, Field::protocol};
constexpr size_t kBlock = 64;   // rules that are compared at once

struct Range {
  u128 lo, hi;
  bool empty() const { return lo > hi; }
};

Range hull(const IntervalSet& set) { return set.empty() ? Range{1, 0} : Range{set.min(), set.max()}; }

// What the rule's plain terms leave to the field.
Range range_of(const Rule& rule, Field field, Family family) {
  Range range{0, max_value(field_bits(field, family))};
  const auto narrow = [&](const IntervalSet& set) {
    const Range other = hull(set);
    range = {std::max(range.lo, other.lo), std::min(range.hi, other.hi)};
  };
  for (const Term& term : rule.terms) {
    if (term.negated) continue;
    if (const auto* in = std::get_if<In>(&term.what)) {
      if (in->field == field) narrow(in->set);
    } else if (const auto* addresses = std::get_if<InAddresses>(&term.what)) {
      if (addresses->field == field) narrow(addresses->set.in(family));
    }
  }
  return range;
}

// Bit i: the ranges of rule i and of the question overlap.
uint64_t overlaps(const uint32_t* lo, const uint32_t* hi, uint32_t from, uint32_t to) {
  std::array<uint8_t, kBlock> apart;
  for (size_t i = 0; i < kBlock; ++i) apart[i] = (hi[i] < from) | (lo[i] > to);
  uint64_t bits = 0;
  for (size_t part = 0; part < kBlock / 8; ++part) {
    uint64_t bytes;
    std::memcpy(&bytes, apart.data() + part * 8, 8);
    bits |= (bytes * 0x0102040810204080ULL >> 56) << (part * 8);  // the lowest bit of each byte
  }
  return ~bits;
}


}  // namespace

uint32_t RuleColumns::Column::place(u128 value) const {
  if (value <= base) return 0;
  return static_cast<uint32_t>(std::min((value - base) >> shift, u128{UINT32_MAX}));
}

RuleColumns::RuleColumns(const std::vector<Rule>& rules, Family family) : rules_(rules.size()) {
  const size_t padded = (rules.size() + kBlock - 1) / kBlock * kBlock;
  for (const Field field : kColumns) {
    const Range all{0, max_value(field_bits(field, family))};
    std::vector<Range> ranges;
    ranges.reserve(rules.size());
    u128 lowest = all.hi, highest = all.lo;
    bool says_something = false;
    for (const Rule& rule : rules) {
      const Range range = ranges.emplace_back(range_of(rule, field, family));
      if (range.empty()) continue;
      if (range.lo != all.lo) lowest = std::min(lowest, range.lo);
      if (range.hi != all.hi) highest = std::max(highest, range.hi);
      says_something |= range.lo != all.lo || range.hi != all.hi;
    }
    if (!says_something) continue;
    if (lowest > highest) lowest = all.lo;   // all of them end, or all of them begin, at the end of the field
    Column column{field, lowest, 0, std::vector<uint32_t>(padded, UINT32_MAX), std::vector<uint32_t>(padded, 0)};
    // The lowest value is placed at 1, so that what lies below it has a place of its own.
    column.base = lowest == 0 ? 0 : lowest - 1;
    while (highest > column.base && (highest - column.base) >> column.shift >= UINT32_MAX) ++column.shift;
    for (size_t i = 0; i < rules.size(); ++i) {
      if (ranges[i].empty()) continue;
      column.lo[i] = column.place(ranges[i].lo);
      column.hi[i] = column.place(ranges[i].hi);
    }
    columns_.push_back(std::move(column));
  }
}

bool RuleColumns::are_right(const std::vector<Rule>& rules, Family family) const {
  for (const Column& column : columns_)
    for (size_t i = 0; i < rules.size(); ++i) {
      IntervalSet left = IntervalSet::all(field_bits(column.field, family));
      for (const Term& term : rules[i].terms) {
        const auto* in = std::get_if<In>(&term.what);
        const auto* addresses = std::get_if<InAddresses>(&term.what);
        if (in && in->field == column.field) left = term.negated ? left.minus(in->set) : left.intersected(in->set);
        if (addresses && addresses->field == column.field) left = term.negated ? left.minus(addresses->set.in(family)) : left.intersected(addresses->set.in(family));
      }
      if (!left.empty() && (column.place(left.min()) < column.lo[i] || column.hi[i] < column.place(left.max()))) return false;
    }
  return true;
}

void RuleColumns::find(const FieldBounds& bounds, std::vector<uint32_t>& found) const {
  struct Asked {
    const uint32_t *lo, *hi;
    uint32_t from, to;
  };
  std::vector<Asked> asked;
  for (const Column& column : columns_) {
    const std::optional<IntervalSet>& set = bounds.of(column.field);
    if (!set) continue;
    if (set->empty()) return;
    asked.push_back({column.lo.data(), column.hi.data(), column.place(set->min()), column.place(set->max())});
  }
  for (size_t block = 0; block < rules_; block += kBlock) {
    uint64_t left = rules_ - block < kBlock ? (uint64_t{1} << (rules_ - block)) - 1 : ~uint64_t{0};
    for (const Asked& one : asked) {
      left &= overlaps(one.lo + block, one.hi + block, one.from, one.to);
      if (left == 0) break;
    }
    for (; left != 0; left &= left - 1) found.push_back(static_cast<uint32_t>(block) + static_cast<uint32_t>(std::countr_zero(left)));
  }
}

RuleIndex::RuleIndex(const Policy& policy, size_t shortest) {
  for (uint32_t chain = 0; chain < policy.chains.size(); ++chain) {
    const std::vector<Rule>& rules = policy.chains[chain].rules;
    chains_.push_back({rules.data(), rules.size()});
    if (rules.size() < shortest) continue;
    for (const Family family : {Family::v4, Family::v6}) {
      if (!policy.covers(family)) continue;
      columns_.emplace_back(rules, family);
      if (!columns_.back().are_right(rules, family)) throw std::logic_error("the index of the rules of " + policy.chains[chain].name + " is wrong");
      chains_.back().columns[static_cast<size_t>(family)] = static_cast<uint32_t>(columns_.size());
    }
  }
}

const RuleColumns* columns_of(const Policy& policy, uint32_t chain, Family family) {
  if (policy.index == nullptr || chain >= policy.index->chains_.size()) return nullptr;
  const RuleIndex::Of& of = policy.index->chains_[chain];
  const std::vector<Rule>& rules = policy.chains[chain].rules;
  const uint32_t number = of.columns[static_cast<size_t>(family)];
  if (number == 0 || of.rules != rules.data() || of.count != rules.size()) return nullptr;
  return &policy.index->columns_[number - 1];
}

}  // namespace fwproof::model
