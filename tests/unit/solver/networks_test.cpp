// A device between many networks: what is asked of each pair of them is seldom asked twice, and nothing that rules say of one pair is lost for it.
#include <gtest/gtest.h>

#include "solver/check.h"
#include "tests/support/build_policy.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

constexpr size_t kNetworks = 12;

std::string name_of(size_t i) { return "vlan" + std::to_string(i); }

// Every interface with a network of its own; its rules are looked at before (inbound) or behind routing.
Network core(std::vector<Rule> rules, bool inbound = false, Field field = Field::out, size_t at = 3) {
  Device device;
  device.name = "core";
  device.has_export = true;
  device.facts.complete_routes = true;
  Policy policy;
  policy.v4 = policy.v6 = true;
  policy.interfaces.add("lo");
  for (size_t i = 0; i < kNetworks; ++i) {
    policy.interfaces.add(name_of(i));
    InterfaceFact interface;
    interface.name = name_of(i);
    interface.addresses = {*parse_prefix("10.0." + std::to_string(i) + ".1/24")};
    device.facts.interfaces.push_back(std::move(interface));
  }
  for (Rule& some : rules) some.terms.push_back(field_in(field, policy.interfaces.atoms(name_of(at))));
  policy.chains = {{"before", {}, ActionKind::accept, {}, "", -1}, {"behind", {}, ActionKind::accept, {}, "", -1}};
  policy.chains[inbound ? 0 : 1].rules = std::move(rules);
  policy.hooks[static_cast<size_t>(Hook::forward)] = {{Stage::Kind::filter, 0}, {Stage::Kind::route, 0}, {Stage::Kind::filter, 1}};
  device.policies = {std::move(policy)};
  Network network;
  network.zones["ANY"] = {"ANY", true, true, AddressSet::all()};
  AddressSet networks;
  for (size_t i = 0; i < kNetworks; ++i) networks = networks.united(AddressSet::of(*parse_prefix("10.0." + std::to_string(i) + ".0/24")));
  network.zones["CLIENTS"] = {"CLIENTS", false, true, networks};
  network.zones["SERVERS"] = network.zones["CLIENTS"];
  network.zones["SERVERS"].name = "SERVERS";
  network.devices = {std::move(device)};
  return network;
}

Report ask(const Network& network, std::vector<unsigned> ports) {
  Requirements requirements;
  for (const unsigned number : ports) {
    Requirement row;
    row.id = "mail/" + std::to_string(number);
    row.spec = "mail";
    row.from = {"CLIENTS"};
    row.to = {"SERVERS"};
    row.ports = IntervalSet::of(number);
    row.src_ports = IntervalSet::range(1024, 65535);
    requirements.rows.push_back(std::move(row));
  }
  const Report report = check(network, requirements, {});
  for (const Result& result : report.results) EXPECT_EQ(result.fault, "");
  return report;
}

TEST(Networks, rows_that_differ_in_ports_of_which_no_rule_speaks_are_proven_once) {
  const Network network = core({});
  const Report one = ask(network, {25}), three = ask(network, {25, 587, 993});
  ASSERT_EQ(three.results.size(), 3U);
  for (const Result& result : three.results) {
    EXPECT_EQ(result.truth, one.results[0].truth);
    EXPECT_EQ(result.proof.queries, one.results[0].proof.queries);
    EXPECT_GE(result.proof.queries, kNetworks * (kNetworks - 1));
  }
  // But for packets within one network, whose own sender is left out.
  EXPECT_LE(three.proofs.queries, one.proofs.queries + 2 * 2 * kNetworks);
}

TEST(Networks, a_port_that_one_interface_blocks_is_found_in_its_row_alone) {
  for (const bool inbound : {false, true})
    for (const Field field : {Field::in, Field::out}) {
      if (inbound && field == Field::out) continue;   // where a packet leaves is not known before routing
      const Report report = ask(core({rule({port(587)}, ActionKind::drop, 7)}, inbound, field), {25, 587, 993});
      ASSERT_EQ(report.results.size(), 3U);
      EXPECT_NE(report.results[0].truth, Truth::violated);
      EXPECT_EQ(report.results[1].truth, Truth::violated);
      EXPECT_NE(report.results[2].truth, Truth::violated);
    }
}

TEST(Networks, what_is_blocked_before_routing_is_found_whatever_way_it_would_take) {
  const Report report = ask(core({rule({address_in(Field::dst, "10.0.9.0/24")}, ActionKind::drop, 7)}, true, Field::in), {25});
  ASSERT_EQ(report.results.size(), 1U);
  ASSERT_EQ(report.results[0].truth, Truth::violated);
  // Packets there, and the answers of who is asked from there. None of them is left out for the way that it would take.
  const IntervalSet here = AddressSet::of(*parse_prefix("10.0.3.0/24")).v4, there = AddressSet::of(*parse_prefix("10.0.9.0/24")).v4;
  IntervalSet found;
  for (const Counterexample& example : report.results[0].counterexamples) {
    const IntervalSet &src = example.region.sets.at(Field::src), &dst = example.region.sets.at(Field::dst);
    EXPECT_TRUE((here.contains(src) && there.contains(dst)) || (there.contains(src) && here.contains(dst)));
    if (there.contains(dst)) found = found.united(dst);
  }
  EXPECT_EQ(found, there);
}

}  // namespace
}  // namespace fwproof::solver
