// Cuts script text into commands and commands into words, as cmd.exe and PowerShell do.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::importers::netsh {

// A command of a chain; `after` says how it hangs on the one before it.
struct CommandPart {
  enum class After : uint8_t { start, always, success, failure, pipe };
  std::string_view text;
  After after = After::start;
};
std::vector<CommandPart> split_commands(std::string_view line);

// One argument: a bare word, or key=value (`name = "x"` and `name="x"` alike).
struct Argument {
  std::string key;    // lower case, empty for a bare word
  std::string value;
  bool single_quoted = false;  // a quote for PowerShell, a letter for cmd.exe
  bool unresolved = false;  // holds a variable whose value is not known
};
std::vector<Argument> split_arguments(std::string_view command);

// Variables that the script has set to plain text. Names are lower case.
using Variables = std::map<std::string, std::string, std::less<>>;
// %NAME%, !NAME! and $name replaced where known.
std::string substitute(std::string_view text, const Variables& variables);
// Is a variable left in it? Those that name Windows folders (%SystemRoot%, %ProgramFiles%) stand for themselves.
bool has_variable(std::string_view text);

// A prompt in front of a pasted command ("C:\>", "PS C:\Users\x>", "netsh advfirewall>") and cmd's @ are cut off.
std::string_view without_prompt(std::string_view line);

// `word` is a permitted abbreviation of `full` for netsh (any unique beginning of at least `least` letters).
bool abbreviates(std::string_view word, std::string_view full, size_t least);

}  // namespace fwproof::importers::netsh
