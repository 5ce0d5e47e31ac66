// `check` on a folder: every site below it, on all cores, one report after the other in the order of their paths.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "cli/arguments.h"
#include "report/run.h"

namespace fwproof::solver {
class ProofSession;
}

namespace fwproof::cli {

// Checks one site and shows what it found; called from several threads, each with a session of its own.
using ShowRun = std::function<void(const report::Run&)>;
using CheckSite = std::function<void(const std::string& site, solver::ProofSession& session, const ShowRun& show)>;

// Returns the exit code: the worst of the sites'. What a site's check throws is thrown after the sites before it have been written.
int check_folder(const std::string& folder, const OutputArguments& output, size_t jobs, const CheckSite& check);

}  // namespace fwproof::cli
