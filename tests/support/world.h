// A small network with one specification, for tests of verdicts.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "solver/boxes.h"
#include "solver/check.h"
#include "tests/support/build_policy.h"

namespace fwproof::tests {

using namespace model;
using namespace solver;

// ADM 192.0.2.0/24 must reach SERVER 198.51.100.10:8474; the table lists all TCP ports.
struct World {
  Network network;
  Requirements requirements;
  CheckOptions options;

  explicit World(std::vector<Rule> rules, ActionKind at_end = ActionKind::drop) {
    network.zones["ANY"] = {"ANY", true, true, AddressSet::all()};
    network.zones["ADM"] = {"ADM", false, true, AddressSet::of(*parse_prefix("192.0.2.0/24"))};
    network.zones["SERVER"] = {"SERVER", false, true, AddressSet::of(*parse_prefix("198.51.100.10"))};
    Device device;
    device.name = "server";
    device.host = "SERVER";
    device.has_export = true;
    device.policies = {input_policy(std::move(rules), at_end)};
    network.devices = {device};
    requirements.rows = {row("8474-ADM-SERVER", "ADM", "SERVER", 8474)};
    requirements.closures = {{"s", Strictness::violation, Strictness::warning, {}}};
  }

  static Requirement row(const std::string& id, const std::string& from, const std::string& to, unsigned port) {
    Requirement row;
    row.id = "s/" + id;
    row.spec = "s";
    row.from = {from};
    row.to = {to};
    row.ports = IntervalSet::of(port);
    row.src_ports = IntervalSet::range(1024, 65535);
    return row;
  }

  Result result(const std::string& id) {
    const Report report = check(network, requirements, options);
    for (const Result& result : report.results) {
      EXPECT_EQ(result.fault, "") << result.id;
      if (result.id == "s/" + id) return result;
    }
    ADD_FAILURE() << "no result " << id;
    return {};
  }
};

inline Rule allow_adm(uint32_t line = 2) { return rule({tcp(), port(8474), address_in(Field::src, "192.0.2.0/24")}, ActionKind::accept, line); }
inline Rule stateful() { return rule({established()}, ActionKind::accept, 1); }
// One leg of these packets into the input hook of the policy.
inline Walk walk_in(const Policy& policy, const PacketBox& box = everything(Family::v4)) {
  WalkHop hop;
  hop.policy = &policy;
  Walk walk;
  walk.in_question = {box};
  walk.legs = {{"SYN", false, IntervalSet::of(state_new), IntervalSet::of(tcp_syn), {hop}}};
  return walk;
}
// The device on the way whose forward hook has this policy.
inline Device edge(Policy policy) {
  policy.hooks[static_cast<size_t>(Hook::forward)] = policy.hooks[static_cast<size_t>(Hook::input)];
  Device device;
  device.name = "edge";
  device.has_export = true;
  device.policies = {std::move(policy)};
  return device;
}

// An accepting policy whose nat stage sends packets to `port` on to another destination; the routing decision follows.
inline Policy translating(unsigned port_before, const std::string& address, std::optional<unsigned> port_after, uint32_t line,
                          std::vector<Rule> filter = {rule({}, ActionKind::accept, 99)}) {
  Policy policy = input_policy(std::move(filter));
  RewriteAction action;
  action.steps.push_back({Rewrite::Kind::assign, Field::dst, IntervalSet::of(parse_address(address)->value)});
  if (port_after) action.steps.push_back({Rewrite::Kind::assign, Field::dst_port, IntervalSet::of(*port_after)});
  action.then = ActionKind::accept;
  policy.rewrites.push_back(action);
  policy.chains.push_back({"nat/PREROUTING", {rule({tcp(), port(port_before)}, ActionKind::rewrite, line, 0)}, ActionKind::accept, {}, "policy ACCEPT", -1});
  policy.v6 = false;
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::nat, 2}, {Stage::Kind::route, 0}, {Stage::Kind::filter, 0}};
  return policy;
}

}  // namespace fwproof::tests
