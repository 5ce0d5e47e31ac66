// One rule's statements and expressions, from JSON. Source: libnftables-json(5) 1.0.6.
#pragma once

#include "importers/nftables/ast.h"
#include "importers/nftables/json_value.h"

namespace fwproof::importers::nftables {

class JsonRuleParser {
 public:
  JsonRuleParser(std::string_view document, Ruleset& ruleset, uint32_t first_line) : document_(document), ruleset_(ruleset), first_line_(first_line) {}

  void parse_statements(const JsonValue& list, std::vector<Statement>& statements);
  Expr parse_expression(const JsonValue& value);
  Expr parse_element(const JsonValue& value);

 private:
  Statement parse_statement(const JsonValue& item);
  bool statement_of(std::string_view word, const JsonValue& body, Statement& statement);
  bool match(const JsonValue& body, Statement& statement);
  bool nat(std::string_view word, const JsonValue& body, Statement& statement);
  bool change_set(const JsonValue& body, Statement& statement);
  Expr object(const JsonValue& value);
  Expr make(ExprKind kind, const JsonValue& at, std::string_view text = {}) const;
  Expr selector(const JsonValue& at, std::string text);
  Expr generator(const JsonValue& at, const JsonValue& body);
  Expr payload(const JsonValue& at, const JsonValue& body);
  Expr ct(const JsonValue& at, const JsonValue& body);
  Expr fib(const JsonValue& at, const JsonValue& body);
  Expr verdict(const JsonValue& at, std::string_view word, const JsonValue& body);
  Expr joined(ExprKind kind, const JsonValue& at, const JsonValue& list);
  std::string_view source(const JsonValue& value);

  std::string_view document_;
  Ruleset& ruleset_;
  uint32_t first_line_;
  std::unordered_map<std::string, std::string_view> kept_;
};

}  // namespace fwproof::importers::nftables
