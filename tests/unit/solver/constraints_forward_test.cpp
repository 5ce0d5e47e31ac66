// Port forwards and NAT loopback: what must not be taken for one.
#include <gtest/gtest.h>

#include "solver/check.h"
#include "tests/support/build_policy.h"

namespace fwproof::solver {
namespace {

using namespace model;
using namespace tests;

constexpr uint32_t kToServer = 0, kFromRouter = 1, kToOther = 2, kToEither = 3;

Prefix prefix(const std::string& text) { return *parse_prefix(text); }
IntervalSet one(const std::string& text) { return AddressSet::of(*parse_address(text)).v4; }

Rewrite assign(Field field, IntervalSet values) { return {Rewrite::Kind::assign, field, std::move(values), "", 0, 0, Field::mark}; }

// [dstnat] route [forward] [srcnat], in the hooks forward and input.
Policy router(std::vector<Rule> destinations, std::vector<Rule> forward = {}, std::vector<Rule> sources = {}) {
  Policy policy;
  policy.v4 = true;
  for (const char* name : {"lo", "lan", "wan"}) policy.interfaces.add(name);
  policy.rewrites = {{{assign(Field::dst, one("192.168.1.10"))}, ActionKind::accept},
                     {{assign(Field::src, one("192.168.1.1"))}, ActionKind::accept},
                     {{assign(Field::dst, one("192.168.1.11"))}, ActionKind::accept},
                     {{assign(Field::dst, one("192.168.1.10").united(one("192.168.1.11")))}, ActionKind::accept}};
  policy.chains = {{"dstnat", std::move(destinations), ActionKind::accept, {}, "", -1},
                   {"forward", std::move(forward), ActionKind::accept, {}, "", -1},
                   {"srcnat", std::move(sources), ActionKind::accept, {}, "", -1}};
  policy.hooks[static_cast<size_t>(Hook::forward)] = {{Stage::Kind::nat, 0}, {Stage::Kind::route, 0}, {Stage::Kind::filter, 1}, {Stage::Kind::nat, 2}};
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::nat, 0}, {Stage::Kind::route, 0}};
  return policy;
}

Rule forwards(uint32_t where, uint32_t line, std::vector<Term> more = {}) {
  more.push_back(tcp());
  more.push_back(port(587));
  more.push_back(address_in(Field::dst, "203.0.113.2"));
  return rule(std::move(more), ActionKind::rewrite, line, where);
}

Rule hairpin() { return rule({address_in(Field::src, "192.168.1.0/24"), address_in(Field::dst, "192.168.1.10")}, ActionKind::rewrite, 9, kFromRouter); }

InterfaceFact interface(const std::string& name, const std::string& address) {
  InterfaceFact fact;
  fact.name = name;
  fact.addresses = {prefix(address)};
  return fact;
}

Device edge(Policy policy, const std::string& name = "edge", const std::string& inside = "192.168.1.1/24", const std::string& outside = "203.0.113.2/28", const std::string& gateway = "203.0.113.1") {
  Device device;
  device.name = name;
  device.has_export = true;
  device.policies = {std::move(policy)};
  device.facts.interfaces = {interface("lan", inside), interface("wan", outside)};
  RouteFact route;
  route.to = prefix("0.0.0.0/0");
  route.via = parse_address(gateway);
  device.facts.routes = {route};
  return device;
}

Network network(std::vector<Device> devices, const std::string& server = "192.168.1.10") {
  Network network;
  network.zones["ANY"] = {"ANY", true, true, AddressSet::all()};
  network.zones["SERVER"] = {"SERVER", false, true, AddressSet::of(prefix(server))};
  network.devices = std::move(devices);
  return network;
}

Result ask(const Network& network, Constraint::Kind kind, std::vector<Declaration> declarations = {}, IntervalSet ports = IntervalSet::of(587)) {
  Requirements requirements;
  Requirement row;
  row.id = "mail/587-ANY-SERVER";
  row.spec = "mail";
  row.from = {"ANY"};
  row.to = {"SERVER"};
  row.ports = std::move(ports);
  row.src_ports = IntervalSet::range(1024, 65535);
  requirements.rows = {row};
  Constraint constraint;
  constraint.kind = kind;
  constraint.id = "mail/constraint";
  constraint.spec = "mail";
  requirements.constraints = {constraint};
  requirements.declarations = std::move(declarations);
  const Report report = check(network, requirements, {});
  for (const Result& result : report.results) {
    EXPECT_EQ(result.fault, "");
    if (result.kind == Kind::constraint) return result;
  }
  ADD_FAILURE() << "the constraint was not asked";
  return {};
}

Result forward(const Network& network) { return ask(network, Constraint::Kind::port_forward); }
Result loopback(const Network& network) { return ask(network, Constraint::Kind::nat_loopback); }

TEST(PortForward, holds_and_is_proven_where_every_client_outside_arrives) {
  const Result result = forward(network({edge(router({forwards(kToServer, 5)}))}));
  EXPECT_EQ(result.truth, Truth::holds);
  EXPECT_EQ(result.proof.by, "z3");
}

TEST(PortForward, an_earlier_rule_that_leads_elsewhere_shadows_it) {
  const Result result = forward(network({edge(router({forwards(kToOther, 4), forwards(kToServer, 5)}))}));
  ASSERT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].decided_by.back().origin.line, 4u);
  EXPECT_NE(result.counterexamples[0].note.find("which is not SERVER"), std::string::npos);
}

TEST(PortForward, for_some_clients_only_does_not_do) {
  const Result result = forward(network({edge(router({forwards(kToServer, 5, {address_in(Field::src, "198.51.100.0/24")})}))}));
  ASSERT_EQ(result.truth, Truth::violated);
  EXPECT_NE(result.summary.find("198.51.100.0/24"), std::string::npos);
}

TEST(PortForward, to_one_of_several_hosts_cannot_be_told) {
  EXPECT_EQ(forward(network({edge(router({forwards(kToEither, 5)}))})).truth, Truth::cannot_tell);
}

TEST(PortForward, what_the_router_drops_is_not_forwarded) {
  const Result result = forward(network({edge(router({forwards(kToServer, 5)}, {rule({port(587)}, ActionKind::drop, 7)}))}));
  ASSERT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].decided_by.front().origin.line, 7u);
}

TEST(PortForward, a_second_router_must_forward_too) {
  const Result result = forward(network({edge(router({forwards(kToServer, 5)})), edge(router({}), "second", "192.168.1.2/24", "198.51.100.2/28", "198.51.100.1")}));
  ASSERT_EQ(result.truth, Truth::violated);
  EXPECT_NE(result.summary.find("second (198.51.100.2)"), std::string::npos);
}

TEST(PortForward, a_device_that_stands_nowhere_known_may_forward) {
  Device other = edge(router({}), "other");
  other.facts = {};
  EXPECT_EQ(forward(network({edge(router({})), other})).truth, Truth::cannot_tell);
}

TEST(PortForward, an_unknown_rule_before_it_may_take_the_packet) {
  Policy policy = router({});
  const uint32_t unknown = add_unknown(policy, {UnknownCondition::Sharing::pure, "string", "-m string", {}});
  policy.chains[0].rules = {forwards(kToOther, 4, {{Unknown{unknown}, false}}), forwards(kToServer, 5)};
  EXPECT_EQ(forward(network({edge(policy)})).truth, Truth::cannot_tell);
}

TEST(PortForward, of_a_range_every_port_must_be_forwarded) {
  const Result result = ask(network({edge(router({forwards(kToServer, 5)}))}), Constraint::Kind::port_forward, {}, IntervalSet::range(587, 588));
  ASSERT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].region.sets.at(Field::dst_port), IntervalSet::of(588));
}

TEST(NatLoopback, holds_with_the_destination_and_the_source_rewritten) {
  const Result result = loopback(network({edge(router({forwards(kToServer, 5)}, {}, {hairpin()}))}));
  EXPECT_EQ(result.truth, Truth::holds);
  EXPECT_EQ(result.proof.by, "z3");
}

TEST(NatLoopback, without_the_source_rewritten_the_answer_comes_from_elsewhere) {
  const Result result = loopback(network({edge(router({forwards(kToServer, 5)}))}));
  ASSERT_EQ(result.truth, Truth::violated);
  EXPECT_NE(result.summary.find("the source is not rewritten"), std::string::npos);
}

TEST(NatLoopback, a_forward_from_outside_alone_is_not_for_clients_inside) {
  Policy policy = router({}, {}, {hairpin()});
  policy.chains[0].rules = {forwards(kToServer, 5, {field_in(Field::in, policy.interfaces.atoms("wan"))})};
  const Result result = loopback(network({edge(policy)}));
  ASSERT_EQ(result.truth, Truth::violated);
  ASSERT_FALSE(result.counterexamples[0].near_misses.empty());
  EXPECT_EQ(result.counterexamples[0].near_misses[0].rule.origin.line, 5u);
}

TEST(NatLoopback, a_source_rewritten_for_some_clients_leaves_the_others) {
  Rule some = hairpin();
  some.terms[0] = address_in(Field::src, "192.168.1.0/25");
  const Result result = loopback(network({edge(router({forwards(kToServer, 5)}, {}, {some}))}));
  ASSERT_EQ(result.truth, Truth::violated);
  EXPECT_TRUE(result.counterexamples[0].region.sets.at(Field::src).contains(one("192.168.1.200")));
}

// Its own route leads the server's answers to the router, although the clients are in its network.
TEST(NatLoopback, routes_of_the_server_through_the_router_do_as_well) {
  Device server;
  server.name = server.host = "SERVER";
  server.has_export = true;
  server.policies = {input_policy({}, ActionKind::accept)};
  server.facts.interfaces = {interface("eth0", "192.168.1.10/24")};
  EXPECT_EQ(loopback(network({edge(router({forwards(kToServer, 5)})), server})).truth, Truth::violated);
  for (const char* to : {"192.168.1.0/25", "192.168.1.128/25", "0.0.0.0/0"}) {
    RouteFact route;
    route.to = prefix(to);
    route.dev = "eth0";
    route.via = parse_address("192.168.1.1");
    server.facts.routes.push_back(route);
  }
  server.facts.complete_routes = true;
  EXPECT_EQ(loopback(network({edge(router({forwards(kToServer, 5)})), server})).truth, Truth::holds);
}

TEST(NatLoopback, without_interfaces_it_cannot_be_told) {
  Device listed = edge(router({forwards(kToServer, 5)}, {}, {hairpin()}));
  listed.facts = {};
  EXPECT_EQ(loopback(network({listed})).truth, Truth::cannot_tell);
}

Declaration declares(const std::string& alternative) { return {"mail/constraint", alternative, "mail.example.com", "", {}}; }

TEST(NatLoopback, a_hosts_file_must_name_the_server) {
  Network site = network({edge(router({}))});
  EXPECT_EQ(ask(site, Constraint::Kind::nat_loopback, {declares("hosts-file")}).truth, Truth::cannot_tell);
  Device& clients = site.aside.emplace_back();
  clients.name = "clients";
  clients.facts.names = {{"localhost", *parse_address("127.0.0.1"), {0, 1}}};
  EXPECT_EQ(ask(site, Constraint::Kind::nat_loopback, {declares("hosts-file")}).truth, Truth::violated);
  clients.facts.names.push_back({"mail.example.com", *parse_address("192.168.1.10"), {0, 2}});
  EXPECT_EQ(ask(site, Constraint::Kind::nat_loopback, {declares("hosts-file")}).truth, Truth::holds);
  clients.facts.names.push_back({"mail.example.com", *parse_address("192.168.1.20"), {0, 3}});
  EXPECT_EQ(ask(site, Constraint::Kind::nat_loopback, {declares("hosts-file")}).truth, Truth::cannot_tell);
  std::swap(clients.facts.names[1], clients.facts.names[2]);
  const Result result = ask(site, Constraint::Kind::nat_loopback, {declares("hosts-file")});
  ASSERT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples.back().decided_by[0].origin.line, 3u);
}

TEST(NatLoopback, with_internal_dns_the_way_to_the_server_is_proven_all_the_same) {
  Device server;
  server.name = server.host = "SERVER";
  server.has_export = true;
  server.policies = {input_policy({rule({address_in(Field::src, "192.168.1.0/24", true), tcp(), port(587)}, ActionKind::accept)})};
  EXPECT_EQ(ask(network({edge(router({}))}), Constraint::Kind::nat_loopback, {declares("internal-dns")}).truth, Truth::holds);
  EXPECT_EQ(ask(network({edge(router({})), server}), Constraint::Kind::nat_loopback, {declares("internal-dns")}).truth, Truth::violated);
}

}  // namespace
}  // namespace fwproof::solver
