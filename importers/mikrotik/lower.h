// From one item of a table to rules of the neutral model. What is not understood becomes an unknown condition or action, never nothing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "importers/mikrotik/config.h"
#include "importers/mikrotik/lists.h"
#include "model/policy.h"

namespace fwproof::importers::mikrotik {

enum class Table : uint8_t { raw, mangle, nat, filter };
std::string_view to_text(Table table);

// Names of marks as numbers; 0 is "no-mark".
struct MarkNames {
  std::map<std::string, uint32_t, std::less<>> ids;
  uint32_t id(std::string_view name);
};

// What the rules of one policy share.
struct Builder {
  Builder(const Config& config, Report& report, const model::HostFacts& facts, model::Family family, const model::NameDomain& names)
      : config(config), report(report), facts(facts), family(family), interface_lists(config, names, report), address_lists(config, family, report) {
    policy.interfaces = names;
    (family == model::Family::v4 ? policy.v4 : policy.v6) = true;
  }

  const Config& config;
  Report& report;
  const model::HostFacts& facts;
  model::Family family;
  model::Policy policy;
  InterfaceLists interface_lists;
  AddressLists address_lists;
  MarkNames packet_marks, connection_marks, routing_marks;
  std::map<std::string, uint32_t, std::less<>> slaves;    // interfaces that are ports of a bridge or a bond
  std::map<std::string, uint32_t> pure_unknowns;
  bool is_export = false;           // the file is a whole configuration, not a script
  bool tracking = true;             // connection tracking is on
  unsigned asks_translated = 0;     // bits of CtStatus that some rule reads by connection-nat-state
  bool changes_header = false;      // some rule changes DSCP, TTL, MSS
  std::set<std::string, std::less<>> empty_lists;   // address lists without entries that an assumption speaks of
  size_t set_budget = size_t{1} << 22;   // intervals copied out of address lists

  uint32_t unknown(std::string_view kind, std::string text, model::UnknownCondition::Sharing sharing, model::Origin origin);
};

// The packet mark is the lower, the routing mark the upper half of the model's mark.
constexpr uint32_t kPacketMark = 0xffff;
constexpr uint32_t kRoutingMark = 0xffff0000;

// One rule in the making.
struct RuleContext {
  Builder& builder;
  Table table;
  std::string_view chain;
  const Item& item;
  const std::map<std::string, uint32_t, std::less<>>& chains;   // of this table, by name
  model::Rule rule;
  std::vector<model::Rule> rules;   // the result
  model::LineClass line_class = model::LineClass::modelled;
  std::string construct = "rule";
  bool open = false;                // it has a property that is not known: its action is not, either

  void add(model::Term term) { rule.terms.push_back(std::move(term)); }
  void worsen(model::LineClass to, std::string_view what);
  void tell(model::DiagnosticId id, model::Severity severity, std::string message, const Property* at, std::string note = {});
  // A condition that is outside of the model.
  void add_unknown(const Property& property, model::UnknownCondition::Sharing sharing, bool negated = false,
                   model::LineClass line_class = model::LineClass::opaque);
  // A value that RouterOS would not take: the condition counts as unknown.
  void refuse(const Property& property, model::DiagnosticId id, std::string_view kind);
  // The rule's terms and this action, as one more rule.
  void emit(model::ActionKind kind, uint32_t index = 0);
  void emit(model::Rule made, model::ActionKind kind, uint32_t index = 0);
  void emit_unknown(model::ActionKind kind, std::string text);
  void emit_rewrite(model::Rule made, std::vector<model::Rewrite> steps, model::ActionKind then);
};

model::Term tracked();
void lower_matches(RuleContext& context);
void lower_action(RuleContext& context);
// Keys that are no conditions and need no look ("comment", "log").
bool is_neutral_key(std::string_view key);
// Keys of conditions: a rule that does not have one asks nothing of the kind.
bool is_match_key(std::string_view key);

}  // namespace fwproof::importers::mikrotik
