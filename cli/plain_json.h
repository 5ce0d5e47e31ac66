// The members of a JSON object that holds nothing out of the ordinary, without building a tree: for files of millions of lines.
//
//   PlainMembers members;
//   if (read_plain_object(R"({"src": "192.0.2.1", "dst_port": 80})", members)) … members.list[1].value == "80" …
//   else … read_json() says what it is, or what is wrong with it …
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace fwproof::cli {

struct PlainMembers {
  struct Member {
    std::string_view key;
    std::string_view value;   // text without quotes, a number as written, true or false
  };
  static constexpr size_t kMost = 32;
  std::array<Member, kMost> list;
  size_t count = 0;           // those that are null are left out
};

// False for whatever read_json() would refuse, and for much that it takes: escapes, characters beyond ASCII, fractions and negative numbers, comments, lists, objects
// in it, keys that are written twice, more than kMost members.
bool read_plain_object(std::string_view text, PlainMembers& members);

}  // namespace fwproof::cli
