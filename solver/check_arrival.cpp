// Where packets end up: translation on the way, and what it means for a row or an exposure.
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

bool rewrites_destination(const Policy& policy) {
  for (const RewriteAction& action : policy.rewrites)
    for (const Rewrite& step : action.steps)
      if (step.field == Field::dst || step.field == Field::dst_port) return true;
  return false;
}

bool rewrites_source(const Policy& policy) {
  for (const RewriteAction& action : policy.rewrites)
    for (const Rewrite& step : action.steps)
      if (step.field == Field::src) return true;
  return false;
}

bool has_target(const Path& path) { return path.devices.back() != path.source && path.devices.back()->host == path.to; }

Origin origin_of(const Path& path, const Moved& moved) {
  if (!moved.replay.moved_by) return {};
  const auto& [hop, rule] = *moved.replay.moved_by;
  return path.devices[hop]->policy_for(moved.client.family)->chains[rule.chain].rules[rule.rule].origin;
}

std::string destination_words(const Moved& moved) {
  const Packet& out = moved.replay.outcome.out;
  return out.has(Field::dst) ? to_text(Address{out.family, out.get(Field::dst)}) : "another address";
}

void add_once(std::vector<Assumption>& assumptions, Assumption assumption) {
  const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
  if (std::none_of(assumptions.begin(), assumptions.end(), same)) assumptions.push_back(std::move(assumption));
}

std::vector<Term> terms_of(const PacketBox& box, Family family, bool with_source) {
  std::vector<Term> terms = {{In{Field::protocol, box.protocol}}};
  if (with_source) terms.push_back({InAddresses{Field::src, AddressSet::of(family, box.src)}});
  if (has_ports(box.protocol.min())) terms.push_back({In{Field::dst_port, box.dst_port}});
  if (!with_source && box.icmp_type != IntervalSet::of(0)) terms.push_back({In{Field::icmp_type, box.icmp_type}});
  return terms;
}

}  // namespace

// Where a device may translate the destination on the way, the packet must still arrive at the target: a last stop before its own
// firewall that only routes. Nothing is added, and nothing returned, where no device does.
Policy* Checking::add_arrival(Path& path, Family family) {
  if (!path.go.empty()) {
    const auto moves_here = [&](const Stop& stop) { return stop.device->host != path.to && rewrites_destination(*stop.device->policy_for(family)); };
    return std::any_of(path.go.begin(), path.go.end(), moves_here) ? path.arrival : nullptr;
  }
  const Zone& target = zone(path.to);
  if (!target.bound || target.any) return nullptr;
  const auto before_target = path.devices.end() - (has_target(path) ? 1 : 0);
  const auto moves = [&](const Device* device) { return rewrites_destination(*device->policy_for(family)); };
  if (std::none_of(path.devices.begin(), before_target, moves)) return nullptr;
  Device& arrival = arrivals_.emplace_back();
  arrival.name = arrival.host = path.to;
  Policy& policy = arrival.policies.emplace_back();
  policy.v4 = policy.v6 = true;
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::route, 0}};
  AddressSet own = path.only_dst.value_or(target.addresses);
  if (has_target(path) && !path.only_dst) own = own.united(own_addresses(network_, *path.devices.back()));
  locals_[&arrival] = std::move(own);
  path.devices.insert(before_target, &arrival);
  return &policy;
}

// Where a device translates on the way, exposure is asked by what arrives at the host, whatever destination the client wrote.
void Checking::ask_by_arrival(Path& path, Part& part) {
  Policy* policy = add_arrival(path, part.family);
  if (policy == nullptr) return;
  Chain chain;
  chain.name = "arrival";
  chain.at_end = ActionKind::drop;
  const auto add = [&](const PacketBox& box, bool granted) {
    const ActionKind kind = granted ? ActionKind::drop : ActionKind::accept;
    const std::string name = granted ? "the table grants it" : "arrives at " + path.to;
    chain.rules.push_back({terms_of(box, part.family, granted), {kind, 0}, {}, name, true, -1});
  };
  // Who may come is a matter of the client's own source, not of what a device made of it. A grant of all that is asked takes that client out
  // of the question; a grant of a part of it is looked up where the packet arrives, or not at all where sources are rewritten before.
  std::vector<PacketBox> clients;
  const bool hidden = std::any_of(path.devices.begin(), path.devices.end(), [&](const Device* device) {
    return device->host != path.to && device->policy_for(part.family) && rewrites_source(*device->policy_for(part.family));
  });
  for (const PacketBox& box : part.walk.not_in_question) {
    const auto covers = [&](const PacketBox& asked) { return box.protocol.contains(asked.protocol) && box.dst_port.contains(asked.dst_port) && box.src_port.contains(asked.src_port) && box.icmp_type.contains(asked.icmp_type) && box.icmp_code.contains(asked.icmp_code); };
    if (std::all_of(part.walk.in_question.begin(), part.walk.in_question.end(), covers)) {
      clients.push_back(box);
      clients.back().dst = IntervalSet::all(address_bits(part.family));
      clients.back().dst_port = has_ports(box.protocol.min()) ? IntervalSet::all(16) : box.dst_port;
    } else if (!hidden) {
      add(box, true);
    }
  }
  for (const PacketBox& box : part.walk.in_question) add(box, false);
  policy->chains = {std::move(chain)};
  policy->hooks[static_cast<size_t>(Hook::input)].push_back({Stage::Kind::filter, 0});
  part.walk.not_in_question = std::move(clients);
  const IntervalSet anywhere = any_for_exposure().in(part.family);
  for (PacketBox& box : part.walk.in_question) {
    box.dst = path.only_dst && !path.go.empty() ? anywhere.intersected(path.only_dst->in(part.family)) : anywhere;
    if (has_ports(box.protocol.min())) box.dst_port = IntervalSet::all(16);
  }
}

// A service that is reached all the same, but not as the row says.
void Checking::note_moved(const std::string& service, const Path& path, const Answer& answer, Result& result) const {
  const Zone& target = zone(path.to);
  if ((!target.bound || target.any) && !answer.moved_address.empty()) {
    for (const Moved& moved : answer.moved_address) {
      const std::string where = destination_words(moved);
      result.depends_on.push_back({"translation", fmt::format("the destination becomes {}", where), origin_of(path, moved)});
      result.reasons.push_back(fmt::format("{} to {} arrives elsewhere, at {}: what answers there is not known", path.from, path.to, where));
    }
    return;
  }
  for (const Moved& moved : answer.moved_port) {
    const Packet& out = moved.replay.outcome.out;
    const std::string port = out.has(Field::dst_port) ? fmt::format("{}", static_cast<unsigned>(out.get(Field::dst_port))) : "another port";
    add_once(result.assumes, {fmt::format("the service behind {}:{} listens on {}", path.to, service, port), origin_of(path, moved)});
  }
}

// What the host translates to others (containers, or addresses of its own that nobody named) does not end at it.
void Checking::note_sent_on(const Path& path, const Answer& answer, Result& result) const {
  if (!path.go.empty()) return;  // whose address it is, is the site's to tell
  for (const Moved& moved : answer.sent_on) {
    const std::string text = fmt::format("{} is not an address of {}: what it sends on to there is not counted as exposed", destination_words(moved), path.to);
    if (has_target(path) && !moved.replay.outcome.arrives) add_once(result.assumes, {text, origin_of(path, moved)});
  }
}

}  // namespace fwproof::solver
