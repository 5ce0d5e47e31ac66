#include "cli/line_blocks.h"

namespace fwproof::cli {

bool LineBlocks::next(LineBlock& block) {
  block.bytes = std::move(rest_);
  rest_.clear();
  block.first_line = next_line_;
  size_t after_last = 0;   // behind the last line that is whole
  while (!ended_ && (block.bytes.size() < kBytes || after_last == 0)) {
    ended_ = !input_.read_more(block.bytes, kBytes);
    after_last = block.bytes.rfind('\n') + 1;
    if (after_last == 0 && block.bytes.size() > kLongestLine) block.bytes.resize(kLongestLine + 1);
  }
  if (!ended_) {
    rest_ = block.bytes.substr(after_last);
    block.bytes.resize(after_last);
  }
  next_line_ += static_cast<size_t>(std::count(block.bytes.begin(), block.bytes.end(), '\n'));
  return !block.bytes.empty();
}

}  // namespace fwproof::cli
