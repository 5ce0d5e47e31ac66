// Works on the pieces of a stream with several threads, and hands on what they make of them in the order of the stream.
//
//   stream_in_order<std::string, Answers>(2, take, work, give);
//
// `take` fills the next piece and says whether there is one; `give` gets what `work` made of it. Each of both runs one at a time, `give` in the order of the
// takes; `work` runs at the same time as everything else. At any time there are at most as many pieces as threads. What one of them throws is
// thrown here, once all threads have ended.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace fwproof::cli {

template <typename Piece, typename Made, typename Take, typename Work, typename Give>
void stream_in_order(unsigned threads, const Take& take, const Work& work, const Give& give) {
  std::mutex taking, giving;
  std::condition_variable given;
  size_t next_taken = 0, next_given = 0;
  bool stopped = false;                 // guarded by giving
  std::exception_ptr thrown;
  const auto one_after_another = [&] {
    while (true) {
      Piece piece;
      size_t number = 0;
      {
        const std::lock_guard lock(taking);
        if (const std::lock_guard stop(giving); stopped) return;
        if (!take(piece)) return;
        number = next_taken++;
      }
      Made made = work(piece);
      std::unique_lock lock(giving);
      given.wait(lock, [&] { return stopped || next_given == number; });
      if (stopped) return;
      give(made);
      ++next_given;
      given.notify_all();
    }
  };
  const auto run = [&] {
    try {
      one_after_another();
    } catch (...) {
      const std::lock_guard lock(giving);
      if (!thrown) thrown = std::current_exception();
      stopped = true;
      given.notify_all();
    }
  };
  std::vector<std::thread> others;
  try {
    for (unsigned i = 1; i < threads; ++i) others.emplace_back(run);
  } catch (const std::system_error&) {   // the system gives no more: those that run do the work
  }
  run();
  for (std::thread& other : others) other.join();
  if (thrown) std::rethrow_exception(thrown);
}

// As many as there are processors for us.
inline unsigned useful_threads() { return std::clamp(std::thread::hardware_concurrency(), 1u, 64u); }

}  // namespace fwproof::cli
