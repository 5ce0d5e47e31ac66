// This file is compiled for speed (CMakeLists.txt): the loop of overlaps() is where large policies spend their time.
#include "model/rule_index.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <stdexcept>

#include "model/in_parts.h"
#include "model/rule_ranges.h"

namespace fwproof::model {
namespace {

constexpr size_t kBlock = 64;   // rules that are compared at once
constexpr size_t kWorthAThread = 50'000;
constexpr size_t kWorthRemembering = 4096;
constexpr size_t kRemembered = 8;
constexpr size_t kManyLeft = 8;   // where the first column leaves more than one in so many, comparing 64 at a time is faster

// The least and greatest ends that some rule gives to a field, and whether any rule says something of it.
struct Ends {
  u128 lowest = ~u128{0}, highest = 0;
  bool says_something = false;

  void see(const ValueRange& range, const ValueRange& all) {
    if (range.empty()) return;
    if (range.lo != all.lo) lowest = std::min(lowest, range.lo);
    if (range.hi != all.hi) highest = std::max(highest, range.hi);
    says_something |= range.lo != all.lo || range.hi != all.hi;
  }
  void see(const Ends& other) { *this = {std::min(lowest, other.lowest), std::max(highest, other.highest), says_something || other.says_something}; }
};

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
  const ValueRanges all = all_values(family);
  std::array<Ends, std::size(kTellingFields)> ends;
  std::mutex together;
  in_parts(rules.size(), kWorthAThread, [&](size_t begin, size_t end) {
    std::array<Ends, std::size(kTellingFields)> mine;
    for (size_t i = begin; i < end; ++i) {
      if (!rules[i].enabled) continue;
      const ValueRanges ranges = ranges_of(rules[i], family, all);
      for (size_t c = 0; c < mine.size(); ++c) mine[c].see(ranges[c], all[c]);
    }
    const std::scoped_lock lock(together);
    for (size_t c = 0; c < mine.size(); ++c) ends[c].see(mine[c]);
  });

  const size_t padded = (rules.size() + kBlock - 1) / kBlock * kBlock;
  std::array<size_t, std::size(kTellingFields)> column_of;
  for (size_t c = 0; c < ends.size(); ++c) {
    column_of[c] = columns_.size();
    if (!ends[c].says_something) continue;
    // All of them end, or all of them begin, at the end of the field.
    const u128 lowest = ends[c].lowest > ends[c].highest ? all[c].lo : ends[c].lowest;
    Column& column = columns_.emplace_back(Column{kTellingFields[c], lowest, 0, std::vector<uint32_t>(padded, UINT32_MAX), std::vector<uint32_t>(padded, 0)});
    // The lowest value is placed at 1, so that what lies below it has a place of its own.
    column.base = lowest == 0 ? 0 : lowest - 1;
    while (ends[c].highest > column.base && (ends[c].highest - column.base) >> column.shift >= UINT32_MAX) ++column.shift;
  }

  in_parts(rules.size(), kWorthAThread, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (!rules[i].enabled) continue;   // in no place of any column
      const ValueRanges ranges = ranges_of(rules[i], family, all);
      for (size_t c = 0; c < ranges.size(); ++c) {
        if (!ends[c].says_something || ranges[c].empty()) continue;
        Column& column = columns_[column_of[c]];
        column.lo[i] = column.place(ranges[c].lo);
        column.hi[i] = column.place(ranges[c].hi);
      }
    }
  });
}

bool RuleColumns::is_right(const Rule& rule, size_t number, Family family) const {
  if (!rule.enabled) return true;
  for (const Column& column : columns_) {
    IntervalSet left = IntervalSet::all(field_bits(column.field, family));
    for (const Term& term : rule.terms) {
      const auto* in = std::get_if<In>(&term.what);
      const auto* addresses = std::get_if<InAddresses>(&term.what);
      if (in && in->field == column.field) left = term.negated ? left.minus(in->set) : left.intersected(in->set);
      if (addresses && addresses->field == column.field) left = term.negated ? left.minus(addresses->set.in(family)) : left.intersected(addresses->set.in(family));
    }
    if (!left.empty() && (column.place(left.min()) < column.lo[number] || column.hi[number] < column.place(left.max()))) return false;
  }
  return true;
}

bool RuleColumns::are_right(const std::vector<Rule>& rules, Family family) const {
  std::atomic<bool> right = true;
  in_parts(rules.size(), kWorthAThread, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end && right; ++i)
      if (!is_right(rules[i], i, family)) right = false;
  });
  return right;
}

void RuleColumns::find(const FieldBounds& bounds, std::vector<uint32_t>& found) const {
  std::vector<Asked> asked;
  for (const Column& column : columns_) {
    const std::optional<IntervalSet>& set = bounds.of(column.field);
    if (!set) continue;
    if (set->empty()) return;
    asked.push_back({&column, column.place(set->min()), column.place(set->max())});
  }
  if (rules_ < kWorthRemembering || asked.empty()) return scan(asked, found);
  const Rules first = remembered(asked.front());
  if (first->size() > rules_ / kManyLeft) return scan(asked, found);
  const auto overlap = [](const Asked& one, uint32_t rule) { return one.column->hi[rule] >= one.from && one.column->lo[rule] <= one.to; };
  for (const uint32_t rule : *first)
    if (std::all_of(asked.begin() + 1, asked.end(), [&](const Asked& one) { return overlap(one, rule); })) found.push_back(rule);
}

RuleColumns::Rules RuleColumns::remembered(const Asked& asked) const {
  const std::scoped_lock lock(memory_->mutex);
  for (const auto& [known, rules] : memory_->lately)
    if (known == asked) return rules;
  std::vector<uint32_t> rules;
  scan({asked}, rules);
  memory_->lately.emplace_front(asked, std::make_shared<const std::vector<uint32_t>>(std::move(rules)));
  if (memory_->lately.size() > kRemembered) memory_->lately.pop_back();
  return memory_->lately.front().second;
}

void RuleColumns::scan(const std::vector<Asked>& asked, std::vector<uint32_t>& found) const {
  for (size_t block = 0; block < rules_; block += kBlock) {
    uint64_t left = rules_ - block < kBlock ? (uint64_t{1} << (rules_ - block)) - 1 : ~uint64_t{0};
    for (const Asked& one : asked) {
      left &= overlaps(one.column->lo.data() + block, one.column->hi.data() + block, one.from, one.to);
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
