#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

TEST(ReadRst, ReadsBlocks) {
  check_rows("rst", {
      {"sections by the order of their styles", "=====\nPorts\n=====\n\nMail\n====\ntext\n\nDeep\n----\n\nWeb\n===\n", "title: Ports\nheading 1: Ports @2\nheading 2: Mail @5\nparagraph: text @7\nheading 3: Deep @9\nheading 2: Web @12\n"},
      {"lists, fields, terms", "* a\n\n  - b\n* c\n\n#. d\n\n:Port: 25\n\nADM\n  administration\n  of it\n", "item 1 \"*\": a @1\nitem 2 \"-\": b @3\nitem 1 \"*\": c @4\nitem 2 \"#.\": d @6\nitem 1 \":\": Port: @8 / 25 @8\nitem 1 \":\": ADM: @10 / administration @11 / of it @12\n"},
      {"code", "Run::\n\n    ufw allow 25\n    x\n\n.. code-block:: sh\n   :linenos:\n\n   y\n\nend\n", "paragraph: Run: @1\ncode: ufw allow 25 @3 / x @4\ncode: y @9\nparagraph: end @11\n"},
      {"inline markup", "**TCP** *25* ``a*b`` :ref:`mail <x>` `here <https://x>`_ name_ [1]_ \\*x\\* 2 * 3 |sub|\n", "paragraph: TCP 25 a*b mail here name [1] *x* 2 * 3 sub @1\n"},
      {"directives, comments, footnotes", ".. note:: Open it\n\n   and this\n\n.. a comment\n   25\n\n.. _target:\n\n.. [1] over TLS\n\nend\n", "paragraph: Open it @1\nparagraph: and this @3\nitem 1 \"[1]\": over TLS @10\nparagraph: end @12\n"},
  });
}

TEST(ReadRst, ReadsTables) {
  check_rows("rst", {
      {"a grid", "+------+--------+\n| Port | Source |\n+======+========+\n| 25   | ADM    |\n|      | or GTW |\n+------+--------+\n", "table\n  head: Port @2 | Source @2\n  row: 25 @4 | ADM @4 / or GTW @5\n"},
      {"spans in a grid", "+---+---+---+\n| 1     | 2 |\n+---+---+   |\n| 3 | 4 |   |\n+---+---+---+\n| 5 | 6 | 7 |\n+---+---+---+\n", "table\n  row: (2) 1 @2 | 2 @2\n  row: 3 @4 | 4 @4 | 2 @2\n  row: 5 @6 | 6 @6 | 7 @6\n"},
      {"a simple table", "=====  ======\nPort   Source\n=====  ======\n25     ADM\n       or GTW\n26\n=====  ======\n\nend\n", "table\n  head: Port @2 | Source @2\n  row: 25 @4 | ADM @4 / or GTW @5\n  row: 26 @6 |\nparagraph: end @9\n"},
      {"list-table", ".. list-table:: Mail\n   :header-rows: 1\n   :widths: 1 2\n\n   * - Port\n     - Source\n   * - 25\n     - ADM\n\n       GTW\n\nend\n", "table: Mail @1\n  head: Port @5 | Source @6\n  row: 25 @7 | ADM @8 / GTW @10\nparagraph: end @12\n"},
      {"csv-table", ".. csv-table:: Mail\n   :header: \"Port\", Source\n\n   25,\"**ADM**, x\"\n", "table: Mail @1\n  head: Port @1 | Source @1\n  row: 25 @4 | ADM, x @4\n"},
      {"a grid with cells over several rows", "+---+---+\n| 1 | 2 |\n|   +---+\n|   | 3 |\n+---+---+\n", "table\n  row: 1 @2 | 2 @2\n  row: 1 @2 | 3 @4\n"},
      {"a grid that never ends", "+---+---+\n| 1 | 2 |\n", "table\n  row: 1 @2 | 2 @2\n", "warning document.unfinished @1: a table starts in this line and its border never closes\n"},
  });
}

}  // namespace
}  // namespace fwproof::specs::derive
