// config.xml of OPNsense.
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::opnsense {

const Importer& importer();

}  // namespace fwproof::importers::opnsense
