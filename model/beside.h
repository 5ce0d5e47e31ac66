// What is done on another core while its giver goes on.
//
//   Beside<Policy> second([&] { return read(b); });
//   const Policy first = read(a);
//   compare(first, second.get());
#pragma once

#include <pthread.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace fwproof::model {

// A thread that begins on another core than its maker's, where there is one: a kernel that packs threads onto few cores would leave it beside its maker, and
// for some milliseconds neither would get on. Joined at the end.
class ThreadBeside {
 public:
  ThreadBeside() = default;
  explicit ThreadBeside(std::function<void()> work);   // which does not throw
  ThreadBeside(ThreadBeside&& other) noexcept : thread_(std::exchange(other.thread_, std::nullopt)) {}
  ThreadBeside& operator=(ThreadBeside&& other) noexcept {
    std::swap(thread_, other.thread_);
    return *this;
  }
  ~ThreadBeside() {
    if (thread_) pthread_join(*thread_, nullptr);
  }
  // false: the system gave none, and the work is not done.
  bool is_there() const { return thread_.has_value(); }

 private:
  std::optional<pthread_t> thread_;
};

// At once where the system gives a thread for it, else when it is asked for. What has begun ends before this does.
template <class T>
class Beside {
 public:
  // at_once: false where it is not worth a thread.
  template <class Work>
  explicit Beside(Work work, bool at_once = true) : task_(std::make_shared<std::packaged_task<T()>>(std::move(work))), result_(task_->get_future()) {
    if (at_once) thread_ = ThreadBeside([task = task_] { (*task)(); });
  }

  // Once. Throws what the work threw.
  T get() {
    if (!thread_.is_there()) (*task_)();
    return result_.get();
  }

 private:
  std::shared_ptr<std::packaged_task<T()>> task_;
  std::future<T> result_;
  ThreadBeside thread_;
};

}  // namespace fwproof::model
