// What a configuration does with packets: chains, stages, facts. FORMAT.md has the order and its sources.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>

#include "importers/cisco_ios/ast.h"
#include "importers/importer.h"

namespace fwproof::importers::cisco_ios {

// Messages and classes of lines that only lowering can tell.
class Report {
 public:
  Report(std::span<const Section> sections, ImportResult& result) : sections_(sections), result_(result) {}
  void tell(model::DiagnosticId id, model::Severity severity, model::Origin origin, std::string message, std::string note = {});
  void set(model::Origin origin, model::LineClass line_class, std::string_view construct);

 private:
  std::span<const Section> sections_;
  ImportResult& result_;
  std::set<std::pair<std::string, uint32_t>> told_;
};

// The policy of one family in the making.
class Lowering {
 public:
  Lowering(const Config& config, model::Family family, Report& report);
  model::Policy run();

 private:
  using Action = model::Action;
  using Terms = std::vector<model::Term>;
  struct Hit {
    Action yes, no;
    friend auto operator<=>(const Hit& a, const Hit& b) {
      return std::tuple(a.yes.kind, a.yes.index, a.no.kind, a.no.index) <=> std::tuple(b.yes.kind, b.yes.index, b.no.kind, b.no.index);
    }
    friend bool operator==(const Hit& a, const Hit& b) { return (a <=> b) == 0; }
  };

  // lower.cpp
  void name_interfaces();
  uint32_t chain(std::string name);
  model::Rule& rule(uint32_t chain, Terms terms, Action action, model::Origin origin = {}, std::string name = {});
  uint32_t unknown_index(const UnknownPart& part, model::Origin origin);
  model::Term unknown(const UnknownPart& part, model::Origin origin, bool negated = false);
  Action unknown_action(std::string kind, std::string text, model::Origin origin, bool rewrites);
  model::Term interfaces(model::Field field, const std::vector<std::string>& names, bool negated = false);
  model::Term interface(model::Field field, const std::string& name) { return interfaces(field, {name}); }
  static model::Term is(model::Field field, model::IntervalSet set, bool negated = false) { return {model::In{field, std::move(set)}, negated}; }
  static Terms answers();                                     // of a connection: established, reply direction
  uint32_t inbound();
  uint32_t outbound();
  void opaque_rules(uint32_t chain, bool in);
  void interface_list(uint32_t chain, const Interface& interface, bool in);
  void port_list(uint32_t chain, const Interface& interface, bool in);
  void crypto_rules(uint32_t chain, const Interface& interface, bool in);
  void wccp_rule(uint32_t base, const Interface& interface, const WccpUse& use, const model::Term& here);
  void inspected_answers(uint32_t chain, bool in);
  void inspected_rules(uint32_t chain, const Terms& scope, const Use& use);
  bool has_whole_drop(const std::string& policy, std::set<std::string>& seen) const;
  std::optional<uint32_t> management();
  uint32_t routing_off();

  // lower_list.cpp
  const AccessList* find_list(const std::string& name) const;
  // A chain that does `hit.yes` where the list permits, else `hit.no`. mirror: the packet's ends are swapped.
  uint32_t list_chain(const AccessList& list, Hit hit, bool mirror);
  // As above for a list by name; one that does not exist matches by an unknown condition.
  Action match_list(const Use& use, Hit hit, bool mirror);
  void entry_rules(uint32_t chain, const AccessList& list, const Entry& entry, Hit hit, bool mirror);
  void evaluate_rules(uint32_t chain, const AccessList& list, const Entry& entry, Action yes);
  Terms entry_terms(const Entry& entry, bool mirror);
  void address_term(Terms& terms, const AddressSpec& spec, model::Field field, model::Origin origin);
  void service_terms(Terms& terms, const Service& service, bool mirror);
  void group_terms(Terms& terms, const std::string& name, bool mirror, model::Origin origin);
  struct Expanded {
    model::IntervalSet set;
    bool unknown = false;
  };
  const Expanded& expand(const std::string& group, model::Origin origin);
  bool same_place(const AccessList& asking, const AccessList& feeding);

  // lower_nat.cpp
  bool translates() const;
  std::optional<uint32_t> destination_stage();
  std::optional<uint32_t> source_stage();
  std::optional<uint32_t> answers_stage();
  void inside_static(uint32_t chain, const NatRule& rule, bool to_inside, std::optional<Action> instead);
  void outside_static(uint32_t chain, const NatRule& rule, bool to_inside);
  void inside_source(uint32_t chain, const NatRule& rule, std::optional<Action> instead);
  void outside_source(uint32_t chain, const NatRule& rule);
  void inside_destination(uint32_t chain, const NatRule& rule);
  void enter(uint32_t chain, Terms terms, Action match, model::Origin origin, const std::string& name);
  void source_rules(uint32_t chain, std::optional<Action> instead);
  Action translation(const NatRule& rule, model::Field field, bool last);
  Action rewrite(std::vector<model::Rewrite> steps, bool last);
  Action match_nat(const NatRule& rule, Hit hit, bool mirror_standard);
  std::optional<model::IntervalSet> address_of(const std::string& interface) const;
  const std::vector<std::string>& side(NatSide side, const std::string& vrf, bool any_vrf);
  std::vector<const NatRule*> ordered(NatRule::Kind kind) const;

  // lower_zone.cpp
  bool zoned() const;
  std::vector<std::string> members(const std::string& zone) const;
  std::optional<uint32_t> zones_forward();
  std::optional<uint32_t> zones_self(bool to_self);
  uint32_t policy_chain(const ZonePair& pair);
  std::optional<uint32_t> answers_chain(const ZonePair& pair);
  Action match_class(const std::string& name, Hit hit, bool mirror, unsigned depth);
  Action match_one(const ClassMatch& match, Hit hit, bool mirror, unsigned depth);
  std::vector<Terms> inspected_terms(const std::string& protocol, bool mirror, model::Origin origin);
  Action inspect_action();

  const Config& config_;
  model::Family family_;
  Report& report_;
  model::Policy policy_;
  std::map<std::pair<std::string, std::string>, uint32_t> pure_;
  std::map<std::tuple<const AccessList*, Hit, bool>, uint32_t> list_chains_;
  std::map<std::tuple<std::string, Hit, bool>, Action> class_chains_;
  std::map<std::string, Expanded> groups_;
  std::map<std::string, std::vector<std::pair<const AccessList*, const Entry*>>> reflecting_;
  std::optional<Action> inspect_;
  std::map<std::tuple<NatSide, std::string, bool>, std::vector<std::string>> sides_;
  std::map<std::pair<const AccessList*, const AccessList*>, bool> same_places_;
  static constexpr size_t kMaxRules = 5'000'000;
  size_t rules_ = 0;
  size_t dynamic_rules_ = 0;
  bool too_large_ = false;                   // hostile: every verdict depends
};

// Interfaces, routes, address pools.
void lower_facts(const Config& config, Report& report, model::HostFacts& facts);

}  // namespace fwproof::importers::cisco_ios
