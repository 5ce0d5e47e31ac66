// The paths of a question in a site whose devices tell their places: every way there, with every way of the answers back.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "solver/check_run.h"
#include "solver/flow.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr std::array kFamilies = {Family::v4, Family::v6};
constexpr size_t kMostPaths = 256;

bool is_private(Family family, const IntervalSet& set) { return private_addresses().in(family).contains(set); }

std::vector<const Device*> devices_of(const std::vector<Stop>& stops) {
  std::vector<const Device*> devices;
  for (const Stop& stop : stops) devices.push_back(stop.device);
  return devices;
}

// A way that ends where it should not.
Way astray(const Way& way, std::string text) {
  Way lost = way;
  lost.end = Way::End::lost;
  lost.text = std::move(text);
  lost.unknown = false;
  return lost;
}

bool ends_at(const Way& way, const Location& place) {
  if (way.end == Way::End::segment) return place.kind == Location::Kind::segment && place.segment == way.segment;
  if (way.end == Way::End::outside) return place.kind == Location::Kind::outside && place.place == Place{way.device, way.out};
  return way.end == Way::End::device && place.kind == Location::Kind::device && place.place.device == way.device;
}

std::string end_words(const Way& way, const Topology& topology) {
  if (way.end == Way::End::device) return fmt::format("{} itself", way.device->name);
  if (way.end == Way::End::outside) return fmt::format("beyond {} of {}", way.out->name, way.device->name);
  return way.segment == SIZE_MAX ? "its own network" : topology.segments()[way.segment].name;
}

}  // namespace

std::vector<const Device*> Checking::hosts_of(const std::string& zone) const {
  std::vector<const Device*> hosts;
  for (const Device& device : network_.devices)
    if (device.host == zone && !device.host.empty()) hosts.push_back(&device);
  if (hosts.empty()) hosts.push_back(nullptr);
  return hosts;
}

// They are asked for once for each place that packets come from.
const Checking::Places& Checking::target_places(const std::string& to, Family family) {
  const auto [found, added] = target_places_.try_emplace({to, family});
  if (added) found->second.locations = target_locations(to, family, found->second.lost);
  return found->second;
}

std::vector<Location> Checking::target_locations(const std::string& to, Family family, IntervalSet& lost) const {
  const Zone& target = zone(to);
  const bool everywhere = target.any || !target.bound;
  const IntervalSet addresses = everywhere ? any_for_requirement().in(family) : target.addresses.in(family);
  std::vector<Location> locations = ways_.locate(to, addresses, family, everywhere, lost);
  if (everywhere) return locations;
  // Its hosts' other addresses lead to it as well.
  IntervalSet others, ignored;
  for (const Device* host : hosts_of(to))
    if (host) others = others.united(own_addresses(network_, *host).in(family));
  for (Location& other : ways_.locate(to, others.minus(addresses), family, false, ignored)) {
    if (other.kind != Location::Kind::segment) continue;
    const auto same = [&](const Location& l) { return l.kind == other.kind && l.segment == other.segment; };
    const auto known = std::find_if(locations.begin(), locations.end(), same);
    if (known == locations.end()) locations.push_back(std::move(other));
    else known->addresses = known->addresses.united(other.addresses);
  }
  for (Location& place : locations)
    if (place.kind == Location::Kind::device && is_itself(target, *place.place.device))
      place.addresses = place.addresses.united(ways_.topology(family).addresses(*place.place.device));
  // A device among the targets is one of them, though as a sender its network is meant.
  for (const Device& device : network_.devices) {
    const IntervalSet own = device.host.empty() ? ways_.topology(family).addresses(device).intersected(addresses) : IntervalSet{};
    const auto is_it = [&](const Location& l) { return l.kind == Location::Kind::device && l.place.device == &device; };
    if (!own.empty() && std::none_of(locations.begin(), locations.end(), is_it))
      locations.push_back({Location::Kind::device, SIZE_MAX, {&device, nullptr}, own, device.name, false, 0});
  }
  // What a narrower route leads to is not beyond a wider one.
  const std::vector<Location> all = locations;
  for (Location& wide : locations)
    for (const Location& narrow : all)
      if (wide.kind == Location::Kind::outside && narrow.kind == Location::Kind::outside && narrow.length > wide.length) wide.addresses = wide.addresses.minus(narrow.addresses);
  std::erase_if(locations, [](const Location& l) { return l.addresses.empty(); });
  return locations;
}

std::string Checking::nowhere_words(const std::string& name, const IntervalSet& lost, Family family) const {
  std::string words = fmt::format("it is not known where {} of {} is: no device's network and no route of the site holds it", address_words(family, lost), name);
  for (const std::string& dead : ways_.dead_routes(lost, family)) words += "; " + dead;
  return words;
}

// Whether the role is a device on the way: all its addresses are that device's.
bool Checking::is_itself(const Zone& role, const Device& device) const {
  if (!device.host.empty() || !role.bound || role.any || role.addresses.empty()) return false;
  return std::all_of(kFamilies.begin(), kFamilies.end(), [&](Family family) { return ways_.topology(family).addresses(device).contains(role.addresses.in(family)); });
}

// A device whose place is not known may stand on any way.
void Checking::name_unplaced(Result& result) const {
  for (const Device& device : network_.devices)
    if (device.host.empty() && ways_.topology(Family::v4).addresses(device).empty() && ways_.topology(Family::v6).addresses(device).empty())
      result.reasons.push_back(fmt::format("it is not known where {} stands: none of its interfaces has an address", device.name));
}

// Routes that the export does not tell may be narrower than those that it does, or come before them.
void Checking::note_routing_gaps(const std::vector<Stop>& stops, Result& result) const {
  for (const Stop& stop : stops)
    for (const RoutingGap& gap : stop.device->facts.routing_gaps) {
      const Assumption assumption{fmt::format("{} sends packets by the routes that its export tells, whatever else there is: {}", stop.device->name, gap.text), gap.origin};
      const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
      if (std::none_of(result.assumes.begin(), result.assumes.end(), same)) result.assumes.push_back(assumption);
    }
}

// Addresses of the devices that a sender sees.
IntervalSet Checking::facing_addresses(const Location& start, Family family) const {
  const Topology& topology = ways_.topology(family);
  if (start.kind == Location::Kind::outside) return topology.addresses(start.place);
  IntervalSet set;
  if (start.kind == Location::Kind::segment)
    for (const Place& member : topology.segments()[start.segment].members)
      if (member.device->host.empty()) set = set.united(topology.addresses(member));
  return set;
}

// Every way to the target or astray, with every way of the answers.
std::vector<Path> Checking::paths_by_routes(const Asked& asked, const IntervalSet& dst, const IntervalSet& src, bool answers, std::vector<std::string>& reasons) {
  std::vector<Path> paths;
  const Family family = asked.family;
  const auto& [targets, lost] = target_places(asked.to, family);
  if (!lost.empty())
    reasons.push_back(nowhere_words(asked.to, lost, family));
  const auto ways = ways_.from(*asked.start, asked.sender, dst, family);
  if (!ways) {
    reasons.push_back(fmt::format("limit reached: too many ways from {} ({}) to {}", asked.from, asked.start->name, asked.to));
    return paths;
  }
  for (const Way& way : *ways) {
    // Of several networks on one wire all are reached there.
    std::optional<IntervalSet> here;
    for (const Location& location : targets)
      if (ends_at(way, location)) here = here ? here->united(location.addresses) : location.addresses;
    for (const Device* host : hosts_of(asked.to)) {
      Path path{asked.from, asked.to, {}, asked.sender, {}, std::nullopt, AddressSet::of(family, way.starts), {}, {}, {}, nullptr};
      if (asked.sender) {
        path.go.push_back(host_stop(ways_.readable(*asked.sender, family), Hook::output));
        path.go.back().onward = ways_.start_stop(way.starts, family).onward;
        path.only_dst.reset();
      }
      path.go.insert(path.go.end(), way.stops.begin(), way.stops.end());
      const bool arrives = here.has_value();
      if (!arrives) {
        const bool is_lost = way.end == Way::End::lost;
        path.go.push_back(ways_.lost_stop(is_lost ? way : astray(way, fmt::format("it goes to {}, where {} is not", end_words(way, ways_.topology(family)), asked.to)), family));
      } else {
        IntervalSet own = *here;
        if (host && way.end != Way::End::device && hosts_of(asked.to).size() > 1) {
          // Another walk asks about what is for the other hosts.
          own = own.intersected(own_addresses(network_, *host).in(family));
          path.go.push_back(ways_.start_stop(own.united(IntervalSet::all(address_bits(family)).minus(*here)), family));
        }
        // Only exposures give it rules (check_arrival.cpp).
        path.go.push_back(asked.row ? ways_.shared_arrival_stop(asked.to, family, own, locals_) : ways_.arrival_stop(asked.to, AddressSet::of(family, own), locals_));
        path.arrival = const_cast<Policy*>(path.go.back().device->policy_for(family));
        if (host && way.end != Way::End::device) path.go.push_back(host_stop(ways_.readable(*host, family), Hook::input));
      }
      path.devices = devices_of(path.go);
      const Taken seen = answers ? taken(asked, path, src, dst) : Taken{true, {}, false};
      if (!seen.stays) continue;
      if (answers && arrives) add_answers(asked, path, way, src, seen, paths, reasons);
      else paths.push_back(std::move(path));
      if (!arrives) break;
    }
  }
  if (paths.size() > kMostPaths) {
    reasons.push_back(fmt::format("limit reached: too many ways from {} ({}) to {}", asked.from, asked.start->name, asked.to));
    paths.clear();
  }
  return paths;
}

// What a quick look at the first leg tells of a way: whether any packet takes it, and with which sources packets arrive.
Checking::Taken Checking::taken(const Asked& asked, const Path& path, const IntervalSet& src, const IntervalSet& dst) {
  const IntervalSet everything = IntervalSet::all(address_bits(asked.family));
  Walk walk;
  walk.family = asked.family;
  walk.elsewhere_passes = true;
  const IntervalSet starts = staying(path, asked.family, dst);
  if (starts.empty() || src.empty()) return {};
  if (auto plainly = plainly_taken(path, asked.family, src, starts)) return std::move(*plainly);
  walk.in_question = {row_box(*asked.row, src, starts, IntervalSet::all(16))};
  walk.legs = legs_of(asked.row->protocol);
  walk.legs.resize(1);
  add_hops(walk.legs, path, asked.family, locals_);
  try {
    Flow flow(walk, slice(walk), options_.limits);
    const bool moved = flow.moved(Field::src) != Diagrams::kFalse;
    return {flow.stays() != Diagrams::kFalse, flow.arriving(Field::src), moved};
  } catch (const LimitReached&) {
    return {true, everything, true};
  }
}

// A client outside may be behind several interfaces: answers may leave by any of them.
bool Checking::returns_outside(const Asked& asked, const Way& answer) {
  if (asked.start->kind != Location::Kind::outside || answer.end != Way::End::outside) return false;
  const Zone& source = zone(asked.from);
  const bool anyone = source.any || !source.bound;
  IntervalSet lost;
  for (const Location& other : ways_.locate(asked.from, anyone ? any_for_requirement().in(asked.family) : source.addresses.in(asked.family), asked.family, anyone, lost))
    if (ends_at(answer, other) && other.length >= asked.start->length) return true;
  return false;
}

// One path for each way that answers may take.
void Checking::add_answers(const Asked& asked, const Path& path, const Way& way, const IntervalSet& src, const Taken& seen, std::vector<Path>& paths,
                           std::vector<std::string>& reasons) {
  const Family family = asked.family;
  const Device* target = path.go.back().device;
  const bool has_host = target->host == asked.to && path.go.back().hook == Hook::input && way.end != Way::End::device;
  Location start;
  start.kind = way.end == Way::End::segment ? Location::Kind::segment : way.end == Way::End::outside ? Location::Kind::outside : Location::Kind::device;
  start.segment = way.segment;
  start.addresses = has_host ? own_addresses(network_, *target).in(family) : zone(asked.to).any || !zone(asked.to).bound ? IntervalSet::all(address_bits(family)) : zone(asked.to).addresses.in(family);
  start.place = {way.device, way.end == Way::End::outside ? way.out : nullptr};
  // Nothing arrives: the answer to nothing is not asked.
  if (seen.sources.empty()) return paths.push_back(path);
  const std::vector<Undone> undone = seen.moved ? ways_.undone_by(path.go, src, family) : std::vector<Undone>{};
  IntervalSet destinations = seen.sources;
  if (destinations == IntervalSet::all(address_bits(family))) {
    destinations = src;
    for (const Undone& undo : undone) destinations = destinations.united(undo.given);
  }
  const auto back = ways_.from(start, has_host ? target : nullptr, destinations, family, undone);
  if (!back) {
    reasons.push_back(fmt::format("limit reached: too many ways from {} back to {}", asked.to, asked.from));
    return;
  }
  if (paths.size() > kMostPaths) return;   // none of them will be asked about
  for (const Way& answer : *back) {
    Path whole = path;
    if (has_host) {
      whole.back.push_back(host_stop(target, Hook::output));
      whole.back.back().onward = ways_.start_stop(answer.starts, family).onward;
    } else if (way.end != Way::End::device) {
      whole.back.push_back(ways_.start_stop(answer.starts, family, true));
    }
    whole.back.insert(whole.back.end(), answer.stops.begin(), answer.stops.end());
    if (answer.end == Way::End::lost)
      whole.back.push_back(ways_.lost_stop(answer, family));
    else if (!ends_at(answer, *asked.start) && !returns_outside(asked, answer))
      whole.back.push_back(ways_.lost_stop(astray(answer, fmt::format("the answer goes to {}, where the client is not", end_words(answer, ways_.topology(family)))), family));
    else if (asked.sender)
      whole.back.push_back(host_stop(ways_.readable(*asked.sender, family), Hook::input));
    paths.push_back(std::move(whole));
  }
}

// For an exposure: every way that reaches the host, with the packets that are asked about on it.
std::vector<std::pair<Path, std::vector<PacketBox>>> Checking::exposure_paths(const Closed& closed, Family family, const std::vector<PacketBox>& boxes, Result& result) {
  std::vector<std::pair<Path, std::vector<PacketBox>>> asked_paths;
  const Zone& host = zone(closed.host);
  const std::string from = closed.inbound ? "ANY" : closed.host;
  const std::string to = closed.inbound ? closed.host : "ANY";
  IntervalSet lost;
  const IntervalSet everyone = any_for_exposure().in(family);
  const IntervalSet own = host.any ? everyone : inside(closed, family);
  const bool outbound = !closed.inbound;
  for (const Location& start : ways_.locate(from, outbound ? own : everyone, family, !outbound || !host.bound, lost)) {
    const bool from_outside = start.kind == Location::Kind::outside;
    // From the Internet any source may come; from a private network beyond a router its own.
    const bool any_source = from_outside && closed.inbound && !start.is_private;
    const IntervalSet src = any_source ? everyone : start.addresses;
    for (const Device* sender : hosts_of(from)) {
      std::vector<std::string> reasons;
      const Asked asked{nullptr, from, to, family, &start, sender};
      const IntervalSet dst = outbound ? everyone : own.united(ways_.translated_destinations(family));
      for (Path& path : paths_by_routes(asked, dst, src, false, reasons)) {
        if (path.arrival == nullptr) continue;
        std::vector<PacketBox> some = boxes;
        // Behind a private address there may be more private networks, which need no translation.
        const bool hidden = any_source && is_private(family, own) && !is_private(family, facing_addresses(start, family));
        // The address that faces the sender may be forwarded to by whoever stands before it.
        if (hidden && path.only_dst)
          path.only_dst = path.only_dst->minus(AddressSet::of(family, private_addresses().in(family).minus(facing_addresses(start, family))));
        for (PacketBox& box : some) box.src = box.src.intersected(src);
        if (hidden) {
          const std::string text = fmt::format("nobody {} can send to the private addresses of {}", start.name, closed.host);
          const auto same = [&](const Assumption& a) { return a.text == text; };
          if (std::none_of(result.assumes.begin(), result.assumes.end(), same)) result.assumes.push_back({text, {}});
        }
        path.from = from;
        // The address that faces the sender.
        path.usual_dst = facing_addresses(start, family);
        asked_paths.emplace_back(std::move(path), std::move(some));
      }
      result.reasons.insert(result.reasons.end(), reasons.begin(), reasons.end());
    }
  }
  if (!lost.empty())
    result.reasons.push_back(nowhere_words(from, lost, family));
  return asked_paths;
}

}  // namespace fwproof::solver
