// The importer for Windows' firewall: netsh listings, netsh and PowerShell scripts. See FORMAT.md.
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::netsh {

const Importer& importer();

}  // namespace fwproof::importers::netsh
