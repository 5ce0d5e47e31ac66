// Where devices stand in a network, from what is known of their interfaces and routes: which interfaces share a network, and which way
// each device's routes send a destination.
//
//   Topology topology(network, Family::v4);
//   for (const Exit& exit : topology.exits(place)) … exit.destinations …
//
// Networks with equal addresses are one network where two devices meet in it with different addresses; where they have the same address there,
// or where one device has both, they are two. The site's names for networks (InterfaceFact::network) settle it either way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/network.h"

namespace fwproof::model {

// A device's interface.
struct Place {
  const Device* device = nullptr;
  const InterfaceFact* interface = nullptr;
  friend bool operator==(const Place&, const Place&) = default;
};

// Interfaces that share a prefix.
struct Segment {
  std::string name;             // "192.0.2.0/24", or as the site calls it
  IntervalSet addresses;        // of all its prefixes
  std::vector<IntervalSet> networks;  // one for each distinct prefix that no other holds: hosts send on link within their own
  std::vector<Place> members;   // interfaces that are up, of devices on the way and of hosts
};

// Where a device's routes send some destinations.
struct Exit {
  enum class Kind : uint8_t {
    own,        // to the device itself
    connected,  // into a network of its own, without a gateway
    gateway,    // to a neighbour that the site knows
    outside,    // to a gateway that the site does not know, or out of an interface whose gateway nothing tells
    nowhere,    // no route, a discard route, a gateway in no connected network, an interface that is down
    unknown,    // a route of its own may exist that the export does not tell
  };
  Kind kind = Kind::nowhere;
  IntervalSet destinations;               // not empty
  unsigned length = 0;                    // of the shortest of its routes' prefixes
  const InterfaceFact* out = nullptr;     // connected, gateway, outside
  Place next;                             // gateway
  size_t segment = SIZE_MAX;              // connected
  Origin origin;                          // the route's line
  std::string text;                       // "0.0.0.0/0 via 203.0.113.1", "no route", …
};

// What is derived is kept for the next who asks, so that one thread at a time may ask. Requires: devices stay where they are, and so do their facts.
class Topology {
 public:
  Topology(const Network& network, Family family);

  Family family() const { return family_; }
  const std::vector<Segment>& segments() const { return segments_; }
  // The networks of the segment that hold some of these addresses: what their owners take to be on link.
  IntervalSet on_link(size_t segment, const IntervalSet& addresses) const;
  // SIZE_MAX: none in this family.
  size_t segment_of(Place place) const;
  // The interface's own addresses in the family.
  IntervalSet addresses(Place place) const;
  const IntervalSet& addresses(const Device& device) const;
  // What the device's routes make of every destination of a packet that came in by `in` (nullptr: its own). Together all destinations; they overlap only
  // where routes are equally good.
  const std::vector<Exit>& exits(const Device& device, const InterfaceFact* in) const;

 private:
  struct Choice;
  void build_segments();
  void join(const std::vector<Place>& places);
  IntervalSet find_addresses(const Device& device) const;
  std::vector<Exit> find_exits(const Device& device, const std::string& vrf) const;
  std::vector<Choice> choices(const Device& device, const std::string& vrf) const;
  Exit exit_by(const Device& device, const RouteFact& route) const;

  const Network& network_;
  Family family_;
  std::vector<Segment> segments_;
  std::unordered_map<const InterfaceFact*, size_t> segment_of_;
  // A device of many interfaces is asked once for each pair of its networks.
  mutable std::unordered_map<const Device*, IntervalSet> addresses_;
  mutable std::map<std::pair<const Device*, std::string>, std::vector<Exit>> exits_;   // by VRF
};

}  // namespace fwproof::model
