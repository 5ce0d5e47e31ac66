// Rule sets as text, packets as words, answers of the evaluator.
#pragma once

#include <sstream>
#include <string>

#include "importers/registry.h"
#include "model/evaluate.h"

namespace fwproof::tests {

inline importers::ImportedHost import_rules(const std::string& text, const std::string& as = "nftables") {
  model::Sources sources{{{"rules.nft", text}}};
  return importers::import_host(sources, {0}, {as});
}

// "tcp 192.0.2.9:1025 198.51.100.1:22 in=eth0 out=eth1 state=established flags=18 type=8 mark=5 status=2 dir=1 fragment=1"; unset: new, SYN, 0.
inline model::Packet packet(const model::Policy& policy, const std::string& words) {
  using model::Field;
  std::istringstream in(words);
  std::string protocol, src, dst, word;
  in >> protocol >> src >> dst;
  model::Packet packet;
  const std::map<std::string, unsigned> protocols = {{"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"icmpv6", 58}, {"sctp", 132}, {"gre", 47}};
  for (const Field field : {Field::src_port, Field::dst_port, Field::icmp_type, Field::icmp_code, Field::fragment, Field::state, Field::ct_dir, Field::ct_status,
                            Field::in, Field::out, Field::mac, Field::mark, Field::connmark, Field::profile, Field::program, Field::service})
    packet.set(field, 0);
  packet.set(Field::protocol, protocols.at(protocol));
  packet.set(Field::tcp_flags, protocol == "tcp" ? 2 : 0);
  const auto endpoint = [&](std::string text, Field address, Field port) {
    const size_t colon = text.rfind(':');
    if (colon != std::string::npos && (text.find(':') == colon || text[0] == '[')) {
      packet.set(port, std::stoul(text.substr(colon + 1)));
      text = text.substr(0, colon);
    }
    if (text[0] == '[') text = text.substr(1, text.size() - 2);
    const auto parsed = model::parse_address(text);
    packet.family = parsed->family;
    packet.set(address, parsed->value);
  };
  endpoint(src, Field::src, Field::src_port);
  endpoint(dst, Field::dst, Field::dst_port);
  const std::map<std::string, Field> names = {{"flags", Field::tcp_flags}, {"type", Field::icmp_type}, {"code", Field::icmp_code}, {"mark", Field::mark},
                                              {"connmark", Field::connmark}, {"status", Field::ct_status}, {"dir", Field::ct_dir}, {"fragment", Field::fragment}};
  const std::map<std::string, unsigned> states = {{"new", 0}, {"established", 1}, {"related", 2}, {"invalid", 3}, {"untracked", 4}};
  while (in >> word) {
    const std::string key = word.substr(0, word.find('=')), value = word.substr(word.find('=') + 1);
    if (key == "in" || key == "out") packet.set(key == "in" ? Field::in : Field::out, policy.interfaces.atom_of(value));
    else if (key == "state") packet.set(Field::state, states.at(value));
    else packet.set(names.at(key), std::stoul(value));
  }
  return packet;
}

inline model::Policy& bound_policy(importers::ImportedHost& host, bool v6) {
  model::Policy& policy = host.policies.at(v6 ? 1 : 0);
  const auto own = model::AddressSet::of(*model::parse_address("198.51.100.1")).united(model::AddressSet::of(*model::parse_address("2001:db8::1")));
  model::bind_names(policy, {{"local", {own, true}}});
  return policy;
}

inline model::Outcome outcome(const std::string& rules, const std::string& words, model::Hook hook = model::Hook::input) {
  auto host = import_rules(rules);
  const bool v6 = words.find('[') != std::string::npos || words.find("icmpv6") == 0;
  const model::Policy& policy = bound_policy(host, v6);
  return model::evaluate(policy, hook, packet(policy, words));
}

inline std::string verdict(const std::string& rules, const std::string& words, model::Hook hook = model::Hook::input) {
  return std::string(to_text(outcome(rules, words, hook).verdict));
}

}  // namespace fwproof::tests
