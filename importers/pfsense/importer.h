// config.xml of pfSense.
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::pfsense {

const Importer& importer();

}  // namespace fwproof::importers::pfsense
