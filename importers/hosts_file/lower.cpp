#include "importers/hosts_file/lower.h"

#include <algorithm>

#include "importers/hosts_file/parse.h"

namespace fwproof::importers::hosts_file {

void add_names(const Line& line, model::Origin origin, model::HostFacts& facts) {
  const auto address = read_address(line.address);
  for (const std::string_view word : line.names) {
    std::string name(word);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    facts.names.push_back({std::move(name), *address, origin});
  }
}

}  // namespace fwproof::importers::hosts_file
