// Where zones are, and one search over devices and exits: long because the search is one class.
#include "model/ways.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/rewrites.h"


namespace fwproof::model {


namespace {

constexpr size_t kMostWays = 256;
constexpr size_t kMostStops = 24;

IntervalSet everything(Family family) { return IntervalSet::all(address_bits(family)); }

bool has_routes(const Device& device, Family family) {
  return std::any_of(device.facts.routes.begin(), device.facts.routes.end(), [&](const RouteFact& route) { return route.to.address.family == family; });
}

// What a device's exits lead to beyond one of its interfaces.
struct Beyond {
  const InterfaceFact* out = nullptr;
  bool is_private = false;
  std::vector<Interval> addresses;   // put together at the end: routes may be thousands
  unsigned length = 0;
};

std::vector<Beyond> beyond_exits(const std::vector<Exit>& exits, const IntervalSet& addresses, const IntervalSet& private_ones) {
  std::vector<Beyond> all;
  for (const Exit& exit : exits) {
    if (exit.kind != Exit::Kind::outside) continue;
    const IntervalSet some = exit.destinations.intersected(addresses);
    if (some.empty()) continue;
    const bool is_private = private_ones.contains(exit.destinations);
    auto known = std::find_if(all.begin(), all.end(), [&](const Beyond& beyond) { return beyond.out == exit.out && beyond.is_private == is_private; });
    if (known == all.end()) known = all.insert(all.end(), {exit.out, is_private, {}, exit.length});
    known->addresses.insert(known->addresses.end(), some.intervals().begin(), some.intervals().end());
    known->length = std::min(known->length, exit.length);
  }
  return all;
}

}  // namespace

const AddressSet& private_addresses() {
  static const AddressSet set = [] {
    AddressSet all;
    for (const char* text : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"}) all = all.united(AddressSet::of(*parse_prefix(text)));
    return all;
  }();
  return set;
}

// One search from a start: a depth-first walk over devices, along every exit that some possible destination takes.
struct Ways::Search {
  Ways& ways;
  const Topology& topology;
  Family family;
  const std::vector<Undone>& undone;
  std::vector<Way> found = {};
  bool too_many = false;
  Way so_far = {};

  void end(Way::End kind, auto fill) {
    if (found.size() == kMostWays) {
      too_many = true;
      return;
    }
    Way way = so_far;
    way.end = kind;
    fill(way);
    found.push_back(std::move(way));
  }
  void lose(const std::string& text, Origin origin, bool unknown) {
    end(Way::End::lost, [&](Way& way) {
      way.text = text;
      way.origin = origin;
      way.unknown = unknown;
    });
  }

  // Into a network: to a device there that has or takes the address, or to whoever else is there. via: how a stop comes there.
  void into_segment(size_t segment, const Device* by, const IntervalSet& destinations, auto via) {
    IntervalSet rest = destinations;
    if (segment != SIZE_MAX) {
      for (const Place& member : topology.segments()[segment].members) {
        if (member.device == by || !ways.stands_on_the_way(*member.device)) continue;
        const IntervalSet own = topology.addresses(*member.device).intersected(topology.segments()[segment].addresses);
        IntervalSet takes = rest.intersected(own.united(may_translate(*member.device, family, true).intersected(rest)));
        for (const Place& other : topology.segments()[segment].members)
          if (other.device != member.device) takes = takes.minus(topology.addresses(other));
        if (takes.empty()) continue;
        rest = rest.minus(takes);
        via(takes, [&] { visit(member, takes); });
      }
    }
    if (rest.empty()) return;
    via(rest, [&] {
      end(Way::End::segment, [&](Way& way) { way.segment = segment; });
    });
  }

  // Pushes a stop, goes on, takes it away again.
  void with_stop(const Device& device, Hook hook, const InterfaceFact* in, const Exit& exit, const IntervalSet& onward, auto go_on) {
    Stop stop;
    stop.device = ways.readable(device, family);
    stop.hook = hook;
    stop.in = in;
    if (hook != Hook::input) stop.out = exit.out;
    stop.onward = ways.keep(family, onward);
    stop.route = exit.text;
    stop.route_origin = exit.origin;
    so_far.stops.push_back(std::move(stop));
    go_on();
    so_far.stops.pop_back();
  }

  void visit(Place in, const IntervalSet& destinations) {
    if (too_many) return;
    const auto visits = std::count_if(so_far.stops.begin(), so_far.stops.end(), [&](const Stop& stop) { return stop.in == in.interface && stop.hook == Hook::forward; });
    if (visits > 1 || so_far.stops.size() >= kMostStops) return lose(fmt::format("the packet runs in a circle at {}", in.device->name), {}, false);
    leave(*in.device, Hook::forward, in.interface, destinations);
  }

  // All the ways out of a device.
  void leave(const Device& device, Hook hook, const InterfaceFact* in, const IntervalSet& destinations) {
    const Policy* policy = device.policy_for(family);
    IntervalSet possible = policy == nullptr ? everything(family) : destinations.united(may_write(*policy, Field::dst, family, in));
    for (const Undone& undo : undone)
      if (undo.device == &device && undo.given.intersects(destinations)) possible = possible.united(undo.sources);
    for (const Exit& exit : topology.exits(device, in)) {
      const IntervalSet taking = exit.destinations.intersected(possible);
      if (taking.empty() || too_many) continue;
      const auto with = [&](const IntervalSet& onward, auto go_on) { with_stop(device, hook, in, exit, onward, go_on); };
      switch (exit.kind) {
        case Exit::Kind::own:
          // What a device sends to itself meets nobody.
          if (hook == Hook::output) break;
          with_stop(device, Hook::input, in, exit, exit.destinations, [&] { end(Way::End::device, [&](Way& way) { way.device = &device; }); });
          break;
        case Exit::Kind::connected: into_segment(exit.segment, &device, taking, with); break;
        case Exit::Kind::gateway:
          with(exit.destinations, [&] { visit(exit.next, taking); });
          break;
        case Exit::Kind::outside:
          with(exit.destinations, [&] {
            end(Way::End::outside, [&](Way& way) {
              way.device = &device;
              way.out = exit.out;
            });
          });
          break;
        case Exit::Kind::nowhere:
        case Exit::Kind::unknown: {
          const bool unknown = exit.kind == Exit::Kind::unknown;
          const std::string text = unknown ? fmt::format("{}: {}", device.name, exit.text) : fmt::format("{} has no way on: {}", device.name, exit.text);
          with(exit.destinations, [&] { lose(text, exit.origin, unknown); });
          break;
        }
      }
    }
  }

  // A sender in a network: on link directly, everything else by any device there that routes.
  void start_in(size_t segment, const IntervalSet& sources, const Device* sender, const IntervalSet& destinations) {
    const Segment& here = topology.segments()[segment];
    const IntervalSet near = topology.on_link(segment, sources);
    const auto starting = [&](const IntervalSet& some, auto go_on) {
      so_far.starts = some;
      go_on();
    };
    into_segment(segment, sender, destinations.intersected(near), starting);
    const IntervalSet beyond = destinations.minus(near);
    if (beyond.empty()) return;
    so_far.starts = beyond;
    const size_t before = found.size();
    for (const Place& member : here.members)
      if (ways.stands_on_the_way(*member.device)) visit(member, beyond);
    if (found.size() == before && !too_many) lose(fmt::format("no device that the site knows routes for {}", here.name), {}, true);
  }

  // A host that says how it routes.
  void start_by_routes(const Device& sender, const IntervalSet& destinations) {
    for (const Exit& exit : topology.exits(sender, nullptr)) {
      const IntervalSet taking = exit.destinations.intersected(destinations);
      if (taking.empty() || exit.kind == Exit::Kind::own || too_many) continue;
      so_far.starts = taking;
      if (exit.kind == Exit::Kind::connected)
        into_segment(exit.segment, &sender, taking, [&](const IntervalSet& some, auto go_on) {
          so_far.starts = some;
          go_on();
        });
      else if (exit.kind == Exit::Kind::gateway)
        visit(exit.next, taking);
      else if (exit.kind == Exit::Kind::outside)
        end(Way::End::outside, [&](Way& way) {
          way.device = &sender;
          way.out = exit.out;
        });
      else
        lose(fmt::format("{} has no way on: {}", sender.name, exit.text), exit.origin, exit.kind == Exit::Kind::unknown);
    }
  }
};

Ways::Ways(const Network& network) : network_(network), v4_(network, Family::v4), v6_(network, Family::v6) {
  for (const Device& device : network.devices)
    derived_ = derived_ || (stands_on_the_way(device) && (!v4_.addresses(device).empty() || !v6_.addresses(device).empty()));
}

const AddressSet* Ways::keep(Family family, IntervalSet set) {
  uint64_t key = set.intervals().size();
  if (!set.empty()) key = (key * 0x9e3779b97f4a7c15 ^ static_cast<uint64_t>(set.min())) * 0x9e3779b97f4a7c15 ^ static_cast<uint64_t>(set.max());
  std::vector<const AddressSet*>& candidates = kept_[key];
  AddressSet whole = AddressSet::of(family, std::move(set));
  const auto known = std::find_if(candidates.begin(), candidates.end(), [&](const AddressSet* one) { return *one == whole; });
  if (known != candidates.end()) return *known;
  candidates.push_back(&sets_.emplace_back(std::move(whole)));
  return candidates.back();
}

Device& Ways::pseudo(const std::string& name) {
  Device& device = devices_.emplace_back();
  device.name = name;
  device.has_export = true;
  Policy& policy = device.policies.emplace_back();
  policy.v4 = policy.v6 = true;
  return device;
}

const Device* Ways::readable(const Device& device, Family family) {
  if (device.policy_for(family)) return &device;
  const auto [found, added] = stand_ins_.try_emplace({&device, family}, nullptr);
  if (!added) return found->second;
  Device& stand_in = pseudo(device.name);
  stand_in.host = device.host;
  // A host may be given by its addresses alone.
  const bool only_facts = !device.host.empty() && device.policies.empty() && !device.facts.interfaces.empty();
  const char* missing = only_facts ? "its addresses are told, and no rules of its own filter" : "there is no export of it that can be read";
  Policy& policy = stand_in.policies.front();
  UnknownCondition unknown{UnknownCondition::Sharing::per_visit, "missing export",
                           fmt::format("what {} does with {} packets: {}", device.name, family == Family::v4 ? "IPv4" : "IPv6", missing), {}};
  policy.chains.push_back({"no export", {{{}, {ActionKind::unknown_rewriting, add_unknown(policy, std::move(unknown))}, {}, (only_facts ? "no rules of " : "no export of ") + device.name, true, -1}}, ActionKind::drop, {}, "", -1});
  for (auto& hook : policy.hooks) hook = {{Stage::Kind::filter, 0}};
  return found->second = &stand_in;
}

std::vector<Location> Ways::locate(const std::string& zone, const IntervalSet& addresses, Family family, bool everywhere, IntervalSet& lost) const {
  const Topology& topology = this->topology(family);
  std::vector<Location> locations;
  const auto add = [&](Location location) {
    if (location.addresses.empty()) return;
    const auto same = [&](const Location& l) {
      if (l.kind != location.kind || l.segment != location.segment || l.place != location.place || l.is_private != location.is_private) return false;
      return location.kind != Location::Kind::segment || topology.on_link(l.segment, l.addresses) == topology.on_link(location.segment, location.addresses);
    };
    const auto known = std::find_if(locations.begin(), locations.end(), same);
    if (known != locations.end()) known->addresses = known->addresses.united(location.addresses), known->length = std::min(known->length, location.length);
    else locations.push_back(std::move(location));
  };
  const auto outside_of = [&](Place place, const IntervalSet& some, bool is_private, unsigned length) {
    Location outside{Location::Kind::outside, SIZE_MAX, place, some, fmt::format("beyond {} of {}", place.interface->name, place.device->name), is_private, length};
    add(std::move(outside));
  };
  // The site's word comes first.
  bool stated = false;
  for (const Device& device : network_.devices) {
    const auto named = device.ingress_of_zone.find(zone);
    if (named == device.ingress_of_zone.end() || !stands_on_the_way(device)) continue;
    for (const InterfaceFact& interface : device.facts.interfaces) {
      if (interface.name != named->second) continue;
      stated = true;
      const size_t segment = topology.segment_of({&device, &interface});
      const IntervalSet here = segment == SIZE_MAX ? IntervalSet{} : addresses.intersected(topology.segments()[segment].addresses);
      if (segment != SIZE_MAX)
        for (const IntervalSet& network : topology.segments()[segment].networks)
          add({Location::Kind::segment, segment, {}, here.intersected(network), topology.segments()[segment].name, false, 0});
      outside_of({&device, &interface}, addresses.minus(here), false, address_bits(family));
    }
  }
  if (stated) return locations;
  IntervalSet left = addresses;
  for (const Device& device : network_.devices) {
    if (!stands_on_the_way(device)) continue;
    const IntervalSet own = topology.addresses(device).intersected(addresses);
    if (own.empty()) continue;
    left = left.minus(own);
    if (everywhere || own != addresses) continue;  // a network is who sends through devices, not they themselves
    add({Location::Kind::device, SIZE_MAX, {&device, nullptr}, own, device.name, false, 0});
  }
  // Narrow networks first: an address belongs to the most specific one. Networks with equal addresses may both hold it.
  std::vector<size_t> order;
  for (size_t i = 0; i < topology.segments().size(); ++i) order.push_back(i);
  const auto size = [&](size_t i) {
    u128 sum = 0;
    for (const Interval& part : topology.segments()[i].addresses.intervals()) sum += part.hi - part.lo;
    return sum;
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return size(a) < size(b); });
  const IntervalSet all = left;
  for (size_t i = 0; i < order.size();) {
    IntervalSet covered;
    size_t at = i;
    for (; at < order.size() && topology.segments()[order[at]].addresses == topology.segments()[order[i]].addresses; ++at) {
      const Segment& segment = topology.segments()[order[at]];
      const bool has_router = std::any_of(segment.members.begin(), segment.members.end(), [&](const Place& p) { return stands_on_the_way(*p.device); });
      if (!has_router) continue;
      // Hosts of different networks on one wire reach each other through a router.
      for (const IntervalSet& network : segment.networks) add({Location::Kind::segment, order[at], {}, left.intersected(network), segment.name, false, 0});
      covered = covered.united(segment.addresses);
    }
    left = left.minus(covered);
    i = at;
  }
  IntervalSet placed;
  for (const Device& device : network_.devices) {
    if (!stands_on_the_way(device)) continue;
    std::vector<std::string> vrfs = {""};
    for (const InterfaceFact& interface : device.facts.interfaces)
      if (std::find(vrfs.begin(), vrfs.end(), interface.vrf) == vrfs.end()) vrfs.push_back(interface.vrf);
    for (const std::string& vrf : vrfs) {
      InterfaceFact probe;
      probe.vrf = vrf;
      for (Beyond& beyond : beyond_exits(topology.exits(device, &probe), left, private_addresses().in(family))) {
        IntervalSet some = IntervalSet::from(std::move(beyond.addresses));
        outside_of({&device, beyond.out}, some, beyond.is_private, beyond.length);
        placed = placed.united(some);
      }
    }
  }
  lost = everywhere ? IntervalSet{} : left.minus(placed);
  return locations;
}

std::vector<std::string> Ways::dead_routes(const IntervalSet& addresses, Family family) const {
  std::vector<std::string> texts;
  for (const Device& device : network_.devices) {
    if (!stands_on_the_way(device)) continue;
    for (const Exit& exit : topology(family).exits(device, nullptr))
      if (exit.kind == Exit::Kind::nowhere && exit.origin.line != 0 && exit.destinations.intersects(addresses)) texts.push_back(device.name + ": " + exit.text);
  }
  return texts;
}

std::optional<std::vector<Way>> Ways::from(const Location& start, const Device* sender, const IntervalSet& destinations, Family family,
                                           const std::vector<Undone>& undone) {
  Search search{*this, topology(family), family, undone};
  switch (start.kind) {
    case Location::Kind::segment:
      if (sender && has_routes(*sender, family)) search.start_by_routes(*sender, destinations);
      else search.start_in(start.segment, start.addresses, sender, destinations);
      break;
    case Location::Kind::outside:
      search.so_far.starts = destinations;
      search.visit(start.place, destinations);
      break;
    case Location::Kind::device:
      search.so_far.starts = destinations;
      search.leave(*start.place.device, Hook::output, nullptr, destinations);
      break;
  }
  if (search.too_many) return std::nullopt;
  return std::move(search.found);
}

IntervalSet Ways::translated_destinations(Family family) const {
  IntervalSet set;
  for (const Device& device : network_.devices)
    if (stands_on_the_way(device)) set = set.united(device.policy_for(family) ? may_translate(device, family, false) : everything(family));
  return set;
}

IntervalSet Ways::translatable_addresses(Family family) const {
  IntervalSet set;
  for (const Device& device : network_.devices) {
    if (!stands_on_the_way(device)) continue;
    const IntervalSet own = topology(family).addresses(device).intersected(device.policy_for(family) ? may_translate(device, family, false) : everything(family));
    set = set.united(own).united(may_translate(device, family, true));
  }
  return set;
}

std::vector<Undone> Ways::undone_by(const std::vector<Stop>& stops, const IntervalSet& src, Family family) const {
  std::vector<Undone> undone;
  IntervalSet sources = src;
  for (const Stop& stop : stops) {
    const Policy* policy = stop.device->policy_for(family);
    if (policy == nullptr) continue;
    const IntervalSet written = may_write(*policy, Field::src, family, stop.in, stop.out);
    if (written.empty()) continue;
    undone.push_back({stop.device, written, sources});
    sources = sources.united(written);
  }
  return undone;
}

Stop Ways::lost_stop(const Way& way, Family) {
  const std::string name = way.stops.empty() ? "the sender" : way.stops.back().device->name;
  const auto [known, added] = losses_.try_emplace({name, way.text, way.unknown, way.origin.file, way.origin.line}, nullptr);
  if (added) known->second = &losing(name, way);
  Stop stop;
  stop.device = known->second;
  stop.hook = Hook::input;
  stop.is_device = false;
  return stop;
}

Device& Ways::losing(const std::string& name, const Way& way) {
  Device& device = pseudo(name);
  Policy& policy = device.policies.front();
  Chain chain{"routing", {}, ActionKind::drop, way.origin, way.text, -1};
  if (way.unknown) {
    UnknownCondition unknown{UnknownCondition::Sharing::per_visit, "route", way.text, way.origin};
    chain.rules.push_back({{}, {ActionKind::unknown_rewriting, add_unknown(policy, std::move(unknown))}, way.origin, way.text, true, -1});
  }
  policy.chains.push_back(std::move(chain));
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  return device;
}

Stop Ways::arrival_stop(const std::string& name, const AddressSet& addresses, std::map<const Device*, AddressSet>& locals) {
  Device& device = pseudo(name);
  device.policies.front().hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::route, 0}};
  locals[&device] = addresses;
  Stop stop;
  stop.device = &device;
  stop.hook = Hook::input;
  stop.is_device = false;
  return stop;
}

Stop Ways::shared_arrival_stop(const std::string& name, Family family, const IntervalSet& addresses, std::map<const Device*, AddressSet>& locals) {
  const AddressSet* own = keep(family, addresses);
  const auto known = arrivals_.find({name, own});
  if (known == arrivals_.end()) {
    const Stop stop = arrival_stop(name, *own, locals);
    arrivals_.emplace(std::pair(name, own), stop.device);
    return stop;
  }
  Stop stop;
  stop.device = known->second;
  stop.hook = Hook::input;
  stop.is_device = false;
  return stop;
}

Stop Ways::start_stop(const IntervalSet& destinations, Family family, bool of_answers) {
  Stop stop;
  stop.onward = keep(family, destinations);
  const auto [known, added] = starts_.try_emplace({stop.onward, of_answers}, nullptr);
  if (added) known->second = &pseudo("");
  stop.device = known->second;
  stop.is_device = false;
  return stop;
}

}  // namespace fwproof::model
