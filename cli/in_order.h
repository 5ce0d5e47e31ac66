// The same work for many things on several threads, with the results in order: what comes out does not depend on the number of threads.
//
//   in_order<std::string>(sites.size(), 8, [] { return [session = std::make_unique<Session>()](size_t i) { return answer(i, *session); }; },
//                         [](std::string text) { std::cout << text; });
//
// make_worker() is called once in each thread and gives what does one piece; take() is called in the calling thread, piece by piece from the
// first. Memory is bounded: nobody works more than kAhead pieces for each thread ahead of what has been taken. What a piece throws is thrown
// here when its turn comes, after everything before it has been taken; later pieces are then dropped.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace fwproof::cli {

constexpr size_t kAhead = 8;

// Who works on what, and what waits for its turn.
template <typename Result>
class Turns {
 public:
  struct Piece {
    std::optional<Result> result;   // nothing: it has thrown
    std::exception_ptr problem;
  };

  Turns(size_t count, size_t window) : count_(count), waiting_(window) {}

  // The next piece to work on; waits while that is too far ahead. Nothing: all are given out, or it is over.
  std::optional<size_t> next() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return over_ || given_ == count_ || given_ < taken_ + waiting_.size(); });
    if (over_ || given_ == count_) return std::nullopt;
    return given_++;
  }
  void put(size_t i, Piece piece) {
    const std::lock_guard lock(mutex_);
    waiting_[i % waiting_.size()] = std::move(piece);
    if (i == taken_) ready_.notify_one();
  }
  // The next piece in order; waits for it. Requires: not all are taken.
  Piece take() {
    std::unique_lock lock(mutex_);
    std::optional<Piece>& place = waiting_[taken_ % waiting_.size()];
    ready_.wait(lock, [&] { return place.has_value(); });
    Piece piece = std::move(*place);
    place.reset();
    ++taken_;
    room_.notify_all();
    return piece;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    room_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_, ready_;
  const size_t count_;
  size_t given_ = 0, taken_ = 0;
  bool over_ = false;
  std::vector<std::optional<Piece>> waiting_;   // piece i at i modulo its size
};

template <typename Result, typename MakeWorker>
void work(Turns<Result>& turns, const MakeWorker& make_worker) {
  auto worker = make_worker();
  while (const std::optional<size_t> i = turns.next()) {
    typename Turns<Result>::Piece piece;
    try {
      piece.result = worker(*i);
    } catch (...) {
      piece.problem = std::current_exception();
    }
    turns.put(*i, std::move(piece));
  }
}

// Requires: threads is at least 1; make_worker() does not throw.
template <typename Result, typename MakeWorker, typename Take>
void in_order(size_t count, size_t threads, const MakeWorker& make_worker, const Take& take) {
  threads = std::min(threads, count);
  Turns<Result> turns(count, threads * kAhead);
  std::vector<std::jthread> running;   // joined after whatever comes below, which ends them
  struct End {
    Turns<Result>& turns;
    ~End() { turns.end(); }
  } end{turns};
  try {
    while (running.size() < threads) running.emplace_back([&] { work(turns, make_worker); });
  } catch (const std::system_error&) {
    if (running.empty()) throw;   // fewer threads than wished for will do
  }
  for (size_t i = 0; i < count; ++i) {
    auto piece = turns.take();
    if (piece.problem) std::rethrow_exception(piece.problem);
    take(std::move(*piece.result));
  }
}

}  // namespace fwproof::cli
