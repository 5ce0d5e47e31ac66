// The document of nft -j: a list of objects and commands. Source: libnftables-json(5) 1.0.6.
#include <algorithm>

#include "importers/nftables/json_value.h"
#include "importers/nftables/parse.h"
#include "importers/nftables/parse_json_rule.h"

namespace fwproof::importers::nftables {
namespace {

using model::DiagnosticId;
using model::LineClass;
using model::Origin;
using model::Severity;
using Kind = JsonValue::Kind;

class JsonParser {
 public:
  JsonParser(const Section& section, std::string_view text, Ruleset& ruleset, Context& context)
      : section_(section), text_(text), ruleset_(ruleset), context_(context), rules_(text, ruleset, section.first_line) {}

  void run() {
    const JsonDocument document = parse_document(text_, ruleset_.texts);
    const JsonValue* list = document.root.find("nftables");
    if (!document.problem.empty()) return refuse_all(document.problem_line, DiagnosticId::json_invalid, "this is no JSON: " + document.problem);
    if (!list || list->kind != Kind::array) return refuse_all(1, DiagnosticId::json_schema, "an object with the list 'nftables' is expected");
    const uint32_t end = static_cast<uint32_t>(section_.lines.size());
    frame(1, list->line);
    uint32_t last = list->line;
    for (const JsonValue& item : list->items) {
      if (item.line > last + 1) frame(last + 1, item.line - 1);
      command(item);
      last = std::max(last, item.last_line);
    }
    frame(last, end);
    if (commands_) ruleset_.input.push_back({section_.file, section_.first_line, section_.first_line + end});
  }

 private:
  Origin origin(const JsonValue& at) const { return {section_.file, section_.first_line + at.line - 1}; }

  void frame(uint32_t from, uint32_t to) {
    for (uint32_t line = from; line <= to; ++line)
      if (line >= 1 && line <= section_.lines.size() && section_.lines[line - 1].find_first_not_of(" \t\r") != std::string_view::npos)
        context_.account({section_.file, section_.first_line + line - 1}, LineClass::modelled, "JSON frame");
  }

  void account(const JsonValue& item, LineClass line_class, std::string_view construct) {
    context_.account(origin(item), section_.first_line + item.last_line - 1, line_class, construct);
  }

  void refuse_all(uint32_t line, DiagnosticId id, std::string message) {
    const Origin at{section_.file, section_.first_line + line - 1};
    context_.tell(at, 0, 0, id, Severity::warning, std::move(message), "every decision depends on what it was meant to say");
    ruleset_.gaps.push_back({"a document that cannot be read", at});
    for (uint32_t i = 0; i < section_.lines.size(); ++i)
      if (section_.lines[i].find_first_not_of(" \t\r") != std::string_view::npos)
        context_.account({section_.file, section_.first_line + i}, LineClass::unrecognised, "JSON that cannot be read");
  }

  void refuse(const JsonValue& item, std::string message) {
    account(item, LineClass::unrecognised, "object that nft does not know");
    context_.tell(origin(item), item.column, 0, DiagnosticId::json_schema, Severity::warning, std::move(message),
                  "every decision depends on what it was meant to say");
    ruleset_.gaps.push_back({"an object that is not understood", origin(item)});
  }

  void gap(const JsonValue& item, std::string text) {
    account(item, LineClass::opaque, "command that changes earlier rules");
    context_.tell(origin(item), item.column, 0, DiagnosticId::script_opaque, Severity::warning, text + ": its effect on the rules cannot be told",
                  "give the output of 'nft -j list ruleset'");
    ruleset_.gaps.push_back({std::move(text), origin(item)});
  }

  void command(const JsonValue& item) {
    if (item.kind != Kind::object || item.items.size() != 1) return refuse(item, "an object with one member is expected");
    const std::string_view word = item.keys[0];
    const JsonValue& body = item.items[0];
    if (word == "metainfo") return account(item, LineClass::irrelevant, "metainfo");
    for (const std::string_view verb : {"add", "create", "insert", "flush", "delete", "destroy", "replace", "rename"}) commands_ = commands_ || word == verb;
    const bool has_object = body.kind == Kind::object && body.items.size() == 1;
    if (word == "add" || word == "create" || word == "insert") {
      if (!has_object) return refuse(item, "an object to add is expected");
      return add(item, body.keys[0], body.items[0], word == "insert");
    }
    if (word == "flush") return has_object ? flush(item, body.keys[0], body.items[0]) : refuse(item, "an object to flush is expected");
    if (word == "delete" || word == "destroy") return has_object ? remove(item, body.keys[0], body.items[0]) : refuse(item, "an object to delete is expected");
    if (word == "replace" || word == "rename") return gap(item, std::string(word));
    if (word == "list" || word == "reset") return account(item, LineClass::irrelevant, "command that only shows");
    add(item, word, body, false);
  }

  std::optional<TableFamily> family(const JsonValue& body) const {
    const std::string_view word = body.string("family");
    return word.empty() ? TableFamily::ip : table_family(word);
  }

  void add(const JsonValue& item, std::string_view what, const JsonValue& body, bool in_front) {
    static constexpr std::string_view kObjects[] = {"counter", "quota", "limit", "secmark", "synproxy", "flowtable", "ct helper", "ct timeout", "ct expectation"};
    if (std::find(std::begin(kObjects), std::end(kObjects), what) != std::end(kObjects)) return account(item, LineClass::irrelevant, what);
    const auto of = family(body);
    if (body.kind != Kind::object || !of) return refuse(item, "a family and a name are expected");
    if (what == "table") return table(item, *of, body);
    TableAst& table = ruleset_.table(*of, body.string("table"), origin(item));
    if (what == "chain") return chain(item, table, body);
    if (what == "rule") return rule(item, table, body, in_front);
    if (what == "set" || what == "map") return set(item, table, body, what == "map");
    if (what == "element") return element(item, table, body);
    refuse(item, "'" + std::string(what.substr(0, 40)) + "' is nothing that nft can add");
  }

  void table(const JsonValue& item, TableFamily of, const JsonValue& body) {
    TableAst& added = ruleset_.table(of, body.string("name"), origin(item));
    added.dormant = added.dormant || body.string("flags") == "dormant";
    if (const JsonValue* flags = body.find("flags"); flags && flags->kind == Kind::array)
      for (const JsonValue& flag : flags->items) added.dormant = added.dormant || flag.text == "dormant";
    account(item, LineClass::modelled, "table");
  }

  void chain(const JsonValue& item, TableAst& table, const JsonValue& body) {
    ChainAst& added = chain_of(ruleset_, table, body.string("name"), origin(item));
    account(item, LineClass::modelled, "chain");
    if (!body.find("hook") && !body.find("type")) return;
    added.is_base = true;
    added.type = body.string("type");
    added.hook = body.string("hook");
    added.policy = body.string("policy");
    added.policy_origin = origin(item);
    const JsonValue* priority = body.find("prio");
    const auto number = priority ? priority_of(priority->text, table.family) : std::nullopt;
    added.priority = number.value_or(0);
    added.priority_known = number.has_value();
    if (const JsonValue* device = body.find("dev")) {
      if (device->kind == Kind::string) added.devices.emplace_back(device->text);
      for (const JsonValue& each : device->items) added.devices.emplace_back(each.text);
    }
  }

  void rule(const JsonValue& item, TableAst& table, const JsonValue& body, bool in_front) {
    const std::string_view chain_name = body.string("chain");
    ChainAst* chain = find_chain(table, chain_name);
    if (!chain) {
      chain = &chain_of(ruleset_, table, chain_name, origin(item));
      chain->unclear = origin(item);
      context_.tell(origin(item), item.column, 0, DiagnosticId::chain_missing, Severity::warning,
                    "chain '" + std::string(chain_name.substr(0, 60)) + "' is not declared in this document");
      ruleset_.gaps.push_back({"a rule for a chain that the document does not declare", origin(item)});
    }
    if (body.find("index") || body.find("position")) chain->unclear = origin(item);
    RuleAst rule;
    rule.origin = origin(item);
    rule.last_line = section_.first_line + item.last_line - 1;
    rule.name = body.string("comment");
    const JsonValue* list = body.find("expr");
    if (list && list->kind == Kind::array) rules_.parse_statements(*list, rule.statements);
    else rule.statements.emplace_back();
    if (in_front) chain->rules.push_front(std::move(rule));
    else append_rule(*chain, std::move(rule));
  }

  void set(const JsonValue& item, TableAst& table, const JsonValue& body, bool is_map) {
    const std::string name(body.string("name"));
    SetAst& added = table.sets[name];
    added.name = name;
    added.origin = origin(item);
    added.is_map = is_map;
    added.timeouts = body.find("timeout") != nullptr;
    if (const JsonValue* flags = body.find("flags")) {
      const auto flag = [&](const JsonValue& f) {
        added.timeouts = added.timeouts || f.text == "timeout";
        added.dynamic = added.dynamic || f.text == "dynamic";
      };
      flag(*flags);
      for (const JsonValue& each : flags->items) flag(each);
    }
    take_elements(added, body);
    account(item, LineClass::modelled, is_map ? "map" : "set");
  }

  void take_elements(SetAst& set, const JsonValue& body) {
    const JsonValue* list = body.find("elem");
    if (!list) return;
    if (list->kind != Kind::array) {
      set.elements.push_back(rules_.parse_element(*list));
      if (set.elements.back().kind == ExprKind::set) {
        auto kids = std::move(set.elements.back().kids);
        set.elements.pop_back();
        for (Expr& kid : kids) set.elements.push_back(std::move(kid));
      }
      return;
    }
    for (const JsonValue& each : list->items) set.elements.push_back(rules_.parse_element(each));
  }

  void element(const JsonValue& item, TableAst& table, const JsonValue& body) {
    const std::string name(body.string("name"));
    SetAst& set = table.sets[name];
    if (set.name.empty()) {
      set.name = name;
      set.origin = set.unclear.emplace(origin(item));
    }
    take_elements(set, body);
    account(item, LineClass::modelled, "element");
  }

  void flush(const JsonValue& item, std::string_view what, const JsonValue& body) {
    if (what == "ruleset") {
      std::optional<TableFamily> only;
      if (!body.string("family").empty()) only = table_family(body.string("family"));
      flush_ruleset(ruleset_, only);
      return account(item, LineClass::modelled, "flush");
    }
    TableAst* table = ruleset_.find(family(body).value_or(TableFamily::ip), body.string(what == "table" ? "name" : "table"));
    if (table && what == "table")
      for (ChainAst& chain : table->chains) chain.rules.clear();
    if (ChainAst* chain = table && what == "chain" ? find_chain(*table, body.string("name")) : nullptr) chain->rules.clear();
    if (table && (what == "set" || what == "map"))
      if (const auto set = table->sets.find(std::string(body.string("name"))); set != table->sets.end()) set->second.elements.clear();
    account(item, LineClass::modelled, "flush");
  }

  void remove(const JsonValue& item, std::string_view what, const JsonValue& body) {
    if (what != "table") return gap(item, "delete " + std::string(what.substr(0, 40)));
    const auto of = family(body).value_or(TableFamily::ip);
    const std::string_view name = body.string("name");
    std::erase_if(ruleset_.tables, [&](const TableAst& table) { return table.family == of && table.name == name; });
    account(item, LineClass::modelled, "delete");
  }

  const Section& section_;
  std::string_view text_;
  Ruleset& ruleset_;
  Context& context_;
  JsonRuleParser rules_;
  bool commands_ = false;  // a listing holds none
};

}  // namespace

bool is_json(std::span<const std::string_view> lines) {
  constexpr size_t kLook = 50;
  bool open = false;
  for (size_t i = 0; i < lines.size() && i < kLook; ++i) {
    const size_t start = lines[i].find_first_not_of(" \t\r");
    if (start == std::string_view::npos) continue;
    if (!open && lines[i][start] != '{') return false;
    open = true;
    const size_t key = lines[i].substr(0, 4096).find("\"nftables\"");
    if (key != std::string_view::npos) return true;
    // Nothing but the brace may stand in front of it.
    if (lines[i].find_first_not_of(" \t\r{") != std::string_view::npos) return false;
  }
  return false;
}

void parse_json(const Section& section, std::string_view text, Ruleset& ruleset, Context& context) {
  JsonParser(section, text, ruleset, context).run();
}

}  // namespace fwproof::importers::nftables
