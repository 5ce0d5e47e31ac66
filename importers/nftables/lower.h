// From the tree to the neutral model, for one address family. What is not understood becomes an unknown condition or action.
#pragma once

#include <bitset>
#include <functional>
#include <map>
#include <set>

#include "importers/nftables/ast.h"
#include "importers/nftables/context.h"
#include "importers/nftables/names.h"
#include "model/policy.h"

namespace fwproof::importers::nftables {

using Terms = std::vector<model::Term>;

// Where a chain may be entered from.
enum class Site : uint8_t { ingress, prerouting, input, forward, output, postrouting, egress, early, tracked, nat, filter };
using Sites = std::bitset<11>;
inline bool has(const Sites& sites, Site site) { return sites.test(static_cast<size_t>(site)); }

// A policy in the making: what its rules share.
struct Builder {
  model::Policy policy;
  model::Family family = model::Family::v4;
  Context* context = nullptr;
  const Ruleset* ruleset = nullptr;
  bool asks_translated = false;               // some rule reads ct status
  bool changes_header = false;                // some rule rewrites what the packet model does not hold
  std::set<model::Field> rewritten;           // fields that some rule assigns to
  std::map<std::string, model::IntervalSet, std::less<>> interface_atoms;  // as written: "eth*"
  std::map<std::string, uint32_t, std::less<>> pure_unknowns;
  std::map<std::pair<const SetAst*, std::string>, model::Term> set_terms;  // by the key that is looked up
  size_t element_budget = size_t{1} << 24;    // elements and intervals that may be taken out of sets
  size_t splits = 0;
  uint32_t gap_unknown = 0;

  uint32_t unknown(std::string_view kind, std::string_view text, bool pure, model::Origin origin);
  void assume(std::string text, model::Origin origin);
  uint32_t add_chain(std::string name);
};

struct RuleScope {
  Builder& builder;
  const TableAst& table;
  const std::map<std::pair<const TableAst*, std::string>, uint32_t>& chains;
  Sites sites;
  uint32_t* out;                              // chain that takes the rules; moves on where a chain has to be split
  const std::set<const SetAst*>& changing;    // sets that rules fill
};

// What became of one rule's lines.
struct LineResult {
  model::LineClass line_class = model::LineClass::modelled;
  std::string construct = "rule";
  void worsen(model::LineClass to, std::string_view what);
};

// Adds the rule's model rules to the chain *scope.out.
void lower_rule(const RuleScope& scope, const RuleAst& rule, LineResult& line);

// ---- values (lower_value.cpp) ----

// The numbers that an expression stands for: a value, range, prefix, set; nothing when it cannot be told.
std::optional<model::IntervalSet> numbers_of(const Expr& expr, Type type, unsigned depth = 0);
// A single number: bits joined by | or a comma, shifts, masks.
std::optional<model::u128> constant_of(const Expr& expr, Type type, unsigned depth = 0);
// Calls `take(key, value or nullptr)` for each element; false when the budget or the depth is used up or an element is broken.
using TakeElement = std::function<bool(const Expr& key, const Expr* value)>;
bool each_element(const Expr& set, size_t& budget, const TakeElement& take, unsigned depth = 0);
// The elements of "{ … }" or "@name"; nullptr and the reason when they cannot be told.
struct SetLookup {
  std::vector<const Expr*> roots;   // elements, possibly nested sets
  const SetAst* named = nullptr;
  std::string problem;
  bool missing = false;
};
SetLookup look_up(const RuleScope& scope, const Expr& expr);

// The family of an address somewhere in what is translated to: 4, 6; 0: none is there (lower_nat.cpp).
uint8_t family_of_addresses(const Expr& expr, const TableAst& table, unsigned depth = 0);

// ---- conditions (lower_match.cpp) ----

// What is compared: one selector, or several that are concatenated, each masked by (value & mask) ^ flip.
struct KeyPart {
  const Selector* selector = nullptr;
  std::string text;
  bool readable = true;              // false: an expression that is not followed
  bool masked = false;
  model::u128 mask = ~model::u128{0};
  model::u128 flip = 0;
};
using Key = std::vector<KeyPart>;

class Conditions {
 public:
  Conditions(const RuleScope& scope, const RuleAst& rule, LineResult& line);

  // The terms of "left relation right".
  void add_match(const Statement& statement, Terms& terms);
  Key key_of(const Expr& expr);
  // What holds of every packet for which the key can be read at all.
  void add_dependencies(const Key& key, Terms& terms);
  // What has to be there for a statement that reads the expression: else the rule ends.
  void add_reads(const Expr& expr, const Statement& statement, Terms& terms, unsigned depth = 0);
  // What has to be there for a statement that assigns to the selector.
  void add_writes(const Expr& selector, Terms& terms);
  // Terms for "the key is this element".
  Terms element_terms(const Key& key, const Expr& element, std::string_view text);
  model::Term unknown_term(std::string_view kind, std::string_view text, bool pure);
  static model::Term never() { return {model::AnyOf{}}; }
  static model::Term tracked();

 private:
  void add_plain_match(const Statement& statement, Terms& terms);
  bool is_loose(const Statement& statement) const;
  bool has_host_bits(const KeyPart& part, const Expr& right) const;
  bool covers(const Expr& number, const Expr& map);
  model::Term in_set(const Key& key, const Expr& set, const Statement& statement);
  model::Term build_set(const Key& key, const SetLookup& set, std::string_view text);
  model::Term in_one_dimension(const KeyPart& part, const SetLookup& set, std::string_view text, bool& fine);
  model::Term part_term(const KeyPart& part, Relation relation, const Expr& right, std::string_view text);
  model::Term bits_term(const KeyPart& part, Relation relation, const Expr& right, std::string_view text);
  model::Term numbers_term(const KeyPart& part, const model::IntervalSet& set, std::string_view text);
  model::Term interface_term(const KeyPart& part, const Expr& right, std::string_view text);
  model::Term address_type_term(const KeyPart& part, const Expr& right, std::string_view text);
  model::Term opaque(const KeyPart& part, std::string_view text);
  bool is_readable_here(const KeyPart& part) const;
  model::u128 constant(const Selector& selector) const;

  const RuleScope& scope_;
  Builder& b_;
  model::Origin origin_;
  LineResult& line_;
  bool of_iptables_ = false; // the rule may be one of iptables, listed in nft's words
  bool asks_state_ = false;  // it has a match on ct state
  bool has_ports_ = false;   // the rule has asked for a protocol with ports
};

}  // namespace fwproof::importers::nftables
