// The keys that the loaders accept, per kind of object, for the test that holds them against the published schemas.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace fwproof::specs {

using KeysByObject = std::map<std::string, std::vector<std::string>>;  // "row" → {"id", "from", …}
KeysByObject specification_keys();
KeysByObject site_keys();

template <class Rules>
std::vector<std::string> key_names(const Rules& rules) {
  std::vector<std::string> names;
  for (const auto& rule : rules) names.emplace_back(rule.key);
  return names;
}

}  // namespace fwproof::specs
