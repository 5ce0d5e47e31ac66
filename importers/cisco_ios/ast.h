// A configuration in IOS' own words: what stands in the text, before anything is decided.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/address.h"
#include "model/network.h"
#include "model/policy.h"
#include "model/source.h"

namespace fwproof::importers::cisco_ios {

using Sharing = model::UnknownCondition::Sharing;

// ---- Access lists -------------------------------------------------------------------------------------------------

struct AddressSpec {
  enum class Kind : uint8_t { any, set, group, unknown };
  Kind kind = Kind::any;
  model::IntervalSet set;
  std::string text;              // the group's name; what is written, for an unknown one
  bool operator==(const AddressSpec&) const = default;
};

struct PortSpec {
  bool present = false;
  model::IntervalSet set;
  bool operator==(const PortSpec&) const = default;
};

struct UnknownPart {
  std::string kind;
  std::string text;
  Sharing sharing = Sharing::pure;
  bool operator==(const UnknownPart&) const = default;
};

// What an entry of a list, or of a group of services, says of the upper layers.
struct Service {
  model::IntervalSet protocols;  // empty: any
  PortSpec source, destination;
  model::IntervalSet icmp_types; // empty: any
  model::IntervalSet icmp_codes; // empty: any
  bool operator==(const Service&) const = default;
};

struct Entry {
  enum class Verb : uint8_t { permit, deny, evaluate };
  model::Origin origin;
  uint32_t sequence = 0;
  Verb verb = Verb::permit;
  Service service;
  std::string service_group;     // object-group in the place of the protocol
  AddressSpec src, dst;
  bool has_flags = false;
  model::IntervalSet tcp_flags;
  bool fragments = false;
  bool standard = false;         // looks at the source only
  std::vector<UnknownPart> unknowns;
  std::string reflect;           // name of the reflexive list that it feeds
  std::string evaluate;          // name of the reflexive list that it asks
};

struct AccessList {
  std::string name;
  model::Origin origin;
  model::Family family = model::Family::v4;
  bool standard = false;
  std::vector<Entry> entries;
};

struct NetworkGroup {
  model::Origin origin;
  std::vector<model::Interval> members;
  std::vector<std::string> groups;
  bool unknown_member = false;
};

struct ServiceGroup {
  model::Origin origin;
  std::vector<Service> services;
  std::vector<std::string> groups;
  bool unknown_member = false;
};

// ---- Interfaces ---------------------------------------------------------------------------------------------------

struct Use {                     // of a list, a route map … by name, with the line that says so
  std::string name;
  model::Origin origin;
};

// Something on an interface that may drop or change packets, and is not modelled.
struct OpaqueUse {
  std::string kind;
  std::string text;
  model::Origin origin;
  bool in = false, out = false;
  bool only_drops = false;       // drops under a condition that is a function of the packet
  bool rewrites = false;
};

// ip wccp web-cache redirect in|out on an interface.
struct WccpUse {
  std::string service;
  bool in = false;
  std::string text;
  model::Origin origin;
};
// ip wccp SERVICE at the top.
struct WccpService {
  bool is_listed = false;        // a redirect list says for which packets
};

enum class NatSide : uint8_t { none, inside, outside };

struct Interface {
  std::string name;
  model::Origin origin;
  std::vector<model::Prefix> addresses;
  bool has_primary = false;
  model::Address primary;        // of IPv4
  std::string unnumbered;
  bool dynamic4 = false, dynamic6 = false;
  bool learns_default = false;   // a default route comes with the address
  bool learns_default6 = false;
  bool shutdown = false;
  bool switchport = false;       // layer 2
  bool has_v6 = false;
  std::string vrf;
  std::optional<Use> group[2];   // ip access-group in, out
  std::optional<Use> filter6[2]; // ipv6 traffic-filter in, out
  std::optional<Use> inspect[2]; // ip inspect in, out
  std::vector<WccpUse> wccp;
  std::optional<Use> crypto_map;
  std::optional<Use> zone;
  std::optional<Use> service_policy[2];
  NatSide nat = NatSide::none;
  model::Origin nat_origin;
  std::vector<OpaqueUse> opaque;
};

// ---- Translation --------------------------------------------------------------------------------------------------

struct NatPool {
  model::Origin origin;
  model::IntervalSet addresses;
  bool match_host = false;
  bool opaque = false;           // not understood
  unsigned prefix_length = 32;
};

struct NatRule {
  enum class Kind : uint8_t { inside_static, outside_static, inside_source, outside_source, inside_destination, opaque };
  Kind kind = Kind::opaque;
  model::Origin origin;
  std::string text;
  // static
  std::optional<model::Address> local, global;   // as written: local first for inside, global first for outside
  std::string global_interface;                  // in the place of the global address
  std::optional<unsigned> network_length;        // `network`
  unsigned protocol = 0;                         // 6 or 17: with ports
  uint16_t local_port = 0, global_port = 0;
  std::string route_map;
  // dynamic
  std::string list, pool, interface;
  bool overload = false;
  bool reversible = false;
  std::string vrf;
};

struct RouteMapClause {
  model::Origin origin;
  uint32_t sequence = 0;
  bool permit = true;
  std::vector<Use> lists, lists6;                // match ip address, match ipv6 address
  std::vector<Use> interfaces;                   // match interface
  std::vector<UnknownPart> unknowns;             // other matches
  std::vector<std::string> hops;                 // set ip next-hop, set interface, set vrf: where policy routing sends packets
};

// ip policy route-map NAME
struct PolicyRoute {
  std::string map;
  model::Origin origin;
};

// ---- Zones and inspection -----------------------------------------------------------------------------------------

struct ClassMatch {
  enum class Kind : uint8_t { list, protocol, class_map, unknown };
  Kind kind = Kind::unknown;
  std::string name;
  bool negated = false;
  model::Origin origin;
};

struct ClassMap {
  model::Origin origin;
  bool any = false;              // match-any
  std::vector<ClassMatch> matches;
};

struct PolicyClass {
  std::string name;
  bool is_default = false;
  enum class Verb : uint8_t { none, inspect, pass, drop } verb = Verb::none;
  std::optional<UnknownPart> condition;          // police, deeper inspection
  model::Origin origin, verb_origin;
};

struct PolicyMap {
  model::Origin origin;
  bool inspect = false;
  std::vector<PolicyClass> classes;
  std::optional<model::Origin> drops;            // a class of a quality-of-service policy that drops
  std::vector<std::string> nested;
};

struct ZonePair {
  std::string name, source, destination;
  std::optional<Use> policy;
  model::Origin origin;
  bool opaque = false;
};

struct InspectRule {
  std::vector<std::string> protocols;
  std::vector<std::string> unknown;
  model::Origin origin;
};

struct CryptoMap {
  std::vector<Use> lists;        // match address
  bool dynamic = false;          // an entry without a list
};

// ---- Everything ---------------------------------------------------------------------------------------------------

struct StaticRoute {
  model::Prefix to;
  std::optional<model::Address> via;
  std::string dev;
  uint32_t distance = 1;
  bool discard = false;
  bool learned = false;          // the gateway comes from DHCP
  std::string vrf;
  model::Origin origin;
};

struct DhcpPoolSpec {
  std::string name;
  model::Origin origin;
  std::optional<model::Prefix> network;
  std::vector<model::Prefix> more;               // `network … secondary`
  std::optional<model::Address> host;            // `host`, bound to one client
  std::string client;                            // of `host`: its hardware address or identifier
  std::vector<model::DhcpReservation> reserved;  // `address … client-id|hardware-address`
  model::IntervalSet range;                      // ip local pool
  model::Family family = model::Family::v4;
  bool opaque = false;
  model::Origin open;                            // `origin`: the addresses come from elsewhere; line 0: they do not
};

struct VtyLines {
  model::Origin origin;
  std::optional<Use> access_class, access_class6;
};

struct Config {
  std::string hostname, version;
  bool whole = false;            // has the frame of a running-config
  bool ip_routing = true;
  bool ipv6_routing = false;
  model::Origin no_ip_routing;
  std::map<std::string, AccessList> lists, lists6;
  std::map<std::string, NetworkGroup> network_groups;
  std::map<std::string, ServiceGroup> service_groups;
  std::vector<Interface> interfaces;
  std::map<std::string, size_t> interface_index;
  std::map<std::string, NatPool> pools;
  std::vector<NatRule> nat;
  std::map<std::string, std::vector<RouteMapClause>> route_maps;
  std::map<std::string, ClassMap> class_maps, inspect_classes;
  std::map<std::string, PolicyMap> policy_maps, inspect_policies;
  std::map<std::string, model::Origin> zones;
  std::vector<ZonePair> zone_pairs;
  std::map<std::string, InspectRule> inspect_rules;
  std::map<std::string, CryptoMap> crypto_maps;
  std::vector<StaticRoute> routes;
  std::optional<StaticRoute> default_gateway;    // without ip routing
  std::vector<model::RoutingGap> gaps;
  std::vector<PolicyRoute> policy_routes;
  std::vector<DhcpPoolSpec> dhcp;
  bool dhcp_off = false;         // no service dhcp
  std::vector<model::Interval> dhcp_excluded;
  struct OpenExclusion {
    model::IntervalSet addresses;
    model::Origin origin;
  };
  std::vector<OpenExclusion> dhcp_open;   // whether they are excluded is not followed
  std::vector<VtyLines> vty;
  std::optional<Use> http_class, http_class6;
  std::vector<OpaqueUse> control_plane;          // on the way to the router itself
  std::vector<OpaqueUse> everywhere;             // on every packet's way
  std::map<std::string, WccpService> wccp;
  std::vector<OpaqueUse> deeper;                 // looks into an application's data
  bool virtual_addresses = false;                // HSRP, VRRP, GLBP
  bool sets_header = false;                      // quality of service rewrites DSCP or precedence
  bool inspect_ports_changed = false;            // ip port-map
  std::vector<model::Origin> unknown_lines;
};

}  // namespace fwproof::importers::cisco_ios
