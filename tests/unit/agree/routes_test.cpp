// Walks that follow routes: the evaluator by way of replay, the regions and Z3 say the same, over every packet of the tiny universe.
// One file: what is compared is the same for all walks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <list>
#include <random>

#include "solver/ask.h"
#include "tests/support/random_policy.h"
#include "tests/support/shrink.h"

namespace fwproof::testing {
namespace {

using namespace model;
using solver::Diagrams;
using solver::PacketBox;
using solver::Prover;
using solver::Walk;
using solver::WalkHop;
using solver::WalkLeg;

constexpr size_t kDevices = 4;  // at most three on the way of leg 0, and one more for answers

struct Routed {
  std::array<Policy, kDevices> policies;
  std::list<AddressSet> sets;
  Walk walk;
  bool settled = false;  // nothing is left open: the evaluator is certain of every packet
  bool exact = false;    // the regions say "depends" only where it does
  bool large = false;    // the proof takes the solver for large questions
  bool whole = false;    // … and looks at all rules, not the slice
};

class Maker {
 public:
  Maker(uint64_t seed, Routed& made) : random_(seed), made_(made) {
    made_.settled = seed % 2 == 0;
    made_.exact = made_.settled || seed % 4 == 1;
    made_.large = seed % 8 < 2;
    made_.whole = seed % 5 < 2;
    made_.walk.family = seed % 3 == 0 ? Family::v6 : Family::v4;
    for (size_t i = 0; i < kDevices; ++i) made_.policies[i] = policy(seed * kDevices + i);
    made_.walk.in_question = {tiny_universe()};
    made_.walk.elsewhere_passes = chance(50);
    made_.walk.must_return = chance(70);
    add_legs();
  }

 private:
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
  bool chance(uint32_t percent) { return below(100) < percent; }

  Policy policy(uint64_t seed) {
    RandomOptions options;
    options.unknowns = !made_.exact;
    options.bits = !made_.exact;
    Policy policy = random_policy(seed, options);
    for (Chain& chain : policy.chains) {
      if (chain.at_end != ActionKind::return_ && chance(70)) chain.at_end = ActionKind::accept;
      for (Rule& rule : chain.rules) {
        if (rule.action.kind == ActionKind::drop && chance(50)) rule.action.kind = ActionKind::accept;
        if (chance(8)) rule.terms.push_back({In{Field::state, IntervalSet::of(below(5))}, chance(20)});
        if (made_.settled) std::erase_if(rule.terms, [](const Term& term) { return names_connmark(term); });
      }
    }
    for (RewriteAction& action : policy.rewrites)
      for (Rewrite& step : action.steps) vary(step);
    auto& input = policy.hooks[static_cast<size_t>(Hook::input)];
    for (Stage& stage : input)
      if (stage.kind == Stage::Kind::filter && chance(35)) stage.kind = Stage::Kind::nat;
    for (Hook hook : {Hook::output, Hook::forward}) {
      auto& stages = policy.hooks[static_cast<size_t>(hook)] = input;
      if (chance(30)) std::erase_if(stages, [](const Stage& stage) { return stage.kind == Stage::Kind::route; });
    }
    if (made_.large) policy.chains.push_back({"unused", std::vector<Rule>(401), ActionKind::return_, {}, "", -1});
    move_to_v6(policy);
    return policy;
  }

  static bool names_connmark(const Term& term) {
    if (const auto* in = std::get_if<In>(&term.what)) return in->field == Field::connmark;
    const auto* any = std::get_if<AnyOf>(&term.what);
    if (!any) return false;
    return std::any_of(any->alternatives.begin(), any->alternatives.end(), [](const auto& terms) {
      return std::any_of(terms.begin(), terms.end(), [](const Term& inner) { return names_connmark(inner); });
    });
  }

  // Sources are translated as often as destinations; some fields take the value of another one.
  void vary(Rewrite& step) {
    if (step.kind != Rewrite::Kind::assign) return;
    if (step.field == Field::dst && chance(50)) step.field = Field::src;
    if (step.field == Field::dst_port && chance(50)) step.field = Field::src_port;
    if (made_.settled || chance(40)) step.values = IntervalSet::of(step.values.min());
    if (made_.settled && step.field == Field::state && step.values.contains(state_untracked)) step.values = IntervalSet::of(state_invalid);
    const bool address = step.field == Field::src || step.field == Field::dst;
    if (!address || !chance(15)) return;
    step.kind = Rewrite::Kind::copy_bits;
    step.from = step.field == Field::src ? Field::dst : Field::src;
    step.mask = max_value(128);
  }

  const AddressSet* addresses() {
    const uint32_t lo = below(kAddresses);
    IntervalSet set = IntervalSet::range(lo, lo + below(kAddresses - lo));
    if (chance(60)) set = IntervalSet::all(address_bits(made_.walk.family)).minus(IntervalSet::of(lo));
    if (chance(4)) set = {};
    made_.sets.push_back(AddressSet::of(made_.walk.family, std::move(set)));
    return &made_.sets.back();
  }

  IntervalSet state() {
    const IntervalSet one = IntervalSet::of(below(made_.settled ? 4 : 5));
    return made_.settled || chance(60) ? one : one.united(IntervalSet::of(below(5)));
  }

  WalkHop hop(size_t device, Hook hook) {
    WalkHop hop;
    hop.policy = &made_.policies[device];
    hop.hook = hook;
    hop.device = "d" + std::to_string(device);
    if (made_.settled || chance(30)) hop.in = IntervalSet::of(1 + below(2));
    if (made_.settled || chance(30)) hop.out = IntervalSet::of(1 + below(2));
    if (made_.settled || chance(30)) hop.profile = IntervalSet::of(below(3));
    if (hook != Hook::forward && chance(40)) hop.local = addresses();
    if (chance(60)) hop.onward = addresses();
    if (chance(25)) hop.state = state();
    return hop;
  }

  WalkLeg leg(const char* name, bool reply, unsigned state, unsigned flags) {
    WalkLeg leg;
    leg.name = name;
    leg.reply = reply;
    leg.state = IntervalSet::of(state);
    leg.tcp_flags = IntervalSet::of(flags);
    return leg;
  }

  void add_legs() {
    const size_t devices = 1 + below(3);
    std::vector<Hook> hooks(devices, Hook::forward);
    if (chance(40)) hooks.back() = Hook::input;
    if (devices > 1 && chance(40)) hooks.front() = Hook::output;
    auto& legs = made_.walk.legs;
    legs = {leg("SYN", false, chance(85) ? state_new : state_established, tcp_syn), leg("SYN-ACK", true, state_established, tcp_syn | tcp_ack),
            leg("ACK", false, state_established, tcp_ack)};
    for (WalkLeg& leg : legs) {
      for (size_t i = 0; i < devices; ++i) {
        const Hook as = !leg.reply ? hooks[i] : hooks[i] == Hook::input ? Hook::output : hooks[i] == Hook::output ? Hook::input : hooks[i];
        // Answers may come by another device, which knows nothing of the connection.
        const bool other = &leg != &legs[0] && as == Hook::forward && chance(35);
        if (other && chance(30)) continue;
        leg.hops.push_back(hop(other ? kDevices - 1 : i, as));
        if (other && chance(80)) leg.hops.back().state = state();
      }
      if (leg.reply) std::reverse(leg.hops.begin(), leg.hops.end());
    }
  }

  std::mt19937_64 random_;
  Routed& made_;
};

constexpr uint64_t kPackets = kAddresses * kAddresses * kPorts * 2 * kPorts;

Packet packet_of(Family family, uint64_t index) {
  Packet packet;
  packet.family = family;
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
  packet.set(Field::icmp_type, 0);
  packet.set(Field::icmp_code, 0);
  return packet;
}

bool contains(const std::vector<PacketBox>& boxes, const Packet& packet) {
  return std::any_of(boxes.begin(), boxes.end(), [&](const PacketBox& box) {
    return std::all_of(solver::kClientFields.begin(), solver::kClientFields.end(),
                       [&](Field field) { return solver::set_of(box, field).contains(packet.get(field)); });
  });
}

// What was seen, so that a generator that makes nothing but drops is noticed.
struct Seen {
  uint64_t walks = 0, packets = 0, passed = 0, blocked = 0, unsure = 0, another_way = 0, foreign = 0, alone = 0, translated = 0, limits = 0;
  uint64_t later_ways = 0, checked_depends = 0, refused = 0;
};

class Compare {
 public:
  Compare(const Routed& made, Seen& seen) : made_(made), walk_(made.walk), seen_(seen), slice_(solver::slice(walk_)) {}

  // Empty: all agree.
  std::string run(bool with_proofs) {
    if (!solver::sliced_rightly(walk_, slice_)) return "sliced wrongly";
    try {
      solver::Flow flow(walk_, slice_, {});
      collect(flow);
      if (std::string what = evaluator(flow); !what.empty()) return what;
    } catch (const solver::LimitReached&) {
      ++seen_.limits;
      return "";
    }
    if (!with_proofs) return "";
    if (std::string what = proofs(); !what.empty()) return what;
    return asked();
  }

 private:
  struct Leg {
    std::vector<PacketBox> passes, blocked, depends, foreign;
  };

  void collect(solver::Flow& flow) {
    bool complete = true;
    const auto all = [&](solver::Ref region) { return flow.boxes(region, SIZE_MAX, complete); };
    elsewhere_ = all(flow.elsewhere());
    stays_ = all(flow.stays());
    for (size_t i = 0; i < walk_.legs.size(); ++i) {
      const solver::LegRegions& leg = flow.leg(i);
      legs_.push_back({all(leg.passes), all(leg.blocked), all(leg.depends), all(flow.foreign(i))});
    }
  }

  std::string evaluator(solver::Flow& flow) {
    const uint64_t stride = made_.settled ? 1 : 13;
    for (uint64_t index = 0; index < kPackets; index += stride) {
      const Packet client = packet_of(walk_.family, index);
      for (size_t leg = 0; leg < walk_.legs.size(); ++leg) {
        const std::string what = compare(flow, leg, client, solver::replay(walk_, leg, client));
        if (!what.empty()) return "leg " + std::to_string(leg) + ", packet " + std::to_string(index) + ": " + what;
      }
    }
    return "";
  }

  void count(size_t leg, const solver::Replay& replay) {
    ++seen_.packets;
    ++(replay.verdict == Verdict::depends ? seen_.unsure : replay.verdict == Verdict::accept ? seen_.passed : seen_.blocked);
    seen_.another_way += replay.another_way && replay.leg == 0;
    seen_.later_ways += replay.another_way && replay.leg == leg && leg > 0;
    seen_.foreign += replay.foreign_answer;
    seen_.translated += replay.moved_by.has_value();
  }

  std::string compare(solver::Flow& flow, size_t leg, const Packet& client, const solver::Replay& replay) {
    count(leg, replay);
    const bool passes = contains(legs_[leg].passes, client);
    const bool blocked = contains(legs_[leg].blocked, client);
    if (made_.settled && !passes && !blocked) return "the regions cannot tell";
    if (made_.settled && replay.verdict == Verdict::depends) return "the evaluator cannot tell";
    if (replay.verdict == Verdict::depends) return "";
    if (replay.verdict == Verdict::accept ? blocked : passes) return std::string("the evaluator says ") + (passes ? "drop" : "accept");
    if (replay.another_way && replay.leg == 0 && contains(stays_, client) && made_.settled) return "does not stay";
    if (leg == 0 && !replay.another_way && contains(elsewhere_, client)) return "stays";
    if (leg == 0 && made_.settled && replay.another_way != contains(elsewhere_, client)) return "elsewhere is not what takes another way";
    if (made_.settled && replay.leg == leg && replay.foreign_answer != contains(legs_[leg].foreign, client)) return "foreign is not what comes from elsewhere";
    if (replay.foreign_answer && !contains(legs_[leg].foreign, client)) return "foreign misses an answer from elsewhere";
    if (made_.settled && replay.another_way && client.get(Field::src_port) == 1 &&
        !flow.deciders(leg, flow.region_of(box_of(client))).empty())
      return "somebody is blamed for what takes another way";
    return hops(leg, replay);
  }

  std::string hops(size_t leg, const solver::Replay& replay) {
    if (replay.leg != leg) return "";
    if (replay.hops.size() != (walk_.legs[leg].hops.empty() ? 0 : replay.hop + 1)) return "hops are missing";
    for (size_t i = 0; i < replay.hops.size(); ++i) {
      if (replay.hops[i].device != walk_.legs[leg].hops[i].device) return "hops of other devices";
      if (replay.hops[i].another_way != (replay.another_way && i == replay.hop)) return "takes another way at another hop";
      for (Field field : solver::kClientFields)
        if (i > 0 && replay.hops[i - 1].out.has(field) && replay.hops[i - 1].out.get(field) != replay.hops[i].in.get(field)) return "a hop does not get what the last one sent";
    }
    return "";
  }

  std::string proofs() {
    Prover prover(walk_, made_.whole ? nullptr : &slice_, {});
    const auto joined = [](std::vector<PacketBox> a, const std::vector<PacketBox>& b) {
      a.insert(a.end(), b.begin(), b.end());
      return a;
    };
    for (size_t i = 0; i < legs_.size(); ++i) {
      const Leg& leg = legs_[i];
      const std::string where = "leg " + std::to_string(i) + ": Z3: ";
      if (prover.all_pass(i, leg.passes) != Prover::Answer::proven) return where + "not all passes";
      if (prover.none_passes(i, leg.blocked) != Prover::Answer::proven) return where + "some of blocked passes";
      if (prover.none_passes_outside(i, joined(leg.passes, leg.depends)) != Prover::Answer::proven) return where + "blocked is not all the rest";
      if (prover.all_pass_outside(i, joined(leg.blocked, leg.depends)) != Prover::Answer::proven) return where + "passes is not all the rest";
      size_t looked_at = 0;
      for (const PacketBox& box : leg.depends) {
        if (!made_.exact || ++looked_at > 4) break;
        ++seen_.checked_depends;
        const std::vector<PacketBox> one = {box_of(solver::client_packet(walk_, box))};
        if (prover.all_pass(i, one) != Prover::Answer::refuted) return where + "a packet that depends passes always";
        if (prover.none_passes(i, one) != Prover::Answer::refuted) return where + "a packet that depends passes never";
      }
    }
    return "";
  }

  std::string asked() {
    for (const solver::Wanted wanted : {solver::Wanted::all_pass, solver::Wanted::none_pass}) {
      const solver::Answer answer = solver::ask(walk_, wanted, {}, nullptr);
      if (!answer.fault.empty()) return answer.fault;
      if (answer.any_stays == stays_.empty()) return "any_stays is wrong";
      for (const solver::Finding& finding : answer.breaks) {
        if (made_.settled && finding.replay.foreign_answer && !finding.decided_by.empty()) return "a rule is blamed for an answer from elsewhere";
        ++seen_.refused;
      }
    }
    return "";
  }

  const Routed& made_;
  const Walk& walk_;
  Seen& seen_;
  solver::Slice slice_;
  std::vector<Leg> legs_;
  std::vector<PacketBox> elsewhere_, stays_;
};

std::string words(const Routed& made) {
  std::string text = std::string("elsewhere_passes ") + (made.walk.elsewhere_passes ? "1" : "0") + " must_return " + (made.walk.must_return ? "1" : "0") + "\n";
  const auto set_text = [](const IntervalSet& set) {
    std::string out;
    for (const Interval& i : set.intervals()) out += std::to_string(static_cast<uint64_t>(i.lo)) + "-" + std::to_string(static_cast<uint64_t>(i.hi)) + ",";
    return "{" + out + "}";
  };
  for (const WalkLeg& leg : made.walk.legs) {
    text += leg.name + ":";
    for (const WalkHop& hop : leg.hops) {
      constexpr const char* kHooks[] = {"input", "output", "forward"};
      text += " " + hop.device + "/" + kHooks[static_cast<size_t>(hop.hook)];
      if (hop.state) text += " state" + set_text(*hop.state);
      if (hop.local) text += " local" + set_text(hop.local->in(made.walk.family));
      if (hop.onward) text += " onward" + set_text(hop.onward->in(made.walk.family));
      if (hop.in) text += " in" + set_text(*hop.in);
      text += ";";
    }
    text += "\n";
  }
  for (size_t i = 0; i < kDevices; ++i) text += "d" + std::to_string(i) + "\n" + dump(made.policies[i]);
  return text;
}

// Smaller: without what a hop is given, then with smaller policies.
void make_smaller(Routed& made) {
  Seen ignored;
  const auto fails = [&] { return !Compare(made, ignored).run(true).empty(); };
  const auto without = [&](auto& what) {
    const auto kept = what;
    what = {};
    if (!fails()) what = kept;
  };
  for (WalkLeg& leg : made.walk.legs)
    for (WalkHop& hop : leg.hops) {
      without(hop.onward);
      without(hop.local);
      without(hop.state);
    }
  for (Policy& policy : made.policies)
    policy = shrink(policy, [&](const Policy& candidate) {
      const Policy kept = policy;
      policy = candidate;
      const bool still = fails();
      policy = kept;
      return still;
    });
}

TEST(AgreeOnRoutes, AllThreeOnRandomWalks) {
  const char* wanted = std::getenv("FWPROOF_AGREE_POLICIES");
  const char* seeded = std::getenv("FWPROOF_AGREE_SEED");
  const uint64_t count = std::max<uint64_t>((wanted ? std::strtoull(wanted, nullptr, 10) : 100'000) / 400, 1);
  const uint64_t first = seeded ? std::strtoull(seeded, nullptr, 10) : 20'260'000;
  Seen seen;
  int failures = 0;
  for (uint64_t seed = first; seed < first + count && failures < 3; ++seed) {
    Routed made;
    Maker(seed, made);
    ++seen.walks;
    for (const WalkLeg& leg : made.walk.legs)
      for (const WalkHop& hop : leg.hops) seen.alone += solver::stands_alone(made.walk, leg, hop);
    const std::string what = Compare(made, seen).run(true);
    if (what.empty()) continue;
    ++failures;
    make_smaller(made);
    Seen ignored;
    ADD_FAILURE() << "seed " << seed << ": " << what << "\nsmallest: " << Compare(made, ignored).run(true) << "\n" << words(made);
  }
  std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(first), static_cast<unsigned long long>(first + count - 1));
  const std::pair<const char*, uint64_t> figures[] = {
      {"walks", seen.walks}, {"packets by leg", seen.packets}, {"pass", seen.passed}, {"blocked", seen.blocked}, {"unsure", seen.unsure},
      {"other way at first", seen.another_way}, {"other way later", seen.later_ways}, {"foreign answers", seen.foreign},
      {"translated", seen.translated}, {"hops that stand alone", seen.alone}, {"limits", seen.limits},
      {"packets that depend, refuted both ways", seen.checked_depends}, {"findings", seen.refused}};
  for (const auto& [name, number] : figures) std::printf("  %s: %llu\n", name, static_cast<unsigned long long>(number));
  if (count < 100) return;
  for (const auto& [name, number] : figures) EXPECT_TRUE(number > 0 || name == std::string("limits")) << name;
}

}  // namespace
}  // namespace fwproof::testing
