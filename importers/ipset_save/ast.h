// One line of `ipset save`.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace fwproof::importers::ipset_save {

enum class Command : uint8_t { create, add, flush, destroy, change, none, unknown };

struct Line {
  Command command = Command::none;
  std::string_view set;
  std::string_view subject;                // type of create, entry of add
  std::vector<std::string_view> options;   // the words behind it; a quoted comment may be several
};

}  // namespace fwproof::importers::ipset_save
