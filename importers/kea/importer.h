// kea-dhcp4.conf and kea-dhcp6.conf as facts: which addresses are handed out (FORMAT.md).
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::kea {

const Importer& importer();

}  // namespace fwproof::importers::kea
