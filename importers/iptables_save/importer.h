// iptables-save and ip6tables-save dumps (FORMAT.md).
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::iptables_save {

const Importer& importer();

}  // namespace fwproof::importers::iptables_save
