// A dhcpd.conf as it is written: statements and blocks.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/source.h"

namespace fwproof::importers::isc_dhcpd {

constexpr size_t kNone = SIZE_MAX;

struct Word {
  std::string_view text;   // without quotes
  uint32_t line = 0;
  uint32_t column = 0;     // 1-based
  bool quoted = false;
};

// "range 192.168.1.10 192.168.1.99;" or the head of a block: "subnet 192.168.1.0 netmask 255.255.255.0 {".
struct Statement {
  std::vector<Word> words;
  uint32_t file = 0;
  uint32_t last_line = 0;       // of the statement; of a block: of its head
  uint32_t close_line = 0;      // of a block: its "}"; 0: it is not closed
  size_t parent = kNone;        // the block that it is in: an earlier one of the list
  bool is_block = false;
  bool unfinished = false;      // the semicolon is missing
  uint32_t first_line() const { return words.empty() ? last_line : words.front().line; }
};

struct Config {
  std::vector<Statement> statements;        // a block stands before what is in it
  std::vector<model::Origin> stray;         // "}" that closes nothing, "{" in more blocks than are read
  std::vector<model::Origin> unclosed;      // blocks and strings that the file's end cuts off
};

}  // namespace fwproof::importers::isc_dhcpd
