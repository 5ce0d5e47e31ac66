// `ip addr` and `ip route` as facts about a host (FORMAT.md).
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::linux_ip {

const Importer& importer();

}  // namespace fwproof::importers::linux_ip
