// A pfSense or OPNsense made of a configuration, to send packets to: what the plain evaluator says the imported policy does with them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "importers/registry.h"
#include "model/evaluate.h"

namespace fwproof::tests {

struct Sent {
  std::string protocol = "tcp";
  std::string src = "198.51.100.77";
  unsigned src_port = 40000;
  std::string dst;
  unsigned dst_port = 80;
  std::string in = "wan";
  std::string out = "lan";
  model::Hook hook = model::Hook::forward;
  unsigned state = model::state_new;
  unsigned icmp_type = 8;
  unsigned flags = model::tcp_syn;
};

class PfDevice {
 public:
  explicit PfDevice(const std::string& text, const std::string& path = "config.xml") {
    sources_.files.push_back({path, text});
    host = importers::import_host(sources_, {0});
    for (model::Policy& policy : host.policies) {
      model::NameBindings bindings;
      for (const model::InterfaceFact& interface : host.facts.interfaces)
        for (const model::Prefix& prefix : interface.addresses) {
          bindings["local"].inside = bindings["local"].inside.united(model::AddressSet::of(prefix.address));
          bindings["local"].complete = true;
        }
      // What the export does not tell: the WAN has 203.0.113.2/24.
      bindings["address:wan"] = {model::AddressSet::of(*model::parse_prefix("203.0.113.2")), true};
      bindings["network:wan"] = {model::AddressSet::of(*model::parse_prefix("203.0.113.0/24")), true};
      model::bind_names(policy, bindings);
    }
  }

  model::Outcome send(const Sent& sent) const {
    const auto src = *model::parse_address(sent.src), dst = *model::parse_address(sent.dst);
    const model::Policy& policy = host.policies.at(dst.family == model::Family::v4 ? 0 : 1);
    model::Packet packet;
    packet.family = dst.family;
    packet.set(model::Field::src, src.value);
    packet.set(model::Field::dst, dst.value);
    const bool v6 = dst.family == model::Family::v6;
    const unsigned protocol = sent.protocol == "tcp" ? 6 : sent.protocol == "udp" ? 17 : sent.protocol == "icmp" ? (v6 ? 58 : 1) : static_cast<unsigned>(std::stoul(sent.protocol));
    packet.set(model::Field::protocol, protocol);
    const bool ports = model::has_ports(protocol);
    packet.set(model::Field::src_port, ports ? sent.src_port : 0);
    packet.set(model::Field::dst_port, ports ? sent.dst_port : 0);
    packet.set(model::Field::icmp_type, sent.protocol == "icmp" ? sent.icmp_type : 0);
    packet.set(model::Field::icmp_code, 0);
    packet.set(model::Field::tcp_flags, protocol == 6 ? sent.flags : 0);
    packet.set(model::Field::state, sent.state);
    packet.set(model::Field::ct_dir, 0);
    packet.set(model::Field::ct_status, 0);
    packet.set(model::Field::mark, 0);
    packet.set(model::Field::in, policy.interfaces.atom_of(sent.in));
    packet.set(model::Field::out, policy.interfaces.atom_of(sent.out));
    return model::evaluate(policy, sent.hook, packet);
  }

  std::string verdict(const Sent& sent) const { return std::string(model::to_text(send(sent).verdict)); }

  // "10.0.0.2:8080", as the packet leaves.
  static std::string destination(const model::Outcome& outcome) {
    return model::to_text(model::Address{outcome.out.family, outcome.out.get(model::Field::dst)}) + ":" + std::to_string(static_cast<unsigned>(outcome.out.get(model::Field::dst_port)));
  }
  static std::string source(const model::Outcome& outcome) { return model::to_text(model::Address{outcome.out.family, outcome.out.get(model::Field::src)}); }

  // The line of the configuration that decided; 0: one of the device's own rules.
  uint32_t line(const Sent& sent) const {
    const model::Outcome outcome = send(sent);
    const auto& chain = host.policies.at(outcome.out.family == model::Family::v4 ? 0 : 1).chains.at(outcome.decided_by.chain);
    return outcome.decided_by.rule < chain.rules.size() ? chain.rules[outcome.decided_by.rule].origin.line : chain.at_end_origin.line;
  }

  // Ids of all diagnostics, in the order of their places: "alias.loop:12".
  std::vector<std::string> complaints() const {
    std::vector<std::string> result;
    for (const model::Diagnostic& each : host.diagnostics) result.push_back(std::string(model::id_text(each.id)) + ":" + std::to_string(each.origin.line));
    return result;
  }
  bool complains(const std::string& id) const {
    for (const std::string& each : complaints())
      if (each.starts_with(id + ":")) return true;
    return false;
  }
  const model::Account& account() const { return host.inputs.at(0).account; }
  void expect_account_adds_up() const {
    size_t sum = 0;
    for (const auto& [line_class, constructs] : account().constructs())
      for (const auto& [construct, count] : constructs) sum += count;
    EXPECT_EQ(sum, account().total());
  }

  importers::ImportedHost host;

 private:
  model::Sources sources_;
};

}  // namespace fwproof::tests
