// The line that says how far a run over many sites is.
#include "cli/progress.h"

#include <gtest/gtest.h>

namespace fwproof::cli {
namespace {

using std::chrono::milliseconds;

TEST(Progress, SaysHowManyHowManyFailAndHowLong) {
  EXPECT_EQ(progress_text(1234, 10'000, 3, milliseconds(9'000), 80), "[##----------------------] 1,234 of 10,000 sites, 3 violated, 1:04 left");
  EXPECT_EQ(progress_text(0, 10'000, 0, milliseconds(0), 80), "[------------------------] 0 of 10,000 sites");
  EXPECT_EQ(progress_text(7, 7, 1, milliseconds(2'000), 80), "[########################] 7 of 7 sites, 1 violated, 0:00 left");
  EXPECT_EQ(progress_text(1, 1'000'000, 0, milliseconds(10'000), 80), "[------------------------] 1 of 1,000,000 sites, 2777:46:30 left");
}

TEST(Progress, NothingIsSaidOfTheTimeBeforeItCanBeJudged) { EXPECT_EQ(progress_text(5, 100, 0, milliseconds(200), 80), "[#-----------------------] 5 of 100 sites"); }

TEST(Progress, FitsTheTerminal) {
  EXPECT_EQ(progress_text(1234, 10'000, 0, milliseconds(0), 40), "1,234 of 10,000 sites");
  EXPECT_EQ(progress_text(1234, 10'000, 0, milliseconds(0), 10), "1,234 of ");
  EXPECT_EQ(progress_text(1234, 10'000, 0, milliseconds(0), 0), "");
}

}  // namespace
}  // namespace fwproof::cli
