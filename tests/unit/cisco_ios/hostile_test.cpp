// Any bytes end in a diagnosis, soon.
#include <chrono>
#include <iostream>

#include "tests/unit/cisco_ios/support.h"

namespace fwproof::tests::ios {
namespace {

std::string repeated(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

void import_quickly(std::string_view name, const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  const Imported router(text);
  size_t sum = 0, filled = 0;
  const auto section = section_of(text);
  for (const std::string_view line : section.lines) filled += line.find_first_not_of(" \t\r\f\v") != std::string_view::npos;
  for (size_t i = 0; i < model::kLineClasses; ++i) sum += router.count(static_cast<LineClass>(i));
  EXPECT_EQ(sum, filled) << name;
  for (size_t at = 0; at < section.lines.size(); ++at) importers::cisco_ios::importer().starts_at(section.lines, at);
  importers::cisco_ios::importer().nearly(section.lines);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
  if (took > 200) std::cout << name << ": " << took << " ms\n";
  EXPECT_LT(took, 20000) << name;
}

TEST(Hostile, EndsInADiagnosis) {
  std::string numbered, groups, classes, maps;
  for (int i = 0; i < 3000; ++i) {
    const std::string n = std::to_string(i), next = std::to_string(i + 1);
    numbered += " " + std::to_string(100000 - i) + " permit ip any any\n";
    groups += "object-group network G" + n + "\n group-object G" + next + "\n group-object G" + next + "\n";
    classes += "class-map type inspect match-any C" + n + "\n match class-map C" + next + "\n match class-map C" + next + "\n";
    maps += "policy-map P" + n + "\n class x\n  service-policy P" + next + "\n";
  }
  import_quickly("zeroes", std::string("interface Gi0/0\n ip address \0\0\0 255.255.255.0\n", 44) + std::string(1000, '\0'));
  import_quickly("one long line", "access-list 101 permit tcp any any eq " + repeated("80 ", 400000) + "\n");
  import_quickly("one long word", "interface " + std::string(1 << 20, 'x') + "\n ip access-group " + std::string(1 << 20, 'y') + " in\n");
  import_quickly("numbers", with_list(" permit tcp any any eq 99999999999999999999\n 99999999999999999999 permit ip any any\n permit 256 any any\n permit tcp any any range 1\n"));
  import_quickly("masks", with_list(" permit ip 1.2.3.4 170.170.170.170 any\n permit ip 1.2.3.4 85.85.85.85 5.5.5.5 170.85.170.85\n"));
  import_quickly("out of order", with_list(numbered));
  import_quickly("deep groups", groups + with_list(" permit ip object-group G0 object-group G7\n"));
  import_quickly("deep classes",
                 classes + "policy-map type inspect P\n class type inspect C0\n  inspect\nzone security A\nzone security B\nzone-pair security AB source A destination B\n service-policy type inspect P\n"
                           "interface Gi0/0\n zone-member security A\ninterface Gi0/1\n zone-member security B\n");
  import_quickly("nested policies", maps + "interface Gi0/0\n service-policy input P0\n");
  import_quickly("banner without end", "banner motd ^C\n" + repeated("hello\n", 1000));
  import_quickly("certificate without end", "crypto pki certificate chain A\n certificate ca 01\n" + repeated("  3082\n", 1000));
  import_quickly("removals", with_list(repeated(" permit ip any any\n", 3000) + repeated(" no 5\n", 3000)));
  import_quickly("many lists", repeated("access-list 101 permit ip host 192.0.2.1 any\n", 30000) + "interface Gi0/0\n ip access-group 101 in\n");
  import_quickly("many rules", repeated("ip nat inside source static 10.0.0.1 192.0.2.1\n", 20000) + "interface Gi0/0\n ip nat inside\ninterface Gi0/1\n ip nat outside\n");
  import_quickly("no words", "\t \n\x0b\x0c\n!\n no\nno\n ip\nip\n access-list\naccess-list\n route-map\nip nat inside source static\nzone-pair security\nclass-map type inspect\npolicy-map type inspect\nip dhcp pool\n network\n");
}

// Every line of a configuration cut at every word: nothing is read beyond its end.
TEST(Hostile, CutLines) {
  constexpr std::string_view kLines[] = {
      "interface GigabitEthernet0/1", " ip address 192.0.2.1 255.255.255.0 secondary", " ip access-group 101 in", " ipv6 address 2001:db8::1/64 eui-64", " ip nat inside", " zone-member security A", " crypto map VPN",
      " standby 1 ip 192.0.2.2", " ip inspect FW in", " service-policy input X", "access-list 101 permit tcp any host 192.0.2.1 range 1 2 established log", "ip access-list extended X",
      " 10 permit tcp object-group A eq 1 host 192.0.2.1 match-all +syn -ack dscp af11 time-range T", " evaluate R", " dynamic X timeout 5 permit ip any any", "object-group network A", " range 192.0.2.1 192.0.2.9", " host 192.0.2.1",
      "object-group service S", " tcp source gt 1 range 5 6", " icmp echo", "ip nat inside source static tcp 10.0.0.1 80 interface Gi0/1 80 route-map X extendable", "ip nat inside source static network 10.0.0.0 192.0.2.0 /24 vrf V",
      "ip nat inside source list 1 pool P overload", "ip nat outside source static 192.0.2.1 10.0.0.1 add-route", "ip nat inside destination list 2 pool P", "ip nat pool P 192.0.2.1 192.0.2.9 prefix-length 24 type rotary",
      "ip route vrf V 0.0.0.0 0.0.0.0 GigabitEthernet0/0 192.0.2.1 200 track 5", "ipv6 route 2001:db8::/32 Null0", "route-map R permit 10", " match ip address 1 2", " match interface GigabitEthernet 0/1",
      "class-map type inspect match-any C", " match access-group name X", " match not protocol http", "policy-map type inspect P", " class type inspect C", "  inspect", "zone security A", "zone-pair security Z source A destination B",
      " service-policy type inspect P", "ip inspect name FW tcp alert on", "ip dhcp excluded-address 10.0.0.1 10.0.0.9", "ip dhcp pool P", " network 10.0.0.0 /24", " host 10.0.0.5 255.255.255.0", "line vty 0 4", " access-class 5 in",
      "crypto map VPN 10 ipsec-isakmp dynamic D", " match address 120", "banner motd #", "#", "no ip access-list extended X", "no ip nat inside source list 1"};
  for (const std::string_view line : kLines) {
    for (size_t cut = 1; cut <= line.size(); ++cut) {
      std::string text;
      for (const std::string_view before : kLines) {
        if (before == line) break;
        text += std::string(before) + "\n";
      }
      text += std::string(line.substr(0, cut)) + "\n";
      const Imported router(text);
      size_t sum = 0;
      for (size_t i = 0; i < model::kLineClasses; ++i) sum += router.count(static_cast<LineClass>(i));
      EXPECT_EQ(sum, router.result.accounts.at(0).total());
    }
  }
}

}  // namespace
}  // namespace fwproof::tests::ios
