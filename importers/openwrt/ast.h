// UCI as it is written: sections with options, each with its place. Lists keep their values; nothing is interpreted yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/source.h"

namespace fwproof::importers::openwrt {

struct Value {
  std::string text;            // without quotes
  model::Origin origin;
  uint32_t last_line = 0;      // a quoted value may reach over several lines
  std::string_view line;       // the whole first line, for messages
};

struct Option {
  std::string name;
  std::vector<Value> values;   // one, or a list's
  bool is_list = false;
  std::vector<Value> overridden;   // earlier values of an option that is given again
};

// What `uci_parse_line` calls a package, section, option or list (libuci, file.c).
struct UciSection {
  std::string package;         // "firewall"; empty until assign_packages(), where no `package` line says it
  std::string type;            // "rule"
  std::string name;            // empty: anonymous
  uint32_t index = 0;          // among the sections of its type: @rule[3]
  Value head;                  // the `config` line; its text is the type
  std::vector<Value> more_heads;   // further `config` lines of the same named section
  std::vector<Option> options;
  bool dotted = false;         // from `uci show`

  const Option* find(std::string_view option) const;
  std::string id() const;      // "lan" or "@rule[3]"
};

struct Config {
  std::vector<UciSection> sections;
};

}  // namespace fwproof::importers::openwrt
