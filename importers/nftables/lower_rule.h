// One rule on its way into the model: conditions gathered so far, and what the statements in front have already done.
#pragma once

#include "importers/nftables/lower.h"

namespace fwproof::importers::nftables {

class RuleLowering {
 public:
  RuleLowering(const RuleScope& scope, const RuleAst& rule, LineResult& line)
      : scope_(scope), b_(scope.builder), rule_(rule), line_(line), conditions_(scope, rule, line), current_(*scope.out) {}

  void run();

 private:
  enum class Next : uint8_t { go_on, done };
  using Function = Next (RuleLowering::*)(const Statement&);

  Next step(const Statement& statement);
  Next match(const Statement& statement);
  Next verdict(const Statement& statement);
  Next verdict_map(const Statement& statement);
  Next assign(const Statement& statement);
  Next outside_model(const Statement& statement);
  Next expectation(const Statement& statement);
  Next zone(const Statement& statement);
  Next time_to_live(const Statement& statement);
  Next nat(const Statement& statement);
  Next reject(const Statement& statement);
  Next chance(const Statement& statement);
  Next proceed(const Statement& statement);
  Next change_set(const Statement& statement);
  Next notrack(const Statement& statement);
  Next flow(const Statement& statement);
  Next opaque(const Statement& statement);
  Next broken(const Statement& statement);

  // ---- rules (lower_rule.cpp) ----
  void emit(Terms terms, model::Action action);
  void emit(model::Action action) { emit(terms_, action); }
  uint32_t add_rewrite(std::vector<model::Rewrite> steps, model::ActionKind then);
  Next give_up(std::string_view text);
  // What the statement reads is there, or the rule ends. False: the rule is done.
  bool require(const Expr& expr, const Statement& statement);
  bool require(Terms needed);
  // Makes what has been assigned so far a rule of its own. The statements behind it see the changed packet.
  bool settle();
  bool conditions_change() const;
  void emit_steps(const Terms& terms, std::vector<model::Rewrite> steps);
  model::Action action_of(const Expr& verdict, bool& fine);
  void mark(const Statement& statement, model::Field field);
  void mark_by_map(const Statement& statement, model::Field field, const Expr& map);
  void assign_field(const Statement& statement, const Selector& selector);
  bool is_last(const Statement& statement) const;

  // ---- verdict maps ----
  struct Group {
    const Expr* verdict = nullptr;
    std::vector<Terms> alternatives;
    std::vector<model::Interval> values;   // of one plain field
    std::optional<model::Term> shape;      // which field the values are of
  };
  bool collect_groups(const Statement& statement, const Key& key, std::vector<Group>& groups, const Expr*& star);
  static Terms condition_of(Group& group);
  bool may_change(const Key& key) const;

  // ---- address translation (lower_nat.cpp) ----
  struct Target {
    Terms terms;                           // for which packets
    model::IntervalSet addresses;
    model::IntervalSet ports;
    bool keeps_host = false;               // prefix to prefix
    model::Interval network;
    model::u128 mask = 0;
  };
  bool targets_of(const Statement& statement, std::vector<Target>& targets);
  bool expand(const Expr& expr, std::vector<std::pair<Terms, const Expr*>>& choices, const Statement& statement);
  bool fill(Target& target, const Statement& statement, const Expr* address, const Expr* port);
  bool read_address(Target& target, const Statement& statement, const Expr& address);
  std::optional<uint8_t> nat_family(const Statement& statement) const;
  void translate(const Statement& statement, const Target& target);
  std::optional<Terms> unchanged(const Terms& terms, const std::vector<model::Rewrite>& steps) const;
  void add_ports(std::vector<model::Rewrite>& steps, const Statement& statement, const Target& target) const;

  const RuleScope& scope_;
  Builder& b_;
  const RuleAst& rule_;
  LineResult& line_;
  Conditions conditions_;
  uint32_t current_;                       // chain that takes the rules
  Terms terms_;
  std::vector<model::Rewrite> steps_;      // assigned, not yet a rule
  std::vector<std::pair<Terms, model::u128>> choices_;  // what the one step assigns, by condition: "mark set tcp dport map { … }"
  Terms only_;                             // what the steps ask for besides: a connection, none
  std::optional<uint32_t> behind_;         // where the chain goes on when this rule had to be split
  bool emitted_ = false;
};

}  // namespace fwproof::importers::nftables
