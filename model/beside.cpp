#include "model/beside.h"

#include <sched.h>

namespace fwproof::model {
namespace {

struct Given {
  std::function<void()> work;
  cpu_set_t cores;   // that the maker may use; none: they are not known
};

void* run(void* given) {
  const std::unique_ptr<Given> taken(static_cast<Given*>(given));
  // Where it goes from here on is for the kernel to say.
  if (CPU_COUNT(&taken->cores) > 0) sched_setaffinity(0, sizeof taken->cores, &taken->cores);
  taken->work();
  return nullptr;
}

}  // namespace

ThreadBeside::ThreadBeside(std::function<void()> work) {
  auto given = std::make_unique<Given>(Given{std::move(work), {}});
  if (sched_getaffinity(0, sizeof given->cores, &given->cores) != 0) CPU_ZERO(&given->cores);   // more of them than fit
  cpu_set_t others = given->cores;
  if (const int here = sched_getcpu(); here >= 0 && here < CPU_SETSIZE) CPU_CLR(here, &others);
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
