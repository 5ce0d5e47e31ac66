// What a line of reStructuredText shows.
#pragma once

#include <string>
#include <string_view>

namespace fwproof::specs::derive {

// "**TCP** ``25`` :ref:`mail <x>` [1]_" → "TCP 25 mail [1]"
std::string rst_inline(std::string_view line);

}  // namespace fwproof::specs::derive
