// The console language: the same configuration in every form, scripts, changes of items, and what is wrong with a line.
#include <gtest/gtest.h>

#include "tests/unit/mikrotik/support.h"

namespace fwproof::tests {
namespace {

using model::Hook;

const std::string kWeb = "tcp 192.0.2.5:40000 > 198.51.100.10:443 in=ether1 out=bridge";

// Every spelling is the same rule: TCP to port 443 from the list is dropped.
TEST(Parse, Forms) {
  const std::string packet = "tcp 192.0.2.5:40000 > 198.51.100.10:443 in=ether1";
  for (const std::string text : {
           "/ip firewall filter\nadd action=drop chain=input comment=\"a b\" dst-port=443 protocol=tcp\n",
           "/ip firewall filter add action=drop chain=input dst-port=443 protocol=tcp\n",
           "/ip/firewall/filter/add action=drop chain=input dst-port=443 protocol=tcp\n",
           "/ip firewall\nfilter add action=drop chain=input dst-port=443 protocol=tcp\n",
           "/ip firewall {\n  filter add action=drop chain=input dst-port=443 protocol=tcp\n}\n",
           "/ip firewall filter {\n  add action=drop chain=input dst-port=443 protocol=tcp;\n}\n",
           "/ip firewall nat\n.. filter add action=drop chain=input dst-port=443 protocol=tcp\n",
           "/ip firewall filter\nadd action=\\\n    drop chain=input comment=\"wrapp\\\n    ed\" dst-port=443 \\\r\n    protocol=tcp\r\n",
           "/ip firewall filter\r\nadd action=drop chain=input dst-port=443 protocol=tcp\r\n",
           "/ip firewall filter add action=drop chain=input dst-port=443 protocol=tcp; /system identity set name=x\n",
           "/ip firewall filter\nadd action=drop chain=input !src-address !limit dst-port=443 protocol=tcp disabled=no # why\n",
           "/ip firewall filter\n# comment \\\nadd action=drop chain=input dst-port=443 protocol=tcp\n",
           ":local port 443\n/ip firewall filter add action=drop chain=input dst-port=$port protocol=tcp\n",
           ":global p \"44\"\n/ip firewall filter add action=drop chain=input dst-port=($p . \"3\") protocol=tcp\n",
           ":global p tcp\n/ip firewall filter add action=drop chain=input dst-port=443 protocol=\"$p\"\n",
           "{\n/ip firewall filter add action=drop chain=input dst-port=443 protocol=tcp\n}\n",
       }) {
    const Imported router = import_text(text);
    EXPECT_TRUE(fate(router, Hook::input, packet).starts_with("drop@")) << text;
    EXPECT_EQ(fate(router, Hook::input, "tcp 192.0.2.5:40000 > 198.51.100.10:444 in=ether1"), "accept@0") << text;
    EXPECT_EQ(classes(router), "") << text;
    EXPECT_EQ(diagnostic_ids(router), "") << text;
  }
}

// What `find` names where a property is not written: its default counts.
TEST(Parse, FindKnowsDefaults) {
  const std::string plain = "/ip firewall filter\nadd chain=forward comment=a\nadd action=accept chain=forward comment=b\nadd action=drop chain=forward\n";
  const std::string opaque = "/ip firewall filter\nadd action=$[/system identity get name] chain=forward comment=a\nadd action=drop chain=forward\n";
  const auto one = [](const std::string& rule) { return "/ip firewall filter\nadd chain=forward " + rule + "\nadd action=drop chain=forward comment=last\n"; };
  const struct {
    std::string text, expected;
  } rows[] = {
      {plain, "accept@2"},
      {plain + "disable [find action=accept]\n", "drop@4"},
      {plain + "remove [find action=accept]\n", "drop@4"},
      {plain + "remove [find where action=accept and comment=b]\n", "accept@2"},
      {plain + "remove [find action=accept comment=a]\n", "accept@3"},
      {plain + "remove [find action=drop]\n", "accept@2"},
      {plain + "set [find log=no] action=reject\n", "reject@2"},
      {plain + "set [find log-prefix=\"\" comment=a] action=reject\n", "reject@2"},
      {plain + "set [find disabled=false comment=a] action=reject\n", "reject@2"},
      {plain + "remove [find dynamic=yes]\n", "accept@2"},
      {plain + "remove [find protocol=tcp]\n", "accept@2"},
      {plain + "set [find comment=\"\"] action=reject\nremove [find action=accept]\n", "reject@4"},
      {plain + "add action=drop chain=forward place-before=[find action=accept]\n", "drop@5"},
      // Not known: an undocumented default, a script's value, an abbreviation, another spelling.
      {plain + "remove [find reject-with=icmp-network-unreachable]\n", "depends"},
      {plain + "remove [find invalid=yes]\n", "depends"},
      {plain + "remove [find src-address=\"\"]\n", "depends"},
      {opaque + "remove [find action=accept]\n", "depends"},
      {one("ac=drop") + "remove [find action=accept]\n", "depends"},
      {one("protocol=tcp") + "remove [find protocol=6]\n", "depends"},
      {one("protocol=tcp") + "remove [find protocol=udp]\n", "accept@2"},
      {one("protocol=tcp") + "remove [find protocol=tcp]\n", "drop@3"},
      {one("src-address=192.0.2.5") + "remove [find src-address=192.0.2.5/32]\n", "depends"},
      {one("connection-state=new,established") + "remove [find connection-state=established,new]\n", "depends"},
      {one("protocol=tcp dst-port=443,80") + "remove [find dst-port=80,443]\n", "depends"},
      {one("protocol=tcp dst-port=443") + "remove [find dst-port=80]\n", "accept@2"},
      {one("disabled=true") + "set [find disabled=yes] disabled=no\n", "accept@2"},
      // With an action that a script gives, number 0 may be the dummy rule of a fasttrack rule.
      {opaque + "set 1 action=accept\n", "depends"},
      {"/ip firewall mangle\nadd action=mark-packet chain=forward new-packet-mark=m\nremove [find passthrough=yes]\n/ip firewall filter\nadd action=drop chain=forward packet-mark=m\n", "accept@0"},
  };
  for (const auto& row : rows) EXPECT_EQ(fate(import_text(row.text), Hook::forward, kWeb), row.expected) << row.text;
}

struct ChangeRow {
  std::string text;
  std::string expected;   // what becomes of kWeb in chain forward
  std::string classes;
};

TEST(Parse, Changes) {
  const std::string two = "/ip firewall filter\nadd action=accept chain=forward comment=one\nadd action=drop chain=forward comment=two\n";
  const ChangeRow rows[] = {
      {two, "accept@2", ""},
      {two + "set [find comment=one] action=drop\n", "drop@2", ""},
      {two + "set [ find where comment=\"one\" and chain=forward ] disabled=yes\n", "drop@3", ""},
      {two + "set 0 action=reject\n", "reject@2", ""},
      {two + "disable 0\n", "drop@3", ""},
      {two + "disable [find comment=one]\nenable [find comment=one]\n", "accept@2", ""},
      {two + "remove [find comment=one]\n", "drop@3", ""},
      {two + "remove numbers=0\n", "drop@3", ""},
      {two + "remove [find]\n", "accept@0", ""},
      {two + "remove [/ip firewall filter find dynamic=no]\n", "accept@0", ""},
      {two + "unset 0 comment\n", "accept@2", ""},
      {two + "add action=drop chain=forward place-before=0\n", "drop@4", ""},
      {two + "add action=drop chain=forward place-before=[find comment=one]\n", "drop@4", ""},
      {two + "add action=drop chain=forward place-before=1 src-address=192.0.2.0/24\n", "accept@2", ""},
      {two + "print\n/export\n", "accept@2", ""},
      // Not followed: every decision of the table depends.
      {two + "set [find comment=three] action=drop\n", "depends", "opaque 4"},
      {two + "set [find comment~\"on\"] action=drop\n", "depends", "opaque 4"},
      {two + "move 1 0\n", "depends", "opaque 4"},
      {two + "set *5 action=drop\n", "depends", "opaque 4"},
      {two + "add copy-from=0\n", "accept@2", "opaque 4"},
      {"/ip firewall filter\nadd copy-from=0\nadd action=accept chain=forward\n", "depends", "opaque 2"},
      {two + "frobnicate 0\n", "depends", "unrecognised 4"},
      {two + "frobnicate 0\nset 0 action=drop\n", "depends", "unrecognised 4"},
      // With a fasttrack rule the numbers begin with a dummy rule.
      {two + "add action=fasttrack-connection chain=forward\nset 0 action=drop\n", "depends", "opaque 5"},
  };
  for (const ChangeRow& row : rows) {
    const Imported router = import_text(row.text);
    EXPECT_EQ(fate(router, Hook::forward, kWeb), row.expected) << row.text;
    EXPECT_EQ(classes(router), row.classes) << row.text;
  }
  // A second file is a change to the first one.
  EXPECT_EQ(fate(import_texts({two, "/ip firewall filter set [find comment=one] action=drop\n"}), Hook::forward, kWeb), "drop@2");
}

TEST(Parse, Scripts) {
  const std::string accept = "/ip firewall filter add action=accept chain=forward\n";
  const ChangeRow rows[] = {
      {":put hello\n:log info message=\"x\"\n:delay 5s\n" + accept, "accept@4", ""},
      {":if ([:len [/interface find name=ether9]] > 0) do={\n /ip firewall filter add action=drop chain=forward\n}\n" + accept, "depends", "opaque 2"},
      {":if (1 = 1) do={\n /system identity set name=x\n} else={\n :put y\n}\n" + accept, "accept@6", ""},
      {":foreach i in={1;2} do={ /ip firewall filter add action=drop chain=forward dst-port=$i protocol=tcp }\n" + accept, "depends", "opaque 1"},
      {":local p 80\n:foreach i in={1;2} do={\n/ip firewall filter add action=drop chain=forward dst-port=$p protocol=tcp\n:set p 443\n}\n" + accept, "depends", "opaque 3"},
      {":if (1=1) do={ /ip firewall filter remove [find] }\n" + accept, "depends", "opaque 1"},
      {"/ip firewall filter add action=drop chain=forward dst-port=$unknown protocol=tcp\n" + accept, "depends", "opaque 1"},
      {"/ip firewall filter add action=drop chain=$chain\n" + accept, "depends", "opaque 1"},
      {":execute script=x\n" + accept, "depends", "opaque 1"},
      {"[/ip firewall filter add action=drop chain=forward]\n" + accept, "depends", "opaque 1"},
      {":local x [/ip firewall filter add action=drop chain=forward]\n" + accept, "depends", "opaque 1"},
      {"/system script run tighten\n" + accept, "depends", "opaque 1"},
      {"/system script add name=x source=\"/ip firewall filter add action=drop chain=forward\"\n" + accept, "accept@2", ""},
      {":do {\n/ip firewall filter add action=drop chain=forward\n} on-error={}\n" + accept, "depends", "opaque 2"},
      {":global f do={ /ip firewall filter add action=drop chain=forward }\n" + accept, "depends", "opaque 1"},
      {"$f\n" + accept, "depends", "opaque 1"},
  };
  for (const ChangeRow& row : rows) {
    const Imported router = import_text(row.text);
    EXPECT_EQ(fate(router, Hook::forward, kWeb), row.expected) << row.text;
    EXPECT_EQ(classes(router), row.classes) << row.text;
  }
  const Imported stored = import_text("/system script add name=x source=\"/ip firewall filter disable 0\"\n" + accept);
  EXPECT_EQ(stored.policy().general_assumptions.size(), 2u);
}

struct BadRow {
  std::string text;
  std::string ids;
  std::string classes;
};

TEST(Parse, BadInput) {
  const BadRow rows[] = {
      {"/ip firewall filter\nadd action=drop chain=input comment=\"x\" y\" z\n", "line.unrecognised@2", "unrecognised 2"},
      {"/ip firewall filter\nadd action=drop chain=input src-address=300.1.1.1\n", "address.invalid@2", "unrecognised 2"},
      {"/ip firewall filter\nadd action=drop chain=input dst-port=99999 protocol=tcp\n", "number.invalid@2", "unrecognised 2"},
      {"/ip firewall filter\nadd action=drop chain=input protocol=frob\n", "value.unknown@2", "unrecognised 2"},
      {"/ip firewall filter\nadd action=drop chain=input connection-state=neww\n", "value.unknown@2", "unrecognised 2"},
      {"/ip firewall filter\nadd action=drop chain=input src-address-list=nobody\n", "set.missing@2", "opaque 2"},
      {"/ip firewall filter\nadd action=drop chain=input in-interface-list=nobody\n", "set.missing@2", "opaque 2"},
      {"/ip firewall filter\nadd action=jump chain=input jump-target=nowhere\n", "chain.missing@2", ""},
      {"/ip firewall filter\nadd action=jump chain=input jump-target=a\nadd action=jump chain=a jump-target=a\n", "chain.loop@3", "unrecognised 3"},
      {"/ip firewall filter\nadd action=jump chain=input jump-target=forward\n", "value.unknown@2", "unrecognised 2"},
      {"/ip firewall filter\nadd action=dst-nat chain=input\n", "target.opaque@2", "unrecognised 2"},
      {"/ip firewall nat\nadd action=dst-nat chain=dstnat to-addresses=300.1.1.1\n", "address.invalid@2", "unrecognised 2"},
      {"/ip frobnicator\nadd name=x\n", "line.unrecognised@2", "unrecognised 1 2"},
      {"/ip address\nadd address=300.1.1.1/24 interface=ether1\n", "address.invalid@2", "unrecognised 2"},
      {"/ip address\nadd address=192.0.2.1/24 interface=ether1\n/ip route\nadd dst-address=10.0.0.0/8 gateway=198.51.100.1\n", "route.nowhere@4", ""},
      {"/ip address\nadd address=192.0.2.1/24 interface=ether1\n/ip route\nadd dst-address=10.0.0.0/8 gateway=192.0.2.9 frob=1\n", "value.unknown@4", "unrecognised 4"},
      {"/ip address\nadd address=192.0.2.1/24 interface=ether1\n/ip dhcp-server\nadd interface=ether2 name=x disabled=no\n", "interface.unaddressed@4", ""},
      {"/interface list\nadd name=a include=b\nadd name=b include=a\n/ip firewall filter\nadd action=drop chain=input in-interface-list=a\n", "chain.loop@2", "opaque 5"},
      {"/ip firewall address-list\nadd list=x address=1.2.3\n", "address.invalid@2", "unrecognised 2"},
      {"/ip firewall filter\n}\nrubbish line=1\n", "line.unrecognised@2 line.unrecognised@3", "unrecognised 2 3"},
      {"rubbish\n/ip firewall filter\n", "", "unrecognised 1"},
      {"/ip firewall filter add action=drop chain=input comment=(\n/ip firewall nat\n", "line.unrecognised@1", "unrecognised 1 2"},
  };
  for (const BadRow& row : rows) {
    const Imported router = import_text(row.text);
    EXPECT_EQ(diagnostic_ids(router), row.ids) << row.text;
    EXPECT_EQ(classes(router), row.classes) << row.text;
  }
}

TEST(Parse, Hostile) {
  std::string nested, blocks = "/ip firewall filter\n", circle, quotes = "/ip firewall filter add comment=\"";
  for (int i = 0; i < 100'000; ++i) nested += "([{", quotes += "\\\"$";
  for (int i = 0; i < 20'000; ++i) blocks += ":if (x) do={\n";
  for (int i = 0; i < 5'000; ++i) circle += "/interface list add name=l" + std::to_string(i) + " include=l" + std::to_string(i + 1) + "\n";
  std::string fronts, jumps = "/ip firewall filter\n";
  for (int i = 0; i < 20'000; ++i) fronts += "/ip firewall filter add chain=input place-before=0\n";
  for (int i = 0; i < 20'000; ++i) fronts += "/ip firewall filter set [find comment=x] disabled=yes\n";
  for (int i = 0; i < 20'000; ++i) jumps += "add action=jump chain=c" + std::to_string(i) + " jump-target=c" + std::to_string(i + 1) + "\n";
  std::string zeros = "/ip firewall filter\nadd chain=input action=drop comment=";
  zeros += std::string(3, '\0') + "\n";
  const std::string texts[] = {
      "/ip firewall filter\n" + nested, "/ip firewall filter add chain=input src-address=" + nested, blocks, circle + "/ip firewall filter add chain=input in-interface-list=l0\n",
      quotes, fronts, jumps, zeros, "/ip firewall filter add " + std::string(1'000'000, 'a') + "=1 chain=input\n", "/ip firewall filter\nadd \\",
      "/ip firewall filter\nadd \\\n\\\n\\\n", "/ip firewall filter\nadd comment=\"\\", "/" + std::string(100'000, '/') + "\n", "/ip firewall filter\n" + std::string(100'000, '}'),
      "/ip pool add name=p ranges=" + std::string(200'000, ',') + "\n", "/ip route add gateway=" + std::string(200'000, ',') + "\n",
      "/ip firewall filter add chain=input place-before=[find\n", "/ip firewall filter set [[[[ x=1\n", "/ip firewall filter add chain=\"\" jump-target=\"\" action=jump\n",
  };
  for (const std::string& text : texts) {
    const Imported router = import_text(text);
    const model::Account& account = router.result.accounts.at(0);
    size_t sum = 0, lines = 0;
    for (size_t i = 0; i < model::kLineClasses; ++i) sum += account.count(static_cast<model::LineClass>(i));
    for (const std::string_view line : section_of(text, 0).lines) lines += line.find_first_not_of(" \t\r") != std::string_view::npos;
    EXPECT_EQ(sum, lines) << text.substr(0, 80);
  }
}

TEST(Parse, Recognises) {
  const auto claim = [](std::string_view text) {
    const importers::Section section = section_of(text, 0);
    return importers::mikrotik::importer().starts_at(section.lines, 0);
  };
  for (const char* yes : {"# jan/02/2026 03:04:05 by RouterOS 6.49.18", "/ip firewall filter", "/ip firewall filter add chain=input", "/interface bridge", "/ipv6/address",
                          "/ip/firewall/nat/add chain=srcnat", "  /routing ospf instance", "/system identity", "/queue simple add name=x", "/interface bridge\r"})
    EXPECT_EQ(claim(yes), importers::Claim::yes) << yes;
  for (const char* no : {" ", "# comment", "add chain=input", "/etc/hosts", "/ip", "/", "ip firewall filter", "/usr/sbin/iptables -A INPUT", "/interface=eth0", "/ip frob", "/sbin ip address"})
    EXPECT_EQ(claim(no), importers::Claim::no) << no;
}

}  // namespace
}  // namespace fwproof::tests
