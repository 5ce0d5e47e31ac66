// The policy of one address family out of the tables.
#pragma once

#include "importers/importer.h"
#include "importers/mikrotik/config.h"
#include "model/policy.h"

namespace fwproof::importers::mikrotik {

// All interface names of the configuration.
model::NameDomain interface_names(const Config& config, const model::HostFacts& facts);

// `is_export`: the file says of itself that it is one; otherwise it is a script for a device without configuration.
model::Policy assemble(const Config& config, Report& report, const model::HostFacts& facts, model::Family family, const model::NameDomain& names,
                       bool is_export);

}  // namespace fwproof::importers::mikrotik
