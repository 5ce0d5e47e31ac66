// One file although it is long: words, blocks and values nest in each other, so the parser of all three is one class.
#include "importers/mikrotik/parse.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "importers/mikrotik/cursor.h"
#include "importers/mikrotik/menus.h"

namespace fwproof::importers::mikrotik {
namespace {

// Manual "Scripting" and "Command Line Interface" (help.mikrotik.com, ROS, 2025): general commands and what menus add to them.
constexpr auto kCommands = std::to_array<std::string_view>({
    "add", "comment", "disable", "edit", "enable", "export", "find", "flush", "get", "import", "make-static", "monitor", "move", "print",
    "release", "remove", "renew", "reset", "reset-configuration", "reset-counters", "reset-counters-all", "run", "set", "unset",
});

enum class Word : uint8_t { variable, harmless, stop, branch, loop, scope, opaque };
struct ScriptWord {
  std::string_view name;
  Word what;
};
// Manual "Scripting", sections "Global commands", "Loops and conditional statements".
constexpr auto kScriptWords = std::to_array<ScriptWord>({
    {"local", Word::variable}, {"global", Word::variable}, {"set", Word::variable},
    {"put", Word::harmless}, {"log", Word::harmless}, {"delay", Word::harmless}, {"beep", Word::harmless}, {"error", Word::stop}, {"quit", Word::stop},
    {"environment", Word::harmless}, {"terminal", Word::harmless}, {"typeof", Word::harmless}, {"nothing", Word::harmless},
    {"time", Word::opaque}, {"if", Word::branch}, {"do", Word::scope}, {"onerror", Word::scope},
    {"for", Word::loop}, {"foreach", Word::loop}, {"while", Word::loop},
    {"execute", Word::opaque}, {"parse", Word::opaque}, {"retry", Word::loop}, {"return", Word::stop},
});

const ScriptWord* script_word(std::string_view name) {
  const auto at = std::find_if(kScriptWords.begin(), kScriptWords.end(), [&](const ScriptWord& w) { return w.name == name; });
  return at == kScriptWords.end() ? nullptr : &*at;
}

constexpr bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '!';
}
constexpr bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Does a command between brackets do more than look?
bool changes_something(std::string_view text) {
  constexpr auto kChanges = std::to_array<std::string_view>(
      {"add", "disable", "enable", "execute", "import", "move", "parse", "remove", "reset", "reset-configuration", "run", "set", "unset"});
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_key_char(text[end])) ++end;
    if (std::binary_search(kChanges.begin(), kChanges.end(), text.substr(at, end - at))) return true;
    at = end + 1;
  }
  return false;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct Variable {
  std::string value;
  bool opaque = true;
};

// Where a block of statements stands.
struct Scope {
  std::string menu;
  bool conditional = false;
  bool loop = false;      // variables have other values the next time
  unsigned depth = 0;
};

class Parser {
 public:
  Parser(std::span<const std::string_view> lines, uint32_t first_line, uint32_t section, const std::function<void(Statement&)>& take)
      : cursor_(lines), first_line_(first_line), section_(section), take_(take) {}

  void run() {
    Scope scope;
    while (!cursor_.at_end()) {
      block(scope, false);
      if (cursor_.at_end()) break;
      stray_brace();
    }
  }

  // Only the words of one text.
  std::vector<Argument> words() {
    Statement statement;
    Scope scope;
    scope.depth = kMaxDepth;
    while (!cursor_.at_end()) {
      lex_words(statement, scope);
      if (!cursor_.at_end()) cursor_.next();
    }
    return std::move(statement.arguments);
  }

 private:
  static constexpr unsigned kMaxDepth = 40;
  static constexpr size_t kMaxValue = size_t{1} << 20;

  uint32_t line_number() const { return first_line_ + static_cast<uint32_t>(cursor_.line()); }
  uint32_t used_number() const { return first_line_ + static_cast<uint32_t>(cursor_.used_line()); }

  void stray_brace() {
    Statement statement = begin(StatementKind::command, {});
    statement.problem = "a '}' that closes nothing";
    cursor_.use();
    cursor_.next();
    finish(statement);
  }

  Statement begin(StatementKind kind, const Scope& scope) {
    Statement statement;
    statement.kind = kind;
    statement.span = {section_, line_number(), line_number()};
    statement.conditional = scope.conditional;
    cursor_.use();
    return statement;
  }

  void finish(Statement& statement) {
    statement.span.last = std::max(statement.span.first, used_number());
    take_(statement);
  }

  // Statements up to the closing brace or the end.
  void block(Scope& scope, bool nested) {
    while (!cursor_.at_end()) {
      const char c = cursor_.peek();
      if (c == '}') {
        if (nested) cursor_.use();
        return;
      }
      if (is_blank(c) || c == '\n' || c == ';') {
        cursor_.next();
      } else if (c == '#') {
        comment();
      } else {
        statement(scope);
      }
    }
  }

  void comment() {
    Statement statement = begin(StatementKind::comment, {});
    cursor_.skip_line();
    finish(statement);
  }

  // ---- one statement ----

  void statement(Scope& scope) {
    Statement statement = begin(StatementKind::command, scope);
    lex_words(statement, scope);
    classify(statement, scope);
    finish(statement);
  }

  // Words up to the end of the statement; blocks are parsed where they stand.
  void lex_words(Statement& statement, Scope& scope) {
    while (true) {
      const char c = cursor_.peek();
      if (c == kEnd || c == '\n' || c == ';' || c == '}') return;
      if (is_blank(c)) {
        cursor_.next();
        continue;
      }
      if (c == '#' && !statement.arguments.empty()) return cursor_.skip_line();
      lex_word(statement, scope);
      if (!statement.problem.empty()) return cursor_.skip_line();
    }
  }

  void lex_word(Statement& statement, Scope& scope) {
    Argument word;
    word.line = line_number();
    word.column = static_cast<uint32_t>(cursor_.column() + 1);
    bool plain = true;  // nothing but key characters so far
    while (statement.problem.empty()) {
      const char c = cursor_.peek();
      if (c == kEnd || c == '\n' || c == ';' || c == '}' || is_blank(c) || word.value.size() > kMaxValue) break;
      cursor_.use();
      if (c == '=' && !word.has_value && plain && !word.value.empty()) {
        word.key = std::move(word.value);
        word.value.clear();
        word.has_value = true;
        cursor_.next();
        continue;
      }
      plain = plain && is_key_char(c);
      piece(c, word, statement, scope);
      if ((word.bracket && !word.has_value) || word.block) break;
    }
    if (word.value.size() > kMaxValue) statement.problem = "a value longer than 1 MiB";
    if (!word.has_value && word.value.size() > 1 && word.value[0] == '!' && plain) {
      word.key = word.value.substr(1);
      word.value.clear();
      word.unset = true;
    }
    statement.arguments.push_back(std::move(word));
  }

  void piece(char c, Argument& word, Statement& statement, Scope& scope) {
    switch (c) {
      case '"': return quoted(word, statement, scope);
      case '[': return bracket(word, statement);
      case '(': return expression(word, statement, scope);
      case '{': return braces(word, statement, scope);
      case '$': return variable(word, scope);
      case '\\':
        cursor_.next();
        if (cursor_.peek() != '\n' && cursor_.peek() != kEnd) word.value += cursor_.peek();
        cursor_.next();
        return;
      default:
        word.value += c;
        cursor_.next();
    }
  }

  // Text of many lines is only known in these.
  static bool may_span_lines(std::string_view key) {
    return key == "source" || key == "on-event" || key == "note" || key == "contents" || key.ends_with("script") || key.starts_with("on-");
  }

  void quoted(Argument& word, Statement& statement, const Scope& scope) {
    const uint32_t column = static_cast<uint32_t>(cursor_.column() + 1);
    word.quoted = true;
    cursor_.next();
    while (true) {
      const char c = cursor_.peek();
      if (c == kEnd || (c == '\n' && !may_span_lines(word.key)) || word.value.size() > kMaxValue) {
        statement.problem = "the quote is not closed";
        statement.problem_column = column;
        return;
      }
      cursor_.use();
      if (c == '"') return cursor_.next();
      if (c == '$') {
        variable(word, scope);
        continue;
      }
      if (c == '\\') {
        escape(word);
        continue;
      }
      word.value += c;
      cursor_.next();
    }
  }

  // Manual "Scripting", "Constant escape sequences".
  void escape(Argument& word) {
    cursor_.next();
    const char c = cursor_.peek();
    if (c == kEnd) return;
    cursor_.next();
    if (const int high = hex_digit(c); high >= 0) {
      const int low = hex_digit(cursor_.peek());
      if (low < 0) return;
      cursor_.next();
      word.value += static_cast<char>(high * 16 + low);
      return;
    }
    switch (c) {
      case 'n': word.value += '\n'; return;
      case 'r': word.value += '\r'; return;
      case 't': word.value += '\t'; return;
      case '_': word.value += ' '; return;
      case 'a': case 'b': case 'f': case 'v': return;
      default: word.value += c;
    }
  }

  void variable(Argument& word, const Scope& scope) {
    cursor_.next();
    std::string name;
    while (is_name_char(cursor_.peek()) && name.size() < 1000) {
      name += cursor_.peek();
      cursor_.use();
      cursor_.next();
    }
    const auto known = variables_.find(name);
    if (known == variables_.end() || known->second.opaque || scope.loop) {
      word.opaque = true;
      word.value += "$" + name;
    } else {
      word.value += known->second.value;
    }
  }

  // Text between balanced brackets; strings inside are passed over.
  std::string balanced(char open, char close, Statement& statement) {
    std::string text;
    unsigned depth = 0;
    bool in_string = false;
    while (true) {
      const char c = cursor_.peek();
      if (c == kEnd || text.size() > kMaxValue) {
        statement.problem = std::string("the '") + open + "' is not closed";
        return text;
      }
      cursor_.use();
      if (c == '\\' && in_string) {
        text += c;
        cursor_.next();
        if (cursor_.at_end()) continue;
        text += cursor_.peek();
        cursor_.next();
        continue;
      }
      if (c == '"') in_string = !in_string;
      if (!in_string && c == open) ++depth;
      if (!in_string && c == close) --depth;
      text += c;
      cursor_.next();
      if (depth == 0) return text;
    }
  }

  void bracket(Argument& word, Statement& statement) {
    const std::string text = balanced('[', ']', statement);
    statement.nested_change = statement.nested_change || changes_something(text);
    if (word.value.empty() && text.size() >= 2) {
      word.bracket = true;
      word.value = text.substr(1, text.size() - 2);
    } else {
      word.value += text;
    }
    word.opaque = true;
  }

  // ("a" . $b . "c"): constants put together; everything else is not followed.
  void expression(Argument& word, Statement& statement, const Scope& scope) {
    const std::string text = balanced('(', ')', statement);
    if (!statement.problem.empty()) return;
    statement.nested_change = statement.nested_change || changes_something(text);
    const auto value = constant(std::string_view(text).substr(1, text.size() - 2), scope);
    word.quoted = true;
    if (!value) word.opaque = true;
    word.value += value ? *value : text;
  }

  std::optional<std::string> constant(std::string_view text, const Scope& scope) {
    std::string result;
    bool wants_term = true;
    for (size_t at = 0; at < text.size();) {
      if (is_blank(text[at])) {
        ++at;
      } else if (!wants_term && text[at] == '.') {
        wants_term = true;
        ++at;
      } else if (wants_term && text[at] == '"') {
        const size_t end = text.find('"', at + 1);
        if (end == std::string_view::npos || text.substr(at, end - at).find_first_of("\\$") != std::string_view::npos) return std::nullopt;
        result += text.substr(at + 1, end - at - 1);
        at = end + 1;
        wants_term = false;
      } else if (wants_term && text[at] == '$') {
        size_t end = at + 1;
        while (end < text.size() && is_name_char(text[end])) ++end;
        const auto known = variables_.find(std::string(text.substr(at + 1, end - at - 1)));
        if (known == variables_.end() || known->second.opaque || scope.loop) return std::nullopt;
        result += known->second.value;
        at = end;
        wants_term = false;
      } else {
        return std::nullopt;
      }
    }
    if (wants_term) return std::nullopt;
    return result;
  }

  // ---- blocks ----

  void braces(Argument& word, Statement& statement, Scope& scope) {
    const bool body = word.key == "do" || word.key == "else" || word.key == "on-error" || word.key == "command" ||
                      (!word.has_value && word.value.empty());
    if (!body || scope.depth >= kMaxDepth) {
      word.value += balanced('{', '}', statement);
      word.opaque = true;
      if (body) statement.problem = "blocks are nested too deeply";
      return;
    }
    cursor_.next();
    Scope inner = inside(word, statement, scope);
    block(inner, true);
    if (cursor_.at_end()) {
      statement.problem = "the '{' is not closed";
      return;
    }
    cursor_.use();
    cursor_.next();
    word.block = true;
  }

  // The scope of a block behind the words so far: "/ip firewall {", ":foreach i in=… do={", "{".
  Scope inside(const Argument& word, const Statement& statement, const Scope& scope) {
    Scope inner = scope;
    ++inner.depth;
    if (statement.arguments.empty() && word.key.empty()) return inner;
    const std::string_view first = statement.arguments.empty() ? std::string_view() : std::string_view(statement.arguments[0].value);
    const ScriptWord* script = script_word(first.starts_with(':') ? first.substr(1) : first);
    if (script == nullptr) {
      if (!word.key.empty()) {
        inner.conditional = inner.loop = true;
        return inner;
      }
      MenuWords words = menu_of(statement, scope);
      inner.menu = std::move(words.menu);
      if (!words.command.empty()) inner.conditional = inner.loop = true;
      return inner;
    }
    inner.conditional = true;
    // A variable's "do" is a function: its parameters come later.
    inner.loop = inner.loop || script->what != Word::branch;
    return inner;
  }

  // ---- what it is ----

  void classify(Statement& statement, Scope& scope) {
    if (statement.arguments.empty()) return;
    Argument& first = statement.arguments[0];
    const bool block = std::any_of(statement.arguments.begin(), statement.arguments.end(), [](const Argument& a) { return a.block; });
    if (first.key.empty() && !first.quoted && !first.bracket) {
      const bool colon = first.value.starts_with(':');
      const ScriptWord* script = script_word(colon ? std::string_view(first.value).substr(1) : std::string_view(first.value));
      // "set" without a colon is the menu's command.
      if (script != nullptr && (colon || (script->name != "set" && !first.value.starts_with('/')))) return classify_script(statement, *script, scope);
      if (colon) {
        statement.kind = StatementKind::script;
        return;
      }
    }
    if (first.bracket || first.value.starts_with('$')) {
      statement.kind = StatementKind::script;
      return;
    }
    const bool rooted = first.value.starts_with('/');
    MenuWords words = menu_of(statement, scope);
    statement.menu = std::move(words.menu);
    statement.command = std::move(words.command);
    statement.arguments.erase(statement.arguments.begin(), statement.arguments.begin() + static_cast<long>(words.used));
    if (block) {
      statement.kind = StatementKind::structure;
      return;
    }
    if (!statement.command.empty()) return;
    if (!statement.arguments.empty()) return;  // no command, but words that are no menu either
    statement.kind = StatementKind::menu;
    // A word that is neither menu nor command does not lead anywhere.
    if (rooted || menu_spec(statement.menu).role != Role::unknown || is_menu_prefix(statement.menu)) scope.menu = statement.menu;
  }

  void classify_script(Statement& statement, const ScriptWord& script, const Scope& scope) {
    switch (script.what) {
      case Word::variable:
        statement.kind = StatementKind::variable;
        assign(statement, scope);
        return;
      case Word::harmless:
        statement.kind = StatementKind::harmless;
        return;
      case Word::stop:
        statement.kind = StatementKind::stop;
        return;
      case Word::branch: case Word::loop: case Word::scope:
        statement.kind = StatementKind::structure;
        return;
      case Word::opaque:
        statement.kind = StatementKind::script;
        return;
    }
  }

  // ":local name value", ":global name"; what a condition guards, and what is no constant, is not followed.
  void assign(const Statement& statement, const Scope& scope) {
    if (statement.arguments.size() < 2) return;
    Variable& variable = variables_[statement.arguments[1].value];
    if (statement.arguments.size() == 2 && statement.arguments[0].value == ":global" && !variable.opaque) return;
    const bool constant = statement.arguments.size() == 3 && statement.arguments[2].key.empty() && !statement.arguments[2].opaque &&
                          !statement.arguments[1].opaque && statement.problem.empty() && !scope.conditional && !scope.loop;
    variable.opaque = !constant;
    if (constant) variable.value = statement.arguments[2].value;
  }

  struct MenuWords {
    std::string menu;
    std::string command;
    size_t used = 0;  // arguments
  };

  // The menu and command that the words name, with the scope's menu in front unless they start at the root.
  static MenuWords menu_of(const Statement& statement, const Scope& scope) {
    constexpr size_t kMaxParts = 12;
    MenuWords result;
    std::vector<std::string> parts = split(scope.menu, ' ');
    for (const Argument& word : statement.arguments) {
      if (!word.key.empty() || word.quoted || word.opaque || word.block || !result.command.empty() || parts.size() > kMaxParts) break;
      std::string_view text = word.value;
      if (result.used == 0 && text.starts_with('/')) parts.clear();
      ++result.used;
      for (std::string& part : split(text, '/')) {
        if (part == ".." && !parts.empty()) parts.pop_back();
        else if (is_command(part)) result.command = std::move(part);
        else parts.push_back(std::move(part));
      }
    }
    for (const std::string& part : parts) result.menu += (result.menu.empty() ? "" : " ") + part;
    return result;
  }

  static std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
      const size_t end = text.find(separator);
      if (end != 0) parts.emplace_back(text.substr(0, end));
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return parts;
  }

  Cursor cursor_;
  uint32_t first_line_;
  uint32_t section_;
  const std::function<void(Statement&)>& take_;
  std::map<std::string, Variable, std::less<>> variables_;
};

}  // namespace

bool is_command(std::string_view word) { return std::binary_search(kCommands.begin(), kCommands.end(), word); }

void parse(const Section& section, uint32_t number, const std::function<void(Statement&)>& take) {
  Parser(section.lines, section.first_line, number, take).run();
}

std::vector<Argument> parse_words(std::string_view text) {
  const std::function<void(Statement&)> none = [](Statement&) {};
  return Parser({&text, 1}, 1, 0, none).words();
}

}  // namespace fwproof::importers::mikrotik
