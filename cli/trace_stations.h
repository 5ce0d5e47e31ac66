// A packet through the devices that a trace is about, where no interfaces and routes tell its way: the sender's own firewall, what stands between, the
// target's.
//
//   std::vector<Station> all = stations(loaded, false);
//   index_points(all);                                   // worth it for thousands of packets
//   TraceAnswer answer = trace_at(all, parse_packet_words("tcp 192.0.2.5:40000 198.51.100.10:8474"), false);
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/load_network.h"
#include "cli/read_packet.h"
#include "model/point_index.h"
#include "report/write_trace.h"

namespace fwproof::cli {

// A device whose names are bound, ready to be evaluated.
struct Station {
  const model::Device* device = nullptr;
  model::NamedAddresses own;
  model::AddressSet ends_here;   // with the broadcasts of its networks and multicast
  model::AddressSet elsewhere;   // all but its own
  std::vector<model::Policy> policies;
  std::vector<std::unique_ptr<const model::PointIndex>> points;   // beside policies, or none

  const model::Policy* policy_for(model::Family family) const;   // nullptr: none
};

struct TraceAnswer {
  report::Trace trace;
  std::string problem;
};

// Takes the devices' policies (they may be large); the stations refer to the rest of `loaded`.
std::vector<Station> stations(Loaded& loaded, bool local_given);
void index_points(std::vector<Station>& all);
// May be called by several threads. of_site: the devices' places follow from the zones, else there is one device.
TraceAnswer trace_at(const std::vector<Station>& all, PacketRequest request, bool of_site);

}  // namespace fwproof::cli
