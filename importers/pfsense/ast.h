// A config.xml of pfSense in its own words. Which children an element may have is the tables' business in parse.cpp.
#pragma once

#include <string>
#include <vector>

#include "importers/text/pf_names.h"
#include "importers/text/xml_record.h"
#include "model/source.h"

namespace fwproof::importers::pfsense {

using text::XmlText;

// What every entry of a list has.
struct Entry {
  model::Origin origin;
  std::vector<std::string> unknown;  // children that nobody knows: what the entry does is not known either
};

struct Endpoint {
  XmlText any, network, address, port, negated;
  bool present = false;
};

struct FilterRule : Entry {
  XmlText type, interface, ipprotocol, protocol, icmptype, disabled, floating, quick, direction, statetype, tcpflags1, tcpflags2, tcpflags_any, tag, tagged, nottagged, descr,
      gateway, sched, os, dscp, vlanprio, max, max_src_nodes, max_src_conn, max_src_states, max_src_conn_rate, max_src_conn_rates, nat, force_category;
  Endpoint source, destination;
};

struct PortForward : Entry {
  XmlText disabled, nordr, interface, ipprotocol, protocol, target, local_port, natreflection, associated, descr, force_category;
  Endpoint source, destination;
};

struct Outbound : Entry {
  XmlText disabled, nonat, interface, ipprotocol, protocol, sourceport, dstport, target, targetip, targetip_subnet, target_subnet, natport, staticnatport, poolopts, descr;
  Endpoint source, destination;
};

// 1:1 and NPt.
struct OneToOne : Entry {
  XmlText disabled, nobinat, interface, ipprotocol, external, natreflection, descr, force_category;
  Endpoint source, destination;
  bool prefix_translation = false;
};

struct Gateway : Entry {
  XmlText name, interface, gateway, ipprotocol, default_gateway, disabled;
};

struct Route : Entry {
  XmlText network, gateway, disabled;
};

struct InterfaceEntry : Entry {
  std::string id;
  XmlText enable, device, descr, ipaddr, subnet, ipaddrv6, subnetv6, gateway, gatewayv6, gateway_6rd, blockpriv, blockbogons, alias_address, alias_subnet, nonat;
};

struct VirtualAddress : Entry {
  XmlText mode, interface, subnet, subnet_bits, type, uniqid;
};

struct Range {
  XmlText from, to;
};

// An address that is kept for one client.
struct Reserved {
  XmlText address;
  std::string client;   // its MAC, or several with commas; else its identifier
};

struct Pool : Entry {
  std::string interface;
  bool v6 = false;
  XmlText enable, failover_peerip;
  std::vector<Range> ranges;
  std::vector<Reserved> reserved;
};

// A relay that hands DHCP requests on.
struct Relay : Entry {
  bool v6 = false;
  std::vector<std::string> interfaces;
};

struct Group : Entry {
  XmlText name, members;
};

// An OpenVPN instance, an IPsec tunnel, a package that moves packets: something that carries packets past the routes told.
struct Tunnel : Entry {
  std::string what;
  XmlText disabled, tunnel_network, remote_gateway, interface;
  XmlText ikeid, protocol, mobile, ikeport, nattport, gw_duplicates;  // IPsec
};

struct Config {
  std::string version;
  // system
  XmlText disablefilter, ipv6allow, disablenatreflection, enablenatreflectionpurenat, enablenatreflectionhelper, enablebinatreflection, no_apipa_block,
      allow_nat64_prefix_override, hostname, domain, webgui_protocol, webgui_port, noantilockout, ssh_port, ssh_enable, disablehttpredirect, disablevpnrules, skip_rules_gw_down, tftpinterface;
  XmlText ipsec_port, ipsec_port_nat_t, ipv6nat;
  XmlText default_v4, default_v6, bypassstaticroutes, outbound_mode, upnp;
  std::vector<InterfaceEntry> interfaces;
  std::vector<VirtualAddress> virtual_addresses;
  std::vector<Group> groups;
  std::vector<text::pf::AliasTable::Alias> aliases;
  std::vector<FilterRule> rules;
  std::vector<PortForward> forwards;
  std::vector<PortForward> squid;   // those of its transparent proxy, behind the others
  std::vector<Outbound> outbound;
  std::vector<OneToOne> one_to_one;
  std::vector<Gateway> gateways;
  std::vector<std::string> gateway_groups;
  std::vector<Route> routes;
  std::vector<Pool> pools;
  std::vector<Relay> relays;
  std::string bridges;  // the members of each, in lower case, a line each
  std::vector<Tunnel> tunnels;
  std::vector<model::RoutingGap> gaps;
  std::vector<model::Interception> interceptions;
  std::vector<std::pair<std::string, model::Origin>> strangers;  // sections and packages that may add rules of their own
  std::vector<std::pair<std::string, model::Origin>> captive;  // interface of a captive portal
};

}  // namespace fwproof::importers::pfsense
