// Conditions of rules as products of sets, for lint: what a rule matches at most, and which part of that it matches for sure.
//
//   LintSpace space(policy, Family::v4);
//   for (const LintBox& box : space.boxes_of(rule.terms)) …   // their union holds every packet that the rule may match
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "model/policy.h"

namespace fwproof::solver {

struct LintSide {
  model::Field field;
  const model::IntervalSet* set;
};

// The product of its sides; a field without a side: any value.
struct LintBox {
  std::vector<LintSide> sides;  // ascending by field, each field once, no set is empty or everything
  bool sure = true;   // false: something in it is not known, so the rule may match less than this
  bool takes = true;  // sure, and no assumption is needed for it: what it takes is gone
};

// A value for every field.
using LintPoint = std::array<model::u128, model::kFields>;

// A box that owns its sets, for regions that are cut smaller and smaller.
using LintRegion = std::vector<std::pair<model::Field, model::IntervalSet>>;  // ascending by field

// Sets of fields, one bit each.
using LintFields = uint32_t;
static_assert(model::kFields <= 32);
constexpr LintFields bit_of(model::Field field) { return LintFields{1} << static_cast<unsigned>(field); }
constexpr LintFields kEveryField = (LintFields{1} << model::kFields) - 1;

// Ports, ICMP fields and TCP flags are 0 where the protocol has none.
bool is_a_packet(const LintPoint& point);
bool contains(const LintBox& box, const LintPoint& point, LintFields ignored = 0);
bool contains(const LintRegion& region, const LintPoint& point);
// Whether all of `inner` lies in `outer`.
bool contains(const LintBox& outer, const LintRegion& inner);
bool contains(const LintRegion& outer, const LintRegion& inner);
const model::IntervalSet* find(const LintRegion& region, model::Field field);
LintFields fields_of(const LintBox& box);
LintFields fields_of(const LintRegion& region);

// The values of one policy's fields in one family. Owns what boxes point at; the policy must outlive it.
class LintSpace {
 public:
  LintSpace(const model::Policy& policy, model::Family family);

  model::Family family() const { return family_; }
  model::u128 max_of(model::Field field) const { return max_[static_cast<size_t>(field)]; }
  // At most 64 boxes; a condition that would take more loses terms, and its boxes are not sure. No box: it never matches.
  std::vector<LintBox> boxes_of(const std::vector<model::Term>& terms);
  // Cuts the region down to the values in `set`; false: nothing is left.
  bool narrow(LintRegion& region, model::Field field, const model::IntervalSet& set) const;
  bool narrow(LintRegion& region, const LintBox& box, LintFields ignored = 0) const;
  // Takes the values in `set` out of the field's values; false: nothing is left.
  bool take_out(LintRegion& region, model::Field field, const model::IntervalSet& set) const;

 private:
  std::vector<LintBox> one(const model::Term& term, bool negated);
  std::vector<LintBox> values(model::Field field, const model::IntervalSet& set, bool negated);
  std::vector<LintBox> any_of(const model::AnyOf& any, bool negated);
  std::vector<LintBox> all(const std::vector<model::Term>& terms, bool negated);
  std::vector<LintBox> both(const std::vector<LintBox>& a, const std::vector<LintBox>& b);
  bool meet(LintBox& box, const LintBox& other);
  bool meet(LintBox& box, const LintSide& side);
  std::optional<LintSide> side_of(const model::Term& term) const;
  const model::IntervalSet* keep(model::IntervalSet set);

  model::Family family_;
  std::array<model::u128, model::kFields> max_{};
  std::deque<model::IntervalSet> kept_;
};

}  // namespace fwproof::solver
