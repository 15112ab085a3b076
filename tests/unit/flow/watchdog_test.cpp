// The watchdog acts on a long wait for a frame, and reports it.

#include "flow/watchdog.h"

#include <gtest/gtest.h>

namespace {

using v4l2gst::Due;
using v4l2gst::OnStall;
using v4l2gst::Remedy;
using v4l2gst::Watchdog;
using v4l2gst::Withheld;
using namespace std::chrono_literals;

TEST(WatchdogTest, MeasuresNothingBetweenFramesByDefault) {
  Watchdog watchdog{0ms, 0ms, OnStall::warn};
  watchdog.stream_began(100s);
  EXPECT_TRUE(watchdog.measures());
  watchdog.frame();
  EXPECT_FALSE(watchdog.measures());
}

TEST(WatchdogTest, AStartWithoutAFrameIsToldOnce) {
  Watchdog watchdog{0ms, 0ms, OnStall::warn};
  watchdog.stream_began(100s);
  EXPECT_EQ(watchdog.patience(103s), 7s);
  EXPECT_EQ(watchdog.due(109s), Due::nothing);
  EXPECT_EQ(watchdog.due(110s), Due::no_first_frame);
  EXPECT_EQ(watchdog.due(120s), Due::nothing);
  EXPECT_EQ(watchdog.patience(120s), std::nullopt);
  watchdog.stream_began(130s);
  EXPECT_EQ(watchdog.due(150s), Due::nothing);
}

TEST(WatchdogTest, AFrameThatIsOwedIsToldOnceMore) {
  Watchdog watchdog{0ms, 0ms, OnStall::warn};
  watchdog.stream_began(0s);
  watchdog.frame();
  watchdog.frame_is_owed();
  watchdog.stream_began(100s);
  EXPECT_EQ(watchdog.patience(100s), 10s);
  EXPECT_EQ(watchdog.due(110s), Due::no_first_frame);
  EXPECT_FALSE(watchdog.measures());
  watchdog.frame_is_owed();
  watchdog.frame();
  watchdog.stream_began(200s);
  EXPECT_FALSE(watchdog.measures());
}

TEST(WatchdogTest, AFlushAtTheStartIsNoEndOfTheStart) {
  Watchdog watchdog{0ms, 0ms, OnStall::warn};
  watchdog.stream_began(0s);
  watchdog.wait_ended();
  EXPECT_TRUE(watchdog.measures());
  watchdog.wait_began(5s);
  EXPECT_EQ(watchdog.due(15s), Due::no_first_frame);
}

TEST(WatchdogTest, StallTimeoutAloneStaysArmedAfterItsRemedy) {
  Watchdog watchdog{0ms, 3s, OnStall::restart};
  watchdog.stream_began(0s);
  watchdog.wait_began(0s);
  watchdog.frame();
  watchdog.wait_began(1s);
  ASSERT_EQ(watchdog.due(4s), Due::silence);
  EXPECT_EQ(watchdog.silence(4s), Remedy::restart);
  watchdog.stream_began(4s);
  EXPECT_EQ(watchdog.patience(4s), 6s);
  EXPECT_EQ(watchdog.due(9s), Due::nothing);
  EXPECT_EQ(watchdog.due(10s), Due::silence);
}

TEST(WatchdogTest, DamageDoesNotEndTheWait) {
  Watchdog watchdog{0ms, 3s, OnStall::error};
  watchdog.stream_began(0s);
  watchdog.frame();
  watchdog.wait_began(10s);
  for (auto now = 10s; now < 13s; now += 1s) {
    watchdog.wait_began(now);
    watchdog.withheld(Withheld::damaged, now);
    EXPECT_EQ(watchdog.due(now), now == 12s ? Due::only_damage : Due::nothing);
  }
  EXPECT_EQ(watchdog.due(13s), Due::silence);
  EXPECT_TRUE(watchdog.sees_damage());
  EXPECT_EQ(watchdog.silence(13s), Remedy::give_up);
}

TEST(WatchdogTest, DamageAmongFramesIsNotTold) {
  Watchdog watchdog{0ms, 0ms, OnStall::warn};
  watchdog.stream_began(0s);
  for (auto now = 0s; now < 100s; now += 1s) {
    watchdog.withheld(Withheld::damaged, now);
    EXPECT_EQ(watchdog.due(now), Due::nothing);
    watchdog.frame();
  }
}

TEST(WatchdogTest, DamageIsToldAgainAfterAFrame) {
  Watchdog watchdog{0ms, 0ms, OnStall::warn};
  watchdog.stream_began(0s);
  for (const auto began : {0s, 100s}) {
    watchdog.withheld(Withheld::damaged, began);
    EXPECT_EQ(watchdog.patience(began), 2s);
    EXPECT_EQ(watchdog.due(began + 2s), Due::only_damage);
    EXPECT_EQ(watchdog.due(began + 9s), Due::nothing);
    watchdog.frame();
  }
}

TEST(WatchdogTest, AKeyFrameMayTakeLonger) {
  Watchdog watchdog{0ms, 0ms, OnStall::warn};
  watchdog.stream_began(0s);
  watchdog.withheld(Withheld::no_key_frame, 1s);
  EXPECT_EQ(watchdog.due(10s), Due::nothing);
  EXPECT_EQ(watchdog.due(11s), Due::no_key_frame);
}

TEST(WatchdogTest, AnInterruptedWaitIsForgotten) {
  Watchdog watchdog{0ms, 3s, OnStall::warn};
  watchdog.stream_began(0s);
  watchdog.frame();
  watchdog.wait_began(1s);
  watchdog.wait_ended();
  watchdog.wait_began(100s);
  EXPECT_EQ(watchdog.due(102s), Due::nothing);
  EXPECT_EQ(watchdog.patience(101s), 2s);
}

}  // namespace
