#include "model/beside.h"

#include <sched.h>

namespace fwproof::model {
namespace {

// What the program may use. None: that is not known.
struct Cores {
  Cores() {
    if (sched_getaffinity(0, sizeof all, &all) != 0) CPU_ZERO(&all);   // more of them than fit
  }
  cpu_set_t all;
};

const cpu_set_t& all_cores() {
  static const Cores cores;
  return cores.all;
}

// Where it goes later is for the kernel to say.
void* run(void* work) {
  if (CPU_COUNT(&all_cores()) > 0) sched_setaffinity(0, sizeof(cpu_set_t), &all_cores());
  (*std::unique_ptr<std::function<void()>>(static_cast<std::function<void()>*>(work)))();
  return nullptr;
}

}  // namespace

ThreadBeside::ThreadBeside(std::function<void()> work) {
  cpu_set_t others = all_cores();
  if (const int here = sched_getcpu(); here >= 0 && here < CPU_SETSIZE) CPU_CLR(here, &others);
  auto given = std::make_unique<std::function<void()>>(std::move(work));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (CPU_COUNT(&others) > 0) pthread_attr_setaffinity_np(&attributes, sizeof others, &others);
  pthread_t thread{};
  if (pthread_create(&thread, &attributes, run, given.get()) == 0) {
    given.release();
    thread_ = thread;
  }
  pthread_attr_destroy(&attributes);
}

}  // namespace fwproof::model
