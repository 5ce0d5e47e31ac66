// The same work on piece after piece, by several threads, with the results in the order of the pieces: what comes out does not depend on the number of
// threads.
//
//   in_order<LineBlock, Answers>(8, [&](LineBlock& block) { return blocks.next(block); }, [&] { return [&](LineBlock& block) { return answer(block); }; },
//                                [&](const Answers& answers) { print(answers); });
//
// take(piece) fills the next piece, or says that there is none; one thread at a time calls it. make_worker() is called once in each thread and gives what
// turns a piece into its result. give(result) is called in the calling thread, in order. Memory is bounded: nobody works more than kAhead pieces for each
// thread ahead of what has been given. What take or a worker throws is thrown here when its turn comes, after everything before it has been given; what
// comes behind is then dropped.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "cli/own_arena.h"

namespace fwproof::cli {

constexpr size_t kAhead = 8;

// Who works on what, and what waits for its turn.
template <typename Piece, typename Result>
class Turns {
 public:
  struct Done {
    std::optional<Result> result;   // nothing: something was thrown
    std::exception_ptr problem;
  };

  explicit Turns(size_t window) : waiting_(window) {}

  // The next piece and its number; waits while that is too far ahead. Nothing: there is none, or it is over.
  template <typename Take>
  std::optional<size_t> next(const Take& take, Piece& piece) {
    const std::lock_guard one_at_a_time(taking_);
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return over_ || begun_ < given_ + waiting_.size(); });
    if (over_) return std::nullopt;
    lock.unlock();   // taking may wait for its input, and must not keep what is ready
    Done thrown;
    bool is_there = true;
    try {
      is_there = take(piece);
    } catch (...) {
      thrown.problem = std::current_exception();
    }
    lock.lock();
    if (is_there && !thrown.problem) return begun_++;
    if (thrown.problem) waiting_[begun_++ % waiting_.size()] = std::move(thrown);
    over_ = true;
    ready_.notify_one();
    return std::nullopt;
  }
  void put(size_t number, Done done) {
    const std::lock_guard lock(mutex_);
    waiting_[number % waiting_.size()] = std::move(done);
    if (number == given_) ready_.notify_one();
  }
  // The next one in order; waits for it. Nothing: that was all.
  std::optional<Done> give() {
    std::unique_lock lock(mutex_);
    std::optional<Done>& place = waiting_[given_ % waiting_.size()];
    ready_.wait(lock, [&] { return place.has_value() || (over_ && given_ == begun_); });
    if (!place) return std::nullopt;
    ++given_;
    room_.notify_all();
    return std::exchange(place, std::nullopt);
  }
  // Nothing more is taken.
  void end() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    room_.notify_all();
  }

 private:
  std::mutex taking_, mutex_;
  std::condition_variable room_, ready_;
  size_t begun_ = 0, given_ = 0;
  bool over_ = false;
  std::vector<std::optional<Done>> waiting_;   // number i at i modulo its size
};

template <typename Piece, typename Result, typename Take, typename MakeWorker>
void work(Turns<Piece, Result>& turns, const Take& take, const MakeWorker& make_worker) {
  auto worker = make_worker();
  Piece piece{};
  while (const std::optional<size_t> number = turns.next(take, piece)) {
    typename Turns<Piece, Result>::Done done;
    try {
      done.result = worker(piece);
    } catch (...) {
      done.problem = std::current_exception();
    }
    turns.put(*number, std::move(done));
  }
}

// Requires: threads is at least 1; make_worker() does not throw.
template <typename Piece, typename Result, typename Take, typename MakeWorker, typename Give>
void in_order(size_t threads, const Take& take, const MakeWorker& make_worker, const Give& give) {
  Turns<Piece, Result> turns(threads * kAhead);
  std::vector<std::jthread> running;   // joined after whatever comes below, which ends them
  struct End {
    Turns<Piece, Result>& turns;
    ~End() { turns.end(); }
  } end{turns};
  try {
    while (running.size() < threads) running.emplace_back([&] {
        take_own_arena();
        work(turns, take, make_worker);
      });
  } catch (const std::system_error&) {
    if (running.empty()) throw;   // fewer threads than wished for will do
  }
  while (auto done = turns.give()) {
    if (done->problem) std::rethrow_exception(done->problem);
    give(std::move(*done->result));
  }
}

// As many as there are processors for us.
inline size_t useful_threads() { return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 64); }

}  // namespace fwproof::cli
