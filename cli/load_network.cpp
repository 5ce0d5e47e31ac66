#include "cli/load_network.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/load_files.h"
#include "cli/surroundings.h"
#include "importers/registry.h"
#include "model/beside.h"
#include "specs/digest.h"

namespace fwproof::cli {
namespace {

using model::DiagnosticId;
using model::Origin;

bool is_usage(DiagnosticId id) { return id == DiagnosticId::role_unknown || id == DiagnosticId::spec_unknown || id == DiagnosticId::bind_invalid; }

// Built-in by name, else a file. `directory`: what a relative path is relative to.
void add_specification(Loaded& loaded, const std::string& name, const std::filesystem::path& directory, Origin named_at,
                       std::vector<specs::Specification>& found) {
  if (const specs::Specification* builtin = specs::find_builtin(name)) {
    found.push_back(*builtin);
    return;
  }
  const std::string path = name == "-" ? name : (directory / name).string();
  std::error_code ignored;
  if (name != "-" && !std::filesystem::exists(path, ignored) && !name.ends_with(".json")) {
    std::vector<std::string> known;
    for (const specs::Specification& spec : specs::builtin()) known.push_back(spec.id);
    const std::string near = specs::nearest(name, known);
    add_error(loaded, DiagnosticId::spec_unknown, named_at, "there is no specification '" + name + "' and no such file",
              {near.empty() ? "`fwproof specs` lists those that are built in" : "did you mean '" + near + "'?"});
    return;
  }
  const auto file = read_named(loaded, path, path, named_at);
  if (!file) return;
  add_input(loaded, *file, "specification");
  specs::LoadedSpecifications read = specs::load_specifications(loaded.sources, *file);
  loaded.diagnostics.insert(loaded.diagnostics.end(), read.diagnostics.begin(), read.diagnostics.end());
  // A specification with an error is left out: whatever the others say, not everything was asked.
  for (const model::Diagnostic& diagnostic : read.diagnostics)
    if (diagnostic.severity == model::Severity::error && loaded.exit_code != exit_usage) loaded.exit_code = worse(loaded.exit_code, diagnostic.id == DiagnosticId::role_unknown ? exit_usage : exit_input);
  for (specs::Specification& spec : read.specifications) found.push_back(std::move(spec));
}

model::Strictness strictness(const std::string& text) {
  if (text == "violation") return model::Strictness::violation;
  if (text == "warning") return model::Strictness::warning;
  if (text == "ignore") return model::Strictness::ignore;
  throw UsageError{"--unlisted wants violation, warning or ignore, found '" + text + "'"};
}

void override_unlisted(model::Requirements& requirements, const std::string& what, const std::string& how) {
  if (what != "tcp" && what != "other") throw UsageError{"--unlisted is about tcp or other, found '" + what + "'"};
  for (model::Closure& closure : requirements.closures) (what == "tcp" ? closure.tcp : closure.other) = strictness(how);
}

void add_requirements(Loaded& loaded, const std::vector<specs::Specification>& specifications, Origin named_at) {
  std::vector<model::Diagnostic> diagnostics;
  loaded.requirements = specs::requirements(specifications, loaded.network.zones, diagnostics);
  for (model::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.origin.line == 0) diagnostic.origin = named_at;
    loaded.diagnostics.push_back(std::move(diagnostic));
  }
}

void bind_all(Loaded& loaded, const std::vector<std::string>& binds) {
  for (const std::string& text : binds)
    for (model::Diagnostic& diagnostic : specs::bind(text, loaded.network.zones)) {
      diagnostic.origin = kCommandLine;
      loaded.diagnostics.push_back(std::move(diagnostic));
    }
}

// Names of --only, --iface and devices are checked where they are used; here: what the diagnostics mean for the exit code.
void settle_exit_code(Loaded& loaded) {
  for (const model::Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.severity == model::Severity::error && (is_usage(diagnostic.id) || diagnostic.id == DiagnosticId::input_missing ||
                                                          diagnostic.id == DiagnosticId::json_invalid || diagnostic.id == DiagnosticId::json_schema ||
                                                          diagnostic.origin.line == 0))
      loaded.exit_code = worse(loaded.exit_code, is_usage(diagnostic.id) ? exit_usage : exit_input);
}

bool same_role(const std::string& a, const std::string& b) { return a == b; }

// Groups in the order of their first mention: key → files.
struct Group {
  std::string key;
  std::vector<std::string> paths;
};
void add_to_group(std::vector<Group>& groups, const std::string& key, const std::string& path) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) { return same_role(group.key, key); });
  (found == groups.end() ? groups.emplace_back(Group{key, {}}) : *found).paths.push_back(path);
}

// Roles that a host's own export can belong to: what the rows go to, without ANY and DNS names.
std::set<std::string> target_roles(const std::vector<specs::Specification>& specifications) {
  std::set<std::string> targets;
  for (const specs::Specification& spec : specifications)
    for (const specs::Row& row : spec.rows)
      for (const std::string& role : row.to) {
        const auto found = spec.roles.find(role);
        if (role != "ANY" && (found == spec.roles.end() || !found->second.is_name)) targets.insert(role);
      }
  return targets;
}

enum class Side { host, device, facts, aside, unknown };

Side side_of(const Loaded& loaded, uint32_t file, const std::string& as) {
  importers::ImportedInput input;
  if (as.empty()) input = importers::import_host(loaded.sources, {file}).inputs.at(0);
  else input.importer = as;
  Side side = Side::unknown;
  for (const importers::Importer* importer : importers_of(input)) {
    if (!importer->facts_only) return importer->is_host_format ? Side::host : Side::device;
    side = importer->aside && side != Side::facts ? Side::aside : Side::facts;
  }
  return side;
}

// --config: the host of the one role that can be meant, or a device on the way.
void add_configs(Loaded& loaded, const NetworkArguments& arguments, const std::vector<specs::Specification>& specifications) {
  if (arguments.configs.empty()) return;
  DeviceFiles files = read_files(loaded, arguments.configs, arguments.as);
  bool host = false, on_the_way = false, all_aside = !files.files.empty();
  for (const uint32_t file : files.files) {
    const Side side = side_of(loaded, file, arguments.as);
    host |= side == Side::host;
    on_the_way |= side == Side::device;
    all_aside &= side == Side::aside;
  }
  if (host && on_the_way) throw UsageError{"--config holds a host's export and a device's: say --host ROLE=FILE and --device FILE"};
  model::Device device;
  device.name = arguments.configs.front();
  if (!on_the_way && !all_aside) {
    const std::set<std::string> roles = target_roles(specifications);
    std::string list;
    for (const std::string& role : roles) list += (list.empty() ? "" : ", ") + role;
    if (roles.size() != 1)
      throw UsageError{"--config: which role's own firewall is '" + arguments.configs.front() + "'? Say --host ROLE=FILE with one of " +
                       (list.empty() ? "the specification's roles" : list) + ", or --device FILE if it stands on the way"};
    device.name = device.host = *roles.begin();
  }
  add_device(loaded, std::move(device), std::move(files));
}

void add_groups(Loaded& loaded, const NetworkArguments& arguments) {
  std::vector<Group> hosts, devices;
  for (const std::string& text : arguments.hosts) {
    const auto [role, path] = split_assignment(text);
    if (role.empty() || path.empty()) throw UsageError{"--host wants ROLE=FILE, found '" + text + "'"};
    add_to_group(hosts, role, path);
  }
  std::error_code ignored;
  for (const std::string& text : arguments.devices) {
    const auto [name, path] = split_assignment(text);
    const bool is_path = name.empty() || name.find('/') != std::string::npos || std::filesystem::exists(text, ignored);
    add_to_group(devices, is_path ? text : name, is_path ? text : path);
  }
  for (const Group& group : devices) {
    model::Device device;
    device.name = group.key;
    add_device(loaded, std::move(device), read_files(loaded, group.paths, arguments.as));
  }
  for (const Group& group : hosts) {
    model::Device device;
    device.name = device.host = group.key;
    add_device(loaded, std::move(device), read_files(loaded, group.paths, arguments.as));
  }
}

void check_host_roles(Loaded& loaded, const std::vector<specs::Specification>& specifications) {
  std::vector<std::string> known;
  for (const specs::Specification& spec : specifications)
    for (const auto& [role, details] : spec.roles)
      for (const std::string& name : {role, spec.id + ":" + role}) known.push_back(name);
  for (const model::Device& device : loaded.network.devices) {
    if (device.host.empty() || std::find(known.begin(), known.end(), device.host) != known.end()) continue;
    const std::string near = specs::nearest(device.host, known);
    add_error(loaded, DiagnosticId::role_unknown, kCommandLine, "'" + device.host + "' is not a role of the specifications in question",
              near.empty() ? std::vector<std::string>{} : std::vector<std::string>{"did you mean '" + near + "'?"});
  }
}

// A host that no row is about would be read and never asked about: SPEC:ROLE names a zone of its own only where it is bound as such.
void check_hosts_are_asked(Loaded& loaded) {
  for (const model::Device& device : loaded.network.devices) {
    if (device.host.find(':') == std::string::npos) continue;
    const auto mentions = [&](const std::vector<std::string>& roles) { return std::find(roles.begin(), roles.end(), device.host) != roles.end(); };
    const auto& rows = loaded.requirements.rows;
    if (std::any_of(rows.begin(), rows.end(), [&](const model::Requirement& row) { return mentions(row.from) || mentions(row.to); })) continue;
    const std::string role = device.host.substr(device.host.find(':') + 1);
    add_error(loaded, DiagnosticId::role_unknown, kCommandLine, "no row is about '" + device.host + "': bind it (--bind " + device.host + "=…) or name the host " + role, {});
  }
}

void add_site_device(Loaded& loaded, const specs::SiteDevice& site_device, const std::filesystem::path& directory, uint32_t site_file) {
  DeviceFiles files;
  files.as = site_device.format;
  for (const std::string& config : site_device.configs) {
    const std::string path = (directory / config).string();
    if (const auto file = read_named(loaded, path, path, {site_file, site_device.line}))
      files.files.push_back(*file);
    else
      files.complete = false;
  }
  model::Device device;
  device.name = site_device.name;
  device.host = site_device.host;
  device.facts = site_device.facts;
  device.profile = profile_number(site_device.profile);
  device.ingress_of_zone = site_device.zone_interfaces;
  add_device(loaded, std::move(device), std::move(files));
}

}  // namespace

report::Run start_run(const Loaded& loaded) {
  report::Run run;
  run.sources = &loaded.sources;
  run.network = &loaded.network;
  run.version = kVersion;
  run.title = loaded.title;
  run.inputs = loaded.inputs;
  run.diagnostics = loaded.diagnostics;
  run.exit_code = loaded.exit_code;
  return run;
}

Loaded load_site(const std::string& path, const NetworkArguments& arguments) {
  Loaded loaded;
  const auto file = read_named(loaded, path, path, kCommandLine);
  if (!file) {
    settle_exit_code(loaded);
    return loaded;
  }
  add_input(loaded, *file, "site");
  specs::LoadedSite read = specs::load_site(loaded.sources, *file);
  loaded.diagnostics = read.diagnostics;
  const auto is_error = [](const model::Diagnostic& diagnostic) { return diagnostic.severity == model::Severity::error; };
  if (std::any_of(read.diagnostics.begin(), read.diagnostics.end(), is_error)) {
    settle_exit_code(loaded);
    loaded.exit_code = worse(loaded.exit_code, exit_input);
    return loaded;
  }
  const specs::Site& site = read.site;
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  loaded.title = site.name.empty() ? "" : "site " + site.name;
  loaded.network.zones = site.zones;
  loaded.network.paths = site.paths;
  loaded.network.reached_at = site.reached_at;
  loaded.unlisted_outbound = site.unlisted_outbound;
  bind_all(loaded, arguments.binds);
  std::vector<specs::Specification> specifications;
  // In a site file "-" is a file of that name: standard input belongs to the command line.
  for (const std::string& spec : site.specs) add_specification(loaded, spec == "-" ? "./-" : spec, directory, {*file, 0}, specifications);
  for (const std::string& spec : arguments.specs) add_specification(loaded, spec, "", kCommandLine, specifications);
  for (const specs::SiteDevice& device : site.devices) add_site_device(loaded, device, directory, *file);
  add_requirements(loaded, specifications, {*file, 0});
  loaded.requirements.declarations = site.declares;
  for (const auto& [what, how] : site.unlisted) override_unlisted(loaded.requirements, what, how);
  for (const std::string& text : arguments.unlisted) override_unlisted(loaded.requirements, split_assignment(text).first, split_assignment(text).second);
  for (const specs::AcceptedFinding& finding : site.accept) loaded.accepted.push_back({finding.id, finding.src, finding.reason});
  settle_surroundings(loaded, arguments);
  settle_exit_code(loaded);
  return loaded;
}

Loaded load_arguments(const NetworkArguments& arguments) {
  Loaded loaded;
  loaded.one_liner = true;
  bind_all(loaded, arguments.binds);
  std::vector<specs::Specification> specifications;
  for (const std::string& spec : arguments.specs) add_specification(loaded, spec, "", kCommandLine, specifications);
  add_groups(loaded, arguments);
  // Without a usable specification there is no telling whose --config it is, and the error is reported already.
  if (!specifications.empty()) {
    add_configs(loaded, arguments, specifications);
    check_host_roles(loaded, specifications);
  }
  add_requirements(loaded, specifications, kCommandLine);
  check_hosts_are_asked(loaded);
  for (const std::string& text : arguments.unlisted) override_unlisted(loaded.requirements, split_assignment(text).first, split_assignment(text).second);
  settle_surroundings(loaded, arguments);
  settle_exit_code(loaded);
  return loaded;
}

Loaded load_device(const std::vector<std::string>& paths, const NetworkArguments& arguments) {
  Loaded loaded;
  loaded.one_liner = true;
  model::Device device;
  device.name = std::filesystem::path(paths.front()).filename().string();
  DeviceFiles files = read_files(loaded, paths, arguments.as);
  // The one device that is asked about, even where packets do not pass it.
  bool aside = false;
  loaded.network.devices.push_back(read_device(loaded, std::move(device), files, aside));
  loaded.device_files.push_back(std::move(files));
  for (const report::Input& input : loaded.inputs)
    if (const importers::Importer* importer = importers::find(input.importer.substr(0, input.importer.find('+'))))
      if (!importer->facts_only && importer->is_host_format) loaded.network.devices[0].host = loaded.network.devices[0].name;
  settle_surroundings(loaded, arguments);
  settle_exit_code(loaded);
  return loaded;
}

Loaded load_pair(const std::vector<std::string>& before, const std::vector<std::string>& after, const std::string& as) {
  Loaded loaded;
  loaded.one_liner = true;
  for (const auto* paths : {&before, &after}) loaded.device_files.push_back(read_files(loaded, *paths, as));
  // Nothing is added to the sources any more: both sides are read at once.
  model::Beside<ImportedDevice> second([&] { return import_device(loaded.sources, loaded.device_files[1]); });
  std::array<ImportedDevice, 2> imported;
  imported[0] = import_device(loaded.sources, loaded.device_files[0]);
  imported[1] = second.get();
  for (size_t i = 0; i < 2; ++i) {
    model::Device device;
    device.name = (i == 0 ? before : after).front();
    bool aside = false;
    loaded.network.devices.push_back(take_device(loaded, std::move(device), loaded.device_files[i], std::move(imported[i]), aside));
  }
  settle_exit_code(loaded);
  return loaded;
}

}  // namespace fwproof::cli
