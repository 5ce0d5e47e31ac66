// From one AST to one rule of the neutral model. What is not understood becomes an unknown condition or action, never nothing.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "importers/importer.h"
#include "importers/iptables_save/ast.h"
#include "model/policy.h"

namespace fwproof::importers::iptables_save {

constexpr size_t kSetBudget = size_t{1} << 26;        // intervals and alternatives that may be copied out of named sets

// A policy in the making: what its rules share.
struct Builder {
  model::Policy policy;
  model::Family family = model::Family::v4;
  const Facts* facts = nullptr;
  std::set<std::string, std::less<>> modified_sets;   // a SET target adds to or deletes from them
  bool asks_translated = false;                       // some rule reads ct_status
  bool changes_header = false;                        // a target rewrites TTL, DSCP, TCP options …
  std::unordered_map<std::string, uint32_t> pure_unknowns;
  std::unordered_map<std::string, model::IntervalSet> interface_atoms;  // key as written, "eth+"
  std::set<uint32_t> header_unknowns;                 // become per_visit when changes_header
  size_t set_budget = kSetBudget;

  uint32_t unknown(std::string_view kind, std::string_view text, model::UnknownCondition::Sharing sharing, model::Origin origin);
};

// The chains of the table that a rule stands in.
struct TableScope {
  std::string_view name;                              // "filter"
  std::string_view chain;                             // "INPUT"
  std::unordered_map<std::string_view, uint32_t> chains;
};

// What became of one line.
struct LineResult {
  model::LineClass line_class = model::LineClass::modelled;
  std::string construct;                              // of the worst part; empty: "rule"
  struct Note {
    model::DiagnosticId id{};
    model::Severity severity = model::Severity::warning;
    uint32_t word = 0;
    std::string message;
    std::string note;
  };
  std::vector<Note> notes;

  void worsen(model::LineClass to, std::string_view what);
};

// Requires: ast was parsed by parse_line; interface names were added to the policy's domain.
// The rule is complete afterwards in terms and action, whatever ast.problems holds.
// `before` gains what the line also stands for: rules to be put in front of it.
void lower_rule(Builder& builder, const TableScope& scope, const RuleAst& ast, model::Origin origin, model::Rule& rule, LineResult& result,
                std::vector<model::Rule>& before);

// What lower_rule() consists of; each adds to the rule.
struct RuleContext {
  Builder& builder;
  const TableScope& scope;
  const RuleAst& ast;
  model::Origin origin;
  model::Rule& rule;
  LineResult& result;
  std::vector<model::Rule>* before = nullptr;         // rules that the line also stands for, to be put in front of `rule`

  // Something netfilter would refuse: a diagnostic, and the rule's match is no longer known.
  void refuse(uint32_t word, model::DiagnosticId id, std::string message);
  // A condition outside the packet model.
  void add_unknown(std::string_view kind, std::string_view text, model::UnknownCondition::Sharing sharing, bool negated = false,
                   model::LineClass line_class = model::LineClass::opaque);
  void add(model::Term term) { rule.terms.push_back(std::move(term)); }
};
// conntrack follows the packet; or not (invalid and untracked packets carry no connection, nf_ct_get() gives none).
model::Term tracked();
model::Term untracked();
void lower_matches(RuleContext& context);
void lower_target(RuleContext& context);

}  // namespace fwproof::importers::iptables_save
