// Not intercepted: nothing that an export shows takes the flows of the rows to another place (docs/semantics.md, 13.5).
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/explain.h"
#include "solver/taking.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr const char* kNotShown =
    "nothing that no export shows opens the traffic or sends it elsewhere: a proxy on the way, a program on one of the hosts (an antivirus that reads mail)";

const char* family_words(Family family) { return family == Family::v4 ? "IPv4" : "IPv6"; }

bool stands_for_any(const Zone& zone) { return zone.any || !zone.bound; }

void add_once(std::vector<Assumption>& assumptions, const Assumption& assumption) {
  const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
  if (std::none_of(assumptions.begin(), assumptions.end(), same)) assumptions.push_back(assumption);
}

void add_once(std::vector<std::string>& reasons, std::string reason) {
  if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) reasons.push_back(std::move(reason));
}

// Facts that matter at a stop of that kind.
std::vector<Interception> facts_at(const Device& device, Hook hook) {
  std::vector<Interception> facts;
  for (const Interception& fact : device.facts.interceptions)
    if (hook == Hook::input || (!fact.local && hook == Hook::forward)) facts.push_back(fact);
  return facts;
}

std::string destination_words(const Packet& packet) {
  if (!packet.has(Field::dst)) return "another address";
  std::string text = to_text(Address{packet.family, packet.get(Field::dst)});
  if (!packet.has(Field::protocol) || !has_ports(packet.get(Field::protocol)) || !packet.has(Field::dst_port)) return text;
  if (packet.family == Family::v6) text = "[" + text + "]";
  return text + fmt::format(":{}", static_cast<unsigned>(packet.get(Field::dst_port)));
}

bool is_moved(const Packet& packet, const Packet& client) {
  const auto other = [&](Field field) { return !packet.has(field) || packet.get(field) != client.get(field); };
  return other(Field::dst) || other(Field::dst_port);
}

std::string unbound_words(const std::set<std::string>& roles) {
  std::string names;
  for (const std::string& role : roles) names += (names.empty() ? "" : ", ") + fmt::format("{} has no addresses: --bind {}=…", role, role);
  return names + " (not all of ANY is taken elsewhere)";
}

// What let the packet come to the last stage took nothing.
bool takes(const WalkHop& hop, const Decision& decision) {
  const uint32_t last = hop.policy->hooks[static_cast<size_t>(hop.hook)].back().chain;
  return !decision.sent_on && decision.verdict == Verdict::accept && decision.rule.chain >= last;
}

// What the client sends once the server has answered.
WalkLeg later_leg(unsigned protocol) {
  if (protocol == proto_tcp) return legs_of(protocol).back();
  WalkLeg leg = legs_of(protocol).front();
  leg.name = "later packet";
  leg.state = IntervalSet::of(state_established);
  return leg;
}

bool says_nothing(const Answer& answer) {
  return !answer.any_breaks && !answer.any_undecided && answer.limit.empty() && answer.proven && answer.fault.empty();
}

}  // namespace

void Checking::ask_not_intercepted(const Constraint& constraint, Result& result) {
  Taking taking{result, {}, false, false, {}};
  bool wanted = false;
  for (const Requirement* row : rows_of(constraint)) {
    if (!is_wanted(*row)) continue;
    wanted = true;
    for (const std::string& from : row->from)
      for (const std::string& to : row->to)
        for (const Family family : {Family::v4, Family::v6}) ask_taking(*row, from, to, family, taking);
  }
  if (!wanted) return skip(constraint.id, "its rows mention none of the roles asked for");
  if (!taking.touched && result.reasons.empty()) {
    if (options_.only_touched) return skip(constraint.id, "no given device stands on the way of its rows");
    result.reasons.push_back("nothing to check: no device of the site stands on the way of any row");
  }
  if (taking.touched && !taking.in_question) result.reasons.push_back("nothing to check: no packet of any row is in question on a way that a given device stands on");
  result.assumes.push_back({kNotShown, {}});
  // What was asked in full and says nothing is one part.
  taking.parts.emplace_back();
  finish(result, taking.parts, unbound_words(taking.unbound));
  summarise_taking(result, taking.parts);
  report_.results.push_back(std::move(result));
}

// Both roles in one family.
void Checking::ask_taking(const Requirement& row, const std::string& from, const std::string& to, Family family, Taking& taking) {
  if (belongs_to_other(row.protocol, family)) return;
  const Zone& source = zone(from);
  const Zone& target = zone(to);
  const std::vector<Path> paths = paths_between(network_, from, to, family);
  if (from == to && paths.empty()) {
    if (has_several_addresses(source))
      add_once(taking.result.reasons, fmt::format("{} to {}: several addresses and one export, so which host has which is not known", from, to));
    return;
  }
  if (from != to && on_one_host(source, target)) return;
  if (row_addresses(source, family).empty() || row_addresses(target, family).empty()) return;
  for (const std::string& role : {from, to})
    if (!zone(role).bound && !zone(role).any) taking.unbound.insert(role);
  if (ways_.derived() && stated_path(from, to) == nullptr) return ask_taking_by_routes(row, from, to, family, taking);
  for (const Path& path : paths) {
    if (path.devices.empty() && path.unreadable.empty()) continue;
    if (name_unreadable(path, family, taking)) continue;
    PacketBox box = row_box(row, row_addresses(source, family), row_addresses(target, family));
    if (path.only_src) box.src = box.src.intersected(path.only_src->in(family));
    if (path.only_dst) box.dst = box.dst.intersected(path.only_dst->in(family));
    if (stands_for_any(source) && !stands_for_any(target)) box.src = box.src.minus(box.dst);
    if (stands_for_any(target) && !stands_for_any(source)) box.dst = box.dst.minus(box.src);
    ask_taking_on({row, family, std::move(box), false}, path, taking);
  }
}

// Whether a device without an export leaves nothing to ask.
bool Checking::name_unreadable(const Path& path, Family family, Taking& taking) const {
  const auto is_bound = [&](const std::string& role) { return zone(role).bound && !zone(role).any && !zone(role).addresses.in(family).empty(); };
  const bool bound_here = is_bound(path.from) || is_bound(path.to);
  for (const Device* device : path.unreadable) {
    if (!bound_here && !device->policies.empty()) {
      add_once(taking.result.assumes, {fmt::format("{} not checked: no {} export of {} is given", family_words(family), family_words(family), device->name), {}});
      continue;
    }
    add_once(taking.result.reasons,
             device->has_export ? fmt::format("{}: no {} export is given, but {} addresses are bound", device->name, family_words(family), family_words(family))
                                : fmt::format("{} stands on the way, but there is no export of it that can be read", device->name));
  }
  return !path.unreadable.empty();
}

void Checking::ask_taking_by_routes(const Requirement& row, const std::string& from, const std::string& to, Family family, Taking& taking) {
  const Zone& source = zone(from);
  const Zone& target = zone(to);
  IntervalSet src = row_addresses(source, family);
  if (stands_for_any(source) && !stands_for_any(target)) src = src.minus(target.addresses.in(family));
  name_unplaced(taking.result);
  IntervalSet lost;
  const std::vector<Location> starts = ways_.locate(from, src, family, stands_for_any(source), lost);
  if (!lost.empty()) add_once(taking.result.reasons, nowhere_words(from, lost, family));
  for (const Location& start : starts)
    for (const Device* sender : hosts_of(from)) ask_taking_from({&row, from, to, family, &start, sender}, taking);
}

// By every address by which that place knows the target.
void Checking::ask_taking_from(const Asked& asked, Taking& taking) {
  IntervalSet src = asked.start->addresses;
  if (asked.sender) src = src.intersected(own_addresses(network_, *asked.sender).in(asked.family));
  std::vector<Known> all = addresses_known(asked, taking.result);
  std::vector<std::string> limits;
  if (all.empty()) all = find_by_translation(asked, limits);
  for (std::string& limit : limits) add_once(taking.result.reasons, std::move(limit));
  if (all.empty()) all = outside_addresses(asked);
  const Zone& target = zone(asked.to);
  for (const Known& known : all) {
    const bool translated = !stands_for_any(target) && !target.addresses.in(asked.family).contains(known.dst);
    if (translated && !known.how.empty()) add_once(taking.result.assumes, {known.how, {}});
    std::vector<std::string> reasons;
    for (const Path& path : paths_by_routes(asked, known.dst, src, false, reasons)) {
      PacketBox box = row_box(*asked.row, src, path.only_dst ? known.dst.intersected(path.only_dst->in(asked.family)) : known.dst, known.dst_port);
      note_routing_gaps(path.go, taking.result);
      ask_taking_on({*asked.row, asked.family, std::move(box), translated}, path, taking);
    }
    for (std::string& reason : reasons) add_once(taking.result.reasons, std::move(reason));
  }
}

// Every device on the way, and where a translated packet ends up.
void Checking::ask_taking_on(const Sent& sent, const Path& path, Taking& taking) {
  if (sent.box.src.empty() || sent.box.dst.empty()) return;
  std::vector<WalkLeg> legs = {legs_of(sent.row.protocol).front(), later_leg(sent.row.protocol)};
  add_hops(legs, path, sent.family, locals_);
  const std::vector<WalkHop>& hops = legs.front().hops;
  for (size_t i = 0; i < hops.size(); ++i) {
    if (!path.go.empty() && !path.go[i].is_device) continue;
    taking.touched = taking.in_question = true;
    for (const Assumption& assumption : hops[i].policy->general_assumptions) add_once(taking.result.assumes, assumption);
    ask_taking_at(sent, path, legs, i, taking);
  }
  if (sent.translated) ask_where_it_ends(sent, path, hops, taking);
}

// Behind the last device: at the target, where it was sent to (so that nobody translated it), or elsewhere.
void Checking::ask_where_it_ends(const Sent& sent, const Path& path, const std::vector<WalkHop>& hops, Taking& taking) {
  const auto is_arrival = [&](const WalkHop& hop) { return hop.policy == path.arrival; };
  const auto arrival = path.arrival ? std::find_if(hops.begin(), hops.end(), is_arrival) : hops.end();
  if (hops.empty()) return;
  std::vector<WalkHop> whole{hops.begin(), arrival == hops.end() ? hops.end() : arrival + 1};
  IntervalSet target = zone(path.to).addresses.in(sent.family);
  if (arrival != hops.end() && arrival->local) target = target.united(arrival->local->in(sent.family));
  whole.back().hook = Hook::input;
  whole.back().local = nullptr;
  ask_taken(sent, path, legs_of(sent.row.protocol).front(), std::move(whole), keep_policy(taken_elsewhere(target, sent.box.dst, sent.box.dst_port, sent.family)), taking);
}

// legs: the first packet, and later ones.
void Checking::ask_taking_at(const Sent& sent, const Path& path, const std::vector<WalkLeg>& legs, size_t at, Taking& taking) {
  const WalkHop& hop = legs.front().hops[at];
  const Device& device = *path.devices[at];
  const bool is_target = device.host == path.to && hop.hook == Hook::input;
  const auto until = [&](const WalkLeg& leg) { return std::vector<WalkHop>{leg.hops.begin(), leg.hops.begin() + static_cast<std::ptrdiff_t>(at + 1)}; };
  const auto [stages, is_new] = taking_stages_.try_emplace({hop.policy, hop.hook});
  if (is_new) stages->second = taking_stages(*hop.policy, hop.hook);
  const Zone& target = zone(path.to);
  for (const size_t stage : stages->second) {
    const Staying staying{stands_for_any(target) ? IntervalSet{} : target.addresses.in(sent.family), !is_target, sent.translated && !is_target};
    const auto [kept, fresh] = taking_policies_.try_emplace({hop.policy, sent.family, hop.hook, stage, path.to, staying.moves});
    if (fresh) kept->second = keep_policy(taken_by_rules(*hop.policy, hop.hook, stage, sent.family, staying));
    const bool said = ask_taken(sent, path, legs[0], until(legs[0]), kept->second, taking);
    // Translations are settled by the first packet; other rules look at each.
    const bool each = hop.policy->hooks[static_cast<size_t>(hop.hook)][stage].kind != Stage::Kind::nat;
    if (each && !said) ask_taken(sent, path, legs[1], until(legs[1]), kept->second, taking);
  }
  const std::vector<Interception> facts = facts_at(device, hop.hook);
  if (facts.empty()) return;
  const auto [kept, fresh] = taking_policies_.try_emplace({hop.policy, sent.family, hop.hook, SIZE_MAX, "", false});
  if (fresh) kept->second = keep_policy(taken_by_facts(*hop.policy, hop.hook, facts));
  ask_taken(sent, path, legs[0], until(legs[0]), kept->second, taking);
}

const Policy* Checking::keep_policy(Policy policy) {
  arrivals_.emplace_back().policies.push_back(std::move(policy));
  return &arrivals_.back().policies.back();
}

// hops: up to the one whose policy `accepting` takes the place of. False: it is sure that nothing is taken.
bool Checking::ask_taken(const Sent& sent, const Path& path, const WalkLeg& leg, std::vector<WalkHop> hops, const Policy* accepting, Taking& taking) {
  Part part;
  part.from = path.from;
  part.to = path.to;
  part.family = sent.family;
  part.unbound = (!zone(path.from).bound && !zone(path.from).any) || (!zone(path.to).bound && !zone(path.to).any);
  part.taking = true;
  part.path.go.assign(path.go.begin(), path.go.begin() + static_cast<std::ptrdiff_t>(std::min(path.go.size(), hops.size())));
  hops.back().policy = accepting;
  hops.back().onward = nullptr;
  part.walk.family = sent.family;
  part.walk.in_question = {sent.box};
  part.walk.not_in_question = to_itself(sent.box);
  part.walk.legs = {leg};
  part.walk.legs.front().hops = std::move(hops);
  part.answer = ask(part.walk, Wanted::none_pass, options_.limits, options_.proofs ? &proofs_ : nullptr);
  if (part.answer.empty) return false;
  Result& result = taking.result;
  if (!says_nothing(part.answer)) return taking.parts.push_back(std::move(part)), true;
  take_assumptions(result, part.answer);
  result.proof.add(part.answer.proof);
  return false;
}

// The rule that takes the packet, and what becomes of it.
void Checking::explain_taking(const Part& part, const Finding& finding, Counterexample& example) const {
  const std::vector<WalkHop>& hops = part.walk.legs.front().hops;
  const Replay& replay = finding.replay;
  example.trail = replay.outcome.trail;
  const bool known = replay.verdict == Verdict::accept && replay.hop + 1 == hops.size();
  const auto add = [&](size_t hop, const RuleRef& rule, const char* did) {
    Decider decider = describe(hops[hop], rule, Verdict::accept);
    decider.did = did;
    const auto same = [&](const Decider& d) { return d.device == decider.device && d.origin == decider.origin && d.rule == decider.rule; };
    if (std::none_of(example.decided_by.begin(), example.decided_by.end(), same)) example.decided_by.push_back(std::move(decider));
  };
  const bool ends_elsewhere = !part.path.go.empty() && part.path.go.size() == hops.size() && !part.path.go.back().is_device;
  if (ends_elsewhere) {
    if (replay.moved_by) add(replay.moved_by->first, replay.moved_by->second, "translated by");
  } else {
    if (known) add(replay.hop, replay.outcome.decided_by, "taken by");
    for (const Decision& decision : finding.decided_by)
      if (decision.hop + 1 == hops.size() && takes(hops.back(), decision)) add(decision.hop, decision.rule, "taken by");
  }
  if (known && is_moved(replay.outcome.out, finding.client)) example.note = "its destination becomes " + destination_words(replay.outcome.out);
  else if (known) example.note = "it keeps its destination, but something else gets it";
  add_way(part, replay, example);
}

void Checking::summarise_taking(Result& result, const std::vector<Part>& parts) const {
  if (result.truth == Truth::holds) {
    result.summary = "no given device takes a flow of the table to another place";
    return;
  }
  if (result.truth == Truth::cannot_tell) {
    result.summary = "cannot tell whether a flow of the table is taken to another place";
    return;
  }
  std::map<std::pair<std::string, std::string>, IntervalSet> taken;
  for (const Part& part : parts)
    for (const Finding& finding : part.answer.breaks) {
      IntervalSet& ports = taken[{part.from, part.to}];
      ports = ports.united(finding.box.dst_port);
    }
  for (const auto& [pair, ports] : taken) {
    if (!result.summary.empty()) result.summary += "; ";
    result.summary += fmt::format("what {} sends to {}:{} is taken to another place", pair.first, pair.second, number_words(ports));
  }
}

}  // namespace fwproof::solver
