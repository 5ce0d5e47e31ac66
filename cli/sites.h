// Which files are sites.
#pragma once

#include <string>
#include <vector>

namespace fwproof::cli {

// A JSON object that has a "site", or "zones" beside "devices".
bool is_site(const std::string& path);
// Site files below a folder, sorted.
std::vector<std::string> sites_below(const std::string& folder);

}  // namespace fwproof::cli
