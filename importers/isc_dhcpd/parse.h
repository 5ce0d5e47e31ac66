// Cuts a dhcpd.conf into statements and blocks.
#pragma once

#include <string_view>

#include "importers/importer.h"
#include "importers/isc_dhcpd/ast.h"

namespace fwproof::importers::isc_dhcpd {

// Adds the section's statements. Linear in its size; blocks may be nested to any depth.
void parse(const Section& section, Config& config);

// The words of one line, up to a comment; `{`, `}` and `;` are words of their own.
std::vector<Word> words_of(std::string_view line, uint32_t number, bool* open_string = nullptr);

}  // namespace fwproof::importers::isc_dhcpd
