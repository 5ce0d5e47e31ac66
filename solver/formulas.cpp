#include "solver/formulas.h"

#include <algorithm>

#include "solver/mix.h"

namespace fwproof::solver {

using model::Interval;
using model::IntervalSet;
using model::u128;

namespace {

// Fields of so many bits are compared under a mask by listing the values that pass.
constexpr unsigned kFewBits = 8;
constexpr size_t kFirstTable = 256;   // a power of two

using solver::mix;
uint64_t mix(uint64_t hash, u128 value) { return mix(mix(hash, static_cast<uint64_t>(value)), static_cast<uint64_t>(value >> 64)); }

// Of the first intervals, which tell most sets apart.
uint64_t mix(uint64_t hash, const IntervalSet& set) {
  constexpr size_t kLookedAt = 8;
  const model::Intervals all = set.intervals();
  hash = mix(hash, uint64_t{all.size()});
  for (size_t i = 0; i < std::min(all.size(), kLookedAt); ++i) hash = mix(mix(hash, all[i].lo), all[i].hi);
  return hash;
}

}  // namespace

Formulas::Formulas() : table_(kFirstTable) {
  nodes_.push_back({Kind::no, false, 0, 0, 0, 0});
  nodes_.push_back({Kind::yes, false, 0, 0, 0, 0});
  hashes_.resize(2);
}

Formula Formulas::add_free(unsigned bits, uint32_t what) {
  nodes_.push_back({bits == 0 ? Kind::free_bool : Kind::free_number, false, static_cast<uint16_t>(bits), 0, 0, what});
  hashes_.push_back(0);
  return {static_cast<uint32_t>(nodes_.size() - 1)};
}

Formula Formulas::free_number(unsigned bits, const IntervalSet& domain) {
  const u128 top = model::max_value(bits);
  const IntervalSet possible = !domain.empty() && domain.max() > top ? domain.intersected(IntervalSet::all(bits)) : domain;
  if (possible.empty()) throw NoValue{};
  if (possible.is_single()) return number(possible.min(), bits);
  sets_.push_back(possible);
  return add_free(bits, static_cast<uint32_t>(sets_.size() - 1));
}

Formula Formulas::number(u128 value, unsigned bits) {
  values_.push_back(value);
  const Formula result = kept(Kind::number, bits, nullptr, 0, static_cast<uint32_t>(values_.size() - 1));
  if (node(result).what + 1 != values_.size()) values_.pop_back();
  return result;
}

Formula Formulas::negation(Formula a) {
  if (a.is_true()) return no();
  if (a.is_false()) return yes();
  if (node(a).kind == Kind::negation) return part(a, 0);
  return kept(Kind::negation, 0, &a, 1);
}

Formula Formulas::number_tested(Formula a) const {
  if (node(a).kind == Kind::negation) a = part(a, 0);
  return node(a).kind == Kind::in_set ? part(a, 0) : no();
}

IntervalSet Formulas::values_passing(Formula test) const {
  if (node(test).kind == Kind::in_set) return set(test);
  const Formula inner = part(test, 0);
  return set(inner).complement(model::max_value(bits(part(inner, 0))));
}

bool Formulas::put_together(Kind kind, Formula part, std::vector<Formula>& with) {
  constexpr size_t kMostParts = 64, kMostIntervals = 16;
  const Formula number = number_tested(part);
  if (number.is_false() || with.size() > kMostParts) return false;
  const auto other = std::find_if(with.begin(), with.end(), [&](Formula known) { return number_tested(known) == number; });
  if (other == with.end()) return false;
  const IntervalSet one = values_passing(*other), two = values_passing(part);
  const IntervalSet both = kind == Kind::any_of ? one.united(two) : one.intersected(two);
  if (both.intervals().size() > kMostIntervals) return false;
  *other = in_set(number, both);
  return true;
}

Formula Formulas::joined(Kind kind, Formula neutral, Formula settled, const std::vector<Formula>& parts) {
  std::vector<Formula> kept_parts;
  for (const Formula part : parts) {
    if (part == settled) return settled;
    if (part != neutral && !put_together(kind, part, kept_parts)) kept_parts.push_back(part);
  }
  if (std::find(kept_parts.begin(), kept_parts.end(), settled) != kept_parts.end()) return settled;
  std::erase(kept_parts, neutral);
  if (kept_parts.empty()) return neutral;
  return kept_parts.size() == 1 ? kept_parts[0] : kept(kind, 0, kept_parts);
}

// Tests that the domain of a free number settles are folded: most rules of a slice look at a field that has few values in the question.
Formula Formulas::in_set(Formula value, const IntervalSet& given) {
  const u128 top = model::max_value(bits(value));
  const IntervalSet set = given.empty() || given.max() <= top ? given : given.intersected(IntervalSet::all(bits(value)));
  if (set.empty()) return no();
  if (is_number(value)) return set.contains(this->value(value)) ? yes() : no();
  if (node(value).kind == Kind::choice) {
    const Formula when = part(value, 0), then = part(value, 1), otherwise = part(value, 2);
    return any_of({both(when, in_set(then, set)), both(negation(when), in_set(otherwise, set))});
  }
  if (node(value).kind == Kind::free_number) {
    if (set.contains(domain(value))) return yes();
    if (!set.intersects(domain(value))) return no();
  }
  return in_known(value, set);
}

Formula Formulas::in_known(Formula value, const IntervalSet& set) {
  sets_.push_back(set);
  const Formula result = kept(Kind::in_set, 0, &value, 1, static_cast<uint32_t>(sets_.size() - 1));
  if (node(result).what + 1 != sets_.size()) sets_.pop_back();
  return result;
}

Formula Formulas::masked_is(Formula value, u128 mask, u128 wanted) {
  const unsigned width = bits(value);
  mask &= model::max_value(width);
  if ((wanted & ~mask) != 0) return no();
  if (width > kFewBits) return equal(bits_and(value, number(mask, width)), number(wanted, width));
  std::vector<Interval> passing;
  for (u128 each = 0; each <= model::max_value(width); ++each)
    if ((each & mask) == wanted) passing.push_back({each, each});
  return in_set(value, IntervalSet::from(std::move(passing)));
}

Formula Formulas::equal(Formula a, Formula b) {
  if (a == b) return yes();
  if (is_number(a)) std::swap(a, b);
  if (is_number(b)) return in_set(a, IntervalSet::of(value(b)));
  const Formula parts[] = {std::min(a, b), std::max(a, b)};
  return kept(Kind::equal, 0, parts, 2);
}

Formula Formulas::choice(Formula when, Formula then, Formula otherwise) {
  if (when.is_true() || then == otherwise) return then;
  if (when.is_false()) return otherwise;
  const Formula parts[] = {when, then, otherwise};
  return kept(Kind::choice, bits(then), parts, 3);
}

Formula Formulas::bits_and(Formula a, Formula b) {
  return is_number(a) && is_number(b) ? number(value(a) & value(b), bits(a)) : bitwise(Kind::bits_and, a, b);
}
Formula Formulas::bits_or(Formula a, Formula b) {
  return is_number(a) && is_number(b) ? number(value(a) | value(b), bits(a)) : bitwise(Kind::bits_or, a, b);
}
Formula Formulas::bits_xor(Formula a, Formula b) {
  return is_number(a) && is_number(b) ? number(value(a) ^ value(b), bits(a)) : bitwise(Kind::bits_xor, a, b);
}

Formula Formulas::bitwise(Kind kind, Formula a, Formula b) {
  if (is_number(a)) std::swap(a, b);
  if (is_number(b) && value(b) == 0) return kind == Kind::bits_and ? b : a;
  if (is_number(b) && kind == Kind::bits_and && value(b) == model::max_value(bits(b))) return a;
  const Formula parts[] = {a, b};
  return kept(kind, bits(a), parts, 2);
}

Formula Formulas::resized(Formula a, unsigned width) {
  if (bits(a) == width) return a;
  if (is_number(a)) return number(value(a) & model::max_value(width), width);
  return kept(Kind::resized, width, &a, 1);
}

Formula Formulas::named(Formula a) {
  if (node(a).count > 0) nodes_[a.id].named = true;
  return a;
}

uint64_t Formulas::hash_of(Kind kind, unsigned bits, const Formula* parts, size_t count, uint32_t what) const {
  uint64_t hash = mix(static_cast<uint64_t>(kind) + 1, uint64_t{bits});
  for (size_t i = 0; i < count; ++i) hash = mix(hash, uint64_t{parts[i].id});
  if (kind == Kind::in_set) return mix(hash, sets_[what]);
  return kind == Kind::number ? mix(hash, values_[what]) : hash;
}

bool Formulas::is_same(const Node& node, Kind kind, unsigned bits, const Formula* parts, size_t count, uint32_t what) const {
  if (node.kind != kind || node.bits != bits || node.count != count || !std::equal(parts, parts + count, parts_.begin() + node.parts)) return false;
  if (kind == Kind::in_set) return sets_[node.what] == sets_[what];
  return kind != Kind::number || values_[node.what] == values_[what];
}

Formula Formulas::kept(Kind kind, unsigned bits, const Formula* parts, size_t count, uint32_t what) {
  const uint64_t hash = hash_of(kind, bits, parts, count, what);
  size_t at = hash & (table_.size() - 1);
  for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1))
    if (hashes_[table_[at]] == hash && is_same(nodes_[table_[at]], kind, bits, parts, count, what)) return {table_[at]};
  const auto id = static_cast<uint32_t>(nodes_.size());
  nodes_.push_back({kind, false, static_cast<uint16_t>(bits), static_cast<uint32_t>(parts_.size()), static_cast<uint32_t>(count), what});
  hashes_.push_back(hash);
  parts_.insert(parts_.end(), parts, parts + count);
  table_[at] = id;
  if (2 * nodes_.size() > table_.size()) grow();
  return {id};
}

void Formulas::grow() {
  table_.assign(2 * table_.size(), 0);
  for (uint32_t id = 2; id < nodes_.size(); ++id) {
    if (nodes_[id].kind == Kind::free_bool || nodes_[id].kind == Kind::free_number) continue;
    size_t at = hashes_[id] & (table_.size() - 1);
    while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
    table_[at] = id;
  }
}

}  // namespace fwproof::solver
