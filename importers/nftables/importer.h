// nft list ruleset, nft -j list ruleset, and nft's configuration files.
#pragma once

#include "importers/importer.h"

namespace fwproof::importers::nftables {

const Importer& importer();

}  // namespace fwproof::importers::nftables
