// From a document's blocks to specifications: rows with their lines, what was open in the text, and what was left over.
//
//   Derived derived = derive(document, {.file = "gateway.txt"});
//   derived.specifications[0].rows[4].id;    // "8450-ADM-GTW"
//
// Nothing is lost: every number that looks like a port is in a row or in left_over. Nothing is invented: what the text leaves open becomes a
// reading of the row, with the choice, its alternative, and review = true.
#pragma once

#include <string>
#include <vector>

#include "specs/derive/document.h"
#include "specs/specification.h"

namespace fwproof::specs::derive {

struct DeriveOptions {
  std::string file;        // how citations call the document
  std::string id;          // of the specification; empty: from its title
};

// A command that the document prints, for others to check against the table.
struct PrintedCommand {
  std::string text;        // as a script would have it: continued lines as they stand
  uint32_t first_line = 0;
  uint32_t last_line = 0;
  size_t specification = 0;   // to which it belongs: index into specifications
};

struct Derived {
  // One for each table (or list, or group of sentences) with a title of its own; tables whose titles say who talks to whom share one. Never empty:
  // a document without rows yields one without rows, its left-over numbers, and a diagnostic.
  std::vector<Specification> specifications;
  std::vector<PrintedCommand> commands;
  std::vector<model::Diagnostic> diagnostics;
};

Derived derive(const Document& document, const DeriveOptions& options);

}  // namespace fwproof::specs::derive
