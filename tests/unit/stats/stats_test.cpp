// These are the counters of the element's statistics.

#include "stats/stats.h"

#include <array>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using v4l2gst::Stats;

TEST(CountersTest, AddsAndStartsOver) {
  Stats counters;
  const std::array all{&counters.captured,    &counters.delivered,   &counters.copied,
                       &counters.bytes,       &counters.lost,        &counters.lost_starved,
                       &counters.lost_device, &counters.starved,     &counters.skipped,
                       &counters.damaged,     &counters.overwritten, &counters.restarted,
                       &counters.reconnected, &counters.queued};
  std::uint64_t number = 0;
  for (auto* const count : all) {
    Stats::add(*count);
    Stats::add(*count, ++number);
    EXPECT_EQ(count->load(), number + 1);
  }
  counters.latency.add(1ms);
  counters.measured(30, 10s, 1s);
  counters.fps_nominal = 30;
  counters.restart();
  for (const auto* const count : all)
    EXPECT_EQ(count->load(), 0U);
  EXPECT_EQ(counters.latency.summary().max, 0ns);
  EXPECT_EQ(counters.fps_at(10s), 0);
  EXPECT_EQ(counters.fps_nominal, 0);
}

TEST(CountersTest, ARateEndsWithTheFrames) {
  Stats counters;
  EXPECT_EQ(counters.fps_at(100s), 0);
  counters.measured(30, 100s, 1s);
  EXPECT_EQ(counters.fps_at(100s), 30);
  EXPECT_EQ(counters.fps_at(102s), 30);
  EXPECT_EQ(counters.fps_at(104s), 0);
  counters.measured(0.1, 200s, 10s);
  EXPECT_EQ(counters.fps_at(229s), 0.1) << "the next frame is due in 10 s only";
}

}  // namespace
