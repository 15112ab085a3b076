// Latencies are counted in buckets.

#include "stats/latency.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using v4l2gst::Latency;
using Time = Latency::Time;

void expect_near(Time value, Time wanted) {
  EXPECT_NEAR(static_cast<double>(value.count()), static_cast<double>(wanted.count()),
              static_cast<double>(wanted.count()) * 0.033);
}

TEST(LatencyTest, IsZeroWithoutFrames) {
  const auto none = Latency{}.summary();
  for (const auto time : {none.mean, none.p50, none.p99, none.max})
    EXPECT_EQ(time, 0ns);
}

TEST(LatencyTest, OneFrameIsAllOfThem) {
  for (const Time time : std::initializer_list<Time>{1500ns, 40us, 5ms, 33ms, 2s, 60s}) {
    Latency latency;
    latency.add(time);
    const auto summary = latency.summary();
    EXPECT_EQ(summary.mean, time);
    EXPECT_EQ(summary.max, time);
    expect_near(summary.p50, time);
    expect_near(summary.p99, time);
    EXPECT_LE(summary.p99, summary.max);
  }
}

TEST(LatencyTest, AHundredthIsAboveTheNinetyNinth) {
  Latency latency;
  for (int frame = 0; frame < 990; ++frame)
    latency.add(frame % 2 == 0 ? 1ms : 3ms);
  for (int frame = 0; frame < 10; ++frame)
    latency.add(100ms);
  auto summary = latency.summary();
  expect_near(summary.p50, 3ms);
  expect_near(summary.p99, 3ms);
  EXPECT_EQ(summary.max, 100ms);
  EXPECT_EQ(summary.mean, 2980us);
  latency.add(100ms);
  expect_near(latency.summary().p99, 100ms);
}

TEST(LatencyTest, EachBucketHoldsItsMiddle) {
  for (Time time = 1024ns; time < 60s; time += time / 7) {
    Latency latency;
    latency.add(time);
    latency.add(time);
    latency.add(100s);
    expect_near(latency.summary().p50, time);
  }
}

TEST(LatencyTest, TheEndsAreOpen) {
  Latency latency;
  latency.add(-5ms);
  latency.add(0ns);
  latency.add(1000h);
  EXPECT_LT(latency.summary().p50, 1us);
  EXPECT_EQ(latency.summary().max, 1000h);
}

}  // namespace
