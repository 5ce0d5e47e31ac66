#include <gtest/gtest.h>

#include "cli/exit_code.h"
#include "cli/read_packet.h"

namespace fwproof::cli {
namespace {

using model::Field;

TEST(PacketWords, ReadsEndpointsAndFields) {
  const PacketRequest request = parse_packet_words("tcp [2001:db8::1]:40000 [2001:db8::2]:443 in=eth0 state=established hook=forward");
  ASSERT_EQ(request.problem, "");
  EXPECT_EQ(request.packet.family, model::Family::v6);
  EXPECT_EQ(request.packet.get(Field::dst_port), 443u);
  EXPECT_EQ(request.packet.get(Field::state), unsigned{model::state_established});
  EXPECT_EQ(request.packet.get(Field::tcp_flags), unsigned{model::tcp_ack});
  EXPECT_EQ(request.names.at(Field::in), "eth0");
  EXPECT_EQ(request.hook, model::Hook::forward);
}

TEST(PacketWords, IcmpHasTypesAndNoPorts) {
  const PacketRequest request = parse_packet_words("icmp 192.0.2.1 198.51.100.1 type 8");
  ASSERT_EQ(request.problem, "");
  EXPECT_EQ(request.packet.get(Field::icmp_type), 8u);
  EXPECT_EQ(request.packet.get(Field::dst_port), 0u);
}

TEST(PacketWords, RefusesWhatIsNoPacket) {
  for (const char* text : {"", "tcp", "tcp 192.0.2.1:1 300.1.1.1:2", "tcp 192.0.2.1:99999 192.0.2.2:1", "tcp 192.0.2.1:1 [2001:db8::1]:2",
                           "tcp 192.0.2.1: 192.0.2.2:1", "tcp [2001:db8::1 [::1]:2", "frob 192.0.2.1 192.0.2.2", "tcp 192.0.2.1:1 192.0.2.2:1 colour=red",
                           "tcp 192.0.2.1:1 192.0.2.2:1 hook=sideways", "icmp 192.0.2.1 192.0.2.2 type 300"})
    EXPECT_NE(parse_packet_words(text).problem, "") << text;
}

TEST(PacketJson, TakesNumbersAndText) {
  const PacketRequest request = parse_packet_json(R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"udp","src_port":1,"dst_port":"53","tcp_flags":["SYN"]})");
  ASSERT_EQ(request.problem, "");
  EXPECT_EQ(request.packet.get(Field::protocol), 17u);
  EXPECT_EQ(request.packet.get(Field::dst_port), 53u);
  for (const char* text : {"", "[]", "{", R"({"src":1})", R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":6,"dst_port":-1})",
                           R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":{}})"})
    EXPECT_NE(parse_packet_json(text).problem, "") << text;
}

TEST(ExitCode, FaultThenUsageThenInputThenViolatedThenCannotTell) {
  EXPECT_EQ(worse(exit_cannot_tell, exit_violated), exit_violated);
  EXPECT_EQ(worse(exit_input, exit_violated), exit_input);
  EXPECT_EQ(worse(exit_usage, exit_input), exit_usage);
  EXPECT_EQ(worse(exit_usage, exit_fault), exit_fault);
  EXPECT_EQ(worse(exit_holds, exit_cannot_tell), exit_cannot_tell);
}

}  // namespace
}  // namespace fwproof::cli
