#include "solver/diff_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "solver/explain.h"
#include "solver/replay.h"

namespace fwproof::solver {

using namespace model;

namespace {

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

}  // namespace

DiffQuestion::DiffQuestion(Walk walk, const CheckOptions& options, uint64_t steps) : walk_(std::move(walk)), limits_(options.limits), slice_(slice(walk_)), wants_proof_(options.proofs) {
  constexpr uint64_t kStepsToSlice = 20;   // for each rule
  limits_.diagram_steps = std::min(limits_.diagram_steps, steps);
  steps_ = kStepsToSlice * kept_rules(slice_);
}

void DiffQuestion::compute(size_t room) {
  proof_.slice = static_cast<uint32_t>(kept_rules(slice_));
  try {
    Flow flow(walk_, slice_, limits_);
    empty_ = flow.question() == Diagrams::kFalse;
    if (empty_) return;
    if (!sliced_rightly(walk_, slice_)) fault("a rule that bears on the question was left out of the slice");
    const Differences differences = flow.differences();
    collect(flow, differences, room);
    steps_ += flow.diagrams().steps();
    replay_same(flow, differences);
  } catch (const LimitReached& limit) {
    steps_ += limit.steps;
    give_up(limit.what);
  }
}

void DiffQuestion::confirm(ProofSession& proofs) {
  wants_proof_ = false;
  if (empty_ || !limit_.empty()) return;
  Prover prover(walk_, &slice_, limits_, &proofs);
  std::vector<Region> all;
  for (const auto& [becomes, unused] : kKinds) {
    std::vector<Region> regions;
    for (const Difference& found : found_)
      if (found.becomes == becomes) regions.push_back(found.region);
    all.insert(all.end(), regions.begin(), regions.end());
    if (!regions.empty() && becomes != Becomes::perhaps) judge(prover, prover.differs_throughout(claim_of(becomes), regions), "a region that differs");
  }
  if (complete_) judge(prover, prover.differs_nowhere_outside(all), "everything else");
  proof_.add(prover.proof());
  steps_ += prover.steps();
}

void DiffQuestion::tell(DiffReport& report) && {
  if (wants_proof_) fault("what was computed was not proven");
  report.proof.add(proof_);
  if (report.fault.empty()) report.fault = std::move(fault_);
  report.complete = report.complete && complete_ && limit_.empty();
  if (limit_.empty())
    for (Difference& found : found_) report.differences.push_back(std::move(found));
  else if (std::find(report.reasons.begin(), report.reasons.end(), limit_) == report.reasons.end())
    report.reasons.push_back(limit_);
}

void DiffQuestion::fault(std::string what) {
  if (fault_.empty()) fault_ = std::move(what);
}

void DiffQuestion::give_up(const std::string& why) {
  if (limit_.empty()) limit_ = "limit reached: " + why;
}

void DiffQuestion::collect(Flow& flow, const Differences& differences, size_t room) {
  for (const auto& [becomes, region] : kKinds) {
    if (differences.*region == Diagrams::kFalse) continue;
    bool all = true;
    for (Region& box : flow.regions(differences.*region, room - std::min(room, found_.size()), all)) add(flow, becomes, differences.*region, std::move(box));
    complete_ &= all;
  }
}

void DiffQuestion::add(Flow& flow, Becomes becomes, Ref region, Region box) {
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

Fate DiffQuestion::fate(size_t leg, const Packet& packet) const {
  const WalkHop& hop = walk_.legs[leg].hops[0];
  const Outcome outcome = evaluate(*hop.policy, hop.hook, packet);
  Fate fate{outcome.verdict, {}, outcome.out};
  if (outcome.decided && is_settled(outcome.verdict)) fate.decided_by.push_back(describe(hop, outcome.decided_by, outcome.verdict));
  return fate;
}

void DiffQuestion::compare(const Difference& found) {
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

void DiffQuestion::replay_same(Flow& flow, const Differences& differences) {
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

void DiffQuestion::judge(const Prover& prover, Prover::Answer answer, const char* about) {
  if (answer == Prover::Answer::proven) return;
  if (answer == Prover::Answer::unknown) return give_up("Z3 reached its limit of time or memory");
  fault(fmt::format("Z3 refutes the computed regions ({}){}", about, prover.witness() ? ": " + words(*prover.witness()) : ""));
}

}  // namespace fwproof::solver
