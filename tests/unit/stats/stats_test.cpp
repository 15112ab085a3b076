// These are the counters of the element's statistics.

#include "stats/stats.h"

#include <array>

#include <gtest/gtest.h>

namespace {

using v4l2gst::Stats;

TEST(CountersTest, AddsAndStartsOver) {
  Stats counters;
  const std::array all{&counters.delivered,   &counters.copied,    &counters.lost,
                       &counters.starved,     &counters.skipped,   &counters.damaged,
                       &counters.overwritten, &counters.restarted, &counters.reconnected};
  static_assert(sizeof(Stats) == sizeof(all) / sizeof(void*) * sizeof(Stats::Count));
  std::uint64_t number = 0;
  for (auto* const count : all) {
    Stats::add(*count);
    Stats::add(*count, ++number);
    EXPECT_EQ(count->load(), number + 1);
  }
  counters.restart();
  for (const auto* const count : all)
    EXPECT_EQ(count->load(), 0U);
}

}  // namespace
