#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace fwproof::cli {
namespace {

constexpr std::chrono::milliseconds kEvery{100};
constexpr std::chrono::milliseconds kJudged{1000};
constexpr size_t kBar = 24, kUsualColumns = 80;

size_t columns_of_errors() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

std::string grouped(size_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string time_text(std::chrono::milliseconds left) {
  const auto seconds = (left.count() + 999) / 1000;
  return seconds < 3600 ? fmt::format("{}:{:02}", seconds / 60, seconds % 60) : fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

std::string progress_text(size_t done, size_t total, size_t violated, std::chrono::milliseconds passed, size_t columns) {
  std::string text = fmt::format("{} of {} sites", grouped(done), grouped(total));
  if (violated > 0) text += fmt::format(", {} violated", grouped(violated));
  if (done > 0 && passed >= kJudged) text += fmt::format(", {} left", time_text(passed * (total - done) / done));
  const size_t full = total == 0 ? kBar : done * kBar / total;
  const std::string bar = "[" + std::string(full, '#') + std::string(kBar - full, '-') + "] ";
  // The last column stays free: some terminals go to the next line there.
  if (bar.size() + text.size() < columns) text = bar + text;
  return text.substr(0, columns > 0 ? columns - 1 : 0);
}

Progress::Progress(size_t total, bool wanted) : total_(total), shown_(wanted && isatty(STDERR_FILENO) != 0) {}

void Progress::show(size_t done, size_t violated) {
  if (!shown_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_ && columns_used_ > 0) return;
  next_ = now + kEvery;
  const std::string text = progress_text(done, total_, violated, std::chrono::duration_cast<std::chrono::milliseconds>(now - start_), columns_of_errors());
  std::cerr << '\r' << text << std::string(columns_used_ - std::min(columns_used_, text.size()), ' ') << std::flush;
  columns_used_ = text.size();
}

void Progress::clear() {
  if (columns_used_ > 0) std::cerr << '\r' << std::string(columns_used_, ' ') << '\r' << std::flush;
  columns_used_ = 0;
}

}  // namespace fwproof::cli
