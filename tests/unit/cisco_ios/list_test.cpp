// Entries of access lists: one packet that they take and one that they do not.
#include "tests/unit/cisco_ios/support.h"

namespace fwproof::tests::ios {
namespace {

constexpr unsigned kAck = model::tcp_ack, kRst = model::tcp_rst, kSyn = model::tcp_syn, kFin = model::tcp_fin;

struct Row {
  std::string_view name;
  std::string_view entries;
  Packet packet;
  Verdict verdict;
};

const Row kRows[] = {
    {"any", " permit ip any any\n", {}, Verdict::accept},
    {"implicit_deny", " permit udp any any\n", {}, Verdict::drop},
    {"first_match", " deny tcp any any eq www\n permit ip any any\n", {}, Verdict::drop},
    {"sequence_decides", " 20 permit ip any any\n 10 deny tcp any any eq 80\n", {}, Verdict::drop},
    {"host", " permit ip host 192.0.2.9 host 198.51.100.1\n", {}, Verdict::accept},
    {"host_other", " permit ip host 192.0.2.8 host 198.51.100.1\n", {}, Verdict::drop},
    {"wildcard", " permit ip 192.0.2.0 0.0.0.15 any\n", {}, Verdict::accept},
    {"wildcard_outside", " permit ip 192.0.2.0 0.0.0.7 any\n", {}, Verdict::drop},
    {"wildcard_with_holes", " permit ip 192.0.0.9 0.0.255.0 any\n", {}, Verdict::accept},
    {"wildcard_with_holes_other", " permit ip 192.0.0.8 0.0.255.0 any\n", {}, Verdict::drop},
    {"wildcard_odd_hosts", " permit ip 192.0.2.1 0.0.0.254 any\n", {}, Verdict::accept},
    {"wildcard_even_hosts", " permit ip 192.0.2.0 0.0.0.254 any\n", {}, Verdict::drop},
    {"eq_several", " permit tcp any any eq 22 443 www\n", {}, Verdict::accept},
    {"eq_several_other", " permit tcp any any eq 22 443 8080\n", {}, Verdict::drop},
    {"neq", " permit tcp any any neq 80\n", {}, Verdict::drop},
    {"neq_other", " permit tcp any any neq 81\n", {}, Verdict::accept},
    {"lt", " permit tcp any any lt 81\n", {}, Verdict::accept},
    {"lt_equal", " permit tcp any any lt 80\n", {}, Verdict::drop},
    {"gt", " permit tcp any any gt 79\n", {}, Verdict::accept},
    {"gt_equal", " permit tcp any any gt 80\n", {}, Verdict::drop},
    {"gt_last", " permit tcp any any gt 65535\n", {}, Verdict::drop},
    {"lt_first", " permit tcp any any lt 0\n", {}, Verdict::drop},
    {"range", " permit tcp any any range 79 81\n", {}, Verdict::accept},
    {"range_swapped", " permit tcp any any range 81 79\n", {}, Verdict::accept},
    {"range_names", " permit tcp any any range ftp www\n", {}, Verdict::accept},
    {"source_port", " permit tcp any eq 40000 any\n", {}, Verdict::accept},
    {"source_port_other", " permit tcp any eq 40001 any eq 80\n", {}, Verdict::drop},
    {"udp_port_of_tcp", " permit udp any any eq 80\n", {}, Verdict::drop},
    {"protocol_number", " permit 6 any any\n", {}, Verdict::accept},
    {"protocol_name", " permit gre any any\n", {.protocol = 47}, Verdict::accept},
    {"protocol_name_other", " permit esp any any\n", {.protocol = 47}, Verdict::drop},
    {"established_syn", " permit tcp any any established\n", {}, Verdict::drop},
    {"established_ack", " permit tcp any any established\n", {.flags = kAck}, Verdict::accept},
    {"established_rst", " permit tcp any any established\n", {.flags = kRst}, Verdict::accept},
    {"established_is_a_flag_not_a_state", " permit tcp any any established\n", {.state = model::state_new, .flags = kAck | kSyn}, Verdict::accept},
    {"match_all", " permit tcp any any match-all +syn -ack\n", {.flags = kSyn}, Verdict::accept},
    {"match_all_other", " permit tcp any any match-all +syn -ack\n", {.flags = kSyn | kAck}, Verdict::drop},
    {"match_any", " permit tcp any any match-any +fin +rst\n", {.flags = kFin | kAck}, Verdict::accept},
    {"match_any_negative", " permit tcp any any match-any -ack\n", {.flags = kSyn}, Verdict::accept},
    {"match_any_none", " permit tcp any any match-any +fin +rst\n", {.flags = kAck}, Verdict::drop},
    {"old_flag", " permit tcp any any syn\n", {.flags = kSyn}, Verdict::accept},
    {"old_flag_other", " permit tcp any any fin\n", {.flags = kSyn}, Verdict::drop},
    {"icmp_type", " permit icmp any any echo\n", {.protocol = 1, .icmp_type = 8}, Verdict::accept},
    {"icmp_type_other", " permit icmp any any echo\n", {.protocol = 1, .icmp_type = 0}, Verdict::drop},
    {"icmp_code", " permit icmp any any 3 4\n", {.protocol = 1, .icmp_type = 3, .icmp_code = 4}, Verdict::accept},
    {"icmp_code_other", " permit icmp any any host-unreachable\n", {.protocol = 1, .icmp_type = 3, .icmp_code = 4}, Verdict::drop},
    {"icmp_any_code", " permit icmp any any unreachable\n", {.protocol = 1, .icmp_type = 3, .icmp_code = 4}, Verdict::accept},
    {"fragments", " permit ip any any fragments\n", {.fragment = 1}, Verdict::accept},
    {"fragments_not", " permit ip any any fragments\n", {}, Verdict::drop},
    {"log_is_nothing", " permit tcp any any eq 80 log\n", {}, Verdict::accept},
    {"log_input", " permit tcp any any eq 80 log-input\n", {}, Verdict::accept},
    {"dscp_is_unknown", " permit tcp any any eq 80 dscp af11\n", {}, Verdict::depends},
    {"time_range_is_unknown", " permit tcp any any time-range work\n", {}, Verdict::depends},
    {"unknown_but_covered", " permit tcp any any dscp af11\n permit ip any any\n", {}, Verdict::accept},
    {"same_unknown_both_ways", " permit tcp any any dscp af11\n deny tcp any any dscp af11\n permit ip any any\n", {}, Verdict::accept},
    {"ttl", " permit tcp any any ttl eq 1 2\n", {}, Verdict::depends},
    {"host_name", " permit tcp any host mail.example.com eq 80\n", {}, Verdict::depends},
    {"unreadable_is_unknown", " permit tcp any any eq nonsense\n", {}, Verdict::depends},
    {"unreadable_deny", " deny tcp any any frobnicate\n permit ip any any\n", {}, Verdict::depends},
    {"unknown_word_in_list", " pemit ip any any\n", {}, Verdict::depends},
    // A number that is taken: which of the two stands is not told. An entry that is there already changes nothing.
    {"number_taken_adds_nothing_certain", " 10 permit tcp any any eq 22\n 10 permit tcp any any eq 80\n 20 deny ip any any\n", {}, Verdict::depends},
    {"number_taken_from_behind", " 10 permit tcp any any eq 22\n 20 deny ip any any\n 10 permit tcp any any eq 80\n", {}, Verdict::depends},
    {"number_taken_may_replace", " 10 permit tcp any any eq 80\n 10 permit tcp any any eq 22\n 20 deny ip any any\n", {}, Verdict::depends},
    {"number_taken_leaves_the_rest", " 10 permit tcp any any eq 22\n 10 permit tcp any any eq 443\n 20 permit tcp any any eq 80\n", {}, Verdict::accept},
    {"number_taken_by_the_same", " 10 permit tcp any any eq 80\n 20 deny ip any any\n 10 permit tcp any any eq 80\n", {}, Verdict::accept},
    {"number_free_again", " 10 deny tcp any any eq 80\n no 10\n 10 permit tcp any any eq 80\n", {}, Verdict::accept},
    {"number_of_a_remark", " 10 remark web\n 10 permit tcp any any eq 80\n", {}, Verdict::accept},
    {"number_of_a_dynamic_entry", " 10 permit tcp any any eq 22\n 20 dynamic D permit udp any any\n 20 permit tcp any any eq 80\n", {}, Verdict::depends},
    {"number_behind_a_dynamic_entry", " permit tcp any any eq 22\n dynamic D permit udp any any\n deny tcp any any eq 80\n 15 permit tcp any any eq 80\n", {}, Verdict::accept},
    {"number_too_large", " 2147483640 deny ip any any log\n permit tcp any any eq 80\n", {}, Verdict::drop},
    {"number_too_large_is_unsure", " 2147483640 deny udp any any\n permit tcp any any eq 80\n", {}, Verdict::depends},
    {"there_already_under_another_number", " 20 deny tcp any any eq 80\n 15 permit tcp any any\n 10 deny tcp any any eq 80\n", {}, Verdict::depends},
    {"removed_by_number", " 10 deny ip any any\n 20 permit ip any any\n no 10\n", {}, Verdict::accept},
    {"removed_by_text", " deny tcp any any eq 80\n permit ip any any\n no deny tcp any any eq 80\n", {}, Verdict::depends},
    {"capitals", " PERMIT TCP ANY HOST 198.51.100.1 EQ WWW\n", {}, Verdict::accept},
};

class ListRows : public testing::TestWithParam<Row> {};
TEST_P(ListRows, Decide) {
  const std::string text = with_list(GetParam().entries);
  EXPECT_EQ(Imported(text).verdict(GetParam().packet), GetParam().verdict) << text;
}
INSTANTIATE_TEST_SUITE_P(Rows, ListRows, testing::ValuesIn(kRows), [](const auto& row) { return std::string(row.param.name); });

// What takes back or changes settings in a way that is not followed.
TEST(List, ChangesThatAreNotFollowed) {
  const std::string list = with_list(" deny tcp any any\n permit ip any any\n");
  for (const std::string_view change : {"interface range GigabitEthernet0/1 - 2\n no ip access-group LIST in\n", "crypto pki certificate chain X\n certificate self-signed 01\n  3082\n",
                                        "ip access-list resequence LIST 100 10\n", "class-map type inspect match-any C\n no match protocol http\n", "no ip http access-class 10\n",
                                        "interface GigabitEthernet0/1\n source template T\n"})
    EXPECT_EQ(Imported(list + std::string(change)).verdict({}), Verdict::depends) << change;
}

TEST(List, StandardLooksAtTheSource) {
  const std::string text = with_list(" deny 192.0.2.8\n permit 192.0.2.0 0.0.0.255\n", "standard");
  const Imported router(text);
  EXPECT_EQ(router.verdict({}), Verdict::accept);
  EXPECT_EQ(router.verdict({.src = "192.0.2.8"}), Verdict::drop);
  EXPECT_EQ(router.verdict({.src = "203.0.113.9"}), Verdict::drop);
}

TEST(List, NumberedInBothRanges) {
  for (const std::string_view number : {"7", "1301"}) {
    const std::string n(number);
    const std::string text = "interface GigabitEthernet0/1\n ip access-group " + n + " in\naccess-list " + n + " remark who\naccess-list " + n + " permit 192.0.2.9\n";
    EXPECT_EQ(Imported(text).verdict({}), Verdict::accept);
    EXPECT_EQ(Imported(text).verdict({.src = "192.0.2.10"}), Verdict::drop);
  }
  for (const std::string_view number : {"101", "2001"}) {
    const std::string n(number);
    const std::string text = "interface GigabitEthernet0/1\n ip access-group " + n + " in\naccess-list " + n + " permit tcp any any eq www\n";
    EXPECT_EQ(Imported(text).verdict({}), Verdict::accept);
    EXPECT_EQ(Imported(text).verdict({.dst_port = 81}), Verdict::drop);
  }
}

TEST(List, DecidedByTheEntrysLine) {
  const std::string text = with_list(" deny udp any any\n permit tcp any any eq 80\n");
  const Imported router(text);
  const auto outcome = router.run({});
  EXPECT_EQ(router.policy().chains[outcome.decided_by.chain].rules[outcome.decided_by.rule].origin.line, 10u);
}

TEST(List, ObjectGroups) {
  const std::string text =
      "object-group network INNER\n host 198.51.100.1\nobject-group network SERVERS\n description x\n group-object INNER\n 203.0.113.0 255.255.255.0\n range 198.51.100.20 198.51.100.29\n"
      "object-group service WEB\n tcp eq www\n tcp-udp range 5000 5001\n icmp echo\n" +
      with_list(" permit object-group WEB any object-group SERVERS\n");
  const Imported router(text);
  EXPECT_EQ(router.verdict({}), Verdict::accept);
  EXPECT_EQ(router.verdict({.dst = "203.0.113.200", .protocol = 17, .dst_port = 5001}), Verdict::accept);
  EXPECT_EQ(router.verdict({.dst = "198.51.100.25", .protocol = 1, .icmp_type = 8}), Verdict::accept);
  EXPECT_EQ(router.verdict({.dst = "198.51.100.30"}), Verdict::drop);
  EXPECT_EQ(router.verdict({.dst_port = 443}), Verdict::drop);
  EXPECT_EQ(router.count(LineClass::unrecognised), 0u);
}

TEST(List, MissingGroupIsUnknown) {
  const std::string text = with_list(" permit tcp any object-group NOBODY\n deny ip any any\n");
  const Imported router(text);
  EXPECT_EQ(router.verdict({}), Verdict::depends);
  EXPECT_EQ(router.diagnostics(), "set.missing:9");
  EXPECT_EQ(router.line_class(9), LineClass::opaque);
}

TEST(List, GroupsInACircleEnd) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "object-group network G" + std::to_string(i) + "\n group-object G" + std::to_string((i + 1) % 50) + "\n";
  text += "object-group network G7\n host 198.51.100.1\n" + with_list(" permit ip any object-group G0\n");
  EXPECT_EQ(Imported(text).verdict({}), Verdict::accept);
  EXPECT_EQ(Imported(text).verdict({.dst = "198.51.100.2"}), Verdict::drop);
}

TEST(List, AppliedButNotDefinedPermits) {
  const Imported router("interface GigabitEthernet0/1\n ip access-group NOBODY in\n ip access-group 7 out\nip access-list standard 7\n remark empty\n");
  EXPECT_EQ(router.verdict({}), Verdict::accept);
  EXPECT_EQ(router.verdict({.in = "GigabitEthernet0/0", .out = "GigabitEthernet0/1"}), Verdict::accept);
  EXPECT_EQ(router.diagnostics(), "list.missing:2 list.missing:3");
}

TEST(List, OneListTwice) {
  const Imported router(
      "interface GigabitEthernet0/1\n ip access-group 101 in\ninterface GigabitEthernet0/2\n ip access-group 101 in\naccess-list 101 permit tcp any any eq 80\n");
  EXPECT_EQ(router.verdict({}), Verdict::accept);
  EXPECT_EQ(router.verdict({.in = "Gi0/2"}), Verdict::accept);
  EXPECT_EQ(router.verdict({.dst_port = 81, .in = "Gi0/2"}), Verdict::drop);
  EXPECT_EQ(router.verdict({.dst_port = 81, .in = "Gi0/3"}), Verdict::accept);
}

TEST(List, ReflexiveLetsAnswersIn) {
  const Imported router(
      "interface GigabitEthernet0/0\n ip access-group OUT out\n ip access-group IN in\nip access-list extended OUT\n permit tcp any any eq 80 reflect R\n permit udp any any eq 53\n"
      "ip access-list extended IN\n evaluate R\n deny ip any any\n");
  const Packet answer{.src = "198.51.100.1", .dst = "192.0.2.9", .src_port = 80, .dst_port = 40000, .in = "GigabitEthernet0/0", .out = "GigabitEthernet0/1", .state = model::state_established, .reply = 1, .flags = kAck};
  EXPECT_EQ(router.verdict({}), Verdict::accept);
  EXPECT_EQ(router.verdict(answer), Verdict::accept);
  Packet other = answer;
  other.src_port = 81;
  EXPECT_EQ(router.verdict(other), Verdict::drop);
  Packet fresh = answer;
  fresh.state = model::state_new;
  fresh.reply = 0;
  EXPECT_EQ(router.verdict(fresh), Verdict::drop);
  Packet dns = answer;
  dns.protocol = 17;
  dns.src_port = 53;
  EXPECT_EQ(router.verdict(dns), Verdict::drop);
}

TEST(List, ReflexiveAcrossInterfacesIsNotTaken) {
  const Imported router(
      "interface GigabitEthernet0/1\n ip access-group OUT in\ninterface GigabitEthernet0/0\n ip access-group IN in\nip access-list extended OUT\n permit tcp any any reflect R\n"
      "ip access-list extended IN\n evaluate R\n");
  EXPECT_EQ(router.verdict({.src = "198.51.100.1", .dst = "192.0.2.9", .src_port = 80, .dst_port = 40000, .in = "Gi0/0", .out = "Gi0/1", .state = model::state_established, .reply = 1, .flags = kAck}),
            Verdict::depends);
}

TEST(List, Ipv6WithNeighbourDiscovery) {
  const Imported router(
      "ipv6 unicast-routing\ninterface GigabitEthernet0/1\n ipv6 address 2001:db8:1::1/64\n ipv6 traffic-filter V in\nipv6 access-list V\n sequence 10 permit tcp any host 2001:db8:2::5 eq 443\n"
      " permit udp 2001:db8:1::/64 any eq domain\n");
  const Packet base{.src = "2001:db8:1::9", .dst = "2001:db8:2::5", .dst_port = 443};
  EXPECT_EQ(router.verdict({.src = base.src, .dst = base.dst, .protocol = 17, .dst_port = 53}), Verdict::accept);
  EXPECT_EQ(router.verdict({.src = base.src, .dst = base.dst, .protocol = 58, .icmp_type = 135}), Verdict::accept);
  EXPECT_EQ(router.verdict({.src = base.src, .dst = base.dst, .protocol = 58, .icmp_type = 128}), Verdict::drop);
  EXPECT_EQ(router.verdict({.src = base.src, .dst = base.dst, .dst_port = 80}), Verdict::drop);
}

// Numbers that fall: sorting them in is quadratic, and from some number of lines on it is not done.
TEST(List, NumbersThatFall) {
  const auto list = [](int count) {
    std::string entries = " 100000 deny ip any any\n";
    for (int number = count; number > 1; --number) entries += " " + std::to_string(number) + " deny udp any any eq " + std::to_string(number) + "\n";
    return with_list(entries + " 1 permit tcp any any eq 80\n");
  };
  EXPECT_EQ(Imported(list(3'000)).verdict({}), Verdict::accept);
  EXPECT_EQ(Imported(list(12'000)).verdict({}), Verdict::depends);
}

TEST(List, ANumberThatIsTakenInIpv6) {
  const Imported router(
      "ipv6 unicast-routing\ninterface GigabitEthernet0/1\n ipv6 address 2001:db8:1::1/64\n ipv6 traffic-filter V in\nipv6 access-list V\n sequence 10 permit tcp any any eq 22\n"
      " permit tcp any any eq 80 sequence 10\n sequence 20 permit tcp any any eq 443\n");
  const auto to_port = [&](uint16_t port) { return router.verdict({.src = "2001:db8:1::9", .dst = "2001:db8:2::5", .dst_port = port}); };
  EXPECT_EQ(to_port(80), Verdict::depends);
  EXPECT_EQ(to_port(22), Verdict::depends);
  EXPECT_EQ(to_port(443), Verdict::accept);
}

TEST(List, Ipv6IsNotRoutedUnlessSwitchedOn) {
  const Imported router("version 15.2\nhostname r\ninterface GigabitEthernet0/1\n ip address 192.0.2.1 255.255.255.0\n");
  EXPECT_EQ(router.verdict({.src = "2001:db8:1::9", .dst = "2001:db8:2::5"}), Verdict::drop);
  EXPECT_EQ(router.verdict({}), Verdict::accept);
}

TEST(List, OnASwitchPort) {
  const Imported router("interface GigabitEthernet1/0/5\n switchport access vlan 10\n ip access-group 101 in\ninterface Vlan10\n ip address 192.0.2.1 255.255.255.0\naccess-list 101 deny tcp any any eq 80\naccess-list 101 permit ip any any\n");
  EXPECT_EQ(router.verdict({.in = "Vlan10"}), Verdict::depends);
  EXPECT_EQ(router.verdict({.dst_port = 81, .in = "Vlan10"}), Verdict::accept);
}

TEST(List, TakenBack) {
  const Imported router("access-list 10 deny any\nno access-list 10\naccess-list 10 permit any\ninterface Gi0/1\n ip access-group 10 in\n no ip access-group 10 in\n ip access-group 11 in\naccess-list 11 permit 192.0.2.9\n");
  EXPECT_EQ(router.verdict({}), Verdict::accept);
  EXPECT_EQ(router.verdict({.src = "192.0.2.10"}), Verdict::drop);
}

}  // namespace
}  // namespace fwproof::tests::ios
