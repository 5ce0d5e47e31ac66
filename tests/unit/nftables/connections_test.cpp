// What the kernel does beside the rules: connection tracking, time to live, what a listing does not tell.
#include <gtest/gtest.h>

#include "tests/unit/nftables/support.h"

namespace fwproof::tests {
namespace {

using model::Hook;

constexpr const char* kTcp = "tcp 192.0.2.9:1025 198.51.100.1:22";
constexpr const char* kTcp6 = "tcp [2001:db8::9]:1025 [2001:db8::1]:22";

TEST(Connections, AChainOfTypeNatIsOnlyCalledWithConntrack) {
  const std::string nat = "table ip t {\n chain n { type nat hook prerouting priority dstnat; policy accept;\n tcp dport 22 drop\n }\n}\n";
  EXPECT_EQ(verdict(nat, kTcp), "depends");
  EXPECT_EQ(verdict(nat, "tcp 192.0.2.9:1025 198.51.100.1:23"), "accept");
  const std::string filter = " {\n chain f { type filter hook input priority 0; policy accept;\n ct state invalid drop\n }\n}\n";
  EXPECT_EQ(verdict(nat + "table ip x" + filter, kTcp), "drop");
  EXPECT_EQ(verdict(nat + "table inet x" + filter, kTcp), "drop");
  EXPECT_EQ(verdict(nat + "table ip6 x" + filter, kTcp), "depends");
  EXPECT_EQ(verdict(nat + "table ip x {\n chain p { type nat hook postrouting priority srcnat;\n masquerade\n }\n}\n", kTcp), "drop");
  EXPECT_EQ(verdict(nat + "table inet x {\n chain p { type nat hook prerouting priority 0;\n dnat ip6 to 2001:db8::7\n }\n}\n", kTcp), "depends");
  EXPECT_EQ(verdict(nat + "table ip x {\n chain p { type filter hook prerouting priority 0;\n ct mark set 5\n }\n}\n", kTcp), "drop");
  EXPECT_EQ(verdict(nat + "table ip x {\n chain p { type filter hook prerouting priority raw;\n notrack\n }\n}\n", "tcp 192.0.2.9:1025 198.51.100.1:23"), "accept");
}

}  // namespace
}  // namespace fwproof::tests
