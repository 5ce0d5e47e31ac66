// Hosts files of Unix and Windows: names with their addresses.
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::hosts_file {

const Importer& importer();

}  // namespace fwproof::importers::hosts_file
