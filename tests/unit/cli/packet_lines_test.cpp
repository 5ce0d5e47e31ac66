// Files of very many packets are read and answered in ways of their own: they say what the plain ways say.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "cli/line_blocks.h"
#include "cli/plain_json.h"
#include "cli/read_packet.h"

namespace fwproof::cli {
namespace {

const char* const kLines[] = {
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","src_port":1,"dst_port":53})",
    R"( { "src" : "192.0.2.1" , "dst":"192.0.2.2","protocol":6,"state":"new","hook":"input","in":"eth0" } )",
    R"({"src":"2001:db8::1","dst":"2001:db8::2","protocol":"icmpv6","icmp_type":128,"icmp_code":0,"mac":"00:11:22:33:44:55"})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"udp","fragment":true,"mark":"0x10","program":null})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"udp","fragment":false,"profile":"domain","ct_status":"none"})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","tcp_flags":["SYN","ACK"]})",
    R"({"src":"192.0.2.1","src":"192.0.2.9","dst":"192.0.2.2","protocol":"tcp"})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","program":"C:\\x.exe"})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","in":"ethé"})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","dst_port":0443})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","dst_port":-1})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","dst_port":8e1})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","dst_port":80.0})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","dst_port":99999})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","dport":80})",
    R"({"src":"192.0.2.1","dst":"2001:db8::2","protocol":"tcp"})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","hook":"sideways"})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp","mark":{"a":1}})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp"} // a comment)",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp",})",
    R"({"src":"192.0.2.1","dst":"192.0.2.2","protocol":"tcp"}})",
    R"({"src":"192.0.2.1" "dst":"192.0.2.2"})",
    R"({"src":192.0.2.1})", R"({"src":"300.1.1.1"})", R"({"src":truth})", R"({"src":nul})", R"({src:"192.0.2.1"})",
    R"({})", R"({"":""})", R"({)", R"(})", R"([])", R"("x")", R"(1)", R"(null)", "", "{\"src\":\"192.0.2.1\0\"}", "\xEF\xBB\xBF{}", "{\"src\":\"\xff\"}",
};

void expect_same(std::string_view line) {
  const PacketRequest quick = parse_packet_json(line), slow = parse_packet_tree(line);
  EXPECT_EQ(quick.problem, slow.problem) << line;
  EXPECT_EQ(quick.packet, slow.packet) << line;
  EXPECT_EQ(quick.names, slow.names) << line;
  EXPECT_EQ(quick.hook, slow.hook) << line;
}

TEST(PacketLines, QuickAndSlowReadersAgreeOnOddLines) {
  size_t quick = 0;
  PlainMembers members;
  for (const char* line : kLines) {
    expect_same(line);
    quick += read_plain_object(line, members);
  }
  EXPECT_GE(quick, 8u);
}

TEST(PacketLines, QuickAndSlowReadersAgreeOnBrokenLines) {
  std::mt19937 dice(7);
  constexpr std::string_view kBytes = "{}[]\",:\\ 0e-tn\n\x01/";
  for (int i = 0; i < 20'000; ++i) {
    std::string line = kLines[dice() % std::size(kLines)];
    for (unsigned changes = 1 + dice() % 2; changes > 0 && !line.empty(); --changes) {
      const size_t at = dice() % line.size();
      if (dice() % 3 == 0) line.erase(at, 1 + dice() % 3);
      else if (dice() % 2 == 0) line.insert(at, 1, kBytes[dice() % kBytes.size()]);
      else line[at] = kBytes[dice() % kBytes.size()];
    }
    expect_same(line);
  }
}

// What a file's lines are, by blocks and at once.
void expect_lines(const std::string& bytes) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / ("fwproof-lines-" + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << bytes;
  LineBlocks blocks(path.string());
  std::string joined;
  size_t expected = 1;
  for (LineBlock block; blocks.next(block);)
    for_each_line(block, [&](std::string_view line, size_t number) {
      EXPECT_EQ(number, expected++);
      joined += std::string(line) + "\n";
    });
  EXPECT_EQ(blocks.problem(), "");
  EXPECT_EQ(joined, bytes.empty() || bytes.back() == '\n' ? bytes : bytes + "\n");
  std::filesystem::remove(path);
}

TEST(LineBlocks, HoldWholeLines) {
  std::string long_one(LineBlocks::kBytes * 2 + 17, 'x'), many;
  for (int i = 0; i < 60'000; ++i) many += std::string(static_cast<size_t>(i % 23), 'a') + "\n";
  for (const std::string& bytes : {std::string(), std::string("\n"), std::string("a"), std::string("a\n\nb"), many, many + "end", long_one, "a\n" + long_one + "\nb\n" + many}) expect_lines(bytes);
}

TEST(LineBlocks, SayWhatIsNoFile) { EXPECT_EQ(LineBlocks("/").problem(), "it is a folder"); }

}  // namespace
}  // namespace fwproof::cli
