#include "cli/surroundings.h"

#include <algorithm>

#include "cli/arguments.h"
#include "specs/specification.h"

namespace fwproof::cli {
namespace {

model::Device* device_of(Loaded& loaded, const std::string& role) {
  for (model::Device& device : loaded.network.devices)
    if (device.host == role || device.name == role) return &device;
  return nullptr;
}

void settle_profile(Loaded& loaded, const std::string& text) {
  const auto [role, name] = split_assignment(text);
  const auto profile = profile_number(name);
  if (!profile) throw UsageError{"--profile wants domain, private or public, found '" + name + "'" + did_you_mean(name, {"domain", "private", "public"})};
  std::vector<std::string> known;
  for (model::Device& device : loaded.network.devices) {
    known.push_back(device.host.empty() ? device.name : device.host);
    if (role.empty()) device.profile = profile;
  }
  if (role.empty()) return;
  model::Device* device = device_of(loaded, role);
  if (device == nullptr) throw UsageError{"--profile: no device belongs to '" + role + "'" + did_you_mean(role, known)};
  device->profile = profile;
}

// "ROLE=eth1"; reach and trace know no roles: "eth1" is where everything comes in.
void settle_interface(Loaded& loaded, const std::string& text) {
  auto [role, name] = split_assignment(text);
  if (role.empty() && !loaded.network.zones.empty()) throw UsageError{"--iface wants ROLE=INTERFACE, found '" + text + "'"};
  if (!role.empty() && loaded.network.zones.empty()) throw UsageError{"--iface wants INTERFACE, found '" + text + "': there are no roles here"};
  if (role.empty()) role = "ANY";
  if (name.empty()) throw UsageError{"--iface wants an interface, found '" + text + "'"};
  std::vector<std::string> known;
  for (const auto& [zone, details] : loaded.network.zones) known.push_back(zone);
  if (!known.empty() && std::find(known.begin(), known.end(), role) == known.end())
    throw UsageError{"--iface: nothing is called '" + role + "'" + did_you_mean(role, known)};
  for (model::Device& device : loaded.network.devices) device.ingress_of_zone[role] = name;
}

void settle_local(Loaded& loaded, const std::string& text) {
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    const auto prefix = model::parse_prefix(std::string_view(text).substr(at, comma - at));
    if (!prefix) throw UsageError{"--local: '" + text.substr(at, comma - at) + "' is not an address"};
    for (model::Device& device : loaded.network.devices) device.facts.interfaces.push_back({"", {*prefix}, "", {}});
    at = comma + 1;
  }
}

}  // namespace

std::optional<unsigned> profile_number(const std::string& name) {
  if (name == "domain") return model::profile_domain;
  if (name == "private") return model::profile_private;
  if (name == "public") return model::profile_public;
  return std::nullopt;
}

std::pair<std::string, std::string> split_assignment(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = specs::nearest(word, known);
  return near.empty() ? "" : "; did you mean '" + near + "'?";
}

void settle_surroundings(Loaded& loaded, const NetworkArguments& arguments) {
  for (const std::string& text : arguments.profiles) settle_profile(loaded, text);
  for (const std::string& text : arguments.interfaces) settle_interface(loaded, text);
  for (const std::string& text : arguments.local) settle_local(loaded, text);
}

}  // namespace fwproof::cli
