// Exposure: what is open beyond the rows, and which hosts are asked about.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace fwproof::tests {
namespace {

Term udp() { return field_in(Field::protocol, IntervalSet::of(proto_udp)); }

bool has_result(const World& world, const std::string& id) {
  const Report report = check(world.network, world.requirements, world.options);
  return std::any_of(report.results.begin(), report.results.end(), [&](const Result& result) { return result.id == "s/" + id; });
}

TEST(Exposure, rows_of_several_specifications_are_joined) {
  World world({stateful(), rule({tcp(), port(8474)}, ActionKind::accept, 5)});
  Requirement other = World::row("8474-ANY-SERVER", "ANY", "SERVER", 8474);
  other.spec = "t";
  world.requirements.rows.push_back(other);
  world.requirements.closures.push_back({"t", Strictness::warning, Strictness::violation, {}});
  EXPECT_FALSE(has_result(world, "exposure-8474-SERVER"));  // granted to everyone
  // The strictest word of each counts.
  EXPECT_FALSE(world.result("unlisted-tcp-SERVER").warning);
  EXPECT_FALSE(world.result("unlisted-other-SERVER").warning);
}

TEST(Exposure, overlapping_ranges_grant_each_other) {
  World world({stateful(), rule({tcp(), field_in(Field::dst_port, IntervalSet::range(8470, 8474)), address_in(Field::src, "192.0.2.0/24")}, ActionKind::accept, 5)});
  Requirement wide = World::row("8470-ADM-SERVER", "ADM", "SERVER", 8470);
  wide.ports = IntervalSet::range(8470, 8474);
  world.requirements.rows.push_back(wide);
  EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::holds);
  EXPECT_EQ(world.result("exposure-8470-8474-SERVER").truth, Truth::holds);
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").truth, Truth::holds);
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").summary, "no unlisted TCP port of SERVER is exposed");
  // Half of the range is not granted to ADM any more.
  world.requirements.rows[1].ports = IntervalSet::range(8472, 8474);
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").summary, "SERVER: unlisted TCP ports 8470-8471 exposed to 192.0.2.0/24");
}

TEST(Exposure, other_protocols_are_a_warning_and_neighbour_discovery_is_never_asked) {
  World world({stateful(), rule({udp(), port(53)}, ActionKind::accept, 5)});
  world.network.zones["SERVER"].addresses = world.network.zones["SERVER"].addresses.united(AddressSet::of(*parse_prefix("2001:db8::10")));
  Result result = world.result("unlisted-other-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_TRUE(result.warning);
  world.network.devices[0].policies[0].chains[0].rules[1] =
      rule({field_in(Field::protocol, IntervalSet::of(proto_icmpv6)), field_in(Field::icmp_type, IntervalSet::range(133, 137))}, ActionKind::accept, 5);
  result = world.result("unlisted-other-SERVER");
  EXPECT_EQ(result.truth, Truth::holds);
  EXPECT_EQ(result.summary, "no unlisted protocol or port of SERVER is exposed");
}

TEST(Exposure, loopback_and_the_hosts_own_addresses_are_no_exposure_but_martians_are) {
  World world({stateful(), rule({address_in(Field::src, "127.0.0.0/8")}, ActionKind::accept, 2), rule({address_in(Field::src, "198.51.100.10")}, ActionKind::accept, 3)});
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").truth, Truth::holds);
  world.network.devices[0].policies[0].chains[0].rules.push_back(rule({address_in(Field::src, "169.254.0.0/16")}, ActionKind::accept, 4));
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").summary, "SERVER: unlisted TCP ports 0-8473, 8475-65535 exposed to 169.254.0.0/16");
}

TEST(Exposure, the_shorter_wording_names_who) {
  World world({stateful(), rule({address_in(Field::src, "203.0.113.0/24")}, ActionKind::drop, 2), rule({tcp(), port(8474)}, ActionKind::accept, 5)});
  EXPECT_EQ(world.result("exposure-8474-SERVER").summary, "SERVER:8474 exposed to ANY except 203.0.113.0/24");
}

TEST(Exposure, only_packets_that_open_a_flow_count) {
  World world({stateful(), rule({tcp(), field_in(Field::tcp_flags, IntervalSet::of(tcp_ack))}, ActionKind::accept, 2)});
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").truth, Truth::holds);
}

TEST(Exposure, what_hosts_may_reach_is_asked_only_on_demand) {
  World world({stateful(), allow_adm()});
  world.requirements.rows.push_back(World::row("443-SERVER-ADM", "SERVER", "ADM", 443));
  EXPECT_FALSE(has_result(world, "outbound-unlisted-tcp-SERVER"));
  world.options.unlisted_outbound = true;
  EXPECT_EQ(world.result("outbound-unlisted-tcp-SERVER").truth, Truth::violated);
}

TEST(Exposure, a_mere_name_is_not_a_host_to_protect) {
  World world({stateful(), allow_adm()});
  world.network.zones["my.example"] = {"my.example", false, true, AddressSet::of(*parse_prefix("203.0.113.80"))};
  world.requirements.rows.push_back(World::row("443-SERVER-my.example", "SERVER", "my.example", 443));
  world.network.devices.insert(world.network.devices.begin(), edge(input_policy({rule({}, ActionKind::accept)})));
  EXPECT_TRUE(has_result(world, "exposure-443-my.example"));
  world.network.zones["my.example"].is_name = true;
  EXPECT_FALSE(has_result(world, "exposure-443-my.example"));
}

TEST(Exposure, another_address_of_the_host_leads_to_it_as_well) {
  World world({stateful(), rule({tcp(), port(22), address_in(Field::dst, "10.0.0.9")}, ActionKind::accept, 5), allow_adm()});
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").truth, Truth::holds);
  world.network.devices[0].facts.interfaces = {{"eth0", {*parse_prefix("198.51.100.10/24")}, "", {}}, {"eth1", {*parse_prefix("10.0.0.9/8")}, "", {}}};
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").truth, Truth::violated);
}

TEST(Exposure, what_the_host_sends_on_is_an_assumption) {
  World world({});
  world.network.devices[0].policies = {translating(2222, "172.17.0.2", 22, 7, {stateful(), allow_adm()})};
  const Result result = world.result("unlisted-tcp-SERVER");
  EXPECT_EQ(result.truth, Truth::holds);
  const auto said = [](const Assumption& a) { return a.text == "172.17.0.2 is not an address of SERVER: what it sends on to there is not counted as exposed" && a.origin.line == 7; };
  EXPECT_TRUE(std::any_of(result.assumes.begin(), result.assumes.end(), said));
}

// 203.0.113.1:2222 is forwarded to SERVER:22: nobody writes the server's own address.
TEST(Exposure, what_a_device_on_the_way_translates_to_the_host_arrives_there) {
  for (const bool with_host : {true, false}) {
    World world({stateful(), rule({tcp(), port(22)}, ActionKind::accept, 6), allow_adm()});
    if (!with_host) world.network.devices.clear();
    const Rule forwarded = rule({tcp(), port(22), field_in(Field::ct_status, IntervalSet::of(0), true)}, ActionKind::accept, 9);
    Policy policy = translating(2222, "198.51.100.10", 22, 7, {stateful(), forwarded, allow_adm(10)});
    policy.rewrites[0].steps.push_back({Rewrite::Kind::set_bits, Field::ct_status, {}, "", ct_dnat, ct_dnat});
    policy.chains[2].rules[0].terms.push_back(address_in(Field::dst, "203.0.113.1"));
    world.network.devices.insert(world.network.devices.begin(), edge(policy));
    const Result result = world.result("unlisted-tcp-SERVER");
    EXPECT_EQ(result.truth, Truth::violated);
    EXPECT_EQ(result.summary, "SERVER: unlisted TCP ports 2222 exposed to ANY");
    EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::holds);
  }
}

TEST(Exposure, a_forward_that_the_table_grants_is_none) {
  World world({stateful(), allow_adm()});
  Policy policy = translating(443, "198.51.100.10", 8474, 7, {stateful(), allow_adm(10)});
  world.network.devices.insert(world.network.devices.begin(), edge(policy));
  EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::holds);
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").truth, Truth::holds);
}

TEST(Exposure, a_source_that_a_device_rewrites_to_a_granted_one_is_not_granted) {
  World world({stateful(), allow_adm()});
  Policy policy = translating(8474, "198.51.100.10", 8474, 7, {stateful(), rule({tcp(), port(8474)}, ActionKind::accept, 10)});
  policy.rewrites.push_back({{{Rewrite::Kind::assign, Field::src, IntervalSet::of(parse_address("192.0.2.1")->value)}}, ActionKind::accept});
  const auto chain = static_cast<uint32_t>(policy.chains.size());
  const auto snat = static_cast<uint32_t>(policy.rewrites.size() - 1);
  policy.chains.push_back({"nat/POSTROUTING", {rule({tcp(), port(8474)}, ActionKind::rewrite, 12, snat)}, ActionKind::accept, {}, "policy ACCEPT", -1});
  policy.hooks[static_cast<size_t>(Hook::input)].push_back({Stage::Kind::nat, chain});
  for (const char* name : {"edge", "SERVER"}) {  // a device on the way may be called as the role is
    World named = world;
    named.network.devices.insert(named.network.devices.begin(), edge(policy));
    named.network.devices[0].name = name;
    EXPECT_EQ(named.result("exposure-8474-SERVER").truth, Truth::violated);
  }
}

TEST(Exposure, several_addresses_of_one_role_leave_packets_between_them_unchecked_and_say_so) {
  World world({stateful(), allow_adm()});
  world.network.zones["SERVER"].addresses = AddressSet::of(*parse_prefix("198.51.100.0/28"));
  const Result result = world.result("exposure-8474-SERVER");
  EXPECT_EQ(result.truth, Truth::holds);
  EXPECT_EQ(result.assumes[0].text, "packets between the addresses of SERVER are not checked");
}

TEST(Exposure, a_row_to_any_grants_nothing_at_a_host) {
  World world({stateful(), allow_adm(), rule({tcp(), port(22), address_in(Field::src, "192.0.2.0/24")}, ActionKind::accept, 6)});
  world.requirements.rows.push_back(World::row("22-ADM-ANY", "ADM", "ANY", 22));
  EXPECT_EQ(world.result("unlisted-tcp-SERVER").truth, Truth::violated);
}

TEST(Exposure, a_redirect_of_the_host_to_a_listed_port_is_said_beside_it) {
  World world({stateful(), allow_adm()});
  Policy policy = translating(9999, "198.51.100.10", 8474, 7, {stateful(), allow_adm()});
  world.network.devices[0].policies = {policy};
  const Result result = world.result("exposure-8474-SERVER");
  const auto says = [](const Assumption& a) { return a.text.find("redirects other ports to 8474") != std::string::npos; };
  EXPECT_TRUE(std::any_of(result.assumes.begin(), result.assumes.end(), says));
}

}  // namespace
}  // namespace fwproof::tests
