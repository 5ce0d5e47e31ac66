// Documents that are made to be slow, deep or huge: read to the end or to a limit that is said. Sizes are such that anything but linear
// time would be noticed as a test that never ends.
#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

std::string repeat(std::string_view text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}

size_t rows_of(const ReadDocument& read) {
  size_t rows = 0;
  for (const Block& block : read.document.blocks) rows += block.rows.size();
  return rows;
}
size_t cells_of(const ReadDocument& read) {
  size_t cells = 0;
  for (const Block& block : read.document.blocks)
    for (const TableRow& row : block.rows) cells += row.cells.size();
  return cells;
}

constexpr size_t kMany = 30'000;

TEST(HostileDocument, LongTablesAreReadWhole) {
  EXPECT_EQ(rows_of(read_as("a | b\n--|--\n" + repeat("25 | ADM\n", kMany), "markdown")), kMany + 1);
  EXPECT_EQ(rows_of(read_as("a | b\n--|--\n" + repeat("25 | ADM\n", kMany), "text")), kMany + 1);
  EXPECT_EQ(rows_of(read_as(repeat("25,\"ADM\"\n", kMany), "csv")), kMany);
  EXPECT_EQ(rows_of(read_as("{|\n" + repeat("|-\n| 25 || ADM\n", kMany) + "|}", "mediawiki")), kMany);
  EXPECT_EQ(rows_of(read_as("|===\n" + repeat("|25 |ADM\n", kMany) + "|===", "asciidoc")), kMany);
  EXPECT_EQ(rows_of(read_as("== ==\n" + repeat("25 ADM\n", kMany) + "== ==\n", "rst")), kMany);
  EXPECT_EQ(rows_of(read_as("+--+\n" + repeat("|25|\n+--+\n", kMany), "rst")), kMany);
  EXPECT_EQ(rows_of(read_as("<table>" + repeat("<tr><td>25<td>ADM\n", kMany), "html")), kMany);
}

TEST(HostileDocument, ManyRowsEndAtALimitThatIsSaid) {
  const ReadDocument read = read_as(repeat("1,2\n", kMaxBlocksAndRows + 5), "csv");
  EXPECT_EQ(rows_of(read), kMaxBlocksAndRows);
  EXPECT_EQ(dump(read.diagnostics), "warning document.limit @1000001: not read from line 1000001 on: the document has more than 1000000 blocks and table rows, or 4000000 cells\n");
}

TEST(HostileDocument, ManyColumnsAreCutAndSaid) {
  const std::string says = "this row has 10000 cells; those after the first 1024 are not read";
  for (const auto& [format, text] : std::vector<std::pair<std::string, std::string>>{
           {"csv", repeat("25,", 9'999) + "25\n"}, {"tsv", repeat("25\t", 9'999) + "25\n"},
           {"markdown", repeat("|25", 10'000) + "|\n" + repeat("|--", 10'000) + "|\n"},
           {"text", repeat("25 | ", 9'999) + "25\n" + repeat("---|", 10'000) + "\n"},
           {"html", "<table><tr>" + repeat("<td>25", 10'000)}, {"mediawiki", "{|\n|" + repeat("25||", 9'999) + "25\n|}\n"}}) {
    const ReadDocument read = read_as(text, format);
    EXPECT_EQ(cells_of(read), kMaxColumns) << format;
    EXPECT_NE(dump(read.diagnostics).find(says), std::string::npos) << format << dump(read.diagnostics);
  }
}

TEST(HostileDocument, SpansDoNotMultiply) {
  const std::string cell = "<td rowspan=65534 colspan=1000>" + repeat("x", 10'000);
  const ReadDocument read = read_as("<table>" + repeat("<tr>" + cell, 1000) + repeat("<tr><td>y", kMany), "html");
  EXPECT_EQ(rows_of(read), kMany + 1000);
  EXPECT_NE(dump(read.diagnostics).find("repeat more text than the limit"), std::string::npos);
  size_t bytes = 0;
  for (const TableRow& row : read.document.blocks.at(0).rows)
    for (const Cell& c : row.cells)
      for (const Line& line : c.lines) bytes += line.text.size();
  EXPECT_LT(bytes, 2 * kMaxRepeatedBytes);
  read_as("{|\n" + repeat("|-\n| rowspan=65534 colspan=65534 | x\n", kMany) + "|}\n", "mediawiki");
  read_as("|===\n" + repeat("999999*65534+.65534+|x\n", kMany) + "|===\n", "asciidoc");
}

TEST(HostileDocument, DeepNestingIsFlattenedAndSaid) {
  constexpr size_t kDeep = 1'000'000;
  for (const std::string tag : {"<div>", "<ul><li>", "<b>", "<span hidden>", "<table><tr><td>", "<blockquote>", "<a href=x>", "<li><dd>", "<svg><g>", "<font><p>", "<h1>", "<sup>"}) {
    const ReadDocument read = read_as("<p>before</p>" + repeat(tag, kDeep / 20) + "within", "html");
    EXPECT_EQ(dump(read.document).substr(0, 20), "paragraph: before @1") << tag;
    EXPECT_EQ(dump(read.document).find("within") == std::string::npos, tag == "<span hidden>") << tag;
    for (const model::Diagnostic& diagnostic : read.diagnostics) EXPECT_NE(diagnostic.message.find("deeper than 200"), std::string::npos) << tag;
  }
  EXPECT_EQ(read_as(repeat(">", kDeep) + " x", "markdown").document.blocks.size(), 1u);
  EXPECT_EQ(read_as(repeat("- ", kDeep) + "x", "markdown").document.blocks.size(), 1u);
  EXPECT_EQ(read_as(repeat("*", kDeep) + " x", "mediawiki").document.blocks.size(), 1u);
  std::string stairs;
  for (size_t i = 0; i < 2000; ++i) stairs += repeat(" ", i) + "- x\n";
  for (const char* format : {"text", "rst"}) EXPECT_EQ(read_as(stairs, format).document.blocks.size(), 2000u) << format;
}

TEST(HostileDocument, OpenersAloneTakeLinearTime) {
  constexpr size_t kOpeners = 20'000;
  for (const std::string opener : {"<!--", "<", "</", "<a ", "<a b='", "&", "&#", "&#x0", "[", "[[", "[a](", "![", "`", "``", "```a ", "*", "_", "{{", "{|", "{", "<<", "[[a", "^", "\"", "\",", "|", "||", "!!", ":", "''", "\\",
                                   "<ref>", "<nowiki>", "footnote:[", "link:x[", "a|", "{a}", "+--", "|`", "http://", "<title>", "<textarea>", "<script>", "<!", "<?", ":a:`", "== ", "--", "2+", "<div><p><table>", "]", "}}", "-->"})
    for (const std::string_view format : document_formats()) {
      EXPECT_FALSE(read_as("x\n" + repeat(opener, kOpeners), format).document.format.empty()) << format << opener;
      read_as("x\n" + repeat(opener + "\n", kOpeners / 10), format);
    }
}

TEST(HostileDocument, LimitsItsDiagnostics) {
  const ReadDocument read = read_as(repeat("```\n<table>\n<!-- ", 10) + repeat("|" + repeat("25|", 1100) + "\n|--|\n\n", 1000), "text");
  EXPECT_LE(read.diagnostics.size(), 202u);
}

}  // namespace
}  // namespace fwproof::specs::derive
