// UCI text to sections: files below /etc/config, one or several after each other, `uci export` and `uci show`.
#pragma once

#include <span>

#include "importers/importer.h"
#include "importers/openwrt/ast.h"

namespace fwproof::importers::openwrt {

// A line that is no UCI, or breaks its rules.
struct Problem {
  model::DiagnosticId id = model::DiagnosticId::line_unrecognised;
  model::Severity severity = model::Severity::warning;
  Value place;
  std::string message;
};

struct Parsed {
  Config config;
  std::vector<Value> comments;
  std::vector<Value> packages;   // `package firewall`
  std::vector<Problem> problems; // their lines belong to nothing else
};

// Never fails. Sections of one name and type are joined, as libuci does.
Parsed parse(std::span<const Section> sections);

// Does a section of UCI start here?
Claim starts_at(std::span<const std::string_view> lines, size_t at);

}  // namespace fwproof::importers::openwrt
