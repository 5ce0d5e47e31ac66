// Results come in order, whatever the number of threads; what is thrown comes at its turn; nobody runs far ahead.
#include "cli/in_order.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

namespace fwproof::cli {
namespace {

// Pieces 0, 1, … of so many.
template <typename Result, typename MakeWorker, typename Give>
void count_in_order(size_t count, size_t threads, const MakeWorker& make_worker, const Give& give) {
  size_t next = 0;
  in_order<size_t, Result>(threads, [&](size_t& piece) { return (piece = next++) < count; }, make_worker, give);
}

// Later pieces are often done before earlier ones.
void dawdle(size_t i) { std::this_thread::sleep_for(std::chrono::microseconds(i % 7 == 0 ? 2000 : 10)); }

std::string all(size_t count, size_t threads) {
  std::string text;
  count_in_order<std::string>(
      count, threads, [] { return [](size_t i) { dawdle(i); return std::to_string(i) + " "; }; }, [&](const std::string& one) { text += one; });
  return text;
}

TEST(InOrder, ResultsDoNotDependOnTheNumberOfThreads) {
  const std::string one = all(200, 1);
  EXPECT_TRUE(one.starts_with("0 1 2 3 ") && one.ends_with(" 199 "));
  for (const size_t threads : {2, 3, 8, 500}) EXPECT_EQ(all(200, threads), one) << threads;
  EXPECT_EQ(all(0, 4), "");
}

TEST(InOrder, WhatIsThrownComesAfterEverythingBeforeIt) {
  for (const size_t threads : {1, 4}) {
    size_t taken = 0;
    const auto make = [] {
      return [](size_t i) {
        dawdle(i);
        if (i == 20 || i == 23) throw std::runtime_error(std::to_string(i));
        return i;
      };
    };
    try {
      count_in_order<size_t>(1000, threads, make, [&](size_t i) { EXPECT_EQ(i, taken++); });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error& problem) {
      EXPECT_STREQ(problem.what(), "20");
    }
    EXPECT_EQ(taken, 20u);
  }
}

TEST(InOrder, WhatIsThrownByTheTakerEndsTheThreads) {
  const auto make = [] { return [](size_t i) { return i; }; };
  EXPECT_THROW(count_in_order<size_t>(1000, 4, make, [](size_t i) { if (i == 3) throw std::runtime_error("full"); }), std::runtime_error);
}

TEST(InOrder, WhatIsThrownByTheTakeComesAfterEverythingBeforeIt) {
  for (const size_t threads : {1, 3}) {
    size_t next = 0, given = 0;
    const auto take = [&](size_t& piece) { return (piece = next++) == 30 ? throw std::runtime_error("no more") : true; };
    EXPECT_THROW((in_order<size_t, size_t>(threads, take, [] { return [](size_t i) { dawdle(i); return i; }; }, [&](size_t i) { EXPECT_EQ(i, given++); })), std::runtime_error);
    EXPECT_EQ(given, 30u);
  }
}

// Each result is alive from its making until it has been taken.
TEST(InOrder, FewResultsWaitHoweverManyThereAre) {
  std::atomic<size_t> alive = 0, most = 0;
  struct Result {
    std::atomic<size_t>* alive;
    explicit Result(std::atomic<size_t>& count) : alive(&count) { ++*alive; }
    Result(Result&& other) noexcept : alive(std::exchange(other.alive, nullptr)) {}
    Result& operator=(Result&& other) noexcept {
      std::swap(alive, other.alive);
      return *this;
    }
    ~Result() {
      if (alive != nullptr) --*alive;
    }
  };
  constexpr size_t kThreads = 4;
  const auto make = [&] { return [&](size_t) { return Result(alive); }; };
  count_in_order<Result>(2000, kThreads, make, [&](const Result&) {
    std::this_thread::sleep_for(std::chrono::microseconds(50));   // slower than they are made
    most = std::max(most.load(), alive.load());
  });
  EXPECT_EQ(alive, 0u);
  EXPECT_LE(most, kThreads * kAhead + kThreads + 1);
}

TEST(InOrder, EachThreadKeepsWhatItStartedWith) {
  std::atomic<size_t> workers = 0;
  const auto make = [&] {
    ++workers;
    return [calls = std::make_unique<size_t>(0)](size_t) { return ++*calls; };
  };
  size_t sum = 0, firsts = 0;
  count_in_order<size_t>(100, 3, make, [&](size_t calls) { firsts += calls == 1; ++sum; });
  EXPECT_EQ(sum, 100u);
  EXPECT_LE(workers, 3u);
  EXPECT_LE(firsts, 3u);
}

}  // namespace
}  // namespace fwproof::cli
