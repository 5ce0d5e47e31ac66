// Which addresses a dhcpd hands out.
#pragma once

#include "importers/importer.h"
#include "importers/isc_dhcpd/ast.h"

namespace fwproof::importers::isc_dhcpd {

// Fills facts.dhcp_pools and facts.dhcp_gaps, classes for the lines of all statements, and diagnostics. `sections`: the files that are given, for
// `include` and the text of lines.
void lower(const Config& config, std::span<const Section> sections, ImportResult& result, model::HostFacts& facts);

}  // namespace fwproof::importers::isc_dhcpd
