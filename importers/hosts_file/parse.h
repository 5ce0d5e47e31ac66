// What one line of a hosts file says.
#pragma once

#include <optional>
#include <string_view>

#include "importers/hosts_file/ast.h"
#include "model/address.h"

namespace fwproof::importers::hosts_file {

Line parse_line(std::string_view text);

// An address of a hosts file; a zone index is left out.
std::optional<model::Address> read_address(std::string_view text);

}  // namespace fwproof::importers::hosts_file
