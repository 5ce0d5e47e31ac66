// Which verdicts the later files of a host changed: a script, or a later listing of rules, on top of an export.
#pragma once

#include <optional>

#include "cli/load_network.h"

namespace fwproof::cli {

// Whether some host has several files, so that there may be changes; changes_of() then needs the network as it was loaded.
bool may_have_changes(const Loaded& loaded);
// Asks the same questions without those files; nothing when there are none.
std::optional<report::Changes> changes_of(const Loaded& loaded, const solver::CheckOptions& options, const solver::Report& after);

}  // namespace fwproof::cli
