// Which code page of a console an export was written in: the one whose reading fits a language table best.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"

namespace fwproof::importers::netsh {

// A section as UTF-8. `text` holds what the lines point into when they had to be converted.
struct Utf8Section {
  Section section;
  std::shared_ptr<std::string> text;
  std::string code_page;  // "CP850"; empty: it was UTF-8 already
};
Utf8Section to_utf8(const Section& section);

// Raw bytes of one line, in any code page of any language: does it start a rule there?
bool raw_rule_start(std::string_view line);

}  // namespace fwproof::importers::netsh
