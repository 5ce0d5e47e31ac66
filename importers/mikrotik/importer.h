// MikroTik RouterOS configurations: /export of versions 6 and 7, and scripts of commands (FORMAT.md).
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::mikrotik {

const Importer& importer();

}  // namespace fwproof::importers::mikrotik
