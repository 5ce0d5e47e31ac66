// Statements. Source: nft(8) 1.0.6, "STATEMENTS".
#include "importers/nftables/parse_rule.h"

#include <algorithm>

namespace fwproof::importers::nftables {
namespace {

struct RelationWord {
  std::string_view text;
  Relation relation;
};
constexpr RelationWord kRelations[] = {
    {"==", Relation::equal},   {"!=", Relation::unequal}, {"<=", Relation::at_most}, {">=", Relation::at_least}, {"<", Relation::less},
    {">", Relation::greater},  {"!", Relation::none_of},  {"eq", Relation::equal},   {"ne", Relation::unequal},  {"le", Relation::at_most},
    {"ge", Relation::at_least}, {"lt", Relation::less},   {"gt", Relation::greater},
};

bool is_log_option(std::string_view word) {
  static constexpr std::string_view kOptions[] = {"prefix", "level", "group", "snaplen", "queue-threshold", "flags"};
  return std::find(std::begin(kOptions), std::end(kOptions), word) != std::end(kOptions);
}

}  // namespace

const std::vector<RuleParser::Word>& RuleParser::words() {
  static const std::vector<Word> table = {
      {"accept", &RuleParser::verdict},    {"drop", &RuleParser::verdict},       {"continue", &RuleParser::verdict},
      {"return", &RuleParser::verdict},    {"jump", &RuleParser::verdict},       {"goto", &RuleParser::verdict},
      {"counter", &RuleParser::counter},   {"log", &RuleParser::log},            {"limit", &RuleParser::limit},
      {"quota", &RuleParser::quota},       {"ct", &RuleParser::ct},              {"last", &RuleParser::last},
      {"add", &RuleParser::change_set},    {"update", &RuleParser::change_set},  {"delete", &RuleParser::change_set},
      {"meter", &RuleParser::meter},       {"flow", &RuleParser::flow},          {"set", &RuleParser::set_statement},
      {"snat", &RuleParser::nat},          {"dnat", &RuleParser::nat},           {"masquerade", &RuleParser::nat},
      {"redirect", &RuleParser::nat},      {"tproxy", &RuleParser::nat},         {"reject", &RuleParser::reject},
      {"queue", &RuleParser::queue},       {"notrack", &RuleParser::plain},      {"dup", &RuleParser::duplicate},
      {"fwd", &RuleParser::duplicate},     {"synproxy", &RuleParser::synproxy},  {"xt", &RuleParser::xt},
      {"reset", &RuleParser::reset},
  };
  return table;
}

void RuleParser::parse_statements(std::vector<Statement>& statements, std::string_view& name) {
  while (!at_end_of_statement()) {
    statements.push_back(parse_statement(name));
    if (statements.back().kind == StatementKind::broken) return skip_statement();
  }
}

Statement RuleParser::parse_statement(std::string_view& name) {
  const Token first = lexer_.peek();
  Statement statement;
  statement.word = first.text;
  statement.line = first_line_ + first.line;
  statement.column = first.column;
  bool fine = false;
  if (first.is_word("comment")) {
    lexer_.take();
    name = lexer_.take().text;
    statement.kind = StatementKind::proceed;
    fine = true;
  } else if (first.kind == TokenKind::hidden_xt) {
    fine = xt(statement);
  } else {
    const auto row = first.kind != TokenKind::word ? words().end()
                                                   : std::find_if(words().begin(), words().end(), [&](const Word& w) { return w.word == first.text; });
    fine = row != words().end() ? (this->*row->parse)(statement) : expression_statement(statement);
  }
  statement.text = lexer_.between(first, lexer_.last());
  if (!fine) statement.kind = StatementKind::broken;
  return statement;
}

bool RuleParser::plain(Statement& statement) {
  lexer_.take();
  statement.kind = StatementKind::notrack;
  return true;
}

bool RuleParser::verdict(Statement& statement) {
  statement.kind = StatementKind::verdict;
  statement.right = parse_verdict();
  return statement.right.kind == ExprKind::verdict;
}

bool RuleParser::counter(Statement& statement) {
  statement.kind = StatementKind::proceed;
  lexer_.take();
  if (take_word("name")) {
    statement.left = parse_concat();
    return statement.left.kind != ExprKind::broken;
  }
  while (lexer_.peek().is_word("packets") || lexer_.peek().is_word("bytes")) {
    lexer_.take();
    lexer_.take();
  }
  return true;
}

bool RuleParser::log(Statement& statement) {
  statement.kind = StatementKind::proceed;
  lexer_.take();
  while (lexer_.peek().kind == TokenKind::word && is_log_option(lexer_.peek().text)) {
    const bool flags = lexer_.take().text == "flags";
    if (flags && (take_word("tcp") || take_word("ip"))) {
    }
    if (at_end_of_statement()) return false;
    lexer_.take();
    while (take_mark(",")) lexer_.take();
  }
  return true;
}

// limit rate [over] 10/second [burst 5 packets], limit name "x"
bool RuleParser::limit(Statement& statement) {
  statement.kind = StatementKind::chance;
  lexer_.take();
  if (take_word("name")) return parse_concat().kind != ExprKind::broken;
  if (!take_word("rate")) return false;
  take_word("over");
  lexer_.take();
  if (take_mark("/")) lexer_.take();
  else if (lexer_.peek().kind == TokenKind::word && lexer_.peek().text.find("bytes/") != std::string_view::npos) lexer_.take();
  if (!take_word("burst")) return true;
  lexer_.take();
  if (lexer_.peek().is_word("packets") || (lexer_.peek().kind == TokenKind::word && lexer_.peek().text.ends_with("bytes"))) lexer_.take();
  return true;
}

bool RuleParser::quota(Statement& statement) {
  statement.kind = StatementKind::chance;
  lexer_.take();
  if (take_word("name")) return parse_concat().kind != ExprKind::broken;
  if (lexer_.peek().is_word("over") || lexer_.peek().is_word("until")) lexer_.take();
  lexer_.take();
  lexer_.take();
  if (!take_word("used")) return true;
  lexer_.take();
  lexer_.take();
  return true;
}

bool RuleParser::ct(Statement& statement) {
  if (!lexer_.peek(1).is_word("count")) return expression_statement(statement);
  statement.kind = StatementKind::chance;
  lexer_.take();
  lexer_.take();
  take_word("over");
  lexer_.take();
  return true;
}

bool RuleParser::last(Statement& statement) {
  statement.kind = StatementKind::proceed;
  lexer_.take();
  if (take_word("used")) lexer_.take();
  return true;
}

// add @set { ip saddr timeout 1m limit rate 3/second }
bool RuleParser::change_set(Statement& statement) {
  statement.kind = StatementKind::change_set;
  lexer_.take();
  if (lexer_.peek().kind != TokenKind::set_ref) return false;
  statement.right = make(ExprKind::set_ref, lexer_.take());
  if (!take_mark("{")) return false;
  statement.left = parse_concat();
  while (lexer_.peek().is_word("timeout") || lexer_.peek().is_word("expires")) {
    lexer_.take();
    lexer_.take();
  }
  std::string_view name;
  while (!lexer_.peek().is("}") && !lexer_.peek().is(":") && !at_end_of_statement()) {
    statement.inner.push_back(parse_statement(name));
    if (statement.inner.back().kind == StatementKind::broken) return false;
  }
  if (take_mark(":")) {
    Expr pair = make(ExprKind::element, lexer_.peek());
    pair.kids.push_back(std::move(statement.left));
    pair.kids.push_back(parse_concat());
    statement.left = std::move(pair);
  }
  return take_mark("}");
}

// meter NAME [size N] { key [timeout T] statements }
bool RuleParser::meter(Statement& statement) {
  statement.kind = StatementKind::change_set;
  lexer_.take();
  statement.right = make(ExprKind::set_ref, lexer_.take());
  if (take_word("size")) lexer_.take();
  if (!take_mark("{")) return false;
  statement.left = parse_concat();
  if (take_word("timeout")) lexer_.take();
  std::string_view name;
  while (!lexer_.peek().is("}") && !at_end_of_statement()) {
    statement.inner.push_back(parse_statement(name));
    if (statement.inner.back().kind == StatementKind::broken) return false;
  }
  return take_mark("}");
}

// set add ip saddr @blocked: the older spelling
bool RuleParser::set_statement(Statement& statement) {
  statement.kind = StatementKind::change_set;
  lexer_.take();
  statement.word = lexer_.take().text;
  if (statement.word != "add" && statement.word != "update" && statement.word != "delete") return false;
  statement.left = parse_concat();
  if (take_word("timeout")) lexer_.take();
  if (lexer_.peek().kind != TokenKind::set_ref) return false;
  statement.right = make(ExprKind::set_ref, lexer_.take());
  return true;
}

void RuleParser::nat_flags(Statement& statement) {
  while (lexer_.peek().is_word("random") || lexer_.peek().is_word("fully-random") || lexer_.peek().is_word("persistent")) {
    statement.any_port = statement.any_port || lexer_.peek().text != "persistent";
    lexer_.take();
    take_mark(",");
  }
}

// dnat [ip|ip6] [prefix|interval|addr . port] [to] ADDRESS[:PORT]
bool RuleParser::nat(Statement& statement) {
  statement.kind = lexer_.take().text == "tproxy" ? StatementKind::opaque_action : StatementKind::nat;
  const Token after = lexer_.peek(1);
  if (after.is_word("to") || after.is_word("prefix") || after.is_word("addr") || after.is_word("interval")) {
    if (take_word("ip")) statement.family = 4;
    else if (take_word("ip6")) statement.family = 6;
  }
  if (take_word("interval") || take_word("addr")) {
    if (take_mark(".")) lexer_.take();
  }
  statement.is_prefix = take_word("prefix");
  take_word("to");
  nat_flags(statement);
  if (at_end_of_statement()) return true;
  if (!lexer_.peek().is(":")) {
    statement.left = parse_concat();
    if (lexer_.peek().is_word("map")) statement.left = parse_map_of(std::move(statement.left));
    if (statement.left.kind == ExprKind::broken) return false;
    // redirect to 8080
    if ((statement.word == "redirect" || statement.word == "masquerade") && !lexer_.peek().is(":")) std::swap(statement.left, statement.right);
  }
  if (take_mark(":")) {
    statement.right = parse_concat();
    if (lexer_.peek().is_word("map")) statement.right = parse_map_of(std::move(statement.right));
    if (statement.right.kind == ExprKind::broken) return false;
  }
  nat_flags(statement);
  return true;
}

bool RuleParser::reject(Statement& statement) {
  statement.kind = StatementKind::reject;
  statement.word = "";
  lexer_.take();
  if (!take_word("with")) return true;
  statement.word = lexer_.take().text;
  take_word("type");
  lexer_.take();
  return true;
}

bool RuleParser::queue(Statement& statement) {
  statement.kind = StatementKind::opaque_action;
  skip_statement();
  return true;
}

bool RuleParser::flow(Statement& statement) {
  statement.kind = StatementKind::flow;
  lexer_.take();
  lexer_.take();
  if (lexer_.peek().kind != TokenKind::set_ref) return false;
  statement.right = make(ExprKind::set_ref, lexer_.take());
  return true;
}

// dup to 192.0.2.9 [device eth0]; fwd to eth1
bool RuleParser::duplicate(Statement& statement) {
  statement.kind = lexer_.take().text == "dup" ? StatementKind::proceed : StatementKind::opaque_action;
  if (lexer_.peek(1).is_word("to")) lexer_.take();
  take_word("to");
  statement.left = parse_concat();
  if (take_word("device")) statement.right = parse_concat();
  return statement.left.kind != ExprKind::broken;
}

bool RuleParser::synproxy(Statement& statement) {
  statement.kind = StatementKind::opaque_action;
  lexer_.take();
  while (true) {
    if (lexer_.peek().is_word("mss") || lexer_.peek().is_word("wscale") || lexer_.peek().is_word("name")) {
      lexer_.take();
      lexer_.take();
    } else if (!take_word("timestamp") && !take_word("sack-perm")) {
      return true;
    }
  }
}

// xt match "recent", xt target "MASQUERADE", and "# xt_recent" of versions that cannot read it. Targets are written in capitals.
bool RuleParser::xt(Statement& statement) {
  const Token first = lexer_.take();
  if (first.kind == TokenKind::hidden_xt) {
    const bool capital = first.text.size() > 3 && first.text[3] >= 'A' && first.text[3] <= 'Z';
    statement.kind = capital ? StatementKind::opaque_action : StatementKind::opaque_match;
    return true;
  }
  statement.kind = lexer_.peek().is_word("match") ? StatementKind::opaque_match : StatementKind::opaque_action;
  lexer_.take();
  if (at_end_of_statement()) return false;
  lexer_.take();
  return true;
}

// reset tcp option sack-perm: changes the header
bool RuleParser::reset(Statement& statement) {
  statement.kind = StatementKind::assign;
  lexer_.take();
  statement.left = parse_concat();
  statement.right.kind = ExprKind::any;
  return statement.left.kind == ExprKind::selector;
}

bool RuleParser::expression_statement(Statement& statement) {
  statement.left = parse_concat();
  if (statement.left.kind == ExprKind::broken || statement.left.kind == ExprKind::value) return false;
  if (take_word("vmap")) {
    statement.kind = StatementKind::verdict_map;
    statement.right = parse_primary();
    return statement.right.kind != ExprKind::broken;
  }
  if (take_word("set")) {
    statement.kind = StatementKind::assign;
    statement.right = parse_list();
    if (lexer_.peek().is_word("map")) statement.right = parse_map_of(std::move(statement.right));
    if (statement.left.text == "meta priority" && take_mark(":")) lexer_.take();  // 1:1
    return statement.right.kind != ExprKind::broken;
  }
  return relational(statement);
}

bool RuleParser::relational(Statement& statement) {
  statement.kind = StatementKind::match;
  const Token token = lexer_.peek();
  for (const RelationWord& row : kRelations)
    if (token.is(row.text) || token.is_word(row.text)) {
      lexer_.take();
      statement.relation = row.relation;
      break;
    }
  if (at_end_of_statement()) return false;
  const bool outer = selectors_;
  selectors_ = false;
  statement.right = parse_list();
  selectors_ = outer;
  return statement.right.kind != ExprKind::broken;
}

}  // namespace fwproof::importers::nftables
