// One rule's statements and expressions, from tokens.
#pragma once

#include <functional>

#include "importers/nftables/ast.h"
#include "importers/nftables/lexer.h"

namespace fwproof::importers::nftables {

using Variables = std::map<std::string, const Expr*, std::less<>>;

class RuleParser {
 public:
  RuleParser(Lexer& lexer, Ruleset& ruleset, const Variables& variables, uint32_t first_line)
      : lexer_(lexer), ruleset_(ruleset), variables_(variables), first_line_(first_line) {}

  // Up to the end of the line, a semicolon or a closing brace, which stays. What is not understood becomes a broken statement.
  void parse_statements(std::vector<Statement>& statements, std::string_view& name);
  // "{ 22, 80 : accept }" or a value; the right side of define, an element list.
  Expr parse_value();
  Expr parse_elements() { return set_literal(); }
  // Skips to the end of the statement.
  void skip_statement();
  void skip_newlines();
  bool at_end_of_statement();
  static std::string join(std::string_view a, std::string_view b);

 private:
  using Parser = bool (RuleParser::*)(Statement&);
  struct Word {
    std::string_view word;
    Parser parse;
  };

  Statement parse_statement(std::string_view& name);
  bool plain(Statement& statement);
  bool verdict(Statement& statement);
  bool counter(Statement& statement);
  bool log(Statement& statement);
  bool limit(Statement& statement);
  bool quota(Statement& statement);
  bool ct(Statement& statement);
  bool last(Statement& statement);
  bool change_set(Statement& statement);
  bool meter(Statement& statement);
  bool set_statement(Statement& statement);
  bool nat(Statement& statement);
  bool reject(Statement& statement);
  bool queue(Statement& statement);
  bool flow(Statement& statement);
  bool duplicate(Statement& statement);
  bool synproxy(Statement& statement);
  bool xt(Statement& statement);
  bool reset(Statement& statement);
  bool expression_statement(Statement& statement);
  bool relational(Statement& statement);
  void nat_flags(Statement& statement);

  Expr make(ExprKind kind, const Token& token);
  Expr broken(const Token& token);
  Expr parse_list();
  Expr parse_concat();
  Expr parse_range();
  Expr parse_or();
  Expr parse_binary(size_t level);
  Expr parse_primary();
  Expr parse_map_of(Expr key);
  Expr set_literal();
  Expr element();
  void element_options();
  Expr parse_verdict();
  std::optional<Expr> parse_selector();
  std::optional<Expr> parse_generator();
  bool verdict_ahead();
  bool take_word(std::string_view word);
  bool take_mark(std::string_view mark);
  std::string_view keep(std::string text);

  Lexer& lexer_;
  Ruleset& ruleset_;
  const Variables& variables_;
  uint32_t first_line_;
  std::unordered_map<std::string, std::string_view> kept_;
  bool selectors_ = true;   // words such as "ip saddr" may stand here
  unsigned depth_ = 0;
  static const std::vector<Word>& words();
};

}  // namespace fwproof::importers::nftables
