// Conditions that no packet meets together share variables; the answers are the same as with a variable for each.
#include "solver/apart.h"

#include <gtest/gtest.h>

#include "solver/boxes.h"
#include "solver/flow.h"
#include "tests/support/world.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

constexpr unsigned kHosts = 100;

Rule asks(unsigned host, unsigned unknown, ActionKind kind, unsigned line) {
  return rule({address_in(Field::src, ("198.51.100." + std::to_string(host) + "/32").c_str()), Term{Unknown{unknown}}}, kind, line);
}

// Each host is let in by one of two conditions of its own; what comes from another is not.
Policy hosts() {
  Policy policy;
  policy.v4 = true;
  std::vector<Rule> rules;
  for (unsigned host = 0; host < kHosts; ++host)
    for (unsigned card = 0; card < 2; ++card) {
      const auto unknown = static_cast<unsigned>(policy.unknowns.size());
      policy.unknowns.push_back({UnknownCondition::Sharing::pure, "masked value", "card " + std::to_string(unknown), {0, unknown + 1}});
      rules.push_back(asks(host, unknown, ActionKind::accept, unknown + 1));
    }
  policy.chains.push_back({"c", std::move(rules), ActionKind::drop, {}, "", -1});
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  return policy;
}

PacketBox from(unsigned host) {
  PacketBox box = everything(Family::v4);
  box.src = AddressSet::of(*parse_prefix("198.51.100." + std::to_string(host) + "/32")).v4;
  return box;
}

std::vector<std::string> what(Flow& flow, Ref region) {
  std::vector<std::string> texts;
  for (const Dependence& one : flow.depends_on(0, region)) texts.push_back(one.what);
  return texts;
}

TEST(Apart, two_variables_stand_for_two_conditions_of_each_host) {
  const Policy policy = hosts();
  const Walk walk = walk_in(policy);
  const Apart apart = conditions_apart(walk, slice(walk), {});
  EXPECT_EQ(apart.conditions.size(), 2 * kHosts);
  for (const auto& [unknown, condition] : apart.conditions) EXPECT_LT(condition.group, 2u);
  // Those of one host are told apart.
  for (unsigned host = 0; host < kHosts; ++host)
    EXPECT_NE(apart.conditions.at({&policy, 2 * host}).group, apart.conditions.at({&policy, 2 * host + 1}).group);
}

TEST(Apart, each_packet_depends_on_the_conditions_that_it_meets) {
  Policy policy = hosts();
  policy.chains[0].rules.insert(policy.chains[0].rules.begin(), rule({address_in(Field::src, "198.51.100.7/32")}, ActionKind::accept, 900));
  const Walk walk = walk_in(policy);
  Flow flow(walk, slice(walk), {});
  EXPECT_EQ(what(flow, flow.region_of(from(3))), (std::vector<std::string>{"card 6", "card 7"}));
  EXPECT_TRUE(what(flow, flow.region_of(from(7))).empty());
  EXPECT_EQ(what(flow, flow.question()).size(), 2 * (kHosts - 1));
  Limits apart;
  apart.apart_from = 1'000;
  const FlowRegions shared = compute(walk, slice(walk), {}), own = compute(walk, slice(walk), apart);
  EXPECT_EQ(shared.legs[0].passes, own.legs[0].passes);
  EXPECT_EQ(shared.legs[0].blocked, own.legs[0].blocked);
  EXPECT_EQ(shared.legs[0].depends, own.legs[0].depends);
}

TEST(Apart, a_condition_that_is_asked_twice_has_its_own_variable) {
  Policy policy = hosts();
  policy.chains[0].rules.push_back(asks(200, 4, ActionKind::accept, 901));
  const Walk walk = walk_in(policy);
  const Apart apart = conditions_apart(walk, slice(walk), {});
  EXPECT_EQ(apart.conditions.size(), 2 * kHosts - 1);
  EXPECT_FALSE(apart.conditions.contains({&policy, 4}));
}

TEST(Apart, where_the_field_is_rewritten_nothing_is_shared) {
  Policy policy = hosts();
  RewriteAction action;
  action.steps.push_back({});
  action.steps[0].field = Field::src;
  action.steps[0].values = IntervalSet::of(1);
  policy.rewrites.push_back(action);
  policy.chains[0].rules.insert(policy.chains[0].rules.begin(), rule({}, ActionKind::rewrite, 900));
  const Walk walk = walk_in(policy);
  EXPECT_TRUE(conditions_apart(walk, slice(walk), {}).conditions.empty());
  // Nor in the answers of a connection.
  const Policy plain = hosts();
  Walk answered = walk_in(plain);
  answered.legs.push_back(answered.legs[0]);
  answered.legs[1].reply = true;
  EXPECT_TRUE(conditions_apart(answered, slice(answered), {}).conditions.empty());
}

// A rule that a packet meets twice asks it twice, if something was rewritten in between or where each visit is a draw of its own.
TEST(Apart, a_second_visit_is_another_condition) {
  for (const auto sharing : {UnknownCondition::Sharing::pure, UnknownCondition::Sharing::per_visit}) {
    Policy policy = hosts();
    for (UnknownCondition& unknown : policy.unknowns) unknown.sharing = sharing;
    // Called twice: goes on where the condition holds; else it is let in if it is marked, which it is the second time.
    Chain called = policy.chains[0];
    for (Rule& rule : called.rules) rule.action.kind = ActionKind::return_;
    called.rules.push_back(rule({field_in(Field::mark, IntervalSet::of(1))}, ActionKind::accept, 800));
    called.rules.push_back(rule({}, ActionKind::drop, 801));
    policy.chains.push_back(std::move(called));
    RewriteAction marking;
    marking.steps.push_back({});
    marking.steps[0].field = Field::mark;
    marking.steps[0].values = IntervalSet::of(1);
    policy.rewrites.push_back(marking);
    const auto calls = [](unsigned line) {
      Rule call = rule({}, ActionKind::jump, line);
      call.action.index = 1;
      return call;
    };
    policy.chains[0].rules = {calls(901), rule({}, ActionKind::rewrite, 902), calls(903)};
    const Walk walk = walk_in(policy);
    ASSERT_FALSE(conditions_apart(walk, slice(walk), {}).conditions.empty());
    const FlowRegions regions = compute(walk, slice(walk), {});
    const auto has = [](const std::vector<PacketBox>& boxes, u128 src) { return std::any_of(boxes.begin(), boxes.end(), [&](const PacketBox& box) { return box.src.contains(src); }); };
    EXPECT_TRUE(has(regions.legs[0].depends, from(5).src.min()));
    EXPECT_FALSE(has(regions.legs[0].blocked, from(5).src.min()));
  }
}

}  // namespace
}  // namespace fwproof::solver
