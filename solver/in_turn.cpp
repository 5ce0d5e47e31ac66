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
  thread_ = model::ThreadBeside([this, first = std::move(first)] {
    first();
    serve();
  });
  return thread_.is_there();
}

void InTurn::add(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  if (thread_.is_there()) given_.notify_one();
  else do_next();
}

void InTurn::finish() {
  while (do_next()) {
  }
  const std::lock_guard lock(working_);
  if (problem_) std::rethrow_exception(std::exchange(problem_, nullptr));
}

void InTurn::drop() {
  {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
  }
  const std::lock_guard lock(working_);
  problem_ = nullptr;
}

// false: nothing is left, nor under way.
bool InTurn::do_next() {
  const std::lock_guard working(working_);
  std::function<void()> work;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return false;
    work = std::move(waiting_.front());
    waiting_.pop_front();
  }
  try {
    work();
  } catch (...) {
    if (!problem_) problem_ = std::current_exception();
  }
  return true;
}

void InTurn::serve() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      given_.wait(lock, [this] { return over_ || !waiting_.empty(); });
      if (over_) return;
    }
    do_next();
  }
}

}  // namespace fwproof::solver
