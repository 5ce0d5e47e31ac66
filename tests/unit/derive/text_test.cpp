#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

TEST(ReadText, KeepsEveryLineOfAParagraph) {
  check_rows("text", {
      {"blank lines end a paragraph", "Open these ports\nin the firewall.\n\n  Then restart.\n",
       "paragraph: Open these ports @1 / in the firewall. @2\nparagraph: Then restart. @4\n"},
      {"columns apart by blanks stay a paragraph", "Port  Source\n25    GTW\n      relay\n", "paragraph: Port Source @1 / 25 GTW @2 / relay @3\n"},
      {"CR LF, CR and LF end lines", "a\r\nb\rc\n\rd", "paragraph: a @1 / b @2 / c @3\nparagraph: d @5\n"},
      {"an underlined line is a heading", "Ports\n=====\nIntro\n\nMail\n----\nx\n\nto\n-----------\n",
       "heading 1: Ports @1\nparagraph: Intro @3\nheading 2: Mail @5\nparagraph: x @7\nheading 2: to @9\n"},
      {"a rule below prose is text", "one\ntwo\n---\n", "paragraph: one @1 / two @2 / --- @3\n"},
      {"a rule far shorter than the line is text", "This is a whole sentence, not a heading.\n---\n",
       "paragraph: This is a whole sentence, not a heading. @1 / --- @2\n"},
  });
}

TEST(ReadText, FindsListItems) {
  check_rows("text", {
      {"kinds of markers nest at one indentation", "    A. Ports:\n\n    1. SMTP - TCP 25\n\n    2) IMAP - TCP 143\n\n    a. CalDAV - TCP 8008\n\n    B. Done\n",
       "item 1 \"A.\": Ports: @1\nitem 2 \"1.\": SMTP - TCP 25 @3\nitem 2 \"2)\": IMAP - TCP 143 @5\nitem 3 \"a.\": CalDAV - TCP 8008 @7\nitem 1 \"B.\": Done @9\n"},
      {"indentation nests", "- a\n  - b\n    * c\n  - d\n- e\n",
       "item 1 \"-\": a @1\nitem 2 \"-\": b @2\nitem 3 \"*\": c @3\nitem 2 \"-\": d @4\nitem 1 \"-\": e @5\n"},
      {"bullets", "  • ANY = everybody\n  ◦ x\n", "item 1 \"•\": ANY = everybody @1\nitem 2 \"◦\": x @2\n"},
      {"what is indented, or goes on in a sentence, belongs to the item", "1. SMTP\n   for mail\nand more\n", "item 1 \"1.\": SMTP @1 / for mail @2 / and more @3\n"},
      {"a new sentence at the margin does not", "- GTW = the gateway\nPort Source\n25 GTW\n", "item 1 \"-\": GTW = the gateway @1\nparagraph: Port Source @2 / 25 GTW @3\n"},
      {"numbers in prose are no markers", "8080. is a port\n443 is another\n-1 too\n(25) and\n",
       "paragraph: 8080. is a port @1 / 443 is another @2 / -1 too @3\nitem 1 \"(25)\": and @4\n"},
      {"a paragraph ends the list", "1. a\n\n    Text\n\na. b\n", "item 1 \"1.\": a @1\nparagraph: Text @3\nitem 1 \"a.\": b @5\n"},
  });
}

TEST(ReadText, ReadsPipeTables) {
  check_rows("text", {
      {"without outer pipes in front", "Ports:\nPort | Source |\n---|---|\n25 | GTW |\n | ADM |\nNext heading\n",
       "paragraph: Ports: @1\ntable\n  head: Port @2 | Source @2\n  row: 25 @4 | GTW @4\n  row: | ADM @5\nparagraph: Next heading @6\n"},
      {"with outer pipes", "| Port | Source |\n|:----:|--------|\n| 25 | |\n| 26 | a | b |\n", "table\n  head: Port @1 | Source @1\n  row: 25 @3 |\n  row: 26 @4 | a @4 | b @4\n"},
      {"an empty last cell", "a | b\n--|--\nc |\n", "table\n  head: a @1 | b @1\n  row: c @3 |\n"},
      {"without a separator", "| a | b |\n| c | d |\n\nx | y | z\n1 | 2 | 3\n", "table\n  row: a @1 | b @1\n  row: c @2 | d @2\ntable\n  row: x @4 | y @4 | z @4\n  row: 1 @5 | 2 @5 | 3 @5\n"},
      {"cells that are dashes", "a | b\n---|---\n- | -\n", "table\n  head: a @1 | b @1\n  row: - @3 | - @3\n"},
      {"pipes in prose", "Home | Docs\nRevision (talk | contribs)\ncat x|grep y\n", "paragraph: Home | Docs @1 / Revision (talk | contribs) @2 / cat x|grep y @3\n"},
      {"box drawing", "│ Port │ Source │\n├──────┼────────┤\n│ 25   │ GTW    │\n", "table\n  row: Port @1 | Source @1\n  row: 25 @3 | GTW @3\n"},
      {"an escaped pipe", "a | b\n--|--\nx \\| y | z\n", "table\n  head: a @1 | b @1\n  row: x | y @3 | z @3\n"},
  });
}

TEST(ReadText, FoldsWhatIsNotSeen) {
  check_rows("text", {
      {"no-break space, soft hyphen, zero width", "TCP\u00a025 mail\u00adbox 4\u200b43\u2060\ufeff\n", "paragraph: TCP 25 mailbox 443 @1\n"},
      {"bidirectional controls", "\u202bport \u2066\u200f25\u2069\u202c \u05e9\u05dc\u05d5\u05dd\n", "paragraph: port 25 \u05e9\u05dc\u05d5\u05dd @1\n"},
      {"lines that show nothing are blank", "a\n\u200b\u00a0\nb\n", "paragraph: a @1\nparagraph: b @3\n"},
      {"control characters", "a\x01\x1b[1mb\x7f\x0c\n", "paragraph: a[1mb @1\n"},
  });
}

}  // namespace
}  // namespace fwproof::specs::derive
