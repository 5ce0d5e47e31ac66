// The index finds every rule that some packet of a box may match, in both families and over block borders; and it belongs to the rules that it was made from.
#include "model/rule_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace fwproof::model {
namespace {

using Random = std::mt19937_64;

u128 number(Random& random, unsigned bits) {
  const u128 wide = u128{random()} << 64 | random();
  return (wide >> (random() % 128)) & max_value(bits);
}

IntervalSet some_set(Random& random, unsigned bits) {
  std::vector<Interval> parts;
  for (uint64_t i = 0, count = random() % 3; i <= count; ++i) {
    const u128 a = number(random, bits), b = random() % 3 == 0 ? a : number(random, bits);
    parts.push_back({std::min(a, b), std::max(a, b)});
  }
  return IntervalSet::from(std::move(parts));
}

constexpr Field kFieldsOfRules[] = {Field::src, Field::dst, Field::dst_port, Field::protocol, Field::src_port};

Rule some_rule(Random& random, Family family) {
  Rule rule;
  for (const Field field : kFieldsOfRules) {
    const uint64_t dice = random() % 8;
    if (dice < 3) continue;
    IntervalSet set = dice == 3 ? IntervalSet{} : some_set(random, field_bits(field, family));
    const bool negated = dice == 4;
    if (field == Field::src || field == Field::dst) rule.terms.push_back({InAddresses{field, AddressSet::of(family, std::move(set))}, negated});
    else rule.terms.push_back({In{field, std::move(set)}, negated});
  }
  rule.action = {ActionKind::drop, 0};
  return rule;
}

// Some packet of the box matches: each field is looked at alone, as the terms are.
bool may_match(const Rule& rule, const FieldBounds& bounds, Family family) {
  for (const Field field : kFieldsOfRules) {
    IntervalSet left = bounds.of(field).value_or(IntervalSet::all(field_bits(field, family)));
    for (const Term& term : rule.terms) {
      const auto* in = std::get_if<In>(&term.what);
      const auto* addresses = std::get_if<InAddresses>(&term.what);
      if ((in ? in->field : addresses->field) != field) continue;
      const IntervalSet& set = in ? in->set : addresses->set.in(family);
      left = term.negated ? left.minus(set) : left.intersected(set);
    }
    if (left.empty()) return false;
  }
  return true;
}

Policy policy_of(std::vector<Rule> rules) {
  Policy policy;
  policy.v4 = policy.v6 = true;
  policy.chains.push_back({"c", std::move(rules), ActionKind::drop, {}, "", -1});
  return policy;
}

TEST(RuleIndex, MissesNoRuleThatMayMatch) {
  constexpr uint64_t kSeed = 20'261'129;
  Random random(kSeed);
  size_t found_rules = 0, all_rules = 0;
  for (int round = 0; round < 60; ++round) {
    const Family family = round % 2 ? Family::v6 : Family::v4;
    std::vector<Rule> rules;
    for (uint64_t i = 0, count = 1 + random() % 300; i < count; ++i) rules.push_back(some_rule(random, family));
    Policy policy = policy_of(std::move(rules));
    policy.index = std::make_shared<const RuleIndex>(policy, 1);
    const RuleColumns* columns = columns_of(policy, 0, family);
    ASSERT_NE(columns, nullptr);
    for (int box = 0; box < 40; ++box) {
      FieldBounds bounds;
      for (const Field field : kFieldsOfRules)
        if (random() % 3) bounds.of(field) = some_set(random, field_bits(field, family));
      std::vector<uint32_t> found;
      columns->find(bounds, found);
      EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
      for (uint32_t rule = 0; rule < policy.chains[0].rules.size(); ++rule) {
        const bool must = may_match(policy.chains[0].rules[rule], bounds, family);
        EXPECT_TRUE(!must || std::binary_search(found.begin(), found.end(), rule)) << "seed " << kSeed << " round " << round << " rule " << rule;
      }
      found_rules += found.size();
      all_rules += policy.chains[0].rules.size();
    }
  }
  EXPECT_LT(found_rules, all_rules * 2 / 3);   // it does leave rules out
}

TEST(RuleIndex, BelongsToTheRulesThatItWasMadeFrom) {
  Random random(1);
  Policy policy = policy_of({some_rule(random, Family::v4), some_rule(random, Family::v4)});
  policy.index = std::make_shared<const RuleIndex>(policy, 1);
  EXPECT_NE(columns_of(policy, 0, Family::v4), nullptr);
  const Policy copy = policy;
  EXPECT_EQ(columns_of(copy, 0, Family::v4), nullptr);
  const Policy moved = std::move(policy);
  EXPECT_NE(columns_of(moved, 0, Family::v4), nullptr);
  Policy longer = policy_of({some_rule(random, Family::v4)});
  longer.index = std::make_shared<const RuleIndex>(longer, 1);
  longer.chains[0].rules.push_back(some_rule(random, Family::v4));
  EXPECT_EQ(columns_of(longer, 0, Family::v4), nullptr);
}

}  // namespace
}  // namespace fwproof::model
