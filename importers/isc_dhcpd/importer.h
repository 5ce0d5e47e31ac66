// dhcpd.conf of ISC DHCP as facts: which addresses are handed out (FORMAT.md).
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::isc_dhcpd {

const Importer& importer();

}  // namespace fwproof::importers::isc_dhcpd
