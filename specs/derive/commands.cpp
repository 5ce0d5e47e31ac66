#include "specs/derive/commands.h"

#include <algorithm>

#include "specs/derive/tokens.h"

namespace fwproof::specs::derive {
namespace {

constexpr std::string_view kCommands[] = {
    "netsh", "iptables", "ip6tables", "iptables-save", "iptables-restore", "nft", "firewall-cmd", "firewall-offline-cmd", "ufw", "ipset", "pfctl", "ipfw", "csf",
    "new-netfirewallrule", "set-netfirewallrule", "remove-netfirewallrule", "enable-netfirewallrule", "disable-netfirewallrule", "set-netfirewallprofile",
    "access-list", "set-netfirewallsetting"};
constexpr std::string_view kPrefixes[] = {"sudo", "$", "#", ">", "ps>", "c:\\>", "powershell", "cmd", "/c", "-command", "&"};

std::string_view next_word(std::string_view& rest) {
  rest = strip(rest);
  const size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

// "sudo ufw allow 80/tcp", "PS C:\> New-NetFirewallRule …"; but not "iptables is a firewall".
bool starts_command(std::string_view line) {
  constexpr size_t kMostPrefixes = 5;
  std::string lower = lower_case(line);
  std::string_view rest = lower;
  for (size_t i = 0; i < kMostPrefixes; ++i) {
    std::string_view word = strip(next_word(rest), "\"'`;");
    if (word.size() > 4 && word.ends_with(".exe")) word.remove_suffix(4);
    word = word.substr(word.rfind('/') + 1);
    if (std::find(std::begin(kCommands), std::end(kCommands), word) != std::end(kCommands)) {
      const std::string_view argument = next_word(rest);
      const bool prose = argument == "is" || argument == "are" || argument == "and" || argument == "or" || argument == "can" || argument == "rules" || argument == "will";
      return !argument.empty() && !prose;
    }
    const bool prefix = std::find(std::begin(kPrefixes), std::end(kPrefixes), word) != std::end(kPrefixes) || word.ends_with('>') || word.ends_with('#') || word.ends_with('$') || word == "ps";
    if (!prefix) return false;
  }
  return false;
}

bool goes_on(std::string_view line) {
  line = strip(line);
  return !line.empty() && (line.back() == '`' || line.back() == '\\' || line.back() == '^');
}

bool starts_comment(std::string_view line) {
  line = strip(line);
  const std::string lower = lower_case(line.substr(0, 4));
  return line.starts_with('#') || line.starts_with("::") || line.starts_with("//") || lower.starts_with("rem ");
}

}  // namespace

std::vector<LineKind> kinds_of_lines(const std::vector<Line>& lines, bool code) {
  std::vector<LineKind> kinds(lines.size(), code ? LineKind::comment : LineKind::text);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!starts_command(lines[i].text)) continue;
    size_t last = i;
    while (last + 1 < lines.size() && goes_on(lines[last].text)) ++last;
    for (size_t comment = i; comment > 0 && kinds[comment - 1] == LineKind::text && starts_comment(lines[comment - 1].text); --comment) kinds[comment - 1] = LineKind::comment;
    for (; i <= last; ++i) kinds[i] = LineKind::command;
    i = last;
  }
  return kinds;
}

std::vector<PrintedCommand> commands_in(const std::vector<Line>& lines, const std::vector<LineKind>& kinds) {
  std::vector<PrintedCommand> commands;
  bool open = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (kinds[i] != LineKind::command) {
      open = false;
      continue;
    }
    if (!open) commands.push_back({{}, lines[i].number, lines[i].number, 0});
    PrintedCommand& command = commands.back();
    command.text.append(command.text.empty() ? "" : "\n").append(lines[i].text);
    command.last_line = lines[i].number;
    open = goes_on(lines[i].text);
  }
  return commands;
}

}  // namespace fwproof::specs::derive
