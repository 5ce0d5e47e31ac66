// The router's place in the network: interfaces, addresses, routes, pools, and what makes the routes less than the whole truth.
#pragma once

#include "importers/importer.h"
#include "importers/mikrotik/config.h"

namespace fwproof::importers::mikrotik {

// `version`: of RouterOS, from the header; 0 when the file does not tell.
void lower_facts(const Config& config, Report& report, unsigned version, model::HostFacts& facts);

// Ports of bridges and bonds, to the interface that they belong to.
std::map<std::string, std::string, std::less<>> masters(const Config& config);

}  // namespace fwproof::importers::mikrotik
