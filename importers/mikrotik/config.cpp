// What every command does to the menus, in one place, with the two ways of naming an item beside it: that is why the file is long.
#include "importers/mikrotik/config.h"

#include <algorithm>
#include <array>

#include "importers/mikrotik/find.h"
#include "importers/mikrotik/menus.h"
#include "importers/mikrotik/parse.h"
#include "importers/text/number.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::DiagnosticId;
using model::LineClass;
using model::Severity;

constexpr size_t kMaxWork = 50'000'000;
constexpr size_t kMaxSpans = 16;        // statements that are remembered for one item
constexpr size_t kMaxBlinds = 32;       // one is enough to make everything depend; the others are named
constexpr size_t kMaxStoredWords = 100'000;

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool only_looks(std::string_view command) {
  constexpr auto kLooks = std::to_array<std::string_view>(
      {"print", "export", "get", "find", "monitor", "comment", "reset-counters", "reset-counters-all", "edit", "renew", "make-static"});
  return is_one_of(command, kLooks);
}

// Menus whose first items are there without an add: ports and radios.
bool has_ports(std::string_view path) {
  constexpr auto kPorts = std::to_array<std::string_view>({"interface ethernet", "interface wireless", "interface wifi", "interface wifiwave2",
                                                           "interface lte", "interface w60g", "interface sfp", "interface loopback", "interface"});
  return is_one_of(path, kPorts);
}

std::string with_blanks(std::string text) {
  std::replace(text.begin(), text.end(), '/', ' ');
  const size_t start = text.find_first_not_of(' ');
  return start == std::string::npos ? std::string() : text.substr(start);
}

bool is_stored_script(const Argument& argument) {
  return argument.key == "source" || argument.key == "on-event" || argument.key.ends_with("script") || argument.key.starts_with("on-");
}

}  // namespace

const Property* Item::find(std::string_view key) const {
  for (const Property& property : properties)
    if (property.key == key) return property.value.empty() && !property.opaque ? nullptr : &property;
  return nullptr;
}

bool Item::uncertain() const {
  const Property* state = find("disabled");
  if (conditional || state == nullptr) return conditional;
  return state->opaque || (state->value != "yes" && state->value != "no" && state->value != "true" && state->value != "false");
}

std::string_view Item::get(std::string_view key) const {
  const Property* property = find(key);
  return property == nullptr || property->opaque ? std::string_view() : std::string_view(property->value);
}

// ---- statements ----

void Config::apply(Statement& statement) {
  watch_lists(statement, statement.menu);
  if (statement.nested_change) {
    report_.account(statement.span, LineClass::opaque, "script");
    blind(statement, "a command between brackets changes the configuration");
  }
  switch (statement.kind) {
    case StatementKind::comment: return report_.account(statement.span, LineClass::irrelevant, "comment");
    case StatementKind::variable: return report_.account(statement.span, LineClass::modelled, "script variable");
    case StatementKind::harmless: return report_.account(statement.span, LineClass::irrelevant, "script command without effect on what passes");
    case StatementKind::stop:
      if (stops_.size() < kMaxBlinds) stops_.push_back({statement.span, ""});
      return report_.account(statement.span, LineClass::irrelevant, "script command without effect on what passes");
    case StatementKind::structure:
      structure_.push_back(statement.span);
      if (statement.problem.empty() && !statement.command.empty()) statement.problem = "a block behind a command";
      if (!statement.problem.empty()) {
        report_.account(statement.span, LineClass::unrecognised, "line that RouterOS refuses");
        blind(statement, statement.problem);
      }
      return;
    case StatementKind::script:
      report_.account(statement.span, LineClass::opaque, "script");
      return blind(statement, "a script command whose effect is not followed");
    case StatementKind::menu: {
      const MenuSpec spec = menu_spec(statement.menu);
      if (spec.role == Role::unknown && !is_menu_prefix(statement.menu)) {
        report_.account(statement.span, LineClass::unrecognised, "menu that is not known");
        return blind(statement, "'" + statement.menu.substr(0, 100) + "' is not known");
      }
      if (spec.role == Role::irrelevant) return report_.account(statement.span, LineClass::irrelevant, spec.reason);
      return report_.account(statement.span, LineClass::modelled, "menu");
    }
    case StatementKind::command: return apply_command(statement);
  }
}

void Config::apply_command(Statement& statement) {
  const MenuSpec spec = menu_spec(statement.menu);
  if (!statement.problem.empty()) {
    report_.account(statement.span, LineClass::unrecognised, "line that RouterOS refuses");
    report_.tell(statement.span, DiagnosticId::line_unrecognised, Severity::warning, statement.problem, 0, statement.problem_column, 1,
                 "RouterOS stops reading here");
    if (spec.role == Role::irrelevant && statement.span.first == statement.span.last) return;
    if ((spec.role == Role::firewall || spec.role == Role::items) && statement.span.first == statement.span.last)
      return poison(statement, menus_[statement.menu], false, "a line that RouterOS refuses");
    return blind(statement, statement.problem);
  }
  if (statement.menu.empty() && statement.command != "import") {
    if (only_looks(statement.command)) return report_.account(statement.span, LineClass::irrelevant, "command without effect on what passes");
    report_.account(statement.span, LineClass::unrecognised, "line that no importer knows");
    report_.tell(statement.span, DiagnosticId::line_unrecognised, Severity::warning, "this is no command of RouterOS");
    return blind(statement, "a line that is no command of RouterOS");
  }
  if (statement.command == "import" || statement.command == "run") {
    report_.account(statement.span, LineClass::opaque, "script");
    report_.tell(statement.span, DiagnosticId::script_opaque, Severity::warning, "this runs commands that are not in the file");
    return blind(statement, "commands of another file or script");
  }
  if (only_looks(statement.command)) return report_.account(statement.span, LineClass::irrelevant, "command without effect on what passes");
  if (statement.command.empty() && refuse_command(statement)) return;
  switch (spec.role) {
    case Role::firewall: case Role::items: return apply_items(statement, statement.menu, spec.role == Role::firewall);
    case Role::settings: return apply_settings(statement, statement.menu);
    case Role::routing:
      if (statement.command != "add") return report_.account(statement.span, LineClass::irrelevant, "parameter of a routing protocol");
      for (const Argument& argument : statement.arguments)
        if (argument.key == "disabled" && argument.value == "yes") return report_.account(statement.span, LineClass::irrelevant, "disabled");
      report_.account(statement.span, LineClass::opaque, "routing protocol");
      protocols_.push_back({statement.span, statement.menu});
      return;
    case Role::irrelevant: return note_irrelevant(statement, spec.reason);
    case Role::unknown:
      report_.account(statement.span, LineClass::unrecognised, "menu that is not known");
      report_.tell(statement.span, DiagnosticId::line_unrecognised, Severity::warning, "'/" + statement.menu + "' is no menu that is known here");
      return blind(statement, "the menu /" + statement.menu + " is not known");
  }
}

// "/ip hotspot ad name=x": the last word is no menu that is known, but stands where a command of a menu that matters stands.
bool Config::refuse_command(const Statement& statement) {
  const size_t cut = statement.menu.rfind(' ');
  if (cut == std::string::npos || statement.arguments.empty()) return false;
  const std::string parent = statement.menu.substr(0, cut);
  const MenuSpec own = menu_spec(statement.menu), above = menu_spec(parent);
  const bool listed = own.path == statement.menu || is_menu_prefix(statement.menu);
  if (listed || above.path != parent || (above.role != Role::items && above.role != Role::firewall && above.role != Role::settings)) return false;
  report_.account(statement.span, LineClass::unrecognised, "command that is not known");
  report_.tell(statement.span, DiagnosticId::line_unrecognised, Severity::warning,
               "'" + statement.menu.substr(cut + 1) + "' is no command of the menu /" + parent + " that is known here", 0, 0, 0, "abbreviations are not read");
  blind(statement, "a command of /" + parent + " that is not known");
  return true;
}

void Config::note_irrelevant(const Statement& statement, std::string_view reason) {
  report_.account(statement.span, LineClass::irrelevant, reason);
  for (const Argument& argument : statement.arguments)
    if (argument.key == "l3-hw-offloading" && argument.value != "no") {  // manual "L3 Hardware Offloading": routed by the switch, past the firewall
      report_.account(statement.span, LineClass::opaque, "routing by the switch");
      blind(statement, "packets that the switch routes bypass the firewall (l3-hw-offloading)");
    }
  if (statement.menu == "system identity")
    for (const Argument& argument : statement.arguments)
      if (argument.key == "name" && !argument.opaque) identity_ = argument.value;
}

// Lists of addresses that something besides the file's entries fills, and what scripts that run later speak of.
void Config::watch_lists(const Statement& statement, const std::string& path) {
  const bool adds_ipsec = path.starts_with("ip ipsec") && statement.command == "add" &&
                          std::none_of(statement.arguments.begin(), statement.arguments.end(),
                                       [](const Argument& a) { return a.key == "disabled" && a.value == "yes"; });
  ipsec_ = ipsec_ || (adds_ipsec && (path.ends_with(" policy") || path.ends_with(" identity") || path.ends_with(" peer")));
  for (const Argument& argument : statement.arguments)
    ipsec_ = ipsec_ || argument.key == "ipsec-secret" || (argument.key == "use-ipsec" && argument.value != "no");
  const bool rule = path.starts_with("ip firewall") || path.starts_with("ipv6 firewall");
  bool touches = false;
  for (const Argument& argument : statement.arguments) {
    if (!rule && (argument.key == "address-list" || argument.key == "address-lists")) {
      std::string_view rest = argument.value, part;
      while (text::next_part(rest, ',', part)) dynamic_lists_.emplace(part);
    }
    // Dynamic interfaces become members: of PPP, of access points, by detection.
    if (!rule && !argument.key.empty() && argument.key.ends_with("interface-list") && !path.starts_with("tool") && !path.starts_with("ip neighbor") &&
        argument.key != "discover-interface-list" && argument.key != "detect-interface-list")
      dynamic_interface_lists_.insert(argument.value);
    if (!is_stored_script(argument)) continue;
    const std::string_view text = argument.value;
    touches = touches || text.find("firewall") != std::string_view::npos || text.find("route") != std::string_view::npos ||
              text.find("ip address") != std::string_view::npos || text.find("interface") != std::string_view::npos;
    for (size_t at = 0; at < text.size() && stored_words_.size() < kMaxStoredWords;) {
      const size_t start = text.find_first_not_of(" \t\r\n\"=;{}[]()", at);
      if (start == std::string_view::npos) break;
      const size_t end = std::min(text.size(), text.find_first_of(" \t\r\n\"=;{}[]()", start));
      if (end - start < 100) stored_words_.emplace(text.substr(start, end - start));
      at = end;
    }
  }
  if (touches && stored_scripts_.size() < kMaxBlinds) stored_scripts_.push_back({statement.span, path});
}

void Config::blind(const Statement& statement, std::string text) {
  if (blinds_.size() < kMaxBlinds) blinds_.push_back({statement.span, std::move(text)});
}

void Config::poison(const Statement& statement, Menu& menu, bool in_front, std::string why) {
  menu.opaque = true;
  Item& item = new_item(statement);
  item.poison = std::move(why);
  if (!in_front) menu.items.push_back(&item);
  else if (menu.items.empty() || menu.items.front()->poison.empty()) menu.items.insert(menu.items.begin(), &item);
}

Item& Config::new_item(const Statement& statement) {
  store_.push_back(std::make_unique<Item>());
  Item& item = *store_.back();
  item.spans.push_back(statement.span);
  item.conditional = statement.conditional;
  return item;
}

void Config::set_properties(Item& item, const Statement& statement, size_t from) {
  for (size_t i = from; i < statement.arguments.size(); ++i) {
    const Argument& argument = statement.arguments[i];
    if (argument.bracket && !argument.has_value) continue;
    const std::string& key = argument.key.empty() ? argument.value : argument.key;
    if (key == "place-before" || key == "numbers") continue;
    Property property{key, argument.key.empty() ? "yes" : argument.value, argument.opaque, argument.line, argument.column};
    if (argument.unset) property.value.clear();
    const auto old = std::find_if(item.properties.begin(), item.properties.end(), [&](const Property& p) { return p.key == key; });
    if (old != item.properties.end()) *old = std::move(property);
    else if (item.properties.size() < 200) item.properties.push_back(std::move(property));
  }
}

// ---- lists ----

void Config::apply_items(Statement& statement, const std::string& path, bool firewall) {
  Menu& menu = menus_[path];
  if (statement.command == "add") return add(statement, menu, firewall);
  constexpr auto kChanges = std::to_array<std::string_view>({"set", "enable", "disable", "remove", "unset"});
  if (is_one_of(statement.command, kChanges) && !statement.conditional) return change(statement, path, menu, firewall);
  report_.account(statement.span, LineClass::opaque, "command that is not followed");
  report_.tell(statement.span, DiagnosticId::script_opaque, Severity::warning,
               statement.command.empty() ? "this is no command of the menu /" + path : "the effect of this '" + statement.command + "' is not followed");
  poison(statement, menu, true, statement.command.empty() ? "unknown command" : statement.command);
}

void Config::add(Statement& statement, Menu& menu, bool firewall) {
  if (menu.items.size() >= 4'000'000) return poison(statement, menu, true, "too many items");
  size_t position = menu.items.size();
  for (const Argument& argument : statement.arguments) {
    if (argument.key == "copy-from") {
      report_.account(statement.span, LineClass::opaque, "command that is not followed");
      report_.tell(statement.span, DiagnosticId::script_opaque, Severity::warning, "copy-from is not followed");
      return poison(statement, menu, false, "copy-from");
    }
    if (argument.key != "place-before") continue;
    Targets before;
    const bool ok = argument.value == "0" || (argument.bracket ? find_targets(argument, statement.menu, menu, before) : name_targets(argument, menu, before));
    work_ += menu.items.size();
    if (!ok || statement.conditional || work_ > kMaxWork || (argument.value != "0" && before.indices.empty())) {
      report_.tell(statement.span, DiagnosticId::script_opaque, Severity::warning, "place-before names no rule of this file", argument.line, argument.column);
      report_.account(statement.span, LineClass::opaque, "command that is not followed");
      return poison(statement, menu, firewall, "place-before");
    }
    position = before.indices.empty() ? 0 : before.indices.front();
  }
  Item& item = new_item(statement);
  set_properties(item, statement, 0);
  menu.items.insert(menu.items.begin() + static_cast<long>(std::min(position, menu.items.size())), &item);
}

void Config::change(Statement& statement, const std::string& path, Menu& menu, bool firewall) {
  Targets found = targets(statement, path, menu);
  if (found.known && found.indices.empty() && has_ports(path) && statement.command != "remove" && !statement.arguments.empty()) {
    Item& item = new_item(statement);
    const Argument& first = statement.arguments[0];
    for (const Argument& word : first.bracket ? parse_words(first.value) : std::vector<Argument>{first}) {
      if (word.key == "default-name" || word.key == "name") item.properties.push_back({"default-name", word.value, false, word.line, word.column});
      if (word.key.empty() && !first.bracket) item.properties.push_back({"default-name", word.value, false, word.line, word.column});
    }
    menu.items.push_back(&item);
    found.indices.push_back(menu.items.size() - 1);
  }
  if (found.known && found.indices.empty() && (statement.command == "remove" || path == "ip ipsec policy" || path == "ppp profile"))
    return report_.account(statement.span, LineClass::modelled, "change of nothing");
  if (!found.known || found.indices.empty()) {
    report_.account(statement.span, LineClass::opaque, "command that is not followed");
    report_.tell(statement.span, DiagnosticId::script_opaque, Severity::warning,
                 found.known ? "this changes an item that the file does not add" : "which items this changes is not followed");
    if (firewall) return poison(statement, menu, true, "change of an item that the file does not add");
    menu.opaque = true;
    return;
  }
  report_.account(statement.span, LineClass::modelled, "change of an item");
  for (const size_t index : found.indices) {
    Item& item = *menu.items[index];
    if (item.spans.size() < kMaxSpans) item.spans.push_back(statement.span);
    if (statement.command == "set") set_properties(item, statement, found.words);
    if (statement.command == "enable" || statement.command == "disable") {
      Statement state;
      state.arguments.push_back({.key = "disabled", .value = statement.command == "enable" ? "no" : "yes", .has_value = true});
      set_properties(item, state, 0);
    }
    if (statement.command == "unset")
      for (size_t i = found.words; i < statement.arguments.size(); ++i)
        std::erase_if(item.properties, [&](const Property& p) { return p.key == statement.arguments[i].value; });
  }
  if (statement.command != "remove") return;
  work_ += menu.items.size();
  std::vector<bool> gone(menu.items.size());
  for (const size_t index : found.indices) {
    gone[index] = true;
    for (const Span& span : menu.items[index]->spans) report_.account(span, LineClass::modelled, "removed later");
  }
  size_t kept = 0;
  for (size_t i = 0; i < gone.size(); ++i)
    if (!gone[i]) menu.items[kept++] = menu.items[i];
  menu.items.resize(kept);
}

Config::Targets Config::targets(const Statement& statement, const std::string& path, const Menu& menu) {
  Targets result;
  for (const Argument& argument : statement.arguments) {
    const bool word = argument.key.empty() && !argument.unset;
    if (!word && argument.key != "numbers") continue;
    result.words = word ? 1 : 0;
    if (&argument != &statement.arguments[0]) result.words = 0;
    result.known = argument.bracket ? find_targets(argument, path, menu, result) : name_targets(argument, menu, result);
    // A filter with fasttrack shows a dummy rule of its own as number 0.
    const bool number = !argument.bracket && text::parse_decimal(argument.value, 1'000'000'000).has_value();
    if (number && path.find(" firewall ") != std::string::npos)
      for (const Item* item : menu.items)
        if (const Property* action = item->find("action"); action != nullptr && (action->opaque || action->value == "fasttrack-connection")) result.known = false;
    work_ += menu.items.size();
    result.known = result.known && work_ <= kMaxWork;
    return result;
  }
  return result;
}

// "find where chain=input comment=\"x\"": equality of properties only.
bool Config::find_targets(const Argument& argument, const std::string& path, const Menu& menu, Targets& result) {
  const std::vector<Argument> words = parse_words(argument.value);
  size_t at = 0;
  std::string of;
  while (at < words.size() && words[at].key.empty() && words[at].value != "find") {
    of += " " + words[at].value;
    ++at;
    if (of.ends_with("/find")) {
      of.resize(of.size() - 5);
      --at;
      break;
    }
  }
  if (at >= words.size()) return false;
  if (of = with_blanks(of); !of.empty() && of != path) return false;
  std::vector<std::pair<std::string_view, std::string_view>> conditions;
  for (++at; at < words.size(); ++at) {
    const Argument& word = words[at];
    if (word.key.empty() && (word.value == "where" || word.value == "and" || word.value == "&&") && !word.opaque) continue;
    if (word.key.empty() && word.value == "disabled" && !word.opaque) {
      conditions.emplace_back("disabled", "yes");
      continue;
    }
    if (word.key.empty() || word.opaque || word.unset || word.key.find('!') != std::string::npos) return false;
    if ((word.key == "dynamic" || word.key == "invalid") && word.value == "no") continue;
    conditions.emplace_back(word.key, word.value);
  }
  result.everything = conditions.empty();
  work_ += menu.items.size() * (conditions.size() + 1);
  if (work_ > kMaxWork) return false;
  for (size_t i = 0; i < menu.items.size(); ++i) {
    const Item& item = *menu.items[i];
    if (!item.poison.empty()) continue;
    Fit all = Fit::yes;
    for (const auto& [key, value] : conditions) {
      const Fit one = fits(item, path, key, value);
      if (one == Fit::no || all == Fit::yes) all = one;
      if (one == Fit::no) break;
    }
    if (all == Fit::unknown) return false;
    if (all == Fit::yes) result.indices.push_back(i);
  }
  return true;
}

// "0,2", "telnet,ftp", "ether1": numbers count from 0, names are those of the items.
bool Config::name_targets(const Argument& argument, const Menu& menu, Targets& result) {
  if (argument.opaque) return false;
  std::string_view rest = argument.value, part;
  bool certain = true;
  while (text::next_part(rest, ',', part)) {
    work_ += menu.items.size();
    if (part.starts_with('*') || part.empty() || work_ > kMaxWork) return false;
    const auto number = text::parse_decimal(part, 1'000'000'000);
    if (number && !menu.opaque && *number < menu.items.size()) result.indices.push_back(*number);
    if (number) {
      certain = certain && !menu.opaque;
      continue;
    }
    for (const Item* item : menu.items)
      if (const Property* name = item->find("name"); name != nullptr && name->opaque) certain = false;
    for (size_t i = 0; i < menu.items.size(); ++i)
      if (menu.items[i]->is("name", part) || (menu.items[i]->get("name").empty() && menu.items[i]->is("default-name", part))) result.indices.push_back(i);
  }
  return certain;
}

// ---- records ----

void Config::apply_settings(Statement& statement, const std::string& path) {
  Menu& menu = menus_[path];
  if (menu.items.empty()) menu.items.push_back(&new_item(statement));
  Item& item = *menu.items.front();
  if (item.spans.size() < kMaxSpans) item.spans.push_back(statement.span);
  // Abbreviated properties are not read: where one may stand for a setting that matters, it is not followed.
  constexpr auto kMatter = std::to_array<std::string_view>({"ip-forward", "rp-filter", "forward", "disable-ipv6", "enabled", "use-ip-firewall"});
  bool known = true;
  for (const Argument& argument : statement.arguments)
    for (const std::string_view key : kMatter) known = known && (argument.key == key || argument.key.empty() || !key.starts_with(argument.key));
  if (statement.command == "set" && !statement.conditional && known) return set_properties(item, statement, 0);
  report_.account(statement.span, LineClass::opaque, "command that is not followed");
  blind(statement, "the effect of this command is not followed");
}

// ---- afterwards ----

void Config::finish() {
  for (const Span& span : structure_) report_.account_rest(span, LineClass::irrelevant, "script block");
}

const std::vector<Item*>& Config::items(std::string_view menu) const {
  static const std::vector<Item*> none;
  const auto found = menus_.find(menu);
  return found == menus_.end() ? none : found->second.items;
}

bool Config::is_opaque(std::string_view menu) const {
  const auto found = menus_.find(menu);
  return found != menus_.end() && found->second.opaque;
}

bool Config::has_menu(std::string_view prefix) const {
  const auto found = menus_.lower_bound(prefix);
  return found != menus_.end() && std::string_view(found->first).starts_with(prefix);
}

const Item* Config::settings(std::string_view menu) const {
  const auto& all = items(menu);
  return all.empty() ? nullptr : all.front();
}

}  // namespace fwproof::importers::mikrotik
