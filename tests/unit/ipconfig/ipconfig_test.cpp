// `ipconfig /all`: which addresses are configured and which are leased, in every language that is known.
#include <gtest/gtest.h>

#include "tests/support/facts.h"

namespace fwproof::tests {
namespace {

const std::string kEnglish = R"(
Windows IP Configuration

   Host Name . . . . . . . . . . . . : mail
   Primary Dns Suffix  . . . . . . . : example.org
   IP Routing Enabled. . . . . . . . : No

Ethernet adapter Ethernet0:

   Connection-specific DNS Suffix  . :
   Description . . . . . . . . . . . : Network Connection
   Physical Address. . . . . . . . . : 02-00-00-00-00-10
   DHCP Enabled. . . . . . . . . . . : No
   Autoconfiguration Enabled . . . . : Yes
   IPv6 Address. . . . . . . . . . . : 2001:db8::23c(Preferred)
   Lease Obtained. . . . . . . . . . : Sunday, February 4, 2024 7:31:00 AM
   Lease Expires . . . . . . . . . . : Sunday, February 4, 2024 9:01:00 AM
   IPv6 Address. . . . . . . . . . . : 2001:db8::10(Preferred)
   Temporary IPv6 Address. . . . . . : 2001:db8::abcd(Preferred)
   Link-local IPv6 Address . . . . . : fe80::1%10(Preferred)
   IPv4 Address. . . . . . . . . . . : 192.168.1.10(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   IPv4 Address. . . . . . . . . . . : 192.168.1.11(Duplicate)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   Default Gateway . . . . . . . . . : fe80::2%10
                                       192.168.1.1
   DNS Servers . . . . . . . . . . . : ::1
                                       192.168.1.53
   NetBIOS over Tcpip. . . . . . . . : Enabled

Wireless LAN adapter Wi-Fi:

   DHCP Enabled. . . . . . . . . . . : Yes
   IPv4 Address. . . . . . . . . . . : 192.168.2.77(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   Lease Obtained. . . . . . . . . . : Sunday, May 5, 2024 8:33:25 AM

PPP adapter Office:

   DHCP Enabled. . . . . . . . . . . : No
   IPv4 Address. . . . . . . . . . . : 10.8.0.2(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.255

Tunnel adapter isatap.example.org:

   Media State . . . . . . . . . . . : Media disconnected
   DHCP Enabled. . . . . . . . . . . : No
)";

TEST(Ipconfig, SaysWhichAddressesAreConfigured) {
  const importers::ImportedHost host = import_text(kEnglish);
  EXPECT_EQ(host.inputs.at(0).importer, "ipconfig");
  EXPECT_EQ(unrecognised(host), 0U);
  EXPECT_TRUE(host.diagnostics.empty());
  EXPECT_EQ(assigned(host, "192.168.1.10"), "fixed");
  EXPECT_EQ(assigned(host, "192.168.1.11"), "absent");
  EXPECT_EQ(assigned(host, "192.168.2.77"), "leased");
  EXPECT_EQ(assigned(host, "10.8.0.2"), "there");
  EXPECT_EQ(assigned(host, "2001:db8::23c"), "leased");
  EXPECT_EQ(assigned(host, "2001:db8::10"), "there");
  EXPECT_EQ(assigned(host, "2001:db8::abcd"), "leased");
  EXPECT_EQ(assigned(host, "fe80::1"), "there");
  EXPECT_TRUE(host.facts.complete_addresses);
  const model::InterfaceFact& first = host.facts.interfaces.at(0);
  EXPECT_EQ(first.name, "Ethernet0");
  EXPECT_EQ(first.mac, "02:00:00:00:00:10");
  EXPECT_EQ(first.fixed.at(0).origin.line, 13U);
  EXPECT_EQ(first.fixed.at(0).prefix.length, 24U);
  EXPECT_EQ(first.origin.line, 8U);
  EXPECT_FALSE(host.facts.interfaces.at(3).up);
  ASSERT_EQ(host.facts.routes.size(), 2U);
  EXPECT_EQ(model::to_text(*host.facts.routes[1].via), "192.168.1.1");
}

TEST(Ipconfig, OtherLanguages) {
  struct Row {
    const char* language;
    const char* title;
    const char* adapter;
    const char* dhcp;
    const char* yes;
    const char* no;
    const char* address;
    const char* mask;
    const char* lease;
    const char* gateway;
  };
  const Row rows[] = {
      {"German", "Windows-IP-Konfiguration", "Ethernet-Adapter LAN:", "DHCP aktiviert. . . . . . . . . . : ", "Ja", "Nein", "IPv4-Adresse  . . . . . . . . . . : ",
       "Subnetzmaske  . . . . . . . . . . : ", "Lease erhalten. . . . . . . . . . : ", "Standardgateway . . . . . . . . . : "},
      {"French", "Configuration IP de Windows", "Carte Ethernet LAN :", "DHCP activ\xc3\xa9. . . . . . . . . . . . . . : ", "Oui", "Non", "Adresse IPv4. . . . . . . . . . . . . .: ",
       "Masque de sous-r\xc3\xa9seau. . . . . . . . . : ", "Bail obtenu. . . . . . . . . . . . . . : ", "Passerelle par d\xc3\xa9""faut. . . . . . . . . : "},
      {"Spanish", "Configuraci\xc3\xb3n IP de Windows", "Adaptador de Ethernet LAN:", "DHCP habilitado . . . . . . . . . . . . . : ", "s\xc3\xad", "no", "Direcci\xc3\xb3n IPv4. . . . . . . . . . . . . . : ",
       "M\xc3\xa1scara de subred . . . . . . . . . . . . : ", "Concesi\xc3\xb3n obtenida. . . . . . . . . . . . : ", "Puerta de enlace predeterminada . . . . . : "},
      {"Italian", "Configurazione IP di Windows", "Scheda Ethernet LAN:", "DHCP abilitato. . . . . . . . . . . . : ", "S\xc3\xac", "No", "Indirizzo IPv4. . . . . . . . . . . . : ",
       "Subnet mask . . . . . . . . . . . . . : ", "Lease ottenuto. . . . . . . . . . . . : ", "Gateway predefinito . . . . . . . . . : "},
      {"Portuguese", "Configura\xc3\xa7\xc3\xa3o de IP do Windows", "Adaptador Ethernet LAN:", "DHCP Habilitado . . . . . . . . . . . : ", "Sim", "N\xc3\xa3o", "Endere\xc3\xa7o IPv4. . . . . . . . . . . . : ",
       "M\xc3\xa1scara de Sub-rede . . . . . . . . . : ", "Concess\xc3\xa3o Obtida. . . . . . . . . . . : ", "Gateway Padr\xc3\xa3o. . . . . . . . . . . . : "},
      {"a code page", "Configuraci\xa2n IP de Windows", "Adaptador Ethernet LAN          :", "DHCP habilitado. . . . . . . . .  : ", "S\xa1", "No", "Direcci\xa2n IP. . . . . . . . . . . : ",
       "M\xa0scara de subred . . . . . . . . : ", "Concesi\xa2n obtenida . . . . . . .  : ", "Puerta de enlace predeterminada   : "}};
  for (const Row& row : rows)
    for (const bool leased : {false, true}) {
      const auto line = [](const char* label, const std::string& value) { return "   " + std::string(label) + value + "\r\n"; };
      std::string text = std::string(row.title) + "\r\n\r\n" + row.adapter + "\r\n\r\n" + line(row.dhcp, leased ? row.yes : row.no) + line(row.address, "192.168.1.10(x)") +
                         line(row.mask, "255.255.255.0") + (leased ? line(row.lease, "1 2024 10:00:00") : "") + line(row.gateway, "192.168.1.1");
      const importers::ImportedHost host = import_text(text);
      ASSERT_EQ(host.inputs.at(0).importer, "ipconfig") << row.language;
      EXPECT_EQ(unrecognised(host), 0U) << row.language;
      EXPECT_EQ(assigned(host, "192.168.1.10"), leased ? "leased" : "fixed") << row.language;
      ASSERT_EQ(host.facts.interfaces.size(), 1U) << row.language;
      EXPECT_EQ(host.facts.interfaces[0].name, "LAN") << row.language;
      EXPECT_EQ(host.facts.interfaces[0].addresses.at(0).length, 24U) << row.language;
      EXPECT_EQ(host.facts.routes.size(), 1U) << row.language;
    }
}

// Beside "DHCP Enabled: Yes" Windows allows configured addresses (dhcpstaticipcoexistence).
TEST(Ipconfig, OfSeveralAddressesOnlyThoseWithALeaseAreLeases) {
  const importers::ImportedHost host = import_text(R"(Windows IP Configuration

Ethernet adapter E:

   DHCP Enabled. . . . . . . . . . . : Yes
   IPv4 Address. . . . . . . . . . . : 192.168.1.10(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   IPv4 Address. . . . . . . . . . . : 192.168.1.50(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   Lease Obtained. . . . . . . . . . : Sunday
)");
  EXPECT_EQ(assigned(host, "192.168.1.10"), "there");
  EXPECT_EQ(assigned(host, "192.168.1.50"), "leased");
}

// Plain `ipconfig` has no such line.
TEST(Ipconfig, WithoutAllNothingTells) {
  const importers::ImportedHost host = import_text("Windows IP Configuration\n\nEthernet adapter E:\n\n   IPv4 Address. . . . . . . . . . . : 192.168.1.10\n   Subnet Mask . . . . . . . . . . . : 255.255.255.0\n");
  EXPECT_EQ(assigned(host, "192.168.1.10"), "there");
}

TEST(Ipconfig, AnAddressThatCannotBeReadLeavesTheListOpen) {
  const importers::ImportedHost host = import_text("Windows IP Configuration\n\nEthernet adapter E:\n   DHCP Enabled. . . : perhaps\n   IPv4 Address. . . . . . . . . . . : 192.168.1.999\n");
  EXPECT_EQ(unrecognised(host), 2U);
  EXPECT_FALSE(host.facts.complete_addresses);
}

TEST(Ipconfig, ALanguageWithoutWordsIsSaid) {
  const importers::ImportedHost host = import_text("Konfiguracja\n\n   DHCP w. . . . : Nie\n   Adres IPv4. . . . . : 192.168.1.10\n   Maska. . . . : 255.255.255.0\n   Brama . . . : 192.168.1.1\n");
  EXPECT_FALSE(host.understood);
  ASSERT_FALSE(host.diagnostics.empty());
  ASSERT_FALSE(host.diagnostics[0].notes.empty());
  EXPECT_NE(host.diagnostics[0].notes[0].find("ipconfig"), std::string::npos);
}

TEST(Ipconfig, HostileInput) {
  std::string many = "Windows IP Configuration\n";
  for (int i = 0; i < 50'000; ++i) many += "Ethernet adapter E" + std::to_string(i) + ":\n   IPv4 Address. . . : 10.0.0.1\n";
  const std::string colons(100'000, ':'), bytes(100'000, '\xe9');
  for (const std::string& text : {many, "Windows IP Configuration\n" + colons + "\n", "Windows IP Configuration\nEthernet adapter " + bytes + ":\n DHCP Enabled . : " + bytes + "\n"}) {
    const importers::ImportedHost host = import_text(text, "ipconfig");
    EXPECT_EQ(host.inputs.size(), 1U);
  }
}

}  // namespace
}  // namespace fwproof::tests
