// Lines of `ipconfig` and `ipconfig /all`.
#pragma once

#include <span>

#include "importers/ipconfig/ast.h"

namespace fwproof::importers::ipconfig {

Line parse_line(std::string_view text);
// Does a listing start here: its title, or an adapter with something below that only ipconfig prints?
bool is_start(std::span<const std::string_view> lines, size_t at);

}  // namespace fwproof::importers::ipconfig
