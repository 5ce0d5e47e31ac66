// Colour for terminals; whether there is any is decided by the caller.
#pragma once

#include <string>
#include <string_view>

namespace fwproof::report {

enum class Ink { plain, bold, red, green, yellow, faint };

struct Style {
  bool colour = false;
  // Requires: text is escaped.
  std::string paint(Ink ink, std::string_view text) const;
};

}  // namespace fwproof::report
