// A line of a hosts file, in its own words.
#pragma once

#include <string_view>
#include <vector>

namespace fwproof::importers::hosts_file {

enum class LineKind { blank, comment, entry, invalid };

struct Line {
  LineKind kind = LineKind::blank;
  std::string_view address;               // as written
  std::vector<std::string_view> names;
  std::string_view wrong;                 // invalid: the word that is not what it should be
  const char* problem = "";               // invalid: "this is no address"
};

}  // namespace fwproof::importers::hosts_file
