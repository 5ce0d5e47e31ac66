// `ipset save` beside an iptables dump: named sets as facts (FORMAT.md).
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::ipset_save {

const Importer& importer();

}  // namespace fwproof::importers::ipset_save
