// Kea's configuration: which addresses are handed out, whose they are, and what is left open.
#include <gtest/gtest.h>

#include "tests/support/facts.h"

namespace fwproof::tests {
namespace {

const std::string kPlain = R"({
  // the office
  "Dhcp4": {
    "valid-lifetime": 4000, # seconds
    "interfaces-config": { "interfaces": [ "eth0" ] },
    "subnet4": [
      {
        "id": 1,
        "subnet": "192.168.1.0/24",
        "pools": [
          { "pool": "192.168.1.100 - 192.168.1.199" },
          { "pool": "192.168.1.64/28", "client-class": "phones" }
        ],
        "reservations": [
          { "hw-address": "02:00:00:00:00:10", "ip-address": "192.168.1.10" },
          { "hw-address": "02:00:00:00:00:11", "ip-address": "192.168.1.150", "hostname": "nas" }
        ]
      },
    ]
  }
}
)";

TEST(Kea, PoolsAndReservations) {
  const importers::ImportedHost host = import_text(kPlain);
  EXPECT_EQ(host.inputs.at(0).importer, "kea");
  EXPECT_TRUE(host.understood);
  EXPECT_EQ(unrecognised(host), 0U);
  const model::AddressSet pool = handed_out(host);
  for (const char* in : {"192.168.1.100", "192.168.1.199", "192.168.1.64", "192.168.1.79"}) EXPECT_TRUE(contains(pool, in)) << in;
  for (const char* out : {"192.168.1.150", "192.168.1.99", "192.168.1.80", "192.168.1.10"}) EXPECT_FALSE(contains(pool, out)) << out;
  EXPECT_EQ(host.facts.dhcp_pools.at(0).origin.line, 11U);
  EXPECT_EQ(host.facts.dhcp_pools.at(1).interface, "192.168.1.0/24 (for class 'phones')");
  bool found = false;
  for (const model::DhcpPool& each : host.facts.dhcp_pools)
    for (const model::DhcpReservation& reservation : each.reservations)
      if (reservation.client == "02:00:00:00:00:10") found = contains(each.reserved, "192.168.1.10") && reservation.origin.line == 15;
  EXPECT_TRUE(found);
  EXPECT_TRUE(host.facts.dhcp_gaps.empty());
}

TEST(Kea, ReservationModesSayWhetherPoolsKeepThem) {
  struct Row {
    const char* setting;
    bool handed_out;
  };
  const Row rows[] = {{R"("reservations-in-subnet": true)", false},      {R"("reservations-out-of-pool": true)", true}, {R"("reservations-in-subnet": false)", true},
                      {R"("reservation-mode": "all")", false},           {R"("reservation-mode": "out-of-pool")", true}, {R"("reservation-mode": "disabled")", true}};
  for (const Row& row : rows)
    for (const bool global : {false, true}) {
      const std::string setting = row.setting;
      const importers::ImportedHost host = import_text("{ \"Dhcp4\": { " + (global ? setting + "," : "") + R"("subnet4": [ { )" + (global ? "" : setting + ",") +
                                                       R"("subnet": "10.0.0.0/24", "pools": [ { "pool": "10.0.0.1-10.0.0.9" } ], "reservations": [ { "ip-address": "10.0.0.5", "duid": "01:02" } ] } ] } })");
      EXPECT_EQ(contains(handed_out(host), "10.0.0.5"), row.handed_out) << setting << global;
      EXPECT_EQ(unrecognised(host), 0U);
    }
}

TEST(Kea, SharedNetworksAndIpv6) {
  const importers::ImportedHost host = import_text(R"({ "Dhcp6": { "shared-networks": [ { "name": "campus", "subnet6": [ {
    "subnet": "2001:db8:1::/64",
    "pools": [ { "pool": "2001:db8:1::100-2001:db8:1::1ff" } ],
    "pd-pools": [ { "prefix": "2001:db8:100::", "prefix-len": 40, "delegated-len": 56 } ],
    "reservations": [ { "duid": "01:02:03", "ip-addresses": [ "2001:db8:1::10", "2001:db8:1::11" ], "prefixes": [ "2001:db8:2:1::/64" ] } ]
  } ] } ] } })");
  EXPECT_EQ(unrecognised(host), 0U);
  const model::AddressSet pool = handed_out(host);
  for (const char* in : {"2001:db8:1::100", "2001:db8:100::1", "2001:db8:1ff::1"}) EXPECT_TRUE(contains(pool, in)) << in;
  for (const char* out : {"2001:db8:1::10", "2001:db8:200::1"}) EXPECT_FALSE(contains(pool, out)) << out;
  EXPECT_EQ(host.facts.dhcp_pools.at(0).interface, "campus");
}

TEST(Kea, ASubnetWithoutPoolsServesItsNetworkAndHandsOutNothing) {
  const importers::ImportedHost host = import_text(R"({ "Dhcp4": { "subnet4": [ { "subnet": "10.0.0.0/24" } ] } })");
  ASSERT_EQ(host.facts.dhcp_pools.size(), 1U);
  EXPECT_TRUE(contains(host.facts.dhcp_pools[0].network, "10.0.0.9"));
  EXPECT_TRUE(handed_out(host).empty());
}

TEST(Kea, WhatIsNotUnderstoodIsAGap) {
  struct Row {
    const char* text;
    const char* inside;
    const char* outside;
  };
  const Row rows[] = {
      {R"({ "Dhcp4": { <?include "subnets.json"?> } })", "192.168.1.1", ""},
      {R"({ "Dhcp4": { "subnet4": <?include "subnets.json"?> } })", "192.168.1.1", ""},
      {R"({ "Dhcp4": <?include "dhcp4.json"?> })", "192.168.1.1", ""},
      {R"({ "Dhcp4": { "subnet4": 5 } })", "192.168.1.1", ""},
      {R"({ "Dhcp4": { "subnet4": [ 5 ] } })", "192.168.1.1", ""},
      {R"({ "Dhcp4": { "subnet4": [ <?include "subnets.json"?> ] } })", "192.168.1.1", ""},
      {R"({ "Dhcp4": { "subnet4": [ { "subnet": "10.0.0.0/24", "pool": [] } ] } })", "10.0.0.7", "10.0.1.7"},
      {R"({ "Dhcp4": { "subnet4": [ { "subnet": "10.0.0.0/24", "pools": [ { "pool": "10.0.0.1 to 10.0.0.9" } ] } ] } })", "10.0.0.7", "10.0.1.7"},
      {R"({ "Dhcp4": { "config-control": { "config-databases": [] } } })", "192.168.1.1", "2001:db8::1"},
      {R"({ "Dhcp4": { "subnet4": [ { "subnet": "10.0.0.300/24" } ] } })", "192.168.1.1", ""},
  };
  for (const Row& row : rows) {
    const importers::ImportedHost host = import_text(row.text, "kea");
    EXPECT_TRUE(in_gap(host, row.inside)) << row.text;
    if (*row.outside) {
      EXPECT_FALSE(in_gap(host, row.outside)) << row.text;
    }
  }
}

TEST(Kea, AFileThatDoesNotParseIsNotUnderstood) {
  for (const char* text : {"{ \"Dhcp4\": { \"subnet4\": [ }", "{ \"Dhcp4\": { \"a\" 1 } }", "{ \"Dhcp4\": { \"a\": \"x\n\" } }", "{ \"Dhcp4\": {} } x", "{ \"Dhcp4\": { /* ", "{ \"Dhcp4\": tru }"}) {
    const importers::ImportedHost host = import_text(text, "kea");
    EXPECT_FALSE(host.understood) << text;
    EXPECT_TRUE(in_gap(host, "10.0.0.1")) << text;
  }
}

TEST(Kea, HostileInput) {
  std::string deep = "{ \"Dhcp4\": ";
  for (int i = 0; i < 200'000; ++i) deep += "[";
  EXPECT_FALSE(import_text(deep, "kea").understood);
  std::string wide = "{ \"Dhcp4\": { \"subnet4\": [\n";
  for (int i = 0; i < 20'000; ++i) wide += "{ \"subnet\": \"10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24\", \"reservations\": [ { \"ip-address\": \"10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".9\" } ] },\n";
  EXPECT_TRUE(import_text(wide + "] } }\n").understood);
}

}  // namespace
}  // namespace fwproof::tests
