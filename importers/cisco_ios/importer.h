// Cisco IOS and IOS-XE: `show running-config`, startup-config, and parts of them.
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::cisco_ios {

const Importer& importer();

}  // namespace fwproof::importers::cisco_ios
