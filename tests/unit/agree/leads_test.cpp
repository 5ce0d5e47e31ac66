// Following only what something leads to the end of a walk changes no answer, whatever translates destinations on the way.
#include <gtest/gtest.h>

#include <random>

#include "solver/ask_piece.h"
#include "solver/flow.h"
#include "solver/leads.h"
#include "tests/unit/agree/packets.h"

namespace fwproof::testing {
namespace {

using namespace model;
using solver::Answer;
using solver::Limits;
using solver::PacketBox;
using solver::Walk;
using solver::Wanted;

constexpr uint32_t kChains = 6;

// Rules of a router that translates destinations: chains call later ones alone; the first is its nat table's, the second its filter's.
class Router {
 public:
  explicit Router(std::mt19937& random) : random_(random) {}

  Policy policy() {
    policy_.v4 = true;
    policy_.interfaces.add("lo");
    add_unknown(policy_, {UnknownCondition::Sharing::pure, "string", "a", {}});
    add_unknown(policy_, {UnknownCondition::Sharing::per_visit, "limit", "b", {}});
    policy_.assumptions.push_back({"assumed", {}});
    for (uint32_t number = 0; number < kChains; ++number) add_chain(number);
    policy_.hooks[static_cast<size_t>(Hook::forward)] = {{Stage::Kind::nat, 0}, {Stage::Kind::route, 0}, {Stage::Kind::filter, 1}};
    if (below(3) == 0) policy_.hooks[static_cast<size_t>(Hook::forward)].push_back({Stage::Kind::nat, below(2) == 0 ? 0u : 2u});
    bind_names(policy_, {});
    return std::move(policy_);
  }

 private:
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
  IntervalSet some(uint32_t of) {
    const uint32_t first = below(of);
    return IntervalSet::range(first, std::min(of - 1, first + below(3)));
  }

  Term term_of_port() { return {In{Field::dst_port, some(kPorts)}, below(4) == 0}; }

  Term term() {
    switch (below(7)) {
      case 5: return {AnyOf{{{term_of_port()}, {term_of_port(), {In{Field::protocol, IntervalSet::of(proto_udp)}}}}}, below(8) == 0};
      case 0:
      case 1: return {InAddresses{Field::dst, AddressSet::of(Family::v4, some(kAddresses))}, below(8) == 0};
      case 2: return {In{Field::dst_port, some(kPorts)}, below(8) == 0};
      case 3: return {In{Field::protocol, IntervalSet::of(proto_tcp)}, below(8) == 0};
      case 4: return {InAddresses{Field::src, AddressSet::of(Family::v4, some(kAddresses))}};
      default: return {Unknown{below(2)}};
    }
  }

  Action rewriting() {
    RewriteAction action;
    action.then = ActionKind::accept;
    const auto assign = [&](Field field, IntervalSet values) { action.steps.push_back({Rewrite::Kind::assign, field, std::move(values), "", 0, 0, Field::mark}); };
    const auto bits = [&](Rewrite::Kind kind, Field field, u128 mask, u128 value, Field from) { action.steps.push_back({kind, field, {}, "", mask, value, from}); };
    const uint32_t kind = below(13);
    if (kind == 0) assign(Field::mark, IntervalSet::of(1)), action.then = ActionKind::proceed;
    else if (kind == 1) assign(Field::dst_port, IntervalSet::of(below(kPorts)));
    else if (kind == 10) bits(Rewrite::Kind::netmap, Field::dst, max_value(32) - 3, below(2) * 4, Field::mark);
    else if (kind == 11) bits(Rewrite::Kind::copy_bits, Field::dst_port, max_value(16), 0, Field::src_port);
    else if (kind == 12) assign(Field::src, IntervalSet::of(below(kAddresses)));
    else assign(Field::dst, kind == 2 ? some(kAddresses) : IntervalSet::of(below(kAddresses)));
    if (kind > 6 && kind < 10) assign(Field::dst_port, IntervalSet::of(below(kPorts)));
    if (kind == 9) assign(Field::dst, IntervalSet::of(below(kAddresses)));   // the last one counts
    policy_.rewrites.push_back(std::move(action));
    return {ActionKind::rewrite, static_cast<uint32_t>(policy_.rewrites.size() - 1)};
  }

  Action action(uint32_t chain, bool nat) {
    const uint32_t dice = below(10);
    if (dice < 4 && chain + 1 < kChains) return {below(4) == 0 ? ActionKind::go_to : ActionKind::jump, std::max(chain + 1, 2u) + below(kChains - std::max(chain + 1, 2u))};
    if (dice < 7 && nat) return rewriting();
    if (dice == 7) return {ActionKind::return_, 0};
    if (dice == 8) return {below(3) == 0 ? ActionKind::unknown : ActionKind::proceed, 0};
    return {below(2) == 0 ? ActionKind::accept : ActionKind::drop, 0};
  }

  void add_chain(uint32_t number) {
    Chain chain{"c" + std::to_string(number), {}, number > 1 ? ActionKind::return_ : number == 1 && below(3) == 0 ? ActionKind::drop : ActionKind::accept, {}, "", -1};
    for (uint32_t count = number == 1 ? below(3) : 1 + below(4); count > 0; --count) {
      std::vector<Term> terms;
      for (uint32_t more = below(3); more > 0; --more) terms.push_back(term());
      chain.rules.push_back({std::move(terms), action(number, number != 1), {}, "", below(20) > 0, below(12) == 0 ? 0 : -1});
    }
    policy_.chains.push_back(std::move(chain));
  }

  std::mt19937& random_;
  Policy policy_;
};

// Lets in what arrives at its addresses, or some ports of them.
Policy end_of_way(std::mt19937& random) {
  Policy policy;
  policy.v4 = true;
  policy.interfaces.add("lo");
  Chain chain{"arrival", {}, ActionKind::drop, {}, "", -1};
  for (uint32_t port = random() % 3; port < kPorts; port += 2)
    chain.rules.push_back({{{In{Field::protocol, IntervalSet::of(random() % 2 ? proto_tcp : proto_udp)}}, {In{Field::dst_port, IntervalSet::of(port)}}}, {random() % 4 ? ActionKind::accept : ActionKind::drop, 0}, {}, "", true, -1});
  policy.chains = {chain};
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::route, 0}};
  if (random() % 4 > 0) policy.hooks[static_cast<size_t>(Hook::input)].push_back({Stage::Kind::filter, 0});
  bind_names(policy, {});
  return policy;
}

// A packet's way through two routers to a host.
struct Way {
  std::vector<Policy> policies;
  AddressSet own;
  Walk walk;

  explicit Way(std::mt19937& random) {
    for (uint32_t routers = 1 + random() % 2; routers > 0; --routers) policies.push_back(Router(random).policy());
    policies.push_back(end_of_way(random));
    const uint32_t first = random() % (kAddresses - 1);
    own = AddressSet::of(Family::v4, IntervalSet::range(first, first + random() % 2));
    walk = tiny_walk(policies[0], Hook::forward, state_new);
    const solver::WalkHop hop = walk.legs[0].hops[0];
    walk.legs[0].hops.clear();
    for (const Policy& policy : policies) {
      walk.legs[0].hops.push_back(hop);
      walk.legs[0].hops.back().policy = &policy;
    }
    walk.legs[0].hops.back().hook = Hook::input;
    walk.legs[0].hops.back().local = &own;
    if (random() % 3 == 0) walk.in_question[0].protocol = IntervalSet::of(proto_tcp);
  }
};

enum class Fate { passes, depends, blocked };

Fate fate_in(const solver::FlowRegions::Leg& leg, const Packet& packet) {
  if (contains(leg.passes, packet)) return Fate::passes;
  return contains(leg.depends, packet) ? Fate::depends : Fate::blocked;
}

Limits forced() {
  Limits limits;
  limits.leads_from = 0;
  return limits;
}

std::optional<std::vector<PacketBox>> leads_of(const Walk& walk) {
  uint64_t steps = 20'000'000;
  return solver::leads_of(walk, forced(), steps);
}

std::optional<bool> leads_rightly(const Walk& walk, const std::vector<PacketBox>& leads) {
  uint64_t steps = 20'000'000;
  return solver::leads_rightly(walk, leads, steps);
}

Fate fate_by(const std::vector<solver::FlowRegions>& pieces, const Packet& packet) {
  Fate fate = Fate::blocked;
  for (const solver::FlowRegions& piece : pieces) fate = std::min(fate, fate_in(piece.legs[0], packet));
  return fate;
}

std::string describe(const Way& way) {
  std::string text;
  for (const Policy& policy : way.policies) text += dump(policy);
  return text;
}

TEST(Leads, the_rest_does_not_pass) {
  std::mt19937 random(21);
  size_t told = 0, less = 0, lost = 0;
  for (uint64_t round = 0; round < policies_wanted() / 5; ++round) {
    const Way way(random);
    const auto leads = leads_of(way.walk);
    if (leads) { ASSERT_EQ(leads_rightly(way.walk, *leads), true) << round << "\n" << describe(way); }
    const auto led = solver::led(way.walk, forced());
    if (!led) continue;
    ++told;
    ASSERT_EQ(led->fault, "") << round << "\n" << describe(way);
    const solver::Slice slice = solver::slice(way.walk);
    const solver::FlowRegions whole = solver::compute(way.walk, slice, {});
    std::vector<solver::FlowRegions> pieces;
    size_t rules = 0;
    for (const solver::Piece& piece : led->pieces) {
      ASSERT_TRUE(solver::sliced_rightly(piece.walk, piece.slice, true)) << round << "\n" << describe(way);
      pieces.push_back(solver::compute(piece.walk, piece.slice, {}));
      rules = std::max(rules, solver::kept_rules(piece.slice));
      solver::Slice all = solver::slice(piece.walk);
      const size_t before = solver::kept_rules(all);
      solver::leave_out_before_away(piece.walk, all);
      lost += solver::kept_rules(all) < before;
    }
    less += rules < solver::kept_rules(slice);
    for (uint64_t index = round % 37; index < kPackets; index += 37) {
      const Packet packet = packet_of(way.walk, index);
      ASSERT_EQ(fate_by(pieces, packet), fate_in(whole.legs[0], packet)) << round << ", packet " << index << "\n" << describe(way);
    }
  }
  EXPECT_GT(told, policies_wanted() / 20);
  EXPECT_GT(less, policies_wanted() / 40);
  EXPECT_GT(lost, policies_wanted() / 200);
}

TEST(Leads, answers_are_those_of_the_whole_question) {
  std::mt19937 random(22);
  solver::ProofSession proofs{Limits{}};
  size_t told = 0;
  for (uint64_t round = 0; round < policies_wanted() / 50; ++round) {
    const Way way(random);
    if (!solver::led(way.walk, forced())) continue;
    ++told;
    const Answer some = solver::ask(way.walk, Wanted::none_pass, forced(), &proofs), whole = solver::ask(way.walk, Wanted::none_pass, {}, &proofs);
    for (const Answer* answer : {&some, &whole}) {
      ASSERT_EQ(answer->fault, "") << round << "\n" << describe(way);
      ASSERT_TRUE(answer->proven && answer->limit.empty()) << round << "\n" << describe(way);
    }
    ASSERT_EQ(some.any_breaks, whole.any_breaks) << round << "\n" << describe(way);
    ASSERT_EQ(some.any_undecided, whole.any_undecided) << round << "\n" << describe(way);
    for (uint64_t index = round % 61; index < kPackets; index += 61) {
      const Packet packet = packet_of(way.walk, index);
      const auto holds_it = [&](const solver::Finding& finding) { return contains({finding.box}, packet); };
      for (const auto list : {&Answer::breaks, &Answer::undecided})
        ASSERT_EQ(std::any_of((some.*list).begin(), (some.*list).end(), holds_it), std::any_of((whole.*list).begin(), (whole.*list).end(), holds_it)) << round << "\n" << describe(way);
    }
  }
  EXPECT_GT(told, policies_wanted() / 200);
}

// One lead less is either seen, or nothing that passes is led there.
TEST(Leads, what_is_missing_wrongly_is_seen) {
  std::mt19937 random(23);
  size_t wrong = 0;
  for (uint64_t round = 0; round < policies_wanted() / 5; ++round) {
    const Way way(random);
    auto leads = leads_of(way.walk);
    if (!leads || leads->empty()) continue;
    leads->erase(leads->begin() + static_cast<std::ptrdiff_t>(random() % leads->size()));
    const solver::FlowRegions whole = solver::compute(way.walk, solver::slice(way.walk), {});
    bool passes = false;
    for (uint64_t index = round % 37; index < kPackets && !passes; index += 37) {
      const Packet packet = packet_of(way.walk, index);
      passes = !contains(*leads, packet) && fate_in(whole.legs[0], packet) != Fate::blocked;
    }
    if (!passes) continue;
    ++wrong;
    ASSERT_EQ(leads_rightly(way.walk, *leads), false) << round << "\n" << describe(way);
  }
  EXPECT_GT(wrong, policies_wanted() / 50);
}

// Any one rule more that is missing from a piece's slice is either seen, or changes nothing.
TEST(Leads, rules_that_are_missing_wrongly_are_seen) {
  std::mt19937 random(24);
  size_t wrong = 0;
  const auto same = [](const solver::FlowRegions& a, const solver::FlowRegions& b) { return a.legs[0].passes == b.legs[0].passes && a.legs[0].depends == b.legs[0].depends; };
  for (uint64_t round = 0; round < policies_wanted() / 5; ++round) {
    const Way way(random);
    const auto led = solver::led(way.walk, forced());
    if (!led) continue;
    for (const solver::Piece& piece : led->pieces) {
      solver::Slice slice = piece.slice;
      std::vector<uint32_t>& chain = slice[&way.policies[random() % (way.policies.size() - 1)]][random() % kChains];
      if (chain.empty()) continue;
      chain.erase(chain.begin() + static_cast<std::ptrdiff_t>(random() % chain.size()));
      if (same(solver::compute(piece.walk, slice, {}), solver::compute(piece.walk, piece.slice, {}))) continue;
      ++wrong;
      ASSERT_FALSE(solver::sliced_rightly(piece.walk, slice, true)) << round << "\n" << describe(way);
    }
  }
  EXPECT_GT(wrong, policies_wanted() / 200);
}

// ---- What once went wrong -----------------------------------------------------------------------------------------

Rule make(std::vector<Term> terms, Action action, int32_t assumption = -1) { return {std::move(terms), action, {}, "", true, assumption}; }
Term to_address(IntervalSet set) { return {InAddresses{Field::dst, AddressSet::of(Family::v4, std::move(set))}}; }
RewriteAction sending_to(u128 address) { return {{{Rewrite::Kind::assign, Field::dst, IntervalSet::of(address), "", 0, 0, Field::mark}}, ActionKind::accept}; }

// Chains of a router whose first is its nat table's, and whose second its filter's, before a host of one address.
struct BeforeHost {
  Policy router, end;
  AddressSet own;
  Walk walk;

  BeforeHost(std::vector<Chain> chains, std::vector<RewriteAction> rewrites, uint32_t address) : own(AddressSet::of(Family::v4, IntervalSet::of(address))) {
    router.chains = std::move(chains);
    router.rewrites = std::move(rewrites);
    router.assumptions.push_back({"assumed", {}});
    router.hooks[static_cast<size_t>(Hook::forward)] = {{Stage::Kind::nat, 0}, {Stage::Kind::route, 0}, {Stage::Kind::filter, 1}};
    end.chains.push_back({"unused", {}, ActionKind::accept, {}, "", -1});
    end.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::route, 0}};
    for (Policy* policy : {&router, &end}) {
      policy->v4 = true;
      policy->interfaces.add("lo");
      bind_names(*policy, {});
    }
    walk = tiny_walk(router, Hook::forward, state_new);
    walk.legs[0].hops.push_back(walk.legs[0].hops[0]);
    walk.legs[0].hops[1].policy = &end;
    walk.legs[0].hops[1].hook = Hook::input;
    walk.legs[0].hops[1].local = &own;
  }

  Answer ask(const Limits& limits) const {
    solver::ProofSession proofs{Limits{}};
    return solver::ask(walk, Wanted::none_pass, limits, &proofs);
  }
};

Chain chain_of(std::vector<Rule> rules, ActionKind at_end = ActionKind::return_) { return {"a chain", std::move(rules), at_end, {}, "", -1}; }
Chain open_chain() { return chain_of({}, ActionKind::accept); }

// A chain that logs and drops closes the one that calls it: its last rule stays, whatever else is left out.
TEST(Leads, a_chain_that_logs_and_drops) {
  const BeforeHost host({chain_of({make({to_address(IntervalSet::of(1))}, {ActionKind::rewrite, 0})}, ActionKind::accept), chain_of({make({}, {ActionKind::jump, 2})}, ActionKind::drop),
                         chain_of({make({}, {ActionKind::proceed, 0}), make({}, {ActionKind::drop, 0})})},
                        {sending_to(5)}, 2);
  ASSERT_TRUE(solver::led(host.walk, forced()));
  EXPECT_EQ(host.ask(forced()).fault, "");
}

// What is sent away by a rule that is there by an assumption would arrive without it.
TEST(Leads, an_assumption_is_told) {
  const BeforeHost host({chain_of({make({{In{Field::dst_port, IntervalSet::of(3)}}}, {ActionKind::drop, 0}), make({to_address(IntervalSet::of(1))}, {ActionKind::rewrite, 0}, 0)}, ActionKind::accept), open_chain()},
                        {sending_to(5)}, 1);
  ASSERT_TRUE(solver::led(host.walk, forced()));
  EXPECT_EQ(host.ask(forced()).assumes.size(), 1u);
  EXPECT_EQ(host.ask({}).assumes.size(), 1u);
  // Also where without it nothing is known of what the packets would arrive at.
  const BeforeHost other({chain_of({make({{In{Field::dst_port, IntervalSet::of(3)}}}, {ActionKind::drop, 0}), make({to_address(IntervalSet::of(7))}, {ActionKind::rewrite, 0}, 0)}, ActionKind::accept), open_chain()},
                         {sending_to(5)}, 1);
  ASSERT_TRUE(solver::led(other.walk, forced()));
  for (const Limits& limits : {forced(), Limits{}}) EXPECT_EQ(other.ask(limits).assumes.size(), other.ask({}).assumes.size());
  EXPECT_EQ(other.ask({}).assumes.size(), 1u);
}

// Each chain calls the next, in one order of their numbers or the other; the last one sends everything away.
TEST(Leads, chains_that_call_each_other_deep) {
  constexpr uint32_t kDeep = 300;
  for (const bool callee_first : {true, false}) {
    std::vector<Chain> chains(kDeep + 3);
    const auto number = [&](uint32_t level) { return callee_first ? kDeep + 2 - level : 2 + level; };
    chains[0] = chain_of({make({to_address(IntervalSet::of(1))}, {ActionKind::jump, number(0)})}, ActionKind::accept);
    chains[1] = open_chain();
    for (uint32_t level = 0; level <= kDeep; ++level)
      chains[number(level)] = chain_of({make({{In{Field::dst_port, IntervalSet::of(1)}}}, {ActionKind::drop, 0}), level < kDeep ? make({}, {ActionKind::jump, number(level + 1)}) : make({}, {ActionKind::rewrite, 0})});
    for (const uint32_t address : {1u, 2u}) EXPECT_EQ(BeforeHost(chains, {sending_to(5)}, address).ask(forced()).fault, "");
  }
}

// Calls by large sets, again and again: too long a way, forwards and backwards.
TEST(Leads, large_sets_end) {
  std::vector<Interval> parts;
  for (uint32_t i = 0; i < 20'000; ++i) parts.push_back({(1u << 20) + 2 * i, (1u << 20) + 2 * i});
  const IntervalSet large = IntervalSet::from(parts);
  constexpr uint32_t kDeep = 6;
  std::vector<Chain> chains = {chain_of({}, ActionKind::accept), open_chain()};
  for (uint32_t level = 0; level < kDeep; ++level) {
    std::vector<Rule>& rules = chains[level == 0 ? 0 : level + 1].rules;
    for (int call = 0; call < 10; ++call) rules.push_back(make({to_address(large)}, {ActionKind::jump, level + 2}));
    chains.push_back(chain_of({}));
  }
  const BeforeHost forwards(chains, {sending_to(5)}, 2);
  const auto leads = leads_of(forwards.walk);
  ASSERT_TRUE(leads);
  EXPECT_FALSE(leads_rightly(forwards.walk, *leads));
  chains.back().rules.push_back(make({to_address(large)}, {ActionKind::rewrite, 0}));
  EXPECT_FALSE(leads_of(BeforeHost(chains, {sending_to(2)}, 2).walk));
}

}  // namespace
}  // namespace fwproof::testing
