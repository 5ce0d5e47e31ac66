// Claims that share proofs are judged as claims that do not: random policies, each beside copies of it that differ in one thing. All of them share what Z3
// has answered, so that whatever the text of a question leaves out is confused here.
#include <gtest/gtest.h>

#include <random>

#include "solver/encode.h"
#include "solver/flow.h"
#include "tests/support/random_policy.h"

namespace fwproof::testing {
namespace {

using namespace model;
using solver::PacketBox;
using solver::Prover;
using solver::Walk;

constexpr uint64_t kPolicies = 150;
constexpr unsigned kCopies = 6;

IntervalSet other_set(std::mt19937_64& random, Field field) {
  const u128 values = field == Field::src || field == Field::dst ? kAddresses : kPorts;
  return IntervalSet::of(random() % values);
}

// A term is turned round or looks at other values; a rule goes, comes earlier or does the opposite.
void change_one_thing(Policy& policy, std::mt19937_64& random) {
  Chain& chain = policy.chains[random() % policy.chains.size()];
  if (chain.rules.empty()) return;
  const size_t at = random() % chain.rules.size();
  Rule& rule = chain.rules[at];
  const unsigned kind = random() % 5;
  if (kind == 0) rule.enabled = !rule.enabled;
  if (kind == 1 && at > 0) std::swap(rule, chain.rules[at - 1]);
  if (kind == 2 && rule.action.kind == ActionKind::accept) rule.action.kind = ActionKind::drop;
  else if (kind == 2 && rule.action.kind == ActionKind::drop) rule.action.kind = ActionKind::accept;
  if (kind < 3 || rule.terms.empty()) return;
  Term& term = rule.terms[random() % rule.terms.size()];
  if (kind == 3) term.negated = !term.negated;
  if (auto* in = std::get_if<In>(&term.what); in && kind == 4) in->set = other_set(random, in->field);
  if (auto* in = std::get_if<InAddresses>(&term.what); in && kind == 4) in->set = AddressSet::of(Family::v4, other_set(random, in->field));
}

// A request and its answer, which has to come back from where the request went.
Walk walk_of(const Policy& policy, uint64_t seed) {
  Walk walk = tiny_walk(policy, Hook::input, state_new);
  if (seed % 2 == 0) return walk;
  solver::WalkLeg reply = walk.legs[0];
  reply.name = "reply";
  reply.reply = true;
  reply.state = IntervalSet::of(state_established);
  reply.hops[0].hook = Hook::output;
  walk.legs.push_back(reply);
  walk.must_return = seed % 4 == 1;
  return walk;
}

std::vector<Prover::Answer> judged(const Policy& policy, uint64_t seed, const solver::FlowRegions& claimed, solver::ProofSession& session, uint32_t& shared) {
  const Walk walk = walk_of(policy, seed);
  Prover prover(walk, nullptr, {}, &session);
  std::vector<Prover::Answer> answers;
  for (size_t leg = 0; leg < walk.legs.size(); ++leg) {
    answers.push_back(prover.all_pass(leg, claimed.legs[leg].passes));
    answers.push_back(prover.none_passes(leg, claimed.legs[leg].blocked));
    answers.push_back(prover.none_passes_outside(leg, claimed.legs[leg].passes));
    answers.push_back(prover.all_pass_outside(leg, claimed.legs[leg].blocked));
  }
  shared += prover.proof().shared;
  return answers;
}

TEST(AgreeOnSharing, ClaimsThatShareProofsAreJudgedAsOthers) {
  solver::SharedProofs all, none(0);
  solver::ProofSession sharing({}, &all), alone({}, &none);
  uint32_t shared = 0, not_shared = 0, refuted = 0;
  for (uint64_t seed = 0; seed < kPolicies; ++seed) {
    RandomOptions options;
    options.nat = options.rewrites = seed % 3 == 0;
    options.unknowns = seed % 5 == 0;
    const Policy policy = random_policy(seed, options);
    const Walk walk = walk_of(policy, seed);
    const solver::FlowRegions claimed = solver::compute(walk, solver::slice(walk), {});
    std::mt19937_64 random(seed);
    for (unsigned copy = 0; copy < kCopies; ++copy) {
      Policy changed = policy;
      if (copy > 0) change_one_thing(changed, random);
      const auto with = judged(changed, seed, claimed, sharing, shared), without = judged(changed, seed, claimed, alone, not_shared);
      ASSERT_EQ(with, without) << "seed " << seed << " copy " << copy << '\n' << dump(changed);
      refuted += static_cast<uint32_t>(std::count(with.begin(), with.end(), Prover::Answer::refuted));
    }
  }
  EXPECT_EQ(not_shared, 0u);
  EXPECT_GT(shared, kPolicies);    // else nothing was tested
  EXPECT_GT(refuted, kPolicies);
}

}  // namespace
}  // namespace fwproof::testing
