// From a site file or from arguments to everything that a question needs: inputs, network, requirements, diagnostics.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "importers/registry.h"
#include "model/network.h"
#include "model/requirement.h"
#include "report/run.h"
#include "solver/check.h"
#include "specs/site.h"

namespace fwproof::cli {

// What the command line says, as written.
struct NetworkArguments {
  std::vector<std::string> hosts;      // ROLE=FILE
  std::vector<std::string> devices;    // FILE or NAME=FILE
  std::vector<std::string> configs;    // FILE
  std::vector<std::string> specs;      // NAME or FILE
  std::vector<std::string> binds;      // R=a,b,@file
  std::vector<std::string> unlisted;   // tcp=warning
  std::vector<std::string> profiles;   // ROLE=domain
  std::vector<std::string> interfaces; // ROLE=eth1
  std::vector<std::string> local;      // addresses
  std::string as;                      // importer
};

// The files of one device and what they said.
struct DeviceFiles {
  std::vector<uint32_t> files;
  std::string as;
  bool complete = true;                // false: a file is missing or not understood, so the device counts as having no export
};

struct Loaded {
  model::Sources sources;
  model::Network network;
  model::Requirements requirements;
  std::vector<DeviceFiles> device_files;    // beside network.devices
  std::vector<report::Input> inputs;
  std::vector<model::Diagnostic> diagnostics;
  std::vector<solver::Accepted> accepted;
  std::vector<solver::NotAsked> not_asked;  // given, but no question of this version
  std::string title;
  bool one_liner = false;
  bool unlisted_outbound = false;
  int exit_code = 0;                        // of the diagnostics: 0, 3 or 4
};

Loaded load_site(const std::string& path, const NetworkArguments& arguments);
Loaded load_arguments(const NetworkArguments& arguments);
// The files of one host or device, as one device named after the first file; for reach, trace and import.
Loaded load_device(const std::vector<std::string>& paths, const NetworkArguments& arguments);

// The files of one host or device before and after a change, as two devices named after their first files; for diff.
Loaded load_pair(const std::vector<std::string>& before, const std::vector<std::string>& after, const std::string& as);

// Everything but the answers.
report::Run start_run(const Loaded& loaded);

// An error-level diagnostic.
void add_error(Loaded& loaded, model::DiagnosticId id, model::Origin origin, std::string message, std::vector<std::string> notes = {});

}  // namespace fwproof::cli
