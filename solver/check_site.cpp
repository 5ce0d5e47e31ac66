// Required rows and exposures where the site tells its devices' places: every location of the source, every way from there, every way of the
// answers back.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "solver/check_run.h"
#include "solver/flow.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr std::array kFamilies = {Family::v4, Family::v6};
constexpr size_t kMostPaths = 256;
constexpr size_t kMostKnown = 8;

bool is_private(Family family, const IntervalSet& set) { return private_addresses().in(family).contains(set); }

bool rewrites(const Stop& stop, Field field, Family family) {
  const Policy* policy = stop.device->policy_for(family);
  for (const RewriteAction& action : policy->rewrites)
    for (const Rewrite& step : action.steps)
      if (step.field == field) return true;
  return false;
}

std::vector<const Device*> devices_of(const std::vector<Stop>& stops) {
  std::vector<const Device*> devices;
  for (const Stop& stop : stops) devices.push_back(stop.device);
  return devices;
}

Stop host_stop(const Device* host, Hook hook) {
  Stop stop;
  stop.device = host;
  stop.hook = hook;
  return stop;
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

const StatedPath* Checking::stated_path(const std::string& from, const std::string& to) const {
  for (const StatedPath& path : network_.paths)
    if (path.from == from && path.to == to) return &path;
  return nullptr;
}

std::vector<Location> Checking::target_locations(const std::string& to, Family family, IntervalSet& lost) {
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

// Returns whether anything was asked.
bool Checking::ask_by_routes(const Requirement& row, const std::string& from, const std::string& to, Family family, Result& result, std::vector<Part>& parts) {
  const Zone& source = zone(from);
  const Zone& target = zone(to);
  const bool anyone = source.any || !source.bound;
  IntervalSet src = anyone ? any_for_requirement().in(family) : source.addresses.in(family);
  if (anyone && target.bound && !target.any) src = src.minus(target.addresses.in(family));
  name_unplaced(result);
  IntervalSet lost;
  const std::vector<Location> starts = ways_.locate(from, src, family, anyone, lost);
  if (!lost.empty())
    result.reasons.push_back(nowhere_words(from, lost, family));
  const size_t before = parts.size();
  for (const Location& start : starts)
    for (const Device* sender : hosts_of(from)) ask_from({&row, from, to, family, &start, sender}, result, parts);
  // Of several places of ANY some may be without a device in between; one zone without any is not a question for firewalls.
  if (std::any_of(parts.begin() + static_cast<std::ptrdiff_t>(before), parts.end(), [](const Part& part) { return part.touched || part.answer.any_breaks; })) return true;
  parts.resize(before);
  return !result.reasons.empty();
}

// From one place: the row holds when one address by which that place knows the target works for all sources there.
void Checking::ask_from(const Asked& asked, Result& result, std::vector<Part>& parts) {
  std::vector<Known> candidates = addresses_known(asked, result);
  std::vector<Part> best;
  Result best_notes;
  std::string best_how;
  const auto good = [](const std::vector<Part>& tried, const std::vector<std::string>& reasons) {
    return !tried.empty() && reasons.empty() && std::all_of(tried.begin(), tried.end(), [](const Part& part) {
      return !part.answer.any_breaks && !part.answer.any_undecided && part.answer.limit.empty() && part.answer.proven;
    });
  };
  bool searched = false;
  const Zone& target = zone(asked.to);
  // Every member of the role must be reached, though each translation may lead to one of them.
  IntervalSet left = target.bound && !target.any ? target.addresses.in(asked.family) : IntervalSet{};
  bool any_works = false;
  for (size_t i = 0; i <= candidates.size(); ++i) {
    if (i == candidates.size()) {
      if (searched || network_.reached_at.contains({asked.to, asked.from})) break;
      searched = true;
      for (Known& known : find_by_translation(asked)) candidates.push_back(std::move(known));
      // Nothing leads there: then what the place outside can send to says why.
      if (candidates.empty()) candidates = outside_addresses(asked);
      if (i == candidates.size()) break;
    }
    Result notes;
    std::vector<Part> tried = ask_known(asked, candidates[i], notes);
    const bool works = good(tried, notes.reasons);
    // What a translation leads to says more of a failure than an address that cannot be meant.
    if (works && any_works) {
      left = left.minus(arriving_at(tried, Field::dst));
      best_notes.assumes.push_back({candidates[i].how, {}});
      best.insert(best.end(), std::make_move_iterator(tried.begin()), std::make_move_iterator(tried.end()));
    } else if (!any_works && (works || best.empty() || searched)) {
      if (works) left = searched ? left.minus(arriving_at(tried, Field::dst)) : IntervalSet{};
      best = std::move(tried);
      best_notes = std::move(notes);
      best_how = candidates[i].how;
    }
    any_works = any_works || works;
    if (any_works && left.empty()) break;
  }
  if (any_works && !left.empty())
    best_notes.reasons.push_back(fmt::format("no translation is known that leads from {} ({}) to {} of {}", asked.from, asked.start->name, address_words(asked.family, left), asked.to));
  if (candidates.empty())
    best_notes.reasons.push_back(fmt::format("{} has no address that {} ({}) can send to: {} is private, and no translation leads to it", asked.to, asked.from, asked.start->name,
                                       address_words(asked.family, zone(asked.to).addresses.in(asked.family))));
  if (!best_how.empty()) result.assumes.push_back({best_how, {}});
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(result.reasons, best_notes.reasons);
  append(result.assumes, best_notes.assumes);
  append(result.depends_on, best_notes.depends_on);
  for (Part& part : best) parts.push_back(std::move(part));
}

// What a field of the first packets of these walks is when they arrive.
IntervalSet Checking::arriving_at(const std::vector<Part>& parts, Field field) const {
  IntervalSet all;
  for (const Part& part : parts) {
    Walk first = part.walk;
    first.legs.resize(1);
    try {
      Flow flow(first, slice(first), options_.limits);
      const IntervalSet some = flow.arriving(field);
      all = all.united(some);
    } catch (const LimitReached&) {
    }
  }
  return all;
}

std::vector<Checking::Known> Checking::addresses_known(const Asked& asked, Result& result) {
  const Zone& target = zone(asked.to);
  if (const auto stated = network_.reached_at.find({asked.to, asked.from}); stated != network_.reached_at.end()) {
    const IntervalSet dst = stated->second.in(asked.family);
    if (dst.empty()) return {};
    return {{dst, {}, ""}};
  }
  if (target.any || !target.bound) {
    // Devices on the way are not who ANY means.
    IntervalSet anyone = any_for_requirement().in(asked.family).minus(zone(asked.from).addresses.in(asked.family));
    for (const Device& device : network_.devices)
      if (device.host.empty()) anyone = anyone.minus(ways_.topology(asked.family).addresses(device));
    return {{anyone, {}, ""}};
  }
  const IntervalSet own = target.addresses.in(asked.family);
  const bool from_outside = asked.start->kind == Location::Kind::outside;
  if (from_outside && is_private(asked.family, own) && !is_private(asked.family, asked.start->addresses)) return {};
  (void)result;
  return {{own, {}, ""}};
}

namespace {

PacketBox row_box(const Requirement& row, IntervalSet src, IntervalSet dst, const IntervalSet& dst_port) {
  PacketBox box;
  box.src = std::move(src);
  box.dst = std::move(dst);
  box.protocol = IntervalSet::of(row.protocol);
  const bool ports = has_ports(row.protocol);
  box.src_port = ports ? row.src_ports : IntervalSet::of(0);
  box.dst_port = !ports ? IntervalSet::of(0) : dst_port.empty() ? row.ports : dst_port;
  const bool icmp = row.protocol == proto_icmp || row.protocol == proto_icmpv6;
  box.icmp_type = icmp ? IntervalSet::of(row.protocol == proto_icmp ? 8 : 128) : IntervalSet::of(0);
  box.icmp_code = IntervalSet::of(0);
  return box;
}

// A stop that accepts what arrives at one of the row's ports.
Device service_stop(const Requirement& row, const std::string& name) {
  Device device;
  device.name = name;
  Policy& policy = device.policies.emplace_back();
  policy.v4 = policy.v6 = true;
  std::vector<Term> terms;
  if (has_ports(row.protocol)) terms.push_back({In{Field::dst_port, row.ports}, false});
  policy.chains.push_back({"service", {{terms, {ActionKind::accept, 0}, {}, "arrives", true, -1}}, ActionKind::drop, {}, "", -1});
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  return device;
}

}  // namespace

// Pushes every destination that some device may translate through the ways: those that arrive at the target on the row's port.
std::vector<Checking::Known> Checking::find_by_translation(const Asked& asked) {
  const Zone& target = zone(asked.to);
  std::vector<Known> known;
  if (target.any || !target.bound) return known;
  IntervalSet candidates = ways_.translatable_addresses(asked.family).intersected(any_for_exposure().in(asked.family)).minus(target.addresses.in(asked.family));
  if (asked.start->kind == Location::Kind::outside && !is_private(asked.family, asked.start->addresses))
    candidates = candidates.minus(private_addresses().in(asked.family));
  // What faces the sender is what it knows first.
  const IntervalSet facing = candidates.intersected(facing_addresses(*asked.start, asked.family));
  if (!facing.empty()) add_translated(asked, facing, known);
  if (known.empty() || !target.addresses.in(asked.family).is_single()) add_translated(asked, candidates.minus(facing), known);
  // The row's own port first.
  std::stable_sort(known.begin(), known.end(), [](const Known& a, const Known& b) { return a.dst_port.empty() > b.dst_port.empty(); });
  return known;
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

void Checking::add_translated(const Asked& asked, const IntervalSet& candidates, std::vector<Known>& known) {
  if (candidates.empty()) return;
  const IntervalSet target_addresses = zone(asked.to).addresses.in(asked.family);
  std::vector<std::string> reasons;
  for (Path& path : paths_by_routes(asked, candidates, asked.start->addresses, false, reasons)) {
    if (path.arrival == nullptr || std::none_of(path.go.begin(), path.go.end(), [&](const Stop& stop) { return rewrites(stop, Field::dst, asked.family); })) continue;
    // Whether the host lets it in is the next question.
    if (path.go.back().device->host == asked.to) path.go.pop_back();
    arrivals_.push_back(service_stop(*asked.row, asked.to));
    path.go.push_back(host_stop(&arrivals_.back(), Hook::input));
    Walk walk;
    walk.family = asked.family;
    const IntervalSet starts = path.only_dst ? candidates.intersected(path.only_dst->in(asked.family)) : candidates;
    walk.in_question = {row_box(*asked.row, asked.start->addresses, starts, IntervalSet::all(16))};
    if (starts.empty()) continue;
    walk.legs = legs_of(asked.row->protocol);
    walk.legs.resize(1);
    add_hops(walk.legs, path, asked.family, locals_);
    const Answer answer = ask(walk, Wanted::none_pass, options_.limits, nullptr);
    for (const auto* findings : {&answer.breaks, &answer.undecided})
      for (const Finding& finding : *findings)
        for (const Interval& part : finding.box.dst.intervals())
          // One address of many tells what becomes of them all, unless there are several targets.
          for (u128 address = part.lo; address <= part.hi && address - part.lo < (target_addresses.is_single() ? 1 : kMostKnown); ++address) {
            Known found{IntervalSet::of(address), finding.box.dst_port, ""};
            if (finding.box.dst_port.contains(asked.row->ports)) found.dst_port = {};
            const std::string at = to_text(Address{asked.family, address}) + (found.dst_port.empty() ? "" : ":" + number_words(found.dst_port));
            found.how = fmt::format("{} ({}) reaches {}:{} as {}", asked.from, asked.start->name, asked.to, number_words(asked.row->ports), at);
            const auto same = [&](const Known& k) { return k.how == found.how; };
            if (known.size() < kMostKnown && std::none_of(known.begin(), known.end(), same)) known.push_back(std::move(found));
          }
  }
}

// Where a place outside can only send to the device in front of it.
std::vector<Checking::Known> Checking::outside_addresses(const Asked& asked) {
  if (asked.start->kind != Location::Kind::outside) return {};
  const IntervalSet own = ways_.topology(asked.family).addresses(asked.start->place);
  if (own.empty()) return {};
  return {{own, {}, fmt::format("{} ({}) sends to {}: {} is private, and no translation leads to it", asked.from, asked.start->name, address_words(asked.family, own),
                                address_words(asked.family, zone(asked.to).addresses.in(asked.family)))}};
}

std::vector<Part> Checking::ask_known(const Asked& asked, const Known& known, Result& notes) {
  std::vector<Part> parts;
  const Requirement& row = *asked.row;
  IntervalSet src = asked.start->addresses;
  if (asked.sender) src = src.intersected(own_addresses(network_, *asked.sender).in(asked.family));
  for (Path& path : paths_by_routes(asked, known.dst, src, true, notes.reasons)) {
    Part part;
    part.from = asked.from;
    part.to = asked.to;
    part.family = asked.family;
    part.unbound = (!zone(asked.from).bound && !zone(asked.from).any) || (!zone(asked.to).bound && !zone(asked.to).any);
    part.walk.family = asked.family;
    part.walk.elsewhere_passes = true;
    part.walk.must_return = true;
    const IntervalSet dst = path.only_dst ? known.dst.intersected(path.only_dst->in(asked.family)) : known.dst;
    if (dst.empty() || src.empty()) continue;
    part.walk.in_question = {row_box(row, src, dst, known.dst_port)};
    part.walk.not_in_question = to_itself(part.walk.in_question.front());
    part.walk.legs = legs_of(row.protocol);
    if (path.back.empty()) part.walk.legs.resize(1);
    add_hops(part.walk.legs, path, asked.family, locals_);
    set_service(part.walk, path, row);
    part.answer = ask(part.walk, Wanted::all_pass, options_.limits, options_.proofs ? &proofs_ : nullptr);
    if (part.answer.empty || !part.answer.any_stays) continue;
    const auto is_device = [](const Stop& stop) { return stop.is_device; };
    note_routing_gaps(path.go, notes);
    note_routing_gaps(path.back, notes);
    part.touched = std::any_of(path.go.begin(), path.go.end(), is_device) || std::any_of(path.back.begin(), path.back.end(), is_device);
    note_moved(number_words(row.ports), path, part.answer, notes);
    part.path = std::move(path);
    parts.push_back(std::move(part));
  }
  // A port that a client chose because it leads to the row's must surely lead there.
  if (const IntervalSet ports = known.dst_port.empty() ? IntervalSet{} : arriving_at(parts, Field::dst_port); !row.ports.contains(ports))
    notes.reasons.push_back(fmt::format("what {} sends to port {} may arrive at {}:{}, not at {}", asked.from, number_words(known.dst_port), asked.to, number_words(ports), number_words(row.ports)));
  check_coverage(asked, parts, src, known, notes);
  return parts;
}

// A last look by the evaluator: the first and the last packet in question take one of the ways that were asked about.
void Checking::check_coverage(const Asked& asked, const std::vector<Part>& parts, const IntervalSet& src, const Known& known, Result& notes) const {
  if (src.empty() || known.dst.empty() || !notes.reasons.empty()) return;
  const PacketBox box = row_box(*asked.row, src, known.dst, known.dst_port);
  for (const bool greatest : {false, true}) {
    Walk whole;
    whole.family = asked.family;
    const Packet client = client_packet(whole, box, greatest);
    const auto takes = [&](const Part& part) {
      const PacketBox& asked_box = part.walk.in_question.front();
      return asked_box.dst.contains(client.get(Field::dst)) && asked_box.src.contains(client.get(Field::src)) && !replay(part.walk, 0, client).another_way;
    };
    if (std::any_of(parts.begin(), parts.end(), takes)) continue;
    notes.reasons.push_back(fmt::format("no way was found for a packet from {} to {} ({} to {})", asked.from, asked.to, to_text(Address{asked.family, client.get(Field::src)}),
                                        to_text(Address{asked.family, client.get(Field::dst)})));
    return;
  }
}

// Every way to the target or astray, with every way of the answers.
std::vector<Path> Checking::paths_by_routes(const Asked& asked, const IntervalSet& dst, const IntervalSet& src, bool answers, std::vector<std::string>& reasons) {
  std::vector<Path> paths;
  const Family family = asked.family;
  IntervalSet lost;
  const std::vector<Location> targets = target_locations(asked.to, family, lost);
  if (!lost.empty())
    reasons.push_back(nowhere_words(asked.to, lost, family));
  const auto ways = ways_.from(*asked.start, asked.sender, dst, family);
  if (!ways) {
    reasons.push_back(fmt::format("limit reached: too many ways from {} ({}) to {}", asked.from, asked.start->name, asked.to));
    return paths;
  }
  for (const Way& way : *ways) {
    const auto place = std::find_if(targets.begin(), targets.end(), [&](const Location& location) { return ends_at(way, location); });
    for (const Device* host : hosts_of(asked.to)) {
      Path path{asked.from, asked.to, {}, asked.sender, {}, std::nullopt, AddressSet::of(family, way.starts), {}, {}, {}, nullptr};
      if (asked.sender) {
        path.go.push_back(host_stop(ways_.readable(*asked.sender, family), Hook::output));
        path.go.back().onward = ways_.start_stop(way.starts, family).onward;
        path.only_dst.reset();
      }
      path.go.insert(path.go.end(), way.stops.begin(), way.stops.end());
      const bool arrives = place != targets.end();
      if (!arrives) {
        const bool is_lost = way.end == Way::End::lost;
        path.go.push_back(ways_.lost_stop(is_lost ? way : astray(way, fmt::format("it goes to {}, where {} is not", end_words(way, ways_.topology(family)), asked.to)), family));
      } else {
        IntervalSet own = place->addresses;
        if (host && way.end != Way::End::device && hosts_of(asked.to).size() > 1) {
          // Another walk asks about what is for the other hosts.
          own = own.intersected(own_addresses(network_, *host).in(family));
          path.go.push_back(ways_.start_stop(own.united(IntervalSet::all(address_bits(family)).minus(place->addresses)), family));
        }
        path.go.push_back(ways_.arrival_stop(asked.to, AddressSet::of(family, own), locals_));
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
  const IntervalSet starts = path.only_dst ? dst.intersected(path.only_dst->in(asked.family)) : dst;
  if (starts.empty() || src.empty()) return {};
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
  for (const Way& answer : *back) {
    Path whole = path;
    if (has_host) {
      whole.back.push_back(host_stop(target, Hook::output));
      whole.back.back().onward = ways_.start_stop(answer.starts, family).onward;
    } else if (way.end != Way::End::device) {
      whole.back.push_back(ways_.start_stop(answer.starts, family));
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
        const bool hidden = any_source && is_private(family, own);
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
