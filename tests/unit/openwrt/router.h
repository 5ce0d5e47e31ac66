// A router from its configuration, and packets through it, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "importers/registry.h"
#include "importers/text/number.h"
#include "model/evaluate.h"

namespace fwproof::tests {

struct Router {
  importers::ImportedHost host;
  model::NameBindings names;

  const model::Policy& policy(model::Family family) const {
    for (const model::Policy& each : host.policies)
      if (each.covers(family)) return each;
    throw std::runtime_error("no policy of this family");
  }
  bool tells(model::DiagnosticId id, const std::string& part = "") const {
    for (const auto& diagnostic : host.diagnostics)
      if (diagnostic.id == id && diagnostic.message.find(part) != std::string::npos) return true;
    return false;
  }
  model::LineClass line(uint32_t number, size_t input = 0) const { return host.inputs.at(input).account.line_class(number); }
  bool assumes(const std::string& part) const {
    for (const model::Policy& each : host.policies)
      for (const auto& assumption : each.general_assumptions)
        if (assumption.text.find(part) != std::string::npos) return true;
    return false;
  }
};

inline Router router_of(const std::vector<std::string>& files) {
  model::Sources sources;
  std::vector<uint32_t> order;
  for (const std::string& text : files) {
    order.push_back(static_cast<uint32_t>(sources.files.size()));
    sources.files.push_back({"file" + std::to_string(order.size()), text});
  }
  Router router{importers::import_host(sources, order), {}};
  for (const auto& input : router.host.inputs) EXPECT_EQ(input.importer, "openwrt");
  return router;
}

// "tcp 192.0.2.5:40000 198.51.100.10:80 in=br-lan out=eth1 state=established dnat mark=1": the protocol may be a number; without ports: "icmp A B type=8".
inline model::Packet packet_of(const model::Policy& policy, const std::string& text) {
  model::Packet packet;
  std::istringstream words(text);
  std::string protocol, word;
  words >> protocol;
  bool to = false;
  const auto set_end = [&](const std::string& end) {
    size_t colon = end.rfind(':');
    const bool v6 = end.find(':') != colon || end.starts_with("[");
    if (v6) colon = end.starts_with("[") ? end.rfind("]:") + 1 : std::string::npos;
    std::string host = end.substr(0, colon);
    if (host.starts_with("[")) host = host.substr(1, host.size() - 2);
    const auto address = model::parse_address(host);
    if (!address) throw std::runtime_error("no address: " + end);
    packet.family = address->family;
    packet.set(to ? model::Field::dst : model::Field::src, address->value);
    packet.set(to ? model::Field::dst_port : model::Field::src_port, colon == std::string::npos ? 0 : std::stoul(end.substr(colon + 1)));
    to = true;
  };
  for (const auto field : {model::Field::icmp_type, model::Field::icmp_code, model::Field::tcp_flags, model::Field::fragment, model::Field::state,
                           model::Field::ct_dir, model::Field::ct_status, model::Field::mark, model::Field::mac})
    packet.set(field, 0);
  packet.set(model::Field::in, 0);
  packet.set(model::Field::out, 0);
  while (words >> word) {
    const size_t equals = word.find('=');
    const std::string key = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (equals == std::string::npos && key != "dnat") set_end(word);
    else if (key == "dnat") packet.set(model::Field::ct_status, model::ct_dnat);
    else if (key == "in") packet.set(model::Field::in, policy.interfaces.atom_of(value));
    else if (key == "out") packet.set(model::Field::out, policy.interfaces.atom_of(value));
    else if (key == "type") packet.set(model::Field::icmp_type, std::stoul(value));
    else if (key == "code") packet.set(model::Field::icmp_code, std::stoul(value));
    else if (key == "mark") packet.set(model::Field::mark, std::stoul(value));
    else if (key == "mac") packet.set(model::Field::mac, *importers::text::parse_mac(value));
    else if (key == "state") packet.set(model::Field::state, value == "established" ? model::state_established : value == "invalid" ? model::state_invalid : model::state_new);
    else throw std::runtime_error("unknown word " + word);
  }
  const bool v6 = packet.family == model::Family::v6;
  packet.set(model::Field::protocol, protocol == "tcp" ? 6 : protocol == "udp" ? 17 : protocol == "icmp" ? (v6 ? 58 : 1) : std::stoul(protocol));
  if (protocol == "tcp") packet.set(model::Field::tcp_flags, packet.get(model::Field::state) == model::state_new ? model::tcp_syn : model::tcp_ack);
  return packet;
}

inline model::Outcome send(const Router& router, model::Hook hook, const std::string& text) {
  const bool v6 = text.find("::") != std::string::npos;
  model::Policy policy = router.policy(v6 ? model::Family::v6 : model::Family::v4);
  model::bind_names(policy, router.names);
  return model::evaluate(policy, hook, packet_of(policy, text));
}

inline std::string forward(const Router& router, const std::string& text) { return std::string(to_text(send(router, model::Hook::forward, text).verdict)); }
inline std::string input(const Router& router, const std::string& text) { return std::string(to_text(send(router, model::Hook::input, text).verdict)); }
inline std::string output(const Router& router, const std::string& text) { return std::string(to_text(send(router, model::Hook::output, text).verdict)); }

// "192.0.2.1:1024 > 198.51.100.10:80" as it leaves, or the verdict when it does not. An open value is "?".
inline std::string leaves(const Router& router, model::Hook hook, const std::string& text) {
  const model::Outcome outcome = send(router, hook, text);
  if (outcome.verdict != model::Verdict::accept) return std::string(to_text(outcome.verdict));
  const auto end = [&](model::Field address, model::Field port) {
    const std::string host = outcome.out.has(address) ? to_text(model::Address{outcome.out.family, outcome.out.get(address)}) : "?";
    return host + ":" + (outcome.out.has(port) ? std::to_string(static_cast<unsigned>(outcome.out.get(port))) : "?");
  };
  return end(model::Field::src, model::Field::src_port) + " > " + end(model::Field::dst, model::Field::dst_port);
}

// LAN 192.168.1.1/24 on br-lan, guests 10.0.0.1/24 on br-guest, WAN 203.0.113.2/24 on eth1.
inline const std::string kNetwork =
    "config interface 'loopback'\n\toption device 'lo'\n\toption proto 'static'\n\tlist ipaddr '127.0.0.1/8'\n"
    "config interface 'lan'\n\toption device 'br-lan'\n\toption proto 'static'\n\toption ipaddr '192.168.1.1'\n\toption netmask '255.255.255.0'\n"
    "config interface 'guest'\n\toption device 'br-guest'\n\toption proto 'static'\n\toption ipaddr '10.0.0.1/24'\n"
    "config interface 'wan'\n\toption device 'eth1'\n\toption proto 'static'\n\toption ipaddr '203.0.113.2/24'\n\toption gateway '203.0.113.1'\n";

inline const std::string kZones =
    "config defaults\n\toption input 'REJECT'\n\toption output 'ACCEPT'\n\toption forward 'REJECT'\n"
    "config zone\n\toption name 'lan'\n\tlist network 'lan'\n\toption input 'ACCEPT'\n\toption output 'ACCEPT'\n\toption forward 'ACCEPT'\n"
    "config zone\n\toption name 'guest'\n\tlist network 'guest'\n\toption input 'REJECT'\n\toption output 'ACCEPT'\n\toption forward 'REJECT'\n"
    "config zone\n\toption name 'wan'\n\tlist network 'wan'\n\toption input 'REJECT'\n\toption output 'ACCEPT'\n\toption forward 'DROP'\n\toption masq '1'\n"
    "config forwarding\n\toption src 'lan'\n\toption dest 'wan'\n";

inline Router with(const std::string& sections) { return router_of({kNetwork, kZones + sections}); }

}  // namespace fwproof::tests
