#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

TEST(ReadAsciidoc, ReadsBlocks) {
  check_rows("asciidoc", {
      {"title, attributes, headings", "= Ports of {x}\n:x: Y\n:port: 25\n\n== Mail {x}\nopen {port} {none}\nand more +\nend\n", "title: Ports of {x}\nheading 1: Ports of {x} @1\nheading 2: Mail Y @5\nparagraph: open 25 {none} @6 / and more @7 / end @8\n"},
      {"lists", "* a\n** b\n- c\n. d\n1. e\n\nADM:: administration\nGTW::\nthe gateway\n",
       "item 1 \"•\": a @1\nitem 2 \"•\": b @2\nitem 3 \"•\": c @3\nitem 4 \"#\": d @4\nitem 5 \"1.\": e @5\nitem 6 \":\": ADM: @7 / administration @7\nitem 6 \":\": GTW: @8 / the gateway @9\n"},
      {"inline markup", "*TCP* _25_ `26` **2**7 link:x.html[mail] https://x.example[here] <<a,see>> 443^1^ footnote:[TLS] &lt; a_b_c 2 * 3\n", "paragraph: TCP 25 26 27 mail here see 443 [1] [TLS] < a_b_c 2 * 3 @1\n"},
      {"listings and comments", "// no\n////\nnot seen\n////\n[source,sh]\n----\nufw allow 25\n----\n\n literal\n", "code: ufw allow 25 @7\ncode: literal @10\n"},
      {"underlined titles", "Ports of {x}\n------------\n\n* 25\n\nMail\n~~~~~\ntext\n----\ncode\n----\n",
       "heading 2: Ports of {x} @1\nitem 1 \"•\": 25 @4\nheading 3: Mail @6\nheading 2: text @8\nheading 2: code @10\n"},
      {"a listing below a longer line", "run this:\n----\ncode\n----\n", "paragraph: run this: @1\ncode: code @3\n"},
      {"what never ends", "----\na\n", "code: a @2\n", "warning document.unfinished @1: a code block starts in this line and never ends\n"},
  });
}

TEST(ReadAsciidoc, ReadsTables) {
  check_rows("asciidoc", {
      {"columns, header, a title", ".Mail ports\n[cols=\"1,2\", options=\"header\"]\n|===\n|Port |Source\n|25\n|ADM\nor GTW\n| 26 a| x \\| y\n|===\n",
       "table: Mail ports @1\n  head: Port @4 | Source @4\n  row: 25 @5 | ADM @6 / or GTW @7\n  row: 26 @8 | x | y @8\n"},
      {"a blank line makes the first a header", "|===\n|a |b\n\n|1 |2\n|===\n", "table\n  head: a @2 | b @2\n  row: 1 @4 | 2 @4\n"},
      {"spans and repeats", "[cols=3*]\n|===\n2+|1 .2+|2\n|3 |4\n3*|5\n|===\n", "table\n  row: (2) 1 @3 | 2 @3\n  row: 3 @4 | 4 @4 | 2 @3\n  row: 5 @5 | 5 @5 | 5 @5\n"},
      {"CSV", ",===\na,\"b,c\"\n\n1,2\n,===\n[%header,format=dsv]\n|===\nx:y\n3:4\n|===\n", "table\n  head: a @2 | b,c @2\n  row: 1 @4 | 2 @4\ntable\n  head: x @8 | y @8\n  row: 3 @9 | 4 @9\n"},
      {"one that never ends", "|===\n|a |b\n", "table\n  row: a @2 | b @2\n", "warning document.unfinished @1: a table starts in this line and never ends\n"},
  });
}

}  // namespace
}  // namespace fwproof::specs::derive
