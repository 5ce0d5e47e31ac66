// SHA-256 as lower-case hex (nettle).
#pragma once

#include <string>
#include <string_view>

namespace fwproof::specs {

std::string sha256(std::string_view bytes);

}  // namespace fwproof::specs
