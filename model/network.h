// A site: zones (roles with addresses), the devices that protect them or stand between them, and what each device does.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
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

// An address of an interface, and the line that says where it comes from.
struct AssignedAddress {
  Prefix prefix;
  Origin origin;
  std::string rests_on = {};      // what the export cannot say but is nearly always so; may be empty
};

// What `ip addr`, `ip route`, a router's configuration or the site file say about a device's place in the network.
struct InterfaceFact {
  std::string name;
  std::vector<Prefix> addresses;  // with host bits: the address itself and its network
  std::string mac;
  Origin origin;
  bool up = true;                 // false: shut down by configuration: no packet comes or goes here
  bool dynamic = false;           // has (or may have) an address that the export does not tell: DHCP, PPPoE, SLAAC
  std::optional<Family> dynamic_family;  // dynamic in this family only (a static IPv4 address beside a delegated IPv6 prefix); unset: in both
  std::string vrf;                // routing instance; empty: the global one
  std::vector<AssignedAddress> leased;  // of `addresses`: those that a DHCP server or a router advertisement gave (the export says so)
  std::vector<AssignedAddress> fixed;   // of `addresses`: those that are configured (the export says so); the rest may be either
  std::string network;            // the site's name for the network it joins: tells networks with the same addresses apart; may be empty
};
struct RouteFact {
  Prefix to;
  std::optional<Address> via;     // unset: on link, or a gateway that the export does not tell (a default route learned by DHCP)
  std::string dev;                // may be empty when `via` tells
  uint32_t metric = 0;            // administrative distance, metric: the lowest wins among equal prefixes
  Origin origin;
  bool discard = false;           // Null0, blackhole, unreachable, prohibit
  std::string vrf;
};
// An address that a DHCP server keeps for one client.
struct DhcpReservation {
  Address address;
  std::string client;             // its MAC ("02:00:00:00:00:10"), or another identity as configured; may be empty
  Origin origin;
};
// Addresses that a device hands out.
struct DhcpPool {
  std::string interface;          // or the pool's name, where nothing ties it to an interface
  AddressSet addresses;           // handed out to anyone: exclusions and reservations are taken out
  AddressSet reserved;            // handed out to one client each (static mappings)
  Origin origin;
  AddressSet network;             // what it serves, whether handed out or not; empty: the export does not say, or `addresses` tell
  std::vector<DhcpReservation> reservations;  // of `reserved`: who gets them, as far as the export tells
};
// Addresses that a device may hand out or not: it hangs on a client class, on a file that is not given, on a line that is not understood.
struct DhcpGap {
  std::string text;               // "pool for class 'phones'"
  AddressSet addresses;           // all() where it may be any
  Origin origin;
};
// Something that makes the routes above less than the whole truth: "router ospf 1", policy routing, a routing daemon.
struct RoutingGap {
  std::string text;
  Origin origin;
};
// A line of a hosts file.
struct HostName {
  std::string name;               // lower case
  Address address;
  Origin origin;
};
// Something that takes connections out of their way beside the packet filter: WCCP, a transparent proxy, `netsh interface portproxy`, an
// inspection profile. Connections that it may take: to `addresses` and `ports` in `protocol`.
struct Interception {
  std::string kind;               // "wccp", "portproxy", "proxy", "inspection"
  std::string text;               // as configured
  AddressSet addresses;           // destinations; all() where it does not say
  unsigned protocol = 6;
  IntervalSet ports;              // all(16) where it does not say
  bool sure = true;               // false: whether it takes them hangs on something that the export does not tell
  bool local = false;             // it listens on the device's own addresses (whatever `addresses` says)
  Origin origin;
};
struct HostFacts {
  std::vector<InterfaceFact> interfaces;
  std::vector<RouteFact> routes;            // without the connected ones, which the interfaces' addresses tell
  std::vector<DhcpPool> dhcp_pools;
  std::vector<DhcpGap> dhcp_gaps;
  std::vector<RoutingGap> routing_gaps;
  std::vector<HostName> names;
  std::vector<Interception> interceptions;
  bool complete_addresses = false;          // the list of addresses is the whole of them (ip addr without filter; a router's configuration without dynamic ones)
  bool complete_routes = false;             // the list of routes is the whole of them but for routing_gaps; false: only what somebody happened to state
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

// The site's word for what lies between two zones, where exports do not tell.
struct StatedPath {
  std::string from;
  std::string to;
  std::vector<std::string> devices;   // names, as a packet from `from` meets them
  Origin origin;
};

struct Network {
  std::map<std::string, Zone> zones;
  std::vector<Device> devices;     // where nothing tells where devices on the way stand: in the order in which a packet towards the first host zone meets them
  std::vector<Device> aside;       // DHCP servers, hosts files: packets do not pass them, only their facts count; not in `devices`
  std::vector<StatedPath> paths;
  std::map<std::pair<std::string, std::string>, AddressSet> reached_at;  // (target, client's zone) → addresses by which it knows the target
};

// The addresses of an interface. One whose address the export does not tell has a stand-in, an address that no network uses: RFC 7600 (the IPv4
// dummy address 192.0.0.8) and RFC 6666 (discard-only 100::/64).
std::vector<Prefix> addresses_of(const InterfaceFact& interface);
bool is_stand_in(const Address& address);

// The addresses that a device certainly has: those bound to its zone, those its facts name, stand-ins, loopback.
AddressSet own_addresses(const Network& network, const Device& device);

// Binds "local", "LocalSubnet", "address:…", "network:…" in the device's policies; splits rules that rewrite to "address-of-out" into one for
// each interface. own_is_all: nothing else is an address of the device.
void bind_device(Device& device, const Network& network, bool own_is_all = false);

}  // namespace fwproof::model
