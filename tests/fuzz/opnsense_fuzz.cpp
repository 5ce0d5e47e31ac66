// Any bytes as a host's file: no crash, and the account adds up.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "importers/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fwproof::model::Sources sources;
  sources.files.push_back({"fuzz", std::string(reinterpret_cast<const char*>(data), size)});
  const auto host = fwproof::importers::import_host(sources, {0}, {"opnsense"});
  for (const auto& input : host.inputs) {
    size_t sum = 0;
    for (const auto& [line_class, constructs] : input.account.constructs())
      for (const auto& [construct, count] : constructs) sum += count;
    if (sum != input.account.total()) std::abort();
  }
  return 0;
}
