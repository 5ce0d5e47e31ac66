// What a line of a hosts file means: names with their address.
#pragma once

#include "importers/hosts_file/ast.h"
#include "model/network.h"

namespace fwproof::importers::hosts_file {

// Requires: an entry.
void add_names(const Line& line, model::Origin origin, model::HostFacts& facts);

}  // namespace fwproof::importers::hosts_file
