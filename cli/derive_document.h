// From a document on disk to derived specifications: reads, converts, derives, and says what went wrong.
#pragma once

#include <string>
#include <vector>

#include "specs/derive/derive.h"

namespace fwproof::cli {

struct DerivedDocument {
  model::Sources sources;
  std::string format;       // "markdown", …
  std::string converter;    // "pdftotext 22.12.0"; empty: lines are the document's own
  specs::derive::Derived derived;
  std::vector<model::Diagnostic> diagnostics;
  bool readable = true;     // false: no document, or none that can be read
  std::string file;         // how citations call it; empty for standard input
};

// path "-": standard input. as: a format of specs::derive, or empty. id: of the specification, or empty.
DerivedDocument derive_document(const std::string& path, const std::string& as, const std::string& id);

size_t rows_of(const DerivedDocument& document);

}  // namespace fwproof::cli
