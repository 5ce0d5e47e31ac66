// Sections from text, and policies as text, for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"

namespace fwproof::tests {

// `text` must outlive the section.
inline importers::Section section_of(std::string_view text, uint32_t file = 0) {
  importers::Section section;
  section.file = file;
  section.encoding = "UTF-8";
  section.path = "test";
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    section.lines.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return section;
}

std::string dump(const model::Policy& policy, const model::Term& term);
std::string dump(const model::Policy& policy, const model::Rule& rule);
// "src 10.0.0.0/8; protocol 6 → accept" per rule of one chain.
std::string dump_chain(const model::Policy& policy, std::string_view chain);
std::string diagnostic_ids(const importers::ImportResult& result);

}  // namespace fwproof::tests
