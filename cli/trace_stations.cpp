#include "cli/trace_stations.h"

#include <algorithm>
#include <optional>

namespace fwproof::cli {

using model::Device;
using model::Field;
using model::Hook;

const model::Policy* Station::policy_for(model::Family family) const {
  const auto found = std::find_if(policies.begin(), policies.end(), [&](const model::Policy& policy) { return policy.covers(family); });
  return found == policies.end() ? nullptr : &*found;
}

namespace {

// The addresses that are certainly the host's own, and whether that is all of them.
model::NamedAddresses known_addresses(const Device& device, const model::Network& network, bool local_given) {
  return {model::own_addresses(network, device), local_given || device.facts.complete_addresses};
}

// What ends at a host: its own addresses, the broadcast addresses of its networks, the limited one, multicast (RTN_LOCAL, RTN_BROADCAST and
// RTN_MULTICAST of the kernel's routes).
model::AddressSet ends_at(const Device& device, const model::AddressSet& own) {
  model::AddressSet set = own;
  set = set.united(model::AddressSet::of(*model::parse_prefix("255.255.255.255")));
  for (const char* multicast : {"224.0.0.0/4", "ff00::/8"}) set = set.united(model::AddressSet::of(*model::parse_prefix(multicast)));
  for (const model::InterfaceFact& interface : device.facts.interfaces)
    for (const model::Prefix& prefix : interface.addresses)
      if (prefix.address.family == model::Family::v4 && prefix.length < 31)
        set = set.united(model::AddressSet::of(model::Address{model::Family::v4, prefix.address.value | ((model::u128{1} << (32 - prefix.length)) - 1)}));
  return set;
}

model::AddressSet all_but(const model::AddressSet& set) {
  return {model::IntervalSet::all(32).minus(set.v4), model::IntervalSet::all(128).minus(set.v6)};
}

bool contains(const model::AddressSet& set, const model::Packet& packet, Field field) {
  return set.in(packet.family).contains(packet.get(field));
}

}  // namespace

std::vector<Station> stations(Loaded& loaded, bool local_given) {
  std::vector<Station> result;
  for (Device& device : loaded.network.devices) {
    model::bind_device(device, loaded.network, local_given);
    const model::NamedAddresses own = known_addresses(device, loaded.network, local_given);
    Station station{&device, own, ends_at(device, own.inside), all_but(own.inside), std::move(device.policies), {}};
    result.push_back(std::move(station));
  }
  return result;
}

void index_points(std::vector<Station>& all) {
  for (Station& station : all)
    for (const model::Policy& policy : station.policies) station.points.push_back(std::make_unique<const model::PointIndex>(policy));
}

namespace {

// Which hook of a lone device a packet meets; nothing when its addresses do not tell.
std::optional<Hook> derived_hook(const Station& station, const PacketRequest& request) {
  if (request.hook) return request.hook;
  if (contains(station.own.inside, request.packet, Field::dst)) return Hook::input;
  if (contains(station.own.inside, request.packet, Field::src)) return Hook::output;
  if (contains(station.ends_here, request.packet, Field::dst)) return Hook::input;
  if (station.own.complete) return Hook::forward;
  return std::nullopt;
}

// In a site every device's place on the way follows from the zones.
std::optional<Hook> site_hook(const Station& station, const PacketRequest& request) {
  if (station.device->host.empty()) return Hook::forward;
  if (contains(station.own.inside, request.packet, Field::src)) return Hook::output;
  if (contains(station.own.inside, request.packet, Field::dst)) return Hook::input;
  return std::nullopt;
}

// onward: as in EvaluateOptions.
report::TraceStep evaluate_at(const Station& station, const model::Policy& policy, Hook hook, const model::Packet& packet, const model::AddressSet* onward = nullptr) {
  model::EvaluateOptions options;
  options.onward = onward;
  if (!station.points.empty()) options.points = station.points[static_cast<size_t>(&policy - station.policies.data())].get();
  // Only a complete list can say that a destination is not the host's own.
  // What a host sends to itself is no packet that fails to leave.
  const bool to_itself = hook == model::Hook::output && station.own.inside.in(packet.family).contains(packet.get(model::Field::dst));
  if (station.own.complete && !to_itself) options.local = hook == Hook::input ? &station.ends_here : &station.own.inside;
  return {station.device->name, hook, &policy, model::evaluate(policy, hook, packet, options), "", "", "", {}, std::nullopt};
}

bool translates(const model::Policy& policy, Hook hook) {
  const auto& stages = policy.hooks[static_cast<size_t>(hook)];
  return std::any_of(stages.begin(), stages.end(), [](const model::Stage& stage) { return stage.kind == model::Stage::Kind::nat; });
}

// The route follows the translated destination: what was sent to the host may pass through it, and the other way round. Where that hangs on what is not known,
// the verdict does.
report::TraceStep evaluate_where_it_goes(const Station& station, const model::Policy& policy, Hook hook, const model::Packet& packet) {
  if (hook == Hook::output || !station.own.complete || !translates(policy, hook)) return evaluate_at(station, policy, hook, packet);
  const model::AddressSet* onward = hook == Hook::forward ? &station.elsewhere : nullptr;
  report::TraceStep step = evaluate_at(station, policy, hook, packet, onward);
  if (step.outcome.verdict == model::Verdict::depends) return step;
  if (step.outcome.another_way) return evaluate_at(station, policy, Hook::input, packet);
  if (!step.outcome.arrives) return evaluate_at(station, policy, Hook::forward, packet);
  return step;
}

// What of a packet is the same on the next device.
model::Packet carried(const model::Packet& out, const PacketRequest& request) {
  model::Packet packet = request.packet;
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port})
    if (out.has(field)) packet.set(field, out.get(field));
  return packet;
}

// Asks for what would tell whether the packet is for the host, from it, or passes through it.
std::string hook_wanted(const Station& station) {
  const bool knows_some = !station.device->facts.interfaces.empty();
  return std::string(knows_some ? "neither end is an address that the host is known to have, and it may have others"
                                : "the host's addresses are not known") +
         ", so say hook=input, hook=output or hook=forward in the packet or with --hook, or give all of its addresses with --local or `ip addr` beside";
}

}  // namespace

TraceAnswer trace_at(const std::vector<Station>& all, PacketRequest request, bool of_site) {
  if (!request.problem.empty()) return {{}, request.problem};
  TraceAnswer answer;
  std::vector<std::pair<const Station*, Hook>> way;
  for (const Station& station : all) {
    const auto hook = of_site ? site_hook(station, request) : derived_hook(station, request);
    if (hook) way.emplace_back(&station, *hook);
    else if (!of_site) return {{}, hook_wanted(station)};
  }
  // The sender's own firewall first, then what stands between, then the target's.
  const auto rank = [](Hook hook) { return hook == Hook::output ? 0 : hook == Hook::forward ? 1 : 2; };
  std::stable_sort(way.begin(), way.end(), [&](const auto& a, const auto& b) { return rank(a.second) < rank(b.second); });
  for (const auto& [station, hook] : way) {
    const model::Policy* policy = station->policy_for(request.packet.family);
    if (policy == nullptr && station->policies.empty()) return {{}, "no rules of a firewall are in '" + station->device->name + "': there is nothing that a packet meets"};
    if (policy == nullptr) return {{}, "'" + station->device->name + "' has no export for this address family"};
    model::Packet packet = packet_for(request, *policy);
    settle_first(packet, packet.has(Field::ct_dir) && packet.get(Field::ct_dir) == 1);
    if (station->device->profile && !packet.has(Field::profile)) packet.set(Field::profile, *station->device->profile);
    if (answer.trace.steps.empty()) {
      answer.trace.packet = packet;
      answer.trace.names = request.names;
    }
    const bool derived = !of_site && !request.hook;
    answer.trace.steps.push_back(derived ? evaluate_where_it_goes(*station, *policy, hook, packet) : evaluate_at(*station, *policy, hook, packet));
    const model::Outcome& outcome = answer.trace.steps.back().outcome;
    if (outcome.verdict != model::Verdict::accept) break;
    request.packet = carried(outcome.out, request);
  }
  if (answer.trace.steps.empty()) answer.problem = "no device of the site is concerned: neither end is a host with an export";
  return answer;
}

}  // namespace fwproof::cli
