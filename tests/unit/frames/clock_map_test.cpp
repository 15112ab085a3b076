// Times of CLOCK_MONOTONIC are mapped to another clock.

#include "frames/clock_map.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using v4l2gst::ClockMap;
using v4l2gst::ClockReading;
using v4l2gst::read_between;

ClockReading reading(nanoseconds before, nanoseconds there, nanoseconds width) {
  return {.asked = before, .before = before, .there = there, .after = before + width};
}

TEST(ClockMapTest, TheSameClockIsMappedExactly) {
  ClockMap map;
  for (int turn = 0; turn < 1000; ++turn) {
    const auto now = 100s + turn * 33ms;
    // The reading is anywhere between the two others.
    map.note(reading(now, now + nanoseconds{turn % 150}, 150ns));
    EXPECT_EQ(map.there(now - 33ms), now - 33ms);
    EXPECT_EQ(map.here(now), now);
  }
}

TEST(ClockMapTest, ReadingsAddNoJitter) {
  ClockMap map;
  const auto offset = 5s + 123ns;
  for (int turn = 0; turn < 1000; ++turn) {
    const auto now = 100s + turn * 33ms;
    const auto read_at = nanoseconds{(turn * 37) % 200};
    map.note(reading(now, now + read_at + offset, 200ns));
    EXPECT_LE(std::chrono::abs(map.there(now - 20ms) - (now - 20ms + offset)), 200ns);
    if (turn < 200) continue;
    static const auto settled = map.there(now) - now;
    EXPECT_EQ(map.there(now) - now, settled);
  }
}

TEST(ClockMapTest, AWideReadingChangesNothing) {
  ClockMap map;
  map.note(reading(100s, 40s, 100ns));
  const auto before = map.there(100s);
  map.note(reading(101s, 41s + 15ms, 20ms));
  EXPECT_EQ(map.there(100s), before);
}

/// Simulates an hour of a clock whose rate is off and changes.
nanoseconds worst_error(double first, double second) {
  ClockMap map;
  nanoseconds worst{};
  for (std::int64_t frame = 0; frame < 3600 * 30; ++frame) {
    const auto passed = frame * 33'333'333ns;
    const auto shown = [&](nanoseconds time) {
      const auto half = nanoseconds{1800s};
      const auto at_first = std::min(time, half);
      const auto at_second = std::max(time - half, nanoseconds{});
      const auto extra = first * static_cast<double>(at_first.count()) +
                         second * static_cast<double>(at_second.count());
      return 7s + time + nanoseconds{static_cast<std::int64_t>(extra)};
    };
    const auto width = nanoseconds{300 + (frame * 7919) % 2000};
    map.note(reading(1000s + passed, shown(passed + width / 3), width));
    // Some frames are old, since downstream was busy.
    const auto age = frame % 100 == 99 && passed > 10s ? nanoseconds{10s} : nanoseconds{40ms};
    const auto captured = passed - age;
    if (captured < 0s) continue;
    if (passed > 1800s && captured < 1812s) continue;  // the rate changes within the age
    worst = std::max(worst, std::chrono::abs(map.there(1000s + captured) - shown(captured)));
  }
  return worst;
}

TEST(ClockMapTest, ADriftingClockIsFollowedForAnHour) {
  EXPECT_LT(worst_error(100e-6, 100e-6), 100us);
  EXPECT_LT(worst_error(-500e-6, 500e-6), 100us);
  EXPECT_LT(worst_error(0.005, -0.005), 1ms);
}

TEST(ClockMapTest, AJumpIsTakenAtOnceAndIsNoDrift) {
  ClockMap map;
  for (int turn = 0; turn < 90; ++turn)
    map.note(reading(100s + turn * 33ms, 50s + turn * 33ms, 100ns));
  map.note(reading(103s, 80s, 100ns));
  EXPECT_NEAR(static_cast<double>((map.there(103s) - 80s).count()), 0, 200);
  EXPECT_NEAR(static_cast<double>((map.there(102s) - 79s).count()), 0, 200);
}

/// A clock that shows what a list says.
struct Script {
  std::vector<nanoseconds> shows;
  std::size_t asked{};

  nanoseconds operator()() { return shows.at(asked++); }
};

TEST(ReadBetweenTest, ReadsOnceWhereNothingIntervenes) {
  Script monotonic{{10us, 11us}};
  const auto read = read_between(std::ref(monotonic), [] { return nanoseconds{5s}; });
  EXPECT_EQ(read.before, 10us);
  EXPECT_EQ(read.after, 11us);
  EXPECT_EQ(read.there, 5s);
}

TEST(ReadBetweenTest, ReadsAgainWhereAnotherThreadCameBetween) {
  Script monotonic{{0us, 9000us, 9001us}};
  Script there{{1s, 2s}};
  const auto read = read_between(std::ref(monotonic), std::ref(there));
  EXPECT_EQ(read.there, 2s);
  EXPECT_EQ(read.width(), 1us);
  EXPECT_EQ(read.asked, 0us) << "when the frame arrived";
}

TEST(ReadBetweenTest, TakesTheNarrowestOfFour) {
  Script monotonic{{0us, 900us, 1000us, 3000us, 9000us}};
  Script there{{1s, 2s, 3s, 4s}};
  const auto read = read_between(std::ref(monotonic), std::ref(there));
  EXPECT_EQ(read.there, 2s);
  EXPECT_EQ(read.width(), 100us);
  EXPECT_EQ(there.asked, 4U);
}

}  // namespace
