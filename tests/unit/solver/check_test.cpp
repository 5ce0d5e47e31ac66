#include "solver/check.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "model/rule_index.h"
#include "solver/explain.h"
#include "tests/support/world.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

TEST(Check, a_row_that_the_policy_allows_holds_by_proof) {
  World world({stateful(), allow_adm()});
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::holds);
  EXPECT_EQ(result.summary, "ADM reaches SERVER:8474");
  EXPECT_EQ(result.proof.by, "z3");
  EXPECT_GT(result.proof.queries, 0u);
}

TEST(Check, without_its_rule_the_row_is_violated_and_the_default_decides) {
  World world({stateful()});
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.summary, "ADM cannot reach SERVER:8474");
  ASSERT_EQ(result.counterexamples.size(), 1u);
  EXPECT_EQ(result.counterexamples[0].leg, "SYN");
  EXPECT_TRUE(result.complete);
}

TEST(Check, a_block_for_half_of_the_sources_is_told_as_exactly_that_half) {
  World world({stateful(), rule({address_in(Field::src, "192.0.2.128/25")}, ActionKind::drop, 7), allow_adm()});
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.summary, "part of ADM cannot reach SERVER:8474: 192.0.2.128/25");
  ASSERT_EQ(result.counterexamples.size(), 1u);
  EXPECT_EQ(result.counterexamples[0].decided_by[0].origin.line, 7u);
}

TEST(Check, a_policy_that_only_lets_new_packets_in_dies_on_the_third_leg) {
  World world({rule({tcp(), port(8474), field_in(Field::state, IntervalSet::of(state_new))}, ActionKind::accept, 3)});
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  ASSERT_FALSE(result.counterexamples.empty());
  EXPECT_EQ(result.counterexamples[0].leg, "ACK");
}

TEST(Check, a_rule_without_source_is_exposed_to_any) {
  World world({stateful(), rule({tcp(), port(8474)}, ActionKind::accept, 5)});
  const Result result = world.result("exposure-8474-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.summary, "SERVER:8474 exposed to ANY");
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.counterexamples[0].region.sets.at(Field::src).contains(parse_address("192.0.2.1")->value));
  EXPECT_TRUE(result.counterexamples[0].region.sets.at(Field::src).contains(parse_address("203.0.113.9")->value));
  EXPECT_EQ(result.counterexamples[0].decided_by[0].origin.line, 5u);
}

TEST(Check, an_unlisted_port_is_found) {
  World world({stateful(), allow_adm(), rule({tcp(), port(22)}, ActionKind::accept, 6)});
  const Result result = world.result("unlisted-tcp-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_FALSE(result.warning);
  EXPECT_EQ(result.summary, "SERVER: unlisted TCP ports 22 exposed to ANY");
  EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::holds);
}

TEST(Check, an_unknown_condition_makes_it_depend_and_names_itself) {
  World world({stateful()});
  Policy& policy = world.network.devices[0].policies[0];
  const uint32_t index = add_unknown(policy, {UnknownCondition::Sharing::pure, "string", "-m string --string x", {0, 9}});
  policy.chains[0].rules.push_back(rule({tcp(), port(8474), {Unknown{index}, false}}, ActionKind::accept, 9));
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::cannot_tell);
  ASSERT_EQ(result.depends_on.size(), 1u);
  EXPECT_EQ(result.depends_on[0].what, "-m string --string x");
  EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::cannot_tell);
}

TEST(Check, equal_pure_unknowns_on_both_sides_of_a_decision_cancel_out) {
  World world({stateful()});
  Policy& policy = world.network.devices[0].policies[0];
  const uint32_t index = add_unknown(policy, {UnknownCondition::Sharing::pure, "string", "x", {0, 9}});
  policy.chains[0].rules.push_back(rule({tcp(), port(8474), {Unknown{index}, false}}, ActionKind::accept, 9));
  policy.chains[0].rules.push_back(rule({tcp(), port(8474), {Unknown{index}, true}}, ActionKind::accept, 10));
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
}

TEST(Check, two_random_conditions_are_independent_even_when_they_read_the_same) {
  World world({stateful()});
  Policy& policy = world.network.devices[0].policies[0];
  const uint32_t index = add_unknown(policy, {UnknownCondition::Sharing::per_visit, "statistic", "0.5", {0, 9}});
  policy.chains[0].rules.push_back(rule({tcp(), port(8474), {Unknown{index}, false}}, ActionKind::accept, 9));
  policy.chains[0].rules.push_back(rule({tcp(), port(8474), {Unknown{index}, true}}, ActionKind::accept, 10));
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
}

TEST(Check, an_unbound_role_is_settled_only_by_what_is_true_for_all_of_any) {
  World open({stateful(), rule({tcp(), port(8474)}, ActionKind::accept)});
  open.network.zones["ADM"].bound = false;
  EXPECT_EQ(open.result("8474-ADM-SERVER").truth, Truth::holds);
  World shut({stateful()});
  shut.network.zones["ADM"].bound = false;
  EXPECT_EQ(shut.result("8474-ADM-SERVER").truth, Truth::violated);
  World half({stateful(), allow_adm()});
  half.network.zones["ADM"].bound = false;
  EXPECT_EQ(half.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
  EXPECT_EQ(half.result("exposure-8474-SERVER").truth, Truth::cannot_tell);
}

TEST(Check, roles_without_a_common_family_are_nothing_to_check) {
  World world({stateful(), allow_adm()});
  world.network.zones["ADM"].addresses = AddressSet::of(*parse_prefix("2001:db8::/64"));
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::cannot_tell);
  ASSERT_FALSE(result.reasons.empty());
  EXPECT_EQ(result.reasons[0], "nothing to check: ADM is bound in IPv6 only, SERVER in IPv4 only");
}

TEST(Check, a_device_without_an_export_is_never_a_pass) {
  World world({stateful(), allow_adm()});
  Device edge;
  edge.name = "edge";
  world.network.devices.push_back(edge);
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
  EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::cannot_tell);
}

TEST(Check, a_family_without_export_is_named) {
  World world({stateful(), allow_adm()});
  world.network.devices[0].policies[0].v6 = false;
  world.network.zones["SERVER"].addresses = world.network.zones["SERVER"].addresses.united(AddressSet::of(*parse_prefix("2001:db8::10")));
  EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::cannot_tell);
  World plain({stateful(), allow_adm()});
  const Result result = plain.result("exposure-8474-SERVER");
  EXPECT_EQ(result.truth, Truth::holds);
  ASSERT_FALSE(result.assumes.empty());
  EXPECT_EQ(result.assumes[0].text, "IPv6 not checked: SERVER has no IPv6 address bound");
  plain.options.strict = true;
  EXPECT_EQ(plain.result("exposure-8474-SERVER").truth, Truth::cannot_tell);
}

TEST(Check, what_the_site_accepts_stays_violated_and_carries_the_reason) {
  World world({stateful(), rule({address_in(Field::src, "192.0.2.128/25")}, ActionKind::drop, 7), allow_adm()});
  world.options.accepted = {{"s/8474-ADM-SERVER", AddressSet::of(*parse_prefix("192.0.2.128/25")), "printers"}};
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.accepted, "printers");
  world.options.accepted[0].src = AddressSet::of(*parse_prefix("192.0.2.192/26"));
  EXPECT_EQ(world.result("8474-ADM-SERVER").accepted, "");
}

TEST(Check, a_disabled_rule_that_looks_right_is_named) {
  World world({stateful(), allow_adm(4)});
  world.network.devices[0].policies[0].chains[0].rules[1].enabled = false;
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  ASSERT_FALSE(result.counterexamples[0].near_misses.empty());
  EXPECT_EQ(result.counterexamples[0].near_misses[0].why, "it is disabled");
  EXPECT_EQ(result.counterexamples[0].near_misses[0].rule.origin.line, 4u);
}

// In a chain that has an index, rules come as near as they do in one without.
TEST(Check, near_misses_do_not_hang_on_the_index) {
  std::mt19937 random(31);
  size_t near = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<Rule> rules;
    for (uint32_t i = 0; i < 8; ++i) {
      std::vector<Term> terms = {tcp()};
      if (random() % 3 > 0) terms.push_back(field_in(Field::dst_port, IntervalSet::range(8470 + random() % 5, 8474 + random() % 3), random() % 6 == 0));
      if (random() % 4 == 0) terms.push_back(field_in(Field::src_port, IntervalSet::of(1024 + random() % 2)));
      if (random() % 2 == 0) terms.push_back(address_in(Field::src, random() % 2 == 0 ? "192.0.2.0/25" : "203.0.113.0/24", random() % 6 == 0));
      if (random() % 2 == 0) terms.push_back(address_in(Field::dst, random() % 2 == 0 ? "198.51.100.0/24" : "203.0.113.0/24"));
      rules.push_back(rule(std::move(terms), random() % 3 == 0 ? ActionKind::drop : ActionKind::accept, i + 1));
      rules.back().enabled = random() % 4 > 0;
    }
    Policy plain = input_policy(std::move(rules));
    bind_names(plain, {});
    Policy indexed = plain;
    indexed.index = std::make_shared<const RuleIndex>(indexed, 1);
    Packet packet;
    packet.family = Family::v4;
    packet.set(Field::src, parse_address("192.0.2.200")->value);
    packet.set(Field::dst, parse_address("198.51.100.10")->value);
    packet.set(Field::protocol, proto_tcp);
    packet.set(Field::src_port, 1024);
    packet.set(Field::dst_port, 8474);
    const auto lines = [&](const Policy& policy) {
      WalkHop hop;
      hop.policy = &policy;
      std::vector<std::pair<uint32_t, std::string>> found;
      for (const NearMiss& miss : near_misses(hop, packet, evaluate(policy, Hook::input, packet), ActionKind::accept, 8)) found.emplace_back(miss.rule.origin.line, miss.why);
      return found;
    };
    ASSERT_EQ(lines(indexed), lines(plain)) << round;
    near += lines(plain).size();
  }
  EXPECT_GT(near, 300u);
}

// ---- Limits: "at least" or "cannot tell", never a pass ----

TEST(Limits, fewer_boxes_than_regions_say_at_least) {
  World world({stateful(), rule({address_in(Field::src, "192.0.2.16/28")}, ActionKind::drop, 7),
               rule({address_in(Field::src, "192.0.2.128/25"), field_in(Field::src_port, IntervalSet::of(4000))}, ActionKind::drop, 8), allow_adm()});
  world.options.limits.regions = 1;
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples.size(), 1u);
  EXPECT_FALSE(result.complete);
  world.options.limits.regions = 0;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::violated);
  EXPECT_FALSE(world.result("8474-ADM-SERVER").complete);
}

TEST(Limits, undecided_packets_that_no_list_has_room_for_are_no_pass) {
  World world({stateful()});
  Policy& policy = world.network.devices[0].policies[0];
  const uint32_t index = add_unknown(policy, {UnknownCondition::Sharing::pure, "string", "x", {0, 9}});
  policy.chains[0].rules.push_back(rule({tcp(), port(8474), {Unknown{index}, false}}, ActionKind::accept, 9));
  world.options.limits.regions = 0;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
  EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::cannot_tell);
}

TEST(Limits, too_many_nodes_or_visits_are_cannot_tell_and_said) {
  for (const bool nodes : {true, false}) {
    World world({stateful(), rule({address_in(Field::src, "192.0.2.128/25")}, ActionKind::accept, 3), allow_adm()});
    (nodes ? world.options.limits.diagram_nodes : world.options.limits.visits) = nodes ? 8 : 0;
    for (const char* id : {"8474-ADM-SERVER", "exposure-8474-SERVER", "unlisted-tcp-SERVER"}) {
      const Result result = world.result(id);
      EXPECT_EQ(result.truth, Truth::cannot_tell) << id;
      EXPECT_FALSE(result.complete);
      ASSERT_FALSE(result.reasons.empty());
      EXPECT_EQ(result.reasons[0].rfind("limit reached: ", 0), 0u) << result.reasons[0];
    }
  }
}

// The regions need one visit less than the encoding, which enters the chains of every leg.
TEST(Limits, what_only_z3_cannot_encode_is_cannot_tell) {
  World world({stateful(), allow_adm()});
  bool only_z3 = false;
  for (uint32_t visits = 1; visits < 40; ++visits) {
    world.options.limits.visits = visits;
    const Result result = world.result("8474-ADM-SERVER");
    if (result.truth == Truth::holds) break;
    EXPECT_EQ(result.truth, Truth::cannot_tell);
    only_z3 = only_z3 || (!result.reasons.empty() && result.reasons[0].find("Z3") != std::string::npos);
  }
  world.options.limits.visits = 200'000;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
}

TEST(Limits, without_proofs_the_result_says_so) {
  World world({stateful(), allow_adm()});
  world.options.proofs = false;
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.proof.by, "none");
  ASSERT_FALSE(result.reasons.empty());
  EXPECT_EQ(result.reasons[0], "not proven: proofs are switched off");
}

TEST(Check, what_could_not_be_told_is_not_accepted_along_with_the_rest) {
  World world({stateful(), rule({address_in(Field::src, "192.0.2.128/25")}, ActionKind::drop, 7)});
  Policy& policy = world.network.devices[0].policies[0];
  const uint32_t index = add_unknown(policy, {UnknownCondition::Sharing::pure, "string", "x", {0, 9}});
  policy.chains[0].rules.push_back(rule({tcp(), port(8474), {Unknown{index}, false}}, ActionKind::accept, 9));
  world.options.accepted = {{"s/8474-ADM-SERVER", AddressSet::of(*parse_prefix("192.0.2.128/25")), "printers"}};
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_FALSE(result.undecided.empty());
  EXPECT_EQ(result.accepted, "");
}

TEST(Check, an_earlier_rule_that_decides_is_named_by_its_line) {
  World world({stateful(), rule({address_in(Field::src, "192.0.2.128/25")}, ActionKind::drop, 7), allow_adm(8)});
  const Result result = world.result("8474-ADM-SERVER");
  ASSERT_FALSE(result.counterexamples[0].near_misses.empty());
  EXPECT_EQ(result.counterexamples[0].near_misses[0].why, "an earlier rule decides: line 7");
  EXPECT_EQ(result.counterexamples[0].near_misses[0].rule.origin.line, 8u);
}

TEST(Check, a_chain_that_nothing_leads_to_is_said) {
  World world({stateful()});
  world.network.devices[0].policies[0].chains.push_back({"lost", {allow_adm(12)}, ActionKind::return_, {}, "", -1});
  const Result result = world.result("8474-ADM-SERVER");
  ASSERT_FALSE(result.counterexamples[0].near_misses.empty());
  EXPECT_EQ(result.counterexamples[0].near_misses[0].why, "nothing leads to its chain");
}

TEST(Check, an_empty_table_is_not_a_pass) {
  World world({stateful(), allow_adm()});
  world.requirements.rows.clear();
  EXPECT_TRUE(check(world.network, world.requirements, world.options).results.empty());
}

TEST(Reach, every_open_port_is_told_with_its_rule) {
  World world({stateful(), allow_adm(2), rule({tcp(), port(22)}, ActionKind::accept, 6)});
  const Report report = reach(world.network.devices[0], {});
  size_t open = 0;
  for (const Result& result : report.results) {
    EXPECT_EQ(result.fault, "");
    if (result.truth != Truth::violated) continue;
    ++open;
    const uint32_t line = result.counterexamples[0].decided_by[0].origin.line;
    EXPECT_TRUE(line == 2 || line == 6) << line;
    if (line == 6) {
      EXPECT_EQ(result.summary, "tcp 22 open to ANY");
    }
  }
  EXPECT_EQ(open, 3u);  // 22 in both families, 8474 in IPv4
}

// No chain at all, or chains that look at other packets.
TEST(Reach, a_host_without_a_chain_for_what_comes_in_is_open) {
  for (const bool only_others : {false, true}) {
    World world({stateful()});
    Policy& policy = world.network.devices[0].policies[0];
    policy.hooks = {};
    if (only_others) policy.hooks[static_cast<size_t>(Hook::output)] = {{Stage::Kind::filter, 0}};
    else policy.chains.clear();
    const Report report = reach(world.network.devices[0], {});
    EXPECT_EQ(report.results.size(), 8u);
    for (const Result& result : report.results) {
      EXPECT_EQ(result.fault, "");
      EXPECT_EQ(result.truth, Truth::violated) << result.summary;
      EXPECT_TRUE(result.complete);
      ASSERT_EQ(result.counterexamples.size(), 1u);
      EXPECT_EQ(result.counterexamples[0].decided_by.at(0).rule, "no chain looks at these packets");
    }
  }
}

// What is open altogether is one box, but what the second rule opens of it is two.
TEST(Reach, a_rule_whose_list_ends_early_is_not_told_as_all) {
  World world({rule({tcp(), port(22), address_in(Field::src, "10.0.0.0/8")}, ActionKind::accept, 1),
               rule({tcp(), field_in(Field::dst_port, IntervalSet::range(22, 23))}, ActionKind::accept, 2)});
  CheckOptions options;
  for (const bool short_list : {false, true}) {
    options.limits.regions = short_list ? 1 : 1'000;
    size_t told = 0;
    for (const Result& result : reach(world.network.devices[0], options).results) {
      if (result.counterexamples.empty() || result.counterexamples[0].region.family != Family::v4) continue;
      ++told;
      EXPECT_EQ(result.complete, !short_list);
    }
    EXPECT_EQ(told, 2u);
  }
}

}  // namespace
}  // namespace fwproof::solver
