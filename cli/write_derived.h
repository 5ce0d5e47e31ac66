// What `derive` found, for people.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "cli/derive_document.h"
#include "report/write_text.h"
#include "specs/decisions.h"

namespace fwproof::cli {

// Each specification, what the document's own commands open, and one closing line; quiet: what is open for review and the closing line.
void write_derived(std::ostream& out, const DerivedDocument& document, const std::optional<specs::CarriedOver>& carried, const report::TextOptions& options);

// Text was not read, so that rows may be missing.
bool is_cut(const DerivedDocument& document);

// "13 rows; 13 open for review: --accept ROW or --accept all records the decision". Not escaped.
std::string closing_words(const DerivedDocument& document, const std::optional<specs::CarriedOver>& carried);

}  // namespace fwproof::cli
