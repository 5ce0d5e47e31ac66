// The chains in the order of firewall4's ruleset.uc.
#include "importers/openwrt/build.h"

#include <algorithm>
#include <array>
#include <set>

namespace fwproof::importers::openwrt {

using model::Action;
using model::ActionKind;
using model::Chain;
using model::Family;
using model::Field;
using model::Hook;
using model::In;
using model::IntervalSet;
using model::Stage;

model::Policy Builder::build() {
  (family_ == Family::v4 ? policy_.v4 : policy_.v6) = true;
  placed_.assign(fw_.includes.size(), false);
  name_interfaces();
  for (const FirewallRule& rule : fw_.rules) emit_rule(rule);
  for (size_t i = 0; i < fw_.redirects.size(); ++i) {
    if (i < fw_.first_nat) emit_redirect(fw_.redirects[i]);
    else emit_nat(fw_.redirects[i]);
  }
  for (const Zone& zone : fw_.zones) masquerade(zone);
  fill_mangle();
  fill_nat();
  fill_input();
  fill_forward();
  fill_output();
  fill_devices();
  add_stages();
  add_opaque_front();
  assume();
  return std::move(policy_);
}

void Builder::name_interfaces() {
  std::set<std::pair<std::string, bool>> names = {{"lo", false}};
  for (const model::InterfaceFact& fact : facts_.interfaces) names.insert({fact.name, false});
  for (const model::RouteFact& route : facts_.routes)
    if (!route.dev.empty()) names.insert({route.dev, false});
  for (const auto& [device, origin] : networks_.without_v6) names.insert({device, false});
  for (const Zone& zone : fw_.zones)
    for (const Device& device : zone.devices) names.insert({device.name, device.wildcard});
  for (const auto* rules : {&fw_.rules, &fw_.redirects})
    for (const FirewallRule& rule : *rules)
      if (rule.device) names.insert({rule.device->name, rule.device->wildcard});
  for (const auto& [name, wildcard] : names) policy_.interfaces.add(name, wildcard);
}

// ---- chains ----

uint32_t Builder::chain(const std::string& name) {
  const auto [found, added] = chains_.try_emplace(name, static_cast<uint32_t>(policy_.chains.size()));
  if (added) {
    Chain made;
    made.name = name;
    policy_.chains.push_back(std::move(made));
  }
  return found->second;
}

void Builder::add(const std::string& name, Terms terms, Action action, model::Origin origin, std::string rule_name, int32_t assumption) {
  const uint32_t index = chain(name);
  model::Rule rule;
  rule.terms = std::move(terms);
  rule.action = action;
  rule.origin = origin;
  rule.name = std::move(rule_name);
  rule.assumption = assumption;
  policy_.chains[index].rules.push_back(std::move(rule));
}

Action Builder::to_action(const ZonePolicy& policy) {
  if (policy.action) return {*policy.action, 0};
  return {ActionKind::unknown, unknown_index("policy", policy.text, policy.origin)};
}

// A base chain: its rules follow, its end is the default policy.
void Builder::start(const std::string& name, const ZonePolicy& policy) {
  Chain& base = policy_.chains[chain(name)];
  base.at_end = policy.action.value_or(ActionKind::drop);
  base.at_end_origin = policy.origin;
  base.at_end_text = policy.text;
  include_at(name, false);
}

void Builder::finish(const std::string& name, const ZonePolicy& policy) {
  include_at(name, true);
  if (!policy.action) add(name, {}, to_action(policy), policy.origin, policy.text);
}

void Builder::include_at(const std::string& name, bool append) {
  for (size_t i = 0; i < fw_.includes.size(); ++i) {
    const Include& include = fw_.includes[i];
    if (include.chain != name || include.append != append) continue;
    placed_[i] = true;
    add(name, {}, {ActionKind::unknown_rewriting, unknown_index("include", include.path, include.origin)}, include.origin, "include " + include.path);
  }
}

void Builder::take_user_rules(const std::string& name) {
  const auto found = user_.find(name);
  if (found == user_.end()) return;
  Chain& target = policy_.chains[chain(name)];
  std::move(found->second.begin(), found->second.end(), std::back_inserter(target.rules));
  user_.erase(found);
}

void Builder::accept_states(const std::string& name) {
  add(name, {{In{Field::state, IntervalSet::range(model::state_established, model::state_related)}}}, {ActionKind::accept, 0}, {}, "default: states");
  if (fw_.drop_invalid)
    add(name, {{In{Field::state, IntervalSet::of(model::state_invalid)}}}, {ActionKind::drop, 0}, fw_.drop_invalid_origin, "option drop_invalid");
}

void Builder::jump_to_zones(const std::string& from, const std::string& direction, bool egress, bool (*wanted)(const Zone&)) {
  for (const Zone& zone : fw_.zones) {
    if (!wanted(zone)) continue;
    const auto terms = zone_terms(zone, egress);
    if (!terms) continue;
    const uint32_t to = chain(direction + "_" + zone.name);
    add(from, *terms, {ActionKind::jump, to}, zone.origin, "zone " + zone.name);
  }
}

// `jump accept_to_ZONE` and kin at a chain's end: the zone's policy for its own interfaces.
void Builder::add_policy_rule(const std::string& chain_name, const Zone& zone, const ZonePolicy& policy, bool egress) {
  const auto terms = zone_terms(zone, egress);
  if (!terms) return;
  const std::string name = "zone " + zone.name + ": " + policy.text;
  const bool masquerades = (family_ == Family::v4 ? zone.masq : zone.masq6) || (zone.masq && zone.masq6);
  if (egress && policy.action == ActionKind::accept && masquerades && !fw_.drop_invalid && !zone.masq_allow_invalid) {
    Terms invalid = *terms;
    invalid.push_back({In{Field::state, IntervalSet::of(model::state_invalid)}});
    add(chain_name, std::move(invalid), {ActionKind::drop, 0}, zone.masq_origin.line == 0 ? zone.origin : zone.masq_origin, "zone " + zone.name + ": prevent NAT leakage");
  }
  add(chain_name, *terms, to_action(policy), policy.origin.line == 0 ? zone.origin : policy.origin, name);
}

namespace {

model::Term translated_destination() { return {model::Masked{Field::ct_status, model::ct_dnat, model::ct_dnat}}; }
bool every(const Zone&) { return true; }
bool translates_destination(const Zone& zone) { return zone.takes_dnat; }
bool translates_source(const Zone& zone) { return zone.translates_source; }

}  // namespace

// ---- filter ----

void Builder::fill_input() {
  start("input", fw_.input);
  add("input", {{In{Field::in, atoms({"lo", false, false})}}}, {ActionKind::accept, 0}, {}, "default: loopback");
  accept_states("input");
  take_user_rules("input");
  jump_to_zones("input", "input", false, every);
  finish("input", fw_.input);
  for (const Zone& zone : fw_.zones) {
    const std::string name = "input_" + zone.name;
    chain(name);
    include_at(name, false);
    take_user_rules(name);
    if (zone.takes_dnat) add(name, {translated_destination()}, {ActionKind::accept, 0}, zone.origin, "default: accept port redirections");
    include_at(name, true);
    add_policy_rule(name, zone, zone.input, false);
  }
  if (fw_.synflood) assume_below_limit();
}

// syn_flood drops what exceeds its rate; that a connection stays below it is taken for granted, and said.
void Builder::assume_below_limit() {
  const auto index = static_cast<int32_t>(policy_.assumptions.size());
  policy_.assumptions.push_back({"connections to the router itself stay below the limit of its SYN flood protection (" + fw_.synflood_text + ")", fw_.synflood_origin});
  const auto is_input = [](const Chain& c) { return c.name == "input" || c.name.starts_with("input_"); };
  const auto is_tcp = [](const model::Rule& rule) {
    for (const model::Term& term : rule.terms)
      if (const auto* in = std::get_if<In>(&term.what); in != nullptr && in->field == Field::protocol && !term.negated && !in->set.contains(model::proto_tcp)) return false;
    return true;
  };
  for (Chain& chain : policy_.chains) {
    if (!is_input(chain)) continue;
    for (model::Rule& rule : chain.rules)
      if (rule.action.kind == ActionKind::accept && rule.assumption < 0 && is_tcp(rule) && !rule.name.starts_with("default: states") && rule.name != "default: loopback")
        rule.assumption = index;
    if (chain.name == "input" && chain.at_end == ActionKind::accept) chain.at_end_assumption = index;
  }
}

void Builder::fill_forward() {
  start("forward", fw_.forward);
  accept_states("forward");
  take_user_rules("forward");
  jump_to_zones("forward", "forward", false, every);
  finish("forward", fw_.forward);
  for (const Zone& zone : fw_.zones) {
    const std::string name = "forward_" + zone.name;
    chain(name);
    include_at(name, false);
    take_user_rules(name);
    if (zone.takes_dnat) add(name, {translated_destination()}, {ActionKind::accept, 0}, zone.origin, "default: accept port forwards");
    include_at(name, true);
    add_policy_rule(name, zone, zone.forward, true);
  }
}

void Builder::fill_output() {
  start("output", fw_.output);
  add("output", {{In{Field::out, atoms({"lo", false, false})}}}, {ActionKind::accept, 0}, {}, "default: loopback");
  accept_states("output");
  take_user_rules("output");
  jump_to_zones("output", "output", true, every);
  finish("output", fw_.output);
  for (const Zone& zone : fw_.zones) {
    const std::string name = "output_" + zone.name;
    chain(name);
    include_at(name, false);
    take_user_rules(name);
    include_at(name, true);
    add_policy_rule(name, zone, zone.output, true);
  }
}

// ---- nat, mangle, raw ----

namespace {
ZonePolicy accepts() { return {ActionKind::accept, {}, "policy accept"}; }
}  // namespace

void Builder::fill_nat() {
  start("dstnat", accepts());
  jump_to_zones("dstnat", "dstnat", false, translates_destination);
  take_user_rules("dstnat");
  finish("dstnat", accepts());
  start("srcnat", accepts());
  take_user_rules("srcnat");
  jump_to_zones("srcnat", "srcnat", true, translates_source);
  finish("srcnat", accepts());
  for (const Zone& zone : fw_.zones)
    for (const std::string direction : {"dstnat_", "srcnat_"}) {
      const std::string name = direction + zone.name;
      include_at(name, false);
      take_user_rules(name);
      include_at(name, true);
    }
}

void Builder::fill_mangle() {
  const auto included = [&](const std::string& name) {
    return std::any_of(fw_.includes.begin(), fw_.includes.end(), [&](const Include& include) { return include.chain == name; });
  };
  for (const std::string name : {"mangle_prerouting", "mangle_input", "mangle_forward", "mangle_output", "mangle_postrouting"}) {
    if (!user_.contains(name) && !included(name)) continue;
    start(name, accepts());
    take_user_rules(name);
    finish(name, accepts());
  }
  // ruleset.uc: a zone leads there only by its own devices, by single ones that it leaves out, or by subnets.
  const auto untracks = [&](const Zone& zone) {
    const bool by_device = std::any_of(zone.devices.begin(), zone.devices.end(), [](const Device& d) { return !d.inverted || !d.wildcard; });
    return user_.contains("notrack_" + zone.name) && (by_device || !zone.subnets.empty());
  };
  if (std::none_of(fw_.zones.begin(), fw_.zones.end(), untracks) && !included("raw_prerouting")) return;
  start("raw_prerouting", accepts());
  for (const Zone& zone : fw_.zones) {
    if (!untracks(zone)) continue;
    if (const auto terms = zone_terms(zone, false))
      add("raw_prerouting", *terms, {ActionKind::jump, chain("notrack_" + zone.name)}, zone.origin, "zone " + zone.name);
    take_user_rules("notrack_" + zone.name);
  }
  finish("raw_prerouting", accepts());
}

// ---- below the firewall ----

// WireGuard drops what no peer may send or be sent (wireguard, "Cryptokey Routing"); a device without IPv6 has no IPv6 packets.
void Builder::fill_devices() {
  const IntervalSet everything = IntervalSet::all(model::address_bits(family_));
  const bool closes = std::any_of(networks_.tunnels.begin(), networks_.tunnels.end(), [&](const WireGuard& t) { return t.allowed.in(family_) != everything; });
  if (!closes && (family_ == Family::v4 || networks_.without_v6.empty())) return;
  start("device in", accepts());
  start("device out", accepts());
  for (const WireGuard& tunnel : networks_.tunnels) {
    const Device device{tunnel.device, false, false};
    const auto foreign = [&](Field field) { return model::Term{model::InAddresses{field, tunnel.allowed}, true}; };
    if (tunnel.allowed.in(family_) == everything) continue;
    add("device in", {{In{Field::in, atoms(device)}}, foreign(Field::src)}, {ActionKind::drop, 0}, tunnel.origin, "allowed_ips of " + tunnel.device);
    add("device out", {{In{Field::out, atoms(device)}}, foreign(Field::dst)}, {ActionKind::drop, 0}, tunnel.origin, "allowed_ips of " + tunnel.device);
  }
  if (family_ == Family::v4) return;
  for (const auto& [device, origin] : networks_.without_v6) {
    add("device in", {{In{Field::in, atoms({device, false, false})}}}, {ActionKind::drop, 0}, origin, "option ipv6 '0'");
    add("device out", {{In{Field::out, atoms({device, false, false})}}}, {ActionKind::drop, 0}, origin, "option ipv6 '0'");
  }
}

namespace {

// Priorities: raw -300, mangle -150, dstnat -100, filter 0, srcnat 100 (ruleset.uc; nft(8), "Standard priority names"). An empty name
// stands for the routing decision.
struct Way {
  Hook hook;
  std::string_view chain;
  Stage::Kind kind;
};
constexpr auto kFilter = Stage::Kind::filter;
constexpr auto kNat = Stage::Kind::nat;
constexpr auto kWays = std::to_array<Way>({
    {Hook::input, "device in", kFilter}, {Hook::input, "raw_prerouting", kFilter}, {Hook::input, "mangle_prerouting", kFilter}, {Hook::input, "dstnat", kNat},
    {Hook::input, "", Stage::Kind::route}, {Hook::input, "mangle_input", kFilter}, {Hook::input, "input", kFilter},
    {Hook::forward, "device in", kFilter}, {Hook::forward, "raw_prerouting", kFilter}, {Hook::forward, "mangle_prerouting", kFilter}, {Hook::forward, "dstnat", kNat},
    {Hook::forward, "", Stage::Kind::route}, {Hook::forward, "mangle_forward", kFilter}, {Hook::forward, "forward", kFilter},
    {Hook::forward, "mangle_postrouting", kFilter}, {Hook::forward, "srcnat", kNat}, {Hook::forward, "device out", kFilter},
    {Hook::output, "", Stage::Kind::route}, {Hook::output, "mangle_output", kFilter}, {Hook::output, "output", kFilter},
    {Hook::output, "mangle_postrouting", kFilter}, {Hook::output, "srcnat", kNat}, {Hook::output, "device out", kFilter},
});

}  // namespace

void Builder::add_stages() {
  for (const Way& way : kWays) {
    auto& stages = policy_.hooks[static_cast<size_t>(way.hook)];
    if (way.kind == Stage::Kind::route) {
      stages.push_back({way.kind, 0});
      continue;
    }
    const auto found = chains_.find(std::string(way.chain));
    if (found == chains_.end()) continue;
    const bool filters = way.chain == "input" || way.chain == "forward" || way.chain == "output";
    if (filters || !policy_.chains[found->second].rules.empty()) stages.push_back({way.kind, found->second});
  }
}

// What may do anything sees every packet first.
void Builder::add_opaque_front() {
  if (opaque_.empty() && std::all_of(placed_.begin(), placed_.end(), [](bool placed) { return placed; })) return;
  const std::string name = "what the configuration does not tell";
  start(name, accepts());
  for (const Opaque& opaque : opaque_)
    add(name, {}, {ActionKind::unknown_rewriting, unknown_index(opaque.kind, opaque.text, opaque.origin)}, opaque.origin, opaque.text);
  for (size_t i = 0; i < fw_.includes.size(); ++i)
    if (!placed_[i])
      add(name, {}, {ActionKind::unknown_rewriting, unknown_index("include", fw_.includes[i].path, fw_.includes[i].origin)}, fw_.includes[i].origin, fw_.includes[i].path);
  const uint32_t index = chain(name);
  for (auto& stages : policy_.hooks) stages.insert(stages.begin(), {kFilter, index});
}

void Builder::assume() {
  auto& general = policy_.general_assumptions;
  if (fw_.firewall3)
    general.push_back({"the router runs firewall3 (OpenWrt before 22.03) with empty custom chains, and no other program adds rules", {}});
  else
    general.push_back({"the router runs firewall4 (OpenWrt 22.03 or later), the files below /etc/nftables.d and /usr/share/nftables.d add nothing, and no other program adds rules", {}});
  for (const std::string& path : fw_.ignored_scripts) general.push_back({"firewall4 does not run the script " + path + ", firewall3 would", {}});
}

}  // namespace fwproof::importers::openwrt
