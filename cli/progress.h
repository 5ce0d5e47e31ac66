// One line on a terminal that says how far a long run is.
//
//   [########----------------] 1,234 of 10,000 sites, 3 violated, 0:12 left
//
// On standard error, and only where that is a terminal. It is gone before anything else is written, and at the end; without escape sequences,
// so that it works on every terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace fwproof::cli {

// columns: of the terminal; the line is shorter. Nothing is said of the time left until there is something to judge it by.
std::string progress_text(size_t done, size_t total, size_t violated, std::chrono::milliseconds passed, size_t columns);

class Progress {
 public:
  // wanted: false shows nothing, whatever standard error is.
  Progress(size_t total, bool wanted);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  bool is_shown() const { return shown_; }
  // Some ten times a second, however often it is called; at once after clear().
  void show(size_t done, size_t violated);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  size_t total_;
  bool shown_;
  Clock::time_point start_ = Clock::now(), next_ = start_;
  size_t columns_used_ = 0;
};

}  // namespace fwproof::cli
