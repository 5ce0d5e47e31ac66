// A table of AsciiDoc: cells at "|" with specifiers in front (2+, .2+, a, 3*), rows by the count of columns.
#pragma once

#include "specs/derive/read_asciidoc_inline.h"
#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

struct AsciidocTable {
  size_t from = 0;         // lines between the delimiters
  size_t to = 0;
  std::string columns;     // of [cols="…"]
  std::string options;     // "header,footer"
  std::string format;      // "csv", "dsv", "tsv" or empty
  char separator = '|';
};

Block read_asciidoc_table(const Text& text, const AsciidocTable& table, const Attributes& attributes, Output& output);

}  // namespace fwproof::specs::derive
