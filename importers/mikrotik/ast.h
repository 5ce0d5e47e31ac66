// What a RouterOS script says: one command after the other, with its menu, targets and properties.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::importers::mikrotik {

// Lines of one file that belong together, from 1.
struct Span {
  uint32_t section = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};

// "key=value", "!key" (unset), or a bare word (key empty).
struct Argument {
  std::string key;
  std::string value;
  bool has_value = false;
  bool quoted = false;
  bool opaque = false;    // holds a script expression that is not followed
  bool bracket = false;   // the value is the text between '[' and ']'
  bool unset = false;     // "!key"
  bool block = false;     // "{ … }" with statements of its own
  uint32_t line = 0;
  uint32_t column = 0;
};

enum class StatementKind : uint8_t {
  command,    // menu, command, arguments
  menu,       // "/ip firewall filter" alone
  comment,
  variable,   // :local, :global, :set
  stop,       // :error, :return, :quit
  harmless,   // :put, :log, :delay …
  structure,  // the lines of :if, :foreach, { and }
  script,     // a script command whose effect is not followed
};

struct Statement {
  StatementKind kind = StatementKind::command;
  Span span;
  std::string menu;       // "ip firewall filter"
  std::string command;    // "add"
  std::vector<Argument> arguments;
  bool conditional = false;   // a script decides whether it runs
  bool nested_change = false; // a command between brackets changes something
  std::string problem;        // not empty: why it cannot be read as a whole
  uint32_t problem_column = 0;
};

}  // namespace fwproof::importers::mikrotik
