// Questions that are too much at once are answered in pieces: the answer is the same, or says that it is not all.
#include "solver/pieces.h"

#include <gtest/gtest.h>

#include "solver/ask.h"
#include "tests/support/world.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

// Neighbouring networks that are let in or not, each on ports of its own that cut those of its neighbours.
std::vector<Rule> crossing(unsigned count) {
  std::vector<Rule> rules = {stateful()};
  for (unsigned i = 0; i < count; ++i) {
    const std::string source = std::to_string(16 + i * 7 % 80) + "." + std::to_string(i % 16 * 16) + ".0.0/" + std::to_string(5 + i % 8);
    const IntervalSet ports = IntervalSet::range(1000 + i * 137 % 4000, 1400 + i * 137 % 4000 + i % 5 * 300);
    rules.push_back(rule({tcp(), address_in(Field::src, source.c_str()), field_in(Field::dst_port, ports)}, i % 2 ? ActionKind::drop : ActionKind::accept, i + 10));
  }
  return rules;
}

// Source and port of everything that a result lists.
bool is_listed(const Result& result, u128 source, u128 port) {
  return std::any_of(result.counterexamples.begin(), result.counterexamples.end(), [&](const Counterexample& example) {
    return example.region.sets.at(Field::src).contains(source) && example.region.sets.at(Field::dst_port).contains(port);
  });
}

TEST(Pieces, an_answer_in_pieces_lists_the_same_packets) {
  World world(crossing(160));
  const Result whole = world.result("unlisted-tcp-SERVER");
  ASSERT_EQ(whole.truth, Truth::violated);
  ASSERT_TRUE(whole.complete);
  bool cut = false;
  for (uint64_t steps = 100'000; steps > 5'000; steps = steps * 2 / 3) {
    world.options.limits.diagram_steps = steps;
    const Result pieces = world.result("unlisted-tcp-SERVER");
    EXPECT_NE(pieces.truth, Truth::holds);
    if (!pieces.complete || pieces.truth != Truth::violated) continue;
    cut = cut || pieces.counterexamples.size() != whole.counterexamples.size();
    for (u128 source = 16; source < 100; ++source)
      for (u128 port = 950; port < 7000; port += 50)
        ASSERT_EQ(is_listed(whole, source << 24 | 0x100000, port), is_listed(pieces, source << 24 | 0x100000, port)) << static_cast<unsigned>(source) << " " << static_cast<unsigned>(port);
  }
  EXPECT_TRUE(cut);
}

TEST(Pieces, without_work_left_the_answer_is_cannot_tell_or_at_least) {
  World world(crossing(120));
  world.options.limits.diagram_steps = 300;
  world.options.limits.run_steps = 0;
  const Result result = world.result("unlisted-tcp-SERVER");
  EXPECT_FALSE(result.complete);
  ASSERT_FALSE(result.reasons.empty());
  EXPECT_EQ(result.reasons[0].rfind("limit reached: ", 0), 0u) << result.reasons[0];
}

Policy policy_of(std::vector<Rule> rules) {
  Policy policy;
  policy.v4 = true;
  policy.chains.push_back({"c", std::move(rules), ActionKind::drop, {}, "", -1});
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  return policy;
}

TEST(Pieces, halves_are_disjoint_and_together_the_whole) {
  const Policy policy = policy_of(crossing(60));
  PacketBox box = everything(Family::v4);
  box.protocol = IntervalSet::of(proto_tcp);
  const Walk walk = walk_in(policy, box);
  const auto halves = cut({everything(Family::v4), walk, slice(walk)});
  ASSERT_TRUE(halves);
  const auto& [a, b] = *halves;
  EXPECT_TRUE(is_empty(intersection(a.frame, b.frame)));
  for (const Field field : kClientFields) EXPECT_EQ(set_of(a.frame, field).united(set_of(b.frame, field)), set_of(everything(Family::v4), field));
  for (const Piece& half : *halves) {
    EXPECT_LT(kept_rules(half.slice), kept_rules(slice(walk)));
    EXPECT_TRUE(sliced_rightly(half.walk, half.slice));
    EXPECT_EQ(half.slice, slice(half.walk));
  }
}

// Whoever asks leaves out ways that no packet takes (Answer::any_stays): one that was not looked at is none of these.
TEST(Pieces, a_way_without_an_answer_is_not_a_way_that_nobody_takes) {
  const Policy policy = policy_of(crossing(60));
  PacketBox box = everything(Family::v4);
  box.protocol = IntervalSet::of(proto_tcp);
  Limits limits;
  limits.run_steps = 0;
  const Answer answer = ask(walk_in(policy, box), Wanted::all_pass, limits, nullptr);
  EXPECT_FALSE(answer.limit.empty());
  EXPECT_FALSE(answer.empty);
  EXPECT_TRUE(answer.any_stays);
}

TEST(Pieces, what_nothing_comes_to_is_not_in_the_slice) {
  const Policy policy = policy_of({rule({address_in(Field::src, "192.0.2.0/24")}, ActionKind::accept, 1), rule({tcp()}, ActionKind::drop, 2), rule({tcp(), port(80)}, ActionKind::accept, 3)});
  PacketBox box = everything(Family::v4);
  box.protocol = IntervalSet::of(proto_tcp);
  const Walk walk = walk_in(policy, box);
  Slice kept = slice(walk);
  EXPECT_EQ(kept_rules(kept), 2u);
  EXPECT_TRUE(sliced_rightly(walk, kept));
  kept[&policy][0] = {1, 2};   // the rule before the end is missing
  EXPECT_FALSE(sliced_rightly(walk, kept));
  const Walk any = walk_in(policy, everything(Family::v4));
  EXPECT_EQ(kept_rules(slice(any)), 3u);   // udp comes to the third rule
}

TEST(Pieces, rules_of_the_loopback_interface_bear_on_nothing_that_comes_from_another_host) {
  Policy policy = policy_of({});
  policy.interfaces.add("lo");
  policy.interfaces.add("eth0");
  const auto through = [&](const char* interface, ActionKind kind, unsigned line) {
    return rule({field_in(Field::in, policy.interfaces.atoms(interface))}, kind, line);
  };
  policy.chains[0].rules = {through("lo", ActionKind::accept, 1), through("eth0", ActionKind::drop, 2), rule({}, ActionKind::accept, 3)};
  Walk walk = walk_in(policy, everything(Family::v4));
  Slice kept = slice(walk);
  EXPECT_EQ(kept[&policy][0], (std::vector<uint32_t>{1, 2}));
  EXPECT_TRUE(sliced_rightly(walk, kept));
  kept[&policy][0] = {2};
  EXPECT_FALSE(sliced_rightly(walk, kept));
  walk.legs[0].hops[0].in = policy.interfaces.atoms("lo");
  kept = slice(walk);
  EXPECT_EQ(kept[&policy][0], (std::vector<uint32_t>{0}));   // it takes all of that interface
  EXPECT_TRUE(sliced_rightly(walk, kept));
  kept[&policy][0] = {1, 2};
  EXPECT_FALSE(sliced_rightly(walk, kept));
}

TEST(Pieces, behind_a_rule_for_established_packets_an_answer_comes_to_nothing_but_in_nat) {
  const Rule established = rule({field_in(Field::state, IntervalSet::of(state_established))}, ActionKind::accept, 1);
  Policy policy = policy_of({established, rule({tcp()}, ActionKind::drop, 2)});
  Walk walk = walk_in(policy, everything(Family::v4));
  walk.legs[0].state = IntervalSet::of(state_established);
  Slice kept = slice(walk);
  EXPECT_EQ(kept[&policy][0], (std::vector<uint32_t>{0}));
  EXPECT_TRUE(sliced_rightly(walk, kept));
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::nat, 0}};   // looks at it as if it were new
  EXPECT_FALSE(sliced_rightly(walk, kept));
  kept = slice(walk);
  EXPECT_EQ(kept[&policy][0], (std::vector<uint32_t>{0, 1}));
  EXPECT_TRUE(sliced_rightly(walk, kept));
}

// Many sources hang on conditions of their own; nothing else is open. The proof of the latter is not about the former's rules.
TEST(Pieces, what_is_proven_of_some_packets_is_not_about_the_rules_of_others) {
  std::vector<Rule> rules;
  for (unsigned i = 0; i < 200; ++i) {
    const std::string source = "198.51.100." + std::to_string(i) + "/32";
    rules.push_back(rule({address_in(Field::src, source.c_str()), Term{Unknown{0}}}, ActionKind::accept, 2 * i + 1));
    rules.push_back(rule({address_in(Field::src, source.c_str())}, ActionKind::drop, 2 * i + 2));
  }
  Policy policy = policy_of(std::move(rules));
  policy.unknowns.push_back({UnknownCondition::Sharing::pure, "string", "a", {}});
  const Walk walk = walk_in(policy, everything(Family::v4));
  ProofSession proofs{Limits{}};
  const Answer answer = ask(walk, Wanted::none_pass, {}, &proofs);
  EXPECT_TRUE(answer.proven) << answer.limit << answer.fault;
  EXPECT_TRUE(answer.any_undecided);
  EXPECT_FALSE(answer.any_breaks);
  EXPECT_LE(answer.proof.queries, 3u);
}

}  // namespace
}  // namespace fwproof::solver
