// `specs diff OLD NEW`: what a new revision of a document changes.
#pragma once

#include "cli/commands.h"

namespace fwproof::cli {

// command: the subcommand `diff` of `specs`.
Run add_specs_diff(CLI::App& command);

}  // namespace fwproof::cli
