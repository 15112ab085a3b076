// A device is said not to keep its rate once it has not for a while.

#include "flow/rate_watch.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using v4l2gst::RateWatch;

/// Returns how many WARNINGs are due in `seconds` measurements at that rate.
int warnings(RateWatch& watch, double made, int seconds, double nominal = 30) {
  int due{};
  for (int second = 0; second < seconds; ++second)
    due += watch.measured({.captured = made, .made = made, .starved = false, .span = 1s}, nominal)
               ? 1
               : 0;
  return due;
}

TEST(RateWatchTest, OneWarningAfterTwoSeconds) {
  for (const double rate : {23.9, 15.0, 36.1, 60.0}) {
    RateWatch watch;
    EXPECT_EQ(warnings(watch, rate, 1), 0);
    EXPECT_EQ(warnings(watch, rate, 1), 1) << rate;
    EXPECT_EQ(warnings(watch, rate, 100), 0);
  }
}

TEST(RateWatchTest, AFifthOffIsWithinTheRate) {
  RateWatch watch;
  EXPECT_EQ(warnings(watch, 24.1, 10), 0);
  EXPECT_EQ(warnings(watch, 35.9, 10), 0);
}

TEST(RateWatchTest, NoRateIsNotKept) {
  RateWatch watch;
  EXPECT_EQ(warnings(watch, 1, 10, 0), 0);
}

TEST(RateWatchTest, ASingleSilenceIsAStall) {
  RateWatch watch;
  EXPECT_FALSE(watch.measured({.captured = 0.1, .made = 0.1, .starved = false, .span = 10s}, 30));
  EXPECT_EQ(warnings(watch, 30, 5), 0);
  EXPECT_FALSE(watch.measured({.captured = 0.1, .made = 0.1, .starved = false, .span = 10s}, 30));
  EXPECT_EQ(warnings(watch, 30, 5), 0);
}

TEST(RateWatchTest, ADeviceWithoutBuffersIsNotToBlame) {
  RateWatch watch;
  for (int second = 0; second < 10; ++second)
    EXPECT_FALSE(watch.measured({.captured = 5, .made = 15, .starved = true, .span = 1s}, 30));
}

TEST(RateWatchTest, ItWarnsAgainOnceTheRateWasKept) {
  RateWatch watch;
  EXPECT_EQ(warnings(watch, 15, 5), 1);
  EXPECT_EQ(warnings(watch, 30, 9), 0);
  EXPECT_EQ(warnings(watch, 15, 5), 0) << "kept for too short a time";
  EXPECT_EQ(warnings(watch, 30, 10), 0);
  EXPECT_EQ(warnings(watch, 15, 5), 1);
}

}  // namespace
