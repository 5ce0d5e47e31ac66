// One router, as one vendor's files describe it: lan 192.0.2.1/24 (2001:db8:1::1/64) inside, wan 198.51.100.2/24 (2001:db8:2::2/64) outside,
// and what a packet from one side to the other meets there.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "importers/registry.h"
#include "model/topology.h"
#include "solver/flow.h"
#include "solver/question.h"
#include "solver/replay.h"
#include "tests/support/corpus.h"

namespace fwproof::tests::cross {

using namespace model;
using namespace solver;

struct Format {
  const char* name;
  std::vector<const char*> files;  // those of them that are there, in this order
  bool tells_interfaces;           // otherwise they are stated, as `lan0` and `wan0`
  bool rejects;                    // whether a refusal can answer the sender
  bool linux;                      // a Linux kernel translates: source ports may change where nothing says otherwise
  bool has_own_rules = false;      // drops port 0 and link-local addresses and translates no CARP whatever its configuration says: not asked then
};

inline const std::vector<Format>& formats() {
  static const std::vector<Format> all = {{"nftables", {"nftables.nft"}, false, true, true},
                                          {"iptables", {"ipset.txt", "iptables.txt", "ip6tables.txt"}, false, true, true},
                                          {"openwrt", {"openwrt/network", "openwrt/firewall"}, true, true, true},
                                          {"mikrotik", {"mikrotik.rsc"}, true, true, true},
                                          {"cisco-ios", {"ios.cfg"}, true, false, false},
                                          {"pfsense", {"pfsense.xml"}, true, true, false, true},
                                          {"opnsense", {"opnsense.xml"}, true, true, false, true}};
  return all;
}

enum class Side { lan, wan };
inline Side other(Side side) { return side == Side::lan ? Side::wan : Side::lan; }

// Packets that are asked about together: fields that a protocol has not are 0.
// An echo request has an answer; of the other ICMP messages the first packet alone is asked about.
enum class Group { tcp, ports, echo, icmp, rest };
inline constexpr std::array kGroups = {Group::tcp, Group::ports, Group::echo, Group::icmp, Group::rest};

inline IntervalSet protocols(Group group, Family family) {
  const IntervalSet tcp = IntervalSet::of(proto_tcp), icmp = IntervalSet::of(family == Family::v4 ? proto_icmp : proto_icmpv6);
  IntervalSet ports;
  for (unsigned protocol = 0; protocol < 256; ++protocol)
    if (has_ports(protocol) && protocol != proto_tcp) ports = ports.united(IntervalSet::of(protocol));
  switch (group) {
    case Group::tcp: return tcp;
    case Group::ports: return ports;
    case Group::echo:
    case Group::icmp: return icmp;
    case Group::rest: return IntervalSet::all(8).minus(ports).minus(icmp).minus(tcp);
  }
  return {};
}

class Router {
 public:
  // Nothing where the policy is not written in this format.
  static std::optional<Router> load(const std::filesystem::path& folder, const Format& format) {
    Router router;
    router.format = &format;
    Sources sources;
    std::vector<uint32_t> order;
    for (const char* name : format.files) {
      if (!std::filesystem::exists(folder / name)) continue;
      order.push_back(static_cast<uint32_t>(sources.files.size()));
      sources.files.push_back({name, read_all(folder / name)});
    }
    if (order.empty()) return std::nullopt;
    router.host = importers::import_host(sources, order);
    router.device.name = format.name;
    router.device.has_export = true;
    router.device.policies = router.host.policies;
    router.device.facts = format.tells_interfaces ? router.host.facts : stated();
    bind_device(router.device, Network{}, true);
    return router;
  }

  // The walk of a connection from that side. Requires: it has a policy for the family. Refers to this router.
  // usual: without port 0, link-local addresses and CARP (112).
  Walk walk(Side from, Family family, Group group, bool usual) {
    Network network;
    network.devices = {device};
    const Topology topology(network, family);
    for (Side side : {Side::lan, Side::wan}) towards_[static_cast<size_t>(side)] = AddressSet::of(family, destinations(topology, network.devices[0], side));
    Walk walk;
    walk.family = family;
    const IntervalSet zero = IntervalSet::of(0), ports = usual ? IntervalSet::range(1, 65535) : IntervalSet::all(16);
    const IntervalSet port = group == Group::tcp || group == Group::ports ? ports : zero, echo = IntervalSet::of(family == Family::v4 ? 8 : 128);
    const AddressSet link_local = AddressSet::of(*parse_prefix("169.254.0.0/16")).united(AddressSet::of(*parse_prefix("fe80::/10")));
    const IntervalSet everyone = IntervalSet::all(address_bits(family)).minus(usual ? link_local.in(family) : IntervalSet());
    const IntervalSet type = group == Group::echo ? echo : group == Group::icmp ? IntervalSet::all(8).minus(echo) : zero;
    const IntervalSet code = group == Group::icmp ? IntervalSet::all(8) : zero;
    walk.in_question = {{everyone.minus(own_addresses(network, device).in(family)), everyone, protocols(group, family).minus(usual ? IntervalSet::of(112) : IntervalSet()), port, port, type, code}};
    walk.legs = legs_of(group == Group::tcp ? proto_tcp : proto_udp);
    if (group == Group::icmp) walk.legs.resize(1);
    walk.must_return = true;
    for (WalkLeg& leg : walk.legs) {
      const Side to = leg.reply ? from : other(from);
      WalkHop hop;
      hop.policy = device.policy_for(family);
      hop.hook = Hook::forward;
      hop.device = device.name;
      hop.in = IntervalSet::of(hop.policy->interfaces.atom_of(interface(other(to)).name));
      hop.out = IntervalSet::of(hop.policy->interfaces.atom_of(interface(to).name));
      hop.onward = &towards_[static_cast<size_t>(to)];
      leg.hops = {hop};
    }
    return walk;
  }

  // By its address, since every vendor has names of its own.
  const InterfaceFact& interface(Side side) const { return interface(device, side); }

  const Format* format = nullptr;
  importers::ImportedHost host;
  Device device;

 private:
  static const InterfaceFact& interface(const Device& device, Side side) {
    const u128 address = parse_address(side == Side::lan ? "192.0.2.1" : "198.51.100.2")->value;
    for (const InterfaceFact& interface : device.facts.interfaces)
      for (const Prefix& prefix : interface.addresses)
        if (prefix.address.family == Family::v4 && prefix.address.value == address && prefix.length == 24) return interface;
    throw std::runtime_error("no interface has the address");
  }

  static HostFacts stated() {
    HostFacts facts;
    facts.interfaces = {{"lan0", {*parse_prefix("192.0.2.1/24"), *parse_prefix("2001:db8:1::1/64")}, "", {}},
                        {"wan0", {*parse_prefix("198.51.100.2/24"), *parse_prefix("2001:db8:2::2/64")}, "", {}}};
    facts.routes = {{*parse_prefix("0.0.0.0/0"), parse_address("198.51.100.1"), "wan0"}, {*parse_prefix("::/0"), parse_address("2001:db8:2::1"), "wan0"}};
    facts.complete_addresses = facts.complete_routes = true;
    return facts;
  }

  // Where the routes send packets out of that interface.
  static IntervalSet destinations(const Topology& topology, const Device& device, Side side) {
    const InterfaceFact* out = &interface(device, side);
    IntervalSet set;
    for (const Exit& exit : topology.exits(device, nullptr)) {
      if (exit.kind == Exit::Kind::unknown) throw std::runtime_error("its routes are not all told: " + exit.text);
      if (exit.out == out && exit.kind != Exit::Kind::own) set = set.united(exit.destinations);
    }
    return set.minus(own_addresses(Network{}, device).in(topology.family()));
  }

  std::array<AddressSet, 2> towards_;
};

}  // namespace fwproof::tests::cross
