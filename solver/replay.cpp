#include "solver/replay.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "solver/explain.h"
#include "solver/question.h"

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
Packet entering(const Packet& carried, const WalkLeg& leg, const WalkHop& hop, bool alone, std::map<Field, IntervalSet>& domains) {
  Packet packet;
  packet.family = carried.family;
  for (Field field : kCarried) {
    if (!carried.has(field)) continue;
    packet.set(field, carried.get(field));
  }
  packet.set(Field::mark, 0);
  packet.set(Field::fragment, 0);
  packet.set(Field::ct_status, 0);
  packet.set(Field::ct_dir, leg.reply && !alone);
  if (state_at(leg, hop) == IntervalSet::of(state_new)) packet.set(Field::connmark, 0);
  const auto settle = [&](Field field, const IntervalSet& set) {
    if (set.is_single())
      packet.set(field, set.min());
    else
      domains[field] = set;
  };
  settle(Field::state, state_at(leg, hop));
  settle(Field::tcp_flags, leg.tcp_flags);
  settle(Field::in, hop.in.value_or(not_lo(*hop.policy)));
  settle(Field::out, hop.out.value_or(hop.hook == Hook::input ? hop.policy->interfaces.all() : not_lo(*hop.policy)));
  settle(Field::profile, hop.profile.value_or(IntervalSet::range(profile_domain, profile_public)));
  settle(Field::program, hop.program.value_or(hop.policy->programs.all()));
  settle(Field::service, hop.service.value_or(hop.policy->services.all()));
  settle(Field::rpc_port, hop.rpc_port.value_or(IntervalSet::range(rpc_no, rpc_default_range)));
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

bool passes(const Outcome& outcome) { return outcome.verdict == Verdict::accept && outcome.arrives && !outcome.another_way; }

HopSeen seen_at(const WalkHop& hop, const Packet& in, const Outcome& outcome) {
  HopSeen seen{hop.device, hop.hook, in, outcome.out, outcome.verdict, false, {}, outcome.arrives, outcome.another_way};
  seen.decided = outcome.decided && outcome.verdict != Verdict::depends && outcome.arrives && !outcome.another_way;
  if (seen.decided) seen.decided_by = describe(hop, outcome.decided_by, outcome.verdict);
  return seen;
}

// The last rule of a leg that rewrote one of two fields, with its hop.
using Rewriter = std::optional<std::pair<size_t, RuleRef>>;

// What earlier packets of the connection left behind.
struct Connection {
  bool arrived = false;               // leg 0 passed
  Past past;                          // leg 0, by policy
  std::set<const Policy*> unseen;     // policies whose conntrack did not see an earlier packet,
  std::set<const Policy*> unsure;     // or perhaps did not
  Rewriter destination_by, source_by; // in leg 0
};

class LegRun {
 public:
  LegRun(const Walk& walk, size_t leg, Connection& connection)
      : walk_(walk), leg_(walk.legs[leg]), first_(leg == 0), connection_(connection) {
    result_.leg = leg;
  }

  Replay run(Packet carried) {
    result_.verdict = Verdict::accept;
    result_.outcome.out = carried;
    for (size_t i = 0; i < leg_.hops.size(); ++i)
      if (!pass(i)) break;
    connection_.unseen.insert(now_unseen_.begin(), now_unseen_.end());
    connection_.unsure.insert(now_unsure_.begin(), now_unsure_.end());
    return std::move(result_);
  }

 private:
  // false: the packet does not leave the hop towards the next one.
  bool pass(size_t index) {
    const WalkHop& hop = leg_.hops[index];
    const bool alone = stands_alone(walk_, leg_, hop);
    std::map<Field, IntervalSet> domains;
    Packet packet = entering(result_.outcome.out, leg_, hop, alone, domains);
    EvaluateOptions options;
    options.local = hop.local;
    options.onward = hop.onward;
    options.domains = &domains;
    Translation translation;
    result_.hop = index;
    result_.seen = packet;
    if (!first_ && !alone && !translate(hop, packet, options, translation)) {
      result_.verdict = Verdict::depends;
      result_.hops.push_back({hop.device, hop.hook, packet, packet, Verdict::depends, false, {}, true, false});
      return false;
    }
    const bool unseen = connection_.unseen.contains(hop.policy);
    if (unseen || connection_.unsure.contains(hop.policy)) {
      packet.known.reset(static_cast<size_t>(Field::state));
      if (!alone) packet.known.reset(static_cast<size_t>(Field::ct_dir));
      domains[Field::state] = IntervalSet::range(state_new, state_invalid).united(unseen ? IntervalSet{} : state_at(leg_, hop));
    }
    result_.seen = packet;
    Outcome outcome = evaluate(*hop.policy, hop.hook, packet, options);
    if (passes(outcome)) note_untracked(hop, packet, domains, outcome);
    return take(index, hop, packet, std::move(outcome));
  }

  // Later packets never enter nat stages; what these did to the first one is done again or undone. false: that cannot be told.
  bool translate(const WalkHop& hop, Packet& packet, EvaluateOptions& options, Translation& translation) const {
    static constexpr Translation kNothing;
    options.again = &kNothing;
    const auto found = connection_.past.find(hop.policy);
    if (!connection_.arrived || found == connection_.past.end()) return true;
    const Outcome& passed = found->second;
    const std::optional<Translation> done = leg_.reply ? translation_of(passed) : done_again(passed);
    if (!done) return false;
    translation = *done;
    if (passed.out.has(Field::ct_status))
      packet.set(Field::ct_status, passed.out.get(Field::ct_status));
    else
      packet.known.reset(static_cast<size_t>(Field::ct_status));
    (leg_.reply ? options.undo : options.again) = &translation;
    return true;
  }

  void note_untracked(const WalkHop& hop, const Packet& packet, const std::map<Field, IntervalSet>& domains, const Outcome& outcome) {
    if (outcome.out.has(Field::state)) {
      if (outcome.out.get(Field::state) == state_untracked) now_unseen_.insert(hop.policy);
      return;
    }
    const bool rewritten = std::any_of(outcome.trail.begin(), outcome.trail.end(), [](const Step& step) { return step.what == "state rewritten"; });
    if (rewritten || packet.has(Field::state) || domains.at(Field::state).contains(state_untracked)) now_unsure_.insert(hop.policy);
  }

  bool take(size_t index, const WalkHop& hop, const Packet& packet, Outcome outcome) {
    if (first_) connection_.past[hop.policy] = outcome;
    const bool on = passes(outcome);
    for (const Step& step : outcome.trail) {
      const bool destination = step.what == "dst rewritten" || step.what == "dst_port rewritten";
      if (destination) result_.moved_by = {index, step.rule};
      if (first_ && destination) connection_.destination_by = {index, step.rule};
      if (first_ && (step.what == "src rewritten" || step.what == "src_port rewritten")) connection_.source_by = {index, step.rule};
    }
    result_.verdict = outcome.verdict;
    result_.another_way = outcome.verdict == Verdict::accept && outcome.another_way;
    const bool counts = result_.another_way ? walk_.elsewhere_passes : outcome.arrives;
    if (outcome.verdict == Verdict::accept && !counts) result_.verdict = Verdict::drop;
    result_.hops.push_back(seen_at(hop, packet, outcome));
    result_.outcome = std::move(outcome);
    return on;
  }

  const Walk& walk_;
  const WalkLeg& leg_;
  bool first_;
  Connection& connection_;
  std::set<const Policy*> now_unseen_;
  std::set<const Policy*> now_unsure_;
  Replay result_;
};

// walk.h, must_return.
void compare_with_request(Replay& answer, const Packet& client, const Connection& connection) {
  const Packet& back = answer.outcome.out;
  const auto is_other = [&](Field mine, Field theirs) { return back.has(mine) && back.get(mine) != client.get(theirs); };
  const bool from_other = is_other(Field::src, Field::dst) || is_other(Field::src_port, Field::dst_port);
  const bool to_other = is_other(Field::dst, Field::src) || is_other(Field::dst_port, Field::src_port);
  if (from_other || to_other) {
    answer.verdict = Verdict::drop;
    answer.foreign_answer = true;
    answer.moved_by = from_other ? connection.destination_by : connection.source_by;
    return;
  }
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port})
    if (!back.has(field)) answer.verdict = Verdict::depends;
}

bool has_other_ways(const WalkLeg& leg) {
  return std::any_of(leg.hops.begin(), leg.hops.end(), [](const WalkHop& hop) { return hop.onward != nullptr; });
}

// The packet that an answer answers, as it arrived.
Packet request_of(const Packet& client, const Packet& arrived) {
  Packet request = client;
  for (Field field : kCarried) {
    if (arrived.has(field))
      request.set(field, arrived.get(field));
    else
      request.known.reset(static_cast<size_t>(field));
  }
  return request;
}

}  // namespace

namespace {

// An example that people recognise: a host's address rather than its network's, a client's port.
u128 usual_address(const IntervalSet& set) {
  const u128 least = set.min();
  if ((least & 0xff) != 0) return least;
  for (const u128 host : {least + 1, least + 2, least + 3})
    if (set.contains(host)) return host;
  return least;
}

u128 usual_port(const IntervalSet& set) { return set.min() < 1024 && set.contains(1024) ? u128{1024} : set.min(); }

}  // namespace

Packet client_packet(const Walk& walk, const PacketBox& box, bool greatest) {
  Packet packet;
  packet.family = walk.family;
  const auto set = [&](Field field, const IntervalSet& values) { packet.set(field, greatest ? values.max() : values.min()); };
  const IntervalSet known = box.dst.intersected(walk.usual_dst);
  const IntervalSet likely = box.src.intersected(any_for_requirement().in(walk.family));
  packet.set(Field::src, greatest ? box.src.max() : usual_address(likely.empty() ? box.src : likely));
  packet.set(Field::dst, greatest ? box.dst.max() : known.empty() ? usual_address(box.dst) : known.min());
  set(Field::protocol, box.protocol);
  packet.set(Field::src_port, greatest ? box.src_port.max() : usual_port(box.src_port));
  set(Field::dst_port, box.dst_port);
  set(Field::icmp_type, box.icmp_type);
  set(Field::icmp_code, box.icmp_code);
  return packet;
}

Replay replay(const Walk& walk, size_t leg_index, const Packet& client) {
  Connection connection;
  const Replay first = LegRun(walk, 0, connection).run(client);
  if (leg_index == 0 || first.verdict == Verdict::depends || (first.another_way && walk.elsewhere_passes)) return first;
  connection.arrived = first.verdict == Verdict::accept;
  const Packet request = connection.arrived ? request_of(client, first.outcome.out) : client;
  bool perhaps_gone = false;
  for (size_t leg = 1;; ++leg) {
    const bool reply = walk.legs[leg].reply;
    Replay result = LegRun(walk, leg, connection).run(reply ? mirrored(request) : client);
    const bool returns = result.verdict == Verdict::accept && !result.another_way;
    if (reply && walk.must_return && connection.arrived && returns) compare_with_request(result, client, connection);
    if (leg == leg_index && perhaps_gone && result.verdict != Verdict::accept) result.verdict = Verdict::depends;
    if (leg == leg_index || (result.another_way && walk.elsewhere_passes)) return result;
    perhaps_gone = perhaps_gone || (result.verdict == Verdict::depends && walk.elsewhere_passes && has_other_ways(walk.legs[leg]));
  }
}

}  // namespace fwproof::solver
