// Rows of (what it shows, input, expected dump), for one reader.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/dump_document.h"

namespace fwproof::specs::derive {

struct Row {
  std::string shows;
  std::string input;
  std::string expected;             // dump of the document
  std::string diagnostics = {};
};

inline void check_rows(std::string_view format, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const ReadDocument read = read_as(row.input, format);
    EXPECT_EQ(dump(read.document), row.expected) << format << ": " << row.shows << "\n" << row.input;
    EXPECT_EQ(dump(read.diagnostics), row.diagnostics) << format << ": " << row.shows;
  }
}

}  // namespace fwproof::specs::derive
