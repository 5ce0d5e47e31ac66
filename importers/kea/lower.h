// Which addresses a Kea server hands out.
#pragma once

#include "importers/importer.h"
#include "importers/kea/ast.h"

namespace fwproof::importers::kea {

// Fills facts.dhcp_pools and facts.dhcp_gaps, classes for the lines of all values, and diagnostics.
void lower(const Document& document, const Section& section, ImportResult& result, model::HostFacts& facts);

}  // namespace fwproof::importers::kea
