// One small policy for each thing that lint says, or must not say.
#include "solver/lint.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/build_policy.h"

namespace fwproof::tests {
namespace {

using namespace model;
using solver::LintFinding;
using solver::LintKind;
using solver::LintProof;
using solver::LintReport;

LintReport lint(Policy policy, bool redundant = false) {
  Device device;
  device.policies.push_back(std::move(policy));
  solver::LintOptions options;
  options.redundant = redundant;
  LintReport report = solver::lint(device, options);
  EXPECT_TRUE(report.faults.empty());
  return report;
}

// Lines of dead (or redundant) rules.
std::vector<uint32_t> lines(const LintReport& report) {
  std::vector<uint32_t> out;
  for (const LintFinding& finding : report.findings) out.push_back(finding.rule.origin.line);
  return out;
}

std::vector<uint32_t> covers(const LintFinding& finding) {
  std::vector<uint32_t> out;
  for (const auto& cover : finding.covered_by) out.push_back(cover.rule.origin.line);
  return out;
}

using Lines = std::vector<uint32_t>;

Term ports(unsigned lo, unsigned hi) { return field_in(Field::dst_port, IntervalSet::range(lo, hi)); }
Term from(const char* prefix) { return address_in(Field::src, prefix); }

uint32_t add_chain(Policy& policy, std::vector<Rule> rules) {
  policy.chains.push_back({"called" + std::to_string(policy.chains.size()), std::move(rules), ActionKind::return_, {}, "", -1});
  return static_cast<uint32_t>(policy.chains.size() - 1);
}

uint32_t unknown(Policy& policy, const char* kind = "limit") {
  return add_unknown(policy, {UnknownCondition::Sharing::per_visit, kind, "x", {}});
}

TEST(Lint, ARuleInsideOneEarlierRuleIsDead) {
  const LintReport report = lint(input_policy({rule({tcp(), ports(1, 100)}, ActionKind::accept, 1), rule({tcp(), port(80)}, ActionKind::drop, 2)}));
  ASSERT_EQ(lines(report), Lines{2});
  EXPECT_EQ(report.findings[0].kind, LintKind::inside_one);
  EXPECT_EQ(report.findings[0].proof, LintProof::containment);
  EXPECT_EQ(covers(report.findings[0]), Lines{1});
}

// Calls are followed to some depth: what lies deeper is not said to be dead.
TEST(Lint, ARuleBehindMoreCallsThanAreFollowedIsNotDead) {
  constexpr uint32_t kDepth = 260;
  Policy policy = input_policy({});
  uint32_t called = add_chain(policy, {rule({tcp(), port(80)}, ActionKind::accept, kDepth + 1)});
  for (uint32_t line = kDepth; line > 1; --line) called = add_chain(policy, {rule({tcp()}, ActionKind::jump, line, called)});
  policy.chains[0].rules = {rule({tcp()}, ActionKind::jump, 1, called)};
  const LintReport report = lint(std::move(policy));
  EXPECT_EQ(lines(report), Lines{});
  ASSERT_FALSE(report.untold.empty());
  EXPECT_EQ(report.untold.back().rule.origin.line, kDepth + 1);
  EXPECT_EQ(report.live + report.untold.size(), size_t{kDepth + 1});
}

// A chain that is called from more places than are followed: only the last call lets the rule's packets in.
TEST(Lint, ARuleThatOneOfManyCallsReachesIsNotDead) {
  constexpr uint32_t kCalls = 40;
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({tcp(), port(100 + kCalls)}, ActionKind::accept, kCalls + 1), rule({tcp(), port(9)}, ActionKind::accept, kCalls + 2)});
  for (uint32_t i = 1; i <= kCalls; ++i) policy.chains[0].rules.push_back(rule({tcp(), port(100 + i)}, ActionKind::jump, i, called));
  const LintReport report = lint(std::move(policy));
  EXPECT_EQ(lines(report), Lines{});
  EXPECT_EQ(report.untold.size(), 2u);
}

TEST(Lint, AUnionIsProvenByZ3AndNamesNoRuleThatIsNotNeeded) {
  const LintReport report = lint(input_policy({rule({tcp(), ports(1, 60)}, ActionKind::accept, 1), rule({tcp(), ports(50, 55)}, ActionKind::drop, 2),
                                               rule({tcp(), ports(61, 100)}, ActionKind::drop, 3), rule({tcp(), ports(40, 80)}, ActionKind::accept, 4)}));
  ASSERT_EQ(lines(report), (Lines{2, 4}));
  EXPECT_EQ(report.findings[1].kind, LintKind::covered);
  EXPECT_EQ(report.findings[1].proof, LintProof::z3);
  EXPECT_EQ(covers(report.findings[1]), (Lines{1, 3}));
  EXPECT_EQ(report.queries, 2u);  // one for each family
}

TEST(Lint, OnePortThatIsLeftMakesARuleLive) {
  const LintReport report = lint(input_policy({rule({tcp(), ports(1, 60)}, ActionKind::accept, 1), rule({tcp(), ports(62, 100)}, ActionKind::drop, 2),
                                               rule({tcp(), ports(40, 80)}, ActionKind::accept, 3)}));
  EXPECT_EQ(lines(report), Lines{});
  EXPECT_EQ(report.live, 3u);
}

TEST(Lint, AUnionOfManyIsFound) {
  std::vector<Rule> rules;
  for (uint32_t i = 0; i < 300; ++i) rules.push_back(rule({tcp(), ports(i * 100, i * 100 + 99)}, i % 2 == 0 ? ActionKind::accept : ActionKind::drop, i + 1));
  rules.push_back(rule({tcp(), ports(50, 29'950)}, ActionKind::accept, 1'000));
  EXPECT_EQ(lines(lint(input_policy(rules))), Lines{1'000});
  rules.back().terms = {tcp(), ports(50, 30'000)};
  EXPECT_EQ(lines(lint(input_policy(rules))), Lines{});
}

TEST(Lint, LiveInOneFamilyIsLive) {
  const LintReport report = lint(input_policy({rule({from("0.0.0.0/0"), tcp()}, ActionKind::accept, 1), rule({tcp(), port(80)}, ActionKind::drop, 2)}));
  EXPECT_EQ(lines(report), Lines{});
}

TEST(Lint, ContradictingConditionsAreNeverMet) {
  const LintReport report = lint(input_policy({rule({tcp(), port(80), port(81)}, ActionKind::accept, 1),
                                               rule({field_in(Field::protocol, IntervalSet::of(proto_icmp)), port(80)}, ActionKind::accept, 2)}));
  ASSERT_EQ(lines(report), (Lines{1, 2}));
  EXPECT_EQ(report.findings[0].kind, LintKind::contradicts);
  EXPECT_EQ(report.findings[1].kind, LintKind::contradicts);
}

TEST(Lint, ARuleWithAnUnknownConditionTakesNothing) {
  Policy policy = input_policy({rule({tcp()}, ActionKind::accept, 1), rule({tcp(), port(80)}, ActionKind::drop, 2)});
  policy.chains[0].rules[0].terms.push_back({Unknown{unknown(policy)}, false});
  const LintReport report = lint(policy);
  EXPECT_EQ(lines(report), Lines{});
  EXPECT_EQ(report.hanging.size(), 2u);
}

TEST(Lint, ARuleWithAnUnknownConditionMayBeDead) {
  Policy policy = input_policy({rule({tcp()}, ActionKind::accept, 1), rule({tcp(), port(80)}, ActionKind::drop, 2)});
  policy.chains[0].rules[1].terms.push_back({Unknown{unknown(policy)}, true});
  EXPECT_EQ(lines(lint(policy)), Lines{2});
}

TEST(Lint, WhatRestsOnAnAssumptionTakesNothing) {
  Policy policy = input_policy({rule({tcp()}, ActionKind::accept, 1), rule({tcp(), port(80)}, ActionKind::drop, 2)});
  policy.assumptions.push_back({"it applies to every program", {}});
  policy.chains[0].rules[0].assumption = 0;
  EXPECT_EQ(lines(lint(policy)), Lines{});
}

TEST(Lint, DisabledRulesTakeNothingAndAreNotAskedAbout) {
  Policy policy = input_policy({rule({tcp()}, ActionKind::accept, 1), rule({tcp(), port(80)}, ActionKind::drop, 2), rule({tcp(), port(80)}, ActionKind::drop, 3)});
  policy.chains[0].rules[0].enabled = policy.chains[0].rules[2].enabled = false;
  const LintReport report = lint(policy);
  EXPECT_EQ(lines(report), Lines{});
  EXPECT_EQ(report.rules, 1u);
}

TEST(Lint, RulesThatGoOnTakeNothing) {
  EXPECT_EQ(lines(lint(input_policy({rule({}, ActionKind::proceed, 1), rule({tcp()}, ActionKind::accept, 2)}))), Lines{});
}

TEST(Lint, AJumpTakesWhatTheCalledChainDecides) {
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({tcp(), ports(1, 50)}, ActionKind::return_, 11), rule({tcp()}, ActionKind::drop, 12)});
  policy.chains[0].rules = {rule({tcp(), ports(1, 100)}, ActionKind::jump, 1, called), rule({tcp(), ports(40, 60)}, ActionKind::accept, 2),
                            rule({tcp(), ports(60, 90)}, ActionKind::accept, 3)};
  const LintReport report = lint(policy);
  ASSERT_EQ(lines(report), Lines{3});
  EXPECT_EQ(covers(report.findings[0]), Lines{12});
  ASSERT_TRUE(report.findings[0].covered_by[0].called_by);
  EXPECT_EQ(report.findings[0].covered_by[0].called_by->origin.line, 1u);
}

TEST(Lint, APerhapsReturningPacketIsNotTaken) {
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({tcp()}, ActionKind::return_, 11), rule({tcp()}, ActionKind::drop, 12)});
  policy.chains[called].rules[0].terms.push_back({Unknown{unknown(policy)}, false});
  policy.chains[0].rules = {rule({tcp()}, ActionKind::jump, 1, called), rule({tcp()}, ActionKind::accept, 2)};
  EXPECT_EQ(lines(lint(policy)), Lines{});
}

TEST(Lint, AGotoDoesNotComeBack) {
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({port(80)}, ActionKind::proceed, 11)});
  policy.chains[0].rules = {rule({tcp()}, ActionKind::go_to, 1, called), rule({tcp(), port(25)}, ActionKind::accept, 2)};
  EXPECT_EQ(lines(lint(policy)), Lines{2});
}

TEST(Lint, AReturnTakesInItsOwnChainOnly) {
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({from("10.0.0.0/8")}, ActionKind::return_, 11), rule({from("10.1.0.0/16")}, ActionKind::drop, 12)});
  policy.chains[0].rules = {rule({tcp()}, ActionKind::jump, 1, called), rule({from("10.1.0.0/16")}, ActionKind::accept, 2)};
  EXPECT_EQ(lines(lint(policy)), Lines{12});
}

TEST(Lint, CallersThatLetNothingThroughAreTheReason) {
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({tcp(), port(25)}, ActionKind::accept, 11)});
  policy.chains[0].rules = {rule({tcp(), port(80)}, ActionKind::jump, 1, called)};
  const LintReport report = lint(policy);
  ASSERT_EQ(lines(report), Lines{11});
  EXPECT_EQ(report.findings[0].kind, LintKind::callers_exclude);
}

TEST(Lint, OneCallerIsEnough) {
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({tcp(), port(25)}, ActionKind::accept, 11)});
  policy.chains[0].rules = {rule({tcp(), port(80)}, ActionKind::jump, 1, called), rule({tcp(), port(25)}, ActionKind::jump, 2, called)};
  EXPECT_EQ(lines(lint(policy)), Lines{});
}

TEST(Lint, ManyCallersAreNotFollowedAllAndNothingIsClaimed) {
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({tcp(), port(5'000)}, ActionKind::accept, 1'000)});
  for (uint32_t i = 1; i <= 40; ++i) policy.chains[0].rules.push_back(rule({tcp(), port(i)}, ActionKind::jump, i, called));
  EXPECT_EQ(lines(lint(policy)), Lines{});
  policy.chains[0].rules.push_back(rule({tcp(), port(5'000)}, ActionKind::jump, 41, called));
  const LintReport report = lint(policy);
  EXPECT_EQ(lines(report), Lines{});
  EXPECT_EQ(report.untold.size(), 1u);
}

TEST(Lint, AChainThatNothingCallsIsNeverEntered) {
  Policy policy = input_policy({rule({tcp()}, ActionKind::accept, 1)});
  const uint32_t inner = add_chain(policy, {rule({tcp()}, ActionKind::drop, 21)});
  add_chain(policy, {rule({tcp()}, ActionKind::jump, 11, inner)});
  const LintReport report = lint(policy);
  ASSERT_EQ(lines(report), (Lines{11, 21}));
  EXPECT_EQ(report.findings[0].kind, LintKind::never_entered);
}

TEST(Lint, AnActionThatIsNotUnderstoodMayCallAChain) {
  Policy policy = input_policy({});
  policy.chains[0].rules = {rule({tcp()}, ActionKind::unknown_rewriting, 1, unknown(policy, "target"))};
  add_chain(policy, {rule({tcp()}, ActionKind::drop, 21)});
  const LintReport report = lint(policy);
  EXPECT_EQ(lines(report), Lines{});
  EXPECT_EQ(report.untold.size(), 1u);
}

TEST(Lint, AHookThatIsNotModelledMayCallAChainToo) {
  Policy policy = input_policy({});
  const uint32_t called = add_chain(policy, {rule({tcp(), port(25)}, ActionKind::drop, 21), rule({tcp(), port(25)}, ActionKind::accept, 22)});
  policy.chains[0].rules = {rule({tcp(), port(80)}, ActionKind::jump, 1, called)};
  EXPECT_EQ(lines(lint(policy)), (Lines{21, 22}));
  policy.chains.push_back({"elsewhere", {rule({tcp()}, ActionKind::jump, 11, called)}, ActionKind::accept, {}, "", -1});
  EXPECT_EQ(lines(lint(policy)), Lines{22});
}

TEST(Lint, ChainsOfHooksThatAreNotModelledAreNotAskedAbout) {
  Policy policy = input_policy({rule({tcp()}, ActionKind::accept, 1)});
  const uint32_t called = add_chain(policy, {rule({tcp()}, ActionKind::drop, 21)});
  policy.chains.push_back({"elsewhere", {rule({tcp()}, ActionKind::jump, 11, called)}, ActionKind::accept, {}, "", -1});
  const LintReport report = lint(policy);
  EXPECT_EQ(lines(report), Lines{});
  EXPECT_EQ(report.rules, 1u);
}

Policy with_mark(std::vector<Term> before, std::vector<Term> after) {
  Policy policy = input_policy({});
  policy.rewrites.push_back({{{Rewrite::Kind::assign, Field::mark, IntervalSet::of(1)}}, ActionKind::proceed});
  policy.chains[0].rules = {rule(std::move(before), ActionKind::accept, 1), rule({}, ActionKind::rewrite, 2, 0), rule(std::move(after), ActionKind::accept, 3)};
  return policy;
}

TEST(Lint, WhatReadARewrittenFieldTakesNothing) {
  const Term marked = field_in(Field::mark, IntervalSet::of(1));
  EXPECT_EQ(lines(lint(with_mark({marked}, {marked}))), Lines{});
  EXPECT_EQ(lines(lint(with_mark({tcp()}, {tcp(), marked}))), Lines{3});
}

TEST(Lint, WhatACalledChainRewritesBehindADropIsNotTakenByTheDrop) {
  const Term marked = field_in(Field::mark, IntervalSet::of(1));
  Policy policy = input_policy({});
  policy.rewrites.push_back({{{Rewrite::Kind::assign, Field::mark, IntervalSet::of(1)}}, ActionKind::proceed});
  const uint32_t called = add_chain(policy, {rule({marked}, ActionKind::drop, 11), rule({}, ActionKind::rewrite, 12, 0)});
  policy.chains[0].rules = {rule({}, ActionKind::jump, 1, called), rule({marked}, ActionKind::accept, 2)};
  EXPECT_EQ(lines(lint(policy)), Lines{});
}

TEST(Lint, BehindAnUnknownRewritingNothingBeforeCounts) {
  Policy policy = input_policy({});
  policy.chains[0].rules = {rule({tcp()}, ActionKind::accept, 1), rule({}, ActionKind::unknown_rewriting, 2, unknown(policy, "target")),
                            rule({tcp(), port(25)}, ActionKind::accept, 3)};
  EXPECT_EQ(lines(lint(policy)), Lines{});
}

TEST(Lint, AnEarlierStageTakesWhatItDropsAndNotWhatItAccepts) {
  Policy policy = input_policy({rule({tcp(), ports(40, 45)}, ActionKind::accept, 1), rule({tcp(), ports(30, 35)}, ActionKind::accept, 2)});
  policy.chains.push_back({"early", {rule({tcp(), ports(30, 33)}, ActionKind::accept, 11), rule({tcp(), ports(30, 50)}, ActionKind::drop, 12)}, ActionKind::accept, {}, "", -1});
  auto& stages = policy.hooks[static_cast<size_t>(Hook::input)];
  stages.insert(stages.begin(), Stage{Stage::Kind::filter, 2});
  EXPECT_EQ(lines(lint(policy)), Lines{1});
}

TEST(Lint, ANatStageSeesLaterPacketsAsNewOnes) {
  Policy policy = input_policy({rule({tcp(), field_in(Field::state, IntervalSet::of(state_new))}, ActionKind::accept, 1)});
  policy.chains.push_back({"raw", {rule({tcp(), field_in(Field::state, IntervalSet::of(state_new))}, ActionKind::drop, 11)}, ActionKind::accept, {}, "", -1});
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 2}, {Stage::Kind::nat, 0}};
  EXPECT_EQ(lines(lint(policy)), Lines{});
}

TEST(Lint, ALineThatBecameSeveralRulesIsDeadWhenAllAre) {
  Policy policy = input_policy({rule({tcp(), port(80)}, ActionKind::accept, 1), rule({tcp(), port(80)}, ActionKind::drop, 2), rule({tcp(), port(81)}, ActionKind::drop, 2)});
  EXPECT_EQ(lines(lint(policy)), Lines{});
  policy.chains[0].rules[0].terms = {tcp(), ports(80, 81)};
  EXPECT_EQ(lines(lint(policy)), Lines{2});
}

TEST(Lint, RedundantIsWhatALaterRuleDoesAsWell) {
  const Policy policy = input_policy({rule({tcp(), port(25)}, ActionKind::accept, 1), rule({tcp(), port(26)}, ActionKind::accept, 2), rule({tcp(), ports(26, 27)}, ActionKind::proceed, 3),
                                      rule({tcp(), ports(20, 30)}, ActionKind::accept, 4), rule({tcp(), port(80)}, ActionKind::drop, 5)});
  const LintReport report = lint(policy, true);
  EXPECT_EQ(lines(report), (Lines{1, 5}));
  EXPECT_EQ(covers(report.findings[0]), Lines{4});
  EXPECT_TRUE(lines(lint(policy)).empty());
}

TEST(Lint, OfTwoEqualRulesOnlyTheLaterGoes) {
  const LintReport report = lint(input_policy({rule({tcp(), port(25)}, ActionKind::accept, 1), rule({tcp(), port(25)}, ActionKind::accept, 2)}), true);
  ASSERT_EQ(lines(report), Lines{2});
  EXPECT_EQ(report.findings[0].kind, LintKind::inside_one);
}

// 2^k corners of a box that each earlier rule takes one part of: bounded, whatever comes out.
TEST(Lint, AdversarialOverlapEnds) {
  std::vector<Rule> rules;
  for (uint32_t i = 0; i < 400; ++i)
    rules.push_back(rule({tcp(), ports(i * 7, i * 7 + 60'000 / (i + 1)), field_in(Field::src_port, IntervalSet::range(i * 13, 65'535 - i * 5))},
                         ActionKind::accept, i + 1));
  rules.push_back(rule({tcp(), ports(0, 60'000)}, ActionKind::drop, 1'000));
  EXPECT_EQ(lint(input_policy(rules)).rules, 401u);
}

}  // namespace
}  // namespace fwproof::tests
