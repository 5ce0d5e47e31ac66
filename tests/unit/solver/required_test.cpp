// Required rows: which packets are in question, on which ways, and where they must arrive.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace fwproof::tests {
namespace {

Device host(const std::string& zone, std::vector<Rule> rules, ActionKind at_end = ActionKind::drop) {
  Device device;
  device.name = device.host = zone;
  device.has_export = true;
  device.policies = {input_policy(std::move(rules), at_end)};
  return device;
}

Device host_at(const std::string& zone, const std::string& address, std::vector<Rule> rules) {
  Device device = host(zone, std::move(rules));
  device.name = zone + " " + address;
  device.facts.interfaces.push_back({"eth0", {*parse_prefix(address)}, "", {}});
  return device;
}

TEST(Required, a_single_source_port_that_is_blocked_is_enough) {
  World world({stateful(), rule({tcp(), field_in(Field::src_port, IntervalSet::of(33'333))}, ActionKind::drop, 4), allow_adm()});
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::violated);
  world.requirements.rows[0].src_ports = IntervalSet::range(1024, 33'332);
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
}

TEST(Required, the_answer_is_a_leg_of_its_own) {
  World world({allow_adm()});
  world.network.devices[0].policies[0].chains[1] = {"output", {}, ActionKind::drop, {0, 20}, "policy DROP", -1};
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].leg, "SYN-ACK");
}

TEST(Required, udp_needs_request_and_reply) {
  World world({rule({field_in(Field::protocol, IntervalSet::of(proto_udp)), port(8474)}, ActionKind::accept, 2)});
  world.requirements.rows[0].protocol = proto_udp;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
  world.network.devices[0].policies[0].chains[1].at_end = ActionKind::drop;
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].leg, "reply");
}

TEST(Required, a_ping_is_asked_in_the_family_of_its_protocol) {
  World world({rule({field_in(Field::protocol, IntervalSet::of(proto_icmp)), field_in(Field::icmp_type, IntervalSet::of(8))}, ActionKind::accept, 2)});
  for (const char* zone : {"ADM", "SERVER"})
    world.network.zones[zone].addresses = world.network.zones[zone].addresses.united(AddressSet::of(*parse_prefix(zone == std::string("ADM") ? "2001:db8::/64" : "2001:db8:1::1")));
  world.requirements.rows[0].protocol = proto_icmp;
  world.requirements.rows[0].ports = {};
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
}

TEST(Required, every_pair_of_roles_counts) {
  World world({stateful(), allow_adm()});
  world.network.zones["CAS"] = {"CAS", false, true, AddressSet::of(*parse_prefix("203.0.113.7"))};
  world.requirements.rows[0].from = {"ADM", "CAS"};
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.summary, "CAS cannot reach SERVER:8474");
}

TEST(Required, two_roles_on_one_host_are_skipped_and_said) {
  World world({stateful()});
  world.network.zones["ADM"] = world.network.zones["SERVER"];
  world.network.zones["ADM"].name = "ADM";
  const Report report = check(world.network, world.requirements, {});
  ASSERT_FALSE(report.not_asked.empty());
  EXPECT_EQ(report.not_asked[0].why, "source and target are the same host");
}

TEST(Required, the_hosts_of_one_role_reach_each_other_through_both_firewalls) {
  World world({});
  world.network.zones["IH"] = {"IH", false, true, AddressSet::of(*parse_prefix("198.51.100.30/31"))};
  world.requirements.rows = {World::row("8473-IH-IH", "IH", "IH", 8473)};
  world.network.devices = {host_at("IH", "198.51.100.30", {stateful(), rule({tcp(), port(8473)}, ActionKind::accept, 3)}), host_at("IH", "198.51.100.31", {stateful()})};
  const Result result = world.result("8473-IH-IH");
  EXPECT_EQ(result.truth, Truth::violated);
  ASSERT_EQ(result.counterexamples.size(), 1u);
  EXPECT_TRUE(result.counterexamples[0].region.sets.at(Field::dst).contains(parse_address("198.51.100.31")->value));
  world.network.devices[1] = host_at("IH", "198.51.100.31", {stateful(), rule({tcp(), port(8473)}, ActionKind::accept, 3)});
  EXPECT_EQ(world.result("8473-IH-IH").truth, Truth::holds);
}

TEST(Required, an_address_that_no_host_of_the_role_has_is_no_pass) {
  World world({});
  world.network.zones["SERVER"].addresses = AddressSet::of(*parse_prefix("198.51.100.10/31"));
  const std::vector<Rule> rules = {stateful(), allow_adm()};
  world.network.devices = {host_at("SERVER", "198.51.100.10", rules), host_at("SERVER", "198.51.100.10", rules)};
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
  world.network.devices[1] = host_at("SERVER", "198.51.100.11", rules);
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
}

TEST(Required, a_port_that_the_host_redirects_holds_by_an_assumption) {
  World world({});
  world.network.devices[0].policies = {translating(8474, "198.51.100.10", 9443, 7)};
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::holds);
  ASSERT_EQ(result.assumes.size(), 1u);
  EXPECT_EQ(result.assumes[0].text, "the service behind SERVER:8474 listens on 9443");
  EXPECT_EQ(result.assumes[0].origin.line, 7u);
}

TEST(Required, what_the_host_translates_to_another_is_sent_on) {
  World world({});
  world.network.devices[0].policies = {translating(8474, "203.0.113.7", std::nullopt, 7)};
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].note, "sent on to 203.0.113.7");
}

TEST(Required, what_a_device_on_the_way_translates_to_another_does_not_arrive) {
  for (const bool with_host : {true, false}) {
    World world({stateful(), allow_adm()});
    if (!with_host) world.network.devices.clear();
    world.network.devices.insert(world.network.devices.begin(), edge(translating(8474, "203.0.113.7", std::nullopt, 7)));
    const Result result = world.result("8474-ADM-SERVER");
    EXPECT_EQ(result.truth, Truth::violated);
    ASSERT_FALSE(result.counterexamples.empty());
    EXPECT_EQ(result.counterexamples[0].note, "sent on to 203.0.113.7");
  }
}

TEST(Required, where_the_target_may_be_anyone_translation_is_cannot_tell) {
  World world({});
  world.network.devices = {edge(translating(443, "203.0.113.7", 3128, 7))};
  world.requirements.rows = {World::row("443-SERVER-ANY", "SERVER", "ANY", 443)};
  EXPECT_EQ(world.result("443-SERVER-ANY").truth, Truth::cannot_tell);
}

TEST(Required, roles_of_different_families_are_nothing_to_check_in_the_one_liner_too) {
  World world({stateful(), allow_adm()});
  world.network.zones["ADM"].addresses = AddressSet::of(*parse_prefix("2001:db8::/64"));
  world.options.only_touched = true;
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::cannot_tell);
  EXPECT_EQ(result.reasons.at(0), "nothing to check: ADM is bound in IPv6 only, SERVER in IPv4 only");
}

TEST(Required, rows_that_no_given_device_touches_are_not_asked_in_the_one_liner) {
  World world({stateful(), allow_adm()});
  world.network.zones["CAS"] = {"CAS", false, true, AddressSet::of(*parse_prefix("203.0.113.7"))};
  world.requirements.rows.push_back(World::row("25-ADM-CAS", "ADM", "CAS", 25));
  world.options.only_touched = true;
  const Report report = check(world.network, world.requirements, world.options);
  ASSERT_EQ(report.not_asked.size(), 1u);
  EXPECT_EQ(report.not_asked[0].id, "s/25-ADM-CAS");
  world.options.only_touched = false;
  EXPECT_EQ(world.result("25-ADM-CAS").truth, Truth::cannot_tell);
}

TEST(Required, every_device_of_the_way_must_let_all_legs_pass) {
  World world({stateful(), allow_adm()});
  Policy forward = input_policy({rule({tcp(), port(8474)}, ActionKind::accept, 5)});
  world.network.devices.insert(world.network.devices.begin(), edge(forward));
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.counterexamples[0].leg, "SYN-ACK");
  EXPECT_EQ(result.counterexamples[0].decided_by[0].device, "edge");
  forward.chains[0].rules.push_back(stateful());
  world.network.devices[0] = edge(forward);
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
}

TEST(Required, martians_are_no_part_of_any_and_private_ranges_are) {
  World world({stateful(), rule({address_in(Field::src, "169.254.0.0/16")}, ActionKind::drop, 2), rule({tcp(), port(8474)}, ActionKind::accept, 3)});
  world.requirements.rows[0].from = {"ANY"};
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
  world.network.devices[0].policies[0].chains[0].rules[1] = rule({address_in(Field::src, "10.0.0.0/8")}, ActionKind::drop, 2);
  const Result result = world.result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::violated);
  EXPECT_EQ(result.summary, "part of ANY cannot reach SERVER:8474: 10.0.0.0/8");
}

TEST(Required, a_bound_address_without_an_export_of_its_family_is_cannot_tell) {
  World world({stateful(), allow_adm()});
  world.network.devices[0].policies[0].v6 = false;
  for (const char* zone : {"ADM", "SERVER"})
    world.network.zones[zone].addresses = world.network.zones[zone].addresses.united(AddressSet::of(*parse_prefix(zone == std::string("ADM") ? "2001:db8::/64" : "2001:db8:1::1")));
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
}

TEST(Required, the_ingress_interface_is_one_unknown_that_the_site_settles) {
  World world({stateful()});
  Policy& policy = world.network.devices[0].policies[0];
  policy.interfaces.add("eth0");
  policy.interfaces.add("eth1");
  policy.chains[0].rules.push_back(rule({field_in(Field::in, policy.interfaces.atoms("eth0"))}, ActionKind::accept, 2));
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
  EXPECT_EQ(world.result("8474-ADM-SERVER").depends_on.at(0).what, "in");
  // Whatever it is: one rule takes it, or the other.
  policy.chains[0].rules.push_back(rule({field_in(Field::in, policy.interfaces.atoms("eth0"), true)}, ActionKind::accept, 3));
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
  policy.chains[0].rules.pop_back();
  world.network.devices[0].ingress_of_zone["ADM"] = "eth0";
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
  world.network.devices[0].ingress_of_zone["ADM"] = "eth1";
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::violated);
}

TEST(Required, packets_of_others_never_arrive_on_lo) {
  World world({stateful()});
  Policy& policy = world.network.devices[0].policies[0];
  policy.chains[0].rules.push_back(rule({field_in(Field::in, policy.interfaces.atoms("lo"))}, ActionKind::accept, 2));
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::violated);
}

TEST(Required, the_profile_is_one_unknown_that_the_site_settles) {
  World world({stateful(), rule({field_in(Field::profile, IntervalSet::of(profile_domain))}, ActionKind::accept, 2)});
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
  world.network.devices[0].profile = profile_domain;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
  world.network.devices[0].profile = profile_public;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::violated);
}

TEST(Required, an_unknown_target_is_a_free_choice) {
  World world({stateful(), allow_adm()});
  Policy& policy = world.network.devices[0].policies[0];
  const uint32_t index = add_unknown(policy, {UnknownCondition::Sharing::per_visit, "target", "-j FOO", {0, 1}});
  policy.chains[0].rules.insert(policy.chains[0].rules.begin(), rule({}, ActionKind::unknown, 1, index));
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
  EXPECT_EQ(world.result("exposure-8474-SERVER").truth, Truth::cannot_tell);
  policy.chains[0].rules[0].action.kind = ActionKind::unknown_rewriting;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
}

TEST(Required, a_rule_that_rests_on_an_assumption_says_so_and_strict_is_cannot_tell) {
  World world({stateful(), allow_adm()});
  Policy& policy = world.network.devices[0].policies[0];
  policy.assumptions.push_back({"the rule is bound to no program", {0, 2}});
  policy.chains[0].rules[1].assumption = 0;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds);
  EXPECT_EQ(world.result("8474-ADM-SERVER").assumes.at(0).text, "the rule is bound to no program");
  world.options.strict = true;
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
}

}  // namespace
}  // namespace fwproof::tests
