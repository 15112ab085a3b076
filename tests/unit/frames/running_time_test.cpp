// Times of the pipeline's clock become running time.

#include "frames/running_time.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using v4l2gst::RunningTime;
using v4l2gst::Timeline;

constexpr int any_clock{};

Timeline since(nanoseconds base_time) {
  return {.clock = &any_clock, .base_time = base_time};
}

TEST(RunningTimeTest, IsTheTimeSinceTheBaseTime) {
  RunningTime time;
  EXPECT_EQ(time.stamp(49s, 50s, since(20s)), 29 * GST_SECOND);
  EXPECT_EQ(time.stamp(50s, 50s, since(20s)), 30 * GST_SECOND);
}

TEST(RunningTimeTest, IsNeitherBelowZeroNorInTheFuture) {
  RunningTime time;
  EXPECT_EQ(time.stamp(10s, 21s, since(20s)), 0U);
  EXPECT_EQ(time.stamp(23s, 22s, since(20s)), 2 * GST_SECOND);
}

TEST(RunningTimeTest, NeverGoesBack) {
  RunningTime time;
  EXPECT_EQ(time.stamp(50s, 50s, since(20s)), 30 * GST_SECOND);
  EXPECT_EQ(time.stamp(49s, 51s, since(20s)), 30 * GST_SECOND);
}

TEST(RunningTimeTest, BeginsAnewWithAnotherBaseTime) {
  RunningTime time;
  EXPECT_EQ(time.stamp(50s, 50s, since(20s)), 30 * GST_SECOND);
  EXPECT_EQ(time.stamp(51s, 51s, since(50s)), 1 * GST_SECOND);
  // Also where running time is later than the last PTS.
  EXPECT_EQ(time.stamp(52s, 55s, since(51s + 500ms)), GST_SECOND / 2);
}

TEST(RunningTimeTest, BeginsAnewWithAnotherClock) {
  constexpr int other{};
  RunningTime time;
  EXPECT_EQ(time.stamp(50s, 50s, since(20s)), 30 * GST_SECOND);
  EXPECT_EQ(time.stamp(5s, 5s, {.clock = &other, .base_time = 3s}), 2 * GST_SECOND);
}

TEST(RunningTimeTest, GoesOnAfterAPause) {
  RunningTime time;
  EXPECT_EQ(time.stamp(50s, 50s, since(20s)), 30 * GST_SECOND);
  time.stream_began();
  // Paused for 10 s. The frame was captured right before the new stream.
  EXPECT_EQ(time.stamp(59s + 900ms, 60s + 40ms, since(30s)), 30 * GST_SECOND);
  EXPECT_EQ(time.stamp(60s + 30ms, 60s + 80ms, since(30s)), 30 * GST_SECOND + 30 * GST_MSECOND);
}

TEST(RunningTimeTest, BeginsAnewAfterAPauseThatResetIt) {
  RunningTime time;
  EXPECT_EQ(time.stamp(50s, 50s, since(20s)), 30 * GST_SECOND);
  time.stream_began();
  EXPECT_EQ(time.stamp(60s + 10ms, 60s + 40ms, since(60s)), 10 * GST_MSECOND);
}

TEST(RunningTimeTest, CountsFromTheFirstFrameWithoutAClock) {
  RunningTime time;
  EXPECT_EQ(time.stamp(100s, 100s + 40ms, {}), 0U);
  EXPECT_EQ(time.stamp(100s + 33ms, 100s + 73ms, {}), 33 * GST_MSECOND);
  EXPECT_EQ(time.stamp(101s, 101s + 40ms, {}), 1 * GST_SECOND);
}

TEST(RunningTimeTest, GoesOnWhereTheClockIsTakenAway) {
  RunningTime time;
  EXPECT_EQ(time.stamp(50s, 50s, since(20s)), 30 * GST_SECOND);
  EXPECT_EQ(time.stamp(1000s, 1000s, {}), 30 * GST_SECOND);
  EXPECT_EQ(time.stamp(1001s, 1001s, {}), 31 * GST_SECOND);
}

}  // namespace
