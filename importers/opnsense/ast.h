// A config.xml of OPNsense in its own words. Rules exist in two spellings, the old pages' and that of the models below <OPNsense>; the
// device reads both into one form (Rule::reader() of Firewall/Rule.php), and so does this.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "importers/text/pf_names.h"
#include "importers/text/xml_record.h"
#include "model/source.h"

namespace fwproof::importers::opnsense {

using text::XmlText;

struct Entry {
  model::Origin origin;
  std::vector<std::string> unknown;  // children that nobody knows: what the entry does is not known either
  bool model = false;                // below <OPNsense>
  unsigned sequence = 0;
};

// Booleans of this vendor are texts: "1" and "0", and an empty element says no where a text is asked for and yes where its presence is.
enum class Said : uint8_t { no, yes, unclear };

struct Endpoint {
  XmlText networks;  // "any", names, addresses, aliases, separated by commas; empty: any
  XmlText negated;
  XmlText port;
};

struct FilterRule : Entry {
  XmlText enabled, disabled, type, interface, interfacenot, floating, direction, quick, ipprotocol, protocol, icmptype, icmp6type, statetype, tcpflags1, tcpflags2, tcpflags_any,
      tag, tagged, descr, gateway, sched, os, tos, prio, divert, max, max_src_nodes, max_src_conn, max_src_states, max_src_conn_rate, max_pkt_rate, shaper1, shaper2;
  Endpoint source, destination;
};

struct PortForward : Entry {
  XmlText disabled, nordr, interface, ipprotocol, protocol, target, local_port, natreflection, associated, pass, poolopts, tag, tagged, descr;
  Endpoint source, destination;
};

struct Outbound : Entry {
  XmlText enabled, disabled, nonat, interface, ipprotocol, protocol, sourceport, dstport, target, targetip, targetip_subnet, natport, staticnatport, poolopts, tag, tagged, descr;
  Endpoint source, destination;
};

struct OneToOne : Entry {
  XmlText enabled, disabled, interface, type, external, natreflection, trackif, descr;
  Endpoint source, destination;
  bool prefix_translation = false;
};

struct Gateway : Entry {
  XmlText name, interface, gateway, ipprotocol, default_gateway, disabled, priority, far;
};

struct GatewayGroup {
  std::string name;
  std::vector<std::string> members;
};

struct Route : Entry {
  XmlText network, gateway, disabled;
};

struct InterfaceEntry : Entry {
  std::string id;
  XmlText enable, device, descr, ipaddr, subnet, ipaddrv6, subnetv6, gateway, gatewayv6, gateway_6rd, blockpriv, blockbogons, type;
};

struct VirtualAddress : Entry {
  XmlText mode, interface, subnet, subnet_bits;
};

struct Group : Entry {
  XmlText name, members, sequence_text;
};

struct Range {
  XmlText from, to;
};

// An address that is kept for one client.
struct Reserved {
  XmlText address;
  std::string client;   // its MAC, or several with commas; else its identifier
};

// A DHCP server's addresses on an interface, or in a network (Kea).
struct Pool : Entry {
  std::string interface;
  XmlText network;
  bool v6 = false;
  enum class Opens : uint8_t { no, yes, unclear } opens = Opens::no;  // whether the device's own rules let clients reach it
  XmlText enable, failover_peerip;
  std::vector<Range> ranges;
  std::vector<Reserved> reserved;
};

// An interface on which a DHCP server, Kea or dnsmasq, lets its clients in.
struct Opening {
  bool v4 = false, v6 = false;
  bool sure = false;
  model::Origin origin;
};

// An interface on which DHCPv6 is relayed.
struct Relay {
  bool model = false;  // else old pages, whose versions differ in the rules that they made
  model::Origin origin;
};

// A tunnel of the old pages for IPsec: its first phase, and what its second ones carry packets in.
struct Tunnel {
  model::Origin origin;
  std::string interface, remote, descr;  // remote: empty for clients from everywhere
  bool through_nat = false;
  std::set<unsigned> protocols;
};

struct Config {
  XmlText hostname, domain, disablefilter, ipv6allow, disableipv6, disablenatreflection, enablebinatreflection, enablenatreflectionhelper, no_port0_block, no_ipv6_rfc4890_req,
      webgui_protocol, webgui_port, noantilockout, disablehttpredirect, skip_rules_gw_down, disablevpnrules, upnp, ssh_port, ssh_enabled, outbound_mode, bypassstaticroutes;
  bool carp = false;
  std::vector<InterfaceEntry> interfaces;
  std::vector<VirtualAddress> virtual_addresses;
  std::vector<Group> groups;
  std::vector<text::pf::AliasTable::Alias> aliases;
  std::vector<FilterRule> rules;
  std::vector<PortForward> forwards;
  std::vector<Outbound> outbound;
  std::vector<OneToOne> one_to_one;
  std::vector<Gateway> gateways;
  std::vector<GatewayGroup> gateway_groups;
  std::vector<Route> routes;
  std::vector<Pool> pools;
  std::multimap<std::string, Opening> openings;  // by the interface
  std::map<std::string, std::string> shapers;  // those that are on: "pipe" or "queue" by their uuid
  std::multimap<std::string, Relay> relays6;
  std::vector<Tunnel> tunnels;
  std::vector<model::RoutingGap> gaps;
  std::vector<model::Interception> interceptions;
  std::vector<std::pair<std::string, model::Origin>> strangers;  // sections that may add rules of their own
  std::vector<std::pair<std::string, model::Origin>> captive;
};

}  // namespace fwproof::importers::opnsense
