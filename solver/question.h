// From requirements to walks: which packets are asked about, which devices they pass, and in which legs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/network.h"
#include "model/requirement.h"
#include "solver/walk.h"
#include "model/ways.h"

namespace fwproof::solver {

// One direction between two zones in one family, through the devices that stand there.
struct Path {
  std::string from;
  std::string to;
  std::vector<const model::Device*> devices;      // with an export for the family, in the order of the request
  const model::Device* source = nullptr;          // the source's own firewall, when it is given
  std::vector<const model::Device*> unreadable;   // on the way, but without an export (for this family)
  // Where several hosts make up a zone, each is a path of its own: the addresses that it has, when its facts tell; else the whole zone.
  std::optional<model::AddressSet> only_src;
  std::optional<model::AddressSet> only_dst;
  // Where the site tells its devices' places: the stops of the client's packets (devices, one for one) and, in their own order, of the answers.
  std::vector<model::Stop> go;
  std::vector<model::Stop> back;
  model::IntervalSet usual_dst;                   // destinations that clients there are likely to write, for examples
  model::Policy* arrival = nullptr;               // of the stop where packets must arrive at the target; nullptr: none was added
};

// The ways from `from` to `to`: one, or one for each pair of hosts where several hosts make up a zone. Every one must do. From a zone to
// itself: one for each pair of different hosts, none when it is one host.
std::vector<Path> paths_between(const model::Network& network, const std::string& from, const std::string& to, model::Family family);

// Addresses that ANY stands for as the source or target of a required row (semantics, "ANY, names, addresses"): no martians.
const model::AddressSet& any_for_requirement();
// … and as the source of an exposure: only loopback and multicast excluded.
const model::AddressSet& any_for_exposure();

// The packets of a row between these addresses; dst_port empty: the row's own ports.
PacketBox row_box(const model::Requirement& row, model::IntervalSet src, model::IntervalSet dst, const model::IntervalSet& dst_port = {});

// A host's own firewall as a stop.
model::Stop host_stop(const model::Device* host, model::Hook hook);

// Addresses of the zone that none of its several hosts has, as far as the hosts' facts tell; empty for zones of one host.
model::AddressSet unclaimed_addresses(const model::Network& network, const std::string& zone);

// Legs of a connection in that protocol: SYN, SYN-ACK, ACK; request and reply for all others.
std::vector<WalkLeg> legs_of(unsigned protocol);
// The one leg of a packet that opens a flow, for exposures.
WalkLeg opening_leg(bool tcp);

// Adds the devices of the path to every leg, in the leg's own order. `locals` keeps the hosts' own addresses alive.
void add_hops(std::vector<WalkLeg>& legs, const Path& path, model::Family family, const std::map<const model::Device*, model::AddressSet>& locals);

}  // namespace fwproof::solver
