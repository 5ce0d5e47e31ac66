// The ways that packets take through a site, derived from what is known of its devices' interfaces and routes (model/topology.h).
//
// Every way that a packet may take is listed. A destination may be translated on the way, so a way is listed when some destination that a device
// may write leads there; the set that each stop sends onward (the solver's WalkHop::onward) says exactly which packets go it.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/topology.h"

namespace fwproof::model {

// Addresses that nobody routes between organisations: RFC 1918, RFC 6598 (shared), RFC 4193 (IPv6 unique local).
const AddressSet& private_addresses();

// Where packets of a zone start and end: in a network, beyond an interface, or at a device itself.
struct Location {
  enum class Kind : uint8_t { segment, outside, device };
  Kind kind = Kind::segment;
  size_t segment = SIZE_MAX;
  Place place;              // outside: the interface by which its packets come in; device: the device
  IntervalSet addresses;    // of the zone in question, in this place
  std::string name;                // "192.0.2.0/24", "beyond wan of edge"
  bool is_private = false;         // outside: by routes to private networks alone, which others beyond the interface are not in
  unsigned length = 0;             // outside: of the shortest prefix whose route leads there
};

// A device as a packet meets it.
struct Stop {
  const Device* device = nullptr;
  Hook hook = Hook::forward;
  const InterfaceFact* in = nullptr;
  const InterfaceFact* out = nullptr;
  const AddressSet* onward = nullptr;   // which destinations go on to the next stop; nullptr: all
  std::string route;                           // what sends them there: "0.0.0.0/0 via 203.0.113.1"
  Origin route_origin;
  bool is_device = true;                       // false: it only stands for a place
};

struct Way {
  IntervalSet starts;       // destinations that take it at the start (where the sender is no device)
  std::vector<Stop> stops;
  enum class End : uint8_t { segment, outside, device, lost };
  End end = End::lost;
  size_t segment = SIZE_MAX;
  const Device* device = nullptr;       // end device; end outside: whose interface
  const InterfaceFact* out = nullptr;   // end outside: the interface
  std::string text;                // lost: why
  Origin origin;
  bool unknown = false;            // lost: it cannot be told where it goes
};

// A device that translates sources: answers to `given` become answers to `sources` there.
struct Undone {
  const Device* device = nullptr;
  IntervalSet given;
  IntervalSet sources;
};

class Ways {
 public:
  // Requires: names are bound. Keeps references to the network.
  explicit Ways(const Network& network);

  // Whether the site tells where its devices on the way stand; if not, they stand as listed.
  bool derived() const { return derived_; }
  const Topology& topology(Family family) const { return family == Family::v4 ? v4_ : v6_; }

  // Where addresses of a zone are. everywhere: the addresses stand for ANY, so that every network and every outside counts. `lost` gets those
  // that are nowhere.
  std::vector<Location> locate(const std::string& zone, const IntervalSet& addresses, Family family, bool everywhere, IntervalSet& lost) const;

  // Routes that would lead to them but lead nowhere: "edge: 10.9.0.0/16 via 172.16.0.1 (the gateway is in no connected network)".
  std::vector<std::string> dead_routes(const IntervalSet& addresses, Family family) const;

  // All ways of packets from there, sent by `sender` (a host of the site with routes of its own) or by anyone, to some of the destinations (as sent).
  // undone: for answers, what each device may give back.
  // nothing: more than a limit.
  std::optional<std::vector<Way>> from(const Location& start, const Device* sender, const IntervalSet& destinations, Family family,
                                       const std::vector<Undone>& undone = {});

  // Destinations that some device on the way may translate to another.
  IntervalSet translated_destinations(Family family) const;
  // Of these, addresses that a device has or that a rule names: what a client can mean.
  IntervalSet translatable_addresses(Family family) const;
  // What the devices on a way may write as sources, and what they would give back to answers. src: of the packets as sent.
  std::vector<Undone> undone_by(const std::vector<Stop>& stops, const IntervalSet& src, Family family) const;
  // A stop that ends a way: drops everything (or may), with that reason. The same one for all ways that end so.
  Stop lost_stop(const Way& way, Family family);
  // A stop that only routes: what is not for these addresses does not arrive.
  Stop arrival_stop(const std::string& name, const AddressSet& addresses, std::map<const Device*, AddressSet>& locals);
  // The same one for all who ask for it. Requires: nobody gives it rules; locals is the same every time.
  Stop shared_arrival_stop(const std::string& name, Family family, const IntervalSet& addresses, std::map<const Device*, AddressSet>& locals);
  // A stop that only sends onward: the same one for all answers (or all that is asked) with these destinations.
  Stop start_stop(const IntervalSet& destinations, Family family, bool of_answers = false);
  // In place of a device without an export (for the family): what it does with packets cannot be told.
  const Device* readable(const Device& device, Family family);

 private:
  struct Search;
  bool stands_on_the_way(const Device& device) const { return device.host.empty(); }
  const AddressSet* keep(Family family, IntervalSet set);   // equal sets are kept once, so that ways can be compared by what they point to
  Device& pseudo(const std::string& name);
  Device& losing(const std::string& name, const Way& way);

  const Network& network_;
  Topology v4_, v6_;
  bool derived_ = false;
  std::list<AddressSet> sets_;
  std::unordered_map<uint64_t, std::vector<const AddressSet*>> kept_;
  std::map<std::pair<std::string, const AddressSet*>, const Device*> arrivals_;
  std::map<std::pair<const AddressSet*, bool>, const Device*> starts_;
  std::map<std::tuple<std::string, std::string, bool, uint32_t, uint32_t>, const Device*> losses_;   // by device, reason and line
  std::list<Device> devices_;
  std::map<std::pair<const Device*, Family>, const Device*> stand_ins_;
};

}  // namespace fwproof::model
