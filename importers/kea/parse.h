// JSON as Kea reads it: comments (#, // and /* */), a comma too many, <?include "FILE"?>.
#pragma once

#include "importers/importer.h"
#include "importers/kea/ast.h"

namespace fwproof::importers::kea {

// Linear; at most 64 levels deep.
Document parse(const Section& section);

}  // namespace fwproof::importers::kea
