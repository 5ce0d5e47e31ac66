// The Z3 encoding on small policies whose answers are known.
#include <gtest/gtest.h>

#include "solver/encode.h"
#include "tests/support/random_policy.h"

namespace fwproof {
namespace {

using namespace model;
using solver::PacketBox;
using solver::Prover;
using solver::Walk;
using testing::tiny_universe;
using testing::tiny_walk;
using Answer = Prover::Answer;

Term dst_port(unsigned port) { return {In{Field::dst_port, IntervalSet::of(port)}}; }
Term mark(unsigned value) { return {Masked{Field::mark, 0xff, value}}; }
Rule rule(std::vector<Term> terms, ActionKind kind, uint32_t index = 0) { return {std::move(terms), {kind, index}, {}, "", true, -1}; }
Chain chain(ActionKind at_end, std::vector<Rule> rules) { return {"chain", std::move(rules), at_end, {}, "", -1}; }

Policy policy_of(std::vector<Chain> chains) {
  Policy policy;
  policy.v4 = true;
  policy.chains = std::move(chains);
  policy.hooks[0] = {{Stage::Kind::filter, 0}};
  return policy;
}

PacketBox port(unsigned port) {
  PacketBox box = tiny_universe();
  box.dst_port = IntervalSet::of(port);
  return box;
}

TEST(Encode, AnswersForOneRule) {
  const Policy policy = policy_of({chain(ActionKind::drop, {rule({dst_port(1)}, ActionKind::accept)})});
  Prover prover(tiny_walk(policy, Hook::input, state_new), nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {port(1)}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(0, {port(1)}), Answer::proven);
  EXPECT_EQ(prover.none_passes(0, {port(2)}), Answer::proven);
  EXPECT_EQ(prover.none_passes(0, {tiny_universe()}), Answer::refuted);
  ASSERT_TRUE(prover.witness());
  EXPECT_EQ(prover.witness()->get(Field::dst_port), 1u);
  // Whatever the claim does without.
  for (const Field field : {Field::src, Field::dst, Field::protocol, Field::src_port, Field::icmp_type, Field::icmp_code, Field::state, Field::tcp_flags})
    EXPECT_TRUE(prover.witness()->has(field)) << field_text(field);
  EXPECT_EQ(prover.proof().queries, 4u);
}

// Of many addresses, every `step`th from `first` on.
IntervalSet scattered(unsigned first, unsigned step, unsigned count) {
  std::vector<Interval> all;
  for (unsigned i = 0; i < count; ++i) all.push_back({first + i * step, first + i * step});
  return IntervalSet::from(std::move(all));
}

Walk from_anywhere(const Policy& policy) {
  Walk walk = tiny_walk(policy, Hook::input, state_new);
  walk.in_question[0].src = IntervalSet::all(32);
  return walk;
}

PacketBox sources(const IntervalSet& src) {
  PacketBox box = tiny_universe();
  box.src = src;
  return box;
}

Term from(const IntervalSet& src) { return {InAddresses{Field::src, AddressSet::of(Family::v4, src)}}; }

TEST(Encode, AnswersForALargeSet) {
  const IntervalSet set = scattered(1000, 3, 20'000), one = IntervalSet::of(1003), other = IntervalSet::of(1004);
  const Policy policy = policy_of({chain(ActionKind::drop, {rule({from(set)}, ActionKind::accept)})});
  Prover prover(from_anywhere(policy), nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {sources(set)}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(0, {sources(set)}), Answer::proven);
  EXPECT_EQ(prover.all_pass(0, {sources(set.intersected(IntervalSet::range(2000, 30'000)))}), Answer::proven);
  EXPECT_EQ(prover.none_passes(0, {sources(set.complement(max_value(32)))}), Answer::proven);
  EXPECT_EQ(prover.none_passes(0, {sources(IntervalSet::range(0, 999))}), Answer::proven);
  EXPECT_EQ(prover.all_pass(0, {sources(one)}), Answer::proven);
  EXPECT_EQ(prover.all_pass(0, {sources(set.united(other))}), Answer::refuted);
  EXPECT_EQ(prover.witness()->get(Field::src), 1004u);
  EXPECT_EQ(prover.none_passes_outside(0, {sources(set.minus(one))}), Answer::refuted);
  EXPECT_EQ(prover.witness()->get(Field::src), 1003u);
  EXPECT_EQ(prover.none_passes(0, {sources(IntervalSet::all(32))}), Answer::refuted);
  EXPECT_TRUE(set.contains(prover.witness()->get(Field::src)));
}

TEST(Encode, AnswersForSeveralLargeSets) {
  const IntervalSet banned = scattered(1000, 6, 9'000), allowed = scattered(1000, 3, 20'000), also = scattered(1001, 5, 9'000);
  const Policy policy = policy_of({chain(ActionKind::drop, {rule({from(banned)}, ActionKind::drop), rule({from(allowed)}, ActionKind::accept), rule({from(also)}, ActionKind::accept)})});
  const IntervalSet open = allowed.united(also).minus(banned);
  Prover prover(from_anywhere(policy), nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {sources(open)}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(0, {sources(open)}), Answer::proven);
  EXPECT_EQ(prover.none_passes(0, {sources(banned)}), Answer::proven);
  EXPECT_EQ(prover.all_pass(0, {sources(allowed)}), Answer::refuted);
  EXPECT_EQ(prover.none_passes_outside(0, {sources(open.minus(IntervalSet::of(1003)))}), Answer::refuted);
  EXPECT_EQ(prover.witness()->get(Field::src), 1003u);
}

// One set is a predicate, the other alone would be written out: what they have in common must be said all the same.
TEST(Encode, AnswersForALargeSetBesideOneThatIsNearlyAsLarge) {
  const IntervalSet large = scattered(1000, 3, 1'011), nearly = scattered(1000, 3, 993);
  const Policy policy = policy_of({chain(ActionKind::drop, {rule({from(nearly)}, ActionKind::drop), rule({from(large)}, ActionKind::accept)})});
  const IntervalSet open = large.minus(nearly);
  Prover prover(from_anywhere(policy), nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {sources(open)}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(0, {sources(open)}), Answer::proven);
  EXPECT_EQ(prover.all_pass(0, {sources(large)}), Answer::refuted);
}

TEST(Encode, EmptySurroundingsProveNothing) {
  const Policy policy = policy_of({chain(ActionKind::drop, {})});
  Walk walk = tiny_walk(policy, Hook::input, state_new);
  walk.legs[0].hops[0].in = IntervalSet();
  EXPECT_EQ(Prover(walk, nullptr, {}).none_passes(0, {tiny_universe()}), Answer::unknown);
  walk = tiny_walk(policy, Hook::input, state_new);
  walk.legs[0].state = IntervalSet();
  EXPECT_EQ(Prover(walk, nullptr, {}).none_passes(0, {tiny_universe()}), Answer::unknown);
}

TEST(Encode, MarksTravelFromStageToStage) {
  Policy policy = policy_of({chain(ActionKind::accept, {rule({dst_port(1)}, ActionKind::rewrite, 0)}),
                             chain(ActionKind::drop, {rule({mark(7)}, ActionKind::accept)})});
  policy.rewrites = {{{{Rewrite::Kind::set_bits, Field::mark, {}, "", 0xff, 7}}, ActionKind::proceed}};
  policy.hooks[0].push_back({Stage::Kind::filter, 1});
  Prover prover(tiny_walk(policy, Hook::input, state_new), nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {port(1)}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(0, {port(1)}), Answer::proven);
}

TEST(Encode, AnUnknownTargetDecidesFreely) {
  Policy policy = policy_of({chain(ActionKind::drop, {rule({dst_port(1)}, ActionKind::unknown, 0)})});
  add_unknown(policy, {UnknownCondition::Sharing::per_visit, "target", "NFQUEUE", {}});
  Prover prover(tiny_walk(policy, Hook::input, state_new), nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {port(1)}), Answer::refuted);
  EXPECT_EQ(prover.none_passes(0, {port(1)}), Answer::refuted);
  EXPECT_EQ(prover.none_passes_outside(0, {port(1)}), Answer::proven);
}

// Two rules on one condition and its opposite: all is accepted only when the condition is the same both times.
Answer both_ways(UnknownCondition::Sharing sharing) {
  Policy policy = policy_of({chain(ActionKind::drop, {rule({{Unknown{0}}}, ActionKind::accept), rule({{Unknown{0}, true}}, ActionKind::accept)})});
  add_unknown(policy, {sharing, "string", "x", {}});
  return Prover(tiny_walk(policy, Hook::input, state_new), nullptr, {}).all_pass(0, {tiny_universe()});
}
TEST(Encode, PureConditionsAreShared) { EXPECT_EQ(both_ways(UnknownCondition::Sharing::pure), Answer::proven); }
TEST(Encode, VisitsDoNotShare) { EXPECT_EQ(both_ways(UnknownCondition::Sharing::per_visit), Answer::refuted); }

// Chain i calls chain i + 1 twice; the last one has one rule.
Policy doubling(size_t depth, const Term& last) {
  std::vector<Chain> chains;
  for (size_t i = 0; i < depth; ++i) {
    const auto next = static_cast<uint32_t>(i + 1);
    chains.push_back(chain(ActionKind::return_, {rule({}, ActionKind::jump, next), rule({}, ActionKind::jump, next)}));
  }
  chains[0].at_end = ActionKind::drop;
  chains.push_back(chain(ActionKind::return_, {rule({last}, ActionKind::accept)}));
  return policy_of(std::move(chains));
}

TEST(Encode, PureChainsAreEncodedOnce) {
  const Policy policy = doubling(30, dst_port(1));
  Prover prover(tiny_walk(policy, Hook::input, state_new), nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {port(1)}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(0, {port(1)}), Answer::proven);
}

TEST(Encode, TooManyVisitsAreUnknown) {
  Policy policy = doubling(30, {Unknown{0}});
  add_unknown(policy, {UnknownCondition::Sharing::per_visit, "limit", "x", {}});
  Prover prover(tiny_walk(policy, Hook::input, state_new), nullptr, {.visits = 1000});
  EXPECT_EQ(prover.all_pass(0, {port(1)}), Answer::unknown);
  EXPECT_EQ(prover.none_passes(0, {port(1)}), Answer::unknown);
}

TEST(Encode, DroppedRulesDoNotMatch) {
  const Policy policy = policy_of({chain(ActionKind::drop, {rule({dst_port(1)}, ActionKind::accept), rule({dst_port(2)}, ActionKind::accept)})});
  const solver::Slice slice = {{&policy, {{0}}}};
  Prover prover(tiny_walk(policy, Hook::input, state_new), &slice, {});
  EXPECT_EQ(prover.all_pass(0, {port(1)}), Answer::proven);
  EXPECT_EQ(prover.none_passes(0, {port(2)}), Answer::proven);
}

// REDIRECT of port 1 to 3 on the target host; its filter accepts port 3 in, and answers from port 3 out.
Policy redirecting(ActionKind answers_from_1) {
  Policy policy = policy_of({chain(ActionKind::accept, {rule({dst_port(1)}, ActionKind::rewrite, 0)}),
                             chain(ActionKind::drop, {rule({dst_port(3)}, ActionKind::accept)}),
                             chain(ActionKind::drop, {rule({{In{Field::src_port, IntervalSet::of(3)}}}, ActionKind::accept),
                                                      rule({{In{Field::src_port, IntervalSet::of(1)}}}, answers_from_1)}),
                             chain(ActionKind::accept, {rule({{In{Field::src_port, IntervalSet::of(3)}}}, ActionKind::drop)})});
  policy.rewrites = {{{{Rewrite::Kind::assign, Field::dst_port, IntervalSet::of(3)}}, ActionKind::accept}};
  policy.hooks[0] = {{Stage::Kind::nat, 0}, {Stage::Kind::filter, 1}};
  policy.hooks[1] = {{Stage::Kind::nat, 4}, {Stage::Kind::filter, 2}, {Stage::Kind::nat, 4}, {Stage::Kind::filter, 3}};
  policy.chains.push_back(chain(ActionKind::accept, {}));
  return policy;
}

Walk with_reply(const Policy& policy) {
  Walk walk = tiny_walk(policy, Hook::input, state_new);
  solver::WalkLeg reply = walk.legs[0];
  reply.name = "reply";
  reply.reply = true;
  reply.state = IntervalSet::of(state_established);
  reply.tcp_flags = IntervalSet::of(tcp_syn | tcp_ack);
  reply.hops[0].hook = Hook::output;
  walk.legs.push_back(reply);
  solver::WalkLeg ack = walk.legs[0];
  ack.state = IntervalSet::of(state_established);
  ack.tcp_flags = IntervalSet::of(tcp_ack);
  walk.legs.push_back(ack);
  return walk;
}

TEST(Encode, RedirectIsUndoneOnAnswers) {
  const Policy policy = redirecting(ActionKind::drop);
  Prover prover(with_reply(policy), nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {port(1), port(3)}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(0, {port(1), port(3)}), Answer::proven);
  // The filter sees source port 3 in both; behind the last nat stage the answer to port 1 comes from port 1 again.
  EXPECT_EQ(prover.all_pass(1, {port(1)}), Answer::proven);
  EXPECT_EQ(prover.none_passes(1, {port(3)}), Answer::proven);
  EXPECT_EQ(prover.all_pass(2, {port(1), port(3)}), Answer::proven);
  EXPECT_EQ(prover.all_pass(Prover::kAllLegs, {port(1)}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(Prover::kAllLegs, {port(1)}), Answer::proven);
}

TEST(Encode, PacketsThatAreSentOnDoNotArrive) {
  Policy policy = policy_of({chain(ActionKind::accept, {})});
  policy.hooks[0] = {{Stage::Kind::route, 0}, {Stage::Kind::filter, 0}};
  const AddressSet local = AddressSet::of(Family::v4, IntervalSet::of(2));
  Walk walk = tiny_walk(policy, Hook::input, state_new);
  walk.legs[0].hops[0].local = &local;
  PacketBox own = tiny_universe();
  own.dst = IntervalSet::of(2);
  Prover prover(walk, nullptr, {});
  EXPECT_EQ(prover.all_pass(0, {own}), Answer::proven);
  EXPECT_EQ(prover.none_passes_outside(0, {own}), Answer::proven);
}

}  // namespace
}  // namespace fwproof
