// The times of frames tell what the device or the bus has lost, where no number does.

#include "frames/time_gaps.h"

#include <initializer_list>
#include <optional>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using v4l2gst::TimeGaps;
using Time = TimeGaps::Time;

/// A stream of frames at 30 a second, by the intervals between them.
class Frames {
public:
  explicit Frames(Time nominal = 33ms) {
    gaps.stream_began(nominal);
    gaps.observe(now, false);
  }

  TimeGaps::Verdict after(Time interval, bool counted = false) {
    now += interval;
    return gaps.observe(now, counted);
  }

  /// Returns how many losses frames at these intervals show.
  unsigned lost_after(std::initializer_list<Time> intervals) {
    unsigned lost{};
    for (const auto interval : intervals)
      lost += after(interval).lost;
    return lost;
  }

  TimeGaps gaps;
  Time now{100s};
};

TEST(TimeGapsTest, AGapAtASteadyPaceIsALossOnceThePaceGoesOn) {
  Frames frames;
  EXPECT_EQ(frames.lost_after({33ms, 34ms, 32ms, 33ms}), 0U);
  const auto behind = frames.after(99ms);
  EXPECT_TRUE(behind.gap);
  EXPECT_EQ(behind.lost, 0U);
  const auto next = frames.after(33ms);
  EXPECT_FALSE(next.gap);
  EXPECT_EQ(next.lost, 2U);
  EXPECT_EQ(frames.after(33ms).lost, 0U);
}

TEST(TimeGapsTest, EachOfManyGapsCounts) {
  Frames frames;
  EXPECT_EQ(frames.lost_after({33ms, 33ms, 33ms, 66ms, 33ms, 66ms, 33ms, 132ms, 33ms}), 5U);
}

/// A camera takes longer exposures in the dark (exposure_dynamic_framerate).
TEST(TimeGapsTest, ASlowerPaceIsNoLoss) {
  Frames frames;
  EXPECT_EQ(frames.lost_after({33ms, 33ms, 33ms, 33ms, 66ms, 66ms, 66ms, 66ms, 66ms}), 0U);
  EXPECT_EQ(frames.gaps.interval(), 66ms);
  EXPECT_EQ(frames.lost_after({132ms, 66ms}), 1U) << "at the new pace";
  EXPECT_EQ(frames.lost_after({33ms, 33ms, 33ms, 33ms}), 0U) << "and back";
}

TEST(TimeGapsTest, ATriggerIsNoLoss) {
  Frames frames;
  EXPECT_EQ(frames.lost_after({50ms, 700ms, 120ms, 33ms, 410ms, 95ms, 800ms, 60ms, 240ms}), 0U);
}

TEST(TimeGapsTest, AFrameThatIsStampedLateIsNoLoss) {
  Frames frames;
  EXPECT_EQ(frames.lost_after({33ms, 33ms, 33ms, 66ms, 1ms, 33ms, 33ms, 33ms, 55ms, 11ms}), 0U);
}

TEST(TimeGapsTest, AGapOfNoMultipleIsNoLoss) {
  Frames frames;
  EXPECT_EQ(frames.lost_after({33ms, 33ms, 33ms, 50ms, 33ms, 33ms}), 0U);
}

TEST(TimeGapsTest, AStallIsNoLoss) {
  Frames frames;
  EXPECT_EQ(frames.lost_after({33ms, 33ms, 33ms, 3300ms, 33ms, 33ms}), 0U);
  Frames slow{10s};
  EXPECT_EQ(slow.lost_after({10s, 10s, 10s, 20s, 10s}), 1U) << "one frame in 10 s";
}

TEST(TimeGapsTest, WhatTheDriverCountsIsNotCountedTwice) {
  Frames frames;
  frames.lost_after({33ms, 33ms, 33ms});
  EXPECT_FALSE(frames.after(66ms, true).gap);
  EXPECT_EQ(frames.after(33ms).lost, 0U);
  EXPECT_EQ(frames.lost_after({66ms, 33ms}), 1U) << "the pace is still known";
}

TEST(TimeGapsTest, FramesFasterThanTheRateHaveNoPace) {
  Frames frames;
  EXPECT_EQ(frames.lost_after({1ms, 1ms, 1ms, 1ms, 2ms, 1ms, 1ms}), 0U);
  EXPECT_EQ(frames.gaps.interval(), 33ms);
}

TEST(TimeGapsTest, WithoutARateOrWithoutTimesThereIsNoPace) {
  Frames variable{0ms};
  EXPECT_EQ(variable.lost_after({33ms, 33ms, 33ms, 66ms, 33ms}), 0U);
  Frames frames;
  frames.lost_after({33ms, 33ms, 33ms});
  EXPECT_EQ(frames.gaps.observe(std::nullopt, false).lost, 0U);
  EXPECT_EQ(frames.lost_after({66ms, 33ms}), 0U);
  EXPECT_EQ(frames.lost_after({33ms, 33ms, 33ms}), 0U);
  EXPECT_EQ(frames.lost_after({-10s, 66ms, 33ms}), 0U) << "a time that jumps back";
}

TEST(TimeGapsTest, AnotherStreamHasAnotherPace) {
  Frames frames;
  frames.lost_after({33ms, 33ms, 33ms});
  frames.gaps.stream_began(33ms);
  EXPECT_EQ(frames.lost_after({66ms, 33ms, 33ms}), 0U);
}

}  // namespace
