// What a line of AsciiDoc shows.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace fwproof::specs::derive {

using Attributes = std::map<std::string, std::string, std::less<>>;   // ":port: 25" → {"port", "25"}

// "*TCP* {port} link:x[mail] footnote:[TLS]" → "TCP 25 mail [TLS]". An attribute that nothing defines stays as written.
std::string asciidoc_inline(std::string_view line, const Attributes& attributes);

}  // namespace fwproof::specs::derive
