// A site: zones (roles with addresses), the devices that protect them or stand between them, and what each device does.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/policy.h"

namespace fwproof::model {

struct Zone {
  std::string name;
  bool any = false;        // ANY: every address
  bool bound = false;      // false: a name or role that nothing binds to addresses
  AddressSet addresses;
  bool is_name = false;    // a DNS name such as a vendor's server: others reach it, nobody here protects it
};

// What `ip addr`, `ip route` or the site file say about a host.
struct InterfaceFact {
  std::string name;
  std::vector<Prefix> addresses;  // with host bits: the address itself and its network
  std::string mac;
  Origin origin;
};
struct RouteFact {
  Prefix to;
  std::optional<Address> via;
  std::string dev;
  uint32_t metric = 0;
  Origin origin;
};
struct HostFacts {
  std::vector<InterfaceFact> interfaces;
  std::vector<RouteFact> routes;
  bool complete_addresses = false;  // the list of addresses is the whole of them (ip addr without filter)
};

struct Device {
  std::string name;
  std::string host;                // the zone whose own firewall this is; empty: it stands on the way between zones
  bool has_export = false;         // false: named, but nothing describes it
  std::vector<Policy> policies;    // at most one per family
  HostFacts facts;
  // Settled surroundings; unset: unknown.
  std::optional<unsigned> profile;                       // Profile
  std::map<std::string, std::string> ingress_of_zone;    // zone → interface by which its packets come in (and answers leave)

  const Policy* policy_for(Family family) const;
};

struct Network {
  std::map<std::string, Zone> zones;
  std::vector<Device> devices;     // devices on the way: in the order in which a packet towards the first host zone meets them
};

}  // namespace fwproof::model
