// What port forwards and NAT loopback have in common: which rows ask for them, which public addresses lead to the target, and how to tell what is
// missing.
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/explain.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr size_t kNearTranslations = 3;

bool names(const std::vector<std::string>& roles, const std::string& role) { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

void add_reason(Result& result, std::string reason) {
  if (!names(result.reasons, reason)) result.reasons.push_back(std::move(reason));
}

void assume(Result& result, std::string text) {
  const auto same = [&](const Assumption& a) { return a.text == text; };
  if (std::none_of(result.assumes.begin(), result.assumes.end(), same)) result.assumes.push_back({std::move(text), {}});
}

// Addresses that anyone can send to.
IntervalSet public_addresses(Family family) { return any_for_requirement().in(family).minus(private_addresses().in(family)); }

std::string at_words(const std::string& host, u128 port) { return fmt::format("{}:{}", host, static_cast<unsigned>(port)); }

std::string endpoint_words(const Packet& packet) {
  const std::string address = to_text(Address{packet.family, packet.get(Field::dst)});
  return at_words(packet.family == Family::v6 ? "[" + address + "]" : address, packet.has(Field::dst_port) ? packet.get(Field::dst_port) : 0);
}

// Sources of the question that fail or may fail.
IntervalSet failing_sources(const Answer& answer) {
  IntervalSet sources;
  for (const auto* findings : {&answer.breaks, &answer.undecided})
    for (const Finding& finding : *findings) sources = sources.united(finding.box.src);
  return sources;
}

// ", but only for 198.51.100.0/24"; empty where it works for nobody.
std::string only_words(const Part& part) {
  const IntervalSet failing = failing_sources(part.answer);
  const IntervalSet working = part.walk.in_question.front().src.minus(failing);
  if (part.about != About::forward || working.empty() || !part.answer.listed_all) return "";
  const bool few_fail = failing.intervals().size() < working.intervals().size();
  return few_fail ? ", but not for " + address_words(part.family, failing) : ", but only for " + address_words(part.family, working);
}

const std::vector<Stop>& stops_of(const Part& part, size_t leg) { return part.walk.legs[leg].reply ? part.path.back : part.path.go; }

// Whether a hop is a device's own, not a place that only stands for something.
bool is_device_at(const Part& part, size_t leg, size_t hop) {
  if (part.path.go.empty()) return hop < part.path.devices.size() && part.path.devices[hop]->has_export;
  const std::vector<Stop>& stops = stops_of(part, leg);
  return hop < stops.size() && stops[hop].is_device;
}

// What became of the answer, or of what the client sends after it.
std::string exchange_words(const Part& part, const Finding& finding, const std::string& server) {
  const Replay& seen = finding.replay;
  if (seen.foreign_answer) {
    Packet from = seen.outcome.out;
    if (from.has(Field::src)) from.set(Field::dst, from.get(Field::src));
    if (from.has(Field::src_port)) from.set(Field::dst_port, from.get(Field::src_port));
    const std::string whence = from.has(Field::dst) ? endpoint_words(from) : "another address";
    return fmt::format("forwarded to {}, but the source is not rewritten: the answer comes from {} and not back through the router's translation", server, whence);
  }
  const std::string what = part.walk.legs[finding.leg].reply ? "the answer" : "what follows the answer";
  if (!is_device_at(part, seen.leg, seen.hop)) return fmt::format("forwarded to {}, but {} does not arrive", server, what);
  return fmt::format("forwarded to {}, but {} stops {}", server, part.walk.legs[seen.leg].hops[seen.hop].device, what);
}

}  // namespace

// Nothing: it does not apply, and not_asked says why.
std::optional<std::vector<Checking::Demand>> Checking::demands_of(const Constraint& constraint, Result& result, const char* what) {
  if (!options_.only.empty() && std::none_of(result.to.begin(), result.to.end(), [&](const std::string& to) { return names(options_.only, to); })) {
    skip(constraint.id, "it mentions none of the roles asked for");
    return std::nullopt;
  }
  std::vector<Demand> demands;
  std::vector<std::string> open_to_all, hidden;
  for (const Requirement* row : rows_of(constraint)) {
    const auto anyone = std::find_if(row->from.begin(), row->from.end(), [&](const std::string& from) { return zone(from).any; });
    if (row->optional || anyone == row->from.end() || !has_ports(row->protocol)) continue;
    for (const std::string& to : row->to) {
      const Zone& target = zone(to);
      if (!names(result.to, to) || target.any || target.is_name) continue;
      if (!names(result.from, *anyone) && constraint.from.empty()) result.from.push_back(*anyone);
      if (!names(open_to_all, to)) open_to_all.push_back(to);
      if (!target.bound) add_reason(result, fmt::format("{} has no addresses: --bind {}=…", to, to));
      for (const Family family : {Family::v4, Family::v6}) {
        if (!target.bound || !target.addresses.in(family).intersects(private_addresses().in(family))) continue;
        demands.push_back({row, *anyone, to, family});
        if (!names(hidden, to)) hidden.push_back(to);
      }
    }
  }
  if (!demands.empty() || !result.reasons.empty()) return demands;
  std::string why = fmt::format("no required row lets anyone in: no {} is needed", what);
  if (!open_to_all.empty()) {
    why.clear();
    for (const std::string& to : open_to_all) why += (why.empty() ? "" : ", ") + to;
    why += fmt::format(" {} public addresses: no {} is needed", open_to_all.size() == 1 ? "has" : "have", what);
  }
  skip(constraint.id, why);
  return std::nullopt;
}

bool Checking::has_router(const std::vector<std::string>& targets, Result& result) const {
  const auto on_the_way = [](const Device& device) { return device.host.empty(); };
  if (std::any_of(network_.devices.begin(), network_.devices.end(), on_the_way)) return true;
  std::string whose;
  for (const std::string& to : targets) whose += (whose.empty() ? "" : ", ") + to;
  add_reason(result, fmt::format("the configuration of the router that connects the private network of {} to the Internet is missing: add it as a device", whose));
  return false;
}

// Beyond every interface that leads out. A client there has an address that is routed between organisations.
std::vector<Location> Checking::outside_places(const Demand& demand) {
  IntervalSet lost;
  std::vector<Location> places = ways_.locate(demand.from, any_for_requirement().in(demand.family), demand.family, true, lost);
  for (Location& place : places) place.addresses = place.addresses.intersected(public_addresses(demand.family));
  std::erase_if(places, [](const Location& place) { return place.kind != Location::Kind::outside || place.is_private || place.addresses.empty(); });
  return places;
}

// A server with private addresses in both families is reached from outside by the family that has an outside.
bool Checking::is_by_other_family(const Demand& demand, Result& result) {
  Demand other = demand;
  other.family = demand.family == Family::v4 ? Family::v6 : Family::v4;
  const bool other_is_hidden = zone(demand.to).addresses.in(other.family).intersects(private_addresses().in(other.family));
  if (!other_is_hidden || !outside_places(demand).empty() || outside_places(other).empty()) return false;
  const char* name = demand.family == Family::v4 ? "IPv4" : "IPv6";
  assume(result, fmt::format("{} not checked: no given router leads to the {} Internet", name, name));
  return true;
}

// A router that has no public address itself stands behind another one.
bool Checking::has_public_address(const Location& place, Family family, Result& result) const {
  const IntervalSet own = facing_addresses(place, family);
  const std::string where = fmt::format("{} of {}", place.place.interface->name, place.place.device->name);
  for (const Interval& part : own.intervals())
    if (is_stand_in({family, part.lo})) assume(result, fmt::format("the address that {} learns is a public one, which clients outside can send to", where));
  if (own.empty() || own.intersects(public_addresses(family))) return true;
  add_reason(result, fmt::format("{} has the private address {}: the configuration of the router before it, which connects it to the Internet, is missing: add it as a device", where,
                                 address_words(family, own)));
  return false;
}

// Public destinations from which some packet, sent to the row's own port, arrives at the target's. all: not only those that face the sender. by_other_ports: those that
// lead there from other ports alone.
std::vector<Checking::Known> Checking::leading_destinations(const Asked& asked, bool all, std::vector<Known>* by_other_ports, std::vector<std::string>& limits) {
  const IntervalSet anyone = public_addresses(asked.family).minus(zone(asked.to).addresses.in(asked.family));
  const IntervalSet candidates = ways_.translatable_addresses(asked.family).intersected(anyone);
  const IntervalSet facing = candidates.intersected(facing_addresses(*asked.start, asked.family));
  std::vector<Known> leading;
  const auto search = [&](const IntervalSet& some) {
    std::vector<Known> found;
    add_translated(asked, some, found, limits);
    for (Known& known : found) {
      const bool own_port = known.dst_port.empty() || known.dst_port.intersects(asked.row->ports);
      if (own_port) known.dst_port = {};
      const auto same = [&](const Known& k) { return k.dst == known.dst; };
      std::vector<Known>* into = own_port ? &leading : by_other_ports;
      if (into && std::none_of(into->begin(), into->end(), same)) into->push_back(std::move(known));
    }
  };
  search(facing);
  if (all || leading.empty()) search(candidates.minus(facing));
  return leading;
}

// Every packet to these destinations arrives at the target and the row's own port, whatever the target's own firewall makes of it.
std::vector<Part> Checking::ask_forward(const Asked& asked, const IntervalSet& dst, Result& notes) {
  std::vector<Part> parts;
  const IntervalSet& src = asked.start->addresses;
  for (Path& path : paths_by_routes(asked, dst, src, false, notes.reasons)) {
    if (path.arrival) end_at_service(asked, path);
    Part part;
    part.from = asked.from;
    part.to = asked.to;
    part.family = asked.family;
    part.about = About::forward;
    part.walk.family = asked.family;
    part.walk.elsewhere_passes = true;
    part.walk.usual_dst = facing_addresses(*asked.start, asked.family);
    const IntervalSet starts = path.only_dst ? dst.intersected(path.only_dst->in(asked.family)) : dst;
    if (starts.empty() || src.empty()) continue;
    part.walk.in_question = {row_box(*asked.row, src, starts)};
    part.walk.legs = legs_of(asked.row->protocol);
    part.walk.legs.resize(1);
    add_hops(part.walk.legs, path, asked.family, locals_);
    part.answer = ask(part.walk, Wanted::all_pass, options_.limits, options_.proofs ? &proofs_ : nullptr);
    if (part.answer.empty || !part.answer.any_stays) continue;
    note_routing_gaps(path.go, notes);
    // Of several ports each must lead to itself.
    for (const Moved& moved : part.answer.moved_port)
      add_reason(notes, fmt::format("what is sent to port {} of {} may arrive at another port of {}", number_words(moved.box.dst_port), address_words(asked.family, moved.box.dst), asked.to));
    part.path = std::move(path);
    parts.push_back(std::move(part));
  }
  check_coverage(asked, parts, src, {dst, {}, ""}, notes);
  return parts;
}

bool Checking::is_reached(const std::string& to, Family family, u128 address) const {
  if (zone(to).addresses.in(family).contains(address)) return true;
  const std::vector<const Device*> hosts = hosts_of(to);
  return std::any_of(hosts.begin(), hosts.end(), [&](const Device* host) { return host && own_addresses(network_, *host).in(family).contains(address); });
}

// What became of a packet, as the end of "port 587 of edge (203.0.113.2) is …".
std::string Checking::translation_words(const Part& part, const Finding& finding) const {
  const Replay& seen = finding.replay;
  const Packet& sent = finding.client;
  const Packet& out = seen.outcome.out;
  const std::string who = part.about == About::loopback ? " for " + part.from : "";
  if (!out.has(Field::dst) || !out.has(Field::dst_port)) return "not surely forwarded to " + part.to + who;
  const std::string server = at_words(part.to, part.about == About::loopback && finding.leg > 0 ? sent.get(Field::dst_port) : out.get(Field::dst_port));
  if (finding.leg > 0) return exchange_words(part, finding, server);
  const std::string only = only_words(part);
  const bool moved = out.get(Field::dst) != sent.get(Field::dst);
  const bool other_port = out.get(Field::dst_port) != sent.get(Field::dst_port);
  if (!moved && !other_port) return only.empty() ? (who.empty() ? "not forwarded" : fmt::format("not forwarded{}: the destination is not rewritten for traffic from inside", who)) : "forwarded" + only;
  if (!is_reached(part.to, part.family, out.get(Field::dst))) return fmt::format("forwarded to {}, which is not {}{}", endpoint_words(out), part.to, who);
  if (is_device_at(part, seen.leg, seen.hop)) {
    const std::string by = part.walk.legs[seen.leg].hops[seen.hop].device;
    const bool own = seen.hop < part.path.go.size() && part.path.go[seen.hop].device->host == part.to;
    if (own) return fmt::format("forwarded to {}, but {}'s own firewall does not let it in{}", server, part.to, who);
    return only.empty() ? fmt::format("forwarded to {}, but {} does not let it through{}", server, by, who) : fmt::format("forwarded to {}{}", server, only);
  }
  if (other_port) return fmt::format("forwarded to {}, not to {}{}", server, at_words(part.to, sent.get(Field::dst_port)), who);
  return fmt::format("forwarded to {}, but does not arrive there{}", server, who);
}

// In place of the note on a row's counterexample: what the constraint misses, and the rule that looks as if it did that.
void Checking::tell_translation(const Part& part, const Finding& finding, Counterexample& example) const {
  std::erase_if(example.decided_by, [](const Decider& by) { return by.chain == "service" && by.origin.line == 0; });
  if (finding.replay.verdict == Verdict::depends || finding.replay.verdict == Verdict::accept) return;
  const auto& moved_by = finding.replay.moved_by;
  const bool told = std::any_of(example.decided_by.begin(), example.decided_by.end(), [](const Decider& by) { return by.did == "translated by"; });
  if (moved_by && !told && moved_by->first < part.walk.legs[finding.replay.leg].hops.size()) {
    Decider decider = describe(part.walk.legs[finding.replay.leg].hops[moved_by->first], moved_by->second, Verdict::accept);
    decider.did = "translated by";
    example.decided_by.push_back(std::move(decider));
  }
  example.note = fmt::format("port {} of {} is {}", static_cast<unsigned>(finding.client.get(Field::dst_port)), to_text(Address{part.family, finding.client.get(Field::dst)}),
                             translation_words(part, finding));
  add_near_translations(part, finding, example);
}

void Checking::add_near_translations(const Part& part, const Finding& finding, Counterexample& example) const {
  const bool foreign = finding.replay.foreign_answer;
  const Packet& out = finding.replay.outcome.out;
  const bool kept = finding.leg == 0 && out.has(Field::dst) && out.get(Field::dst) == finding.client.get(Field::dst);
  if (!foreign && !kept) return;
  example.near_misses.clear();
  const Replay request = foreign ? replay(part.walk, 0, finding.client) : finding.replay;
  for (size_t hop = 0; hop < request.hops.size(); ++hop) {
    if (!is_device_at(part, 0, hop)) continue;
    Packet seen = request.hops[hop].in;
    // A rule for sources sees the destination that earlier ones gave the packet.
    if (foreign)
      for (const Field field : {Field::dst, Field::dst_port})
        if (request.hops[hop].out.has(field)) seen.set(field, request.hops[hop].out.get(field));
    for (NearMiss& miss : near_translations(part.walk.legs[0].hops[hop], seen, foreign ? Field::src : Field::dst, kNearTranslations)) example.near_misses.push_back(std::move(miss));
  }
}

bool Checking::has_address(const Device& device, Family family, u128 address) const { return ways_.topology(family).addresses(device).contains(address); }

// "edge (203.0.113.2)": the device that a packet meets first, and the address that it was sent to.
std::string Checking::router_words(const Part& part, const Finding* finding) const {
  std::string name = "the router";
  const Stop* first = nullptr;
  for (const Stop& stop : part.path.go)
    if (!first && stop.is_device && stop.device->host.empty()) first = &stop;
  for (const Device* device : part.path.devices)
    if (part.path.go.empty() && device->host.empty() && name == "the router") name = device->name;
  if (first) name = first->device->name;
  if (!finding || (part.path.go.empty() && !finding->box.dst.is_single())) return name;
  const Address sent{part.family, finding->client.get(Field::dst)};
  // It may be another router's, asked about by a way on which this one stands first.
  if (first && !has_address(*first->device, part.family, sent.value))
    for (const Device& device : network_.devices)
      if (device.host.empty() && has_address(device, part.family, sent.value)) name = device.name;
  if (is_stand_in(sent)) return fmt::format("{} (the address that it learns)", name);
  return fmt::format("{} ({})", name, to_text(sent));
}

void Checking::note_failing(const Requirement& row, const Part& part, const std::string& more, Gathered& gathered) const {
  if (!part.answer.any_breaks || part.answer.breaks.empty()) return;
  const Finding& first = part.answer.breaks.front();
  const std::string protocol = row.protocol == proto_tcp ? "" : protocol_words(row.protocol) + " ";
  IntervalSet& ports = gathered.failing[{protocol, router_words(part, &first), translation_words(part, first) + more}];
  for (const Finding& finding : part.answer.breaks) ports = ports.united(finding.box.dst_port);
}

void Checking::summarise_translations(Result& result, const Gathered& gathered, const char* what) const {
  std::string whose;
  for (const std::string& to : result.to) whose += (whose.empty() ? "" : ", ") + to;
  if (result.truth == Truth::cannot_tell) {
    result.summary = fmt::format("cannot tell whether the {} leads to {}", what, whose);
    return;
  }
  const bool fails = result.truth == Truth::violated;
  for (const auto& [words, ports] : fails ? gathered.failing : gathered.working) {
    const auto& [protocol, where, rest] = words;
    const bool one = ports.is_single();
    if (!result.summary.empty()) result.summary += "; ";
    result.summary += fails ? fmt::format("{}port{} {} of {} {} {}", protocol, one ? "" : "s", number_words(ports), where, one ? "is" : "are", rest)
                            : fmt::format("{}port{} {} of {} {} to {}", protocol, one ? "" : "s", number_words(ports), where, one ? "leads" : "lead", rest);
  }
}

void Checking::finish_constraint(Result& result, Gathered& gathered) {
  for (Part& part : gathered.parts) part.unbound = part.unbound || !gathered.unplaced.empty();
  if (!gathered.unplaced.empty()) add_reason(result, gathered.unplaced);
  if (gathered.parts.empty() && result.reasons.empty()) add_reason(result, "nothing to check: no packet is in question");
  finish(result, gathered.parts, gathered.unplaced.empty() ? "it is not known whether a translation leads there" : gathered.unplaced);
}

}  // namespace fwproof::solver
