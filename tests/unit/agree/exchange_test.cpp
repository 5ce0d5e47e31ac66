// Whole exchanges, with answers that are translated back: the evaluator by way of replay, the regions and Z3 say the same; and a question has one answer,
// whether it is asked at once, in pieces, or together with others.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "solver/ask.h"
#include "solver/encode.h"
#include "solver/flow.h"
#include "solver/replay.h"
#include "tests/support/random_policy.h"
#include "tests/support/shrink.h"
#include "tests/unit/agree/packets.h"

namespace fwproof::testing {
namespace {

using namespace model;
using solver::PacketBox;
using solver::Prover;
using solver::Walk;

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

// What two answers to one question list as breaking and as undecided.
std::string lists_disagree(const Walk& walk, const solver::Answer& one, const solver::Answer& other) {
  if (other.empty != one.empty || other.any_breaks != one.any_breaks || other.any_undecided != one.any_undecided || other.all_break != one.all_break) return "another answer";
  if (!one.listed_all || !other.listed_all) return "";
  const auto boxes = [](const std::vector<solver::Finding>& findings, std::optional<size_t> leg) {
    std::vector<PacketBox> all;
    for (const solver::Finding& finding : findings)
      if (!leg || finding.leg == *leg) all.push_back(finding.box);
    return all;
  };
  const auto differ = [&](const std::vector<PacketBox>& these, const std::vector<PacketBox>& those) -> std::string {
    for (uint64_t index = 0; index < kPackets; index += 13)
      if (const Packet packet = packet_of(walk, index); contains(these, packet) != contains(those, packet)) return "another list: packet " + std::to_string(index);
    return "";
  };
  for (size_t leg = 0; leg < walk.legs.size(); ++leg)
    if (const std::string what = differ(boxes(one.breaks, leg), boxes(other.breaks, leg)); !what.empty()) return what;
  return differ(boxes(one.undecided, {}), boxes(other.undecided, {}));
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
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 100, 1);
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
  std::vector<solver::AskedWalk> all;
  for (const Walk& walk : walks) all.push_back({&walk, wanted});
  solver::Limits limits;
  limits.rules_at_once = rules_at_once;
  solver::ProofSession proofs(limits), own_proofs(limits), proofs_beside(limits);
  const std::vector<solver::Answer> answers = solver::ask_all(all, limits, &proofs);
  proofs_beside.start();
  const std::vector<solver::Answer> beside = solver::ask_all(all, limits, &proofs_beside);
  for (size_t i = 0; i < walks.size(); ++i) {
    const solver::Answer alone = solver::ask(walks[i], wanted, solver::Limits{}, &own_proofs);
    if (!answers[i].fault.empty()) return answers[i].fault;
    if (answers[i].proven != alone.proven) return "proven alone or together only";
    if (beside[i].proven != answers[i].proven || beside[i].fault != answers[i].fault || beside[i].proof.queries != answers[i].proof.queries) return "a thread for proofs changes an answer";
    if (const std::string what = lists_disagree(walks[i], answers[i], beside[i]); !what.empty()) return "a thread for proofs changes an answer: " + what;
    if (const std::string what = lists_disagree(walks[i], alone, answers[i]); !what.empty()) return what + ", question " + std::to_string(i);
  }
  shared += proofs.proofs().queries < own_proofs.proofs().queries;
  return "";
}

TEST(Agree, QuestionsTogetherWithEachAlone) {
  const uint64_t count = std::max<uint64_t>(policies_wanted() / 200, 1);
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

}  // namespace
}  // namespace fwproof::testing
