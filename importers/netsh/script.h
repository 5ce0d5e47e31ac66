// Reads scripts and pasted command lines: batch files, PowerShell, `netsh -f` scripts.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "importers/netsh/netsh_command.h"
#include "importers/netsh/report.h"

namespace fwproof::importers::netsh {

// Does a script of ours start at lines[at]: a line with a firewall command?
bool script_starts_at(std::span<const std::string_view> lines, size_t at);

class ScriptParser {
 public:
  ScriptParser(Firewall& firewall, Reporter& reporter) : firewall_(firewall), reporter_(reporter), netsh_(firewall, reporter) {}

  // Forgets variables and blocks: another file begins. `lines` are all of its lines.
  void begin(std::span<const Line> lines);
  // Takes the command that starts at lines[at]; returns how many lines it has, 0 when the line is no command.
  size_t take(std::span<const Line> lines, size_t at);

 private:
  Effect run_line(const std::string& text, model::Origin origin);
  Effect run_command(std::string_view command, const CommandContext& context);
  size_t take_here_string(std::string_view text, model::Origin origin);
  void forget_changed(std::string_view command);
  void track_blocks(std::string_view text);
  bool set_variable(std::string_view command, bool guarded);

  Firewall& firewall_;
  Reporter& reporter_;
  NetshCommands netsh_;
  Variables variables_;
  int depth_ = 0;             // open ( and { of conditions, loops and functions
  std::string guard_;         // the line that opened them
  bool jumps_ = false;        // the file has goto or call :label
  bool behind_jump_ = false;
  std::string here_string_;   // what ends the text that began with @" or @'; empty: none
  bool in_comment_ = false;   // <# … #>
};

}  // namespace fwproof::importers::netsh
