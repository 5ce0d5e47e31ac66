// Is it IOS, or one of the many systems that look like it?
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "importers/importer.h"

namespace fwproof::importers::cisco_ios {

Claim starts_at(std::span<const std::string_view> lines, size_t at);
std::string nearly(std::span<const std::string_view> lines);

}  // namespace fwproof::importers::cisco_ios
