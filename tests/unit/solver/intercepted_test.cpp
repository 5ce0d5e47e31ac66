// Not intercepted: what counts as taken, and what does not.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

IntervalSet address(const char* text) { return IntervalSet::of(parse_address(text)->value); }

struct Guarded : World {
  explicit Guarded(Policy on_the_way) : World({stateful(), allow_adm()}) {
    network.devices.insert(network.devices.begin(), edge(std::move(on_the_way)));
    demand();
  }
  explicit Guarded(std::vector<Rule> rules) : World(std::move(rules)) { demand(); }
  void demand() { requirements.constraints = {{Constraint::Kind::not_intercepted, "s/not-intercepted", "s", {}, {}, {}, {}}}; }
  Policy& way() { return network.devices.front().policies.front(); }
  Result asked() { return result("not-intercepted"); }
};

// A policy that gives packets to 8474 what the steps say.
Policy rewriting(std::vector<Rewrite> steps) {
  Policy policy = translating(8474, "203.0.113.9", std::nullopt, 7);
  policy.rewrites[0].steps = std::move(steps);
  return policy;
}
Rewrite to(IntervalSet addresses) { return {Rewrite::Kind::assign, Field::dst, std::move(addresses)}; }
Rewrite to_port(IntervalSet ports) { return {Rewrite::Kind::assign, Field::dst_port, std::move(ports)}; }

TEST(NotIntercepted, a_host_that_rewrites_nothing_holds_with_the_assumption_of_what_no_export_shows) {
  Guarded world({stateful(), allow_adm()});
  const Result result = world.asked();
  EXPECT_EQ(result.truth, Truth::holds);
  EXPECT_EQ(result.kind, Kind::constraint);
  ASSERT_FALSE(result.assumes.empty());
  EXPECT_NE(result.assumes.back().text.find("no export shows"), std::string::npos);
  world.options.strict = true;
  EXPECT_EQ(world.asked().truth, Truth::cannot_tell);
}

TEST(NotIntercepted, another_destination_address_is_taken_and_the_rule_is_named) {
  Guarded world(translating(8474, "203.0.113.9", std::nullopt, 7));
  const Result result = world.asked();
  EXPECT_EQ(result.truth, Truth::violated);
  ASSERT_EQ(result.counterexamples.size(), 1u);
  EXPECT_EQ(result.counterexamples[0].decided_by[0].origin.line, 7u);
  EXPECT_EQ(result.counterexamples[0].decided_by[0].did, "taken by");
  EXPECT_EQ(result.counterexamples[0].note, "its destination becomes 203.0.113.9:8474");
  EXPECT_EQ(result.counterexamples[0].region.sets.at(Field::src), world.network.zones["ADM"].addresses.v4);
  EXPECT_EQ(result.proof.by, "z3");
  EXPECT_TRUE(result.complete);
}

TEST(NotIntercepted, another_port_of_the_target_is_taken) { EXPECT_EQ(Guarded(translating(8474, "198.51.100.10", 9000, 7)).asked().truth, Truth::violated); }

TEST(NotIntercepted, the_same_destination_is_not_taken_and_it_is_proven) {
  const Result result = Guarded(translating(8474, "198.51.100.10", 8474, 7)).asked();
  EXPECT_EQ(result.truth, Truth::holds);
  EXPECT_EQ(result.proof.by, "z3");
}

TEST(NotIntercepted, one_of_several_destinations_cannot_be_told_when_the_own_one_is_among_them) {
  EXPECT_EQ(Guarded(rewriting({to(address("198.51.100.10").united(address("203.0.113.9")))})).asked().truth, Truth::cannot_tell);
  EXPECT_EQ(Guarded(rewriting({to(address("203.0.113.8").united(address("203.0.113.9")))})).asked().truth, Truth::violated);
}

TEST(NotIntercepted, one_of_several_ports_cannot_be_told_when_the_own_one_is_among_them) {
  EXPECT_EQ(Guarded(rewriting({to_port(IntervalSet::range(8000, 9000))})).asked().truth, Truth::cannot_tell);
  EXPECT_EQ(Guarded(rewriting({to_port(IntervalSet::range(8000, 8100))})).asked().truth, Truth::violated);
}

TEST(NotIntercepted, a_mapping_of_networks_is_exact) {
  const auto map = [](const char* network) {
    const Prefix prefix = *parse_prefix(network);
    return Guarded(rewriting({{Rewrite::Kind::netmap, Field::dst, {}, "", 0xffffff00, prefix.address.value}})).asked().truth;
  };
  EXPECT_EQ(map("203.0.113.0/24"), Truth::violated);
  EXPECT_EQ(map("198.51.100.0/24"), Truth::holds);
}

TEST(NotIntercepted, a_new_source_is_no_interception) {
  EXPECT_EQ(Guarded(rewriting({{Rewrite::Kind::assign, Field::src, address("203.0.113.1")}})).asked().truth, Truth::holds);
}

TEST(NotIntercepted, what_is_dropped_before_the_rule_is_not_taken) {
  Policy policy = translating(8474, "203.0.113.9", std::nullopt, 7);
  policy.chains.push_back({"raw", {rule({tcp(), port(8474)}, ActionKind::drop, 3)}, ActionKind::accept, {}, "", -1});
  auto& stages = policy.hooks[static_cast<size_t>(Hook::input)];
  stages.insert(stages.begin(), {Stage::Kind::filter, static_cast<uint32_t>(policy.chains.size() - 1)});
  EXPECT_EQ(Guarded(std::move(policy)).asked().truth, Truth::holds);
}

TEST(NotIntercepted, an_untracked_packet_is_not_translated) {
  Policy policy = translating(8474, "203.0.113.9", std::nullopt, 7);
  policy.rewrites.push_back({{{Rewrite::Kind::assign, Field::state, IntervalSet::of(state_untracked)}}, ActionKind::accept});
  policy.chains.push_back({"raw", {rule({tcp()}, ActionKind::rewrite, 3, 1)}, ActionKind::accept, {}, "", -1});
  auto& stages = policy.hooks[static_cast<size_t>(Hook::input)];
  stages.insert(stages.begin(), {Stage::Kind::filter, static_cast<uint32_t>(policy.chains.size() - 1)});
  EXPECT_EQ(Guarded(std::move(policy)).asked().truth, Truth::holds);
}

TEST(NotIntercepted, an_unknown_action_that_may_rewrite_cannot_be_told) {
  Policy policy = translating(9999, "203.0.113.9", std::nullopt, 7);
  policy.unknowns.push_back({UnknownCondition::Sharing::per_visit, "target", "-j NFQUEUE", {0, 8}});
  policy.chains[2].rules.push_back(rule({tcp()}, ActionKind::unknown_rewriting, 8, 0));
  const Result result = Guarded(std::move(policy)).asked();
  EXPECT_EQ(result.truth, Truth::cannot_tell);
  ASSERT_FALSE(result.depends_on.empty());
  EXPECT_EQ(result.depends_on[0].origin.line, 8u);
}

TEST(NotIntercepted, a_rule_that_keeps_the_packet_takes_it_by_assumption) {
  Policy policy = translating(9999, "203.0.113.9", std::nullopt, 7);
  policy.unknowns.push_back({UnknownCondition::Sharing::per_visit, "interception", "-j TPROXY", {0, 8}});
  policy.chains[2].rules.push_back(rule({tcp(), port(8474)}, ActionKind::unknown_rewriting, 8, 0));
  const Result result = Guarded(std::move(policy)).asked();
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].decided_by[0].origin.line, 8u);
}

TEST(NotIntercepted, an_earlier_rule_that_may_accept_makes_it_depend) {
  Policy policy = translating(8474, "203.0.113.9", std::nullopt, 7);
  policy.unknowns.push_back({UnknownCondition::Sharing::per_visit, "limit", "10/s", {0, 5}});
  Rule maybe = rule({tcp(), {Unknown{0}, false}}, ActionKind::accept, 5);
  policy.chains[2].rules.insert(policy.chains[2].rules.begin(), maybe);
  EXPECT_EQ(Guarded(std::move(policy)).asked().truth, Truth::cannot_tell);
}

TEST(NotIntercepted, a_called_chain_counts_and_what_returns_goes_on) {
  Policy policy = translating(8474, "203.0.113.9", std::nullopt, 7);
  const std::vector<Rule> taking = policy.chains[2].rules;
  policy.chains.push_back({"user", {rule({address_in(Field::src, "192.0.2.0/25")}, ActionKind::return_, 4), taking[0]}, ActionKind::return_, {}, "", -1});
  policy.chains[2].rules = {rule({tcp()}, ActionKind::jump, 3, 3)};
  const Result result = Guarded(std::move(policy)).asked();
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].region.sets.at(Field::src), AddressSet::of(*parse_prefix("192.0.2.128/25")).v4);
}

TEST(NotIntercepted, a_program_that_listens_at_the_host_takes_its_port_there) {
  Guarded world({stateful(), allow_adm()});
  const auto listen = [&](const char* where, unsigned number, bool sure) {
    world.network.devices.back().facts.interceptions = {{"portproxy", "p", AddressSet::of(*parse_prefix(where)), 6, IntervalSet::of(number), sure, true, {0, 9}}};
    return world.asked();
  };
  EXPECT_EQ(listen("0.0.0.0/0", 8474, true).truth, Truth::violated);
  EXPECT_EQ(listen("0.0.0.0/0", 8474, true).counterexamples[0].decided_by[0].origin.line, 9u);
  EXPECT_EQ(listen("0.0.0.0/0", 8474, false).truth, Truth::cannot_tell);
  EXPECT_EQ(listen("0.0.0.0/0", 8475, true).truth, Truth::holds);
  EXPECT_EQ(listen("198.51.100.77", 8474, true).truth, Truth::holds);
  // What the host's firewall drops does not come to it.
  world.network.devices.back().policies = {input_policy({stateful()})};
  EXPECT_EQ(listen("0.0.0.0/0", 8474, true).truth, Truth::holds);
}

TEST(NotIntercepted, a_relay_that_listens_at_a_device_on_the_way_takes_nothing_that_goes_through) {
  Guarded world(input_policy({rule({}, ActionKind::accept, 1)}));
  auto& facts = world.network.devices.front().facts.interceptions;
  facts = {{"portproxy", "p", AddressSet::all(), 6, IntervalSet::all(16), true, true, {0, 9}}};
  EXPECT_EQ(world.asked().truth, Truth::holds);
  facts[0].local = false;
  EXPECT_EQ(world.asked().truth, Truth::violated);
}

TEST(NotIntercepted, where_the_target_is_anyone_every_destination_counts) {
  Guarded world(translating(8474, "203.0.113.9", std::nullopt, 7));
  world.requirements.rows = {World::row("out", "SERVER", "ANY", 8474)};
  EXPECT_EQ(world.asked().truth, Truth::violated);
  world.requirements.rows = {World::row("out", "SERVER", "ANY", 25)};
  EXPECT_EQ(world.asked().truth, Truth::holds);
}

TEST(NotIntercepted, what_a_name_without_addresses_stands_for_is_not_known) {
  Guarded world(translating(8474, "203.0.113.9", std::nullopt, 7));
  world.way().chains[2].rules[0].terms.push_back(address_in(Field::src, "192.0.2.0/24"));
  world.network.zones["ADM"] = {"ADM", false, false, {}};
  EXPECT_EQ(world.asked().truth, Truth::cannot_tell);
  world.way().chains[2].rules[0].terms.pop_back();
  EXPECT_EQ(world.asked().truth, Truth::violated);
}

TEST(NotIntercepted, no_packet_in_question_is_no_reason_to_hold) {
  Guarded world({stateful(), allow_adm()});
  world.network.zones["ADM"] = {"ADM", false, true, AddressSet::of(*parse_prefix("2001:db8::/64"))};
  EXPECT_EQ(world.asked().truth, Truth::cannot_tell);
}

TEST(NotIntercepted, a_device_without_an_export_on_the_way_cannot_be_told) {
  Guarded world({stateful(), allow_adm()});
  Device blind;
  blind.name = "blind";
  world.network.devices.insert(world.network.devices.begin(), blind);
  EXPECT_EQ(world.asked().truth, Truth::cannot_tell);
}

}  // namespace
}  // namespace fwproof::solver
