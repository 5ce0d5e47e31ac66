#include "solver/replay.h"

#include <map>
#include <set>
#include <utility>

namespace fwproof::solver {

using namespace model;

namespace {

constexpr std::array kCarried = {Field::src, Field::dst, Field::protocol, Field::src_port, Field::dst_port, Field::icmp_type, Field::icmp_code};

// What became of the first packet at each hop.
using Past = std::map<const Policy*, Outcome>;

Packet mirrored(const Packet& packet) {
  Packet mirror = packet;
  const auto swap = [&](Field a, Field b) {
    std::swap(mirror.values[static_cast<size_t>(a)], mirror.values[static_cast<size_t>(b)]);
    const bool known = mirror.has(a);
    mirror.known[static_cast<size_t>(a)] = mirror.has(b);
    mirror.known[static_cast<size_t>(b)] = known;
  };
  swap(Field::src, Field::dst);
  swap(Field::src_port, Field::dst_port);
  const bool v4 = packet.family == Family::v4;
  const bool echo = packet.get(Field::protocol) == (v4 ? proto_icmp : proto_icmpv6) && packet.get(Field::icmp_type) == (v4 ? 8 : 128);
  if (echo) mirror.set(Field::icmp_type, v4 ? 0 : 129);
  return mirror;
}

IntervalSet not_lo(const Policy& policy) {
  const uint32_t lo = policy.interfaces.atom_of("lo");
  const IntervalSet all = policy.interfaces.all();
  return policy.interfaces.is_exact(lo) ? all.minus(IntervalSet::of(lo)) : all;
}

// The packet as it enters a hop, and what its unset fields can be.
Packet entering(const Packet& carried, const WalkLeg& leg, const WalkHop& hop, std::map<Field, IntervalSet>& domains) {
  Packet packet;
  packet.family = carried.family;
  for (Field field : kCarried) {
    if (!carried.has(field)) continue;
    packet.set(field, carried.get(field));
  }
  packet.set(Field::mark, 0);
  packet.set(Field::fragment, 0);
  packet.set(Field::ct_status, 0);
  packet.set(Field::ct_dir, leg.reply);
  if (leg.state == IntervalSet::of(state_new)) packet.set(Field::connmark, 0);
  const auto settle = [&](Field field, const IntervalSet& set) {
    if (set.is_single())
      packet.set(field, set.min());
    else
      domains[field] = set;
  };
  settle(Field::state, leg.state);
  settle(Field::tcp_flags, leg.tcp_flags);
  settle(Field::in, hop.in.value_or(not_lo(*hop.policy)));
  settle(Field::out, hop.out.value_or(hop.hook == Hook::input ? hop.policy->interfaces.all() : not_lo(*hop.policy)));
  settle(Field::profile, hop.profile.value_or(IntervalSet::range(profile_domain, profile_public)));
  settle(Field::program, hop.program.value_or(hop.policy->programs.all()));
  settle(Field::service, hop.service.value_or(hop.policy->services.all()));
  return packet;
}

// Nothing where a choice was left open: then what a later packet gets cannot be told from here.
std::optional<Translation> done_again(const Outcome& passed) {
  Translation again;
  bool open = false;
  if (!passed.before_nat || !passed.behind_nat) return again;
  const auto changed = [&](Field field) -> std::optional<u128> {
    const Packet& before = *passed.before_nat;
    const Packet& behind = *passed.behind_nat;
    if (behind.has(field)) return before.has(field) && behind.get(field) == before.get(field) ? std::nullopt : std::optional(behind.get(field));
    open = true;
    return std::nullopt;
  };
  again.src = changed(Field::src);
  again.src_port = changed(Field::src_port);
  again.dst = changed(Field::dst);
  again.dst_port = changed(Field::dst_port);
  return open ? std::nullopt : std::optional(again);
}

// Nothing when a field was not known before: then there is no telling what an answer gets back.
std::optional<Translation> translation_of(const Outcome& passed) {
  Translation back;
  if (!passed.before_nat || !passed.behind_nat) return back;
  for (Field field : {Field::src, Field::src_port, Field::dst, Field::dst_port})
    if (!passed.before_nat->has(field)) return std::nullopt;
  const auto changed = [&](Field field) -> std::optional<u128> {
    const Packet& before = *passed.before_nat;
    const Packet& behind = *passed.behind_nat;
    if (behind.has(field) && behind.get(field) == before.get(field)) return std::nullopt;
    return before.get(field);
  };
  back.src = changed(Field::src);
  back.src_port = changed(Field::src_port);
  back.dst = changed(Field::dst);
  back.dst_port = changed(Field::dst_port);
  return back;
}

bool passes(const Outcome& outcome) { return outcome.verdict == Verdict::accept && outcome.arrives; }

// unseen: policies whose conntrack did not see an earlier packet; gains those that do not see this one.
Replay run(const WalkLeg& leg, Packet carried, const Past* past, Past* record, std::set<const Policy*>& unseen) {
  const bool first = record != nullptr;
  std::set<const Policy*> now_unseen;
  Replay result;
  result.verdict = Verdict::accept;
  for (size_t i = 0; i < leg.hops.size(); ++i) {
    const WalkHop& hop = leg.hops[i];
    std::map<Field, IntervalSet> domains;
    Packet packet = entering(carried, leg, hop, domains);
    EvaluateOptions options;
    options.local = hop.local;
    options.domains = &domains;
    Translation undo;
    if (past && past->contains(hop.policy)) {
      const Outcome& passed = past->at(hop.policy);
      const std::optional<Translation> done = leg.reply ? translation_of(passed) : done_again(passed);
      if (!done) {
        result.hop = i;
        result.seen = packet;
        result.verdict = Verdict::depends;
        return result;
      }
      undo = *done;
      if (passed.out.has(Field::ct_status))
        packet.set(Field::ct_status, passed.out.get(Field::ct_status));
      else
        packet.known.reset(static_cast<size_t>(Field::ct_status));
      (leg.reply ? options.undo : options.again) = &undo;
    }
    static constexpr Translation kNothing;
    if (!past && !first && !leg.reply) options.again = &kNothing;  // the first packet did not pass: walk.h, "Translation"
    if (unseen.contains(hop.policy)) {
      packet.known.reset(static_cast<size_t>(Field::state));
      packet.known.reset(static_cast<size_t>(Field::ct_dir));
      domains[Field::state] = IntervalSet::range(state_new, state_invalid);
    }
    Outcome outcome = evaluate(*hop.policy, hop.hook, packet, options);
    if (record) (*record)[hop.policy] = outcome;
    if (passes(outcome) && outcome.out.has(Field::state) && outcome.out.get(Field::state) == state_untracked) now_unseen.insert(hop.policy);
    carried = outcome.out;
    for (const Step& step : outcome.trail)
      if (step.what == "dst rewritten" || step.what == "dst_port rewritten") result.moved_by = {i, step.rule};
    result.hop = i;
    result.seen = packet;
    result.verdict = outcome.verdict;
    if (outcome.verdict == Verdict::accept && !outcome.arrives) result.verdict = Verdict::drop;
    const bool on = passes(outcome);
    result.outcome = std::move(outcome);
    if (!on) break;
  }
  unseen.insert(now_unseen.begin(), now_unseen.end());
  return result;
}

}  // namespace

Packet client_packet(const Walk& walk, const PacketBox& box, bool greatest) {
  Packet packet;
  packet.family = walk.family;
  const auto set = [&](Field field, const IntervalSet& values) { packet.set(field, greatest ? values.max() : values.min()); };
  set(Field::src, box.src);
  set(Field::dst, box.dst);
  set(Field::protocol, box.protocol);
  set(Field::src_port, box.src_port);
  set(Field::dst_port, box.dst_port);
  set(Field::icmp_type, box.icmp_type);
  set(Field::icmp_code, box.icmp_code);
  return packet;
}

Replay replay(const Walk& walk, size_t leg_index, const Packet& client) {
  Past past;
  std::set<const Policy*> unseen;
  const Replay first = run(walk.legs[0], client, nullptr, &past, unseen);
  if (leg_index == 0) return first;
  const bool arrived = first.verdict == Verdict::accept;
  Packet answer = client;
  for (Field field : kCarried) {
    if (!arrived || walk.legs[0].hops.empty()) break;
    if (first.outcome.out.has(field))
      answer.set(field, first.outcome.out.get(field));
    else
      answer.known.reset(static_cast<size_t>(field));
  }
  const auto run_leg = [&](const WalkLeg& leg) {
    return run(leg, leg.reply ? mirrored(answer) : client, arrived ? &past : nullptr, nullptr, unseen);
  };
  if (first.verdict == Verdict::depends) return first;
  for (size_t earlier = 1; earlier < leg_index; ++earlier) (void)run_leg(walk.legs[earlier]);
  return run_leg(walk.legs[leg_index]);
}

}  // namespace fwproof::solver
