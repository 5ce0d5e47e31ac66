// Work in turn, with a thread of its own and without.
#include "solver/in_turn.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
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

// The thread is still busy with what it does first.
TEST(InTurn, WhoWaitsDoesWhatHasNotBegun) {
  std::latch go(1);
  InTurn turns;
  ASSERT_TRUE(turns.start([&] { go.wait(); }));
  std::vector<std::thread::id> by;
  for (int i = 0; i < 3; ++i) turns.add([&] { by.push_back(std::this_thread::get_id()); });
  turns.finish();
  EXPECT_EQ(by, std::vector<std::thread::id>(3, std::this_thread::get_id()));
  go.count_down();
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

TEST(InTurn, ThrowsWhatFailedFirstWhenAllIsDone) {
  for (const bool beside : {false, true}) {
    InTurn turns;
    if (beside) {
      ASSERT_TRUE(turns.start([] {}));
    }
    int done = 0;
    turns.add([] { throw std::runtime_error("first"); });
    turns.add([] { throw std::logic_error("second"); });
    turns.add([&] { ++done; });
    EXPECT_THROW(turns.finish(), std::runtime_error);
    EXPECT_EQ(done, 1);
    turns.finish();
  }
}

}  // namespace
}  // namespace fwproof::solver
