#include "cli/changes.h"

#include <algorithm>

#include "cli/load_files.h"

namespace fwproof::cli {
namespace {

const solver::Result* find(const solver::Report& report, const std::string& id) {
  const auto found = std::find_if(report.results.begin(), report.results.end(), [&](const solver::Result& result) { return result.id == id; });
  return found == report.results.end() ? nullptr : &*found;
}

std::vector<report::Change> differences(const solver::Report& before, const solver::Report& after) {
  std::vector<report::Change> changes;
  for (const solver::Result& now : after.results) {
    const solver::Result* then = find(before, now.id);
    if (then != nullptr && then->truth == now.truth && then->summary == now.summary) continue;
    if (then == nullptr && now.truth == solver::Truth::holds) continue;
    report::Change change{now.id, std::nullopt, now.truth, "", now.summary};
    if (then != nullptr) {
      change.before = then->truth;
      change.summary_before = then->summary;
    }
    changes.push_back(std::move(change));
  }
  for (const solver::Result& then : before.results)
    if (find(after, then.id) == nullptr && then.truth != solver::Truth::holds)
      changes.push_back({then.id, then.truth, std::nullopt, then.summary, ""});
  return changes;
}

// A file that says something about rules; not one that only says which interfaces there are, or which profiles are on.
template <typename Input>
bool bears_rules(const Input& input) {
  const std::string& names = input.importer;
  const importers::Importer* importer = importers::find(names.substr(names.rfind('+') + 1));
  if (importer == nullptr || importer->facts_only) return false;
  for (const auto& [line_class, constructs] : input.account.constructs())
    if (line_class != model::LineClass::irrelevant)
      for (const auto& [construct, lines] : constructs)
        if (!construct.starts_with("profile")) return true;
  return false;
}

bool covers(const std::vector<model::Policy>& policies, model::Family family) {
  return std::any_of(policies.begin(), policies.end(), [&](const model::Policy& policy) { return policy.covers(family); });
}

// The other family's dump of the same host is a part of the export, not a change to it.
bool loses_family(const std::vector<model::Policy>& all, const std::vector<model::Policy>& rest) {
  for (const model::Family family : {model::Family::v4, model::Family::v6})
    if (covers(all, family) && !covers(rest, family)) return true;
  return false;
}

// Whether several files may bear rules, as far as they are known from having been read.
bool several_bear_rules(const Loaded& loaded, const std::vector<uint32_t>& files) {
  size_t others = 0;
  for (const uint32_t file : files)
    for (const report::Input& input : loaded.inputs)
      if (input.kind.empty() && input.path == loaded.sources.files[file].path && !bears_rules(input)) {
        ++others;
        break;
      }
  return files.size() - others >= 2;
}

// The device as it is without the files that change it; nothing when there are none. `changed`: the files left out.
std::optional<model::Device> without_changes(const Loaded& loaded, size_t index, std::vector<std::string>& changed) {
  DeviceFiles earlier = loaded.device_files[index];
  if (!earlier.complete || !several_bear_rules(loaded, earlier.files)) return std::nullopt;
  const importers::ImportedHost all = import_files(loaded.sources, earlier);
  std::vector<uint32_t> bearing;
  for (const importers::ImportedInput& input : all.inputs)
    if (bears_rules(input)) bearing.push_back(input.file);
  std::vector<std::string> left_out;
  importers::ImportedHost before;
  for (size_t i = bearing.size(); i-- > 1;) {
    DeviceFiles without = earlier;
    std::erase(without.files, bearing[i]);
    importers::ImportedHost host = import_files(loaded.sources, without);
    if (loses_family(all.policies, host.policies)) continue;
    earlier = std::move(without);
    before = std::move(host);
    left_out.insert(left_out.begin(), loaded.sources.files[bearing[i]].path);
  }
  if (left_out.empty()) return std::nullopt;
  changed.insert(changed.end(), left_out.begin(), left_out.end());
  model::Device device = loaded.network.devices[index];
  device.policies = std::move(before.policies);
  device.has_export = before.understood && !device.policies.empty();
  return device;
}

}  // namespace

bool may_have_changes(const Loaded& loaded) {
  return std::any_of(loaded.device_files.begin(), loaded.device_files.end(), [](const DeviceFiles& device) { return device.files.size() > 1; });
}

std::optional<report::Changes> changes_of(const Loaded& loaded, const solver::CheckOptions& options, const solver::Report& after) {
  report::Changes changes;
  std::vector<std::pair<size_t, model::Device>> earlier;
  for (size_t i = 0; i < loaded.network.devices.size(); ++i)
    if (auto before = without_changes(loaded, i, changes.files)) earlier.emplace_back(i, std::move(*before));
  if (changes.files.empty()) return std::nullopt;
  model::Network network = loaded.network;
  for (auto& [index, before] : earlier) network.devices[index] = std::move(before);
  changes.changes = differences(solver::check(std::move(network), loaded.requirements, options), after);
  return changes;
}

}  // namespace fwproof::cli
