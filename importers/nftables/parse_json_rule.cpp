#include "importers/nftables/parse_json_rule.h"

#include <algorithm>

namespace fwproof::importers::nftables {
namespace {

using Kind = JsonValue::Kind;

struct PlainWord {
  std::string_view word;
  StatementKind kind;
};
// Statements whose parameters decide nothing.
constexpr PlainWord kPlain[] = {
    {"counter", StatementKind::proceed},       {"log", StatementKind::proceed},           {"last", StatementKind::proceed},
    {"dup", StatementKind::proceed},           {"ct helper", StatementKind::proceed},     {"ct timeout", StatementKind::proceed},
    {"ct expectation", StatementKind::proceed}, {"secmark", StatementKind::proceed},      {"comment", StatementKind::proceed},
    {"limit", StatementKind::chance},          {"quota", StatementKind::chance},          {"ct count", StatementKind::chance},
    {"notrack", StatementKind::notrack},       {"flow", StatementKind::flow},             {"queue", StatementKind::opaque_action},
    {"fwd", StatementKind::opaque_action},     {"tproxy", StatementKind::opaque_action},  {"synproxy", StatementKind::opaque_action},
};

struct RelationWord {
  std::string_view text;
  Relation relation;
};
constexpr RelationWord kRelations[] = {{"==", Relation::equal},    {"!=", Relation::unequal},  {"<", Relation::less}, {">", Relation::greater},
                                       {"<=", Relation::at_most},  {">=", Relation::at_least}, {"in", Relation::implicit}, {"!", Relation::none_of}};

bool is_verdict(std::string_view word) {
  static constexpr std::string_view kVerdicts[] = {"accept", "drop", "continue", "return", "jump", "goto"};
  return std::find(std::begin(kVerdicts), std::end(kVerdicts), word) != std::end(kVerdicts);
}

bool has_flag(const JsonValue* flags, std::string_view wanted) {
  if (!flags) return false;
  if (flags->kind == Kind::string) return flags->text == wanted;
  return std::any_of(flags->items.begin(), flags->items.end(), [&](const JsonValue& f) { return f.text == wanted; });
}

}  // namespace

// On one line, however the document is laid out.
std::string_view JsonRuleParser::source(const JsonValue& value) {
  constexpr size_t kMaxText = 300;
  const std::string_view text = document_.substr(value.begin, std::min(value.end - value.begin, kMaxText));
  if (text.find('\n') == std::string_view::npos) return text;
  std::string plain;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank || (!plain.empty() && plain.back() != ' ')) plain += blank ? ' ' : c;
  }
  return ruleset_.texts.emplace_back(std::move(plain));
}

Expr JsonRuleParser::make(ExprKind kind, const JsonValue& at, std::string_view text) const {
  Expr expr;
  expr.kind = kind;
  expr.text = text;
  expr.line = first_line_ + at.line - 1;
  expr.column = at.column;
  return expr;
}

Expr JsonRuleParser::selector(const JsonValue& at, std::string text) {
  auto known = kept_.find(text);
  if (known == kept_.end()) {
    const std::string_view view = ruleset_.texts.emplace_back(text);
    known = kept_.emplace(std::move(text), view).first;
  }
  return make(ExprKind::selector, at, known->second);
}

Expr JsonRuleParser::joined(ExprKind kind, const JsonValue& at, const JsonValue& list) {
  Expr expr = make(kind, at, source(at));
  if (list.kind != Kind::array) return make(ExprKind::broken, at, source(at));
  for (const JsonValue& item : list.items) expr.kids.push_back(parse_expression(item));
  return expr;
}

Expr JsonRuleParser::parse_expression(const JsonValue& value) {
  switch (value.kind) {
    case Kind::null: return make(ExprKind::broken, value, source(value));
    case Kind::boolean: return make(ExprKind::value, value, value.text == "true" ? "exists" : "missing");
    case Kind::number: return make(ExprKind::value, value, value.text);
    case Kind::string:
      if (value.text == "*") return make(ExprKind::star, value);
      if (value.text.starts_with('@')) return make(ExprKind::set_ref, value, value.text.substr(1));
      return make(ExprKind::value, value, value.text);
    case Kind::array: return joined(ExprKind::list, value, value);
    case Kind::object: return object(value);
  }
  return {};
}

// An element of a set, or "[key, value]" of a map.
Expr JsonRuleParser::parse_element(const JsonValue& value) {
  if (value.kind != Kind::array || value.items.size() != 2) return parse_expression(value);
  Expr pair = make(ExprKind::element, value);
  pair.kids.push_back(parse_expression(value.items[0]));
  pair.kids.push_back(parse_expression(value.items[1]));
  return pair;
}

Expr JsonRuleParser::object(const JsonValue& value) {
  if (value.items.size() != 1) return make(ExprKind::broken, value, source(value));
  const std::string_view word = value.keys[0];
  const JsonValue& body = value.items[0];
  if (word == "payload") return payload(value, body);
  if (word == "meta") return selector(value, "meta " + std::string(body.string("key")));
  if (word == "ct") return ct(value, body);
  if (word == "fib") return fib(value, body);
  if (word == "concat") return joined(ExprKind::concat, value, body);
  if (word == "range") return joined(ExprKind::range, value, body);
  if (is_verdict(word)) return verdict(value, word, body);
  if (word == "set") {
    Expr set = make(ExprKind::set, value);
    if (body.kind != Kind::array) {
      set.kids.push_back(parse_element(body));
      return set;
    }
    for (const JsonValue& item : body.items) set.kids.push_back(parse_element(item));
    return set;
  }
  if (word == "prefix") {
    const JsonValue *address = body.find("addr"), *length = body.find("len");
    if (!address || !length) return make(ExprKind::broken, value, source(value));
    Expr prefix = make(ExprKind::prefix, value);
    prefix.kids.push_back(parse_expression(*address));
    prefix.kids.push_back(parse_expression(*length));
    return prefix;
  }
  if (word == "elem") {
    const JsonValue* inner = body.find("val");
    return inner ? parse_element(*inner) : make(ExprKind::broken, value, source(value));
  }
  if (word == "map") {
    const JsonValue *key = body.find("key"), *data = body.find("data");
    if (!key || !data) return make(ExprKind::broken, value, source(value));
    Expr map = make(ExprKind::map, value);
    map.kids.push_back(parse_expression(*key));
    map.kids.push_back(parse_expression(*data));
    return map;
  }
  if (word == "numgen" || word == "jhash" || word == "symhash") return generator(value, body);
  if (word == "|" || word == "&" || word == "^" || word == "<<" || word == ">>") {
    if (body.kind != Kind::array || body.items.size() < 2) return make(ExprKind::broken, value, source(value));
    Expr left = parse_expression(body.items[0]);
    if (body.items.size() > 64) return make(ExprKind::broken, value, source(value));
    for (size_t i = 1; i < body.items.size(); ++i) {
      Expr both = make(ExprKind::binary, value, word);
      both.kids.push_back(std::move(left));
      both.kids.push_back(parse_expression(body.items[i]));
      left = std::move(both);
    }
    return left;
  }
  // exthdr, tcp option, rt, socket, osf, ipsec …
  if (body.kind == Kind::object) return selector(value, std::string(source(value)));
  return make(ExprKind::broken, value, source(value));
}

Expr JsonRuleParser::generator(const JsonValue& at, const JsonValue& body) {
  Expr any = make(ExprKind::any, at, source(at));
  any.kids.resize(2);
  if (const JsonValue* count = body.find("mod")) any.kids[0] = parse_expression(*count);
  if (const JsonValue* first = body.find("offset")) any.kids[1] = parse_expression(*first);
  if (const JsonValue* hashed = body.find("expr")) any.kids.push_back(parse_expression(*hashed));
  return any;
}

Expr JsonRuleParser::payload(const JsonValue& at, const JsonValue& body) {
  const std::string_view protocol = body.string("protocol"), field = body.string("field");
  if (protocol.empty() || field.empty()) return selector(at, "@" + std::string(source(body)));
  return selector(at, std::string(protocol) + " " + std::string(field));
}

Expr JsonRuleParser::ct(const JsonValue& at, const JsonValue& body) {
  std::string text = "ct ";
  if (const std::string_view dir = body.string("dir"); !dir.empty()) text += std::string(dir) + " ";
  if (const std::string_view family = body.string("family"); !family.empty()) text += std::string(family) + " ";
  return selector(at, text + std::string(body.string("key")));
}

Expr JsonRuleParser::fib(const JsonValue& at, const JsonValue& body) {
  std::string text = "fib ";
  const JsonValue* flags = body.find("flags");
  if (flags && flags->kind == Kind::string) text += std::string(flags->text) + " ";
  if (flags && flags->kind == Kind::array)
    for (size_t i = 0; i < flags->items.size() && i < 8; ++i) text += (i ? ". " : "") + std::string(flags->items[i].text) + " ";
  return selector(at, text + std::string(body.string("result")));
}

Expr JsonRuleParser::verdict(const JsonValue& at, std::string_view word, const JsonValue& body) {
  Expr expr = make(ExprKind::verdict, at, word);
  if (word != "jump" && word != "goto") return expr;
  const JsonValue* target = body.find("target");
  if (!target) return make(ExprKind::broken, at, source(at));
  expr.kids.push_back(make(ExprKind::value, *target, target->text));
  return expr;
}

void JsonRuleParser::parse_statements(const JsonValue& list, std::vector<Statement>& statements) {
  for (const JsonValue& item : list.items) statements.push_back(parse_statement(item));
}

Statement JsonRuleParser::parse_statement(const JsonValue& item) {
  Statement statement;
  statement.line = first_line_ + item.line - 1;
  statement.column = item.column;
  statement.text = source(item);
  if (item.kind != Kind::object || item.items.size() != 1) return statement;
  statement.word = item.keys[0];
  if (!statement_of(item.keys[0], item.items[0], statement)) statement.kind = StatementKind::broken;
  return statement;
}

bool JsonRuleParser::statement_of(std::string_view word, const JsonValue& body, Statement& statement) {
  if (is_verdict(word)) {
    statement.kind = StatementKind::verdict;
    statement.right = verdict(body, word, body);
    return statement.right.kind == ExprKind::verdict;
  }
  if (word == "match") return match(body, statement);
  if (word == "snat" || word == "dnat" || word == "masquerade" || word == "redirect") return nat(word, body, statement);
  if (word == "set" || word == "map") return change_set(body, statement);
  if (word == "vmap" || word == "mangle") {
    const bool map = word == "vmap";
    const JsonValue *key = body.find("key"), *value = body.find(map ? "data" : "value");
    if (!key || !value) return false;
    statement.kind = map ? StatementKind::verdict_map : StatementKind::assign;
    statement.left = parse_expression(*key);
    statement.right = parse_expression(*value);
    return true;
  }
  if (word == "reject") {
    statement.kind = StatementKind::reject;
    const std::string_view type = body.string("type");
    statement.word = type == "tcp reset" ? "tcp" : type;
    return true;
  }
  if (word == "meter") {
    statement.kind = StatementKind::change_set;
    statement.right = make(ExprKind::set_ref, body, body.string("name"));
    if (const JsonValue* key = body.find("key")) statement.left = parse_expression(*key);
    const JsonValue* inner = body.find("stmt");
    if (inner) statement.inner.push_back(parse_statement(*inner));
    return true;
  }
  if (word == "xt") {
    const std::string_view type = body.string("type");
    statement.kind = type == "match" ? StatementKind::opaque_match : StatementKind::opaque_action;
    return true;
  }
  for (const PlainWord& row : kPlain)
    if (row.word == word) {
      statement.kind = row.kind;
      // An object by map: {"counter": {"map": {…}}}; {"dup": {"addr": …, "dev": …}}.
      if (body.find("map")) statement.left = parse_expression(body);
      if (const JsonValue* address = body.find("addr")) statement.left = parse_expression(*address);
      if (const JsonValue* device = body.find("dev")) statement.right = parse_expression(*device);
      return true;
    }
  return false;
}

bool JsonRuleParser::match(const JsonValue& body, Statement& statement) {
  const JsonValue *left = body.find("left"), *right = body.find("right");
  const std::string_view op = body.string("op");
  if (!left || !right) return false;
  statement.kind = StatementKind::match;
  statement.left = parse_expression(*left);
  statement.right = parse_expression(*right);
  if (op.empty()) return true;
  for (const RelationWord& row : kRelations)
    if (row.text == op) {
      statement.relation = row.relation;
      return true;
    }
  return false;
}

bool JsonRuleParser::nat(std::string_view word, const JsonValue& body, Statement& statement) {
  statement.kind = StatementKind::nat;
  statement.word = word;
  if (body.kind != Kind::object) return body.kind == Kind::null;
  if (body.string("family") == "ip") statement.family = 4;
  if (body.string("family") == "ip6") statement.family = 6;
  statement.is_prefix = has_flag(body.find("type_flags"), "prefix");
  statement.any_port = has_flag(body.find("flags"), "random") || has_flag(body.find("flags"), "fully-random");
  if (const JsonValue* address = body.find("addr")) statement.left = parse_expression(*address);
  if (const JsonValue* port = body.find("port")) statement.right = parse_expression(*port);
  return statement.left.kind != ExprKind::broken && statement.right.kind != ExprKind::broken;
}

bool JsonRuleParser::change_set(const JsonValue& body, Statement& statement) {
  statement.kind = StatementKind::change_set;
  statement.word = body.string("op");
  const JsonValue* set = body.find("set");
  if (!set) set = body.find("map");
  if (!set || set->kind != Kind::string) return false;
  statement.right = make(ExprKind::set_ref, *set, set->text.starts_with('@') ? set->text.substr(1) : set->text);
  if (const JsonValue* element = body.find("elem")) statement.left = parse_expression(*element);
  if (const JsonValue* data = body.find("data")) {
    Expr pair = make(ExprKind::element, *data);
    pair.kids.push_back(std::move(statement.left));
    pair.kids.push_back(parse_expression(*data));
    statement.left = std::move(pair);
  }
  if (const JsonValue* inner = body.find("stmt")) {
    if (inner->kind == Kind::array) parse_statements(*inner, statement.inner);
    else statement.inner.push_back(parse_statement(*inner));
  }
  return true;
}

}  // namespace fwproof::importers::nftables
