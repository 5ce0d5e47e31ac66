// What the surroundings of the devices are, as the command line settles it: --profile, --iface and --local.
#pragma once

#include <optional>
#include <string>

#include "cli/load_network.h"

namespace fwproof::cli {

std::optional<unsigned> profile_number(const std::string& name);  // "domain"
// "NAME=VALUE" split at the first '='; an empty first part when there is none.
std::pair<std::string, std::string> split_assignment(const std::string& text);
// "; did you mean 'X'?" or nothing.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);
void settle_surroundings(Loaded& loaded, const NetworkArguments& arguments);

}  // namespace fwproof::cli
