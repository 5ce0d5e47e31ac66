// Three meanings of a policy agree: the plain evaluator, the computed regions, and Z3. A failure prints the seed and the policy.
// One file: what is compared is the same for all worlds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "model/evaluate.h"
#include "model/point_index.h"
#include "model/rule_index.h"
#include "solver/ask.h"
#include "solver/encode.h"
#include "solver/flow.h"
#include "solver/replay.h"
#include "solver/z3_formulas.h"
#include "solver/z3_walk.h"
#include "tests/support/random_policy.h"
#include "tests/support/shrink.h"

namespace fwproof::testing {
namespace {

using namespace model;
using solver::PacketBox;
using solver::Prover;
using solver::Walk;

uint64_t first_seed() {
  const char* seed = std::getenv("FWPROOF_AGREE_SEED");
  return seed ? std::strtoull(seed, nullptr, 10) : 20'260'000;
}

enum class Fate { passes, blocked, depends, too_many_ways };

const AddressSet& local() {
  static const AddressSet kLocal = AddressSet::of(Family::v4, IntervalSet::range(2, 6));
  return kLocal;
}

uint64_t policies_wanted() {
  const char* wanted = std::getenv("FWPROOF_AGREE_POLICIES");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 100'000;
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

Packet packet_of(const Walk& walk, uint64_t index) {
  Packet packet;
  const auto take = [&](uint64_t size) {
    const uint64_t value = index % size;
    index /= size;
    return value;
  };
  packet.set(Field::src, take(kAddresses));
  packet.set(Field::dst, take(kAddresses));
  packet.set(Field::dst_port, take(kPorts));
  packet.set(Field::protocol, take(2) == 0 ? proto_tcp : proto_udp);
  packet.set(Field::src_port, take(kPorts));
  for (const Field field : {Field::icmp_type, Field::icmp_code, Field::mark, Field::fragment, Field::ct_status, Field::ct_dir}) packet.set(field, 0);
  packet.set(Field::state, walk.legs[0].state.min());
  packet.set(Field::tcp_flags, walk.legs[0].tcp_flags.min());
  if (packet.get(Field::state) == state_new) packet.set(Field::connmark, 0);
  return packet;
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

bool contains(const std::vector<PacketBox>& boxes, const Packet& packet) {
  return std::any_of(boxes.begin(), boxes.end(), [&](const PacketBox& box) {
    return box.src.contains(packet.get(Field::src)) && box.dst.contains(packet.get(Field::dst)) && box.protocol.contains(packet.get(Field::protocol)) &&
           box.src_port.contains(packet.get(Field::src_port)) && box.dst_port.contains(packet.get(Field::dst_port));
  });
}

Fate fate_in(const solver::FlowRegions::Leg& leg, const Packet& packet) {
  if (contains(leg.passes, packet)) return Fate::passes;
  return contains(leg.blocked, packet) ? Fate::blocked : Fate::depends;
}

// The packets to look at: all of a stride, so that a run stays short and other seeds look at others.
constexpr uint64_t kPackets = kAddresses * kAddresses * kPorts * 2 * kPorts;

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

// ---- Whole exchanges: the evaluator by way of replay, the regions and Z3 ----

// A policy per device, used in all hooks; replies pass the devices the other way round. Program and service are told apart too.
struct Exchange {
  Policy policies[2];
  Walk walk;
};

void add_names(Policy& policy, uint64_t seed) {
  policy.programs.add("a.exe");
  policy.services.add("dns");
  const auto guard = [&](Field field, size_t chain, uint32_t atom) {
    auto& rules = policy.chains[chain % policy.chains.size()].rules;
    if (!rules.empty()) rules[seed % rules.size()].terms.push_back({In{field, IntervalSet::of(atom)}, seed % 2 == 0});
  };
  if (seed % 5 == 0) guard(Field::program, seed, 1);
  if (seed % 7 == 0) guard(Field::service, seed + 1, 0);
  if (seed % 13 == 0) guard(Field::rpc_port, seed + 2, 1 + seed / 13 % 2);
}

void make_exchange(uint64_t seed, Exchange& made) {
  const bool two = seed % 3 == 0;
  RandomOptions options;
  options.unknowns = seed % 4 != 3;
  for (size_t i = 0; i < 2; ++i) {
    Policy& policy = made.policies[i];
    policy = random_policy(seed * 2 + i, options);
    add_names(policy, seed + i);
    if (seed % 2 == 0) move_to_v6(policy);
    for (Hook hook : {Hook::output, Hook::forward}) policy.hooks[static_cast<size_t>(hook)] = policy.hooks[static_cast<size_t>(Hook::input)];
  }
  Walk walk = tiny_walk(made.policies[0], two ? Hook::forward : Hook::input, state_new);
  walk.family = seed % 2 == 0 ? Family::v6 : Family::v4;
  if (seed % 11 == 0) {  // echo requests
    const bool v4 = walk.family == Family::v4;
    PacketBox& box = walk.in_question[0];
    box.protocol = IntervalSet::of(v4 ? proto_icmp : proto_icmpv6);
    box.icmp_type = IntervalSet::range(v4 ? 7 : 127, v4 ? 8 : 128);
    auto& rules = made.policies[0].chains[0].rules;
    rules.insert(rules.begin(), {{{In{Field::icmp_type, IntervalSet::of(v4 ? 0 : 129)}, false}}, {ActionKind::drop, 0}, {}, "", true, -1});
  }
  if (two) {
    solver::WalkHop last = walk.legs[0].hops[0];
    last.policy = &made.policies[1];
    last.hook = Hook::input;
    walk.legs[0].hops.push_back(last);
  }
  walk.legs.resize(3, walk.legs[0]);
  walk.legs[1].reply = true;
  walk.legs[1].state = walk.legs[2].state = IntervalSet::of(state_established);
  walk.legs[1].tcp_flags = IntervalSet::of(tcp_syn | tcp_ack);
  walk.legs[2].tcp_flags = IntervalSet::of(tcp_ack);
  std::reverse(walk.legs[1].hops.begin(), walk.legs[1].hops.end());
  for (solver::WalkHop& hop : walk.legs[1].hops)
    if (hop.hook == Hook::input) hop.hook = Hook::output;
  if (seed % 17 == 0) walk.legs[0].hops.back().rpc_port = walk.legs[1].hops.front().rpc_port = walk.legs[2].hops.back().rpc_port = IntervalSet::of(rpc_any_range);
  made.walk = std::move(walk);
}

std::string words(const Packet& packet) {
  std::string text;
  for (Field field : {Field::src, Field::dst, Field::protocol, Field::src_port, Field::dst_port, Field::icmp_type})
    text += " " + std::to_string(static_cast<uint64_t>(packet.get(field)));
  return text;
}

// What the evaluator says surely must be what the regions say, or less; and Z3 confirms the regions.
std::string exchange_disagrees(const Exchange& made) {
  const solver::Slice slice = solver::slice(made.walk);
  if (!solver::sliced_rightly(made.walk, slice)) return "sliced wrongly";
  solver::FlowRegions regions;
  try {
    regions = solver::compute(made.walk, slice, {});
  } catch (const solver::LimitReached&) {
    return "";
  }
  for (size_t leg = 0; leg < made.walk.legs.size(); ++leg) {
    const auto check = [&](const std::vector<PacketBox>& boxes, Verdict verdict) -> std::string {
      for (const PacketBox& box : boxes)
        for (const bool greatest : {false, true}) {
          const Packet client = solver::client_packet(made.walk, box, greatest);
          const solver::Replay replayed = solver::replay(made.walk, leg, client);
          if (replayed.outcome.limit_reached || replayed.verdict == Verdict::depends) continue;
          const bool passes = replayed.verdict == Verdict::accept;
          if (passes != (verdict == Verdict::accept)) return "leg " + std::to_string(leg) + ": the evaluator contradicts, packet" + words(client);
        }
      return "";
    };
    for (const std::string& said : {check(regions.legs[leg].passes, Verdict::accept), check(regions.legs[leg].blocked, Verdict::drop)})
      if (!said.empty()) return said;
  }
  Prover prover(made.walk, &slice, {});
  for (size_t leg = 0; leg < made.walk.legs.size(); ++leg) {
    if (prover.all_pass(leg, regions.legs[leg].passes) == Prover::Answer::refuted) return "leg " + std::to_string(leg) + ": Z3: not all passes";
    if (prover.none_passes(leg, regions.legs[leg].blocked) == Prover::Answer::refuted) return "leg " + std::to_string(leg) + ": Z3: some of blocked passes";
  }
  return "";
}

TEST(Agree, AllThreeOnAnswersThatAreTranslatedBack) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 200, 1);
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed) {
    Exchange made;
    make_exchange(seed, made);
    const std::string what = exchange_disagrees(made);
    if (what.empty()) continue;
    ++failures;
    // Smaller, one device after the other.
    for (Policy& policy : made.policies)
      policy = shrink(policy, [&](const Policy& candidate) {
        const Policy kept = policy;
        policy = candidate;
        const bool fails = !exchange_disagrees(made).empty();
        policy = kept;
        return fails;
      });
    ADD_FAILURE() << "seed " << seed << ": " << what << "\nsmallest: " << exchange_disagrees(made) << "\nfirst\n"
                  << dump(made.policies[0]) << (made.walk.legs[0].hops.size() > 1 ? "second\n" + dump(made.policies[1]) : "");
  }
}

// Every list of at most three rules over a small alphabet, with both ends, in one base chain and one chain that it may call.
// What two answers to one question list as breaking and as undecided.
std::string lists_disagree(const Walk& walk, const solver::Answer& one, const solver::Answer& other) {
  if (other.empty != one.empty || other.any_breaks != one.any_breaks || other.any_undecided != one.any_undecided || other.all_break != one.all_break) return "another answer";
  const auto boxes = [](const std::vector<solver::Finding>& findings, size_t leg) {
    std::vector<PacketBox> all;
    for (const solver::Finding& finding : findings)
      if (finding.leg == leg) all.push_back(finding.box);
    return all;
  };
  for (size_t leg = 0; leg < walk.legs.size() && one.listed_all && other.listed_all; ++leg) {
    const auto these = boxes(one.breaks, leg), those = boxes(other.breaks, leg);
    for (uint64_t index = 0; index < kPackets; index += 13)
      if (const Packet packet = packet_of(walk, index); contains(these, packet) != contains(those, packet)) return "another list: packet " + std::to_string(index);
  }
  return "";
}

// A question that is cut as far as it can be, for its regions and for its proof, has the answer of the whole.
std::string pieces_disagree(const Exchange& made, solver::Wanted wanted, uint64_t steps, size_t& answered_in_pieces) {
  solver::Limits whole_limits, limits;
  limits.rules_at_once = 1;
  limits.diagram_steps = steps;
  limits.many_edges = 1;   // and nodes are divided wherever they can be
  solver::ProofSession proofs(whole_limits);
  const solver::Answer whole = solver::ask(made.walk, wanted, whole_limits, &proofs), cut = solver::ask(made.walk, wanted, limits, &proofs);
  for (const solver::Answer* answer : {&whole, &cut})
    if (!answer->fault.empty()) return answer->fault;
  if (!whole.limit.empty()) return "";
  if (cut.any_breaks && !whole.any_breaks) return "a break that is none";
  if (!cut.limit.empty()) return cut.proven ? "proven, although a limit was reached" : "";
  answered_in_pieces += cut.proof.queries > whole.proof.queries;
  return lists_disagree(made.walk, whole, cut);
}

TEST(Agree, PiecesWithTheWhole) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 200, 1);
  size_t asked = 0, in_pieces = 0;
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed) {
    Exchange made;
    make_exchange(seed, made);
    ++asked;
    for (const solver::Wanted wanted : {solver::Wanted::all_pass, solver::Wanted::none_pass})
      for (const uint64_t steps : {uint64_t{300}, uint64_t{5'000}, solver::Limits{}.diagram_steps})
        if (const std::string what = pieces_disagree(made, wanted, steps, in_pieces); !what.empty()) {
          ADD_FAILURE() << "seed " << seed << ", " << (wanted == solver::Wanted::all_pass ? "all pass" : "none passes") << ", " << steps << " steps: " << what;
          ++failures;
        }
  }
  EXPECT_GT(in_pieces, asked / 2) << "hardly anything was cut";
}

// Questions that are asked together have the answers that each has alone.
std::string together_disagree(const Exchange& made, solver::Wanted wanted, uint32_t rules_at_once, size_t& shared) {
  std::vector<Walk> walks;
  for (uint64_t port = 0; port <= kPorts; ++port) {
    Walk walk = made.walk;
    for (PacketBox& box : walk.in_question) {
      if (port < kPorts) box.dst_port = IntervalSet::of(port);
      else box.src = IntervalSet::range(0, kAddresses / 2);   // overlaps with the others
    }
    walks.push_back(std::move(walk));
  }
  walks[1].must_return = !walks[1].must_return;   // not like the others
  std::vector<const Walk*> all;
  for (const Walk& walk : walks) all.push_back(&walk);
  solver::Limits limits;
  limits.rules_at_once = rules_at_once;
  solver::ProofSession proofs(limits), own_proofs(limits);
  const std::vector<solver::Answer> answers = solver::ask_all(all, wanted, limits, &proofs);
  for (size_t i = 0; i < walks.size(); ++i) {
    const solver::Answer alone = solver::ask(walks[i], wanted, solver::Limits{}, &own_proofs);
    if (!answers[i].fault.empty()) return answers[i].fault;
    if (answers[i].proven != alone.proven) return "proven alone or together only";
    if (const std::string what = lists_disagree(walks[i], alone, answers[i]); !what.empty()) return what + ", question " + std::to_string(i);
  }
  shared += proofs.proofs().queries < own_proofs.proofs().queries;
  return "";
}

TEST(Agree, QuestionsTogetherWithEachAlone) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 400, 1);
  size_t shared = 0;
  int failures = 0;
  for (uint64_t seed = first_seed(), end = seed + count; seed < end && failures < 3; ++seed) {
    Exchange made;
    make_exchange(seed, made);
    if (seed % 5 == 0) {
      made.walk.not_in_question = made.walk.in_question;
      made.walk.not_in_question[0].src = IntervalSet::range(0, kAddresses / 3);
    }
    for (const solver::Wanted wanted : {solver::Wanted::all_pass, solver::Wanted::none_pass})
      for (const uint32_t rules_at_once : {1u, solver::Limits{}.rules_at_once})
        if (const std::string what = together_disagree(made, wanted, rules_at_once, shared); !what.empty()) {
          ADD_FAILURE() << "seed " << seed << ", " << (wanted == solver::Wanted::all_pass ? "all pass" : "none passes") << ", " << rules_at_once << " rules at once: " << what;
          ++failures;
        }
  }
  EXPECT_GT(shared, count) << "hardly any proof was shared";
}

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
