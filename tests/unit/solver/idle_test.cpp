// Leaving out rules that do nothing for a question about what passes changes no answer, whatever the policy looks like.
#include <gtest/gtest.h>

#include <random>

#include "solver/ask.h"
#include "solver/boxes.h"
#include "solver/flow.h"
#include "solver/slice.h"
#include "tests/support/world.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

constexpr uint32_t kChains = 4;

Term among_few(std::mt19937& random) {
  const u128 first = random() % 6;
  return Term{In{Field::dst_port, IntervalSet::range(first, first + random() % 2)}};
}

// Rules about few ports; chains call later ones alone.
Chain some_chain(std::mt19937& random, uint32_t number, ActionKind at_end) {
  Chain chain{"c" + std::to_string(number), {}, at_end, {}, "", -1};
  constexpr std::array kinds = {ActionKind::accept, ActionKind::drop, ActionKind::drop, ActionKind::return_, ActionKind::return_, ActionKind::jump, ActionKind::go_to};
  const auto add = [&](std::vector<Term> terms, ActionKind kind) {
    const bool calls = kind == ActionKind::jump || kind == ActionKind::go_to;
    if (calls && number + 1 == kChains) return;
    Rule added = rule(std::move(terms), kind, static_cast<uint32_t>(chain.rules.size() + 1));
    if (calls) added.action.index = number + 1 + random() % (kChains - number - 1);
    chain.rules.push_back(std::move(added));
  };
  for (unsigned count = random() % 5; count > 0; --count) add({among_few(random)}, kinds[random() % kinds.size()]);
  constexpr std::array last = {ActionKind::drop, ActionKind::jump, ActionKind::go_to, ActionKind::reject};
  if (random() % 3 > 0) add({}, last[random() % last.size()]);
  return chain;
}

Policy some_policy(std::mt19937& random) {
  Policy policy;
  policy.v4 = true;
  for (uint32_t number = 0; number < kChains; ++number)
    policy.chains.push_back(some_chain(random, number, number > 0 ? ActionKind::return_ : random() % 4 > 0 ? ActionKind::accept : ActionKind::drop));
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  return policy;
}

TEST(Idle, rules_that_are_left_out_change_nothing) {
  std::mt19937 random(11);
  size_t left_out = 0;
  for (int round = 0; round < 30'000; ++round) {
    const Policy policy = some_policy(random);
    const Walk walk = walk_in(policy);
    const Slice all = slice(walk);
    Slice kept = all;
    leave_out_idle(walk, kept);
    left_out += policy.chains[0].at_end == ActionKind::accept && kept_rules(kept) < kept_rules(all);
    ASSERT_TRUE(sliced_rightly(walk, kept, true)) << round;
    ASSERT_EQ(compute(walk, kept, {}).legs[0].passes, compute(walk, all, {}).legs[0].passes) << round;
  }
  EXPECT_GT(left_out, 5'000u);
}

// A policy that knows no interface of the host to itself: both looks see that packets come in by some interface.
TEST(Idle, a_rule_for_no_interface_is_rightly_left_out) {
  Policy policy;
  policy.v4 = true;
  policy.interfaces.add("wan");
  policy.chains.push_back({"in", {rule({Term{In{Field::in, IntervalSet()}}}, ActionKind::accept, 1), rule({Term{In{Field::in, policy.interfaces.all()}, true}}, ActionKind::accept, 2)}, ActionKind::drop, {}, "", -1});
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  const Walk walk = walk_in(policy);
  const Slice kept = slice(walk);
  EXPECT_EQ(kept_rules(kept), 0u);
  EXPECT_TRUE(sliced_rightly(walk, kept));
}

// A part of a question has a slice within that of the whole, from which rules are missing already.
TEST(Idle, parts_may_lack_what_the_whole_lacks) {
  std::mt19937 random(13);
  size_t left_out = 0;
  for (int round = 0; round < 30'000; ++round) {
    const Policy policy = some_policy(random);
    const Walk walk = walk_in(policy);
    Slice kept = slice(walk);
    const size_t all = kept_rules(kept);
    leave_out_idle(walk, kept);
    left_out += kept_rules(kept) < all;
    Walk part = walk;
    const u128 first = random() % 6;
    part.in_question[0].dst_port = IntervalSet::range(first, first + random() % 3);
    Slice within = slice(part, &kept);
    if (random() % 2 == 0) leave_out_idle(part, within);
    ASSERT_TRUE(sliced_rightly(part, within, true)) << round;
    ASSERT_EQ(compute(part, within, {}).legs[0].passes, compute(part, slice(part), {}).legs[0].passes) << round;
  }
  EXPECT_GT(left_out, 5'000u);
}

// In a part all of whose packets one rule blocks, the chain is still closed for the rules that are missing.
TEST(Idle, a_rule_that_blocks_a_whole_part_is_no_fault) {
  std::vector<Rule> rules = {rule({tcp(), port(22)}, ActionKind::drop, 1)};
  for (unsigned network : {10u, 200u})
    for (unsigned host = 1; host < 100; host += 2) {
      const std::string source = std::to_string(network) + ".0.0." + std::to_string(host) + "/32";
      rules.push_back(rule({address_in(Field::src, source.c_str()), tcp(), field_in(Field::dst_port, IntervalSet::range(1000, 2000))}, ActionKind::accept, 2));
    }
  rules.push_back(rule({address_in(Field::src, "128.0.0.0/1")}, ActionKind::drop, 3));
  rules.push_back(rule({}, ActionKind::drop, 4));
  const Policy policy = input_policy(std::move(rules), ActionKind::accept);
  ProofSession proofs{Limits{}};
  const Answer answer = ask(walk_in(policy), Wanted::none_pass, {}, &proofs);
  EXPECT_EQ(answer.fault, "");
  EXPECT_TRUE(answer.proven);
  EXPECT_TRUE(answer.any_breaks);
}

// It is idle like any other, although its packets are apart from the call that closes the chain.
TEST(Idle, a_rule_that_no_packet_matches_is_no_fault) {
  Policy policy = input_policy({rule({port(7), port(4)}, ActionKind::drop, 1), rule({}, ActionKind::jump, 2, 2)}, ActionKind::accept);
  policy.chains.push_back({"drops", {rule({}, ActionKind::drop, 3)}, ActionKind::return_, {}, "", -1});
  ProofSession proofs{Limits{}};
  EXPECT_EQ(ask(walk_in(policy), Wanted::none_pass, {}, &proofs).fault, "");
}

// Any one rule more that is missing is either seen, or really changes nothing.
TEST(Idle, what_is_missing_wrongly_is_seen) {
  std::mt19937 random(12);
  size_t wrong = 0;
  for (int round = 0; round < 30'000; ++round) {
    const Policy policy = some_policy(random);
    const Walk walk = walk_in(policy);
    Slice kept = slice(walk);
    const FlowRegions whole = compute(walk, kept, {});
    if (random() % 2 == 0) leave_out_idle(walk, kept);
    std::vector<uint32_t>& chain = kept[&policy][random() % kChains];
    if (chain.empty()) continue;
    chain.erase(chain.begin() + static_cast<std::ptrdiff_t>(random() % chain.size()));
    if (compute(walk, kept, {}).legs[0].passes == whole.legs[0].passes) continue;
    ++wrong;
    ASSERT_FALSE(sliced_rightly(walk, kept, true)) << round;
  }
  EXPECT_GT(wrong, 3'000u);
}

}  // namespace
}  // namespace fwproof::solver
