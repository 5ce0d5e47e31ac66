#include "model/network.h"

#include <algorithm>

#include "model/evaluate.h"
#include "model/rule_index.h"

namespace fwproof::model {
namespace {

constexpr u128 kStandIn4 = 0xc0000008;                        // 192.0.0.8
constexpr u128 kStandIn6 = (u128{0x0100} << 112) | 8;         // 100::8

bool is_learned(const InterfaceFact& interface, Family family) { return interface.dynamic && interface.dynamic_family.value_or(family) == family; }

bool has_family(const InterfaceFact& interface, Family family) {
  return std::any_of(interface.addresses.begin(), interface.addresses.end(), [&](const Prefix& p) { return p.address.family == family; });
}

AddressSet address_set(const InterfaceFact& interface) {
  AddressSet set;
  for (const Prefix& prefix : addresses_of(interface)) set = set.united(AddressSet::of(prefix.address));
  return set;
}

AddressSet network_set(const InterfaceFact& interface) {
  AddressSet set;
  for (const Prefix& prefix : interface.addresses) set = set.united(AddressSet::of(prefix));
  return set;
}

NameBindings bindings_of(const Device& device, const Network& network, const Policy& policy, bool own_is_all) {
  NameBindings names;
  const auto zone = network.zones.find(device.host);
  const bool bound = zone != network.zones.end() && zone->second.bound;
  // A router's configuration that tells all routes tells all interfaces; what they learn has a stand-in.
  const bool complete = own_is_all || device.facts.complete_addresses || device.facts.complete_routes;
  if (own_is_all || bound || !device.facts.interfaces.empty()) names["local"] = {own_addresses(network, device), complete};
  AddressSet subnets;
  for (const InterfaceFact& interface : device.facts.interfaces) {
    subnets = subnets.united(network_set(interface));
    names["address:" + interface.name] = {address_set(interface), true};
    // A learned address has a network that nobody can name.
    const bool told = !(policy.v4 && is_learned(interface, Family::v4)) && !(policy.v6 && is_learned(interface, Family::v6));
    names["network:" + interface.name] = {network_set(interface), told};
  }
  if (!subnets.empty()) names["LocalSubnet"] = {subnets, complete};
  return names;
}

bool takes_address_of_out(const RewriteAction& action) {
  return std::any_of(action.steps.begin(), action.steps.end(),
                     [](const Rewrite& step) { return step.kind == Rewrite::Kind::assign_named && step.name == "address-of-out"; });
}

// A condition that asks for the address of the interface by which the packet leaves.
std::vector<Term> asking_for(std::vector<Term> terms, const AddressSet* address) {
  for (Term& term : terms) {
    auto* named = std::get_if<InNamed>(&term.what);
    if (named == nullptr || named->name != "address-of-out") continue;
    if (address) term.what = InAddresses{named->field, *address};
    else named->name = "local";
  }
  return terms;
}

// The source that a packet gets by the interface: one of `values`, for some destinations.
struct OwnSource {
  std::optional<IntervalSet> destinations;   // unset: all that are left
  IntervalSet values;
};

bool is_link_local(const Address& address) { return address.family == Family::v6 && address.value >> 118 == u128{0xfe80} >> 6; }

// nf_nat_masquerade.c. IPv4: inet_select_addr takes the first address in whose network the next hop is, else the first one. IPv6: RFC 6724 chooses,
// and any address but the link's may be it.
std::vector<OwnSource> own_sources(const InterfaceFact& interface, const Device& device, Family family) {
  std::vector<Prefix> own;
  for (const Prefix& prefix : addresses_of(interface))
    if (prefix.address.family == family && !is_link_local(prefix.address)) own.push_back(prefix);
  if (own.empty()) return {};
  const auto only = [](const Prefix& prefix) { return IntervalSet::of(prefix.address.value); };
  if (own.size() == 1) return {{std::nullopt, only(own[0])}};
  OwnSource rest;
  if (family == Family::v6) {
    for (const Prefix& prefix : own) rest.values = rest.values.united(only(prefix));
    return {rest};
  }
  const auto towards = [&](u128 hop) {
    for (const Prefix& prefix : own)
      if (prefix.interval().lo <= hop && hop <= prefix.interval().hi) return prefix;
    return own[0];
  };
  const auto network = [](const Prefix& prefix) { return IntervalSet::range(prefix.interval().lo, prefix.interval().hi); };
  IntervalSet beyond;
  rest.values = only(own[0]);
  bool any_gateway = false;
  for (const RouteFact& route : device.facts.routes) {
    if (!route.via || route.via->family != family || (!route.dev.empty() && route.dev != interface.name)) continue;
    const IntervalSet source = only(towards(route.via->value));
    rest.values = any_gateway ? rest.values.united(source) : source;
    any_gateway = true;
    if (route.to.length > 0) beyond = beyond.united(network(route.to));
  }
  for (const RouteFact& route : device.facts.routes)
    if (!route.via && route.dev == interface.name && route.to.address.family == family) rest.values = rest.values.united(only(own[0]));
  std::vector<OwnSource> sources;
  IntervalSet seen = beyond;
  for (const Prefix& prefix : own) {
    const IntervalSet here = network(prefix).minus(seen);
    if (!here.empty()) sources.push_back({here, only(prefix)});
    seen = seen.united(network(prefix));
  }
  sources.push_back(rest);
  return sources;
}

Rule given_source(Policy& policy, const Rule& rule, uint32_t out, const OwnSource& source, Family family) {
  RewriteAction action = policy.rewrites[rule.action.index];
  for (Rewrite& step : action.steps)
    if (step.kind == Rewrite::Kind::assign_named && step.name == "address-of-out") {
      step.kind = Rewrite::Kind::assign;
      step.values = source.values;
    }
  Rule given = rule;
  const AddressSet asked = AddressSet::of(family, source.values);
  given.terms = asking_for(rule.terms, &asked);
  given.terms.push_back({In{Field::out, IntervalSet::of(out)}, false});
  if (source.destinations) given.terms.push_back({InAddresses{Field::dst, AddressSet::of(family, *source.destinations)}, false});
  given.action.index = static_cast<uint32_t>(policy.rewrites.size());
  policy.rewrites.push_back(std::move(action));
  return given;
}

// One rule for each interface whose address is known, then the rule itself for any other.
std::vector<Rule> split_by_interface(Policy& policy, const Rule& rule, const Device& device, const AddressSet& own) {
  std::vector<Rule> rules;
  const Family family = policy.v6 && !policy.v4 ? Family::v6 : Family::v4;
  for (const InterfaceFact& interface : device.facts.interfaces) {
    const uint32_t atom = policy.interfaces.atom_of(interface.name);
    if (!policy.interfaces.is_exact(atom)) continue;
    for (const OwnSource& source : own_sources(interface, device, family)) rules.push_back(given_source(policy, rule, atom, source, family));
  }
  Rule rest = rule;
  rest.terms = asking_for(rule.terms, nullptr);
  RewriteAction action = policy.rewrites[rule.action.index];
  for (Rewrite& step : action.steps) {
    if (step.kind != Rewrite::Kind::assign_named || step.name != "address-of-out") continue;
    step.name = "local";
    if (rules.empty() || own.in(family).empty()) continue;
    step.kind = Rewrite::Kind::assign;
    step.values = own.in(family);
  }
  rest.action.index = static_cast<uint32_t>(policy.rewrites.size());
  policy.rewrites.push_back(std::move(action));
  rules.push_back(std::move(rest));
  return rules;
}

// Whether an address of the interface, or that of whichever interface a packet leaves by, is asked for anywhere.
bool mentions_interface(const Policy& policy, const std::string& interface) {
  const std::string address = "address:" + interface;
  for (const RewriteAction& action : policy.rewrites)
    for (const Rewrite& step : action.steps)
      if (step.kind == Rewrite::Kind::assign_named && (step.name == address || step.name == "address-of-out" || step.name == "local")) return true;
  for (const Chain& chain : policy.chains)
    for (const Rule& rule : chain.rules)
      for (const Term& term : rule.terms)
        if (const auto* named = std::get_if<InNamed>(&term.what); named && (named->name == address || named->name == "local")) return true;
  return false;
}

void split_by_interface(Policy& policy, const Device& device, const AddressSet& own) {
  for (Chain& chain : policy.chains) {
    const auto concerned = [&](const Rule& rule) { return rule.action.kind == ActionKind::rewrite && takes_address_of_out(policy.rewrites[rule.action.index]); };
    if (std::none_of(chain.rules.begin(), chain.rules.end(), concerned)) continue;
    std::vector<Rule> rules;
    for (const Rule& rule : chain.rules) {
      if (!concerned(rule)) {
        rules.push_back(rule);
        continue;
      }
      for (Rule& split : split_by_interface(policy, rule, device, own)) rules.push_back(std::move(split));
    }
    chain.rules = std::move(rules);
  }
}

}  // namespace

const Policy* Device::policy_for(Family family) const {
  for (const Policy& policy : policies)
    if (policy.covers(family)) return &policy;
  return nullptr;
}

std::vector<Prefix> addresses_of(const InterfaceFact& interface) {
  std::vector<Prefix> addresses = interface.addresses;
  if (is_learned(interface, Family::v4) && !has_family(interface, Family::v4)) addresses.push_back({{Family::v4, kStandIn4}, 32});
  if (is_learned(interface, Family::v6) && !has_family(interface, Family::v6)) addresses.push_back({{Family::v6, kStandIn6}, 128});
  return addresses;
}

bool is_stand_in(const Address& address) { return address.value == (address.family == Family::v4 ? kStandIn4 : kStandIn6); }

AddressSet own_addresses(const Network& network, const Device& device) {
  AddressSet own = AddressSet::of(*parse_prefix("127.0.0.0/8")).united(AddressSet::of(*parse_prefix("::1")));
  if (const auto zone = network.zones.find(device.host); zone != network.zones.end() && !zone->second.any) own = own.united(zone->second.addresses);
  for (const InterfaceFact& interface : device.facts.interfaces) own = own.united(address_set(interface));
  return own;
}

namespace {

// Verdicts rest on what a stand-in stands for.
void note_stand_ins(Policy& policy, const Device& device) {
  for (const InterfaceFact& interface : device.facts.interfaces)
    for (const Prefix& prefix : addresses_of(interface))
      if (is_stand_in(prefix.address) && policy.covers(prefix.address.family) && mentions_interface(policy, interface.name))
        policy.general_assumptions.push_back(
            {"the address of " + interface.name + " is learned and not in the export: " + to_text(prefix.address) + " stands for it", interface.origin});
}

// A neighbour's question, and the answer to it: 135 and 136 of RFC 4861. Connection tracking leaves them out (nf_conntrack_icmpv6_init()).
Packet neighbour_packet(const Address& src, const Address& dst, unsigned type) {
  Packet packet;
  packet.family = Family::v6;
  const std::pair<Field, u128> values[] = {{Field::src, src.value}, {Field::dst, dst.value}, {Field::protocol, proto_icmpv6}, {Field::icmp_type, type}, {Field::icmp_code, 0},
                                           {Field::src_port, 0},    {Field::dst_port, 0},    {Field::tcp_flags, 0},           {Field::mark, 0},         {Field::state, state_untracked}};
  for (const auto& [field, value] : values) packet.set(field, value);
  return packet;
}

bool surely_passes(const Policy& policy, Hook hook, const Packet& packet) {
  EvaluateOptions options;
  options.max_ways = 64;
  options.max_steps = 1'000'000;
  return evaluate(policy, hook, packet, options).verdict == Verdict::accept;
}

// Without neighbour discovery nothing of IPv6 comes to a host, whatever else its rules let in.
void note_neighbours(Policy& policy, const Device& device, const AddressSet& own) {
  if (!policy.covers(Family::v6)) return;
  const IntervalSet here = own.v6.minus(AddressSet::of(*parse_prefix("::1")).v6).minus(AddressSet::of(*parse_prefix("fe80::/10")).v6);
  if (here.empty()) return;
  const Address neighbour = *parse_address("fe80::2"), host = {Family::v6, here.min()};
  const u128 low = host.value & 0xffffff;   // RFC 4291, 2.7.1: the solicited-node address
  const Address asked = {Family::v6, parse_address("ff02::1:ff00:0")->value | low};
  if (surely_passes(policy, Hook::input, neighbour_packet(neighbour, asked, 135)) && surely_passes(policy, Hook::output, neighbour_packet(host, neighbour, 136))) return;
  policy.general_assumptions.push_back({"IPv6 neighbours find " + device.name + ", although its rules may drop neighbour discovery (ICMPv6 types 135 and 136)", {}});
}

}  // namespace

void bind_device(Device& device, const Network& network, bool own_is_all) {
  const AddressSet own = own_addresses(network, device);
  for (Policy& policy : device.policies) {
    policy.index = {};   // the rules change now
    const NameBindings names = bindings_of(device, network, policy, own_is_all);
    note_stand_ins(policy, device);
    split_by_interface(policy, device, own);
    bind_names(policy, names);
    policy.index = std::make_shared<const RuleIndex>(policy);
    note_neighbours(policy, device, own);
  }
}

}  // namespace fwproof::model
