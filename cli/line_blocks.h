// The lines of an input, many at a time: blocks of whole lines, however large the input is.
//
//   LineBlocks blocks("-");
//   for (LineBlock block; blocks.next(block);)
//     for_each_line(block, [](std::string_view line, size_t number) { … });
//   if (!blocks.problem().empty()) …
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "cli/read_input.h"

namespace fwproof::cli {

struct LineBlock {
  std::string bytes;
  size_t first_line = 1;
};

class LineBlocks {
 public:
  static constexpr size_t kBytes = size_t{256} << 10;         // what a block has at least, unless the input ends
  static constexpr size_t kLongestLine = size_t{16} << 20;    // of a longer line only its beginning is kept, still longer than this

  // `path` as for read_input().
  explicit LineBlocks(const std::string& path) : input_(path) {}
  // False at the end and where there is a problem.
  bool next(LineBlock& block);
  const std::string& problem() const { return input_.problem(); }

 private:
  InputPieces input_;
  std::string rest_;
  size_t next_line_ = 1;
  bool ended_ = false;
};

template <typename Do>
void for_each_line(const LineBlock& block, const Do& act) {
  const std::string_view bytes = block.bytes;
  size_t number = block.first_line;
  for (size_t at = 0; at < bytes.size(); ++number) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    act(bytes.substr(at, end - at), number);
    at = end + 1;
  }
}

}  // namespace fwproof::cli
