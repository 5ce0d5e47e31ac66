// What lint says of random policies over a tiny universe, against packets that are run through the plain evaluator. Unknown conditions
// become bits of fields that nothing else reads, so that one evaluation is one assignment.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "solver/lint.h"
#include "solver/lint_search.h"
#include "tests/support/random_policy.h"

namespace fwproof::testing {
namespace {

using namespace model;
using solver::LintFound;

uint64_t number_from(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// The policy with a marker before each rule, in the same terms: whoever passes it matches the rule.
class Marked {
 public:
  explicit Marked(const Policy& policy) : policy_(policy) {
    for (Chain& chain : policy_.chains) {
      std::vector<Rule> rules;
      std::swap(rules, chain.rules);
      const auto number = static_cast<uint32_t>(&chain - policy_.chains.data());
      for (uint32_t r = 0; r < rules.size(); ++r) add(chain, {number, r}, rules[r]);
    }
  }

  // The rules that the packet matches on its way.
  std::set<RuleRef> matched(Hook hook, const Packet& packet) const {
    std::set<RuleRef> found;
    for (const Step& step : evaluate(policy_, hook, packet).trail)
      if (const auto marker = marks_.find(step.rule); marker != marks_.end()) found.insert(marker->second);
    return found;
  }

 private:
  Term bit() {
    const u128 mask = u128{1} << (next_bit_++ % 48);
    return {Masked{Field::mac, mask, mask}, false};
  }

  void settle(std::vector<Term>& terms) {
    for (Term& term : terms) {
      if (const auto* unknown = std::get_if<Unknown>(&term.what)) {
        const bool pure = policy_.unknowns[unknown->index].sharing == UnknownCondition::Sharing::pure;
        term.what = pure ? In{Field::icmp_code, IntervalSet::range(0, 127)} : bit().what;
        if (pure && unknown->index == 1) term.what = In{Field::icmp_type, IntervalSet::range(0, 127)};
      }
      if (auto* any = std::get_if<AnyOf>(&term.what))
        for (auto& inner : any->alternatives) settle(inner);
    }
  }

  void add(Chain& chain, RuleRef original, Rule rule) {
    settle(rule.terms);
    Rule marker = rule;
    marker.action = {ActionKind::proceed, 0};
    marks_[{original.chain, static_cast<uint32_t>(chain.rules.size())}] = original;
    chain.rules.push_back(marker);
    if (rule.action.kind != ActionKind::unknown && rule.action.kind != ActionKind::unknown_rewriting) {
      chain.rules.push_back(rule);
      return;
    }
    // A free choice; what may rewrite also changes something, and goes on.
    if (rule.action.kind == ActionKind::unknown_rewriting) {
      policy_.rewrites.push_back({{{Rewrite::Kind::assign, Field::dst, IntervalSet::of(next_bit_ % kAddresses)},
                                   {Rewrite::Kind::assign, Field::dst_port, IntervalSet::of(next_bit_ % kPorts)}},
                                  ActionKind::proceed});
      Rule rewriting = rule;
      rewriting.terms.push_back(bit());
      rewriting.action = {ActionKind::rewrite, static_cast<uint32_t>(policy_.rewrites.size() - 1)};
      chain.rules.push_back(rewriting);
    }
    for (const ActionKind kind : {ActionKind::accept, ActionKind::drop}) {
      Rule choice = rule;
      choice.terms.push_back(bit());
      choice.action = {kind, 0};
      chain.rules.push_back(choice);
    }
  }

  Policy policy_;
  std::map<RuleRef, RuleRef> marks_;
  unsigned next_bit_ = 0;
};

Packet any_packet(std::mt19937_64& random, const Policy& policy) {
  Packet packet;
  const auto below = [&](uint64_t limit) { return random() % limit; };
  packet.set(Field::src, below(kAddresses + 1));
  packet.set(Field::dst, below(kAddresses + 1));
  packet.set(Field::src_port, below(kPorts + 1));
  packet.set(Field::dst_port, below(kPorts + 1));
  packet.set(Field::protocol, below(3) == 0 ? proto_udp : proto_tcp);
  constexpr unsigned kFlags[] = {0, tcp_syn, tcp_ack, tcp_syn | tcp_ack, tcp_fin};
  packet.set(Field::tcp_flags, packet.get(Field::protocol) == proto_tcp ? kFlags[below(5)] : 0);
  packet.set(Field::state, below(5));
  packet.set(Field::ct_dir, below(2));
  packet.set(Field::ct_status, below(4));
  packet.set(Field::mark, below(5));
  packet.set(Field::connmark, below(5));
  packet.set(Field::in, below(policy.interfaces.size()));
  packet.set(Field::out, below(policy.interfaces.size()));
  packet.set(Field::profile, below(3));
  packet.set(Field::rpc_port, below(2));
  packet.set(Field::fragment, below(2));
  packet.set(Field::program, 0);
  packet.set(Field::service, 0);
  packet.set(Field::mac, random() & 0xFFFFFFFFFFFF);
  packet.set(Field::icmp_type, below(256));
  packet.set(Field::icmp_code, below(256));
  return packet;
}

Policy policy_of(uint64_t seed) {
  RandomOptions options;
  options.rewrites = seed % 4 < 2;
  options.unknowns = seed % 4 == 1 || seed % 4 == 2;
  options.nat = seed % 8 != 3;
  Policy policy = random_policy(seed, options);
  for (Chain& chain : policy.chains)
    for (Rule& rule : chain.rules)
      rule.origin = {static_cast<uint32_t>(&chain - policy.chains.data()), static_cast<uint32_t>(&rule - chain.rules.data()) + 1};
  return policy;
}

struct Counts {
  size_t dead = 0, live = 0, hangs = 0, untold = 0;
};

void check(uint64_t seed, size_t packets, Counts& counts) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Policy policy = policy_of(seed);
  Device device;
  device.policies = {policy};
  const solver::LintReport report = solver::lint(device, {});
  EXPECT_TRUE(report.faults.empty()) << report.faults.front() << '\n' << dump(policy);
  std::set<RuleRef> dead;
  for (const auto& finding : report.findings) dead.insert({finding.rule.origin.file, finding.rule.origin.line - 1});
  counts.dead += dead.size();
  counts.live += report.live;
  counts.hangs += report.hanging.size();
  counts.untold += report.untold.size();
  if (dead.empty()) return;
  const Marked marked(policy);
  std::mt19937_64 random(seed);
  for (size_t i = 0; i < packets; ++i) {
    const Packet packet = any_packet(random, policy);
    for (const RuleRef& rule : marked.matched(Hook::input, packet))
      ASSERT_FALSE(dead.contains(rule)) << "rule " << rule.rule << " of c" << rule.chain << " is said to be dead\n" << dump(policy);
  }
}

TEST(LintRandom, NoPacketMatchesADeadRule) {
  Counts counts;
  const uint64_t first = number_from("FWPROOF_LINT_SEED", 77'000), many = number_from("FWPROOF_LINT_POLICIES", 1'500);
  const uint64_t packets = number_from("FWPROOF_LINT_PACKETS", 400);
  for (uint64_t seed = first; seed < first + many && !HasFatalFailure(); ++seed) check(seed, packets, counts);
  RecordProperty("dead", static_cast<int>(counts.dead));
  std::printf("dead %zu, live %zu, hanging %zu, cannot tell %zu\n", counts.dead, counts.live, counts.hangs, counts.untold);
  if (many >= 1'000) {
    EXPECT_GT(counts.dead, 500u);
    EXPECT_GT(counts.live, 2'000u);
  }
}

// A witness is a packet that the evaluator, asked on its own, lets come to the rule.
TEST(LintRandom, AWitnessMatchesItsRuleInTheWholePolicy) {
  size_t witnesses = 0;
  for (uint64_t seed = 91'000; seed < 91'400; ++seed) {
    if (seed % 4 == 1 || seed % 4 == 2) continue;  // unknown conditions: no packet tells by itself
    const Policy policy = policy_of(seed);
    const Marked marked(policy);
    solver::LintChains chains(policy, Family::v4);
    solver::LintReplay replay(chains);
    solver::LintSearch search(chains, replay);
    for (uint32_t chain = 0; chain < policy.chains.size(); ++chain)
      for (uint32_t rule = 0; rule < policy.chains[chain].rules.size(); ++rule)
        for (const uint32_t way : chains.chains[chain].ways) {
          if (!policy.chains[chain].rules[rule].enabled) continue;
          const LintFound found = search.search({chain, rule}, way);
          if (found.kind != LintFound::Kind::live) continue;
          ++witnesses;
          const Packet packet = solver::packet_of(Family::v4, found.witness);
          EXPECT_TRUE(marked.matched(chains.ways[way].hook, packet).contains({chain, rule})) << "seed " << seed << '\n' << dump(policy);
        }
  }
  EXPECT_GT(witnesses, 500u);
}

}  // namespace
}  // namespace fwproof::testing
