#include "report/escape.h"

#include <gtest/gtest.h>

namespace fwproof::report {
namespace {

struct Row {
  std::string_view text;
  std::string_view expected;
};

TEST(Escape, LeavesNothingThatATerminalObeys) {
  using namespace std::string_view_literals;
  const Row rows[] = {
      {"plain text", "plain text"},
      {"\x1b[31mred\x1b[0m", "\\u{1b}[31mred\\u{1b}[0m"},
      {"\x1b]0;title\x07", "\\u{1b}]0;title\\u{7}"},
      {"two\nlines\r", "two\\u{a}lines\\u{d}"},
      {"tab\there", "tab\\there"},
      {"nul\0byte"sv, "nul\\u{0}byte"},
      {"\xE2\x80\xAE" "evil", "\\u{202e}evil"},               // right-to-left override
      {"\xE2\x81\xA6x\xE2\x81\xA9", "\\u{2066}x\\u{2069}"},   // isolates
      {"zero\xE2\x80\x8Bwidth", "zero\\u{200b}width"},
      {"\xC2\x9B" "31m", "\\u{9b}31m"},                       // C1 CSI as UTF-8
      {"\x9B" "31m", "\\x9b31m"},                             // C1 CSI as a byte
      {"\xC0\xAF", "\\xc0\\xaf"},                             // overlong
      {"\xED\xA0\x80", "\\xed\\xa0\\x80"},                    // surrogate
      {"\xE2\x80", "\\xe2\\x80"},                             // cut off
      {"Größe 日本", "Größe 日本"},
  };
  for (const Row& row : rows) EXPECT_EQ(escape(row.text), row.expected) << row.expected;
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("Größe"), 5u);
  EXPECT_EQ(display_width("日本"), 4u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);
  EXPECT_EQ(pad("日本", 6), "日本  ");
}

}  // namespace
}  // namespace fwproof::report
