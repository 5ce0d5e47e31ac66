// `diff` against brute force: random small policies, every packet of a tiny universe through the evaluator on both sides.
#include "solver/diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "model/edit_script.h"
#include "tests/support/random_policy.h"

namespace fwproof::solver {
namespace {

using namespace model;
using testing::RandomOptions;

// Another random policy's rule in place of one, a rule moved, removed or repeated, another end of a chain.
Policy changed_policy(const Policy& from, uint64_t seed, const RandomOptions& options) {
  std::mt19937_64 random(seed);
  Policy policy = from;
  for (size_t edits = 1 + random() % 2; edits > 0; --edits) {
    Chain& chain = policy.chains[random() % policy.chains.size()];
    if (chain.rules.empty() || random() % 5 == 0) {
      if (chain.at_end != ActionKind::return_) chain.at_end = chain.at_end == ActionKind::accept ? ActionKind::drop : ActionKind::accept;
      continue;
    }
    const auto place = chain.rules.begin() + static_cast<long>(random() % chain.rules.size());
    switch (random() % 4) {
      case 0: chain.rules.erase(place); break;
      case 1: std::iter_swap(place, chain.rules.begin()); break;
      case 2: place->action = {place->action.kind == ActionKind::drop ? ActionKind::accept : ActionKind::drop, 0}; break;
      default: {
        const Policy other = testing::random_policy(random(), options);
        for (const Chain& donor : other.chains)
          for (const Rule& rule : donor.rules)
            if (rule.action.kind == ActionKind::accept || rule.action.kind == ActionKind::drop) *place = rule;
      }
    }
  }
  bind_names(policy, {});
  return policy;
}

bool inside(const Region& region, const Packet& packet) {
  for (const auto& [field, set] : region.sets)
    if (!set.contains(packet.get(field))) return false;
  return true;
}

enum class Seen { same, allowed, blocked, translated, unclear };

Seen brute_force(const Aligned& both, Hook hook, const Packet& packet) {
  const Outcome before = evaluate(both.before, hook, packet);
  const Outcome after = evaluate(both.after, hook, packet);
  if (before.verdict == Verdict::depends || after.verdict == Verdict::depends) return Seen::unclear;
  const bool passed = before.verdict == Verdict::accept, passes = after.verdict == Verdict::accept;
  if (passed != passes) return passes ? Seen::allowed : Seen::blocked;
  if (!passes) return Seen::same;
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port}) {
    if (!before.out.has(field) || !after.out.has(field)) return Seen::unclear;
    if (before.out.get(field) != after.out.get(field)) return Seen::translated;
  }
  return Seen::same;
}

std::vector<Packet> packets(Family family) {
  std::vector<Packet> all;
  std::mt19937_64 random(7);
  for (uint32_t number = 0; number < testing::kAddresses * testing::kAddresses * testing::kPorts * testing::kPorts * 2; ++number) {
    Packet packet;
    packet.family = family;
    packet.set(Field::src, number % 8);
    packet.set(Field::dst, number / 8 % 8);
    packet.set(Field::src_port, number / 64 % 4);
    packet.set(Field::dst_port, number / 256 % 4);
    packet.set(Field::protocol, number / 1024 == 0 ? proto_tcp : proto_udp);
    packet.set(Field::icmp_type, 0);
    packet.set(Field::icmp_code, 0);
    packet.set(Field::mark, 0);
    packet.set(Field::fragment, 0);
    const auto state = static_cast<unsigned>(random() % 4);
    const bool answer = (state == state_established || state == state_related) && random() % 2 == 0;
    packet.set(Field::state, state);
    packet.set(Field::ct_dir, answer);
    packet.set(Field::ct_status, answer ? random() % 4 : 0);
    packet.set(Field::connmark, state == state_new ? 0 : random() % 4);
    packet.set(Field::tcp_flags, number / 1024 != 0 ? 0U : random() % 2 == 0 ? static_cast<unsigned>(tcp_syn) : static_cast<unsigned>(tcp_ack));
    packet.set(Field::in, random() % 4);
    packet.set(Field::out, random() % 4);
    packet.set(Field::profile, random() % 3);
    packet.set(Field::program, 0);
    packet.set(Field::service, 0);
    packet.set(Field::rpc_port, random() % 2);
    packet.set(Field::mac, random());
    packet.set(Field::mac, packet.get(Field::mac) & max_value(48));
    all.push_back(packet);
  }
  return all;
}

struct Tally {
  size_t same = 0, differing = 0, perhaps = 0;
};

// What diff says of a pair of policies, packet by packet.
void compare(const Policy& before, const Policy& after, const std::string& name, Tally& tally) {
  Device old, now;
  old.name = "before";
  now.name = "after";
  old.has_export = now.has_export = true;
  old.policies = {before};
  now.policies = {after};
  const DiffReport report = diff(old, now, {});
  ASSERT_EQ(report.fault, "") << name << "\n" << testing::dump(before) << "\n" << testing::dump(after);
  ASSERT_EQ(report.policies.size(), 1U);
  const Aligned& both = report.policies.front();
  if (!report.complete) return;
  for (const Packet& packet : packets(Family::v4)) {
    const Seen seen = brute_force(both, Hook::input, packet);
    std::vector<Becomes> said;
    for (const Difference& found : report.differences)
      if (found.hook == Hook::input && inside(found.region, packet)) said.push_back(found.becomes);
    for (const Becomes other : said) ASSERT_EQ(other, said[0]) << name << ": regions of different kinds overlap";
    const auto is = [&](Becomes becomes) { return !said.empty() && said[0] == becomes; };
    const bool open = is(Becomes::perhaps) || is(Becomes::unlike);
    tally.same += said.empty();
    tally.differing += !said.empty() && !open;
    tally.perhaps += open;
    bool right = true;
    switch (seen) {
      case Seen::same: right = said.empty() || open; break;
      case Seen::allowed: right = is(Becomes::allowed) || open; break;
      case Seen::blocked: right = is(Becomes::blocked) || open; break;
      case Seen::translated: right = is(Becomes::translated) || open; break;
      case Seen::unclear: break;
    }
    ASSERT_TRUE(right) << name << ": " << static_cast<uint64_t>(packet.get(Field::src)) << " -> " << static_cast<uint64_t>(packet.get(Field::dst)) << " state "
                       << static_cast<uint64_t>(packet.get(Field::state)) << " ports " << static_cast<uint64_t>(packet.get(Field::src_port)) << " "
                       << static_cast<uint64_t>(packet.get(Field::dst_port)) << " seen " << static_cast<int>(seen) << "\n"
                       << testing::dump(both.before) << "\n" << testing::dump(both.after);
  }
}

void compare_many(const RandomOptions& options, uint64_t first, uint64_t count, Tally& tally) {
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const Policy before = testing::random_policy(seed, options);
    compare(before, changed_policy(before, seed, options), "seed " + std::to_string(seed), tally);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(Diff, SaysOfEveryPacketWhatTheEvaluatorSees) {
  Tally tally;
  compare_many({.rewrites = false, .unknowns = false, .nat = false}, 1, 60, tally);
  EXPECT_GT(tally.same, 1000U);
  EXPECT_GT(tally.differing, 1000U);
  EXPECT_EQ(tally.perhaps, 0U);
}

TEST(Diff, SaysNothingWrongWherePacketsAreRewritten) {
  Tally tally;
  compare_many({.rewrites = true, .unknowns = false, .nat = true}, 1000, 60, tally);
  EXPECT_GT(tally.same, 1000U);
  EXPECT_GT(tally.differing, 1000U);
}

TEST(Diff, SaysNothingWrongWhereConditionsAreUnknown) {
  Tally tally;
  compare_many({}, 2000, 80, tally);
  EXPECT_GT(tally.perhaps, 1000U);
}

// Unknown conditions that share one value become conditions that always hold or never: fragment is 0 in every packet.
void settle(const Policy& policy, std::vector<Term>& terms, unsigned assignment) {
  for (Term& term : terms) {
    if (const auto* unknown = std::get_if<Unknown>(&term.what)) {
      const UnknownCondition& what = policy.unknowns[unknown->index];
      const unsigned bit = what.text == "a" ? 1 : 2;
      if (what.sharing == UnknownCondition::Sharing::pure) term.what = In{Field::fragment, IntervalSet::of((assignment & bit) != 0 ? 0 : 1)};
    } else if (auto* any = std::get_if<AnyOf>(&term.what)) {
      for (auto& inner : any->alternatives) settle(policy, inner, assignment);
    }
  }
}

Aligned settled(Aligned both, unsigned assignment) {
  for (Policy* policy : {&both.before, &both.after})
    for (Chain& chain : policy->chains)
      for (Rule& rule : chain.rules) settle(*policy, rule.terms, assignment);
  return both;
}

// Every assignment of the conditions that both sides share: what differs under one of them is told, and what surely differs does under all.
TEST(Diff, StandsForEveryValueOfWhatBothSidesShare) {
  size_t differing = 0;
  for (uint64_t seed = 3000; seed < 3060; ++seed) {
    RandomOptions options{.rewrites = false, .unknowns = true, .nat = false};
    Policy before = testing::random_policy(seed, options);
    for (Chain& chain : before.chains)
      std::erase_if(chain.rules, [](const Rule& rule) { return rule.action.kind == ActionKind::unknown || rule.action.kind == ActionKind::unknown_rewriting; });
    Device old, now;
    old.has_export = now.has_export = true;
    old.policies = {before};
    now.policies = {changed_policy(before, seed, {.rewrites = false, .unknowns = false, .nat = false})};
    const DiffReport report = diff(old, now, {});
    ASSERT_EQ(report.fault, "");
    const Aligned& shown = report.policies.front();
    for (unsigned assignment = 0; assignment < 4; ++assignment) {
      const Aligned both = settled(shown, assignment);
      for (const Packet& packet : packets(Family::v4)) {
        const Seen seen = brute_force(both, Hook::input, packet);
        const auto covers = [&](const Difference& found) { return found.hook == Hook::input && inside(found.region, packet); };
        const auto found = std::find_if(report.differences.begin(), report.differences.end(), covers);
        if (seen == Seen::unclear) continue;
        differing += seen != Seen::same;
        if (found == report.differences.end()) {
          ASSERT_EQ(seen, Seen::same) << "seed " << seed << "\n" << testing::dump(shown.before) << "\n" << testing::dump(shown.after);
          continue;
        }
        const bool sure = found->becomes == Becomes::allowed || found->becomes == Becomes::blocked;
        if (sure) {
          ASSERT_EQ(seen, found->becomes == Becomes::allowed ? Seen::allowed : Seen::blocked) << "seed " << seed;
        }
      }
    }
  }
  EXPECT_GT(differing, 1000U);
}

// What a limited diff lists is so, and where it leaves something out it does not say that nothing else differs.
void compare_limited(const Policy& before, const Policy& after, const Limits& limits, const DiffReport& whole, size_t& cut_off) {
  Device old, now;
  old.has_export = now.has_export = true;
  old.policies = {before};
  now.policies = {after};
  CheckOptions options;
  options.limits = limits;
  const DiffReport report = diff(old, now, options);
  ASSERT_EQ(report.fault, "");
  if (report.complete && report.reasons.empty()) {
    ASSERT_EQ(report.same(), whole.same());
    ASSERT_EQ(report.differences.empty(), whole.differences.empty());
  } else {
    ++cut_off;
    ASSERT_FALSE(report.same());
  }
  const Aligned& both = report.policies.front();
  for (const Packet& packet : packets(Family::v4)) {
    const Seen seen = brute_force(both, Hook::input, packet);
    if (seen == Seen::unclear) continue;
    for (const Difference& found : report.differences) {
      if (found.hook != Hook::input || !inside(found.region, packet)) continue;
      if (found.becomes == Becomes::allowed) { ASSERT_EQ(seen, Seen::allowed); }
      if (found.becomes == Becomes::blocked) { ASSERT_EQ(seen, Seen::blocked); }
      if (found.becomes == Becomes::translated) { ASSERT_EQ(seen, Seen::translated); }
    }
  }
}

TEST(Diff, SaysNothingWrongWhereLimitsAreReached) {
  std::vector<Limits> all(6);
  all[0].run_steps = 0;
  all[1].run_steps = 300;
  all[2].run_steps = 3'000;
  all[3].regions = 1;
  all[4].diagram_nodes = 40;
  all[5].visits = 3;
  std::vector<size_t> cut_off(all.size());
  constexpr uint64_t kFirst = 4000, kCount = 30;
  for (uint64_t seed = kFirst; seed < kFirst + kCount; ++seed) {
    const RandomOptions options{.rewrites = seed % 3 == 0, .unknowns = seed % 2 == 0, .nat = seed % 3 == 0};
    const Policy before = testing::random_policy(seed, options), after = changed_policy(before, seed, options);
    Device old, now;
    old.has_export = now.has_export = true;
    old.policies = {before};
    now.policies = {after};
    const DiffReport whole = diff(old, now, {});
    for (size_t i = 0; i < all.size(); ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", limits " + std::to_string(i));
      compare_limited(before, after, all[i], whole, cut_off[i]);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  for (size_t i = 0; i < all.size(); ++i) EXPECT_GT(cut_off[i], 0U) << "limits " << i << " were never reached";
}

// More changed boxes than one question takes: the questions share what a run may take.
TEST(Diff, QuestionsShareTheWorkOfARun) {
  Policy before;
  before.v4 = true;
  before.chains = {{"chain", {}, ActionKind::drop, {}, "", -1}};
  before.hooks[0] = {{Stage::Kind::filter, 0}};
  constexpr unsigned kRules = 100;
  for (unsigned i = 0; i < kRules; ++i)
    before.chains[0].rules.push_back({{{In{Field::dst_port, IntervalSet::of(2 * i)}}, {In{Field::src, IntervalSet::of(i * i)}}}, {ActionKind::accept, 0}, {}, "", true, -1});
  Policy after = before;
  for (Rule& rule : after.chains[0].rules) rule.action.kind = ActionKind::drop;
  Device old, now;
  old.has_export = now.has_export = true;
  old.policies = {before};
  now.policies = {after};
  const DiffReport whole = diff(old, now, {});
  ASSERT_TRUE(whole.complete);
  ASSERT_GE(whole.differences.size(), kRules);
  size_t partly = 0;
  for (const uint64_t steps : {uint64_t{0}, uint64_t{1'000}, uint64_t{10'000}, uint64_t{20'000}, uint64_t{40'000}}) {
    CheckOptions options;
    options.limits.run_steps = steps;
    const DiffReport report = diff(old, now, options);
    ASSERT_EQ(report.fault, "");
    EXPECT_FALSE(report.same());
    EXPECT_EQ(report.complete, report.reasons.empty());
    EXPECT_EQ(report.complete, report.differences.size() == whole.differences.size());
    for (const Difference& found : report.differences) EXPECT_EQ(found.becomes, Becomes::blocked);
    partly += !report.differences.empty() && !report.complete;
  }
  EXPECT_GT(partly, 0U) << "no run ended between two questions";
}

TEST(Diff, APolicyIsTheSameAsItself) {
  for (uint64_t seed = 1; seed < 40; ++seed) {
    Device device;
    device.has_export = true;
    device.policies = {testing::random_policy(seed, {})};
    EXPECT_TRUE(diff(device, device, {}).same()) << "seed " << seed;
  }
}

TEST(CommonPlaces, AreTheWholeOfEqualLists) {
  const std::vector<uint32_t> list = {1, 2, 2, 3};
  EXPECT_EQ(common_places(list, list).size(), 4U);
}

TEST(CommonPlaces, AreAscendingAndEqual) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<uint32_t> a, b;
    for (size_t i = random() % 12; i > 0; --i) a.push_back(static_cast<uint32_t>(random() % 6));
    for (size_t i = random() % 12; i > 0; --i) b.push_back(static_cast<uint32_t>(random() % 6));
    int64_t last_a = -1, last_b = -1;
    for (const auto& [i, j] : common_places(a, b)) {
      ASSERT_EQ(a.at(i), b.at(j));
      ASSERT_GT(static_cast<int64_t>(i), last_a);
      ASSERT_GT(static_cast<int64_t>(j), last_b);
      last_a = i;
      last_b = j;
    }
  }
}

TEST(CommonPlaces, OfRepeatedLinesLeaveOneOut) {
  EXPECT_EQ(common_places({7, 7, 7, 1, 7}, {7, 7, 1, 7}).size(), 4U);
}

}  // namespace
}  // namespace fwproof::solver
