// What an input got wrong, as data: recorded always, sorted by place, printed by report/ only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/source.h"

namespace fwproof::model {

enum class DiagnosticId {
#define FWPROOF_DIAGNOSTIC(name, id, meaning) name,
#include "model/diagnostic_ids.def"
#undef FWPROOF_DIAGNOSTIC
};

std::string_view id_text(DiagnosticId id);       // "match.opaque"
std::string_view id_meaning(DiagnosticId id);

// error: the file as a whole is not understood (exit 3), or, for a value that is none (address.invalid, number.invalid), its line. warning: part of it is not, verdicts that depend on it say so. note: worth knowing.
enum class Severity { error, warning, note };

struct Diagnostic {
  DiagnosticId id{};
  Severity severity = Severity::warning;
  Origin origin;
  uint32_t column = 0;        // 1-based byte column of the caret in the line as decoded; 0 = none
  uint32_t length = 0;        // bytes under the caret
  std::string message;        // "cannot read '300.1.1.1' as an address"
  std::string line_text;      // the line it is about, at most 300 bytes, as UTF-8
  std::vector<std::string> notes;  // what was expected, the nearest known word, …
};

void sort_by_place(std::vector<Diagnostic>& diagnostics);

}  // namespace fwproof::model
