// Blocks and commands of nft's text: tables, chains, sets, objects; add, insert, flush, delete. Source: nft(8) 1.0.6; FORMAT.md has the
// reading. The file is long because commands and blocks share the state of one parse.
#include <algorithm>

#include "importers/nftables/parse.h"
#include "importers/nftables/parse_rule.h"
#include "importers/text/number.h"

namespace fwproof::importers::nftables {
namespace {

using model::DiagnosticId;
using model::LineClass;
using model::Origin;
using model::Severity;

// Objects that rules refer to by name; what they hold decides nothing by itself.
bool is_object(std::string_view word) {
  static constexpr std::string_view kObjects[] = {"counter", "quota", "limit", "secmark", "synproxy", "flowtable", "ct", "tunnel"};
  return std::find(std::begin(kObjects), std::end(kObjects), word) != std::end(kObjects);
}

class TextParser {
 public:
  TextParser(const Section& section, Ruleset& ruleset, Context& context)
      : section_(section), ruleset_(ruleset), context_(context), lexer_(section.lines), rules_(lexer_, ruleset, variables_, section.first_line) {}

  void run() {
    while (true) {
      rules_.skip_newlines();
      const Token token = lexer_.peek();
      if (token.kind == TokenKind::end) break;
      if (token.is(";")) lexer_.take();
      else if (token.is("}")) refuse(lexer_.take(), "this closing brace closes nothing");
      else command();
    }
    const bool script = !section_.lines.empty() && section_.lines[0].starts_with("#!");
    if ((commands_ || script) && !shows_)
      ruleset_.input.push_back({section_.file, section_.first_line, section_.first_line + static_cast<uint32_t>(section_.lines.size())});
    for (uint32_t i = 0; i < section_.lines.size(); ++i)
      if (lexer_.is_comment(i)) comment(i);
  }

 private:
  Origin origin(const Token& token) const { return {section_.file, section_.first_line + token.line}; }

  void account(const Token& first, LineClass line_class, std::string_view construct) {
    const uint32_t last = std::max(lexer_.last().line, first.line);
    context_.account(origin(first), section_.first_line + last, line_class, construct);
  }

  void tell(const Token& at, DiagnosticId id, std::string message, std::string note = {}) {
    context_.tell(origin(at), at.column, static_cast<uint32_t>(at.text.size()), id, Severity::warning, std::move(message), std::move(note));
  }

  void refuse(const Token& token, std::string message) {
    rules_.skip_statement();
    account(token, LineClass::unrecognised, "line that nft refuses");
    tell(token, DiagnosticId::line_unrecognised, std::move(message), "nft refuses the whole file; every decision depends on what was meant");
    ruleset_.gaps.push_back({"a line that nft refuses", origin(token)});
  }

  // Something whose effect on the tables is not followed.
  void gap(const Token& token, std::string text, LineClass line_class, std::string_view construct) {
    ruleset_.gaps.push_back({text, origin(token)});
    account(token, line_class, construct);
    tell(token, DiagnosticId::script_opaque, text + ": its effect on the rules cannot be told", "give the output of 'nft list ruleset'");
  }

  bool word(std::string_view text) {
    if (!lexer_.peek().is_word(text)) return false;
    lexer_.take();
    return true;
  }

  std::string name() {
    const Token token = lexer_.peek();
    if (token.kind != TokenKind::word && token.kind != TokenKind::quoted && token.kind != TokenKind::variable) return {};
    lexer_.take();
    if (token.kind != TokenKind::variable) return std::string(token.text);
    const auto known = variables_.find(token.text);
    return known == variables_.end() ? std::string() : std::string(known->second->get().text);
  }

  TableFamily family() {
    const auto known = lexer_.peek().kind == TokenKind::word ? table_family(lexer_.peek().text) : std::nullopt;
    if (!known) return TableFamily::ip;
    lexer_.take();
    return *known;
  }

  // "# Warning: table ip filter is managed by iptables-nft, do not touch!" goes to the error output (src/rule.c, table_print): it may be
  // missing, and where both are kept in one file it may stand anywhere.
  void comment(uint32_t line) {
    constexpr std::string_view kStart = "# Warning: table ", kEnd = " is managed by iptables-nft";
    context_.comment({section_.file, section_.first_line + line});
    const std::string_view text = section_.lines[line];
    const size_t end = text.find(kEnd);
    if (!text.starts_with(kStart) || end == std::string_view::npos) return;
    const std::string_view name = text.substr(kStart.size(), end - kStart.size());
    const auto family = table_family(name.substr(0, name.find(' ')));
    if (TableAst* table = family ? ruleset_.find(*family, name.substr(std::min(name.find(' '), name.size() - 1) + 1)) : nullptr) table->of_iptables = true;
  }

  // ---- commands ----

  void command() {
    if (word("sudo")) word("nft");
    else word("nft");
    const Token first = lexer_.peek();
    if (first.is_word("table")) return table(first);
    const bool shows = first.is_word("list") || first.is_word("reset") || first.is_word("monitor") || first.is_word("describe");
    (shows ? shows_ : commands_) = true;
    if (first.is_word("define") || first.is_word("redefine")) return define(first);
    if (first.is_word("undefine")) return harmless(first, "undefine");
    if (first.is_word("include")) return include(first, nullptr);
    if (first.is_word("flush")) return flush(first);
    if (first.is_word("add") || first.is_word("create") || first.is_word("insert")) return add(first);
    if (first.is_word("delete") || first.is_word("destroy")) return remove(first);
    if (shows) return harmless(first, "command that only shows");
    if (first.is_word("replace") || first.is_word("rename")) {
      rules_.skip_statement();
      return gap(first, "'" + std::string(first.text) + "'", LineClass::opaque, "command that changes earlier rules");
    }
    if (first.is_word("chain") || first.is_word("rule") || first.is_word("set") || first.is_word("map") || first.is_word("element")) return add_what(first, false);
    lexer_.take();
    refuse(first, "'" + std::string(first.text.substr(0, 40)) + "' begins no command of nft");
  }

  void harmless(const Token& first, std::string_view construct) {
    rules_.skip_statement();
    account(first, LineClass::irrelevant, construct);
  }

  void define(const Token& first) {
    lexer_.take();
    const Token token = lexer_.take();
    if (token.kind != TokenKind::word || !lexer_.peek().is("=")) return refuse(first, "'define NAME = VALUE' is expected");
    lexer_.take();
    ruleset_.values.push_back(rules_.parse_value());
    const Expr* value = &ruleset_.values.back();
    variables_[std::string(token.text)] = value->shared ? value->shared : value;
    constexpr uint64_t kMaxSize = 1u << 22;
    const uint64_t size = size_of(*value);
    sizes_[value->shared ? value->shared : value] = size;
    const bool broken = value->kind == ExprKind::broken || !rules_.at_end_of_statement() || size > kMaxSize;
    if (!broken) return account(first, LineClass::modelled, "define");
    ruleset_.values.back().kind = ExprKind::broken;
    ruleset_.values.back().kids.clear();
    ruleset_.values.back().shared = nullptr;
    variables_[std::string(token.text)] = &ruleset_.values.back();
    rules_.skip_statement();
    account(first, LineClass::opaque, "define");
    tell(token, DiagnosticId::line_unrecognised, "the value of '" + std::string(token.text) + "' cannot be read", "what uses it is unknown");
  }

  // Expressions in a value, those of the variables in it included: variables that hold variables twice grow fast.
  uint64_t size_of(const Expr& expr) const {
    if (expr.shared) {
      const auto known = sizes_.find(expr.shared);
      return known == sizes_.end() ? 1 : known->second;
    }
    uint64_t size = 1;
    for (const Expr& kid : expr.kids) size = std::min<uint64_t>(size + size_of(kid), uint64_t{1} << 40);
    return size;
  }

  void include(const Token& first, TableAst* table) {
    rules_.skip_statement();
    const std::string text = "include " + std::string(lexer_.last().text);
    if (table) table->unclear = origin(first);
    gap(first, text, LineClass::opaque, "include");
  }

  void flush(const Token& first) {
    lexer_.take();
    const Token what = lexer_.take();
    if (what.is_word("ruleset")) {
      std::optional<TableFamily> only;
      if (!rules_.at_end_of_statement()) only = family();
      flush_ruleset(ruleset_, only);
    } else {
      const TableFamily of = family();
      TableAst* known = ruleset_.find(of, name());
      const std::string object = name();
      if (known && what.is_word("table"))
        for (ChainAst& chain : known->chains) chain.rules.clear();
      else if (ChainAst* chain = known && what.is_word("chain") ? find_chain(*known, object) : nullptr)
        chain->rules.clear();
      else if (known && (what.is_word("set") || what.is_word("map")) && known->sets.contains(object))
        known->sets.at(object).elements.clear();
    }
    if (!rules_.at_end_of_statement()) return refuse(first, "a command 'flush' that nft does not know");
    account(first, LineClass::modelled, "flush");
  }

  void add(const Token& first) {
    lexer_.take();
    add_what(first, first.is_word("insert"));
  }

  void add_what(const Token& first, bool in_front) {
    const Token what = lexer_.peek();
    if (what.is_word("table")) return table(first);
    if (what.is_word("ct") || (what.kind == TokenKind::word && is_object(what.text))) return object(first);
    lexer_.take();
    const TableFamily of = family();
    const std::string table_name = name();
    if (table_name.empty()) return refuse(first, "a table is expected");
    TableAst& table = ruleset_.table(of, table_name, origin(first));
    if (what.is_word("chain")) return chain(first, table);
    if (what.is_word("set") || what.is_word("map")) return set(first, table, what.is_word("map"));
    if (what.is_word("element")) return elements(first, table);
    if (what.is_word("rule") || table_family(what.text) || in_front || first.is_word("add")) return rule_command(first, table, in_front);
    refuse(first, "'" + std::string(what.text.substr(0, 40)) + "' is nothing that nft can add");
  }

  void rule_command(const Token& first, TableAst& table, bool in_front) {
    const std::string chain_name = name();
    if (chain_name.empty()) return refuse(first, "a chain is expected");
    ChainAst* known = find_chain(table, chain_name);
    if (!known) {
      // In text that nobody declares the chain for it may still be a base chain of the host.
      known = &chain_of(ruleset_, table, chain_name, origin(first));
      known->unclear = origin(first);
      tell(first, DiagnosticId::chain_missing, "chain '" + chain_name + "' is not declared in this text", "whether it is attached to a hook cannot be told");
      ruleset_.gaps.push_back({"a rule for chain '" + chain_name + "' that the text does not declare", origin(first)});
    }
    if (lexer_.peek().is_word("position") || lexer_.peek().is_word("handle") || lexer_.peek().is_word("index")) {
      known->unclear = origin(first);
      lexer_.take();
      lexer_.take();
    }
    RuleAst rule = read_rule(first);
    if (in_front) known->rules.push_front(std::move(rule));
    else append_rule(*known, std::move(rule));
  }

  void elements(const Token& first, TableAst& table) {
    const std::string set_name = name();
    if (!lexer_.peek().is("{") && lexer_.peek().kind != TokenKind::variable) return refuse(first, "'{' is expected");
    const Expr value = rules_.parse_value();
    SetAst& set = table.sets[set_name];
    if (set.name.empty()) {
      set.name = set_name;
      set.origin = set.unclear.emplace(origin(first));
    }
    take_elements(set, value);
    if (!rules_.at_end_of_statement()) return refuse(first, "an element list is expected");
    account(first, LineClass::modelled, "element");
  }

  static void take_elements(SetAst& set, const Expr& value) {
    const Expr& all = value.get();
    if (all.kind != ExprKind::set) return set.elements.push_back(value);
    for (const Expr& element : all.kids) set.elements.push_back(element);
  }

  void remove(const Token& first) {
    lexer_.take();
    const Token what = lexer_.take();
    const TableFamily of = family();
    const std::string table_name = name();
    TableAst* known = ruleset_.find(of, table_name);
    const auto is_known = [&](const TableAst& t) { return &t == known; };
    if (what.is_word("table")) {
      if (known) ruleset_.tables.erase(std::find_if(ruleset_.tables.begin(), ruleset_.tables.end(), is_known));
      rules_.skip_statement();
      return account(first, LineClass::modelled, "delete");
    }
    rules_.skip_statement();
    if (known && !known->unclear) known->unclear = origin(first);
    gap(first, "delete " + std::string(what.text), LineClass::opaque, "command that changes earlier rules");
  }

  void object(const Token& first) {
    const Token what = lexer_.take();
    if (what.is_word("ct")) lexer_.take();
    while (!rules_.at_end_of_statement() && !lexer_.peek().is("{")) lexer_.take();
    if (lexer_.peek().is("{")) skip_block();
    account(first, LineClass::irrelevant, what.text == "ct" ? "ct object" : what.text);
  }

  void skip_block() {
    size_t depth = 0;
    while (lexer_.peek().kind != TokenKind::end) {
      const Token token = lexer_.take();
      if (token.is("{")) ++depth;
      if (token.is("}") && --depth == 0) return;
    }
    cut_off();
  }

  void cut_off() {
    const Token at = lexer_.last();
    context_.tell(origin(at), 0, 0, DiagnosticId::input_truncated, Severity::warning, "the text ends inside a block",
                  "every decision depends on what is missing");
    ruleset_.gaps.push_back({"the text ends inside a block", origin(at)});
  }

  // Reads a block: `item` for whatever is not a newline or semicolon, until the closing brace.
  template <typename Item>
  void block(Item item) {
    lexer_.take();  // {
    while (true) {
      rules_.skip_newlines();
      const Token token = lexer_.peek();
      if (token.kind == TokenKind::end) return cut_off();
      if (token.is(";")) {
        lexer_.take();
        continue;
      }
      if (token.is("}")) {
        lexer_.take();
        return account(token, LineClass::modelled, "end of block");
      }
      item(token);
    }
  }

  // ---- tables ----

  void table(const Token& first) {
    lexer_.take();
    if (lexer_.last().text != "table") lexer_.take();
    const TableFamily of = family();
    const std::string table_name = name();
    if (table_name.empty()) return refuse(first, "a table's name is expected");
    TableAst& added = ruleset_.table(of, table_name, origin(first));
    if (lexer_.peek().is("{")) {
      account(first, LineClass::modelled, "table");
      return block([&](const Token& token) { table_item(token, added); });
    }
    if (!rules_.at_end_of_statement()) return refuse(first, "'{' is expected");
    account(first, LineClass::modelled, "table");
  }

  void table_item(const Token& token, TableAst& table) {
    if (token.is_word("chain") || token.is_word("set") || token.is_word("map")) {
      lexer_.take();
      return token.is_word("chain") ? chain(token, table) : set(token, table, token.is_word("map"));
    }
    if (token.is_word("define") || token.is_word("redefine")) return define(token);
    if (token.is_word("undefine")) return harmless(token, "undefine");
    if (token.is_word("include")) return include(token, &table);
    if (token.is_word("comment")) return harmless(token, "comment");
    if (token.is_word("flags")) {
      while (!rules_.at_end_of_statement()) table.dormant = lexer_.take().is_word("dormant") || table.dormant;
      return account(token, LineClass::modelled, "table flags");
    }
    if (token.kind == TokenKind::word && is_object(token.text)) return object(token);
    lexer_.take();
    table.unclear = origin(token);
    refuse(token, "'" + std::string(token.text.substr(0, 40)) + "' is nothing that a table holds");
  }

  // ---- chains ----

  void chain(const Token& first, TableAst& table) {
    const std::string chain_name = name();
    if (chain_name.empty()) return refuse(first, "a chain's name is expected");
    ChainAst& added = chain_of(ruleset_, table, chain_name, origin(first));
    account(first, LineClass::modelled, "chain");
    if (lexer_.peek().is("{")) return block([&](const Token& token) { chain_item(token, table, added); });
    if (!rules_.at_end_of_statement()) refuse(first, "'{' is expected");
  }

  void chain_item(const Token& token, const TableAst& table, ChainAst& chain) {
    if (token.is_word("type")) return base(token, table, chain);
    if (token.is_word("policy")) {
      lexer_.take();
      chain.policy = name();
      chain.policy_origin = origin(token);
      account(token, LineClass::modelled, "policy");
      return end_item(token, chain);
    }
    if (token.is_word("flags") || token.is_word("comment")) return harmless(token, token.text == "flags" ? "chain flags" : "comment");
    if (token.is_word("devices") || token.is_word("device")) {
      devices(chain);
      account(token, LineClass::modelled, "base chain");
      return end_item(token, chain);
    }
    if (token.is_word("include")) {
      chain.unclear = origin(token);
      return include(token, nullptr);
    }
    if (token.is_word("define") || token.is_word("redefine")) return define(token);
    append_rule(chain, read_rule(token));
  }

  void end_item(const Token& token, ChainAst& chain) {
    if (rules_.at_end_of_statement()) return;
    chain.unclear = origin(token);
    refuse(token, "the end of the line is expected");
  }

  void devices(ChainAst& chain) {
    lexer_.take();
    if (lexer_.peek().is("=")) lexer_.take();
    const Expr value = rules_.parse_value();
    const Expr& all = value.get();
    if (all.kind != ExprKind::set) return device(chain, all);
    for (const Expr& each : all.kids) device(chain, each.get());
  }

  static void device(ChainAst& chain, const Expr& expr) {
    if (expr.kind == ExprKind::value || expr.kind == ExprKind::quoted) chain.devices.emplace_back(expr.text);
    else chain.devices_known = false;
  }

  // type filter hook input [device eth0] priority filter + 1; policy drop;
  void base(const Token& first, const TableAst& table, ChainAst& chain) {
    lexer_.take();
    chain.is_base = true;
    chain.origin = origin(first);
    chain.type = name();
    if (word("hook")) chain.hook = name();
    if (lexer_.peek().is_word("device") || lexer_.peek().is_word("devices")) devices(chain);
    if (word("priority")) {
      std::string text;
      while (!rules_.at_end_of_statement() && !lexer_.peek().is_word("policy") && !lexer_.peek().is_word("device")) {
        const Token part = lexer_.take();
        const auto known = part.kind == TokenKind::variable ? variables_.find(part.text) : variables_.end();
        text += known == variables_.end() ? part.text : known->second->get().text;
      }
      const auto priority = priority_of(text, table.family);
      chain.priority_known = priority.has_value();
      chain.priority = priority.value_or(0);
      if (!priority) tell(first, DiagnosticId::value_unknown, "cannot read '" + text.substr(0, 40) + "' as a priority");
    } else {
      chain.priority_known = false;
    }
    if (lexer_.peek().is_word("device") || lexer_.peek().is_word("devices")) devices(chain);
    account(first, LineClass::modelled, "base chain");
    if (!lexer_.peek().is_word("policy")) end_item(first, chain);
  }

  RuleAst read_rule(const Token& first) {
    RuleAst rule;
    rule.origin = origin(first);
    rules_.parse_statements(rule.statements, rule.name);
    rule.last_line = std::max(section_.first_line + lexer_.last().line, rule.origin.line);
    if (rules_.at_end_of_statement()) return rule;
    rules_.skip_statement();
    rule.statements.emplace_back();
    return rule;
  }

  // ---- sets ----

  void set(const Token& first, TableAst& table, bool is_map) {
    const std::string set_name = name();
    if (set_name.empty()) return refuse(first, "a set's name is expected");
    SetAst& added = table.sets[set_name];
    added.name = set_name;
    added.origin = origin(first);
    added.is_map = is_map;
    account(first, LineClass::modelled, is_map ? "map" : "set");
    if (lexer_.peek().is("{")) return block([&](const Token& token) { set_item(token, added); });
    if (!rules_.at_end_of_statement()) refuse(first, "'{' is expected");
  }

  void set_item(const Token& token, SetAst& set) {
    static constexpr std::string_view kItems[] = {"type", "typeof", "gc-interval", "size", "policy", "auto-merge", "comment", "counter", "quota", "limit", "last", "ct"};
    const std::string_view construct = set.is_map ? "map" : "set";
    if (token.is_word("elements")) {
      lexer_.take();
      if (!lexer_.peek().is("=")) return refuse(token, "'=' is expected");
      lexer_.take();
      const Expr value = rules_.parse_value();
      if (value.get().kind == ExprKind::broken) set.unclear = origin(token);
      take_elements(set, value);
      account(token, LineClass::modelled, construct);
      if (!rules_.at_end_of_statement()) {
        set.unclear = origin(token);
        refuse(token, "the end of the line is expected");
      }
      return;
    }
    lexer_.take();
    if (token.is_word("flags")) {
      while (!rules_.at_end_of_statement()) {
        const Token flag = lexer_.take();
        set.timeouts = set.timeouts || flag.is_word("timeout");
        set.dynamic = set.dynamic || flag.is_word("dynamic");
      }
      return account(token, LineClass::modelled, construct);
    }
    if (token.is_word("timeout")) set.timeouts = true;
    else if (token.kind != TokenKind::word || std::find(std::begin(kItems), std::end(kItems), token.text) == std::end(kItems)) {
      set.unclear = origin(token);
      return refuse(token, "'" + std::string(token.text.substr(0, 40)) + "' is nothing that a set holds");
    }
    rules_.skip_statement();
    account(token, LineClass::modelled, construct);
  }

  const Section& section_;
  Ruleset& ruleset_;
  Context& context_;
  Variables variables_;
  std::unordered_map<const Expr*, uint64_t> sizes_;
  bool commands_ = false;  // a listing holds none
  bool shows_ = false;     // commands and what they printed
  Lexer lexer_;
  RuleParser rules_;
};

}  // namespace

void parse_text(const Section& section, Ruleset& ruleset, Context& context) { TextParser(section, ruleset, context).run(); }

void flush_ruleset(Ruleset& ruleset, std::optional<TableFamily> family) {
  if (!family) {
    ruleset.tables.clear();
    ruleset.gaps.clear();
    return;
  }
  std::erase_if(ruleset.tables, [&](const TableAst& table) { return table.family == *family; });
}

void append_rule(ChainAst& chain, RuleAst rule) { chain.rules.push_back(std::move(rule)); }

}  // namespace fwproof::importers::nftables
