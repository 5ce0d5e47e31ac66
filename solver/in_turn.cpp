#include "solver/in_turn.h"

#include <utility>

namespace fwproof::solver {

InTurn::~InTurn() {
  drop();
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  given_.notify_one();
}

bool InTurn::start(std::function<void()> first) {
  if (thread_.is_there()) return false;
  thread_ = model::ThreadBeside([this, first = std::move(first)] {
    first();
    serve();
  });
  return thread_.is_there();
}

void InTurn::add(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  if (problem_) return;
  if (!thread_.is_there()) return run(work);
  waiting_.push_back(std::move(work));
  lock.unlock();
  given_.notify_one();
}

void InTurn::finish() {
  std::unique_lock lock(mutex_);
  wait_until_idle(lock);
  if (problem_) std::rethrow_exception(std::exchange(problem_, nullptr));
}

void InTurn::drop() {
  std::unique_lock lock(mutex_);
  waiting_.clear();
  wait_until_idle(lock);
  problem_ = nullptr;
}

void InTurn::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    given_.wait(lock, [this] { return over_ || !waiting_.empty(); });
    if (over_) return;
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    run(work);
    if (waiting_.empty()) idle_.notify_all();
  }
}

void InTurn::run(const std::function<void()>& work) {
  busy_ = true;
  mutex_.unlock();
  std::exception_ptr problem;
  try {
    work();
  } catch (...) {
    problem = std::current_exception();
  }
  mutex_.lock();
  busy_ = false;
  if (!problem) return;
  problem_ = problem;
  waiting_.clear();
}

}  // namespace fwproof::solver
