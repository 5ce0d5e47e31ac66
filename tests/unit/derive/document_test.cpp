// What all readers share: which format a document is in, the same table from each of them, and what is refused.
#include "specs/derive/document.h"

#include <algorithm>

#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

struct Written {
  std::string format;
  std::string path;
  std::string text;
};

const std::vector<Written> kSameTable = {
    {"text", "ports.txt", "Port | Source | Use\n---|---|---\n25 | GTW | mail\n8450-8460 | ADM, GTW | console\n"},
    {"markdown", "ports.md", "| Port | Source | Use |\n|-----:|:-------|-----|\n| **25** | GTW | [mail](#m) |\n| 8450-8460 | ADM, GTW | console |\n"},
    {"rst", "ports.rst", "=========  ========  =======\nPort       Source    Use\n=========  ========  =======\n25         GTW       mail\n8450-8460  ADM, GTW  console\n=========  ========  =======\n"},
    {"asciidoc", "ports.adoc", "[%header,cols=3*]\n|===\n|Port |Source |Use\n|25 |GTW |mail\n|8450-8460\n|ADM, GTW |*console*\n|===\n"},
    {"mediawiki", "ports.wiki", "{|\n! Port !! Source !! Use\n|-\n| 25 || GTW || mail\n|-\n| 8450-8460 || ADM, GTW || '''console'''\n|}\n"},
    {"html", "ports.html", "<table><tr><th>Port<th>Source<th>Use\n<tr><td>25<td>GTW<td>mail\n<tr><td>8450-8460<td>ADM, GTW<td><b>console</b></table>\n"},
    {"csv", "ports.csv", "Port,Source,Use\n25,GTW,mail\n8450-8460,\"ADM, GTW\",console\n"},
    {"tsv", "ports.tsv", "Port\tSource\tUse\n25\tGTW\tmail\n8450-8460\tADM, GTW\tconsole\n"},
};

std::string without_lines(std::string text) {
  std::string result;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '@') {
      while (at < text.size() && text[at] != ' ' && text[at] != '\n') ++at;
      --at;
      result.pop_back();
    } else {
      result += text[at];
    }
  }
  return result;
}

TEST(ReadDocument, TheSameTableIsTheSameInEachFormat) {
  for (const Written& row : kSameTable) {
    const ReadDocument read = read_as(row.text, "", row.path);
    EXPECT_EQ(read.document.format, row.format);
    EXPECT_EQ(without_lines(dump(read.document)), "table\n  head: Port | Source | Use\n  row: 25 | GTW | mail\n  row: 8450-8460 | ADM, GTW | console\n") << row.format;
    EXPECT_EQ(dump(read.diagnostics), "") << row.format;
    EXPECT_EQ(read.document.text, row.text);
  }
}

TEST(ReadDocument, RecognisesByContentWhatTheNameDoesNotTell) {
  for (const Written& row : kSameTable) {
    // A pipe table alone may be Markdown as well.
    EXPECT_EQ(read_as(row.text, "", "-").document.format, row.format) << row.text;
  }
  EXPECT_EQ(read_as("just prose, with commas\nand more, of them\n", "", "-").document.format, "text");
  EXPECT_EQ(read_as("# Title\n", "", "-").document.format, "markdown");
  EXPECT_EQ(read_as("# Title\n", "", "a.txt").document.format, "text");
  EXPECT_EQ(read_as("<!DOCTYPE html>\n<p>x", "", "a.txt").document.format, "html");
  EXPECT_EQ(read_as("<p>x</p>", "text", "a.html").document.format, "text");
}

TEST(ReadDocument, EveryFormatIsShown) {
  std::vector<std::string_view> shown;
  for (const Written& row : kSameTable) shown.push_back(row.format);
  std::vector<std::string_view> known = document_formats();
  std::sort(shown.begin(), shown.end());
  std::sort(known.begin(), known.end());
  EXPECT_EQ(known, shown);
}

TEST(ReadDocument, RefusesWhatIsNoText) {
  const struct {
    std::string bytes;
    std::string_view starts;
  } rows[] = {
      {"%PDF-1.7\n", "error document.unconverted @0: this is a PDF file, not text; convert it first: pdftotext"},
      {std::string("PK\x03\x04....word/document.xml"), "error document.unconverted @0: this is a DOCX file"},
      {"PK\x03\x04", "error document.unconverted @0: this is a ZIP file"},
      {std::string("a\nb\0c", 5), "error input.binary @2: the file holds zero bytes"},
      {"", "error input.empty @0: the document holds no text"},
      {" \n\u200b\n", "error input.empty @0: the document holds no text"},
  };
  for (const auto& row : rows) EXPECT_EQ(dump(read_as(row.bytes, "").diagnostics).substr(0, row.starts.size()), row.starts);
  EXPECT_EQ(dump(read_as("x", "docx").diagnostics).substr(0, 56), "error value.unknown @0: 'docx' is no format of documents");
}

TEST(ReadDocument, ReplacesBytesThatAreNoCharacters) {
  const ReadDocument read = read_as("a\nport \xff 25 \xc0\x80\n", "text");
  EXPECT_EQ(dump(read.document), "paragraph: a @1 / port \ufffd 25 \ufffd\ufffd @2\n");
  EXPECT_EQ(dump(read.diagnostics), "warning document.encoding @2: 3 sequences of bytes that are no characters of its encoding were replaced, the first in this line\n");
  EXPECT_EQ(read.diagnostics[0].line_text, "port \ufffd 25 \ufffd\ufffd");
}

}  // namespace
}  // namespace fwproof::specs::derive
