#include "solver/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/rule_index.h"
#include "solver/diff_question.h"
#include "solver/encode.h"
#include "solver/explain.h"
#include "solver/flow.h"
#include "solver/replay.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Boxes that are asked about at once: few enough that slices stay small, enough to share what a question costs.
constexpr size_t kBoxesAtOnce = 32;
// Questions of one diff; beyond, the answer is "at least". Each looks at every rule a few times.
constexpr size_t kMostQuestions = 256;
constexpr size_t kMostRulesLookedAt = 20'000'000;

constexpr std::pair<Becomes, Ref Differences::*> kKinds[] = {{Becomes::allowed, &Differences::allowed},
                                                            {Becomes::blocked, &Differences::blocked},
                                                            {Becomes::translated, &Differences::translated},
                                                            {Becomes::unlike, &Differences::unlike},
                                                            {Becomes::perhaps, &Differences::perhaps}};

Prover::Difference claim_of(Becomes becomes) {
  switch (becomes) {
    case Becomes::allowed: return Prover::Difference::allowed;
    case Becomes::blocked: return Prover::Difference::blocked;
    case Becomes::translated: return Prover::Difference::translated;
    case Becomes::unlike:
    case Becomes::perhaps: break;
  }
  return Prover::Difference::any;
}

// ---- A packet of a region, with everything that it brings along ----

IntervalSet values(const Walk& walk, const Region& region, Field field) {
  const IntervalSet domain = seen_domain(walk, field);
  const auto found = region.sets.find(field);
  return found == region.sets.end() ? domain : domain.intersected(found->second);
}

// Combinations that no packet has may be part of a region's box.
void set_connection(const Walk& walk, const Region& region, Packet& packet) {
  for (const unsigned state : {state_new, state_established, state_related, state_invalid})
    for (const unsigned direction : {0U, 1U}) {
      if (direction == 1 && state != state_established && state != state_related) continue;
      IntervalSet status = values(walk, region, Field::ct_status);
      IntervalSet mark = values(walk, region, Field::connmark);
      if (direction == 0) status = status.intersected(IntervalSet::of(0));
      if (state == state_new) mark = mark.intersected(IntervalSet::of(0));
      if (status.empty() || mark.empty() || !values(walk, region, Field::state).contains(state) || !values(walk, region, Field::ct_dir).contains(direction)) continue;
      packet.set(Field::state, state);
      packet.set(Field::ct_dir, direction);
      packet.set(Field::ct_status, status.min());
      packet.set(Field::connmark, mark.min());
      return;
    }
}

u128 usual_flags(const IntervalSet& flags, const Packet& packet) {
  if (packet.get(Field::protocol) != proto_tcp) return 0;
  const unsigned usual = packet.get(Field::state) == state_new ? tcp_syn : tcp_ack;
  return flags.contains(usual) ? usual : flags.min();
}

Packet packet_of(const Walk& walk, const Region& region, bool greatest) {
  PacketBox box;
  const auto set = [&](IntervalSet& into, Field field) {
    const auto found = region.sets.find(field);
    const IntervalSet all = IntervalSet::all(field_bits(field, walk.family));
    into = found == region.sets.end() ? all : found->second.intersected(all);
  };
  set(box.src, Field::src);
  set(box.dst, Field::dst);
  set(box.protocol, Field::protocol);
  set(box.src_port, Field::src_port);
  set(box.dst_port, Field::dst_port);
  set(box.icmp_type, Field::icmp_type);
  set(box.icmp_code, Field::icmp_code);
  Packet packet = client_packet(walk, box, greatest);
  set_connection(walk, region, packet);
  for (const Field field : {Field::in, Field::out, Field::profile, Field::program, Field::service, Field::rpc_port, Field::mac}) {
    const IntervalSet some = values(walk, region, field);
    packet.set(field, greatest ? some.max() : some.min());
  }
  packet.set(Field::tcp_flags, usual_flags(values(walk, region, Field::tcp_flags), packet));
  packet.set(Field::mark, 0);
  packet.set(Field::fragment, 0);
  return packet;
}

bool leave_alike(const Packet& a, const Packet& b) {
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port})
    if (a.has(field) && b.has(field) && a.get(field) != b.get(field)) return false;
  return true;
}

bool passes(Verdict verdict) { return verdict == Verdict::accept; }
bool is_settled(Verdict verdict) { return verdict != Verdict::depends; }

std::string words(const Packet& packet) {
  return fmt::format("{} -> {} protocol {} ports {} -> {} state {}", to_text(Address{packet.family, packet.get(Field::src)}),
                     to_text(Address{packet.family, packet.get(Field::dst)}), static_cast<unsigned>(packet.get(Field::protocol)),
                     static_cast<unsigned>(packet.get(Field::src_port)), static_cast<unsigned>(packet.get(Field::dst_port)),
                     packet.has(Field::state) ? static_cast<unsigned>(packet.get(Field::state)) : 0);
}

size_t rules_of(const Aligned& both) {
  size_t rules = 0;
  for (const Chain& chain : both.before.chains) rules += 2 * chain.rules.size();
  return rules;
}

// Ports and ICMP numbers say nothing where no protocol of the region has them.
void leave_out_meaningless(Region& region) {
  const IntervalSet& protocols = region.sets.at(Field::protocol);
  const auto none_of = [&](std::initializer_list<unsigned> numbers) {
    return std::none_of(numbers.begin(), numbers.end(), [&](unsigned number) { return protocols.contains(number); });
  };
  const IntervalSet zero = IntervalSet::of(0);
  const auto drop = [&](Field field) {
    if (const auto found = region.sets.find(field); found != region.sets.end() && found->second == zero) region.sets.erase(found);
  };
  if (none_of({proto_tcp, proto_udp, proto_udplite, proto_dccp, proto_sctp}))
    for (const Field field : {Field::src_port, Field::dst_port}) drop(field);
  if (none_of({region.family == Family::v4 ? proto_icmp : proto_icmpv6}))
    for (const Field field : {Field::icmp_type, Field::icmp_code}) drop(field);
}

// ---- One question ----

class Asking {
 public:
  // steps: of work that it may take.
  Asking(const Walk& walk, const CheckOptions& options, uint64_t steps, ProofSession& proofs, DiffReport& report)
      : walk_(walk), options_(options), limits_(options.limits), proofs_(proofs), report_(report), slice_(slice(walk)) {
    limits_.diagram_steps = std::min(limits_.diagram_steps, steps);
    steps_ = kStepsToSlice * kept_rules(slice_);
  }

  // Work that was done (solver/limits.h).
  uint64_t steps() const { return steps_; }

  // false: a limit was reached, and what was found is not all.
  bool run() {
    report_.proof.slice = std::max(report_.proof.slice, static_cast<uint32_t>(kept_rules(slice_)));
    try {
      Flow flow(walk_, slice_, limits_);
      if (flow.question() == Diagrams::kFalse) return true;
      if (!sliced_rightly(walk_, slice_)) fault("a rule that bears on the question was left out of the slice");
      const Differences differences = flow.differences();
      collect(flow, differences);
      steps_ += flow.diagrams().steps();
      if (options_.proofs) prove();
      replay_same(flow, differences);
    } catch (const LimitReached& limit) {
      steps_ += limit.steps;
      give_up(limit.what);
    }
    if (!proven_) return false;
    for (Difference& found : found_) report_.differences.push_back(std::move(found));
    return complete_;
  }

 private:
  static constexpr uint64_t kStepsToSlice = 20;  // for each rule

  void fault(std::string what) {
    if (report_.fault.empty()) report_.fault = std::move(what);
  }
  void give_up(const std::string& why) {
    proven_ = false;
    const std::string reason = "limit reached: " + why;
    if (std::find(report_.reasons.begin(), report_.reasons.end(), reason) == report_.reasons.end()) report_.reasons.push_back(reason);
  }

  void collect(Flow& flow, const Differences& differences) {
    for (const auto& [becomes, region] : kKinds) {
      if (differences.*region == Diagrams::kFalse) continue;
      const size_t left = options_.limits.regions - std::min<size_t>(options_.limits.regions, report_.differences.size() + found_.size());
      bool all = true;
      for (Region& box : flow.regions(differences.*region, left, all)) add(flow, becomes, differences.*region, std::move(box));
      complete_ &= all;
    }
  }

  void add(Flow& flow, Becomes becomes, Ref region, Region box) {
    Difference found;
    found.becomes = becomes;
    found.hook = walk_.legs[0].hops[0].hook;
    found.packet = packet_of(walk_, box, false);
    found.names = walk_.legs[0].hops[0].policy;
    found.before = fate(0, found.packet);
    found.after = fate(1, found.packet);
    if (becomes == Becomes::unlike || becomes == Becomes::perhaps) found.depends_on = flow.differences_depend_on(region);
    if (box.sets.count(Field::protocol) != 0) leave_out_meaningless(box);
    found.region = std::move(box);
    compare(found);
    found_.push_back(std::move(found));
  }

  Fate fate(size_t leg, const Packet& packet) {
    const WalkHop& hop = walk_.legs[leg].hops[0];
    const Outcome outcome = evaluate(*hop.policy, hop.hook, packet);
    Fate fate{outcome.verdict, {}, outcome.out};
    if (outcome.decided && is_settled(outcome.verdict)) fate.decided_by.push_back(describe(hop, outcome.decided_by, outcome.verdict));
    return fate;
  }

  // The evaluator on the full policies must not say the opposite.
  void compare(const Difference& found) {
    const Verdict before = found.before.verdict, after = found.after.verdict;
    const auto is = [](Verdict verdict, bool passing) { return !is_settled(verdict) || passes(verdict) == passing; };
    bool right = true;
    switch (found.becomes) {
      case Becomes::allowed: right = is(before, false) && is(after, true); break;
      case Becomes::blocked: right = is(before, true) && is(after, false); break;
      case Becomes::translated: right = is(before, true) && is(after, true); break;
      case Becomes::unlike:
      case Becomes::perhaps: break;
    }
    if (!right) fault("the evaluator contradicts the regions: " + words(found.packet));
  }

  void prove() {
    Prover prover(walk_, &slice_, options_.limits, &proofs_);
    std::vector<Region> all;
    for (const auto& [becomes, unused] : kKinds) {
      std::vector<Region> regions;
      for (const Difference& found : found_)
        if (found.becomes == becomes) regions.push_back(found.region);
      all.insert(all.end(), regions.begin(), regions.end());
      if (!regions.empty() && becomes != Becomes::perhaps) judge(prover, prover.differs_throughout(claim_of(becomes), regions), "a region that differs");
    }
    if (complete_) judge(prover, prover.differs_nowhere_outside(all), "everything else");
    report_.proof.add(prover.proof());
    steps_ += prover.steps();
  }

  void judge(const Prover& prover, Prover::Answer answer, const char* about) {
    if (answer == Prover::Answer::proven) return;
    if (answer == Prover::Answer::unknown) return give_up("Z3 reached its limit of time or memory");
    fault(fmt::format("Z3 refutes the computed regions ({}){}", about, prover.witness() ? ": " + words(*prover.witness()) : ""));
  }

  // Corners of what is said to be the same.
  void replay_same(Flow& flow, const Differences& differences) {
    Ref same = flow.question();
    for (const auto& [becomes, region] : kKinds) same = flow.diagrams().minus(same, differences.*region);
    bool complete = true;
    for (const Region& box : flow.regions(same, 2, complete))
      for (const bool greatest : {false, true}) {
        const Packet packet = packet_of(walk_, box, greatest);
        const Fate before = fate(0, packet), after = fate(1, packet);
        if (!is_settled(before.verdict) || !is_settled(after.verdict)) continue;
        const bool alike = passes(before.verdict) == passes(after.verdict) && (!passes(before.verdict) || leave_alike(before.out, after.out));
        if (!alike) fault("the evaluator sees a difference where the regions see none: " + words(packet));
      }
  }

  const Walk& walk_;
  const CheckOptions& options_;
  Limits limits_;
  ProofSession& proofs_;
  DiffReport& report_;
  Slice slice_;
  std::vector<Difference> found_;
  bool complete_ = true;  // found_ is all that differs
  bool proven_ = true;
  uint64_t steps_ = 0;
};

// ---- All questions ----

class Diffing {
 public:
  Diffing(Device before, Device after, const CheckOptions& options)
      : before_(std::move(before)), after_(std::move(after)), options_(options), proofs_(options.limits), left_(options.limits.run_steps) {
    const Network nothing;
    bind_device(before_, nothing);
    bind_device(after_, nothing);
  }

  DiffReport run() {
    while (!before_.policies.empty() || !after_.policies.empty()) compare_next();
    add_assumption("what a configuration does not say (limits, sets that are not given, conditions that are not modelled) is the same before and after");
    return std::move(report_);
  }

 private:
  static std::string family_words(Family family) { return family == Family::v4 ? "IPv4" : "IPv6"; }

  Policy* find(Device& device, Family family) {
    for (Policy& policy : device.policies)
      if (policy.covers(family)) return &policy;
    return nullptr;
  }

  // Takes one policy of each side and compares them in the families that both cover.
  void compare_next() {
    Device& some = before_.policies.empty() ? after_ : before_;
    Policy& first = some.policies.front();
    const Family family = first.v4 ? Family::v4 : Family::v6;
    Policy* before = find(before_, family);
    Policy* after = find(after_, family);
    if (!first.v4 && !first.v6) return void(some.policies.erase(some.policies.begin()));
    if (!before || !after) {
      add_one_sided(family, before != nullptr);
      (family == Family::v4 ? first.v4 : first.v6) = false;
      return;
    }
    const bool v6_too = family == Family::v4 && before->v6 && after->v6;
    // Each side's other family goes its own way.
    const bool last_of_before = !(before->v6 && !v6_too && family == Family::v4);
    const bool last_of_after = !(after->v6 && !v6_too && family == Family::v4);
    Policy left = last_of_before ? std::move(*before) : *before;
    Policy right = last_of_after ? std::move(*after) : *after;
    const auto done = [&](Device& device, Policy* policy, bool last) {
      if (last)
        device.policies.erase(device.policies.begin() + (policy - device.policies.data()));
      else
        policy->v4 = false;
    };
    done(before_, before, last_of_before);
    done(after_, after, last_of_after);
    compare(align(std::move(left), std::move(right)), v6_too ? std::vector{Family::v4, Family::v6} : std::vector{family});
  }

  // What a host does with a family that its files do not speak of may be anything: that is no difference, and no sameness.
  void add_one_sided(Family family, bool in_before) {
    const std::string text = family_words(family);
    report_.one_sided.push_back(family);
    report_.reasons.push_back(fmt::format("{} is not compared: only the files {} the change speak of it; what becomes of {} packets {} it is in a file that is not given here, or nowhere", text,
                                          in_before ? "before" : "after", text, in_before ? "after" : "before"));
  }

  void compare(Aligned both, const std::vector<Family>& families) {
    report_.compared.insert(report_.compared.end(), families.begin(), families.end());
    for (const Policy* policy : {&both.before, &both.after})
      for (const Assumption& assumption : policy->general_assumptions) add_assumption(assumption.text, assumption.origin);
    Aligned& kept = report_.policies.emplace_back(std::move(both));
    const bool asked = !kept.changed.empty() || !kept.ends.empty() || std::find(kept.stages.begin(), kept.stages.end(), true) != kept.stages.end();
    for (Policy* policy : {&kept.before, &kept.after})
      if (asked) policy->index = std::make_shared<const RuleIndex>(*policy);
    for (const ChangedRule& changed : kept.changed) {
      ++(changed.in_after ? report_.only_after : report_.only_before);
      const Policy& policy = changed.in_after ? kept.after : kept.before;
      if (const int32_t index = policy.chains[changed.chain].rules[changed.rule].assumption; index >= 0)
        add_assumption(policy.assumptions[static_cast<size_t>(index)].text, policy.assumptions[static_cast<size_t>(index)].origin);
    }
    for (const Family family : families)
      for (const Hook hook : {Hook::input, Hook::output, Hook::forward}) ask_hook(kept, hook, family);
  }

  void ask_hook(const Aligned& both, Hook hook, Family family) {
    const std::vector<PacketBox> boxes = changed_packets(both, hook, family);
    if (boxes.empty()) return;
    if (looks_at_fragments(both, hook))
      report_.reasons.push_back(fmt::format("{} {}: rules tell fragments apart; later fragments are not compared", family_words(family), to_text(hook)));
    for (size_t first = 0; first < boxes.size(); first += kBoxesAtOnce) {
      if (report_.differences.size() >= options_.limits.regions || questions_++ >= std::min(kMostQuestions, 1 + kMostRulesLookedAt / (1 + rules_of(both)))) {
        report_.complete = false;
        return;
      }
      if (left_ == 0) return give_up("limit reached: what changed takes more work than one run does");
      const size_t end = std::min(boxes.size(), first + kBoxesAtOnce);
      Walk walk = same_packet_walk(both, hook, family, {boxes.begin() + static_cast<long>(first), boxes.begin() + static_cast<long>(end)});
      leave_out_asked(boxes, first, walk);
      walk.legs[0].hops[0].device = before_.name;
      walk.legs[1].hops[0].device = after_.name;
      Asking asking(walk, options_, left_, proofs_, report_);
      if (!asking.run()) report_.complete = false;
      left_ -= std::min(left_, asking.steps());
    }
  }

  void give_up(const std::string& why) {
    report_.complete = false;
    if (std::find(report_.reasons.begin(), report_.reasons.end(), why) == report_.reasons.end()) report_.reasons.push_back(why);
  }

  // What an earlier question was about is not told twice.
  static void leave_out_asked(const std::vector<PacketBox>& boxes, size_t first, Walk& walk) {
    const auto overlaps = [](const PacketBox& a, const PacketBox& b) {
      return std::all_of(kClientFields.begin(), kClientFields.end(), [&](Field field) { return set_of(a, field).intersects(set_of(b, field)); });
    };
    for (size_t i = 0; i < first; ++i)
      if (std::any_of(walk.in_question.begin(), walk.in_question.end(), [&](const PacketBox& box) { return overlaps(box, boxes[i]); }))
        walk.not_in_question.push_back(boxes[i]);
  }

  void add_assumption(std::string text, Origin origin = {}) {
    const auto same = [&](const Assumption& a) { return a.text == text && a.origin == origin; };
    if (std::none_of(report_.assumes.begin(), report_.assumes.end(), same)) report_.assumes.push_back({std::move(text), origin});
  }

  Device before_, after_;
  const CheckOptions& options_;
  ProofSession proofs_;
  DiffReport report_;
  size_t questions_ = 0;
  uint64_t left_;   // steps of work
};

}  // namespace

bool DiffReport::surely_differs() const {
  return std::any_of(differences.begin(), differences.end(), [](const Difference& d) { return d.becomes != Becomes::perhaps; });
}

DiffReport diff(Device before, Device after, const CheckOptions& options) { return Diffing(std::move(before), std::move(after), options).run(); }

}  // namespace fwproof::solver
