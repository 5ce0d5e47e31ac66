#include "solver/lint_boxes.h"

#include <algorithm>

namespace fwproof::solver {

using namespace model;

namespace {

constexpr size_t kMostBoxes = 64;

u128 greatest(const Policy& policy, Family family, Field field) {
  if (const NameDomain* names = names_of(policy, field)) return names->size() - 1;
  if (field == Field::profile) return profile_public;
  if (field == Field::rpc_port) return rpc_any_range;
  if (field == Field::state) return state_untracked;
  return max_value(field_bits(field, family));
}

auto place_of(LintRegion& region, Field field) {
  return std::lower_bound(region.begin(), region.end(), field, [](const auto& side, Field wanted) { return side.first < wanted; });
}

const LintBox kUnsure{{}, false, false};

}  // namespace

bool is_a_packet(const LintPoint& point) {
  const auto value = [&](Field field) { return point[static_cast<size_t>(field)]; };
  const u128 protocol = value(Field::protocol);
  const bool icmp = protocol == proto_icmp || protocol == proto_icmpv6;
  if (protocol != proto_tcp && value(Field::tcp_flags) != 0) return false;
  if (!has_ports(protocol) && (value(Field::src_port) != 0 || value(Field::dst_port) != 0)) return false;
  return icmp || (value(Field::icmp_type) == 0 && value(Field::icmp_code) == 0);
}

bool contains(const LintBox& box, const LintPoint& point, LintFields ignored) {
  return std::all_of(box.sides.begin(), box.sides.end(), [&](const LintSide& side) {
    return (bit_of(side.field) & ignored) != 0 || side.set->contains(point[static_cast<size_t>(side.field)]);
  });
}

bool contains(const LintRegion& region, const LintPoint& point) {
  return std::all_of(region.begin(), region.end(), [&](const auto& side) { return side.second.contains(point[static_cast<size_t>(side.first)]); });
}

const IntervalSet* find(const LintRegion& region, Field field) {
  for (const auto& [own, set] : region)
    if (own == field) return &set;
  return nullptr;
}

bool contains(const LintBox& outer, const LintRegion& inner) {
  return std::all_of(outer.sides.begin(), outer.sides.end(), [&](const LintSide& side) {
    const IntervalSet* set = find(inner, side.field);
    return set && side.set->contains(*set);
  });
}

bool contains(const LintRegion& outer, const LintRegion& inner) {
  return std::all_of(outer.begin(), outer.end(), [&](const auto& side) {
    const IntervalSet* set = find(inner, side.first);
    return set && side.second.contains(*set);
  });
}

LintFields fields_of(const LintBox& box) {
  LintFields fields = 0;
  for (const LintSide& side : box.sides) fields |= bit_of(side.field);
  return fields;
}

LintFields fields_of(const LintRegion& region) {
  LintFields fields = 0;
  for (const auto& side : region) fields |= bit_of(side.first);
  return fields;
}

LintSpace::LintSpace(const Policy& policy, Family family) : family_(family) {
  for (size_t i = 0; i < kFields; ++i) max_[i] = greatest(policy, family, static_cast<Field>(i));
}

const IntervalSet* LintSpace::keep(IntervalSet set) {
  kept_.push_back(std::move(set));
  return &kept_.back();
}

bool LintSpace::narrow(LintRegion& region, Field field, const IntervalSet& set) const {
  const auto place = place_of(region, field);
  if (place == region.end() || place->first != field) {
    const IntervalSet all = IntervalSet::range(0, max_of(field));
    if (set.contains(all)) return true;
    IntervalSet inside = set.intersected(all);
    const bool left = !inside.empty();
    region.insert(place, {field, std::move(inside)});
    return left;
  }
  if (!set.contains(place->second)) place->second = place->second.intersected(set);
  return !place->second.empty();
}

bool LintSpace::narrow(LintRegion& region, const LintBox& box, LintFields ignored) const {
  return std::all_of(box.sides.begin(), box.sides.end(),
                     [&](const LintSide& side) { return (bit_of(side.field) & ignored) != 0 || narrow(region, side.field, *side.set); });
}

bool LintSpace::take_out(LintRegion& region, Field field, const IntervalSet& set) const {
  const IntervalSet* own = find(region, field);
  return narrow(region, field, (own ? *own : IntervalSet::range(0, max_of(field))).minus(set));
}

bool LintSpace::meet(LintBox& box, const LintSide& side) {
  const auto place = std::lower_bound(box.sides.begin(), box.sides.end(), side.field,
                                      [](const LintSide& own, Field wanted) { return own.field < wanted; });
  if (place == box.sides.end() || place->field != side.field) {
    box.sides.insert(place, side);
    return true;
  }
  if (side.set->contains(*place->set)) return true;
  if (place->set->contains(*side.set)) {
    place->set = side.set;
    return true;
  }
  IntervalSet common = place->set->intersected(*side.set);
  if (common.empty()) return false;
  place->set = keep(std::move(common));
  return true;
}

bool LintSpace::meet(LintBox& box, const LintBox& other) {
  box.sure = box.sure && other.sure;
  return std::all_of(other.sides.begin(), other.sides.end(), [&](const LintSide& side) { return meet(box, side); });
}

// The plain terms, which most are.
std::optional<LintSide> LintSpace::side_of(const Term& term) const {
  if (term.negated) return std::nullopt;
  std::optional<LintSide> side;
  if (const auto* in = std::get_if<In>(&term.what)) side = LintSide{in->field, &in->set};
  if (const auto* in = std::get_if<InAddresses>(&term.what)) side = LintSide{in->field, &in->set.in(family_)};
  if (!side || side->set->empty() || side->set->max() > max_of(side->field)) return std::nullopt;
  if (side->set->min() == 0 && side->set->max() == max_of(side->field) && side->set->intervals().size() == 1) return std::nullopt;
  return side;
}

// Too many: what `b` says is forgotten, and said to be.
std::vector<LintBox> LintSpace::both(const std::vector<LintBox>& a, const std::vector<LintBox>& b) {
  std::vector<LintBox> out;
  if (a.size() * b.size() > kMostBoxes) {
    out = a;
    for (LintBox& box : out) box.sure = false;
    return out;
  }
  for (const LintBox& left : a)
    for (const LintBox& right : b) {
      LintBox box = left;
      if (meet(box, right)) out.push_back(std::move(box));
    }
  return out;
}

std::vector<LintBox> LintSpace::values(Field field, const IntervalSet& given, bool negated) {
  const IntervalSet all = IntervalSet::range(0, max_of(field));
  if (!negated && !given.empty() && given.max() <= max_of(field)) {
    if (given.contains(all)) return {LintBox{}};
    return {LintBox{{{field, &given}}, true, true}};
  }
  IntervalSet set = negated ? all.minus(given) : given.intersected(all);
  if (set.empty()) return {};
  if (set == all) return {LintBox{}};
  return {LintBox{{{field, keep(std::move(set))}}, true, true}};
}

std::vector<LintBox> LintSpace::any_of(const AnyOf& any, bool negated) {
  std::vector<LintBox> out;
  if (negated) {
    out = {LintBox{}};
    for (const auto& terms : any.alternatives) out = both(out, all(terms, true));
    return out;
  }
  for (const auto& terms : any.alternatives) {
    for (LintBox& box : all(terms, false)) out.push_back(std::move(box));
    if (out.size() > kMostBoxes) return {kUnsure};
  }
  return out;
}

// Negated: at least one of the terms does not hold.
std::vector<LintBox> LintSpace::all(const std::vector<Term>& terms, bool negated) {
  std::vector<LintBox> out;
  if (!negated) {
    out.emplace_back();
    out.back().sides.reserve(terms.size());
  }
  for (const Term& term : terms) {
    if (!negated) {
      if (const auto side = side_of(term))
        out.erase(std::remove_if(out.begin(), out.end(), [&](LintBox& box) { return !meet(box, *side); }), out.end());
      else
        out = both(out, one(term, term.negated));
      continue;
    }
    for (LintBox& box : one(term, !term.negated)) out.push_back(std::move(box));
    if (out.size() > kMostBoxes) return {kUnsure};
  }
  return out;
}

std::vector<LintBox> LintSpace::one(const Term& term, bool negated) {
  if (const auto* in = std::get_if<In>(&term.what)) return values(in->field, in->set, negated);
  if (const auto* in = std::get_if<InAddresses>(&term.what)) return values(in->field, in->set.in(family_), negated);
  if (const auto* any = std::get_if<AnyOf>(&term.what)) return any_of(*any, negated);
  if (const auto* masked = std::get_if<Masked>(&term.what))
    if (const auto set = masked_values(field_bits(masked->field, family_), masked->mask, masked->value))
      return values(masked->field, *keep(*set), negated);
  return {kUnsure};  // Unknown, a name that nobody bound, a mask with too many holes
}

std::vector<LintBox> LintSpace::boxes_of(const std::vector<Term>& terms) { return all(terms, false); }

}  // namespace fwproof::solver
