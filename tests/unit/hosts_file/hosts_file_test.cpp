// Hosts files: what a line says, and which files are none.
#include <gtest/gtest.h>

#include "importers/hosts_file/parse.h"

#include "importers/registry.h"

namespace fwproof::importers {
namespace {

using model::LineClass;

ImportedHost import_text(const std::string& text) {
  model::Sources sources;
  sources.files.push_back({"hosts", text});
  return import_host(sources, {0});
}

TEST(HostsFile, every_name_of_a_line_is_known_in_lower_case) {
  const ImportedHost host = import_text("# the office\n127.0.0.1 localhost\n  192.168.1.10\tMail.Example.com mail # server\nfd00::10 mail\nfe80::1%lo0 localhost\n");
  ASSERT_EQ(host.inputs[0].importer, "hosts-file");
  ASSERT_EQ(host.facts.names.size(), 5u);
  EXPECT_EQ(host.facts.names[1].name, "mail.example.com");
  EXPECT_EQ(host.facts.names[2].name, "mail");
  EXPECT_EQ(model::to_text(host.facts.names[2].address), "192.168.1.10");
  EXPECT_EQ(host.facts.names[1].origin.line, 3u);
  EXPECT_EQ(model::to_text(host.facts.names[3].address), "fd00::10");
  EXPECT_EQ(host.inputs[0].account.count(LineClass::modelled), 4u);
  EXPECT_EQ(host.inputs[0].account.count(LineClass::irrelevant), 1u);
}

TEST(HostsFile, a_line_that_is_no_entry_is_said) {
  const ImportedHost host = import_text("127.0.0.1 localhost\n192.168.1.10 mail\n192.168.1.300 web\n192.168.1.11 a/b\n192.168.1.12 c\n");
  EXPECT_TRUE(host.understood);
  EXPECT_EQ(host.facts.names.size(), 3u);
  EXPECT_EQ(host.inputs[0].account.count(LineClass::unrecognised), 2u);
  ASSERT_EQ(host.diagnostics.size(), 2u);
  EXPECT_EQ(host.diagnostics[0].origin.line, 3u);
  EXPECT_EQ(host.diagnostics[1].column, 14u);
}

TEST(HostsFile, routes_and_prose_are_none) {
  for (const char* text : {"192.0.2.7 dev eth0 scope link\n192.0.2.0/24 dev eth0\n", "192.0.2.7 is the old address.\nIt was moved.\nAsk the office, please!\n", "192.0.2.7\n192.0.2.8\n"})
    for (const ImportedInput& input : import_text(text).inputs) EXPECT_NE(input.importer, "hosts-file") << text;
}

TEST(HostsFile, AnOctetWithALeadingZeroIsNoAddress) {
  EXPECT_FALSE(importers::hosts_file::read_address("192.168.1.010"));
  EXPECT_TRUE(importers::hosts_file::read_address("192.168.0.10"));
}

}  // namespace
}  // namespace fwproof::importers
