// Any bytes as a specification: a diagnosis or a specification, never a crash.
#include <cstdlib>

#include "specs/specification.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fwproof::model::Sources sources;
  sources.files.push_back({"fuzz.json", std::string(reinterpret_cast<const char*>(data), size)});
  const auto loaded = fwproof::specs::load_specifications(sources, 0);
  if (loaded.specifications.empty() && loaded.diagnostics.empty()) std::abort();
  for (const auto& spec : loaded.specifications)
    for (const auto& row : spec.rows)
      if (row.id.empty() || row.from.empty() || row.to.empty()) std::abort();
  return 0;
}
