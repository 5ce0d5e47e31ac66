// Reads named inputs. Together with load_network the only place that opens input files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/source.h"

namespace fwproof::cli {

constexpr uint64_t kLargestInput = uint64_t{4} << 30;  // bytes

struct ReadInput {
  uint32_t file = 0;      // index into sources; the file is there (empty) even when it could not be read
  std::string problem;    // empty: read
};

// `path` "-" is standard input. Only regular files and standard input are read, up to `most` bytes. `shown` is the path in messages.
ReadInput read_input(model::Sources& sources, const std::string& path, const std::string& shown, uint64_t most = kLargestInput);

}  // namespace fwproof::cli
