#include "model/topology.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace fwproof::model {
namespace {

IntervalSet own_in(const InterfaceFact& interface, Family family) {
  AddressSet set;
  for (const Prefix& prefix : addresses_of(interface)) set = set.united(AddressSet::of(prefix.address));
  return set.in(family);
}

IntervalSet networks_in(const InterfaceFact& interface, Family family) {
  AddressSet set;
  for (const Prefix& prefix : interface.addresses) set = set.united(AddressSet::of(prefix));
  return set.in(family);
}

bool is_host_prefix(const Prefix& prefix) { return prefix.length == address_bits(prefix.address.family); }

// A network that only one host can be on joins nobody; link-local addresses are the same on every link (RFC 4291, 2.5.6).
bool joins(const Prefix& prefix) {
  static const Prefix kLinkLocal = *parse_prefix("fe80::/10");
  return !is_host_prefix(prefix) && !(prefix.address.family == Family::v6 && AddressSet::of(kLinkLocal).v6.contains(prefix.address.value));
}

bool share_network(const InterfaceFact& a, const InterfaceFact& b, Family family) {
  if (!a.network.empty() || !b.network.empty()) return a.network == b.network;
  if (own_in(a, family).intersects(own_in(b, family))) return false;
  for (const Prefix& x : a.addresses)
    for (const Prefix& y : b.addresses) {
      if (x.address.family != family || y.address.family != family || !joins(x) || !joins(y)) continue;
      if (AddressSet::of(x).in(family).contains(y.address.value) && AddressSet::of(y).in(family).contains(x.address.value)) return true;
    }
  return false;
}

// Where masks differ, the wider network is what a host may take to be on link.
void add_network(std::vector<IntervalSet>& networks, IntervalSet network) {
  for (const IntervalSet& known : networks)
    if (known.contains(network)) return;
  std::erase_if(networks, [&](const IntervalSet& known) { return network.contains(known); });
  networks.push_back(std::move(network));
}

std::string prefix_words(Family family, const IntervalSet& set) {
  std::string words;
  for (const Prefix& prefix : prefixes(family, set)) words += (words.empty() ? "" : ", ") + to_text(prefix);
  return words;
}

}  // namespace

// A route, connected ones included, as it competes with others.
struct Topology::Choice {
  Prefix to;
  uint32_t metric = 0;
  Exit exit;
};

Topology::Topology(const Network& network, Family family) : network_(network), family_(family) { build_segments(); }

void Topology::build_segments() {
  std::vector<Place> places;
  for (const Device& device : network_.devices)
    for (const InterfaceFact& interface : device.facts.interfaces)
      if (interface.up && !networks_in(interface, family_).empty() && interface.name != "lo") places.push_back({&device, &interface});
  join(places);
}

void Topology::join(const std::vector<Place>& places) {
  std::vector<size_t> group(places.size());
  std::iota(group.begin(), group.end(), size_t{0});
  const auto root = [&](size_t i) {
    while (group[i] != i) i = group[i];
    return i;
  };
  for (size_t i = 0; i < places.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (places[i].device != places[j].device && share_network(*places[i].interface, *places[j].interface, family_)) group[root(i)] = root(j);
  std::map<size_t, size_t> number;
  for (size_t i = 0; i < places.size(); ++i) {
    const auto [found, added] = number.try_emplace(root(i), segments_.size());
    if (added) segments_.emplace_back();
    Segment& segment = segments_[found->second];
    segment.members.push_back(places[i]);
    segment_of_.emplace(places[i].interface, found->second);
    segment.addresses = segment.addresses.united(networks_in(*places[i].interface, family_));
    if (!places[i].interface->network.empty()) segment.name = places[i].interface->network;
    for (const Prefix& prefix : places[i].interface->addresses)
      if (prefix.address.family == family_) add_network(segment.networks, AddressSet::of(prefix).in(family_));
  }
  for (Segment& segment : segments_)
    if (segment.name.empty()) segment.name = prefix_words(family_, segment.addresses);
}

IntervalSet Topology::on_link(size_t segment, const IntervalSet& addresses) const {
  IntervalSet set;
  for (const IntervalSet& network : segments_[segment].networks)
    if (network.intersects(addresses)) set = set.united(network);
  return set;
}

size_t Topology::segment_of(Place place) const {
  const auto found = segment_of_.find(place.interface);
  return found == segment_of_.end() ? SIZE_MAX : found->second;
}

IntervalSet Topology::addresses(Place place) const { return own_in(*place.interface, family_); }

const IntervalSet& Topology::addresses(const Device& device) const {
  const auto [found, added] = addresses_.try_emplace(&device);
  if (added) found->second = find_addresses(device);
  return found->second;
}

IntervalSet Topology::find_addresses(const Device& device) const {
  IntervalSet set;
  for (const InterfaceFact& interface : device.facts.interfaces)
    if (interface.up) set = set.united(own_in(interface, family_));
  return set;
}

// Where a static route leads: through the connected network that holds its gateway, or out of the interface that it names.
Exit Topology::exit_by(const Device& device, const RouteFact& route) const {
  Exit exit;
  exit.origin = route.origin;
  exit.text = to_text(route.to) + (route.via ? " via " + to_text(*route.via) : "") +
              (route.dev.empty() ? "" : " dev " + route.dev);
  if (route.discard) {
    exit.text += " (discarded)";
    return exit;
  }
  const InterfaceFact* out = nullptr;
  bool down = false;
  for (const InterfaceFact& interface : device.facts.interfaces) {
    const bool fits = !route.dev.empty() ? interface.name == route.dev
                                         : route.via && networks_in(interface, family_).contains(route.via->value) && interface.vrf == route.vrf;
    if (!fits) continue;
    if (interface.up) out = &interface;
    else down = true;
  }
  if (out == nullptr) {
    exit.text += down ? " (its interface is down)" : route.via ? " (the gateway is in no connected network)" : " (no such interface)";
    return exit;
  }
  exit.out = out;
  exit.kind = Exit::Kind::outside;
  const size_t segment = segment_of({&device, out});
  if (!route.via) {
    // On link where the interface has a network; otherwise a gateway that the export does not tell.
    if (segment != SIZE_MAX && route.to.length != 0) {
      exit.kind = Exit::Kind::connected;
      exit.segment = segment;
    }
    return exit;
  }
  if (segment == SIZE_MAX) return exit;
  for (const Place& member : segments_[segment].members)
    if (member.device != &device && own_in(*member.interface, family_).contains(route.via->value)) {
      exit.kind = Exit::Kind::gateway;
      exit.next = member;
    }
  return exit;
}

std::vector<Topology::Choice> Topology::choices(const Device& device, const std::string& vrf) const {
  std::vector<Choice> all;
  for (const InterfaceFact& interface : device.facts.interfaces) {
    if (!interface.up || interface.vrf != vrf) continue;
    for (const Prefix& prefix : addresses_of(interface)) {
      if (prefix.address.family != family_) continue;
      Exit own;
      own.kind = Exit::Kind::own;
      own.out = &interface;
      own.origin = interface.origin;
      own.text = "its own address on " + interface.name;
      all.push_back({{prefix.address, address_bits(family_)}, 0, std::move(own)});
      if (is_host_prefix(prefix)) continue;
      Exit connected;
      connected.kind = Exit::Kind::connected;
      connected.out = &interface;
      connected.segment = segment_of({&device, &interface});
      connected.origin = interface.origin;
      connected.text = "connected to " + interface.name;
      all.push_back({prefix, 0, std::move(connected)});
    }
  }
  for (const RouteFact& route : device.facts.routes)
    if (route.to.address.family == family_ && route.vrf == vrf) all.push_back({route.to, route.metric + 1, exit_by(device, route)});
  const auto rank = [](const Choice& c) { return std::tuple(-static_cast<int>(c.to.length), c.to.interval().lo, c.metric); };
  std::stable_sort(all.begin(), all.end(), [&](const Choice& a, const Choice& b) { return rank(a) < rank(b); });
  return all;
}

const std::vector<Exit>& Topology::exits(const Device& device, const InterfaceFact* in) const {
  const auto [found, added] = exits_.try_emplace({&device, in == nullptr ? "" : in->vrf});
  if (added) found->second = find_exits(device, found->first.second);
  return found->second;
}

std::vector<Exit> Topology::find_exits(const Device& device, const std::string& vrf) const {
  std::vector<Exit> exits;
  IntervalSet left = IntervalSet::all(address_bits(family_));
  const std::vector<Choice> all = choices(device, vrf);
  const auto same_exit = [](const Exit& a, const Exit& b) {
    return a.kind == b.kind && a.out == b.out && a.next == b.next && a.segment == b.segment && a.origin == b.origin;
  };
  for (size_t first = 0; first < all.size();) {
    // Equal prefixes stand together, the best metric first: equal ones may all be taken.
    const Interval range = all[first].to.interval();
    const IntervalSet taken = left.intersected(IntervalSet::range(range.lo, range.hi));
    size_t at = first;
    for (; at < all.size() && all[at].to.length == all[first].to.length && all[at].to.interval() == range; ++at) {
      if (taken.empty() || all[at].metric != all[first].metric) continue;
      Exit exit = all[at].exit;
      exit.destinations = taken;
      exit.length = all[at].to.length;
      const auto known = std::find_if(exits.begin(), exits.end(), [&](const Exit& e) { return same_exit(e, exit); });
      if (known == exits.end()) exits.push_back(std::move(exit));
      else known->destinations = known->destinations.united(taken), known->length = std::min(known->length, exit.length);
    }
    left = left.minus(taken);
    first = at;
  }
  if (left.empty()) return exits;
  Exit rest;
  rest.destinations = left;
  const bool told = device.facts.complete_routes && device.facts.routing_gaps.empty();
  rest.kind = told ? Exit::Kind::nowhere : Exit::Kind::unknown;
  rest.text = told ? "no route" : device.facts.routing_gaps.empty() ? "its routes are not given" : device.facts.routing_gaps.front().text;
  if (!device.facts.routing_gaps.empty()) rest.origin = device.facts.routing_gaps.front().origin;
  exits.push_back(std::move(rest));
  return exits;
}

}  // namespace fwproof::model
