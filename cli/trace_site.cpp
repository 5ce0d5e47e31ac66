#include "cli/trace_site.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace fwproof::cli {

using model::Device;
using model::Field;
using model::Hook;
using model::IntervalSet;
using model::Packet;
using model::Location;
using model::Stop;
using model::Way;

namespace {

model::Network bound(model::Network network) {
  for (Device& device : network.devices) model::bind_device(device, network);
  return network;
}

// What of a packet travels from device to device.
void carry(const Packet& from, PacketRequest& request) {
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port})
    if (from.has(field)) request.packet.set(field, from.get(field));
}

// What nat did to the first packet, to be undone on its answer.
model::Translation undone(const model::Outcome& passed) {
  model::Translation back;
  if (!passed.before_nat || !passed.behind_nat) return back;
  const auto changed = [&](Field field) -> std::optional<model::u128> {
    const Packet& before = *passed.before_nat;
    const Packet& behind = *passed.behind_nat;
    if (!before.has(field) || (behind.has(field) && behind.get(field) == before.get(field))) return std::nullopt;
    return before.get(field);
  };
  back.src = changed(Field::src);
  back.src_port = changed(Field::src_port);
  back.dst = changed(Field::dst);
  back.dst_port = changed(Field::dst_port);
  return back;
}

// The packet that answers another: the mirror of how it arrived.
PacketRequest answer_to(const PacketRequest& request, const Packet& arrived) {
  PacketRequest answer = request;
  const auto swap = [&](Field a, Field b) {
    for (const auto& [to, from] : {std::pair{a, b}, std::pair{b, a}})
      if (arrived.has(from)) answer.packet.set(to, arrived.get(from));
      else answer.packet.known.reset(static_cast<size_t>(to));
  };
  swap(Field::src, Field::dst);
  swap(Field::src_port, Field::dst_port);
  answer.packet.set(Field::state, model::state_established);
  answer.packet.set(Field::ct_dir, 1);
  const model::u128 protocol = answer.packet.has(Field::protocol) ? answer.packet.get(Field::protocol) : 0;
  if (protocol == model::proto_tcp) answer.packet.set(Field::tcp_flags, model::tcp_syn | model::tcp_ack);
  const bool v4 = answer.packet.family == model::Family::v4;
  const bool echo = arrived.has(Field::icmp_type) && arrived.get(Field::icmp_type) == (v4 ? 8u : 128u);
  if (echo && (protocol == model::proto_icmp || protocol == model::proto_icmpv6)) answer.packet.set(Field::icmp_type, v4 ? 0 : 129);
  answer.names.clear();
  return answer;
}

std::string address_text(const Packet& packet, Field field) {
  return packet.has(field) ? model::to_text(model::Address{packet.family, packet.get(field)}) : "another address";
}

// A client takes no answer from elsewhere.
void compare_ends(report::Trace& trace, const Packet& back, const Packet& request) {
  bool known = true, same = true;
  for (const auto& [mine, theirs] : {std::pair{Field::src, Field::dst}, std::pair{Field::dst, Field::src}}) {
    known = known && back.has(mine);
    same = same && (!back.has(mine) || back.get(mine) == request.get(theirs));
  }
  const std::string text = fmt::format("the answer comes from {}, but {} asked {}", address_text(back, Field::src), address_text(request, Field::src), address_text(request, Field::dst));
  if (!same) trace.answer_end = {model::Verdict::drop, text + ": it is not taken", {}};
  else if (!known) trace.answer_end = {model::Verdict::depends, text, {}};
}

}  // namespace

// A way as far as the packet goes.
struct SiteTracer::Journey {
  std::vector<report::TraceStep> steps;
  std::map<const model::Policy*, model::Outcome> passed;
  Packet last;
  bool through = true;
  const Device* target = nullptr;
};

SiteTracer::SiteTracer(const model::Network& network) : network_(bound(network)), ways_(network_) {}

const Device* SiteTracer::host_with(model::Family family, model::u128 address) const {
  for (const Device& device : network_.devices)
    if (!device.host.empty() && model::own_addresses(network_, device).in(family).contains(address) && device.policy_for(family)) return &device;
  return nullptr;
}

const Device* SiteTracer::device_of(const model::Policy* policy) const {
  for (const Device& device : network_.devices)
    for (const model::Policy& own : device.policies)
      if (&own == policy) return &device;
  return nullptr;
}

// Nothing where the packet takes another way than this one. before: of the packet that this one answers.
std::optional<SiteTracer::Journey> SiteTracer::follow(const Way& way, const Device* sender, const PacketRequest& first, const Journey* before) {
  if (!way.starts.contains(first.packet.get(Field::dst))) return std::nullopt;
  Journey journey;
  PacketRequest request = first;
  const model::Family family = request.packet.family;
  const auto pass = [&](const Stop& stop) {
    const model::Policy* policy = stop.device->policy_for(family);
    Packet packet = packet_for(request, *policy);
    settle_first(packet, before != nullptr);
    if (stop.device->profile) packet.set(Field::profile, *stop.device->profile);
    const auto settle = [&](Field field, const model::InterfaceFact* interface) {
      if (interface) packet.set(field, policy->interfaces.atom_of(interface->name));
    };
    settle(Field::in, stop.in);
    settle(Field::out, stop.out);
    model::EvaluateOptions options;
    options.onward = stop.onward;
    model::Translation undo;
    if (before) {
      const auto seen = before->passed.find(policy);
      if (seen != before->passed.end()) {
        undo = undone(seen->second);
        options.undo = &undo;
        if (seen->second.out.has(Field::ct_status)) packet.set(Field::ct_status, seen->second.out.get(Field::ct_status));
        else packet.known.reset(static_cast<size_t>(Field::ct_status));
        if (!seen->second.out.has(Field::state) || seen->second.out.get(Field::state) == model::state_untracked) {
          // Connection tracking did not see the request, or perhaps did not.
          packet.known.reset(static_cast<size_t>(Field::state));
          packet.known.reset(static_cast<size_t>(Field::ct_dir));
        }
      } else {
        // A device that did not see the request cannot know its answer.
        packet.known.reset(static_cast<size_t>(Field::state));
        packet.set(Field::ct_dir, 0);
      }
    }
    model::Outcome outcome = model::evaluate(*policy, stop.hook, packet, options);
    if (outcome.another_way && outcome.verdict != model::Verdict::depends) return false;
    // What stopped it before it was routed saw another egress interface: that of the way its destination takes.
    const bool stopped = outcome.verdict == model::Verdict::drop || outcome.verdict == model::Verdict::reject;
    if (stop.hook == Hook::output && stopped && stop.onward && outcome.out.has(Field::dst) && !stop.onward->in(family).contains(outcome.out.get(Field::dst))) return false;
    journey.passed[policy] = outcome;
    journey.last = outcome.out;
    journey.through = outcome.verdict == model::Verdict::accept && outcome.arrives;
    carry(outcome.out, request);
    report::TraceStep step{stop.device->name, stop.hook, policy, std::move(outcome), "", "", stop.route, stop.route_origin, packet};
    if (stop.in) step.in = stop.in->name;
    if (stop.out) step.out = stop.out->name;
    journey.steps.push_back(std::move(step));
    return true;
  };
  journey.last = request.packet;
  if (sender) {
    Stop stop;
    stop.device = sender;
    stop.hook = Hook::output;
    if (!pass(stop)) return std::nullopt;
  }
  for (const Stop& stop : way.stops) {
    if (!journey.through) break;
    if (!pass(stop)) return std::nullopt;
  }
  if (!journey.through || way.end == Way::End::lost || way.end == Way::End::device) return journey;
  journey.target = host_with(family, request.packet.get(Field::dst));
  if (journey.target) {
    Stop stop;
    stop.device = journey.target;
    stop.hook = Hook::input;
    if (!pass(stop)) return std::nullopt;
  }
  return journey;
}

report::TraceEnd SiteTracer::end_of(const Way& way, const Packet& packet) const {
  const std::string where = address_text(packet, Field::dst);
  switch (way.end) {
    case Way::End::segment:
      return {model::Verdict::accept, fmt::format("arrives at {}{}", where, way.segment == SIZE_MAX ? "" : " in " + ways_.topology(packet.family).segments()[way.segment].name), {}};
    case Way::End::outside: return {model::Verdict::accept, fmt::format("leaves the site for {} by {} of {}", where, way.out->name, way.device->name), {}};
    case Way::End::device: return {model::Verdict::accept, fmt::format("arrives at {} itself", way.device->name), {}};
    case Way::End::lost: return {way.unknown ? model::Verdict::depends : model::Verdict::drop, way.text, way.origin};
  }
  return {};
}

std::optional<report::Trace> SiteTracer::trace(const PacketRequest& request, bool with_answer, std::string& problem) {
  const Packet& packet = request.packet;
  const model::Family family = packet.family;
  IntervalSet lost;
  const auto starts = ways_.locate("", IntervalSet::of(packet.get(Field::src)), family, false, lost);
  const Device* sender = host_with(family, packet.get(Field::src));
  for (const Location& start : starts) {
    const auto ways = ways_.from(start, sender, IntervalSet::of(packet.get(Field::dst)), family);
    if (!ways) {
      problem = "limit reached: too many ways through the site";
      return std::nullopt;
    }
    for (const Way& way : *ways) {
      std::optional<Journey> journey = follow(way, sender, request, nullptr);
      if (!journey) continue;
      report::Trace trace;
      trace.packet = journey->steps.empty() ? packet : *journey->steps.front().packet;
      trace.names = request.names;
      if (journey->through) trace.end = end_of(way, journey->last);
      if (with_answer && journey->through && way.end != Way::End::lost) {
        Location end;
        end.kind = way.end == Way::End::segment ? Location::Kind::segment : way.end == Way::End::outside ? Location::Kind::outside : Location::Kind::device;
        end.segment = way.segment;
        if (journey->last.has(Field::dst)) end.addresses = IntervalSet::of(journey->last.get(Field::dst));
        end.place = {way.device, way.end == Way::End::outside ? way.out : nullptr};
        add_answer(trace, *journey, end, request);
      }
      trace.steps = std::move(journey->steps);
      return trace;
    }
  }
  problem = starts.empty() ? fmt::format("no device's network and no route of the site holds the source {}", address_text(packet, Field::src)) : "no way through the site takes this packet";
  return std::nullopt;
}

void SiteTracer::add_answer(report::Trace& trace, const Journey& journey, const Location& start, const PacketRequest& request) {
  const PacketRequest answer = answer_to(request, journey.last);
  trace.answer = answer.packet;
  const model::Family family = answer.packet.family;
  if (!answer.packet.has(Field::dst)) {
    trace.answer_end = {model::Verdict::depends, "which address the source was translated to is not known, and so not the way of the answer", {}};
    return;
  }
  const IntervalSet destination = IntervalSet::of(answer.packet.get(Field::dst));
  // What each device made of the request's source, it gives back.
  std::vector<model::Undone> undone;
  for (const report::TraceStep& step : journey.steps) {
    const bool moved = step.packet && step.packet->has(Field::src) && step.packet->get(Field::src) != (step.outcome.out.has(Field::src) ? step.outcome.out.get(Field::src) : 0);
    if (moved) undone.push_back({device_of(step.policy), IntervalSet::all(model::address_bits(family)), IntervalSet::of(step.packet->get(Field::src))});
  }
  const auto ways = ways_.from(start, journey.target, destination, family, undone);
  if (!ways) {
    trace.answer_end = {model::Verdict::depends, "limit reached: too many ways through the site", {}};
    return;
  }
  for (const Way& way : *ways) {
    std::optional<Journey> back = follow(way, journey.target, answer, &journey);
    if (!back) continue;
    if (back->through) trace.answer_end = end_of(way, back->last);
    if (back->through && way.end != Way::End::lost) compare_ends(trace, back->last, request.packet);
    trace.answer_steps = std::move(back->steps);
    return;
  }
  trace.answer_end = {model::Verdict::depends, "no way through the site takes the answer", {}};
}

}  // namespace fwproof::cli
