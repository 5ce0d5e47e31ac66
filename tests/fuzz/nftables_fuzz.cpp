// Any bytes as nftables rules, text or JSON: nothing crashes, policies are well-formed, and every account adds up.
#include <cstdlib>

#include "importers/nftables/importer.h"
#include "importers/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fwproof;
  model::Sources sources;
  sources.files.push_back({"fuzz", std::string(reinterpret_cast<const char*>(data), size)});
  for (const char* as : {"nftables", ""}) {
    const auto host = importers::import_host(sources, {0}, {as});
    for (const auto& input : host.inputs) {
      size_t sum = 0;
      for (size_t i = 0; i < model::kLineClasses; ++i) sum += input.account.count(static_cast<model::LineClass>(i));
      if (sum != input.account.total()) std::abort();
    }
    for (const auto& policy : host.policies)
      if (!find_flaws(policy).empty()) std::abort();
  }
  return 0;
}
