// Rates are measured over a second or a frame.

#include "stats/rate_meter.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using v4l2gst::RateMeter;

TEST(RateMeterTest, MeasuresEachSecond) {
  RateMeter meter;
  RateMeter::Totals totals;
  int measured{};
  for (int frame = 0; frame <= 90; ++frame) {
    ++totals.captured;
    const auto rate = meter.frame(100s + frame * RateMeter::Time{1s} / 30, totals);
    EXPECT_EQ(rate.has_value(), frame > 0 && frame % 30 == 0) << frame;
    if (!rate) continue;
    ++measured;
    EXPECT_NEAR(rate->captured, 30, 0.01);
    EXPECT_NEAR(rate->made, 30, 0.01);
    EXPECT_FALSE(rate->starved);
  }
  EXPECT_EQ(measured, 3);
}

TEST(RateMeterTest, ASlowDeviceIsMeasuredByEachFrame) {
  RateMeter meter;
  EXPECT_FALSE(meter.frame(0s, {.captured = 1}));
  const auto rate = meter.frame(10s, {.captured = 2});
  ASSERT_TRUE(rate);
  EXPECT_NEAR(rate->captured, 0.1, 1e-9);
  EXPECT_EQ(rate->span, 10s);
}

TEST(RateMeterTest, WhatIsLostWasMade) {
  RateMeter meter;
  meter.frame(0s, {.captured = 1});
  const auto lossy = meter.frame(1s, {.captured = 21, .starved = 0, .lost = 10});
  ASSERT_TRUE(lossy);
  EXPECT_NEAR(lossy->captured, 20, 1e-9);
  EXPECT_NEAR(lossy->made, 30, 1e-9);
  EXPECT_FALSE(lossy->starved);
  const auto starved = meter.frame(2s, {.captured = 31, .starved = 20, .lost = 10});
  EXPECT_TRUE(starved->starved);
  EXPECT_NEAR(starved->made, 30, 1e-9);
}

TEST(RateMeterTest, ATimeWithoutAStreamIsNotMeasured) {
  RateMeter meter;
  meter.frame(0s, {.captured = 1});
  meter.stream_began();
  EXPECT_FALSE(meter.frame(60s, {.captured = 2}));
  EXPECT_NEAR(meter.frame(61s, {.captured = 32})->captured, 30, 1e-9);
}

}  // namespace
