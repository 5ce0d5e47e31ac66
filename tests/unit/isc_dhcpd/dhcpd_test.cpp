// dhcpd.conf: which addresses are handed out, whose they are, and what is left open.
#include <gtest/gtest.h>

#include "tests/support/facts.h"

namespace fwproof::tests {
namespace {

const std::string kPlain = R"(# the office
option domain-name "example.org";
default-lease-time 600;
max-lease-time 7200;
authoritative;

subnet 192.168.1.0 netmask 255.255.255.0 {
  range 192.168.1.100 192.168.1.199;
  range dynamic-bootp 192.168.1.210;
  option routers 192.168.1.1;
}
host web { hardware ethernet 02:00:00:00:00:10; fixed-address 192.168.1.10, 192.168.1.11; }
)";

TEST(IscDhcpd, RangesAndReservations) {
  const importers::ImportedHost host = import_text(kPlain);
  EXPECT_EQ(host.inputs.at(0).importer, "isc-dhcpd");
  EXPECT_TRUE(host.understood);
  EXPECT_EQ(unrecognised(host), 0U);
  const model::AddressSet pool = handed_out(host);
  for (const char* in : {"192.168.1.100", "192.168.1.199", "192.168.1.210"}) EXPECT_TRUE(contains(pool, in)) << in;
  for (const char* out : {"192.168.1.99", "192.168.1.200", "192.168.1.209", "192.168.1.211", "192.168.1.10"}) EXPECT_FALSE(contains(pool, out)) << out;
  EXPECT_EQ(host.facts.dhcp_pools.at(0).origin.line, 8U);
  EXPECT_EQ(host.facts.dhcp_pools.at(0).interface, "192.168.1.0/24");
  EXPECT_TRUE(contains(host.facts.dhcp_pools.at(0).network, "192.168.1.77"));
  size_t reserved = 0;
  for (const model::DhcpPool& each : host.facts.dhcp_pools)
    for (const model::DhcpReservation& reservation : each.reservations) {
      EXPECT_EQ(reservation.client, "02:00:00:00:00:10");
      EXPECT_EQ(reservation.origin.line, 12U);
      ++reserved;
    }
  EXPECT_EQ(reserved, 2U);
  EXPECT_TRUE(host.facts.dhcp_gaps.empty());
}

TEST(IscDhcpd, BlocksInBlocks) {
  const importers::ImportedHost host = import_text(R"(shared-network building {
  subnet 10.0.0.0 netmask 255.255.255.0 { }
  subnet 10.0.1.0 netmask 255.255.255.0
  {
    pool { deny unknown-clients; range 10.0.1.10 10.0.1.19; }
    pool {
      range 10.0.1.20 10.0.1.29;
      deny all clients;
    }
  }
  pool { allow members of "phones"; range 10.0.0.50 10.0.0.40; }
}
)");
  EXPECT_TRUE(host.understood);
  EXPECT_EQ(unrecognised(host), 0U);
  const model::AddressSet pool = handed_out(host);
  for (const char* in : {"10.0.1.10", "10.0.0.40", "10.0.0.50"}) EXPECT_TRUE(contains(pool, in)) << in;
  for (const char* out : {"10.0.1.20", "10.0.0.51"}) EXPECT_FALSE(contains(pool, out)) << out;
  bool named = false;
  for (const model::DhcpPool& each : host.facts.dhcp_pools) {
    named = named || each.interface == "building (deny unknown-clients)";
    if (contains(each.addresses, "10.0.0.45")) {
      EXPECT_TRUE(contains(each.network, "10.0.1.200"));
    }
  }
  EXPECT_TRUE(named);
}

TEST(IscDhcpd, AReservationInARangeIsHandedOutToOthersToo) {
  const importers::ImportedHost host = import_text("subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.1 10.0.0.99; }\nhost a { fixed-address 10.0.0.5; }\n");
  EXPECT_TRUE(contains(handed_out(host), "10.0.0.5"));
}

TEST(IscDhcpd, Ipv6) {
  const importers::ImportedHost host = import_text(R"(subnet6 2001:db8:1::/64 {
  range6 2001:db8:1::100 2001:db8:1::1ff;
  range6 2001:db8:1:0:8000::/66;
  prefix6 2001:db8:100:: 2001:db8:1ff:: / 48;
}
subnet6 2001:db8:2::/64 { range6 2001:db8:2:: temporary; }
)");
  EXPECT_EQ(unrecognised(host), 0U);
  const model::AddressSet pool = handed_out(host);
  for (const char* in : {"2001:db8:1::100", "2001:db8:1:0:8000::1", "2001:db8:1ff:ffff::1", "2001:db8:2::abcd"}) EXPECT_TRUE(contains(pool, in)) << in;
  for (const char* out : {"2001:db8:1::200", "2001:db8:200::1", "2001:db8:3::1"}) EXPECT_FALSE(contains(pool, out)) << out;
}

TEST(IscDhcpd, WhatIsNotUnderstoodIsAGap) {
  struct Row {
    const char* text;
    const char* inside;   // of the gap
    const char* outside;  // of every gap; empty: nothing is
  };
  const Row rows[] = {
      {"default-lease-time 600;\ninclude \"/etc/dhcp/more.conf\";\n", "192.168.1.1", ""},
      {"subnet 10.0.0.0 netmask 255.255.255.0 { include \"ranges.conf\"; }\n", "10.0.0.7", "10.0.1.7"},
      {"subnet 10.0.0.0 netmask 255.255.255.0 { rnage 10.0.0.1 10.0.0.9; }\n", "10.0.0.7", "10.0.1.7"},
      {"subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.1 10.0.0.999; }\n", "10.0.0.7", "10.0.1.7"},
      {"default-lease-time 600;\nldap-server \"localhost\";\n", "192.168.1.1", ""},
      {"subnet 10.0.0.0 netmask 255.255.255.0 { if known { range 10.0.0.1 10.0.0.9; } }\n", "10.0.0.7", "10.0.0.10"},
      {"subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.1 10.0.0.9; } }\n", "10.0.0.7", ""},
  };
  for (const Row& row : rows) {
    const importers::ImportedHost host = import_text(row.text, "isc-dhcpd");
    EXPECT_TRUE(in_gap(host, row.inside)) << row.text;
    if (*row.outside) {
      EXPECT_FALSE(in_gap(host, row.outside)) << row.text;
    }
  }
}

TEST(IscDhcpd, AFileGivenBesideIsIncluded) {
  model::Sources sources;
  sources.files = {{"etc/dhcpd.conf", "default-lease-time 600;\ninclude \"/etc/dhcp/lan.conf\";\n"}, {"etc/lan.conf", "subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.1 10.0.0.9; }\n"}};
  const importers::ImportedHost host = importers::import_host(sources, {0, 1});
  EXPECT_TRUE(host.facts.dhcp_gaps.empty());
  EXPECT_TRUE(contains(handed_out(host), "10.0.0.9"));
}

TEST(IscDhcpd, SettingsHandOutNothing) {
  const importers::ImportedHost host = import_text(R"(ddns-update-style interim;
not authoritative;
option space PXE; option PXE.mtftp-ip code 1 = ip-address;
option records code 200 = array of { ip-address, integer 8 };
key rndc { algorithm hmac-md5; secret abc; }
zone example.org. { primary 127.0.0.1; key rndc; }
failover peer "dhcp" { primary; address 10.0.0.1; port 519; peer address 10.0.0.2; mclt 3600; split 128; load balance max seconds 3; }
class "phones" { match if substring (option vendor-class-identifier, 0, 3) = "abc"; }
subclass "phones" 1:02:00:00:00:00:01;
subnet 10.0.0.0 netmask 255.255.255.0 { if option arch = 00:07 { filename "a.efi"; } else { filename "b"; } }
)");
  EXPECT_EQ(unrecognised(host), 0U);
  EXPECT_TRUE(host.facts.dhcp_gaps.empty());
  EXPECT_TRUE(handed_out(host).empty());
  ASSERT_EQ(host.facts.dhcp_pools.size(), 1U);
  EXPECT_TRUE(contains(host.facts.dhcp_pools[0].network, "10.0.0.9"));
}

TEST(IscDhcpd, TheFileMayEndInTheMiddle) {
  const importers::ImportedHost host = import_text("subnet 10.0.0.0 netmask 255.255.255.0 {\n  range 10.0.0.1 10.0.0.9;\n");
  EXPECT_FALSE(host.understood);
  EXPECT_TRUE(in_gap(host, "192.0.2.1"));
}

TEST(IscDhcpd, HostileInput) {
  std::string deep, wide = "default-lease-time 600;\n", words = "default-lease-time 600;\n";
  for (int i = 0; i < 100'000; ++i) deep += "group { ";
  for (int i = 0; i < 20'000; ++i) wide += "subnet 10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0 netmask 255.255.255.0 { range 10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".9; }\n";
  for (int i = 0; i < 200'000; ++i) words += "\"";
  for (const std::string& text : {"default-lease-time 600;\n" + deep, wide, words, std::string("subnet 10.0.0.0 netmask 255.0.0.0 {\xff\xfe;;;{}}}\"")}) {
    const importers::ImportedHost host = import_text(text, "isc-dhcpd");
    EXPECT_EQ(host.inputs.size(), 1U);
  }
}

}  // namespace
}  // namespace fwproof::tests
