#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

TEST(ReadCsv, ReadsSeparatedValues) {
  check_rows("csv", {
      {"commas", "Port,Source\n25,ADM\n\n26,\n", "table\n  head: Port @1 | Source @1\n  row: 25 @2 | ADM @2\n  row: 26 @4 |\n"},
      {"quotes", "a,b\n\"x, \"\"y\"\"\",\"1\n2\r\n3\"\n,\"\"z\n", "table\n  head: a @1 | b @1\n  row: x, \"y\" @2 | 1 @2 / 2 @3 / 3 @4\n  row: | z @5\n"},
      {"semicolons and a byte order mark", "\xef\xbb\xbfPort;Use, why\n25;a,b\n", "table\n  head: Port @1 | Use, why @1\n  row: 25 @2 | a,b @2\n"},
      {"Excel's line about the separator", "sep=|\na|b\n", "table\n  head: a @2 | b @2\n"},
      {"tabs", "a\tb\n1\t2\n", "table\n  head: a @1 | b @1\n  row: 1 @2 | 2 @2\n"},
      {"a quote that never ends", "a,b\n1,\"2\n3,4\n", "table\n  head: a @1 | b @1\n  row: 1 @2 | 2 @2 / 3,4 @3\n", "warning document.unfinished @2: a quote starts in this line and never ends; the rest is read as one cell\n"},
  });
  check_rows("tsv", {{"tabs alone separate", "a,b\tc\n1;2\t\"3\t4\"\n", "table\n  head: a,b @1 | c @1\n  row: 1;2 @2 | 3 4 @2\n"}});
}

}  // namespace
}  // namespace fwproof::specs::derive
