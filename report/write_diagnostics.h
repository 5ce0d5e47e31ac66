// Diagnostics for people: place, severity, id, message, the line with a caret, notes.
//
//   rules.txt:12:9: error[address.invalid]: cannot read '300.1.1.1' as an address
//      12 | RemoteIP: 300.1.1.1
//         |           ^~~~~~~~~
//      note: …
#pragma once

#include <ostream>
#include <vector>

#include "model/diagnostic.h"
#include "model/source.h"
#include "report/style.h"

namespace fwproof::report {

// In order of place, then as given. At most `limit` of them, then how many more there are of each id; 0: all.
void write_diagnostics(std::ostream& out, const model::Sources& sources, std::vector<model::Diagnostic> diagnostics, const Style& style,
                       size_t limit = 0);
std::string_view severity_text(model::Severity severity);

}  // namespace fwproof::report
