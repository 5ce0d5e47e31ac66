// Commands that a document prints, against its own table.
#include "cli/printed_commands.h"

#include <gtest/gtest.h>

namespace fwproof::cli {
namespace {

using specs::derive::PrintedCommand;

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " | ") + text;
  return all;
}

const specs::Specification& single() { return *specs::find_builtin("mailstore-spe-single"); }

PrintedCommand netsh(const std::string& rest, uint32_t line) {
  return {"netsh advfirewall firewall add rule name=\"x\" `\naction=ALLOW dir=IN protocol=TCP " + rest + " profile=ANY", line, line + 1, 0};
}

// The shape of the real document: continued lines, one address of an administrator's network.
TEST(PrintedCommands, SatisfyTheirTable) {
  const std::vector<PrintedCommand> commands = {netsh("localport=\"143,443,993\"", 29), netsh("localport=\"8470\" remoteip=\"192.0.2.0/24\"", 32),
                                                netsh("localport=\"8474\" remoteip=\"192.0.2.0/24\"", 35)};
  const CommandCheck check = check_printed_commands(single(), commands, "ports.txt");
  EXPECT_EQ(check.not_compared, "");
  EXPECT_EQ(joined(check.bindings), "SERVER = 198.51.100.10 (a documentation address) | ADM = 192.0.2.0/24, as in the commands");
  EXPECT_EQ(joined(check.satisfied), "143-ANY-SERVER | 443-ANY-SERVER | 993-ANY-SERVER | 8470-ADM-SERVER | 8474-ADM-SERVER");
  EXPECT_EQ(joined(check.closed), "");
  EXPECT_EQ(joined(check.beyond), "");
  EXPECT_EQ(joined(check.unknown), "");
  ASSERT_EQ(check.opened.size(), 3u);
  EXPECT_EQ(check.opened[0].service, "tcp ports 143, 443, 993");
  EXPECT_EQ(check.opened[0].sources, "ANY, ANY IPv6");
  EXPECT_EQ(check.opened[0].lines, std::vector<uint32_t>{29});
  EXPECT_EQ(check.opened[1].sources, "192.0.2.0/24");
  EXPECT_EQ(check.first_line, 29u);
  EXPECT_EQ(check.last_line, 36u);
}

TEST(PrintedCommands, WhatTheyLeaveClosedAndOpenBeyondIsSaid) {
  const std::vector<PrintedCommand> commands = {netsh("localport=\"143,443\"", 1), netsh("localport=\"8470\"", 3), netsh("localport=\"3389\"", 5)};
  const CommandCheck check = check_printed_commands(single(), commands, "ports.txt");
  EXPECT_EQ(joined(check.satisfied), "143-ANY-SERVER | 443-ANY-SERVER | 8470-ADM-SERVER");
  EXPECT_EQ(joined(check.closed), "993-ANY-SERVER (ANY cannot reach SERVER:993) | 8474-ADM-SERVER (ADM cannot reach SERVER:8474)");
  EXPECT_EQ(joined(check.beyond), "SERVER:8470 exposed to ANY | SERVER: unlisted TCP ports 3389 exposed to ANY");
}

TEST(PrintedCommands, IptablesRulesAreTakenAsAddedToAHostThatDrops) {
  const std::vector<PrintedCommand> commands = {{"sudo iptables -A INPUT -p tcp -m multiport --dports 143,443,993 -m state --state NEW -j ACCEPT", 4, 4, 0},
                                                {"iptables -A INPUT -p tcp --dport 8470:8474 -s 192.0.2.0/24 -j ACCEPT", 5, 5, 0}};
  const CommandCheck check = check_printed_commands(single(), commands, "ports.txt");
  EXPECT_EQ(check.not_compared, "");
  EXPECT_EQ(joined(check.satisfied), "143-ANY-SERVER | 443-ANY-SERVER | 993-ANY-SERVER | 8470-ADM-SERVER | 8474-ADM-SERVER");
  EXPECT_EQ(joined(check.beyond), "SERVER: unlisted TCP ports 8471-8473 exposed to 192.0.2.0/24");
}

TEST(PrintedCommands, WhatCannotBeComparedIsSaid) {
  const std::vector<PrintedCommand> netsh_commands = {netsh("localport=443", 1)};
  EXPECT_EQ(check_printed_commands(*specs::find_builtin("mailstore-spe-multi"), netsh_commands, "d").not_compared,
            "the rows lead to several hosts (CAS, IH, MGMT), and the commands do not say on which of them they run");
  for (const char* text : {"ufw allow 443/tcp", "iptables -I INPUT 3 -p tcp --dport 443 -j ACCEPT", "iptables -t nat -A PREROUTING -j ACCEPT", "\x1b[2J", ""})
    EXPECT_EQ(check_printed_commands(single(), {{text, 1, 1, 0}}, "d").not_compared, "they are no netsh advfirewall commands and no iptables -A commands") << text;
  EXPECT_EQ(check_printed_commands(single(), std::vector<PrintedCommand>(301, netsh_commands[0]), "d").not_compared, "they are too many");
}

}  // namespace
}  // namespace fwproof::cli
