#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

TEST(ReadMediawiki, ReadsBlocks) {
  check_rows("mediawiki", {
      {"headings and paragraphs", "= Ports =\n== Mail ==\none\ntwo\n\nthree\n----\n", "heading 1: Ports @1\nheading 2: Mail @2\nparagraph: one @3 / two @4\nparagraph: three @6\n"},
      {"lists", "* a\n** b\n# c\n; ADM : administration\n;GTW\n:the gateway\n", "item 1 \"•\": a @1\nitem 2 \"•\": b @2\nitem 1 \"#\": c @3\nitem 1 \":\": ADM: @4 / administration @4\nitem 1 \":\": GTW: @5 / the gateway @6\n"},
      {"inline markup", "'''TCP''' ''25'' [[Mail|SMTP]] [[POP3]] [https://x.example here] {{note|open it}} a<br />b [[Category:X]]\n", "paragraph: TCP 25 SMTP POP3 here note open it a @1 / b @1\n"},
      {"references and what is literal", "443<ref name=x>with TLS</ref> <nowiki>[[x]] '''&amp;</nowiki> <!-- 25\n26 --> end\n", "paragraph: 443 [with TLS] [[x]] '''&amp; @1 / end @2\n"},
      {"code", " netsh a\n b\n<pre>\nx\n</pre>\ny\n", "code: netsh a @1 / b @2\ncode: x @4\nparagraph: y @6\n"},
  });
}

TEST(ReadMediawiki, ReadsTables) {
  check_rows("mediawiki", {
      {"rows, headers, attributes, caption", "{| class=\"wikitable\"\n|+ style=x | Mail ports\n! Port !! style=\"y\" | Source || Use\n|-\n| 25 || [[a|ADM]] || x\n* y\n|- style=z\n| 26\n| {{yes|ok}}\n|}\nend\n",
       "table: Mail ports @2\n  head: Port @3 | Source @3 | Use @3\n  row: 25 @5 | ADM @5 | x @5 / y @6\n  row: 26 @8 | yes ok @9\nparagraph: end @11\n"},
      {"spans", "{|\n| rowspan=2 | 1 || colspan=\"2\" | 2\n|-\n| 3 || 4\n|}\n", "table\n  row: 1 @2 | (2) 2 @2\n  row: 1 @2 | 3 @4 | 4 @4\n"},
      {"a table in a cell", "{|\n| a\n{|\n| b\n|-\n| c\n|}\n| d\n|}\n", "table\n  row: a @2 / b @4 / c @6 | d @8\n"},
      {"of HTML", "<table>\n<tr><td>25</td></tr>\n</table>\nx\n", "table\n  row: 25 @2\nparagraph: x @4\n"},
      {"one that never ends", "{|\n| 25\n", "table\n  row: 25 @2\n", "warning document.unfinished @1: a table starts in this line and never ends\n"},
  });
}

}  // namespace
}  // namespace fwproof::specs::derive
