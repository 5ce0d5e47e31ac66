// OpenWrt's UCI configuration: firewall, network, dhcp (FORMAT.md).
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::openwrt {

const Importer& importer();

}  // namespace fwproof::importers::openwrt
