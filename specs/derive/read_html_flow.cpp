#include "specs/derive/read_html_flow.h"

#include <utility>

#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {

void Flow::text(std::string_view piece, uint32_t number) {
  if (number != number_ && !piece_.empty()) break_line();
  number_ = number;
  piece_ += piece;
}

void Flow::break_line() {
  add_line(lines_, piece_, number_);
  piece_.clear();
  mark_ = std::string::npos;
}

bool Flow::empty() const { return lines_.empty() && visible(piece_).empty(); }

void Flow::open_mark() {
  if (mark_ != std::string::npos) return;
  mark_ = piece_.size();
  piece_ += " [";
}

void Flow::close_mark() {
  if (mark_ == std::string::npos) return;
  const std::string content = visible(std::string_view(piece_).substr(mark_ + 2));
  piece_.resize(mark_);
  if (content.starts_with('[') || content.starts_with('(')) piece_ += " " + content;
  else if (!content.empty()) piece_ += " [" + content + "]";
  mark_ = std::string::npos;
}

void Flow::end_term() {
  const std::string term = visible(piece_);
  if (term.empty() || term.ends_with(':') || term.ends_with('=')) return;
  piece_ = term + ":";
}

std::vector<Line> Flow::take() {
  break_line();
  return std::exchange(lines_, {});
}

}  // namespace fwproof::specs::derive
