// Three meanings of a policy agree: the plain evaluator, the computed regions, and Z3. A failure prints the seed and the policy.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/evaluate.h"
#include "model/point_index.h"
#include "model/rule_index.h"
#include "solver/encode.h"
#include "solver/flow.h"
#include "solver/replay.h"
#include "solver/z3_formulas.h"
#include "solver/z3_walk.h"
#include "tests/support/random_policy.h"
#include "tests/support/shrink.h"
#include "tests/unit/agree/packets.h"

namespace fwproof::testing {
namespace {

using namespace model;
using solver::PacketBox;
using solver::Prover;
using solver::Walk;

enum class Fate { passes, blocked, depends, too_many_ways };

const AddressSet& local() {
  static const AddressSet kLocal = AddressSet::of(Family::v4, IntervalSet::range(2, 6));
  return kLocal;
}

// Every second policy rewrites nothing, or has no unknown conditions and rewrites whole fields: there all three meanings are exact.
Policy policy_of(uint64_t seed) {
  RandomOptions options;
  options.bits = seed % 2 == 0;
  options.rewrites = seed % 4 != 1;
  options.unknowns = seed % 4 != 3;
  return random_policy(seed, options);
}

// In input on a host of its own addresses; every other policy meets a later packet of a connection.
Walk walk_of(const Policy& policy, uint64_t seed) {
  constexpr unsigned kStates[] = {state_new, state_established, state_new, state_established, state_related, state_untracked};
  Walk walk = tiny_walk(policy, Hook::input, kStates[seed % 6]);
  if (seed % 3 != 0) walk.legs[0].hops[0].local = &local();
  return walk;
}

// The routing decision as a chain that drops. The evaluator tells "dropped" from "sent on" and calls a packet that may meet either
// one undecided; a walk does not: neither arrives.
Policy with_routing_as_chain(const Policy& policy) {
  Policy copy = policy;
  Chain chain;
  chain.at_end = ActionKind::accept;
  chain.rules.push_back({{Term{InAddresses{Field::dst, local()}, true}}, {ActionKind::drop, 0}, {}, "", true, -1});
  for (Stage& stage : copy.hooks[0])
    if (stage.kind == Stage::Kind::route) stage = {Stage::Kind::filter, static_cast<uint32_t>(policy.chains.size())};
  copy.chains.push_back(std::move(chain));
  return copy;
}

Fate fate_of(const Policy& policy, const AddressSet* local, const Packet& packet) {
  const std::map<Field, IntervalSet> domains = {
      {Field::in, policy.interfaces.all().minus(IntervalSet::of(policy.interfaces.atom_of("lo")))}};
  EvaluateOptions options;
  options.local = local;
  options.domains = &domains;
  const Outcome outcome = evaluate(policy, Hook::input, packet, options);
  if (outcome.limit_reached) return Fate::too_many_ways;
  if (outcome.verdict == Verdict::depends) return Fate::depends;
  return outcome.verdict == Verdict::accept && outcome.arrives ? Fate::passes : Fate::blocked;
}

Fate fate_of(const Walk& walk, const Packet& packet) {
  const solver::WalkHop& hop = walk.legs[0].hops[0];
  const Fate fate = fate_of(*hop.policy, hop.local, packet);
  return hop.local && fate == Fate::depends ? fate_of(with_routing_as_chain(*hop.policy), nullptr, packet) : fate;
}

Fate fate_in(const solver::FlowRegions::Leg& leg, const Packet& packet) {
  if (contains(leg.passes, packet)) return Fate::passes;
  return contains(leg.blocked, packet) ? Fate::blocked : Fate::depends;
}

// Rewriting some bits of a field that is not constant: the regions take any result that has the other bits, and may say "depends"
// where the other two know.
bool rewrites_bits(const Policy& policy) {
  for (const RewriteAction& action : policy.rewrites)
    for (const Rewrite& step : action.steps)
      if (step.kind == Rewrite::Kind::netmap || step.kind == Rewrite::Kind::copy_bits) return true;
  return false;
}

// Where the regions may say "depends" although the other two know: see rewrites_bits(); and where ways of a packet meet again, one of them
// rewritten to what it was, the regions forget what a pure condition was on the other.
bool regions_may_be_weaker(const Policy& policy, uint64_t seed) {
  return rewrites_bits(policy) || (!policy.rewrites.empty() && seed % 4 != 3);
}

std::string regions_disagree(const Policy& policy, uint64_t seed, uint64_t stride) {
  const Walk walk = walk_of(policy, seed);
  solver::Limits limits;
  if (seed % 3 == 1) limits.verdicts_at_once = 2, limits.apart_from = 1;   // what pays with many rules
  const solver::FlowRegions regions = solver::compute(walk, solver::slice(walk), limits);
  const bool weaker = regions_may_be_weaker(policy, seed);
  for (uint64_t index = seed % stride; index < kPackets; index += stride) {
    const Packet packet = packet_of(walk, index);
    const Fate plain = fate_of(walk, packet);
    const Fate fast = fate_in(regions.legs[0], packet);
    if (plain == fast || plain == Fate::too_many_ways || (fast == Fate::depends && weaker)) continue;
    return "packet " + std::to_string(index) + ": evaluator " + std::to_string(static_cast<int>(plain)) + ", regions " + std::to_string(static_cast<int>(fast));
  }
  return "";
}

std::string z3_disagrees(const Policy& policy, uint64_t seed, uint64_t stride) {
  const Walk walk = walk_of(policy, seed);
  Prover prover(walk, nullptr, {});
  std::vector<PacketBox> boxes[4];
  const bool exact = !rewrites_bits(policy);  // the evaluator keeps no single bits of a field that it does not know
  for (uint64_t index = seed % stride; index < kPackets; index += stride) {
    const Packet packet = packet_of(walk, index);
    boxes[static_cast<int>(fate_of(walk, packet))].push_back(box_of(packet));
  }
  if (prover.all_pass(0, boxes[0]) != Prover::Answer::proven) return "not all of the evaluator's passing packets pass";
  if (prover.none_passes(0, boxes[1]) != Prover::Answer::proven) return "some of the evaluator's blocked packets pass";
  for (const PacketBox& box : boxes[2]) {
    if (!exact) break;
    if (prover.all_pass(0, {box}) != Prover::Answer::refuted) return "a packet that depends passes always";
    if (prover.none_passes(0, {box}) != Prover::Answer::refuted) return "a packet that depends passes never";
  }
  return "";
}

template <typename Disagree>
bool agrees(uint64_t seed, const Policy& policy, const Disagree& disagree) {
  const std::string what = disagree(policy, seed);
  if (what.empty()) return true;
  const Policy small = shrink(policy, [&](const Policy& candidate) { return !disagree(candidate, seed).empty(); });
  ADD_FAILURE() << "seed " << seed << ": " << what << "\nsmallest: " << disagree(small, seed) << "\n" << dump(small);
  return false;
}

TEST(Agree, RegionsWithTheEvaluatorOnRandomPolicies) {
  const uint64_t count = policies_wanted();
  std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(first_seed()), static_cast<unsigned long long>(first_seed() + count - 1));
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed)
    failures += !agrees(seed, policy_of(seed), [](const Policy& p, uint64_t s) { return regions_disagree(p, s, 67); });
}

// With an index over every chain, and without the blocks that a question about what passes can do without: the same answers.
std::string index_changes(const Policy& policy, uint64_t seed) {
  Policy indexed = policy;
  indexed.index = std::make_shared<const RuleIndex>(indexed, 1);
  const PointIndex points(indexed, 1, 1);
  const Walk walk = walk_of(indexed, seed), plain_walk = walk_of(policy, seed);
  solver::Slice slice = solver::slice(walk);
  if (!solver::sliced_rightly(walk, slice)) return "sliced wrongly";
  if (solver::kept_rules(slice) > solver::kept_rules(solver::slice(plain_walk))) return "a larger slice";
  const solver::FlowRegions whole = solver::compute(walk, slice, {});
  solver::leave_out_idle(walk, slice);
  if (!solver::sliced_rightly(walk, slice, true)) return "a block is missing that is not idle";
  const solver::FlowRegions regions = solver::compute(walk, slice, {});
  constexpr uint64_t kStride = 61;
  for (uint64_t index = seed % kStride; index < kPackets; index += kStride) {
    Packet packet = packet_of(walk, index);
    if (fate_in(whole.legs[0], packet) != fate_in(regions.legs[0], packet)) return "idle blocks: packet " + std::to_string(index);
    // Where several ways end alike, the first one tried is told, and the index tries fewer.
    const bool one_way = seed % 4 == 3;
    for (size_t field = 0; one_way && field < kFields; ++field)
      if (!packet.known[field]) packet.set(static_cast<Field>(field), 0);
    EvaluateOptions by_points;
    by_points.points = &points;
    const Outcome plain = evaluate(policy, Hook::input, packet);
    for (const Outcome& fast : {evaluate(indexed, Hook::input, packet), evaluate(indexed, Hook::input, packet, by_points)}) {
      if (fast.limit_reached || plain.limit_reached) continue;
      const bool same_end = !one_way || fast.verdict == Verdict::depends || (fast.decided_by == plain.decided_by && fast.out == plain.out);
      if (fast.verdict != plain.verdict || !same_end) return "evaluator: packet " + std::to_string(index);
    }
  }
  return "";
}

TEST(Agree, TheIndexChangesNothing) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 10, 1);
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed) failures += !agrees(seed, policy_of(seed), index_changes);
}

// Every set of more than one interval is a predicate to Z3.
std::string large_sets_disagree(const Policy& policy, uint64_t seed) {
  if (rewrites_bits(policy)) return "";   // the evaluator keeps no single bits of a field that it does not know
  const Walk walk = walk_of(policy, seed);
  solver::Formulas formulas;
  solver::Z3Walk encoded(formulas, walk, nullptr, 200'000);
  solver::Z3Session session(30'000, 1);
  solver::Z3Formulas z3(session, formulas);
  z3.tell_promises();
  std::vector<PacketBox> boxes[4];
  constexpr uint64_t kStride = 67;
  for (uint64_t index = seed % kStride; index < kPackets; index += kStride) {
    const Packet packet = packet_of(walk, index);
    boxes[static_cast<int>(fate_of(walk, packet))].push_back(box_of(packet));
  }
  const solver::Formula passes = encoded.legs()[0].passes;
  const auto some = [&](const std::vector<PacketBox>& region, bool passing) {
    return session.check({session.named(z3.of(formulas.both(encoded.inside(region), passing ? passes : formulas.negation(passes))))});
  };
  if (some(boxes[0], false) != z3::unsat) return "not all of the evaluator's passing packets pass";
  if (some(boxes[1], true) != z3::unsat) return "some of the evaluator's blocked packets pass";
  if (!boxes[0].empty() && some(boxes[0], true) != z3::sat) return "no packet passes";
  if (!boxes[1].empty() && some(boxes[1], false) != z3::sat) return "every packet passes";
  for (const PacketBox& box : boxes[2])
    for (const bool passing : {false, true})
      if (some({box}, passing) != z3::sat) return "a packet that depends does not";
  return "";
}

TEST(Agree, Z3WithLargeSetsAsPredicates) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 200, 1);
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed) failures += !agrees(seed, policy_of(seed), large_sets_disagree);
}

TEST(Agree, Z3WithTheEvaluatorOnRandomPolicies) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 50, 1);
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed)
    failures += !agrees(seed, policy_of(seed), [](const Policy& p, uint64_t s) { return z3_disagrees(p, s, 67); });
}

// The regions, as Z3 sees them: right throughout, and complete.
std::string z3_denies_regions(const Policy& policy, uint64_t seed) {
  const Walk walk = walk_of(policy, seed);
  const solver::Slice slice = solver::slice(walk);
  const solver::FlowRegions::Leg regions = solver::compute(walk, slice, {}).legs[0];
  Prover prover(walk, &slice, {});
  const auto joined = [](std::vector<PacketBox> a, const std::vector<PacketBox>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  if (prover.all_pass(0, regions.passes) != Prover::Answer::proven) return "not all passes";
  if (prover.none_passes(0, regions.blocked) != Prover::Answer::proven) return "some of blocked passes";
  if (prover.none_passes_outside(0, joined(regions.passes, regions.depends)) != Prover::Answer::proven) return "blocked is not all the rest";
  if (prover.all_pass_outside(0, joined(regions.blocked, regions.depends)) != Prover::Answer::proven) return "passes is not all the rest";
  return "";
}

TEST(Agree, Z3WithTheRegionsOnRandomPolicies) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 50, 1);
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed)
    failures += !agrees(seed, policy_of(seed), z3_denies_regions);
}

// What a replayed packet is certain of, the regions say too.
std::string replay_denies_exchange(const Walk& walk, const solver::FlowRegions& regions, uint64_t seed) {
  for (uint64_t index = seed % 911; index < kPackets; index += 911) {
    const Packet packet = packet_of(walk, index);
    const Packet client = solver::client_packet(walk, box_of(packet));
    for (size_t leg = 0; leg < walk.legs.size(); ++leg) {
      const solver::Replay replay = solver::replay(walk, leg, client);
      if (replay.verdict == Verdict::depends) continue;
      const Fate plain = replay.verdict == Verdict::accept ? Fate::passes : Fate::blocked;
      const Fate fast = fate_in(regions.legs[leg], packet);
      if (fast != plain && fast != Fate::depends)
        return "leg " + std::to_string(leg) + ", packet " + std::to_string(index) + ": replay " + std::to_string(static_cast<int>(plain));
    }
  }
  return "";
}

// Request, answer and a later packet, the answer through the same chains on the way out: translation and its undoing.
std::string z3_denies_exchange(const Policy& original, uint64_t seed) {
  Policy policy = original;
  policy.hooks[static_cast<size_t>(Hook::output)] = policy.hooks[static_cast<size_t>(Hook::input)];
  Walk walk = walk_of(policy, seed);
  walk.legs[0].state = IntervalSet::of(state_new);
  walk.legs.resize(3, walk.legs[0]);
  walk.legs[1].reply = true;
  walk.legs[1].hops[0].hook = Hook::output;
  if (seed % 5 != 0) walk.legs[1].hops[0].local = nullptr;
  walk.legs[1].state = walk.legs[2].state = IntervalSet::of(state_established);
  const solver::Slice slice = solver::slice(walk);
  const solver::FlowRegions regions = solver::compute(walk, slice, {});
  if (const std::string what = replay_denies_exchange(walk, regions, seed); !what.empty()) return what;
  Prover prover(walk, &slice, {});
  for (size_t leg = 0; leg < walk.legs.size(); ++leg) {
    const std::string where = "leg " + std::to_string(leg) + ": ";
    if (prover.all_pass(leg, regions.legs[leg].passes) != Prover::Answer::proven) return where + "not all passes";
    if (prover.none_passes(leg, regions.legs[leg].blocked) != Prover::Answer::proven) return where + "some of blocked passes";
  }
  return "";
}

TEST(Agree, Z3WithTheRegionsOnWholeExchanges) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 100, 1);
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed)
    failures += !agrees(seed, policy_of(seed), z3_denies_exchange);
}

// Every list of at most three rules over a small alphabet, with both ends, in one base chain and one chain that it may call.
TEST(Agree, RegionsWithTheEvaluatorOnAllSmallPolicies) {
  std::vector<Rule> alphabet;
  const std::vector<std::vector<Term>> conditions = {
      {}, {Term{InAddresses{Field::src, AddressSet::of(Family::v4, IntervalSet::range(2, 5))}}}, {Term{In{Field::dst_port, IntervalSet::of(1)}, true}}, {Term{Unknown{0}}}};
  const std::vector<Action> actions = {{ActionKind::accept, 0}, {ActionKind::drop, 0}, {ActionKind::return_, 0}, {ActionKind::jump, 1}, {ActionKind::go_to, 1}};
  for (const auto& terms : conditions)
    for (const Action& action : actions) alphabet.push_back({terms, action, {}, "", true, -1});
  Policy policy;
  policy.v4 = true;
  policy.interfaces.add("lo");
  add_unknown(policy, {UnknownCondition::Sharing::pure, "string", "a", {}});
  policy.hooks[0] = {{Stage::Kind::filter, 0}};
  policy.chains.resize(2);
  policy.chains[1].rules = {{{Term{In{Field::dst_port, IntervalSet::range(0, 1)}}}, {ActionKind::drop, 0}, {}, "", true, -1},
                            {{Term{Unknown{0}}}, {ActionKind::accept, 0}, {}, "", true, -1}};
  const size_t size = alphabet.size();
  int failures = 0;
  for (size_t list = 0; list < size * size * size * 2 && failures < 3; ++list) {
    policy.chains[0].at_end = list % 2 == 0 ? ActionKind::accept : ActionKind::drop;
    const size_t rules = list / 2;
    policy.chains[0].rules = {alphabet[rules % size], alphabet[rules / size % size], alphabet[rules / size / size]};
    failures += !agrees(0, policy, [](const Policy& p, uint64_t s) { return regions_disagree(p, s, 5); });
    if (list % 40 == 0) failures += !agrees(0, policy, z3_denies_regions);
  }
}

}  // namespace
}  // namespace fwproof::testing
