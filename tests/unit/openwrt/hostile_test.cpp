// Bytes that mean harm end in a diagnosis, soon.
#include <chrono>

#include "tests/unit/openwrt/router.h"

namespace fwproof::tests {
namespace {

importers::ImportedHost import_text(const std::string& text) {
  model::Sources sources;
  sources.files.push_back({"hostile", text});
  return importers::import_host(sources, {0}, {"openwrt"});
}

std::string repeat(const std::string& part, size_t times) {
  std::string text;
  text.reserve(part.size() * times);
  for (size_t i = 0; i < times; ++i) text += part;
  return text;
}

void finishes(const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  const importers::ImportedHost host = import_text(text);
  for (const auto& input : host.inputs) {
    size_t sum = 0;
    for (size_t i = 0; i < model::kLineClasses; ++i) sum += input.account.count(static_cast<model::LineClass>(i));
    EXPECT_EQ(sum, input.account.total());
  }
  for (const model::Policy& policy : host.policies) EXPECT_TRUE(find_flaws(policy).empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Hostile, Texts) {
  finishes("config zone\n option name '" + std::string(1 << 20, 'x') + "'\n option input '" + std::string(1 << 20, '!') + "'\n");
  finishes("config zone\n option name a\n option input '\n" + repeat(" option input '\n", 100'000));
  finishes("config rule\n" + repeat(" option 'a\"b' \"c'd\n", 50'000));
  std::string options = "config rule\n";
  for (int i = 0; i < 50'000; ++i) options += " option o" + std::to_string(i) + " 1\n";
  finishes(options);
  finishes("firewall.@rule[99999999999999999999]=rule\nfirewall.@rule[].src='x'\nfirewall..=\nfirewall.=\n=\n.\n");
  finishes(std::string("config rule\n option src '\x01\xff\xfe'\n option target ACCEPT\n"));
  finishes(repeat("config\n", 10'000) + repeat("option\n", 10'000) + repeat("list x\n", 10'000) + repeat(";;;;", 10'000));
}

TEST(Hostile, Quantities) {
  std::string zones = "config defaults\n";
  for (int i = 0; i < 2'000; ++i) zones += "config zone\n option name z" + std::to_string(i) + "\n option device 'e" + std::to_string(i) + "+'\n";
  finishes(zones);
  finishes("config defaults\nconfig zone\n option name a\n option device '" + repeat("eth+ ", 100'000) + "'\n");
  finishes("config defaults\nconfig zone\n option name a\n option device eth0\nconfig rule\n option src a\n option proto '" + repeat("tcp 47 ", 100'000) + "'\n option dest_port '" +
           repeat("1 3 ", 100'000) + "'\n option target ACCEPT\n");
  finishes("config defaults\nconfig zone\n option name a\n option device eth0\n" + repeat("config rule\n option src a\n option dest_port 22\n option target ACCEPT\n", 50'000));
  std::string set = "config ipset\n option name s\n option match dest_net\n";
  for (int i = 0; i < 20'000; ++i) set += " list entry '10." + std::to_string(i / 200) + "." + std::to_string(i % 200) + ".2'\n";
  finishes(set + "config zone\n option name a\n option device eth0\n" + repeat("config rule\n option src a\n option ipset s\n option target DROP\n", 3'000));
  std::string network;
  for (int i = 0; i < 20'000; ++i) network += "config interface i" + std::to_string(i) + "\n option device '@i" + std::to_string(i + 1) + "'\n";
  finishes(network);
  finishes("config interface w\n option proto wireguard\n" + repeat("config wireguard_w\n list allowed_ips 10.0.0.0/8\n list allowed_ips 192.0.2.0/24\n", 20'000));
}

TEST(Hostile, Numbers) {
  finishes("config defaults\nconfig zone\n option name a\n option device eth0\n option subnet '0.0.0.0/-99999999999999999999 1.2.3.4/999 ::/-128 ::/129 ::/-1'\n");
  finishes("config interface l\n option device l\n option proto static\n option ipaddr 0.0.0.0/0\nconfig dhcp l\n option interface l\n option start 4294967295\n option limit 4294967295\n");
  finishes("config interface l\n option device l\n option proto static\n option ipaddr 255.255.255.255/30\nconfig dhcp l\n option interface l\n option start 4294967295\n option limit 4294967295\n");
  finishes("config interface l\n option device l\n option proto static\n option ip6addr ::1/0\nconfig route6\n option target ::/0\n option interface l\n option metric 99999999999999999\n");
  finishes("config redirect\n option src a\n option src_dport 0-65535\n option dest_port 65535-0\nconfig zone\n option name a\n option device l\n");
}

}  // namespace
}  // namespace fwproof::tests
