// Work that is done in the order in which it was given, one thing at a time: by a thread of its own, or by whoever waits for it first.
//
//   InTurn proving;
//   proving.start([] { … });          // once: a thread, and what it does before anything that is given
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

  // false: the system gives no thread, and nothing was done.
  bool start(std::function<void()> first);
  // Without a thread it is done now. What it throws is thrown by finish().
  void add(std::function<void()> work);
  // All that was given is done, the rest of it here. Throws what the first that failed threw.
  void finish();
  // What has not begun is not done; what has begun is.
  void drop();

 private:
  bool do_next();
  void serve();

  std::mutex working_;                      // held by who does something that was given
  std::mutex mutex_;                        // of what follows
  std::condition_variable given_;
  std::deque<std::function<void()>> waiting_;
  std::exception_ptr problem_;              // under working_
  bool over_ = false;
  model::ThreadBeside thread_;
};

}  // namespace fwproof::solver
