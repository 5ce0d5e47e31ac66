// What the tests of this folder share: loading from text, and diagnostics as the lines that people read.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "model/source.h"

namespace fwproof::specs {

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

inline model::Sources one_source(std::string path, std::string text) {
  model::Sources sources;
  sources.files.push_back({std::move(path), std::move(text)});
  return sources;
}

// "site.json:12:18: /zones/ADM/0: … [address.invalid]", one per line.
inline std::string listing(const std::vector<model::Diagnostic>& diagnostics, const std::string& path) {
  std::string text;
  for (const model::Diagnostic& d : diagnostics) {
    text += path + ":" + std::to_string(d.origin.line) + ":" + std::to_string(d.column) + ": " + d.message;
    text += " [" + std::string(model::id_text(d.id)) + "]\n";
  }
  return text;
}

}  // namespace fwproof::specs
