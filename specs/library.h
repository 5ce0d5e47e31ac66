// The files of specs/library/, as the build embeds them (specs/library.cmake generates the definition).
#pragma once

#include <span>
#include <string_view>

namespace fwproof::specs {

struct EmbeddedFile {
  std::string_view path;  // "mailstore/gateway.json"
  std::string_view text;
};
std::span<const EmbeddedFile> embedded_library();

}  // namespace fwproof::specs
