#include "cli/load_files.h"

#include <algorithm>
#include <map>

#include "cli/exit_code.h"
#include "cli/read_input.h"
#include "model/beside.h"
#include "specs/digest.h"

namespace fwproof::cli {
namespace {

using model::DiagnosticId;

std::vector<std::string> as_list(const DeviceFiles& files) {
  return files.as.empty() ? std::vector<std::string>{} : std::vector<std::string>(files.files.size(), files.as);
}

// What the site file states of an interface stands; an export of it adds the rest.
void add_facts(model::HostFacts& facts, model::HostFacts more) {
  const auto append = [](auto& to, auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  for (model::InterfaceFact& interface : more.interfaces) {
    const auto same = [&](const model::InterfaceFact& known) { return !known.name.empty() && known.name == interface.name; };
    const auto known = std::find_if(facts.interfaces.begin(), facts.interfaces.end(), same);
    if (known == facts.interfaces.end()) {
      facts.interfaces.push_back(std::move(interface));
      continue;
    }
    if (known->addresses.empty()) {
      known->addresses = std::move(interface.addresses);
      known->dynamic = interface.dynamic;
    }
    if (known->mac.empty()) known->mac = interface.mac;
    known->up = interface.up;
    known->vrf = interface.vrf;
    append(known->leased, interface.leased);
    append(known->fixed, interface.fixed);
  }
  append(facts.routes, more.routes);
  append(facts.dhcp_pools, more.dhcp_pools);
  append(facts.dhcp_gaps, more.dhcp_gaps);
  append(facts.routing_gaps, more.routing_gaps);
  append(facts.names, more.names);
  append(facts.interceptions, more.interceptions);
  facts.complete_addresses |= more.complete_addresses;
  facts.complete_routes |= more.complete_routes;
}

// Packets pass what the site's own word puts on their way, whatever its files say.
bool is_on_a_path(const model::Network& network, const std::string& device) {
  return std::any_of(network.paths.begin(), network.paths.end(), [&](const model::StatedPath& path) {
    return std::find(path.devices.begin(), path.devices.end(), device) != path.devices.end();
  });
}

// A chain that is called but not there, or calls itself: netfilter refuses such a dump, so it is not what the host runs.
bool is_broken(const std::vector<model::Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const model::Diagnostic& diagnostic) {
    return diagnostic.severity == model::Severity::error && (diagnostic.id == DiagnosticId::chain_missing || diagnostic.id == DiagnosticId::chain_loop);
  });
}

}  // namespace

void add_error(Loaded& loaded, DiagnosticId id, model::Origin origin, std::string message, std::vector<std::string> notes) {
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = model::Severity::error;
  diagnostic.origin = origin;
  diagnostic.message = std::move(message);
  diagnostic.notes = std::move(notes);
  loaded.diagnostics.push_back(std::move(diagnostic));
}

namespace {

// Takes its account and header.
void add_export(Loaded& loaded, importers::ImportedInput& imported, std::string digest) {
  loaded.inputs.push_back({loaded.sources.files[imported.file].path, std::move(digest), "", imported.importer, imported.encoding,
                           std::move(imported.account), std::move(imported.header)});
}

// The digests of a host's files, on another core where they are large.
class Digests {
 public:
  Digests(const model::Sources& sources, const std::vector<uint32_t>& files) {
    constexpr size_t kWorthAThread = 4 << 20;   // bytes: some milliseconds
    for (const uint32_t file : files) {
      const std::string& bytes = sources.files[file].bytes;
      by_file_.try_emplace(file, model::Beside<std::string>([&bytes] { return specs::sha256(bytes); }, bytes.size() >= kWorthAThread));
    }
  }
  const std::string& of(uint32_t file) {
    Digest& digest = by_file_.at(file);
    if (digest.text.empty()) digest.text = digest.made.get();
    return digest.text;
  }

 private:
  struct Digest {
    explicit Digest(model::Beside<std::string> made) : made(std::move(made)) {}
    model::Beside<std::string> made;
    std::string text;   // once it was asked for
  };
  std::map<uint32_t, Digest> by_file_;
};

}  // namespace

void add_input(Loaded& loaded, uint32_t file, const std::string& kind) {
  const model::SourceFile& source = loaded.sources.files[file];
  loaded.inputs.push_back({source.path, specs::sha256(source.bytes), kind, "", "", {}, {}});
}

// Reads one named file; a diagnostic at `named_at` when that fails.
std::optional<uint32_t> read_named(Loaded& loaded, const std::string& path, const std::string& shown, model::Origin named_at) {
  const ReadInput read = read_input(loaded.sources, path, shown, kLargestInput, named_at == kCommandLine ? Pipes::read : Pipes::refused);
  if (read.problem.empty()) return read.file;
  if (named_at == kCommandLine) named_at = {read.file, 0};
  add_error(loaded, DiagnosticId::input_missing, named_at, "cannot read '" + shown + "': " + read.problem);
  return std::nullopt;
}

DeviceFiles read_files(Loaded& loaded, const std::vector<std::string>& paths, const std::string& as) {
  DeviceFiles files;
  files.as = as;
  for (const std::string& path : paths) {
    if (const auto file = read_named(loaded, path, path, kCommandLine))
      files.files.push_back(*file);
    else
      files.complete = false;
  }
  return files;
}

importers::ImportedHost import_files(const model::Sources& sources, const DeviceFiles& files) {
  importers::ImportedHost host = importers::import_host(sources, files.files, as_list(files));
  if (is_broken(host.diagnostics)) host.understood = false;
  return host;
}

std::vector<const importers::Importer*> importers_of(const importers::ImportedInput& input) {
  std::vector<const importers::Importer*> found;
  for (std::string_view rest = input.importer; !rest.empty();) {
    const size_t plus = std::min(rest.find('+'), rest.size());
    if (const importers::Importer* importer = importers::find(rest.substr(0, plus))) found.push_back(importer);
    rest.remove_prefix(std::min(plus + 1, rest.size()));
  }
  return found;
}

bool all_aside(const std::vector<importers::ImportedInput>& inputs) {
  const auto aside = [](const importers::Importer* importer) { return importer->aside; };
  return !inputs.empty() && std::all_of(inputs.begin(), inputs.end(), [&](const importers::ImportedInput& input) {
    const auto found = importers_of(input);
    return !found.empty() && std::all_of(found.begin(), found.end(), aside);
  });
}

ImportedDevice import_device(const model::Sources& sources, const DeviceFiles& files) {
  ImportedDevice imported;
  if (files.files.empty()) return imported;
  Digests digests(sources, files.files);
  imported.host = import_files(sources, files);
  for (const importers::ImportedInput& input : imported.host.inputs) imported.digests.push_back(digests.of(input.file));
  return imported;
}

model::Device take_device(Loaded& loaded, model::Device device, DeviceFiles& files, ImportedDevice imported, bool& aside) {
  importers::ImportedHost& host = imported.host;
  aside = false;
  if (!files.files.empty()) {
    files.complete &= host.understood;
    for (size_t i = 0; i < host.inputs.size(); ++i) add_export(loaded, host.inputs[i], std::move(imported.digests[i]));
    loaded.diagnostics.insert(loaded.diagnostics.end(), host.diagnostics.begin(), host.diagnostics.end());
    if (!host.understood) loaded.exit_code = worse(loaded.exit_code, exit_input);
  }
  if (files.complete) device.policies = std::move(host.policies);
  device.has_export = files.complete && !device.policies.empty();
  aside = files.complete && device.host.empty() && !device.has_export && all_aside(host.inputs) && !is_on_a_path(loaded.network, device.name);
  add_facts(device.facts, std::move(host.facts));
  return device;
}

model::Device read_device(Loaded& loaded, model::Device device, DeviceFiles& files, bool& aside) {
  return take_device(loaded, std::move(device), files, import_device(loaded.sources, files), aside);
}

void add_device(Loaded& loaded, model::Device device, DeviceFiles files) {
  bool aside = false;
  device = read_device(loaded, std::move(device), files, aside);
  if (aside) {
    loaded.network.aside.push_back(std::move(device));
    return;
  }
  loaded.network.devices.push_back(std::move(device));
  loaded.device_files.push_back(std::move(files));
}

}  // namespace fwproof::cli
