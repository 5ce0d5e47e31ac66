// Exposure: what is open beyond the rows. One question for each listed service of a target, one for everything unlisted.
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr unsigned kPortProtocols[] = {proto_udp, proto_dccp, proto_sctp, proto_udplite};

bool names(const std::vector<std::string>& roles, const std::string& role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

PacketBox box_of(IntervalSet src, IntervalSet dst, IntervalSet protocol, IntervalSet src_port, IntervalSet dst_port, IntervalSet type,
                 IntervalSet code) {
  return {std::move(src), std::move(dst), std::move(protocol), std::move(src_port), std::move(dst_port), std::move(type), std::move(code)};
}

IntervalSet zero() { return IntervalSet::of(0); }

bool moves_destination(const Policy& policy) {
  for (const RewriteAction& action : policy.rewrites)
    for (const Rewrite& step : action.steps)
      if (step.field == Field::dst || step.field == Field::dst_port) return true;
  return false;
}

// Whether the policy may change a destination port to one of these.
bool leads_to(const Policy& policy, const IntervalSet& ports) {
  for (const RewriteAction& action : policy.rewrites)
    for (const Rewrite& step : action.steps)
      if (step.field == Field::dst_port && (step.kind != Rewrite::Kind::assign || step.values.empty() || step.values.intersects(ports))) return true;
  return false;
}

}  // namespace

std::pair<unsigned, std::vector<std::pair<uint64_t, uint64_t>>> Checking::Service::key() const {
  std::vector<std::pair<uint64_t, uint64_t>> list;
  for (const Interval& i : ports.intervals()) list.emplace_back(static_cast<uint64_t>(i.lo), static_cast<uint64_t>(i.hi));
  return {protocol, std::move(list)};
}

IntervalSet Checking::inside(const Closed& closed, Family family) const {
  const Zone& host = zone(closed.host);
  if (!host.bound) return any_for_exposure().in(family);
  IntervalSet own = host.addresses.in(family);
  // Its other addresses lead to it as well; without an export for the family nothing can be said about them.
  for (const Device& device : network_.devices)
    if ((device.host == closed.host || is_itself(host, device)) && device.policy_for(family)) own = own.united(own_addresses(network_, device).in(family));
  return own.intersected(any_for_exposure().in(family));
}

IntervalSet Checking::outside(const Closed& closed, Family family) const {
  const IntervalSet everyone = any_for_exposure().in(family);
  return zone(closed.host).bound ? everyone.minus(inside(closed, family)) : everyone;
}

std::set<Checking::Service> Checking::listed_services(const Closed& closed) const {
  std::set<Service> services;
  for (const Requirement& row : requirements_.rows)
    if (names(closed.inbound ? row.to : row.from, closed.host) && has_ports(row.protocol)) services.insert({row.protocol, row.ports});
  return services;
}

// What the rows allow: from each role that has it, to the host. Rows of all specifications are joined.
std::vector<PacketBox> Checking::granted(const Closed& closed, Family family, bool& unbound) const {
  std::vector<PacketBox> boxes;
  const IntervalSet host = inside(closed, family);
  for (const Requirement& row : requirements_.rows) {
    if (!names(closed.inbound ? row.to : row.from, closed.host)) continue;
    for (const std::string& name : closed.inbound ? row.from : row.to) {
      const Zone& peer = zone(name);
      if (!peer.bound && !peer.any) {
        unbound = true;
        continue;
      }
      const IntervalSet others = peer.any ? IntervalSet::all(address_bits(family)) : peer.addresses.in(family);
      if (others.empty()) continue;
      // Rows are about client ports unless they name others; only others narrow what is granted. A ping is echo request, code 0.
      const bool ports = has_ports(row.protocol);
      const IntervalSet src_ports = row.src_ports == IntervalSet::range(1024, 65535) ? IntervalSet::all(16) : row.src_ports;
      const bool ping = row.protocol == proto_icmp || row.protocol == proto_icmpv6;
      const IntervalSet type = ping ? IntervalSet::of(row.protocol == proto_icmp ? 8 : 128) : zero();
      boxes.push_back(box_of(closed.inbound ? others : host, closed.inbound ? host : others, IntervalSet::of(row.protocol),
                             ports ? src_ports : zero(), ports ? row.ports : zero(), type, zero()));
    }
  }
  return boxes;
}

std::vector<PacketBox> Checking::boxes_for(const Closed& closed, Family family, const Service& service) const {
  const IntervalSet in = inside(closed, family);
  const IntervalSet out = outside(closed, family);
  if (in.empty() || out.empty()) return {};
  return {box_of(closed.inbound ? out : in, closed.inbound ? in : out, IntervalSet::of(service.protocol), IntervalSet::all(16), service.ports,
                 zero(), zero())};
}

// Everything but the listed ports. Loopback never leaves a host, and IPv6 does not work without neighbour discovery (RFC 4890, 4.4.1).
std::vector<PacketBox> Checking::unlisted_boxes(const Closed& closed, Family family, bool tcp) const {
  const IntervalSet in = inside(closed, family);
  const IntervalSet out = outside(closed, family);
  if (in.empty() || out.empty()) return {};
  const IntervalSet& src = closed.inbound ? out : in;
  const IntervalSet& dst = closed.inbound ? in : out;
  const auto listed = [&](unsigned protocol) {
    IntervalSet ports;
    for (const Service& service : listed_services(closed))
      if (service.protocol == protocol) ports = ports.united(service.ports);
    return ports;
  };
  const auto with_ports = [&](unsigned protocol) {
    return box_of(src, dst, IntervalSet::of(protocol), IntervalSet::all(16), IntervalSet::all(16).minus(listed(protocol)), zero(), zero());
  };
  if (tcp) return {with_ports(proto_tcp)};
  std::vector<PacketBox> boxes;
  IntervalSet rest = IntervalSet::all(8).minus(IntervalSet::of(proto_tcp)).minus(IntervalSet::of(proto_icmp)).minus(IntervalSet::of(proto_icmpv6));
  for (unsigned protocol : kPortProtocols) {
    boxes.push_back(with_ports(protocol));
    rest = rest.minus(IntervalSet::of(protocol));
  }
  const bool v4 = family == Family::v4;
  const IntervalSet types = v4 ? IntervalSet::all(8) : IntervalSet::all(8).minus(IntervalSet::range(133, 137));
  boxes.push_back(box_of(src, dst, IntervalSet::of(v4 ? proto_icmp : proto_icmpv6), zero(), zero(), types, IntervalSet::all(8)));
  boxes.push_back(box_of(src, dst, rest, zero(), zero(), zero(), zero()));
  return boxes;
}

// The strictest word of all specifications about the host.
std::optional<Closure> Checking::closure_of(const Closed& closed) const {
  std::optional<Closure> strictest;
  for (const Closure& closure : requirements_.closures) {
    const bool concerned = std::any_of(requirements_.rows.begin(), requirements_.rows.end(), [&](const Requirement& row) {
      return row.spec == closure.spec && names(closed.inbound ? row.to : row.from, closed.host);
    });
    if (!concerned) continue;
    const Closure before = strictest.value_or(closure);
    if (!strictest || closure.tcp < strictest->tcp) strictest = closure;
    strictest->other = std::min(closure.other, before.other);
  }
  return strictest;
}

void Checking::ask_exposures() {
  std::vector<std::string> targets, sources;
  for (const Requirement& row : requirements_.rows) {
    for (const std::string& name : row.to)
      if (!zone(name).any && !names(targets, name)) targets.push_back(name);
    for (const std::string& name : row.from)
      if (!zone(name).any && !names(sources, name)) sources.push_back(name);
  }
  for (const std::string& name : targets) ask_closed({name, true});
  if (!options_.unlisted_outbound) return;
  for (const std::string& name : sources) ask_closed({name, false});
}

void Checking::ask_closed(const Closed& closed) {
  // Only hosts: a zone that has a device of its own, or that is bound. A mere name (a vendor's server) is nobody's to protect.
  bool has_device = false;
  bool on_the_way = false;
  for (const Device& device : network_.devices) {
    has_device = has_device || device.host == closed.host;
    on_the_way = on_the_way || device.host.empty();
  }
  const bool is_host = zone(closed.host).bound && !zone(closed.host).is_name;
  if (!has_device && !(on_the_way && is_host)) return;
  const std::optional<Closure> closure = closure_of(closed);
  if (!closure) return;
  if (!options_.only.empty() && !names(options_.only, closed.host))
    return skip(fmt::format("{}/{}-{}", closure->spec, closed.inbound ? "exposure" : "outbound", closed.host), "it mentions none of the roles asked for");
  const auto result_for = [&](const std::string& what, Strictness strictness, unsigned protocol, const std::string& ports) {
    Result result;
    result.id = fmt::format("{}/{}-{}", closure->spec, closed.inbound ? what : "outbound-" + what, closed.host);
    result.kind = Kind::exposure;
    result.warning = strictness == Strictness::warning;
    result.spec = closure->spec;
    (closed.inbound ? result.to : result.from).push_back(closed.host);
    (closed.inbound ? result.from : result.to).push_back("ANY");
    result.protocol = protocol;
    result.ports = ports;
    result.citation = closure->citation;
    return result;
  };
  const auto ask = [&](Result result, const std::vector<PacketBox>& v4, const std::vector<PacketBox>& v6, bool tcp) {
    OpenExposure open;
    open.result = std::move(result);
    open.closed = closed;
    open_exposure(open, v4, v6, tcp);
    gather(std::move(open));
  };
  if (closed.inbound)
    for (const Service& service : listed_services(closed)) {
      const std::string ports = number_words(service.ports);
      const bool tcp = service.protocol == proto_tcp;
      ask(result_for("exposure-" + (tcp ? ports : protocol_words(service.protocol) + "-" + ports), Strictness::violation, service.protocol, ports),
          boxes_for(closed, Family::v4, service), boxes_for(closed, Family::v6, service), tcp);
    }
  for (const bool tcp : {true, false}) {
    const Strictness strictness = tcp ? closure->tcp : closure->other;
    if (strictness == Strictness::ignore) continue;
    ask(result_for(tcp ? "unlisted-tcp" : "unlisted-other", strictness, tcp ? static_cast<unsigned>(proto_tcp) : 0u, "other"),
        unlisted_boxes(closed, Family::v4, tcp), unlisted_boxes(closed, Family::v6, tcp), tcp);
  }
}

void Checking::open_exposure(OpenExposure& open, const std::vector<PacketBox>& v4, const std::vector<PacketBox>& v6, bool tcp) {
  const Closed& closed = open.closed;
  Result& result = open.result;
  bool& touched = open.touched;
  name_gaps(result, closed, v4.empty() ? v6 : v4);
  for (Family family : {Family::v4, Family::v6}) {
    const std::vector<PacketBox>& boxes = family == Family::v4 ? v4 : v6;
    const char* name = family == Family::v4 ? "IPv4" : "IPv6";
    const std::string from = closed.inbound ? "ANY" : closed.host;
    const std::string to = closed.inbound ? closed.host : "ANY";
    if (boxes.empty()) {
      result.assumes.push_back({fmt::format("{} not checked: {} has no {} address bound", name, closed.host, name), {}});
      continue;
    }
    if (ways_.derived()) {
      name_unplaced(result);
      for (auto& [path, some] : exposure_paths(closed, family, boxes, result)) {
        if (path.go.size() == 1 && path.go.front().device->host.empty()) continue;  // nothing stands between
        touched = true;
        open_exposure_on(open, family, path, some, tcp);
      }
      touched = touched || !result.reasons.empty();
      continue;
    }
    for (const Path& path : paths_between(network_, from, to, family)) {
      if (path.devices.empty() && path.unreadable.empty()) continue;
      touched = true;
      if (!path.unreadable.empty()) {
        const Device& device = *path.unreadable.front();
        const bool must = zone(closed.host).bound || !device.has_export;
        const std::string text = fmt::format("{} not checked: there is no {} export of {} that can be read", name, name, device.name);
        if (must)
          result.reasons.push_back(text);
        else
          result.assumes.push_back({text, {}});
        continue;
      }
      open_exposure_on(open, family, path, boxes, tcp);
    }
  }
}

void Checking::settle(OpenExposure& open) {
  if (!open.touched) return;
  std::vector<Part>& parts = open.parts;
  Result& result = open.result;
  for (Part& part : parts) {
    part.unbound = part.unbound && !any_destination_breaks(part);
    if (open.closed.inbound) note_sent_on(part.path, part.answer, result);
  }
  const auto only_granted = [](const Part& part) { return part.answer.empty; };
  // Nothing in question: the rows grant it to everyone. Fine, and nothing to prove.
  const bool all_granted = !parts.empty() && std::all_of(parts.begin(), parts.end(), only_granted);
  if (all_granted && result.reasons.empty()) return;  // the table opens it to everyone: no question
  std::erase_if(parts, only_granted);
  // Addresses that a grant needs are missing: what is open may be what it grants.
  if (open.grant_unbound)
    for (Part& part : parts) part.unbound = true;
  finish(result, parts, open.grant_unbound ? "a role that the table lets in has no addresses: bind it" : "the host has no addresses: bind it");
  summarise_exposure(result, open.closed, parts, result.ports);
  report_.results.push_back(std::move(result));
}

void Checking::open_exposure_on(OpenExposure& open, Family family, const Path& given, std::vector<PacketBox> boxes, bool tcp) {
  const Closed& closed = open.closed;
  Path path = given;
  // Where a destination is translated on the way, the packet's own is whatever leads there.
  const bool by_arrival = closed.inbound && !path.go.empty() && add_arrival(path, family) != nullptr;
  for (PacketBox& box : boxes) {
    if (path.only_dst && (closed.inbound || !path.go.empty()) && !by_arrival) box.dst = box.dst.intersected(path.only_dst->in(family));
    if (path.only_src && !closed.inbound) box.src = box.src.intersected(path.only_src->in(family));
  }
  std::erase_if(boxes, [](const PacketBox& box) { return box.src.empty() || box.dst.empty(); });
  if (boxes.empty()) return;  // this host has none of the addresses in question: name_gaps() says who has
  Part part;
  part.from = path.from;
  part.to = path.to;
  part.family = family;
  part.unbound = !zone(closed.host).bound;
  part.walk.family = family;
  part.walk.in_question = std::move(boxes);
  part.walk.not_in_question = granted(closed, family, open.grant_unbound);
  part.walk.legs = {opening_leg(tcp)};
  if (closed.inbound) ask_by_arrival(path, part);
  std::erase_if(part.walk.in_question, [](const PacketBox& box) { return box.src.empty() || box.dst.empty(); });
  if (part.walk.in_question.empty()) return;
  add_hops(part.walk.legs, path, family, locals_);
  if (by_arrival) part.walk.usual_dst = path.usual_dst.empty() ? ways_.translatable_addresses(family) : path.usual_dst;
  note_routing_gaps(path.go, open.result);
  part.path = std::move(path);
  part.waiting = true;
  open.parts.push_back(std::move(part));
}

// What the question leaves out, in so many words: assumptions, or reasons why it cannot be told.
void Checking::name_gaps(Result& result, const Closed& closed, const std::vector<PacketBox>& asked) const {
  const Zone& host = zone(closed.host);
  const AddressSet unclaimed = unclaimed_addresses(network_, closed.host);
  if (!unclaimed.empty()) result.reasons.push_back(fmt::format("none of {}'s hosts has the address {}", closed.host, address_words(unclaimed)));
  const auto several = [&](Family family) { return host.bound && !host.addresses.in(family).empty() && !host.addresses.in(family).is_single(); };
  if (several(Family::v4) || several(Family::v6))
    result.assumes.push_back({fmt::format("packets between the addresses of {} are not checked", closed.host), {}});
  for (const Device& device : network_.devices)
    for (const Policy& policy : device.policies) {
      const bool own = device.host == closed.host;
      const bool on_the_way = device.host.empty();
      if (on_the_way && !host.bound && closed.inbound && moves_destination(policy))
        result.reasons.push_back(fmt::format("{} translates destinations on the way: bind {}", device.name, closed.host));
      if (own && closed.inbound && result.ports != "other" && !asked.empty() && leads_to(policy, asked.front().dst_port))
        result.assumes.push_back({fmt::format("{} redirects other ports to {}: they are asked as ports that the table does not list", device.name, result.ports), {}});
    }
}

// An unbound host: what is open at every address is open at its own.
bool Checking::any_destination_breaks(const Part& part) const {
  const IntervalSet all = part.walk.in_question.front().dst;
  return std::any_of(part.answer.breaks.begin(), part.answer.breaks.end(), [&](const Finding& f) { return f.box.dst.contains(all); });
}

}  // namespace fwproof::solver
