// Pieces of text as they come, made into lines: a piece on another line of the source, or behind a break, starts a new one.
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

class Flow {
 public:
  void text(std::string_view piece, uint32_t number);
  void break_line();
  bool empty() const;
  // "443<sup>1</sup>" → "443 [1]"
  void open_mark();
  void close_mark();
  // A colon behind a term of a definition list that has none.
  void end_term();
  std::vector<Line> take();

 private:
  std::vector<Line> lines_;
  std::string piece_;      // of the current line, not yet made visible
  uint32_t number_ = 0;
  size_t mark_ = std::string::npos;
};

}  // namespace fwproof::specs::derive
