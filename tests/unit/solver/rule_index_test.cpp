// The index finds every rule that some packet of a box may match, in both families and over block borders; and it belongs to the rules that it was made from.
#include "model/rule_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>

#include "model/in_parts.h"

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

// Long chains: made by several threads, and what the first column left is remembered from one question to the next.
TEST(RuleIndex, FindsTheSameInLongChainsWhateverWasAskedBefore) {
  constexpr size_t kRules = 110'000;
  Random random(7);
  std::vector<Rule> rules;
  for (size_t i = 0; i < kRules; ++i) {
    const u128 net = random() % 256 << 8, port = random() % 1000;
    Rule rule;
    rule.terms.push_back({InAddresses{Field::dst, AddressSet::of(Family::v4, IntervalSet::range(net, net + 255))}});
    rule.terms.push_back({In{Field::dst_port, IntervalSet::range(port, port + random() % 100)}});
    rules.push_back(std::move(rule));
  }
  Policy policy = policy_of(std::move(rules));
  policy.v6 = false;
  policy.index = std::make_shared<const RuleIndex>(policy);
  const RuleColumns* columns = columns_of(policy, 0, Family::v4);
  ASSERT_NE(columns, nullptr);
  for (int question = 0; question < 40; ++question) {
    const u128 host = random() % 12 << 8 | 7, port = random() % 1000;   // more hosts than are remembered
    FieldBounds bounds;
    bounds.of(Field::dst) = question % 10 == 9 ? IntervalSet::range(0, 1 << 15) : IntervalSet::of(host);
    bounds.of(Field::dst_port) = IntervalSet::of(port);
    std::vector<uint32_t> found, wanted;
    columns->find(bounds, found);
    for (uint32_t rule = 0; rule < kRules; ++rule)
      if (may_match(policy.chains[0].rules[rule], bounds, Family::v4)) wanted.push_back(rule);
    EXPECT_EQ(found, wanted) << "question " << question;
    EXPECT_FALSE(found.empty());
  }
}

TEST(RuleIndex, LeavesOutDisabledRules) {
  std::vector<Rule> rules(200);
  for (size_t i = 0; i < rules.size(); ++i) rules[i].enabled = i % 2 == 0;
  rules[0].terms.push_back({In{Field::protocol, IntervalSet::of(proto_tcp)}});
  Policy policy = policy_of(std::move(rules));
  policy.index = std::make_shared<const RuleIndex>(policy, 1);
  FieldBounds bounds;
  bounds.of(Field::protocol) = IntervalSet::of(proto_udp);
  std::vector<uint32_t> found, wanted;
  columns_of(policy, 0, Family::v4)->find(bounds, found);
  for (uint32_t i = 2; i < 200; i += 2) wanted.push_back(i);
  EXPECT_EQ(found, wanted);
}

TEST(InParts, EveryIndexOnceAndFailuresComeOut) {
  constexpr size_t kCount = 100'001;
  std::vector<int> seen(kCount, 0);
  in_parts(kCount, 1000, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) ++seen[i];
  });
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), static_cast<std::ptrdiff_t>(kCount));
  in_parts(0, 1000, [&](size_t begin, size_t end) { EXPECT_EQ(begin, end); });
  const auto fail = [](size_t, size_t end) {
    if (end == kCount) throw std::runtime_error("the last part");
  };
  EXPECT_THROW(in_parts(kCount, 1000, fail), std::runtime_error);
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
