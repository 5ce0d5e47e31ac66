// `ipconfig /all` as facts about a host (FORMAT.md).
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::ipconfig {

const Importer& importer();

}  // namespace fwproof::importers::ipconfig
