// Work beside its giver.
#include "model/beside.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace fwproof::model {
namespace {

TEST(Beside, GivesWhatTheWorkGives) {
  Beside<std::string> at_once([] { return std::string("read"); });
  Beside<std::string> when_asked([] { return std::string("read later"); }, false);
  EXPECT_EQ(at_once.get(), "read");
  EXPECT_EQ(when_asked.get(), "read later");
}

TEST(Beside, ThrowsWhatTheWorkThrows) {
  for (const bool at_once : {true, false}) {
    Beside<int> failing([]() -> int { throw std::runtime_error("unreadable"); }, at_once);
    EXPECT_THROW(failing.get(), std::runtime_error);
  }
}

TEST(Beside, IsNotDoneWhereNobodyAsks) {
  bool done = false;
  { const Beside<void> never([&] { done = true; }, false); }
  EXPECT_FALSE(done);
}

TEST(Beside, EndsBeforeItGoes) {
  std::atomic<bool> done = false;
  {
    Beside<void> moved([] {});
    moved = Beside<void>([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      done = true;
    });
  }
  EXPECT_TRUE(done);
}

// A kernel may move its maker, or itself as soon as it runs, so that one of several is enough. Where there is one core it begins all the same.
TEST(Beside, BeginsOnAnotherCore) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  int elsewhere = 0, free = 0;
  for (int i = 0; i < 20; ++i) {
    const int here = sched_getcpu();
    Beside<void>([&] {
      elsewhere += sched_getcpu() != here;
      cpu_set_t mine;
      free += sched_getaffinity(0, sizeof mine, &mine) == 0 && CPU_EQUAL(&mine, &all);
    }).get();
  }
  if (CPU_COUNT(&all) > 1) {
    EXPECT_GT(elsewhere, 0);
  }
  EXPECT_EQ(free, 20) << "a thread is bound to the core that it began on";
}

}  // namespace
}  // namespace fwproof::model
