// Devices from files: reads them, imports them, and keeps what they said.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/load_network.h"
#include "importers/registry.h"

namespace fwproof::cli {

// The origin of what the command line itself says.
constexpr model::Origin kCommandLine = {0xffffffff, 0};

// A file that is no export: "site", "specification".
void add_input(Loaded& loaded, uint32_t file, const std::string& kind);
// Reads one named file; a diagnostic at `named_at` when that fails.
std::optional<uint32_t> read_named(Loaded& loaded, const std::string& path, const std::string& shown, model::Origin named_at);
DeviceFiles read_files(Loaded& loaded, const std::vector<std::string>& paths, const std::string& as);
importers::ImportedHost import_files(const model::Sources& sources, const DeviceFiles& files);
// The importers that claim parts of the file.
std::vector<const importers::Importer*> importers_of(const importers::ImportedInput& input);
// Whether the files only speak of what stands beside the way of packets (importers::Importer::aside). False for none.
bool all_aside(const std::vector<importers::ImportedInput>& inputs);
// What a device's files say, before it becomes part of what is loaded. Looks at nothing but the sources: several devices may be read at once.
struct ImportedDevice {
  importers::ImportedHost host;
  std::vector<std::string> digests;   // beside host.inputs
};
ImportedDevice import_device(const model::Sources& sources, const DeviceFiles& files);
// A device of which one file is missing or not understood has no export: what the rest says is not the whole. aside: set where it belongs into
// Network::aside.
model::Device take_device(Loaded& loaded, model::Device device, DeviceFiles& files, ImportedDevice imported, bool& aside);
// Both.
model::Device read_device(Loaded& loaded, model::Device device, DeviceFiles& files, bool& aside);
// Puts it into the network, on the way of packets or aside.
void add_device(Loaded& loaded, model::Device device, DeviceFiles files);

}  // namespace fwproof::cli
