#include "solver/question.h"

#include <algorithm>

namespace fwproof::solver {

using namespace model;

namespace {

AddressSet all_but(const std::vector<const char*>& excluded) {
  AddressSet set = AddressSet::all();
  for (const char* text : excluded) set = set.minus(AddressSet::of(*parse_prefix(text)));
  return set;
}

std::optional<IntervalSet> ingress(const Device& device, const Policy& policy, const std::string& zone) {
  const auto found = device.ingress_of_zone.find(zone);
  if (found == device.ingress_of_zone.end()) return std::nullopt;
  return IntervalSet::of(policy.interfaces.atom_of(found->second));
}

WalkHop hop_at(const Path& path, const Device& device, Family family, bool reply, const AddressSet* local) {
  WalkHop hop;
  hop.policy = device.policy_for(family);
  hop.device = device.name;
  if (device.profile) hop.profile = IntervalSet::of(*device.profile);
  const bool at_source = &device == path.source;
  const bool at_target = !at_source && device.host == path.to;
  if (device.host.empty())
    hop.hook = Hook::forward;
  else
    hop.hook = at_target != reply ? Hook::input : Hook::output;
  if (hop.hook != Hook::forward) hop.local = local;
  // Packets of the client come in where its zone is; answers leave there.
  const auto from_side = ingress(device, *hop.policy, path.from);
  const auto to_side = ingress(device, *hop.policy, path.to);
  if (!at_source) (reply ? hop.out : hop.in) = from_side;
  if (!at_target) (reply ? hop.in : hop.out) = to_side;
  return hop;
}

std::optional<IntervalSet> interface_at(const InterfaceFact* interface, const Policy& policy) {
  if (interface == nullptr) return std::nullopt;
  return IntervalSet::of(policy.interfaces.atom_of(interface->name));
}

WalkHop hop_at(const Stop& stop, const Path& path, const WalkLeg& leg, Family family, const std::map<const Device*, AddressSet>& locals) {
  WalkHop hop;
  hop.policy = stop.device->policy_for(family);
  hop.device = stop.device->name;
  hop.hook = stop.hook;
  hop.onward = stop.onward;
  if (stop.device->profile) hop.profile = IntervalSet::of(*stop.device->profile);
  hop.in = interface_at(stop.in, *hop.policy);
  hop.out = interface_at(stop.out, *hop.policy);
  if (const auto local = locals.find(stop.device); local != locals.end() && hop.hook != Hook::forward) hop.local = &local->second;
  // A device that does not see the other direction cannot follow the connection: to it an answer is no answer, and what comes after an answer that
  // it has not seen may be out of order.
  const auto passes = [&](const std::vector<Stop>& stops) {
    return std::any_of(stops.begin(), stops.end(), [&](const Stop& s) { return s.device == stop.device; });
  };
  const bool tcp = !leg.tcp_flags.contains(0);
  if (leg.reply && !passes(path.go)) hop.state = tcp ? IntervalSet::of(state_new).united(IntervalSet::of(state_invalid)) : IntervalSet::of(state_new);
  if (!leg.reply && !leg.state.contains(state_new) && !passes(path.back))
    hop.state = IntervalSet::of(state_established).united(IntervalSet::of(state_invalid));
  return hop;
}

// The addresses that a device's facts name; nothing when they name none.
std::optional<AddressSet> known_addresses(const Device& device) {
  AddressSet known;
  for (const InterfaceFact& interface : device.facts.interfaces)
    for (const Prefix& prefix : interface.addresses) known = known.united(AddressSet::of(prefix.address));
  if (known.empty()) return std::nullopt;
  return known;
}

}  // namespace

// Martian prefixes: RFC 6890 (special-purpose registries), checked 2026-11; private ranges are in, they are what networks use.
const AddressSet& any_for_requirement() {
  static const AddressSet set =
      all_but({"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "::ffff:0:0/96", "fe80::/10", "ff00::/8"});
  return set;
}

const AddressSet& any_for_exposure() {
  static const AddressSet set = all_but({"127.0.0.0/8", "224.0.0.0/4", "::1/128", "ff00::/8"});
  return set;
}

PacketBox row_box(const Requirement& row, IntervalSet src, IntervalSet dst, const IntervalSet& dst_port) {
  PacketBox box;
  box.src = std::move(src);
  box.dst = std::move(dst);
  box.protocol = IntervalSet::of(row.protocol);
  const bool ports = has_ports(row.protocol);
  box.src_port = ports ? row.src_ports : IntervalSet::of(0);
  box.dst_port = !ports ? IntervalSet::of(0) : dst_port.empty() ? row.ports : dst_port;
  const bool icmp = row.protocol == proto_icmp || row.protocol == proto_icmpv6;
  box.icmp_type = icmp ? IntervalSet::of(row.protocol == proto_icmp ? 8 : 128) : IntervalSet::of(0);
  box.icmp_code = IntervalSet::of(0);
  return box;
}

Stop host_stop(const Device* host, Hook hook) {
  Stop stop;
  stop.device = host;
  stop.hook = hook;
  return stop;
}

std::vector<Path> paths_between(const Network& network, const std::string& from, const std::string& to, Family family) {
  std::vector<const Device*> source, way, target;
  for (const Device& device : network.devices) {
    if (device.host.empty())
      way.push_back(&device);
    else if (device.host == from)
      source.push_back(&device);
    else if (device.host == to)
      target.push_back(&device);
  }
  // Hosts of one zone are neighbours.
  if (from == to) {
    if (source.size() < 2) return {};
    target = source;
    way.clear();
  }
  // Devices on the way are listed as a packet towards the first host zone meets them; packets from there meet them the other way round.
  const auto is_host = [](const Device& device) { return !device.host.empty(); };
  const auto first_host = std::find_if(network.devices.begin(), network.devices.end(), is_host);
  if (first_host != network.devices.end() && first_host->host == from) std::reverse(way.begin(), way.end());
  if (target.empty() && !source.empty() && first_host->host != from) std::reverse(way.begin(), way.end());
  for (const StatedPath& stated : network.paths) {
    if (stated.from != from || stated.to != to) continue;
    way.clear();
    for (const std::string& name : stated.devices)
      for (const Device& device : network.devices)
        if (device.name == name && device.host != from && device.host != to) way.push_back(&device);
  }
  const bool several_sources = source.size() > 1;
  const bool several_targets = target.size() > 1;
  if (source.empty()) source.push_back(nullptr);
  if (target.empty()) target.push_back(nullptr);
  std::vector<Path> paths;
  for (const Device* first : source)
    for (const Device* last : target) {
      if (first && first == last) continue;
      Path path{from, to, {}, first, {}, std::nullopt, std::nullopt, {}, {}, {}, nullptr};
      const auto add = [&](const Device* device) {
        if (device) (device->policy_for(family) ? path.devices : path.unreadable).push_back(device);
      };
      add(first);
      for (const Device* device : way) add(device);
      add(last);
      if (several_sources) path.only_src = known_addresses(*first);
      if (several_targets) path.only_dst = known_addresses(*last);
      paths.push_back(std::move(path));
    }
  return paths;
}

AddressSet unclaimed_addresses(const Network& network, const std::string& zone) {
  const Zone& whole = network.zones.at(zone);
  if (whole.any || !whole.bound) return {};
  size_t hosts = 0;
  AddressSet claimed;
  for (const Device& device : network.devices) {
    if (device.host != zone) continue;
    ++hosts;
    claimed = claimed.united(known_addresses(device).value_or(whole.addresses));
  }
  return hosts < 2 ? AddressSet{} : whole.addresses.minus(claimed);
}

std::vector<WalkLeg> legs_of(unsigned protocol) {
  const auto leg = [](const char* name, bool reply, State state, IntervalSet flags) {
    return WalkLeg{name, reply, IntervalSet::of(state), std::move(flags), {}};
  };
  if (protocol == proto_tcp)
    return {leg("SYN", false, state_new, IntervalSet::of(tcp_syn)),
            leg("SYN-ACK", true, state_established, IntervalSet::of(tcp_syn | tcp_ack)),
            leg("ACK", false, state_established, IntervalSet::of(tcp_ack).united(IntervalSet::of(tcp_ack | tcp_psh)))};
  return {leg("request", false, state_new, IntervalSet::of(0)), leg("reply", true, state_established, IntervalSet::of(0))};
}

WalkLeg opening_leg(bool tcp) {
  WalkLeg leg{tcp ? "SYN" : "request", false, IntervalSet::of(state_new), IntervalSet::of(0), {}};
  if (!tcp) return leg;
  // SYN set; ACK, RST and FIN clear; the others as they like.
  std::vector<Interval> flags;
  for (unsigned value = 0; value < 256; ++value)
    if ((value & (tcp_syn | tcp_ack | tcp_rst | tcp_fin)) == tcp_syn) flags.push_back({value, value});
  leg.tcp_flags = IntervalSet::from(std::move(flags));
  return leg;
}

void add_hops(std::vector<WalkLeg>& legs, const Path& path, Family family, const std::map<const Device*, AddressSet>& locals) {
  for (WalkLeg& leg : legs) {
    if (!path.go.empty()) {
      for (const Stop& stop : leg.reply ? path.back : path.go) leg.hops.push_back(hop_at(stop, path, leg, family, locals));
      continue;
    }
    for (const Device* device : path.devices) {
      const auto local = locals.find(device);
      leg.hops.push_back(hop_at(path, *device, family, leg.reply, local == locals.end() ? nullptr : &local->second));
    }
    if (leg.reply) std::reverse(leg.hops.begin(), leg.hops.end());
  }
}

}  // namespace fwproof::solver
