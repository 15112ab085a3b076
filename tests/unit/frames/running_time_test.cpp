// The driver's timestamps become running time.

#include "frames/running_time.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using v4l2gst::ClockReading;
using v4l2gst::RunningTime;

TEST(RunningTimeTest, IsCaptureTimeOnThePipelinesClock) {
  RunningTime time;
  const ClockReading reading{
      .monotonic = 100s, .pipeline = 50 * GST_SECOND, .base_time = 20 * GST_SECOND};
  EXPECT_EQ(time.stamp(99s, reading), 29 * GST_SECOND);
  EXPECT_EQ(time.stamp(100s, reading), 30 * GST_SECOND);
}

TEST(RunningTimeTest, AFramesEndMayLieALittleAhead) {
  RunningTime time;
  const ClockReading reading{.monotonic = 100s, .pipeline = 50 * GST_SECOND, .base_time = 0};
  EXPECT_EQ(time.stamp(100s + 30ms, reading), 50 * GST_SECOND + 30 * GST_MSECOND);
}

TEST(RunningTimeTest, WhatCannotBeIsTakenForNow) {
  const ClockReading reading{.monotonic = 100s, .pipeline = 50 * GST_SECOND, .base_time = 0};
  EXPECT_EQ(RunningTime{}.stamp(std::nullopt, reading), 50 * GST_SECOND);
  EXPECT_EQ(RunningTime{}.stamp(102s, reading), 50 * GST_SECOND);
  EXPECT_EQ(RunningTime{}.stamp(0s, reading), 50 * GST_SECOND);
  EXPECT_EQ(RunningTime{}.stamp(-5s, reading), 50 * GST_SECOND);
}

TEST(RunningTimeTest, NeverGoesBackwardsNorBelowZero) {
  RunningTime time;
  EXPECT_EQ(time.stamp(99s, {.monotonic = 100s, .pipeline = 5, .base_time = 0}), 0U);
  EXPECT_EQ(time.stamp(100s, {.monotonic = 100s, .pipeline = 500, .base_time = 0}), 500U);
  EXPECT_EQ(time.stamp(100s, {.monotonic = 100s, .pipeline = 400, .base_time = 0}), 500U);
  time.restart();
  EXPECT_EQ(time.stamp(100s, {.monotonic = 100s, .pipeline = 400, .base_time = 0}), 400U);
}

}  // namespace
