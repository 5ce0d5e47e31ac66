// A device that translates thousands of destinations, and a host behind it that few of them lead to.
#include <gtest/gtest.h>

#include "solver/leads.h"
#include "tests/support/world.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

constexpr uint32_t kFirstService = 10u << 24, kFirstServer = (198u << 24) | (51u << 16) | (100u << 8) | 10;

Rewrite assign(Field field, u128 value) { return {Rewrite::Kind::assign, field, IntervalSet::of(value), "", 0, 0, Field::mark}; }

// Port 443 of service i, an address that nothing has, is port 8474 of server i; chain i + 2 does that, beside a mark.
Policy translating(uint32_t services) {
  Policy policy;
  policy.v4 = true;
  policy.interfaces.add("lo");
  policy.chains.push_back({"prerouting", {}, ActionKind::accept, {}, "", -1});
  policy.chains.push_back({"forward", {rule({port(8474)}, ActionKind::accept, 2)}, ActionKind::drop, {}, "", -1});
  policy.rewrites.push_back({{assign(Field::mark, 1)}, ActionKind::proceed});
  for (uint32_t i = 0; i < services; ++i) {
    const Term service = {InAddresses{Field::dst, AddressSet::of(Family::v4, IntervalSet::of(kFirstService + i))}};
    policy.chains[0].rules.push_back(rule({service, tcp(), port(443)}, ActionKind::jump, 10 + i, i + 2));
    policy.rewrites.push_back({{assign(Field::dst, kFirstServer + i), assign(Field::dst_port, 8474)}, ActionKind::accept});
    policy.chains.push_back({"service " + std::to_string(i), {rule({}, ActionKind::rewrite, 3, 0), rule({tcp()}, ActionKind::rewrite, 10'000 + i, i + 1)}, ActionKind::return_, {}, "", -1});
  }
  policy.hooks[static_cast<size_t>(Hook::forward)] = {{Stage::Kind::nat, 0}, {Stage::Kind::route, 0}, {Stage::Kind::filter, 1}};
  bind_names(policy, {});
  return policy;
}

struct Cluster : World {
  explicit Cluster(Policy policy) : World({}) {
    Device device;
    device.name = "node";
    device.has_export = true;
    device.policies = {std::move(policy)};
    network.devices = {device};
  }
};

TEST(Leads, ServicesOfOthersAreNotFollowed) {
  Cluster cluster(translating(20'000));
  const Result exposed = cluster.result("exposure-8474-SERVER");
  EXPECT_EQ(exposed.truth, Truth::violated);
  EXPECT_TRUE(exposed.complete);
  ASSERT_EQ(exposed.counterexamples.size(), 2u);
  EXPECT_EQ(exposed.counterexamples[0].region.sets.at(Field::dst), IntervalSet::of(kFirstService));
  EXPECT_EQ(exposed.counterexamples[0].region.sets.at(Field::dst_port), IntervalSet::of(443));
  EXPECT_EQ(exposed.counterexamples[1].region.sets.at(Field::dst), IntervalSet::of(kFirstServer));
  EXPECT_LT(exposed.proof.slice, 20u);
  EXPECT_EQ(cluster.result("unlisted-tcp-SERVER").truth, Truth::holds);
}

TEST(Leads, WhatLeadsToThemIs) {
  Policy policy = translating(20'000);
  // Service 17 of this device is another address of service 0.
  policy.rewrites[18].steps[0] = assign(Field::dst, kFirstServer);
  Cluster cluster(std::move(policy));
  const Result exposed = cluster.result("exposure-8474-SERVER");
  EXPECT_EQ(exposed.truth, Truth::violated);
  EXPECT_TRUE(exposed.complete);
  IntervalSet destinations;
  for (const Counterexample& example : exposed.counterexamples) destinations = destinations.united(example.region.sets.at(Field::dst));
  EXPECT_EQ(destinations, IntervalSet::of(kFirstService).united(IntervalSet::of(kFirstService + 17)).united(IntervalSet::of(kFirstServer)));
}

// A walk through the device to port 8474 of the first server.
struct ToFirst {
  Policy node, end;
  AddressSet own = AddressSet::of(Family::v4, IntervalSet::of(kFirstServer));
  Walk walk;

  explicit ToFirst(Policy policy) : node(std::move(policy)), end(input_policy({rule({port(8474)}, ActionKind::accept)})) {
    end.hooks[static_cast<size_t>(Hook::input)].insert(end.hooks[static_cast<size_t>(Hook::input)].begin(), {Stage::Kind::route, 0});
    walk = walk_in(node);
    walk.legs[0].hops.push_back(walk.legs[0].hops[0]);
    walk.legs[0].hops[0].hook = Hook::forward;
    walk.legs[0].hops[1].policy = &end;
    walk.legs[0].hops[1].local = &own;
  }

  std::optional<std::vector<PacketBox>> leads() const {
    uint64_t steps = 20'000'000;
    return leads_of(walk, {}, steps);
  }
  std::optional<bool> rightly(const std::vector<PacketBox>& leads) const {
    uint64_t steps = 20'000'000;
    return leads_rightly(walk, leads, steps);
  }
};

constexpr uint32_t kServices = 300;

TEST(Leads, AreTheServiceAndTheServer) {
  const ToFirst to(translating(kServices));
  const auto leads = to.leads();
  ASSERT_TRUE(leads);
  ASSERT_EQ(leads->size(), 2u);
  EXPECT_EQ((*leads)[0].dst, IntervalSet::of(kFirstServer));
  EXPECT_EQ((*leads)[0].dst_port, IntervalSet::of(8474));
  EXPECT_EQ((*leads)[1].dst, IntervalSet::of(kFirstService));
  EXPECT_EQ((*leads)[1].dst_port, IntervalSet::of(443));
  EXPECT_EQ(to.rightly(*leads), true);
  for (size_t missing = 0; missing < 2; ++missing) EXPECT_EQ(to.rightly({(*leads)[1 - missing]}), false);
}

// Where it is not plain what a device makes of destinations, everything is followed.
TEST(Leads, AreNotToldWhereItIsNotPlain) {
  const auto both_say_no = [](const ToFirst& to) {
    EXPECT_FALSE(to.leads());
    EXPECT_EQ(to.rightly(*ToFirst(translating(kServices)).leads()), false);
  };
  Policy policy = translating(kServices);
  const uint32_t unknown = add_unknown(policy, {UnknownCondition::Sharing::per_visit, "target", "a module", {}});
  policy.chains[0].rules.push_back(rule({port(444)}, ActionKind::unknown_rewriting, 5, unknown));
  both_say_no(ToFirst(policy));
  policy = translating(kServices);
  policy.rewrites[9].then = ActionKind::proceed;   // what other rules look at is another packet then
  both_say_no(ToFirst(policy));
  ToFirst changing(translating(kServices));        // the end sends packets on itself
  changing.end.rewrites.push_back({{assign(Field::dst, 1)}, ActionKind::accept});
  both_say_no(changing);
  ToFirst anyone(translating(kServices));
  anyone.walk.legs[0].hops[1].local = nullptr;     // the end has any address
  both_say_no(anyone);
}

// Few are followed as ever: then everything is asked at once, and Z3 proves it in one.
TEST(Leads, AreForMany) { EXPECT_FALSE(ToFirst(translating(100)).leads()); }

}  // namespace
}  // namespace fwproof::solver
