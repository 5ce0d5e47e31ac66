#include <gtest/gtest.h>

#include "model/hardware_address.h"

namespace fwproof::tests {
namespace {

using List = std::vector<std::string>;

TEST(HardwareAddress, HoweverItIsWritten) {
  for (const char* text : {"02:00:00:00:00:0a", "02-00-00-00-00-0A", "2:0:0:0:0:a", "0200.0000.000a", "02000000000A", "1:2:0:0:0:0:a", "01:02:00:00:00:00:0a", "0102.0000.0000.0a"})
    EXPECT_EQ(model::macs_in(text), List{"02:00:00:00:00:0a"}) << text;
  EXPECT_EQ(model::macs_in("2:0:0:0:0:a, 02-00-00-00-00-0b"), (List{"02:00:00:00:00:0a", "02:00:00:00:00:0b"}));
}

TEST(HardwareAddress, AnythingElseIsNone) {
  for (const char* text : {"", " ", "host web", "02:00:00:00:00", "02:00:00:00:00:0g", "02:00:00:00:00:00a", "02::00:00:00:0a", "00:01:00:01:2a:2b:02:00:00:00:00:0a", "ff02.0000.0000.0a", "02:00:00:00:*:*",
                           "02:00:00:00:00:0a printer", "02:00:00:00:00:0a:"})
    EXPECT_TRUE(model::macs_in(text).empty()) << text;
}

}  // namespace
}  // namespace fwproof::tests
