// Where something stands: input files by number, lines and columns from 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fwproof::model {

struct SourceFile {
  std::string path;   // as the user gave it; "-" is standard input
  std::string bytes;  // unchanged
};

// A place in an input. `file` is an index into Sources::files; line 0 means "no line" (a default of the device, not in any file).
struct Origin {
  uint32_t file = 0;
  uint32_t line = 0;
  friend bool operator==(const Origin&, const Origin&) = default;
};

// All inputs of one run. Owned by the caller of the importers; everything else refers to it by index.
struct Sources {
  std::vector<SourceFile> files;
};

}  // namespace fwproof::model
