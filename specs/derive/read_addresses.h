// Ports in the targets of links, which are not visible text: "[console](https://host:8443/)".
#pragma once

#include "specs/derive/document.h"

namespace fwproof::specs::derive {

constexpr size_t kMaxAddresses = 1000;

// Adds what stands behind "://" with a port and is not in the visible text of its line. Requires: the blocks are read.
void read_addresses(Document& document, const std::vector<std::string_view>& lines);

}  // namespace fwproof::specs::derive
