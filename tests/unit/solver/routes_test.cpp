// Walks that follow routes: other ways, answers that come back from elsewhere, and devices that see one direction only.
#include <gtest/gtest.h>

#include "solver/ask.h"
#include "tests/support/build_policy.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

AddressSet addresses(const std::string& prefix) { return AddressSet::of(*parse_prefix(prefix)); }
IntervalSet address(const std::string& text) { return addresses(text).v4; }

// A router that gives the destination (and, in `sources`, the source) of some packets another address: [nat] route [filter] [nat].
Policy router(std::vector<Rule> destinations, std::vector<Rule> sources, const std::string& inside, const std::string& outside) {
  Policy policy;
  policy.v4 = true;
  policy.interfaces.add("lo");
  policy.rewrites = {{{{Rewrite::Kind::assign, Field::dst, address(inside)}}, ActionKind::accept},
                     {{{Rewrite::Kind::assign, Field::src, address(outside)}}, ActionKind::accept}};
  policy.chains = {{"dstnat", std::move(destinations), ActionKind::accept, {}, "", -1},
                   {"forward", {}, ActionKind::accept, {}, "", -1},
                   {"srcnat", std::move(sources), ActionKind::accept, {}, "", -1}};
  policy.hooks[static_cast<size_t>(Hook::forward)] = {
      {Stage::Kind::nat, 0}, {Stage::Kind::route, 0}, {Stage::Kind::filter, 1}, {Stage::Kind::nat, 2}};
  return policy;
}

Rule to_inside(const std::string& outside, uint32_t line) {
  return rule({address_in(Field::dst, outside)}, ActionKind::rewrite, line, 0);
}
Rule from_outside(uint32_t line) { return rule({}, ActionKind::rewrite, line, 1); }

WalkHop hop(const Policy& policy, const std::string& device) {
  WalkHop hop;
  hop.policy = &policy;
  hop.hook = Hook::forward;
  hop.device = device;
  return hop;
}

// One client asks 203.0.113.1 over UDP.
Walk question(std::vector<WalkHop> there, std::vector<WalkHop> back) {
  Walk walk;
  walk.in_question = {{address("192.0.2.10"), address("203.0.113.1"), IntervalSet::of(proto_udp), IntervalSet::range(1024, 65535),
                       IntervalSet::of(8450), IntervalSet::of(0), IntervalSet::of(0)}};
  walk.legs = {{"request", false, IntervalSet::of(state_new), IntervalSet::of(0), std::move(there)},
               {"reply", true, IntervalSet::of(state_established), IntervalSet::of(0), std::move(back)}};
  walk.must_return = true;
  return walk;
}

Answer ask_all(const Walk& walk) {
  ProofSession proofs({});
  const Answer answer = ask(walk, Wanted::all_pass, {}, &proofs);
  EXPECT_EQ(answer.fault, "");
  EXPECT_TRUE(answer.proven || !answer.limit.empty());
  return answer;
}

TEST(Routes, a_server_beside_the_client_answers_it_directly_from_an_address_that_it_did_not_ask) {
  const Policy edge = router({to_inside("203.0.113.1", 7)}, {}, "192.0.2.20", "192.0.2.1");
  const Answer answer = ask_all(question({hop(edge, "edge")}, {}));
  ASSERT_EQ(answer.breaks.size(), 1u);
  const Finding& finding = answer.breaks[0];
  EXPECT_EQ(finding.leg, 1u);
  EXPECT_TRUE(finding.decided_by.empty());
  EXPECT_TRUE(finding.replay.foreign_answer);
  EXPECT_EQ(finding.replay.outcome.out.get(Field::src), parse_address("192.0.2.20")->value);
  ASSERT_TRUE(finding.replay.moved_by.has_value());
  EXPECT_EQ(edge.chains[finding.replay.moved_by->second.chain].rules[finding.replay.moved_by->second.rule].origin.line, 7u);
}

TEST(Routes, with_its_source_translated_too_the_answer_comes_back_by_the_router) {
  const Policy edge = router({to_inside("203.0.113.1", 7)}, {from_outside(9)}, "192.0.2.20", "192.0.2.1");
  EXPECT_FALSE(ask_all(question({hop(edge, "edge")}, {hop(edge, "edge")})).any_breaks);
}

TEST(Routes, every_hop_of_a_replayed_packet_is_told) {
  const Policy edge = router({to_inside("203.0.113.1", 7)}, {from_outside(9)}, "192.0.2.20", "192.0.2.1");
  const Policy core = router({}, {}, "192.0.2.20", "192.0.2.1");
  const Walk walk = question({hop(edge, "edge"), hop(core, "core")}, {hop(core, "core"), hop(edge, "edge")});
  const Replay reply = replay(walk, 1, client_packet(walk, walk.in_question[0]));
  ASSERT_EQ(reply.hops.size(), 2u);
  EXPECT_EQ(reply.hops[0].device, "core");
  EXPECT_EQ(reply.hops[1].device, "edge");
  EXPECT_EQ(reply.hops[1].in.get(Field::src), parse_address("192.0.2.20")->value);
  EXPECT_EQ(reply.hops[1].out.get(Field::src), parse_address("203.0.113.1")->value);
  EXPECT_EQ(reply.hops[1].out.get(Field::dst), parse_address("192.0.2.10")->value);
}

// Where the routes lead is asked about the destination as the device made it.
TEST(Routes, the_way_is_that_of_the_translated_destination) {
  const Policy edge = router({to_inside("203.0.113.1", 7)}, {from_outside(9)}, "192.0.2.20", "192.0.2.1");
  const AddressSet inside = addresses("192.0.2.0/24");
  const AddressSet outside = addresses("203.0.113.0/24");
  Walk walk = question({hop(edge, "edge")}, {hop(edge, "edge")});
  walk.legs[0].hops[0].onward = &inside;
  Answer answer = ask_all(walk);
  EXPECT_FALSE(answer.any_breaks);
  EXPECT_TRUE(answer.any_stays);
  walk.legs[0].hops[0].onward = &outside;
  answer = ask_all(walk);
  EXPECT_TRUE(answer.all_break);
  EXPECT_FALSE(answer.any_stays);
  ASSERT_FALSE(answer.breaks.empty());
  EXPECT_TRUE(answer.breaks[0].replay.another_way);
  EXPECT_TRUE(answer.breaks[0].decided_by.empty());
  walk.elsewhere_passes = true;
  answer = ask_all(walk);
  EXPECT_FALSE(answer.any_breaks);
  EXPECT_FALSE(answer.any_stays);
}

// The answer's way back is looked at too; who takes it counts as the walk says.
TEST(Routes, an_answer_may_take_another_way) {
  const Policy edge = router({}, {}, "192.0.2.20", "192.0.2.1");
  const AddressSet nobody;
  Walk walk = question({hop(edge, "edge")}, {hop(edge, "edge")});
  walk.legs[1].hops[0].onward = &nobody;
  EXPECT_TRUE(ask_all(walk).all_break);
  walk.elsewhere_passes = true;
  EXPECT_FALSE(ask_all(walk).any_breaks);
}

TEST(Routes, a_router_that_did_not_see_the_request_translates_the_answer_as_a_connection_of_its_own) {
  const Policy there = router({}, {}, "192.0.2.20", "192.0.2.1");
  const Policy back = router({}, {from_outside(4)}, "192.0.2.20", "198.51.100.9");
  Walk walk = question({hop(there, "there")}, {hop(back, "back")});
  EXPECT_FALSE(ask_all(walk).any_breaks);  // taken for a packet of a connection that it knows
  walk.legs[1].hops[0].state = IntervalSet::of(state_new);
  const Answer answer = ask_all(walk);
  ASSERT_EQ(answer.breaks.size(), 1u);
  EXPECT_TRUE(answer.breaks[0].replay.foreign_answer);
  EXPECT_EQ(answer.breaks[0].replay.outcome.out.get(Field::src), parse_address("198.51.100.9")->value);
  walk.legs[1].hops[0].state = IntervalSet::of(state_invalid);
  EXPECT_FALSE(ask_all(walk).any_breaks);
}

// The evaluator follows no way on which netmap made an address outside of its network.
TEST(Routes, an_address_that_is_not_known_is_in_the_network_that_it_is_mapped_to) {
  Policy edge = router({}, {}, "192.0.2.20", "192.0.2.1");
  edge.rewrites = {{{{Rewrite::Kind::assign, Field::src, IntervalSet::range(2, 6)},
                     {Rewrite::Kind::netmap, Field::src, {}, "", max_value(32) - 255, address("198.51.100.0").min()}},
                    ActionKind::proceed}};
  edge.chains[1].rules = {rule({}, ActionKind::rewrite, 1, 0), rule({address_in(Field::src, "192.0.2.0/24")}, ActionKind::drop, 2)};
  const Walk walk = question({hop(edge, "edge")}, {});
  EXPECT_EQ(replay(walk, 0, client_packet(walk, walk.in_question[0])).verdict, Verdict::accept);
}

TEST(Routes, too_many_ports_to_compare_are_a_limit_and_no_answer) {
  Policy there = router({}, {from_outside(4)}, "192.0.2.20", "192.0.2.10");
  there.rewrites[1].steps.push_back({Rewrite::Kind::assign, Field::src_port, IntervalSet::range(1024, 65535)});
  const Answer answer = ask_all(question({hop(there, "there")}, {}));
  EXPECT_NE(answer.limit, "");
  EXPECT_FALSE(answer.proven);
  EXPECT_FALSE(ask_all(question({hop(there, "there")}, {hop(there, "there")})).any_breaks);
}

}  // namespace
}  // namespace fwproof::solver
