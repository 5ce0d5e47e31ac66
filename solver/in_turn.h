// Work that is done in the order in which it was given, one thing at a time: in a thread of its own, or where there is none, by whoever gives it.
//
//   InTurn proving;
//   proving.start([] { … });          // a thread, and what it does before anything that is given
//   proving.add([&] { … });
//   proving.finish();
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>

#include "model/beside.h"

namespace fwproof::solver {

class InTurn {
 public:
  InTurn() = default;
  InTurn(const InTurn&) = delete;
  InTurn& operator=(const InTurn&) = delete;
  ~InTurn();

  // false: there is a thread already, or the system gives none; then nothing was done.
  bool start(std::function<void()> first);
  // Behind something that failed nothing is done until finish() has thrown it.
  void add(std::function<void()> work);
  // Waits until all is done. Throws what failed.
  void finish();
  // What has not begun is not done; waits for what has.
  void drop();

 private:
  void serve();
  void run(const std::function<void()>& work);   // with the mutex held
  void wait_until_idle(std::unique_lock<std::mutex>& lock) {
    idle_.wait(lock, [this] { return waiting_.empty() && !busy_; });
  }

  std::mutex mutex_;   // of all below
  std::condition_variable given_, idle_;
  std::deque<std::function<void()>> waiting_;
  std::exception_ptr problem_;
  bool busy_ = false, over_ = false;
  model::ThreadBeside thread_;
};

}  // namespace fwproof::solver
