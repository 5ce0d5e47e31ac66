// Finds the importer for each part of a host's files, runs them and joins what they return.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"
#include "model/network.h"
#include "model/source.h"

namespace fwproof::importers {

// All importers, in registry.def's order.
std::span<const Importer* const> all();
const Importer* find(std::string_view name);

struct ImportedInput {
  uint32_t file = 0;                     // index into Sources::files
  std::string importer;                  // "netsh"; several joined by "+" when a file holds several outputs; empty: none
  std::string encoding;
  model::Account account;
  std::map<std::string, std::string> header;
};

struct ImportedHost {
  std::vector<model::Policy> policies;   // flawless in the sense of find_flaws(); names not bound yet
  model::HostFacts facts;
  std::vector<ImportedInput> inputs;     // one per file, in order
  std::vector<model::Diagnostic> diagnostics;  // sorted by place
  bool understood = true;                // false: at least one file is not understood as a whole (exit 3)
};

// Imports the files of one host, in order. `as`: importer name per file, or empty for recognition by content.
// Limits: a line over 16 MiB, or bytes that are no text, make the file not understood.
ImportedHost import_host(const model::Sources& sources, const std::vector<uint32_t>& files, const std::vector<std::string>& as = {});

}  // namespace fwproof::importers
