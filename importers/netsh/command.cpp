#include "importers/netsh/command.h"

#include <array>

#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Windows sets these itself, to folders that rules name too.
constexpr std::array<std::string_view, 12> kFolderVariables = {
    "systemroot", "windir",      "programfiles", "programfiles(x86)", "programw6432", "programdata",
    "systemdrive", "commonprogramfiles", "localappdata", "appdata",   "userprofile",  "allusersprofile"};

bool is_folder_variable(std::string_view name) {
  for (const std::string_view known : kFolderVariables)
    if (same(known, name)) return true;
  return name.size() > 4 && same(name.substr(0, 4), "env:") && is_folder_variable(name.substr(4));
}

// The variable that starts at text[at], or an empty name. `end` is behind it.
std::string_view variable_at(std::string_view text, size_t at, size_t& end) {
  const char mark = text[at];
  if (mark == '%' || mark == '!') {
    const size_t close = text.find(mark, at + 1);
    if (close == std::string_view::npos || close == at + 1 || close - at > 80) return {};
    end = close + 1;
    return text.substr(at + 1, close - at - 1);
  }
  if (mark != '$') return {};
  end = at + 1;
  while (end < text.size() && (is_name_char(text[end]) || text[end] == ':')) ++end;
  return text.substr(at + 1, end - at - 1);
}

// Quotes: 0 outside, else the quote character. PowerShell's backtick and cmd's caret take the meaning from the next character.
struct QuoteState {
  char quote = 0;
  // True when text[i] is an ordinary character outside quotes.
  bool step(std::string_view text, size_t& i) {
    const char c = text[i];
    if (quote) {
      if (c == quote) quote = 0;
      return false;
    }
    if (c == '"' || (c == '\'' && (i == 0 || !is_name_char(text[i - 1])))) {
      quote = c;
      return false;
    }
    if (c == '^' && i + 1 < text.size()) {
      ++i;
      return false;
    }
    return true;
  }
};

}  // namespace

std::vector<CommandPart> split_commands(std::string_view line) {
  std::vector<CommandPart> parts;
  CommandPart::After after = CommandPart::After::start;
  QuoteState quotes;
  size_t start = 0;
  const auto cut = [&](size_t end, size_t next, CommandPart::After how) {
    if (const std::string_view text = trim(line.substr(start, end - start)); !text.empty()) parts.push_back({text, after});
    start = next;
    after = how;
  };
  for (size_t i = 0; i < line.size(); ++i) {
    if (!quotes.step(line, i)) continue;
    const char c = line[i];
    const bool twice = i + 1 < line.size() && line[i + 1] == c;
    if (c == '&' && i > 0 && line[i - 1] == '>') continue;  // 2>&1
    if (c == '&') cut(i, i + 1 + twice, twice ? CommandPart::After::success : CommandPart::After::always), i += twice;
    else if (c == '|') cut(i, i + 1 + twice, twice ? CommandPart::After::failure : CommandPart::After::pipe), i += twice;
    else if (c == ';') cut(i, i + 1, CommandPart::After::always);
  }
  cut(line.size(), line.size(), after);
  return parts;
}

std::vector<Argument> split_arguments(std::string_view command) {
  // First into words and '=' signs, then joined to key=value.
  struct Piece {
    std::string text;
    bool equals = false;
    bool single_quoted = false;
  };
  std::vector<Piece> pieces;
  for (size_t i = 0; i < command.size();) {
    if (command[i] == ' ' || command[i] == '\t') { ++i; continue; }
    if (command[i] == '=' && (pieces.empty() || !pieces.back().equals)) { pieces.push_back({"=", true}); ++i; continue; }
    const bool value = !pieces.empty() && pieces.back().equals;
    std::string text;
    bool single_quoted = false;
    char quote = 0;
    for (; i < command.size(); ++i) {
      const char c = command[i];
      if (quote) {
        if (c == quote) quote = 0; else text += c;
      } else if (c == '"' || (c == '\'' && (text.empty() || text.back() == '='))) {
        quote = c;
        single_quoted |= c == '\'';
      } else if (c == '^' && i + 1 < command.size()) {
        text += command[++i];
      } else if (c == ' ' || c == '\t' || (c == '=' && !value)) {
        break;
      } else {
        text += c;
      }
    }
    // A redirection (>nul, 2>&1) is no argument.
    if (!value && (text.starts_with(">") || text.starts_with("1>") || text.starts_with("2>"))) {
      if (text.ends_with(">"))
        while (i < command.size() && command[i] == ' ') ++i;
      while (text.ends_with(">") && i < command.size() && command[i] != ' ') ++i;
      continue;
    }
    pieces.push_back({std::move(text), false, single_quoted});
  }
  std::vector<Argument> arguments;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].equals) continue;
    Argument argument;
    if (i + 1 < pieces.size() && pieces[i + 1].equals) {
      argument.key = lower(pieces[i].text);
      const bool has_value = i + 2 < pieces.size() && !pieces[i + 2].equals;
      if (has_value) argument.value = std::move(pieces[i + 2].text), argument.single_quoted = pieces[i + 2].single_quoted;
      i += has_value ? 2 : 1;
    } else if (const size_t at = pieces[i].text.find('='); at != std::string::npos && at > 0) {
      argument.key = lower(trim(std::string_view(pieces[i].text).substr(0, at)));  // "name=A B" quoted as a whole
      argument.value = std::string(trim(std::string_view(pieces[i].text).substr(at + 1)));
    } else {
      argument.value = std::move(pieces[i].text);
    }
    argument.unresolved = has_variable(argument.value);
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

std::string substitute(std::string_view text, const Variables& variables) {
  constexpr size_t kLongestResult = 1 << 20;  // a script cannot blow itself up
  std::string result;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    const std::string_view name = variable_at(text, i, end);
    const auto known = name.empty() ? variables.end() : variables.find(lower(name));
    if (known != variables.end() && result.size() + known->second.size() < kLongestResult) {
      result += known->second;
      i = end;
    } else {
      result += text[i++];
    }
  }
  return result;
}

bool has_variable(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 1 < text.size() && (text[i + 1] == '%' || text[i + 1] == '~' || text[i + 1] == '*' || (text[i + 1] >= '0' && text[i + 1] <= '9'))) return true;
    size_t end = i;
    const std::string_view name = variable_at(text, i, end);
    if (!name.empty()) {
      if (!is_folder_variable(name)) return true;
      i = end - 1;
    } else if (text[i] == '$' && i + 1 < text.size() && (text[i + 1] == '(' || text[i + 1] == '{')) {
      return true;
    }
  }
  return false;
}

std::string_view without_prompt(std::string_view line) {
  line = trim(line);
  const size_t close = line.find('>');
  if (close != std::string_view::npos && close < 260) {
    const std::string_view prompt = line.substr(0, close);
    const bool drive = prompt.size() >= 3 && prompt[1] == ':' && prompt[2] == '\\';
    const bool shell = prompt.starts_with("PS ") || same(prompt, "netsh") || starts_with_word(prompt, "netsh");
    const bool only_context = shell && prompt.find_first_of("=\"") == std::string_view::npos && prompt.find("add") == std::string_view::npos &&
                              !prompt.ends_with(' ') && !prompt.ends_with('2') && !prompt.ends_with('1');
    if ((drive && prompt.find('"') == std::string_view::npos && prompt.find(".exe ") == std::string_view::npos) || only_context)
      line = trim(line.substr(close + 1));
  }
  while (line.starts_with('@')) line = trim(line.substr(1));
  return line;
}

bool abbreviates(std::string_view word, std::string_view full, size_t least) {
  return word.size() >= least && word.size() <= full.size() && same(word, full.substr(0, word.size()));
}

}  // namespace fwproof::importers::netsh
