#include "model/network.h"

#include <algorithm>

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

// One rule for each interface whose address is known, then the rule itself for any other.
std::vector<Rule> split_by_interface(Policy& policy, const Rule& rule, const Device& device, const AddressSet& own) {
  std::vector<Rule> rules;
  const Family family = policy.v6 && !policy.v4 ? Family::v6 : Family::v4;
  for (const InterfaceFact& interface : device.facts.interfaces) {
    const uint32_t atom = policy.interfaces.atom_of(interface.name);
    const IntervalSet addresses = address_set(interface).in(family);
    if (!policy.interfaces.is_exact(atom) || addresses.empty()) continue;
    RewriteAction action = policy.rewrites[rule.action.index];
    for (Rewrite& step : action.steps)
      if (step.kind == Rewrite::Kind::assign_named && step.name == "address-of-out") {
        step.kind = Rewrite::Kind::assign;
        const auto first = std::find_if(interface.addresses.begin(), interface.addresses.end(), [&](const Prefix& p) { return p.address.family == family; });
        step.values = first == interface.addresses.end() ? addresses : IntervalSet::of(first->address.value);
      }
    Rule split = rule;
    split.terms.push_back({In{Field::out, IntervalSet::of(atom)}, false});
    split.action.index = static_cast<uint32_t>(policy.rewrites.size());
    policy.rewrites.push_back(std::move(action));
    rules.push_back(std::move(split));
  }
  Rule rest = rule;
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

}  // namespace

void bind_device(Device& device, const Network& network, bool own_is_all) {
  const AddressSet own = own_addresses(network, device);
  for (Policy& policy : device.policies) {
    const NameBindings names = bindings_of(device, network, policy, own_is_all);
    note_stand_ins(policy, device);
    split_by_interface(policy, device, own);
    bind_names(policy, names);
  }
}

}  // namespace fwproof::model
