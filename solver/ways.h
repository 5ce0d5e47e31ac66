// The ways that packets take through a site, derived from what is known of its devices' interfaces and routes (model/topology.h).
//
// Every way that a packet may take is listed. A destination may be translated on the way, so a way is listed when some destination that a device
// may write leads there; the set that each stop sends onward (WalkHop::onward) says exactly which packets go it.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/topology.h"
#include "solver/walk.h"

namespace fwproof::solver {

// Where packets of a zone start and end: in a network, beyond an interface, or at a device itself.
struct Location {
  enum class Kind : uint8_t { segment, outside, device };
  Kind kind = Kind::segment;
  size_t segment = SIZE_MAX;
  model::Place place;              // outside: the interface by which its packets come in; device: the device
  model::IntervalSet addresses;    // of the zone in question, in this place
  std::string name;                // "192.0.2.0/24", "beyond wan of edge"
};

// A device as a packet meets it.
struct Stop {
  const model::Device* device = nullptr;
  model::Hook hook = model::Hook::forward;
  const model::InterfaceFact* in = nullptr;
  const model::InterfaceFact* out = nullptr;
  const model::AddressSet* onward = nullptr;   // which destinations go on to the next stop; nullptr: all
  std::string route;                           // what sends them there: "0.0.0.0/0 via 203.0.113.1"
  model::Origin route_origin;
  bool is_device = true;                       // false: it only stands for a place
};

struct Way {
  model::IntervalSet starts;       // destinations that take it at the start (where the sender is no device)
  std::vector<Stop> stops;
  enum class End : uint8_t { segment, outside, device, lost };
  End end = End::lost;
  size_t segment = SIZE_MAX;
  const model::Device* device = nullptr;       // end device; end outside: whose interface
  const model::InterfaceFact* out = nullptr;   // end outside: the interface
  std::string text;                // lost: why
  model::Origin origin;
  bool unknown = false;            // lost: it cannot be told where it goes
};

class Ways {
 public:
  // Requires: names are bound. Keeps references to the network.
  explicit Ways(const model::Network& network);

  // Whether the site tells where its devices on the way stand; if not, they stand as listed.
  bool derived() const { return derived_; }
  const model::Topology& topology(model::Family family) const { return family == model::Family::v4 ? v4_ : v6_; }

  // Where addresses of a zone are. everywhere: the addresses stand for ANY, so that every network and every outside counts. `lost` gets those
  // that are nowhere.
  std::vector<Location> locate(const std::string& zone, const model::IntervalSet& addresses, model::Family family, bool everywhere, model::IntervalSet& lost) const;

  // All ways of packets from there, sent by `sender` (a host of the site with routes of its own) or by anyone, to some of the destinations (as sent).
  // restored: destinations that a device may give an answer back, the sources of what it answers.
  // nothing: more than a limit.
  std::optional<std::vector<Way>> from(const Location& start, const model::Device* sender, const model::IntervalSet& destinations, model::Family family,
                                       const model::IntervalSet& restored = {});

  // Destinations that some device on the way may translate to another.
  model::IntervalSet translated_destinations(model::Family family) const;
  // Of these, addresses that a device has or that a rule names: what a client can mean.
  model::IntervalSet translatable_addresses(model::Family family) const;
  // Sources that some device may give a packet.
  model::IntervalSet given_sources(const std::vector<Stop>& stops, model::Family family) const;
  // A stop that ends a way: drops everything (or may), with that reason.
  Stop lost_stop(const Way& way, model::Family family);
  // A stop that only routes: what is not for these addresses does not arrive.
  Stop arrival_stop(const std::string& name, const model::AddressSet& addresses, std::map<const model::Device*, model::AddressSet>& locals);
  // A stop that only sends onward.
  Stop start_stop(const model::IntervalSet& destinations, model::Family family);
  // In place of a device without an export (for the family): what it does with packets cannot be told.
  const model::Device* readable(const model::Device& device, model::Family family);

 private:
  struct Search;
  bool stands_on_the_way(const model::Device& device) const { return device.host.empty(); }
  const model::AddressSet* keep(model::Family family, model::IntervalSet set);
  model::Device& pseudo(const std::string& name);

  const model::Network& network_;
  model::Topology v4_, v6_;
  bool derived_ = false;
  std::list<model::AddressSet> sets_;
  std::list<model::Device> devices_;
  std::map<std::pair<const model::Device*, model::Family>, const model::Device*> stand_ins_;
};

}  // namespace fwproof::solver
