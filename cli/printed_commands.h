// The commands that a document prints, against its own table: they are imported as a script of a host that otherwise drops what comes in and
// lets out what goes out, and each row that leads to that host is proven or refuted.
//
//   CommandCheck check = check_printed_commands(derived.specifications[0], commands, document.text, "gateway.txt");
//
// Nothing of it enters the specification.
#pragma once

#include <string>
#include <vector>

#include "specs/derive/derive.h"

namespace fwproof::cli {

// One thing that the commands open: "tcp ports 143, 443, 993", to whom, and at which lines of the document.
struct OpenedService {
  std::string service;
  std::string sources;
  std::vector<uint32_t> lines;
};

struct CommandCheck {
  uint32_t first_line = 0;
  uint32_t last_line = 0;
  size_t commands = 0;
  std::string not_compared;                 // why; empty: they were
  std::vector<std::string> bindings;        // "ADM = 192.0.2.0/24, as in the commands"
  std::vector<OpenedService> opened;
  std::vector<std::string> satisfied;       // row ids
  std::vector<std::string> closed;          // row ids, required or optional, that nothing opens, with how far
  std::vector<std::string> beyond;          // "SERVER: unlisted TCP ports 3389 exposed to ANY"
  std::vector<std::string> unknown;         // what cannot be told, with why
};

// commands: those of this specification, in order, at least one.
CommandCheck check_printed_commands(const specs::Specification& spec, const std::vector<specs::derive::PrintedCommand>& commands, const std::string& file);

}  // namespace fwproof::cli
