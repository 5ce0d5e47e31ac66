// Turns the properties of one rule into terms; whatever cannot be told becomes an unknown condition of that rule.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "importers/netsh/ast.h"
#include "importers/netsh/report.h"
#include "model/policy.h"

namespace fwproof::importers::netsh {

class Conditions {
 public:
  Conditions(model::Policy& policy, Reporter& reporter) : policy_(policy), reporter_(reporter) {}

  // Requires: called for every rule before the first terms(), since names must be known before they are numbered.
  void collect_names(const FirewallRule& rule);
  void number_names();

  // inbound: the local end is the destination.
  std::vector<model::Term> terms(const FirewallRule& rule, bool inbound);
  // Says once, with the line, that a property is not understood.
  void report_opaque(const FieldValue& field, std::string_view construct, model::DiagnosticId id, std::string message,
                     std::vector<std::string> notes = {});
  // A function of the packet: rules with equal kind and text share one value.
  model::Term unknown(std::string kind, std::string text, model::Origin origin);
  // Something that may differ from rule to rule although it is written alike: a variable, a condition of a script, a rule that Windows
  // may have refused.
  model::Term unknown_here(std::string kind, std::string text, model::Origin origin);
  // The names of ports that some enabled rule uses and that are bounded by Windows' defaults.
  bool uses_dynamic_ports() const { return uses_dynamic_ports_; }
  bool uses_folders() const { return uses_folders_; }

 private:
  void add_addresses(const FieldValue& field, model::Field target, std::vector<model::Term>& terms);
  void require_port_protocol(const FirewallRule& rule, const FieldValue& field, std::vector<model::Term>& terms);
  void add_ports(const FirewallRule& rule, const FieldValue& field, model::Field target, std::vector<model::Term>& terms);
  std::vector<model::Term> port_keyword(std::string_view keyword, const FieldValue& field, model::Field target, bool is_local);
  void add_rpc_ports(model::Field target, std::vector<model::Term>& terms);
  void add_protocol(const FirewallRule& rule, std::vector<model::Term>& terms);
  void add_icmp(const FirewallRule& rule, const std::string& inline_types, unsigned protocol, std::vector<model::Term>& terms);
  void add_profiles(const FieldValue& field, std::vector<model::Term>& terms);
  void add_names(const FirewallRule& rule, std::vector<model::Term>& terms);
  void add_restrictions(const FirewallRule& rule, std::vector<model::Term>& terms);
  void add_scope(const FirewallRule& rule, std::vector<model::Term>& terms);

  using Numbers = std::unordered_map<std::string, model::IntervalSet>;
  model::Policy& policy_;
  Reporter& reporter_;
  Numbers programs_;
  Numbers services_;
  bool uses_dynamic_ports_ = false;
  bool uses_folders_ = false;
};

// A listing leaves out who a rule is for, so an allow rule without a local port may be for one program only.
bool hides_scope(const FirewallRule& rule);
bool names_local_ports(const FirewallRule& rule);

}  // namespace fwproof::importers::netsh
