#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

TEST(ReadMarkdown, ReadsBlocks) {
  check_rows("markdown", {
      {"headings", "# Ports #\n## Mail\ntext\nMore\n====\nTwo\n---\n#no heading\n", "heading 1: Ports @1\nheading 2: Mail @2\nheading 1: text @3 / More @4\nheading 2: Two @6\nparagraph: #no heading @8\n"},
      {"lists", "1. a\n   more\n   - b\n\n     inside\n2. c\n\nend\n", "item 1 \"1.\": a @1 / more @2\nitem 2 \"-\": b @3\nparagraph: inside @5\nitem 1 \"2.\": c @6\nparagraph: end @8\n"},
      {"code", "```sh\nufw allow 25\n# no heading\n```\n\n    indented 26\n\ntext\n", "code: ufw allow 25 @2 / # no heading @3\ncode: indented 26 @6\nparagraph: text @8\n"},
      {"quotes", "> [!NOTE]\n> Open 25\n>> and\n\n> | a | b |\n> |---|---|\n> | 1 | 2 |\n", "paragraph: Open 25 @2 / and @3\ntable\n  head: a @5 | b @5\n  row: 1 @7 | 2 @7\n"},
      {"front matter", "---\ntitle: \"Ports of X\"\ndate: 2024-01-01\n---\ntext\n", "title: Ports of X\ncode: date: 2024-01-01 @3\nparagraph: text @5\n"},
      {"definitions and footnotes", "ADM\n: administration\n\nPort 25[^1]\n\n[^1]: over TLS\n[x]: https://x.example:8443/\n", "item 1 \":\": ADM: @1 / administration @2\nparagraph: Port 25 [1] @4\nitem 1 \"[1]\": over TLS @6\n"},
      {"rules", "a\n\n---\n\n***\nb\n", "paragraph: a @1\nparagraph: b @6\n"},
      {"comments", "a <!-- 25 --> b\n<!--\n26\n-->\n`<!--` c\n", "paragraph: a b @1\nparagraph: <!-- c @5\n"},
  });
}

TEST(ReadMarkdown, ReadsInlineMarkup) {
  check_rows("markdown", {
      {"emphasis", "open **TCP** _25_ and *26*, net_filter_x 2 * 3 ~~27~~\n", "paragraph: open TCP 25 and 26, net_filter_x 2 * 3 ~~27~~ @1\n"},
      {"links and images", "[SMTP (25)](http://x/a(b)) ![yes](y.png) [ref][1] <https://x.example> [not] [ ] ![]\n", "paragraph: SMTP (25) yes ref https://x.example [not] [ ] [] @1\n"},
      {"code spans", "`a | b` ``c`d`` `&amp;` `open\n", "paragraph: a | b c`d &amp; `open @1\n"},
      {"escapes and entities", "\\*25\\* 1\\. &lt;x&gt; &nbsp;&#50;5 &unknown; AT&T\n", "paragraph: *25* 1. <x> 25 &unknown; AT&T @1\n"},
      {"brackets that nothing closes", "[a<br>b] [c [d](x) [\n", "paragraph: [a @1 / b] [c d [ @1\n"},
      {"tags", "a<br>b <kbd>c</kbd> 443<sup>1</sup> x < y\n", "paragraph: a @1 / b c 443 [1] x < y @1\n"},
  });
}

TEST(ReadMarkdown, KeepsMarksOfNotes) {
  check_rows("markdown", {
      {"in brackets", "SMB (**) and RPC (*)\n", "paragraph: SMB (**) and RPC (*) @1\n"},
      {"without an end", "*The port can be changed.\n", "paragraph: *The port can be changed. @1\n"},
      {"emphasis", "*a* **b** _c_\n", "paragraph: a b c @1\n"},
  });
}

TEST(ReadMarkdown, ReadsTables) {
  check_rows("markdown", {
      {"escaped pipes, markup, breaks", "| Port | `Source` |\n|:-----|:-:|\n| **25** | ADM<br/>GTW |\n| 26 \\| 27 | [x](y) |\n", "table\n  head: Port @1 | Source @1\n  row: 25 @3 | ADM @3 / GTW @3\n  row: 26 | 27 @4 | x @4\n"},
      {"without outer pipes; a line without pipe is a row", "Ports:\nPort | Source\n---|---\n25 | ADM\nalone\n\nend\n", "paragraph: Ports: @1\ntable\n  head: Port @2 | Source @2\n  row: 25 @4 | ADM @4\n  row: alone @5\nparagraph: end @7\n"},
      {"in a fold of HTML", "<details>\n<summary>more</summary>\n\n| Port |\n|-|\n| 25 |\n\n</details>\n", "paragraph: more @2\ntable\n  head: Port @4\n  row: 25 @6\n"},
      {"of HTML", "text\n\n<table>\n<tr><th>Port</th>\n\n<th>Source</th></tr>\n<tr><td>25</td><td>ADM</td></tr>\n</table>\n**end**\n",
       "paragraph: text @1\ntable\n  head: Port @4 | Source @6\n  row: 25 @7 | ADM @7\nparagraph: end @9\n"},
  });
}

TEST(ReadMarkdown, SaysWhatNeverEnds) {
  check_rows("markdown", {
      {"code", "a\n~~~\nb\n", "paragraph: a @1\ncode: b @3\n", "warning document.unfinished @2: a code block starts in this line and never ends; the rest of the document is read as code\n"},
      {"a comment", "a\n<!-- b\nc\n", "paragraph: a @1\n", "warning document.unfinished @2: a comment starts in this line and never ends; the rest of the document is not read\n"},
  });
}

}  // namespace
}  // namespace fwproof::specs::derive
