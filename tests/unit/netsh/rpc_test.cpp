// Rules for the ports that RPC assigns: whose port it is decides, and how it came about.
#include "tests/unit/netsh/support.h"

namespace fwproof::importers::netsh {
namespace {

constexpr const char* kApp = "C:\\Apps\\app.exe";
const std::string kProgram = "Program:                              C:\\Apps\\app.exe\n";
const std::string kAdd = "netsh advfirewall firewall add rule name=x dir=in action=allow protocol=TCP ";

struct Row {
  const char* name;
  std::string text;
  Question question;
  const char* verdict;
};

class Rpc : public testing::TestWithParam<Row> {};

TEST_P(Rpc, IsDecidedByProgramAndPort) {
  const ImportedHost host = import_texts({GetParam().text});
  ASSERT_TRUE(host.understood);
  EXPECT_EQ(ask(host, GetParam().question), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Rpc,
    testing::Values(
        Row{"assigned", print({.local_port = "RPC", .extra = kProgram}), {.dst_port = 50000, .program = kApp, .rpc_port = model::rpc_default_range}, "accept"},
        Row{"assigned from another range", print({.local_port = "RPC", .extra = kProgram}), {.dst_port = 1025, .program = kApp, .rpc_port = model::rpc_any_range}, "accept"},
        Row{"not assigned", print({.local_port = "RPC", .extra = kProgram}), {.dst_port = 50000, .program = kApp, .rpc_port = model::rpc_no}, "drop"},
        Row{"outside the usual range", print({.local_port = "RPC", .extra = kProgram}), {.dst_port = 5000, .program = kApp, .rpc_port = model::rpc_default_range}, "drop"},
        Row{"another program", print({.local_port = "RPC", .extra = kProgram}), {.dst_port = 50000, .program = "c:\\apps\\other.exe", .rpc_port = model::rpc_any_range}, "drop"},
        Row{"nothing tells", print({.local_port = "RPC", .extra = kProgram}), {.dst_port = 50000, .program = kApp}, "depends"},
        Row{"nothing tells below the range", print({.local_port = "RPC", .extra = kProgram}), {.dst_port = 5000, .program = kApp}, "drop"},
        Row{"a plain listing hides whose", print({.local_port = "RPC"}), {.dst_port = 50000, .rpc_port = model::rpc_any_range}, "depends"},
        Row{"a block rule in a plain listing", print({.local_port = "1-65535"}) + print({.local_port = "RPC", .action = "Block"}), {.dst_port = 50000, .rpc_port = model::rpc_any_range}, "drop"},
        Row{"UDP", print({.local_port = "RPC", .extra = kProgram}), {.protocol = 17, .dst_port = 50000, .program = kApp, .rpc_port = model::rpc_any_range}, "drop"},
        Row{"a command", kAdd + "localport=RPC program=C:\\Apps\\app.exe", {.dst_port = 2000, .program = kApp, .rpc_port = model::rpc_any_range}, "accept"},
        Row{"a command for every program", kAdd + "localport=rpc", {.dst_port = 2000, .program = kApp, .rpc_port = model::rpc_any_range}, "accept"},
        Row{"the endpoint mapper", kAdd + "localport=RPC-EPMap", {.dst_port = 135, .rpc_port = model::rpc_no}, "accept"},
        Row{"the endpoint mapper is no assigned port", kAdd + "localport=RPC-EPMap", {.dst_port = 50000, .rpc_port = model::rpc_any_range}, "drop"},
        Row{"beside a number", kAdd + "localport=RPC,80", {.dst_port = 80, .rpc_port = model::rpc_no}, "accept"},
        Row{"the other end's ports", kAdd + "localport=any remoteport=RPC", {.src_port = 50000, .rpc_port = model::rpc_any_range}, "depends"}));

}  // namespace
}  // namespace fwproof::importers::netsh
