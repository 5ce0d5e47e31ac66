// Imports texts as one host and asks the plain evaluator about single packets.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/registry.h"
#include "model/evaluate.h"

namespace fwproof::importers::netsh {

inline ImportedHost import_texts(const std::vector<std::string>& texts) {
  model::Sources sources;
  std::vector<uint32_t> files;
  for (const std::string& text : texts) {
    files.push_back(static_cast<uint32_t>(sources.files.size()));
    sources.files.push_back({"file" + std::to_string(files.size()), text});
  }
  return import_host(sources, files);
}

struct Question {
  bool inbound = true;
  unsigned protocol = 6;
  std::string src = "192.0.2.5";
  std::string dst = "198.51.100.10";
  unsigned src_port = 40000;
  unsigned dst_port = 80;
  unsigned profile = model::profile_domain;
  unsigned icmp_type = 8;
  std::string program;
  std::optional<unsigned> rpc_port = std::nullopt;
};

// "accept", "drop" or "depends".
inline std::string ask(const ImportedHost& host, const Question& question) {
  if (host.policies.size() != 1) return "no policy";
  model::Policy policy = host.policies[0];
  model::bind_names(policy, {});
  model::Packet packet;
  const auto src = model::parse_address(question.src), dst = model::parse_address(question.dst);
  packet.family = src->family;
  packet.set(model::Field::src, src->value);
  packet.set(model::Field::dst, dst->value);
  packet.set(model::Field::protocol, question.protocol);
  packet.set(model::Field::src_port, question.src_port);
  packet.set(model::Field::dst_port, question.dst_port);
  packet.set(model::Field::icmp_type, question.icmp_type);
  packet.set(model::Field::icmp_code, 0);
  packet.set(model::Field::state, model::state_new);
  packet.set(model::Field::profile, question.profile);
  packet.set(model::Field::program, policy.programs.atom_of(question.program));
  packet.set(model::Field::service, 0);
  if (question.rpc_port) packet.set(model::Field::rpc_port, *question.rpc_port);
  const auto outcome = model::evaluate(policy, question.inbound ? model::Hook::input : model::Hook::output, packet);
  return std::string(model::to_text(outcome.verdict));
}

inline bool has(const ImportedHost& host, std::string_view id) {
  for (const model::Diagnostic& diagnostic : host.diagnostics)
    if (model::id_text(diagnostic.id) == id) return true;
  return false;
}

// The classes of all files together; their sum is the number of non-blank lines.
inline size_t lines_of_class(const ImportedHost& host, model::LineClass line_class) {
  size_t count = 0;
  for (const ImportedInput& input : host.inputs) count += input.account.count(line_class);
  return count;
}

// A rule as an English verbose or plain listing prints it.
struct Printed {
  std::string name = "web";
  std::string enabled = "Yes", direction = "In", profiles = "Domain,Private,Public", local_ip = "Any", remote_ip = "Any", protocol = "TCP";
  std::string local_port = "80", remote_port = "Any", action = "Allow", extra;
};
inline std::string print(const Printed& rule) {
  std::string text = "\nRule Name:                            " + rule.name + "\n" + std::string(70, '-') + "\n";
  const auto line = [&](const char* label, const std::string& value) { text += label + std::string(22, ' ') + value + "\n"; };
  line("Enabled:", rule.enabled);
  line("Direction:", rule.direction);
  line("Profiles:", rule.profiles);
  line("Grouping:", "");
  line("LocalIP:", rule.local_ip);
  line("RemoteIP:", rule.remote_ip);
  line("Protocol:", rule.protocol);
  if (!rule.local_port.empty()) line("LocalPort:", rule.local_port);
  if (!rule.remote_port.empty()) line("RemotePort:", rule.remote_port);
  line("Edge traversal:", "No");
  text += rule.extra;
  line("Action:", rule.action);
  return text;
}

}  // namespace fwproof::importers::netsh
