// Policy routing that may lead to a proxy.
#pragma once

#include "importers/mikrotik/config.h"
#include "importers/mikrotik/report.h"
#include "model/network.h"

namespace fwproof::importers::mikrotik {

// Adds an interception that is not sure for every mark and rule that sends packets to another gateway than those of the main table's default routes.
void add_diversions(const Config& config, Report& report, model::HostFacts& facts);

}  // namespace fwproof::importers::mikrotik
