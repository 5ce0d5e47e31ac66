// Any bytes as a site file or a bind: a diagnosis or a site, never a crash.
#include <cstdlib>

#include "specs/site.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  fwproof::model::Sources sources;
  sources.files.push_back({"fuzz.json", text});
  const auto loaded = fwproof::specs::load_site(sources, 0);
  if (loaded.diagnostics.empty() && (loaded.site.name.empty() || loaded.site.devices.empty())) std::abort();
  std::map<std::string, fwproof::model::Zone> zones = loaded.site.zones;
  std::vector<fwproof::model::Diagnostic> diagnostics;
  fwproof::specs::requirements(fwproof::specs::builtin(), zones, diagnostics);
  // A bind may name a file; the fuzzer is not to read any.
  if (text.find('@') == std::string::npos) fwproof::specs::bind(text, zones);
  return 0;
}
