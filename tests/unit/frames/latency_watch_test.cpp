// A latency is announced when frames take longer than was announced.

#include "frames/latency_watch.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using v4l2gst::LatencyWatch;

constexpr nanoseconds promised = 33ms;

/// Returns how often another latency was announced for `frames` frames of that age.
int announcements(LatencyWatch& watch, int frames, nanoseconds age) {
  int count{};
  for (int frame = 0; frame < frames; ++frame)
    count += watch.note(age, promised) ? 1 : 0;
  return count;
}

TEST(LatencyWatchTest, FramesThatComeInTimeAnnounceNothing) {
  LatencyWatch watch;
  EXPECT_EQ(announcements(watch, 1000, 40ms), 0);
}

TEST(LatencyWatchTest, ASlowerCameraIsAnnouncedOnce) {
  LatencyWatch watch;
  EXPECT_EQ(announcements(watch, 1000, 100ms), 1);
  EXPECT_EQ(announcements(watch, 1000, 33ms), 0);
  EXPECT_EQ(announcements(watch, 1000, 200ms), 1);
}

TEST(LatencyWatchTest, TheAnnouncedLatencyIsEnough) {
  LatencyWatch watch;
  std::optional<nanoseconds> announced;
  for (int frame = 0; frame < 8; ++frame)
    announced = watch.note(100ms + frame * 1ms, promised);
  ASSERT_TRUE(announced);
  EXPECT_GE(*announced, 107ms);
  EXPECT_LE(*announced, 120ms);
}

TEST(LatencyWatchTest, FramesThatWaitedForDownstreamDoNotCount) {
  LatencyWatch watch;
  for (int turn = 0; turn < 100; ++turn) {
    EXPECT_EQ(announcements(watch, 4, 10s), 0);
    EXPECT_EQ(announcements(watch, 4, 34ms), 0);
  }
}

}  // namespace
