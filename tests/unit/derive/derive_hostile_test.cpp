// Any document leads to rows and an honest list of numbers, in bounded time. Sizes are small where time grows with the square if something is wrong.
#include <gtest/gtest.h>

#include <chrono>

#include "specs/derive/facts.h"
#include "tests/support/derive_document.h"

namespace fwproof::specs::derive {
namespace {

std::string repeated(const std::string& text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}

struct Hostile {
  std::string shows;
  std::string text;
  std::string name;
};

std::vector<Hostile> hostile(size_t size) {
  std::string columns = "|", separator = "|", row = "|";
  for (size_t i = 0; i < size; ++i) columns += "Port|", separator += "-|", row += std::to_string(i % 65536) + "|";
  return {
      {"one row many times", "Port | Source | Target\n---|---|---\n" + repeated("25 | A | B\n", size), "a.md"},
      {"many columns", columns + "\n" + separator + "\n" + row + "\n", "a.md"},
      {"a list of numbers in one sentence", "Open ports " + repeated("1, 2, 3, ", size) + "4.\n", "a.txt"},
      {"many ports in one cell", "Port | Source\n---|---\n" + repeated("80,", size) + " | A\n", "a.md"},
      {"many sources in one cell", "Port | Source\n---|---\n80 | " + repeated("A, ", size) + "\n", "a.md"},
      {"brackets", "Port | Source\n---|---\n80 | " + repeated("[", size) + "\n", "a.md"},
      {"many lists", repeated("- 443/tcp: x\n\ntext\n\n", size), "a.txt"},
      {"many headings with tables", repeated("# Ports\n\n|Port|\n|-|\n|80|\n\n", size), "a.md"},
      {"many headings without", repeated("# Ports 1\n", size), "a.md"},
      {"headers without rows", repeated("Port\n\nFrom\n\nTo\n\n", size), "a.txt"},
      {"many flat headers", repeated("Port Source Target Description\n", size), "a.txt"},
      {"many claims", repeated("It lists all TCP ports. Port forwarding in the router.\n\n", size), "a.txt"},
      {"many commands", repeated("netsh advfirewall firewall add rule `\n", size), "a.txt"},
      {"no blanks", "Open port " + repeated("1.2/3:4-5_6", size) + "\n", "a.txt"},
      {"roles of one name", "Port | Source\n---|---\n" + repeated("80 | A!\n80 | A?\n", size), "a.md"},
      {"many footnotes", repeated("[1] note\n", size) + "\nPort | Source\n---|---\n80 [1] | A\n", "a.md"},
      {"right to left", repeated("منفذ 443 مفتوح\n\u202e 25 \u202c\n", size), "a.txt"},
      {"years and versions", repeated("In 2019 version 1.2.3 of 2020-01-02 at 10:20 from 10.0.0.1/8.\n", size), "a.txt"},
      {"any bytes", repeated("\xff\xfe\x80 80 \xc3 | \x01\n", size), "a.txt"},
  };
}

TEST(DeriveHostile, AccountsForEveryNumber) {
  for (const Hostile& document : hostile(40)) EXPECT_EQ(tests::unaccounted(tests::derive_text(document.text, document.name)), "") << document.shows;
}

TEST(DeriveHostile, EndsInBoundedTime) {
  for (const Hostile& document : hostile(20'000)) {
    const auto start = std::chrono::steady_clock::now();
    const tests::DerivedDocument derived = tests::derive_text(document.text, document.name);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start).count();
    EXPECT_LT(seconds, 20) << document.shows;
    EXPECT_FALSE(derived.derived.specifications.empty()) << document.shows;
  }
}

TEST(DeriveHostile, NamesItsLimits) {
  const tests::DerivedDocument rows = tests::derive_text("Port | Source | Target\n---|---|---\n" + repeated("25 | A | B\n", kMaxRows + 1), "a.md");
  ASSERT_EQ(rows.derived.diagnostics.size(), 1u);
  EXPECT_NE(rows.derived.diagnostics[0].message.find("more than 100000 rows"), std::string::npos);
  EXPECT_EQ(rows.derived.specifications[0].rows.size(), kMaxRows);
  ASSERT_EQ(rows.derived.specifications[0].left_over.size(), 1u);
  EXPECT_EQ(rows.derived.specifications[0].left_over[0].why, "behind the last row that is read");

  const tests::DerivedDocument list = tests::derive_text("Open ports " + repeated("1, 2, ", 40) + "3" + repeated(", 4", kMaxPortsOfRow) + ".\n", "a.txt");
  EXPECT_EQ(tests::unaccounted(list), "");

  const tests::DerivedDocument none = tests::derive_text("Nothing here.\n", "a.txt");
  ASSERT_EQ(none.derived.diagnostics.size(), 1u);
  EXPECT_EQ(none.derived.diagnostics[0].id, model::DiagnosticId::input_empty);
  EXPECT_TRUE(none.derived.specifications[0].rows.empty());
}

}  // namespace
}  // namespace fwproof::specs::derive
