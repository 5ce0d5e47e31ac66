// Any bytes into the RouterOS importer: nothing crashes, every account adds up, every policy is well formed.
#include <cstdlib>

#include "importers/mikrotik/importer.h"

namespace {

using namespace fwproof;

importers::Section section_of(std::string_view text) {
  importers::Section section;
  section.encoding = "UTF-8";
  while (!text.empty()) {
    const size_t end = text.find('\n');
    section.lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return section;
}

void check(const importers::ImportResult& result, const importers::Section& section) {
  const model::Account& account = result.accounts.at(0);
  size_t sum = 0, blank = 0;
  for (size_t i = 0; i < model::kLineClasses; ++i) sum += account.count(static_cast<model::LineClass>(i));
  for (const std::string_view line : section.lines) blank += line.find_first_not_of(" \t\r\f\v") == std::string_view::npos;
  if (sum + blank != section.lines.size()) std::abort();
  for (const model::Policy& policy : result.policies)
    if (!model::find_flaws(policy).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const importers::Section section = section_of({reinterpret_cast<const char*>(data), size});
  if (section.lines.empty()) return 0;
  const importers::Importer& importer = importers::mikrotik::importer();
  for (size_t at = 0; at < section.lines.size(); ++at) importer.starts_at(section.lines, at);
  importer.nearly(section.lines);
  importers::Facts facts;
  check(importer.import({&section, 1}, facts), section);
  return 0;
}
