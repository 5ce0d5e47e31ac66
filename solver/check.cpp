#include "solver/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/dependences.h"
#include "solver/explain.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr size_t kNearMisses = 3;

Region region_of(const Walk& walk, const PacketBox& box) {
  Region region;
  region.family = walk.family;
  region.sets = {{Field::src, box.src}, {Field::dst, box.dst}, {Field::protocol, box.protocol}};
  const auto has = [&](auto pred) {
    return std::any_of(box.protocol.intervals().begin(), box.protocol.intervals().end(), [&](const Interval& i) {
      for (u128 p = i.lo; p <= i.hi; ++p)
        if (pred(p)) return true;
      return false;
    });
  };
  if (has([](u128 p) { return has_ports(p); })) {
    region.sets[Field::src_port] = box.src_port;
    region.sets[Field::dst_port] = box.dst_port;
  }
  if (has([](u128 p) { return p == proto_icmp || p == proto_icmpv6; })) {
    region.sets[Field::icmp_type] = box.icmp_type;
    region.sets[Field::icmp_code] = box.icmp_code;
  }
  return region;
}

std::string endpoint_words(const Packet& packet, Field address, Field port) {
  const bool ported = packet.has(Field::protocol) && has_ports(packet.get(Field::protocol)) && packet.has(port);
  std::string text = packet.has(address) ? to_text(Address{packet.family, packet.get(address)}) : "another address";
  if (ported && packet.family == Family::v6) text = "[" + text + "]";
  if (ported) text += fmt::format(":{}", static_cast<unsigned>(packet.get(port)));
  return text;
}

// Where the site tells its devices' places, in words of the network.
std::string derived_note(const Part& part, const Replay& replay, const Packet& client) {
  const Packet& out = replay.outcome.out;
  if (replay.foreign_answer)
    return fmt::format("the answer comes from {}, but {} asked {}", endpoint_words(out, Field::src, Field::src_port), part.from,
                       endpoint_words(client, Field::dst, Field::dst_port));
  if (!replay.outcome.arrives) return fmt::format("it arrives at {}, which is not {}", endpoint_words(out, Field::dst, Field::dst_port), part.to);
  if (replay.leg != 0 || replay.verdict != Verdict::accept) return "";
  const bool moved = out.get(Field::dst) != client.get(Field::dst) || out.get(Field::dst_port) != client.get(Field::dst_port);
  if (!out.has(Field::dst) || !out.has(Field::dst_port) || !moved) return "";
  return fmt::format("{} reaches {} ({})", endpoint_words(client, Field::dst, Field::dst_port), part.to, endpoint_words(out, Field::dst, Field::dst_port));
}

// Stops that only stand for a place let nothing through of their own accord.
bool is_end_of_way(const Part& part, const WalkLeg& leg, size_t hop) {
  const std::vector<Stop>& stops = leg.reply ? part.path.back : part.path.go;
  return hop < stops.size() && !stops[hop].is_device;
}

std::string note_of(const Replay& replay) {
  if (replay.outcome.arrives) {
    const Packet& out = replay.outcome.out;
    if (!out.has(Field::dst) || !out.has(Field::dst_port) || !replay.seen.has(Field::dst)) return "";
    const bool moved = out.get(Field::dst) != replay.seen.get(Field::dst) || out.get(Field::dst_port) != replay.seen.get(Field::dst_port);
    if (!moved) return "";
    return fmt::format("translated to {} port {}", to_text(Address{out.family, out.get(Field::dst)}),
                       static_cast<unsigned>(out.get(Field::dst_port)));
  }
  if (!replay.outcome.out.has(Field::dst)) return "sent on to another host";
  return "sent on to " + to_text(Address{replay.outcome.out.family, replay.outcome.out.get(Field::dst)});
}

}  // namespace

Checking::Checking(Network& network, const Requirements& requirements, const CheckOptions& options)
    : network_(network), requirements_(requirements), options_(options), budget_(options.limits.run_steps), ways_(network_),
      proofs_(options.session ? *options.session : own_proofs_.emplace(options.limits)) {
  options_.limits.budget = &budget_;
  for (Device& device : network_.devices) {
    bind_device(device, network_);
    const auto zone = network_.zones.find(device.host);
    const bool bound = zone != network_.zones.end() && zone->second.bound && !zone->second.any;
    if (bound) locals_[&device] = own_addresses(network_, device);
  }
}

Report Checking::run() {
  const Proof before = proofs_.proofs();
  ask_rows();
  ask_exposures();
  answer_gathered();
  for (const Constraint& constraint : requirements_.constraints) ask_constraint(constraint);
  report_.proofs = proofs_.proofs().since(before);
  return std::move(report_);
}

void Checking::gather(std::variant<OpenRow, OpenExposure> open) {
  gathered_.push_back(std::move(open));
  if (gathered_.size() >= kGathered) answer_gathered();
}

void Checking::answer_gathered() {
  std::vector<Part*> waiting;
  std::vector<AskedWalk> asked;
  const auto add = [&](auto& open) {
    for (Part& part : open.parts)
      if (part.waiting) {
        waiting.push_back(&part);
        asked.push_back({&part.walk, open.wanted});
      }
  };
  for (auto& open : gathered_) std::visit(add, open);
  std::vector<Answer> answers = ask_all(asked, options_.limits, options_.proofs ? &proofs_ : nullptr);
  for (size_t i = 0; i < waiting.size(); ++i) waiting[i]->answer = std::move(answers[i]);
  for (auto& open : gathered_) std::visit([this](auto& each) { settle(each); }, open);
  gathered_.clear();
}

bool Checking::is_wanted(const Requirement& row) const {
  if (options_.only.empty()) return true;
  const auto mentions = [&](const std::string& role) {
    return std::find(row.from.begin(), row.from.end(), role) != row.from.end() ||
           std::find(row.to.begin(), row.to.end(), role) != row.to.end();
  };
  return std::any_of(options_.only.begin(), options_.only.end(), mentions);
}

// What was found stays found; when all of it was looked at and accepted, it no longer fails the run.
void Checking::accept(Result& result) const {
  // Only what is known in full can be accepted: nothing unlisted, nothing that could not be told.
  if (result.truth != Truth::violated || !result.complete || !result.undecided.empty() || !result.reasons.empty()) return;
  AddressSet accepted;
  std::string reason;
  for (const Accepted& entry : options_.accepted) {
    if (entry.id != result.id) continue;
    accepted = accepted.united(entry.src);
    reason += (reason.empty() ? "" : "; ") + entry.reason;
  }
  const auto inside = [&](const Counterexample& example) {
    return accepted.in(example.region.family).contains(example.region.sets.at(Field::src));
  };
  if (!reason.empty() && std::all_of(result.counterexamples.begin(), result.counterexamples.end(), inside)) result.accepted = reason;
}

// The packet hop by hop, and the rule that led it astray.
void Checking::add_way(const Part& part, const Replay& replay, Counterexample& example) const {
  const std::vector<WalkHop>& hops = part.walk.legs[replay.leg].hops;
  const std::vector<Stop>& stops = part.walk.legs[replay.leg].reply ? part.path.back : part.path.go;
  for (size_t i = 0; i < replay.hops.size() && i < stops.size(); ++i) {
    if (!stops[i].is_device) continue;
    HopSeen seen = replay.hops[i];
    if (stops[i].in) seen.in_interface = stops[i].in->name;
    if (stops[i].out) seen.out_interface = stops[i].out->name;
    seen.route = stops[i].route;
    example.hops.push_back(std::move(seen));
  }
  const bool astray = replay.foreign_answer || !replay.outcome.arrives;
  if (!astray || !replay.moved_by) return;
  const auto& [hop, rule] = *replay.moved_by;
  const std::vector<WalkHop>& where = replay.foreign_answer ? part.walk.legs[0].hops : hops;
  if (hop >= where.size()) return;
  Decider decider = describe(where[hop], rule, Verdict::accept);
  decider.did = "translated by";
  example.decided_by.push_back(std::move(decider));
}

void Checking::take_assumptions(Result& result, const Answer& answer) {
  for (const Assumption& assumption : answer.assumes) {
    const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
    if (std::none_of(result.assumes.begin(), result.assumes.end(), same)) result.assumes.push_back(assumption);
  }
}

Counterexample Checking::explain(const Part& part, const Finding& finding, bool near) {
  Counterexample example;
  example.region = region_of(part.walk, finding.box);
  example.packet = finding.client;
  const WalkLeg& leg = part.walk.legs[finding.leg];
  example.packet.set(Field::state, leg.reply ? static_cast<u128>(state_new) : leg.state.min());
  if (part.walk.legs.size() > 1) example.leg = leg.name;
  example.from_zone = part.from;
  example.to_zone = part.to;
  if (part.taking) {
    explain_taking(part, finding, example);
    return example;
  }
  const bool derived = !part.path.go.empty();
  example.note = derived ? derived_note(part, finding.replay, finding.client) : note_of(finding.replay);
  example.trail = finding.replay.outcome.trail;
  // Of an earlier packet of the connection, where that settles this one.
  const WalkLeg& replayed = part.walk.legs[finding.replay.leg];
  const WalkHop* hop = finding.replay.hop < replayed.hops.size() ? &replayed.hops[finding.replay.hop] : nullptr;
  if (derived) add_way(part, finding.replay, example);
  // The replayed packet's decider first, then whatever else decides in the region.
  const bool astray = derived && (finding.replay.foreign_answer || !finding.replay.outcome.arrives);
  if (hop && finding.replay.verdict != Verdict::depends && !astray && !(derived && finding.replay.verdict == Verdict::accept && is_end_of_way(part, replayed, finding.replay.hop)))
    example.decided_by.push_back(
        describe(*hop, finding.replay.outcome.decided_by, finding.replay.outcome.verdict, !finding.replay.outcome.arrives));
  example.all_deciders = finding.all_deciders;
  for (const Decision& decision : finding.decided_by) {
    const bool same = finding.replay.verdict != Verdict::depends && finding.replay.leg == finding.leg && decision.hop == finding.replay.hop &&
                      (decision.sent_on || decision.rule == finding.replay.outcome.decided_by);
    const bool is_place = derived && decision.verdict == Verdict::accept && is_end_of_way(part, leg, decision.hop);
    if (!same && !(derived && decision.sent_on) && !is_place) example.decided_by.push_back(describe(leg.hops[decision.hop], decision.rule, decision.verdict, decision.sent_on));
  }
  if (near && hop) {
    const bool blocked = finding.replay.verdict == Verdict::drop || finding.replay.verdict == Verdict::reject;
    example.near_misses = near_misses(*hop, finding.replay.seen, finding.replay.outcome, blocked ? ActionKind::accept : ActionKind::drop, kNearMisses);
    std::erase_if(example.near_misses, [&](const NearMiss& miss) {
      return std::any_of(example.decided_by.begin(), example.decided_by.end(),
                         [&](const Decider& d) { return d.device == miss.rule.device && d.origin == miss.rule.origin; });
    });
  }
  if (part.about != About::row) tell_translation(part, finding, example);
  return example;
}

void Checking::add_findings(Result& result, const Part& part, const std::vector<Finding>& findings, std::vector<Counterexample>& into) {
  for (const Finding& finding : findings) {
    if (into.size() >= options_.limits.regions) {
      result.complete = false;
      return;
    }
    Counterexample example = explain(part, finding, into.size() < 8);
    // Ways that differ behind the place of the decision say the same.
    const auto same = [&](const Counterexample& known) {
      return known.leg == example.leg && known.region.sets == example.region.sets && known.region.family == example.region.family && known.note == example.note &&
             known.from_zone == example.from_zone && known.to_zone == example.to_zone;
    };
    if (part.path.go.empty() || std::none_of(into.begin(), into.end(), same)) into.push_back(std::move(example));
  }
}

namespace {

// Where a limit kept Z3 from the last word, a packet that the evaluator decided is what a violation stands on.
bool has_witness(const Answer& answer) {
  return std::any_of(answer.breaks.begin(), answer.breaks.end(), [](const Finding& finding) { return finding.replay.verdict != Verdict::depends; });
}

}  // namespace

// Puts the parts together: the worst part decides the whole.
void Checking::finish(Result& result, std::vector<Part>& parts, const std::string& unbound_hint) {
  bool violated = false;
  bool open = !result.reasons.empty();
  result.complete = true;
  for (Part& part : parts) {
    const Answer& answer = part.answer;
    result.proof.add(answer.proof);
    take_assumptions(result, answer);
    note_devices(result, part);
    if (!answer.fault.empty() && result.fault.empty()) result.fault = answer.fault;
    if (!answer.limit.empty()) result.reasons.push_back("limit reached: " + answer.limit);
    const bool settled = answer.limit.empty() && answer.proven;
    open = open || !settled || answer.any_undecided;
    // What an unbound name stands for is not known: only what fails for all of ANY surely fails.
    // One way of several says nothing of all of ANY.
    const bool surely = !part.unbound || (part.path.go.empty() && answer.all_break);
    if (answer.any_breaks && surely && answer.fault.empty() && (settled || has_witness(answer))) {
      violated = true;
      add_findings(result, part, answer.breaks, result.counterexamples);
    } else if (answer.any_breaks) {
      open = true;
      if (!surely && !unbound_hint.empty()) result.reasons.push_back(unbound_hint);
      add_findings(result, part, answer.breaks, result.undecided);
    }
    add_findings(result, part, answer.undecided, result.undecided);
    add_new(result.depends_on, answer.depends_on);
    result.complete = result.complete && answer.listed_all && settled;
  }
  std::sort(result.reasons.begin(), result.reasons.end());
  result.reasons.erase(std::unique(result.reasons.begin(), result.reasons.end()), result.reasons.end());
  result.truth = violated ? Truth::violated : open || parts.empty() ? Truth::cannot_tell : Truth::holds;
  if (!result.fault.empty()) result.truth = Truth::cannot_tell;
  if (!options_.proofs && result.truth == Truth::holds) result.reasons.push_back("not proven: proofs are switched off");
  if (options_.strict && !result.assumes.empty() && result.truth != Truth::cannot_tell) {
    result.truth = Truth::cannot_tell;
    result.reasons.push_back("strict: the answer rests on assumptions");
  }
  accept(result);
}

Report check(const Network& network, const Requirements& requirements, const CheckOptions& options) { return check(Network(network), requirements, options); }

Report check(Network&& network, const Requirements& requirements, const CheckOptions& options) { return Checking(network, requirements, options).run(); }

}  // namespace fwproof::solver
