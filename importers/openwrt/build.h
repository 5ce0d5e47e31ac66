// From a firewall as it was read to one policy: the chains that firewall4 generates, for one address family.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "importers/openwrt/firewall.h"
#include "model/policy.h"

namespace fwproof::importers::openwrt {

// A policy in the making.
class Builder {
 public:
  Builder(const Firewall& firewall, const Networks& networks, const std::vector<Opaque>& opaque, const model::HostFacts& facts, model::Family family)
      : fw_(firewall), networks_(networks), opaque_(opaque), facts_(facts), family_(family) {}

  model::Policy build();

 private:
  using Terms = std::vector<model::Term>;
  // Protocols of a section that are alike: tcp and udp, or one other.
  struct ProtoGroup {
    bool any = false, ports = false, icmp = false, icmpv6_only = false;
    model::IntervalSet numbers;
  };

  // build.cpp
  void name_interfaces();
  void fill_input();
  void fill_forward();
  void fill_output();
  void fill_nat();
  void fill_mangle();
  void fill_devices();
  void add_stages();
  void add_opaque_front();
  void assume();
  void assume_below_limit();
  uint32_t chain(const std::string& name);
  void start(const std::string& name, const ZonePolicy& policy);
  void finish(const std::string& name, const ZonePolicy& policy);
  void include_at(const std::string& name, bool append);
  void add(const std::string& name, Terms terms, model::Action action, model::Origin origin, std::string rule_name, int32_t assumption = -1);
  void add_policy_rule(const std::string& chain_name, const Zone& zone, const ZonePolicy& policy, bool egress);
  void jump_to_zones(const std::string& from, const std::string& direction, bool egress, bool (*wanted)(const Zone&));
  void take_user_rules(const std::string& name);
  void accept_states(const std::string& name);
  model::Action to_action(const ZonePolicy& policy);

  // conditions.cpp
  model::IntervalSet atoms(const Device& device) const;
  // Nothing: the zone matches no packet of this family.
  std::optional<Terms> zone_terms(const Zone& zone, bool egress) const;
  void add_devices(Terms& terms, const std::vector<Device>& devices, model::Field field) const;
  static FamilyChoice family_of(const std::vector<Net>& nets);
  static FamilyChoice family_of(const Zone& zone);
  FamilyChoice family_of(const Endpoint& endpoint) const { return endpoint.is_zone() ? family_of(fw_.zones[endpoint.zone]) : FamilyChoice::unset; }
  static FamilyChoice infer(FamilyChoice given, std::initializer_list<FamilyChoice> others);
  bool has_any(const std::vector<Net>& nets, model::Family family) const;
  void add_nets(Terms& terms, const std::vector<Net>& nets, model::Field field) const;
  static void add_ports(Terms& terms, const std::vector<PortRange>& ports, model::Field field);
  static void add_macs(Terms& terms, const std::vector<Mac>& macs);
  void add_icmp(Terms& terms, const std::vector<IcmpType>& types) const;
  static void add_mark(Terms& terms, const FirewallRule& rule);
  void add_set(Terms& terms, const FirewallRule& rule, const ProtoGroup& group);
  std::optional<Terms> set_entries(const FirewallSet& set, const std::vector<bool>& to_src);
  void add_unread(Terms& terms, const FirewallRule& rule);
  model::Term unknown(std::string kind, std::string text, model::Origin origin, bool pure = false);
  uint32_t unknown_index(std::string kind, std::string text, model::Origin origin, bool pure = false);
  static std::vector<ProtoGroup> groups_of(const std::vector<Proto>& protos);
  int32_t assumption_of(const FirewallRule& rule);

  // build_rules.cpp
  void emit_rule(const FirewallRule& rule);
  void emit_rule(const FirewallRule& rule, const ProtoGroup& group);
  FamilyChoice rule_family(const FirewallRule& rule, const ProtoGroup& group) const;
  Terms rule_terms(const FirewallRule& rule, const ProtoGroup& group);
  std::string filter_chain(const FirewallRule& rule) const;
  std::string mangle_chain(const FirewallRule& rule) const;
  void emit_filter(const FirewallRule& rule, Terms terms);
  void emit_marking(const FirewallRule& rule, Terms terms);
  void user(const std::string& chain_name, Terms terms, model::Action action, const FirewallRule& rule);

  // build_nat.cpp
  void emit_redirect(const FirewallRule& rule);
  void emit_redirect(const FirewallRule& rule, const ProtoGroup& group);
  void emit_nat(const FirewallRule& rule);
  void emit_reflection(const FirewallRule& rule, const ProtoGroup& group);
  void emit_reflection(const FirewallRule& rule, const ProtoGroup& group, size_t zone);
  Terms nat_terms(const FirewallRule& rule, const ProtoGroup& group, bool icmpv6, const std::vector<Net>& src, const std::vector<Net>& dst,
                  const std::vector<PortRange>& sport, const std::vector<PortRange>& dport) const;
  void translate_destination(const std::string& chain_name, Terms terms, const FirewallRule& rule, const ProtoGroup& group, const std::string& name);
  void redirect_to_self(const std::string& chain_name, const Terms& terms, const FirewallRule& rule, const ProtoGroup& group);
  void destination_rules(const std::string& chain_name, const Terms& terms, const model::Rewrite& address, const model::Term& is_address, bool certain,
                         const std::vector<PortRange>& port, const FirewallRule& rule, const std::string& name);
  void translate_source(const std::string& chain_name, Terms terms, std::vector<model::Rewrite> steps, const std::vector<PortRange>& port,
                        const FirewallRule& rule, const std::string& name);
  void masquerade(const Zone& zone);
  std::vector<Net> subnets_of(const Zone& zone) const;
  std::vector<Net> own_addresses_of(const Zone& zone) const;
  const Net* first(const std::vector<Net>& nets) const;
  model::Action rewrite(std::vector<model::Rewrite> steps, model::ActionKind then);

  const Firewall& fw_;
  const Networks& networks_;
  const std::vector<Opaque>& opaque_;
  const model::HostFacts& facts_;
  model::Family family_;
  model::Policy policy_;
  std::map<std::string, uint32_t> chains_;
  std::map<std::string, std::vector<model::Rule>> user_;   // by chain, in the order of generation
  std::map<std::string, int32_t> assumptions_;
  std::vector<bool> placed_;                               // includes that have found their chain
  size_t set_budget_ = size_t{1} << 24;                    // intervals and entries that may be copied out of sets
};

}  // namespace fwproof::importers::openwrt
