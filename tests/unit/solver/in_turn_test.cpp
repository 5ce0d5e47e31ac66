// Work in turn, with a thread of its own and without.
#include "solver/in_turn.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace fwproof::solver {
namespace {

TEST(InTurn, WithoutAThreadWorkIsDoneWhenItIsGiven) {
  InTurn turns;
  int done = 0;
  turns.add([&] { ++done; });
  EXPECT_EQ(done, 1);
  turns.finish();
  EXPECT_EQ(done, 1);
}

TEST(InTurn, OneAfterTheOtherInOrder) {
  InTurn turns;
  ASSERT_TRUE(turns.start([] {}));
  constexpr int kCount = 2'000;
  std::vector<int> done;
  std::atomic<int> at_once = 0, most = 0;
  for (int round = 0; round < 5; ++round) {
    done.clear();
    for (int i = 0; i < kCount; ++i)
      turns.add([&, i] {
        most = std::max<int>(most, ++at_once);
        done.push_back(i);
        --at_once;
      });
    turns.finish();
    ASSERT_EQ(done.size(), static_cast<size_t>(kCount));
    for (int i = 0; i < kCount; ++i) ASSERT_EQ(done[static_cast<size_t>(i)], i);
  }
  EXPECT_EQ(most, 1);
}

TEST(InTurn, HasOneThread) {
  InTurn turns;
  std::thread::id one, other;
  ASSERT_TRUE(turns.start([&] { one = std::this_thread::get_id(); }));
  EXPECT_FALSE(turns.start([&] { one = {}; }));
  turns.add([&] { other = std::this_thread::get_id(); });
  turns.finish();
  EXPECT_EQ(one, other);
  EXPECT_NE(one, std::this_thread::get_id());
}

// What has begun ends, what waits is not done.
TEST(InTurn, GoesWhileWorkWaits) {
  std::latch begun(1), go(1);
  int done = 0;
  {
    std::jthread later;   // behind `turns`, which waits for what it lets go
    InTurn turns;
    ASSERT_TRUE(turns.start([] {}));
    turns.add([&] {
      begun.count_down();
      go.wait();
      ++done;
    });
    for (int i = 0; i < 10; ++i) turns.add([&] { ++done; });
    begun.wait();
    later = std::jthread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      go.count_down();
    });
  }
  EXPECT_EQ(done, 1);
}

TEST(InTurn, WhatIsDroppedIsNotDone) {
  std::latch go(1);
  InTurn turns;
  ASSERT_TRUE(turns.start([&] { go.wait(); }));
  bool done = false;
  turns.add([&] { done = true; });
  turns.drop();
  go.count_down();
  turns.finish();
  EXPECT_FALSE(done);
}

TEST(InTurn, BehindAFailureNothingIsDone) {
  for (const bool beside : {false, true}) {
    InTurn turns;
    if (beside) {
      ASSERT_TRUE(turns.start([] {}));
    }
    int done = 0;
    turns.add([&] { ++done; });
    turns.add([] { throw std::runtime_error("first"); });
    turns.add([] { throw std::logic_error("second"); });
    turns.add([&] { ++done; });
    EXPECT_THROW(turns.finish(), std::runtime_error);
    EXPECT_EQ(done, 1);
    turns.add([&] { ++done; });
    turns.finish();
    EXPECT_EQ(done, 2);
  }
}

}  // namespace
}  // namespace fwproof::solver
