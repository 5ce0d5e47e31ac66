// Single packets through a site by the plain evaluator alone: the second opinion on whether a mutation matters.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/load_network.h"
#include "cli/trace_site.h"
#include "model/evaluate.h"

namespace fwproof::tests::mutation {

// What decided about a packet on one device.
struct Decided {
  std::string device;
  model::Origin by;        // line 0: a default that no line states
  friend bool operator==(const Decided&, const Decided&) = default;
};

struct Journey {
  bool arrives = false;    // surely, at a host of the role where that role has an export
  std::vector<Decided> decided;
};

class Traveller {
 public:
  explicit Traveller(const cli::Loaded& loaded) : network_(loaded.network), tracer_(loaded.network) {
    for (model::Device& device : network_.devices) model::bind_device(device, network_);
  }

  Journey travel(const model::Requirement& row, const std::string& from, const std::string& to, const std::string& src, const std::string& dst, unsigned port) const {
    cli::PacketRequest request = cli::parse_packet_words("tcp " + src + ":40000 " + dst + ":" + std::to_string(port));
    return tracer_.derived() ? by_routes(to, request) : in_order(row, from, to, request);
  }

  // Addresses that clients may write for the target: its own, and those of devices on the way.
  std::vector<std::string> facing() const {
    std::vector<std::string> all;
    if (!tracer_.derived()) return all;
    for (const model::Device& device : network_.devices)
      for (const model::InterfaceFact& interface : device.facts.interfaces)
        for (const model::Prefix& prefix : interface.addresses)
          if (device.host.empty()) all.push_back(model::to_text(prefix.address));
    return all;
  }

  // One client in each network of the site.
  std::vector<std::string> neighbours() const {
    std::vector<std::string> all;
    if (!tracer_.derived()) return all;
    for (const model::Device& device : network_.devices)
      for (const model::InterfaceFact& interface : device.facts.interfaces)
        for (const model::Prefix& prefix : interface.addresses) {
          const model::Interval network = prefix.interval();
          const model::Address client{prefix.address.family, network.hi - 1};
          if (device.host.empty() && interface.name != "lo") all.push_back(model::to_text(client));
        }
    return all;
  }

 private:
  bool is_host(const std::string& zone) const {
    for (const model::Device& device : network_.devices)
      if (device.host == zone) return true;
    return false;
  }

  static model::Origin origin_of(const model::Policy& policy, const model::Outcome& outcome) {
    // Where a destination was translated, that rule is what made the packet arrive.
    for (const model::Step& step : outcome.trail)
      if (step.what == "dst rewritten" && step.rule.rule != model::RuleRef::kAtEnd) return policy.chains[step.rule.chain].rules[step.rule.rule].origin;
    const model::Chain& chain = policy.chains[outcome.decided_by.chain];
    return outcome.decided_by.rule == model::RuleRef::kAtEnd ? chain.at_end_origin : chain.rules[outcome.decided_by.rule].origin;
  }

  Journey by_routes(const std::string& to, const cli::PacketRequest& request) const {
    std::string problem;
    const auto trace = const_cast<cli::SiteTracer&>(tracer_).trace(request, false, problem);
    Journey journey;
    if (!trace) return journey;
    for (const report::TraceStep& step : trace->steps)
      if (step.outcome.decided) journey.decided.push_back({step.device, origin_of(*step.policy, step.outcome)});
    const bool at_host = !trace->steps.empty() && trace->steps.back().hook == model::Hook::input && host_of(trace->steps.back().device) == to;
    journey.arrives = report::verdict_of(*trace) == model::Verdict::accept && (!is_host(to) || at_host);
    return journey;
  }

  std::string host_of(const std::string& name) const {
    for (const model::Device& device : network_.devices)
      if (device.name == name) return device.host;
    return "";
  }

  bool has_address(const model::Device& device, const model::Packet& packet, model::Field field) const {
    model::AddressSet own;
    for (const model::InterfaceFact& interface : device.facts.interfaces)
      for (const model::Prefix& prefix : interface.addresses) own = own.united(model::AddressSet::of(prefix.address));
    return own.empty() || own.in(packet.family).contains(packet.get(field));
  }

  // Output of the source's host, the devices on the way, input of the target's host.
  Journey in_order(const model::Requirement& row, const std::string& from, const std::string& to, const cli::PacketRequest& request) const {
    Journey journey;
    journey.arrives = true;
    const auto pass = [&](const model::Device& device, model::Hook hook) {
      const model::Policy* readable = device.policy_for(request.packet.family);
      if (readable == nullptr) return void(journey.arrives = false);
      const model::Policy& policy = *readable;
      model::Packet packet = cli::packet_for(request, policy);
      cli::settle_first(packet, false);
      if (device.profile) packet.set(model::Field::profile, *device.profile);
      for (const auto& [zone, interface] : device.ingress_of_zone)
        if (zone == (hook == model::Hook::input ? from : to)) packet.set(hook == model::Hook::input ? model::Field::in : model::Field::out, policy.interfaces.atom_of(interface));
      if (hook == model::Hook::input && row.dynamic_rpc) packet.set(model::Field::rpc_port, model::rpc_any_range);
      if (hook == model::Hook::input && !row.program.empty()) set_program(packet, policy, row.program);
      const model::Outcome outcome = model::evaluate(policy, hook, packet);
      journey.arrives = journey.arrives && outcome.verdict == model::Verdict::accept;
      if (outcome.decided) journey.decided.push_back({device.name, origin_of(policy, outcome)});
    };
    for (const model::Device& device : network_.devices)
      if (device.host == from && has_address(device, request.packet, model::Field::src)) pass(device, model::Hook::output);
    for (const model::Device& device : network_.devices)
      if (device.host.empty()) pass(device, model::Hook::forward);
    for (const model::Device& device : network_.devices)
      if (device.host == to && has_address(device, request.packet, model::Field::dst)) pass(device, model::Hook::input);
    return journey;
  }

  // The file of that name, as the fixtures write it.
  static void set_program(model::Packet& packet, const model::Policy& policy, const std::string& name) {
    std::string folded = name;
    for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    packet.set(model::Field::program, 0);
    for (uint32_t atom = 0; atom < policy.programs.size(); ++atom)
      if (policy.programs.is_exact(atom) && policy.programs.text(atom).ends_with(folded)) packet.set(model::Field::program, atom);
  }

  model::Network network_;
  cli::SiteTracer tracer_;
};

}  // namespace fwproof::tests::mutation
