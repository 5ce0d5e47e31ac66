// Scripts line by line: one class, because variables, blocks and sessions of netsh stand in each other's way.
#include "importers/netsh/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "importers/netsh/powershell.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::DiagnosticId;
using model::LineClass;
using model::Severity;

constexpr std::array<std::string_view, 13> kControlWords = {"if",     "for",      "else",  "elseif", "while", "foreach", "switch",
                                                            "function", "try",    "catch", "finally", "do",   "until"};

// Commands that do not touch the firewall, or only look. Whatever else stands in a script and is in no list is unrecognised.
constexpr std::array<std::string_view, 85> kOtherCommands = {
    "goto",
    "echo",    "echo.",   "pause",  "exit",       "title",    "color",    "cls",      "cd",       "chdir",    "pushd",   "popd",     "copy",
    "xcopy",   "robocopy", "move",  "del",        "erase",    "mkdir",    "md",       "rmdir",    "rd",       "ren",     "type",     "find",
    "findstr", "sort",    "more",   "ping",       "ipconfig", "nslookup", "tracert",  "netstat",  "arp",      "route",   "whoami",   "hostname",
    "net",     "sc",      "sc.exe", "net.exe",    "taskkill", "tasklist", "timeout",  "choice",   "chcp",     "mode",    "setlocal", "endlocal",
    "ver",     "vol",     "date",   "time",       "attrib",   "icacls",   "takeown",  "cacls",    "certutil", "msiexec", "wmic",     "schtasks",
    "bcdedit", "dism",    "sfc",    "gpupdate",   "powercfg", "shutdown", "logoff",   "openfiles", "fsutil",  "reg",     "regedit",  "cmdkey",
    "curl",    "wget",    "tar",    "param",      "return",   "begin",    "process",  "end",      "break",    "continue", "using",   "import-module"};

// Words by which a command reaches the firewall on other ways than those that are read here.
constexpr std::array<std::string_view, 9> kBackDoors = {"mpssvc",     "firewallpolicy", "sharedaccess", "hnetcfg", "fwpolicy2",
                                                        "msft_netfirewall", "firewallapi",   "netfwpolicy",  "wf.msc /"};

bool contains_folded(const std::string& folded, std::string_view word) { return folded.find(word) != std::string::npos; }

bool is_known_other(std::string_view command) {
  const std::string word = lower(command.substr(0, command.find_first_of(" \t(,;:/")));
  if (std::find(kOtherCommands.begin(), kOtherCommands.end(), std::string_view(word)) != kOtherCommands.end()) return true;
  if (command.starts_with("$") || command.starts_with("[") || command.starts_with(")") || command.starts_with("}") || command.starts_with("{") ||
      command.starts_with("("))
    return true;
  // Verb-Noun: a cmdlet of PowerShell.
  constexpr std::array<std::string_view, 22> kVerbs = {"get", "set", "new", "write", "out", "start", "stop", "test", "import", "export", "add",
                                                       "remove", "restart", "select", "where", "foreach", "invoke", "read", "format", "measure", "convertto", "clear"};
  const size_t dash = word.find('-');
  return dash != std::string::npos && std::find(kVerbs.begin(), kVerbs.end(), std::string_view(word).substr(0, dash)) != kVerbs.end();
}

bool calls_a_script(std::string_view command) {
  const std::string folded = lower(command);
  for (const std::string_view end : {".bat", ".cmd", ".ps1", ".vbs"})
    if (contains_folded(folded, end)) return true;
  return false;
}

// Where does a netsh command start in the text, at a place where a command can stand? npos: nowhere.
size_t find_netsh(std::string_view text) {
  for (const std::string_view name : {"netsh", "netsh.exe"})
    if (starts_with_word(text, name)) return 0;
  // With a path: %SystemRoot%\System32\netsh.exe, "C:\Windows\System32\netsh.exe"
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string word = lower(text.substr(0, end));
  for (const std::string_view tail : {"\\netsh.exe", "\\netsh", "\\netsh.exe\""})
    if (word.ends_with(tail)) return 0;
  return std::string_view::npos;
}

// "netsh" anywhere, with a firewall context behind it.
bool mentions_netsh_firewall(std::string_view text) {
  const size_t at = find_word(text, "netsh") != std::string_view::npos ? find_word(text, "netsh") : find_word(text, "netsh.exe");
  if (at == std::string_view::npos) return false;
  const std::string rest = lower(text.substr(at));
  const std::string_view context = trim(std::string_view(rest).substr(std::min(rest.find_first_of(" \t"), rest.size())));
  if (context.starts_with("adv") || context.starts_with("fi")) return true;  // netsh takes abbreviations
  return contains_folded(rest, "firewall") || contains_folded(rest, "portproxy") || contains_folded(rest, " -f ");
}

// Could the text, whatever it is, change the firewall?
bool changes_firewall(std::string_view text) {
  if (find_firewall_cmdlet(text) != std::string_view::npos) return true;
  const std::string folded = lower(text);
  if (mentions_netsh_firewall(text))
    for (const std::string_view verb : {" add ", " set ", " delete ", " reset", " import "})
      if (contains_folded(folded + " ", verb)) return true;
  return false;
}

bool is_control(std::string_view command) {
  for (const std::string_view word : kControlWords)
    if (starts_with_word(command, word) || (command.size() > word.size() && same(command.substr(0, word.size()), word) && command[word.size()] == '(')) return true;
  return command.starts_with(")") || command.starts_with("}");
}

// Does the command end the script, or leave it for another place?
bool ends_script(std::string_view command, bool in_block) {
  for (const std::string_view word : {"exit", "throw"})
    if (starts_with_word(command, word)) return true;
  if (!in_block && starts_with_word(command, "return")) return true;  // in a block it mostly ends a function
  const std::string folded = lower(command);
  return folded.starts_with("goto :eof") || folded.starts_with("goto:eof");
}

// The same, anywhere in a line behind a condition.
bool may_end_script(std::string_view text) {
  if (lower(text).find("goto :eof") != std::string::npos || lower(text).find("goto:eof") != std::string::npos) return true;
  for (const std::string_view word : {"exit", "throw"})
    if (find_word(text, word) != std::string_view::npos) return true;
  return false;
}

bool is_comment(std::string_view text) {
  return starts_with_word(text, "rem") || text.starts_with("::") || text.starts_with("#") || (text.starts_with(":") && !text.starts_with("::") && text.size() > 1 && text[1] == ' ');
}

// The mark is the last character of its line: a blank behind it makes it quote the blank, and the command ends there.
bool continues(std::string_view line) {
  const std::string_view text = line;
  return (text.ends_with('^') && !text.ends_with("^^")) || text.ends_with('`');
}

}  // namespace

namespace {

// One pass for the letters that netsh, advfirewall and the cmdlets share, so that other lines cost next to nothing.
bool may_be_firewall_command(std::string_view line) {
  for (size_t i = 0; i + 5 <= line.size(); ++i) {
    const char c = static_cast<char>(line[i] | 0x20);
    if (c == 'n' && (same(line.substr(i, 5), "netsh") || same(line.substr(i, 5), "netfi") || same(line.substr(i, 5), "netip"))) return true;
    if (c == 'a' && same(line.substr(i, 5), "advfi")) return true;
  }
  return false;
}

}  // namespace

bool script_starts_at(std::span<const std::string_view> lines, size_t at) {
  std::string_view line = lines[at];
  if (starts_with_word(line, "pushd interface portproxy")) return true;  // netsh interface portproxy dump
  if (!may_be_firewall_command(line.substr(0, 1U << 16))) return false;
  if (line.size() > (1U << 16)) line = line.substr(0, 1U << 16);
  const std::string_view text = without_prompt(line);
  if (starts_with_word(text, "advfirewall")) return true;
  if (is_comment(text)) return false;
  return mentions_netsh_firewall(text) || find_firewall_cmdlet(text) != std::string_view::npos;
}

void ScriptParser::begin(std::span<const Line> lines) {
  variables_.clear();
  depth_ = 0;
  behind_jump_ = in_comment_ = jumps_ = false;
  here_string_.clear();
  for (const Line& line : lines) {
    if (find_word(line.text, "goto") == std::string_view::npos && find_word(line.text, "call") == std::string_view::npos) continue;
    const std::string_view text = without_prompt(line.text);
    const bool jump = find_word(text, "goto") != std::string_view::npos && lower(text).find("goto :eof") == std::string::npos;
    jumps_ |= !is_comment(text) && (jump || starts_with_word(text, "call :"));
  }
}

size_t ScriptParser::take(std::span<const Line> lines, size_t at) {
  const model::Origin origin = lines[at].origin;
  std::string text(without_prompt(lines[at].text));
  if (!here_string_.empty()) return take_here_string(text, origin);
  if (in_comment_ || text.starts_with("<#")) {
    in_comment_ = text.find("#>") == std::string::npos;
    reporter_.account(origin, LineClass::irrelevant, "comment");
    return 1;
  }
  if (is_comment(text)) {
    reporter_.account(origin, LineClass::irrelevant, "comment");
    return 1;
  }
  size_t count = 1;
  bool more = continues(lines[at].text);
  while (more && at + count < lines.size()) {
    text.pop_back();
    text += ' ';
    more = continues(lines[at + count].text);
    text += trim(lines[at + count++].text);
  }
  if (more || text.ends_with('`') || (text.ends_with('^') && !text.ends_with("^^"))) text.pop_back();
  const std::string_view opened = trim(text);
  if (opened.ends_with("@\"") || opened.ends_with("@'")) here_string_ = std::string(1, opened.back()) + "@";
  struct Row {
    Effect effect;
    LineClass line_class;
    std::string_view construct;
  };
  static constexpr Row kRows[] = {
      {Effect::modelled, LineClass::modelled, "command"},
      {Effect::irrelevant, LineClass::irrelevant, "other command"},
      {Effect::approximated, LineClass::approximated, "relay or other script"},
      {Effect::opaque, LineClass::opaque, "opaque command"},
  };
  const Effect effect = run_line(text, origin);
  if (effect == Effect::not_ours) return count > 1 ? (reporter_.account(origin, LineClass::unrecognised, "line"), size_t{1}) : 0;
  for (const Row& row : kRows)
    for (size_t i = 0; i < count && row.effect == effect; ++i) reporter_.account(lines[at + i].origin, row.line_class, row.construct);
  return count;
}

// Text between @" and "@ is no command, but what a script has text of, it may run later.
size_t ScriptParser::take_here_string(std::string_view text, model::Origin origin) {
  const bool ends = text.starts_with(here_string_);
  const bool opaque = changes_firewall(text);
  if (opaque) firewall_.opaque.push_back({std::string(text), origin});
  reporter_.account(origin, opaque ? LineClass::opaque : LineClass::irrelevant, opaque ? "command in a text" : "text");
  if (ends) here_string_.clear();
  return 1;
}

void ScriptParser::track_blocks(std::string_view text) {
  // A block may also belong to a command: ForEach-Object {, Invoke-Command … {, (
  const bool control = is_control(text) || text.ends_with('{') || text == "(" || text.ends_with(" (");
  if (!control && depth_ == 0) return;
  if (depth_ == 0) guard_ = std::string(text.substr(0, 120));
  char quote = 0;
  char before = ' ';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '^' || c == '`') {
      ++i;  // the next character is an ordinary one
    } else if (c == '#' && before == ' ') {
      break;  // a comment of PowerShell; where it is none, the block seems longer than it is, which is the safe side
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '{') {
      ++depth_;
    } else if ((c == ')' || c == '}') && depth_ > 0) {
      --depth_;
    }
    before = c;
  }
}

Effect ScriptParser::run_line(const std::string& text, model::Origin origin) {
  const bool label = text.starts_with(":");
  if (label) {
    behind_jump_ |= jumps_;
    return Effect::irrelevant;
  }
  const bool inside = depth_ > 0;
  const bool in_session = netsh_.in_session();
  track_blocks(text);
  Effect worst = Effect::not_ours;
  const auto note = [&](Effect effect) {
    constexpr std::array<Effect, 5> kOrder = {Effect::not_ours, Effect::irrelevant, Effect::modelled, Effect::approximated, Effect::opaque};
    const auto rank = [&](Effect e) { return std::find(kOrder.begin(), kOrder.end(), e); };
    if (rank(effect) > rank(worst)) worst = effect;
  };
  const bool guarded_line = inside || depth_ > 0 || is_control(text);
  CommandContext context{origin, text, guarded_line || behind_jump_, guarded_line ? guard_ : "a jump or an end before this line"};
  Effect last = Effect::not_ours;
  const auto parts = split_commands(text);
  for (size_t i = 0; i < parts.size(); ++i) {
    CommandContext own = context;
    own.text = std::string(parts[i].text);
    const bool after_ours = last == Effect::modelled;
    if (i > 0 && is_control(parts[i - 1].text)) context.guarded = own.guarded = true;  // a condition reaches to the end of its line
    if (own.guarded && own.guard.empty()) own.guard = own.text;
    if (parts[i].after == CommandPart::After::failure || (parts[i].after == CommandPart::After::success && !after_ours)) {
      own.guarded = true;
      own.guard = fmt::format("line {}: what stands before it in the line", origin.line);
    }
    // What reads its commands from a pipe, and a cmdlet that takes its rules from one.
    bool piped = parts[i].after == CommandPart::After::pipe && find_firewall_cmdlet(parts[i].text) != std::string_view::npos;
    if (parts[i].after == CommandPart::After::pipe)
      for (const std::string_view shell : {"netsh", "netsh.exe", "cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh", "iex", "invoke-expression"})
        piped |= starts_with_word(parts[i].text, shell);
    if (piped) {
      firewall_.opaque.push_back({text, origin});
      last = Effect::opaque;
    } else {
      last = run_command(parts[i].text, own);
    }
    note(last);
  }
  const bool conditional = context.guarded || (parts.size() > 1 && may_end_script(text));
  for (const CommandPart& part : parts) {
    if (in_session) break;  // exit leaves the context of netsh
    if (!ends_script(part.text, inside || depth_ > 0) && !(conditional && may_end_script(part.text))) continue;
    if (starts_with_word(text, "echo") || starts_with_word(text, "function")) continue;
    behind_jump_ = true;
  }
  if (starts_with_word(text, "goto") || find_word(text, "goto") != std::string_view::npos) behind_jump_ |= jumps_;
  if (worst == Effect::opaque) {
    firewall_.has_script = true;
    reporter_.diagnose(DiagnosticId::script_opaque, Severity::warning, origin, {},
                       context.guarded ? fmt::format("what this command does depends on: {}", context.guard) : "the effect of this command on the firewall cannot be told");
  }
  firewall_.has_script |= worst == Effect::modelled;
  if (worst == Effect::not_ours && inside) return Effect::irrelevant;
  return worst;
}

bool ScriptParser::set_variable(std::string_view command, bool guarded) {
  std::string_view rest;
  if (starts_with_word(command, "set")) {
    rest = trim(command.substr(3));
    if (rest.starts_with("/")) {  // set /p and set /a: values from elsewhere
      rest = trim(rest.substr(std::min<size_t>(2, rest.size())));
      while (rest.starts_with('"')) rest.remove_prefix(1);
      variables_.erase(lower(trim(rest.substr(0, rest.find_first_of("=+-*/%&|^<> ")))));
      return true;
    }
    if (rest.starts_with('"') && rest.ends_with('"') && rest.size() > 1) rest = rest.substr(1, rest.size() - 2);
  } else if (command.starts_with('$')) {
    rest = command.substr(1);
  } else {
    return false;
  }
  const size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return command.starts_with("set") || command.starts_with("SET");
  std::string name = lower(trim(rest.substr(0, equals)));
  if (!name.empty() && std::string_view("+-*/%").find(name.back()) != std::string_view::npos && command.starts_with('$')) {  // $p += …
    name = std::string(trim(std::string_view(name).substr(0, name.size() - 1)));
    guarded = true;
  }
  std::string_view value = trim(rest.substr(equals + 1));
  if (value.size() > 1 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) value = value.substr(1, value.size() - 2);
  const std::string known = substitute(value, variables_);
  if (guarded || has_variable(known) || value.find_first_of("(@") != std::string_view::npos) variables_.erase(name);
  else variables_[name] = known;
  return true;
}

// A loop's variable and $p++: no value that is known.
void ScriptParser::forget_changed(std::string_view command) {
  if (!is_control(command) && !command.ends_with("++") && !command.ends_with("--")) return;
  for (auto at = variables_.begin(); at != variables_.end();) {
    const size_t use = lower(command).find("$" + at->first);
    at = use == std::string::npos ? std::next(at) : variables_.erase(at);
  }
}

Effect ScriptParser::run_command(std::string_view command, const CommandContext& context) {
  command = trim(command);
  while (command.starts_with("@") || command.starts_with("(")) command = trim(command.substr(1));
  const std::string replaced = substitute(command, variables_);
  std::string_view text = replaced;
  CommandContext own = context;
  if (starts_with_word(text, "endlocal")) variables_.clear();
  forget_changed(command);
  if (is_control(text)) {
    // The command behind the condition, if it is one of ours.
    const size_t netsh = find_word(text, "netsh");
    const size_t cmdlet = find_firewall_cmdlet(text);
    const size_t start = std::min(netsh, cmdlet);
    if (start == std::string_view::npos || !changes_firewall(text)) return Effect::irrelevant;
    text = text.substr(start);
    // if … (netsh …) else (netsh …): which of them runs, and with what, is read nowhere.
    const std::string_view rest = text.substr(1);
    if (find_word(rest, "netsh") != std::string_view::npos || find_word(rest, "netsh.exe") != std::string_view::npos || find_word(rest, "else") != std::string_view::npos ||
        find_firewall_cmdlet(rest) != std::string_view::npos) {
      firewall_.opaque.push_back({own.text, own.origin});
      return Effect::opaque;
    }
    own.guarded = true;
    if (own.guard.empty() || own.guard == "a jump or an end before this line") own.guard = std::string(command.substr(0, 120));
    while (text.ends_with(')') || text.ends_with('}')) text = trim(text.substr(0, text.size() - 1));
  }
  if (starts_with_word(text, "call")) text = trim(text.substr(4));
  if (find_netsh(text) == 0) {
    const size_t end = std::min(text.find_first_of(" \t"), text.size());
    std::vector<Argument> arguments = split_arguments(text.substr(end));
    return netsh_.apply(std::move(arguments), own);
  }
  if (find_firewall_cmdlet(text) == 0) return apply_powershell(text, firewall_, reporter_, own);
  if (changes_firewall(text)) {
    // Inside another command, a string, an assignment: start "" netsh …, powershell -Command "…", $x = New-NetFirewallRule …
    // Printed, unless it is written to a file that may be run.
    const bool prints = starts_with_word(text, "echo") || starts_with_word(text, "write-host") || starts_with_word(text, "write-output");
    if (prints && text.find('>') == std::string_view::npos) return Effect::irrelevant;
    firewall_.opaque.push_back({own.text, own.origin});
    return Effect::opaque;
  }
  const std::string folded = lower(text);
  if (starts_with_word(text, "echo") || starts_with_word(text, "write-host") || starts_with_word(text, "write-output")) return Effect::irrelevant;
  for (const std::string_view door : kBackDoors)
    if (contains_folded(folded, door)) {
      firewall_.opaque.push_back({own.text, own.origin});
      return Effect::opaque;
    }
  const Effect session = netsh_.apply_in_context(split_arguments(text), own);
  if (session != Effect::not_ours) return session;
  if (set_variable(command.starts_with('$') ? command : text, own.guarded)) return Effect::irrelevant;
  if (calls_a_script(text) && (is_known_other(text) || text.find('\\') != std::string_view::npos || find_word(text, "powershell") == 0 || find_word(text, "cmd") == 0 || find_word(text, "start") == 0 || find_word(text, "cscript") == 0)) {
    firewall_.assumptions.push_back(fmt::format("what line {} starts does not change the firewall: {}", own.origin.line, own.text));
    return Effect::approximated;
  }
  for (const std::string_view word : {"powershell", "powershell.exe", "pwsh", "cmd", "cmd.exe", "start", "invoke-expression", "iex", "invoke-command", "regedit"})
    if (starts_with_word(text, word)) {
      firewall_.assumptions.push_back(fmt::format("what line {} starts does not change the firewall: {}", own.origin.line, own.text));
      return Effect::approximated;
    }
  // %FW% add rule …: a variable that is not known, in the place of the command.
  if (text.find_first_of("%!$&") == 0 && has_variable(text.substr(0, text.find_first_of(" \t"))))
    for (const std::string_view word : {"rule", "firewall", "advfirewall", "state", "firewallpolicy"})
      if (find_word(text, word) != std::string_view::npos) {
        firewall_.opaque.push_back({own.text, own.origin});
        return Effect::opaque;
      }
  return is_known_other(text) ? Effect::irrelevant : Effect::not_ours;
}

}  // namespace fwproof::importers::netsh
