// Whether an item is among those that `[find key=value]` names.
#pragma once

#include <string_view>

#include "importers/mikrotik/config.h"

namespace fwproof::importers::mikrotik {

enum class Fit : uint8_t { no, yes, unknown };

// Unknown: the property's value is a script's, its default is not documented here, or it may be the same value in another spelling.
Fit fits(const Item& item, std::string_view menu, std::string_view key, std::string_view value);

}  // namespace fwproof::importers::mikrotik
