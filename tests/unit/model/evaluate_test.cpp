// How much the plain evaluator does at most. What it says is compared with the regions and with Z3 (tests/unit/agree).
#include <gtest/gtest.h>

#include "model/evaluate.h"

namespace fwproof::model {
namespace {

Packet some_packet() {
  Packet packet;
  packet.family = Family::v4;
  for (const Field field : {Field::src, Field::dst, Field::dst_port, Field::src_port}) packet.set(field, 1);
  packet.set(Field::protocol, proto_tcp);
  packet.set(Field::state, state_new);
  return packet;
}

// Each chain calls the next one so many times; the last does nothing.
Policy calling(uint32_t chains, uint32_t times) {
  Policy policy;
  policy.v4 = true;
  for (uint32_t i = 0; i < chains; ++i) {
    Chain chain;
    chain.name = "c" + std::to_string(i);
    chain.at_end = i == 0 ? ActionKind::drop : ActionKind::return_;
    for (uint32_t call = 0; call < times && i + 1 < chains; ++call) chain.rules.push_back({{}, {ActionKind::jump, i + 1}, {}, "", true, -1});
    policy.chains.push_back(std::move(chain));
  }
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  bind_names(policy, {});
  return policy;
}

TEST(Evaluate, chains_that_call_each_other_for_ever_end_at_a_limit) {
  const Outcome outcome = evaluate(calling(12, 40), Hook::input, some_packet());
  EXPECT_EQ(outcome.verdict, Verdict::depends);
  EXPECT_TRUE(outcome.limit_reached);
}

TEST(Evaluate, thousands_of_calls_do_not) {
  const Outcome outcome = evaluate(calling(4, 40), Hook::input, some_packet());
  EXPECT_EQ(outcome.verdict, Verdict::drop);
  EXPECT_FALSE(outcome.limit_reached);
}

// All ways share the limit: with a thousand of them, each may do little.
TEST(Evaluate, the_limit_is_for_all_ways) {
  Policy policy = calling(5, 13);
  const uint32_t unknown = add_unknown(policy, {UnknownCondition::Sharing::per_visit, "limit", "a", {}});
  std::vector<Rule>& rules = policy.chains[0].rules;
  for (int i = 0; i < 10; ++i) rules.insert(rules.begin(), {{{Unknown{unknown}}}, {ActionKind::proceed, 0}, {}, "", true, -1});
  EXPECT_TRUE(evaluate(policy, Hook::input, some_packet()).limit_reached);
  rules.erase(rules.begin(), rules.begin() + 10);
  EXPECT_FALSE(evaluate(policy, Hook::input, some_packet()).limit_reached);
}

}  // namespace
}  // namespace fwproof::model
