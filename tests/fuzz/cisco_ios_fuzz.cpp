// Any bytes as a configuration of IOS: nothing crashes, the account adds up, and the policies are well formed.
#include <cstdlib>

#include "importers/cisco_ios/importer.h"
#include "model/policy.h"

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const importers::Section section = section_of({reinterpret_cast<const char*>(data), size});
  if (section.lines.empty()) return 0;
  const importers::Importer& importer = importers::cisco_ios::importer();
  for (size_t at = 0; at < section.lines.size(); ++at) importer.starts_at(section.lines, at);
  importer.nearly(section.lines);
  importers::Facts facts;
  const auto result = importer.import({&section, 1}, facts);
  size_t sum = 0, filled = 0;
  const model::Account& account = result.accounts.at(0);
  for (size_t i = 0; i < model::kLineClasses; ++i) sum += account.count(static_cast<model::LineClass>(i));
  for (const std::string_view line : section.lines) filled += line.find_first_not_of(" \t\r\f\v") != std::string_view::npos;
  if (sum != account.total() || sum != filled) std::abort();
  for (const model::Policy& policy : result.policies)
    if (!model::find_flaws(policy).empty()) std::abort();
  return 0;
}
