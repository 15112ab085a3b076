// The interval between frames is measured, and the time of a frame estimated.

#include "frames/frame_pace.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using v4l2gst::FramePace;

FramePace pace_of(nanoseconds nominal) {
  FramePace pace;
  pace.expect(nominal);
  return pace;
}

TEST(FramePaceTest, TheIntervalIsThePromisedOneAsLongAsItHolds) {
  auto pace = pace_of(40ms);
  EXPECT_EQ(pace.interval(), 40ms);
  for (int frame = 0; frame < 20; ++frame) {
    pace.note(1s + frame * 41ms, 1);
    EXPECT_EQ(pace.interval(), 40ms);
  }
}

TEST(FramePaceTest, ACameraThatIsSlowerThanPromisedIsMeasured) {
  auto pace = pace_of(33ms);
  for (int frame = 0; frame < 4; ++frame)
    pace.note(1s + frame * 66ms, 1);
  EXPECT_EQ(pace.interval(), 66ms);
}

TEST(FramePaceTest, ASingleGapIsNoInterval) {
  auto pace = pace_of(40ms);
  for (int frame = 0; frame < 5; ++frame)
    pace.note(1s + frame * 40ms, 1);
  pace.note(1s + 400ms, 1);  // no number says that frames were lost
  EXPECT_EQ(pace.interval(), 40ms);
  pace.note(1s + 800ms, 10);
  EXPECT_EQ(pace.interval(), 40ms);
}

TEST(FramePaceTest, AnUnknownRateIsTheLatestInterval) {
  auto pace = pace_of(0ms);
  EXPECT_EQ(pace.interval(), 0ms);
  pace.note(1s, 1);
  EXPECT_EQ(pace.interval(), 0ms);
  pace.note(11s, 1);
  EXPECT_EQ(pace.interval(), 10s);
}

TEST(FramePaceTest, ABurstHasNoInterval) {
  auto pace = pace_of(40ms);
  for (int frame = 0; frame < 8; ++frame)
    pace.note(1s + frame * 1us, 1);
  EXPECT_EQ(pace.interval(), 40ms);
}

/// Returns how far estimates are from the true times, at most. Frames are seen up to `late` later
/// than they are taken.
nanoseconds worst_estimate(nanoseconds nominal, nanoseconds real, nanoseconds late) {
  auto pace = pace_of(nominal);
  nanoseconds worst{};
  for (int frame = 0; frame < 2000; ++frame) {
    const auto taken = 1s + frame * real;
    const auto seen = taken + late * ((frame * 37) % 100) / 100;
    const auto estimate = pace.estimate(seen, seen + nominal, 1);
    if (frame >= 1000) worst = std::max(worst, std::chrono::abs(estimate - taken - late / 2));
  }
  return worst;
}

TEST(FramePaceTest, EstimatesHaveLessJitterThanWhatWasSeen) {
  EXPECT_LT(worst_estimate(33ms, 33ms, 4ms), 600us);
  EXPECT_LT(worst_estimate(33ms, 34ms, 4ms), 600us);
}

TEST(FramePaceTest, EstimatesNeverRunAway) {
  auto pace = pace_of(33ms);
  for (int frame = 0; frame < 1000; ++frame) {
    const auto seen = 1s + frame * 200ms;
    const auto estimate = pace.estimate(seen, seen + 33ms, 1);
    EXPECT_LE(std::chrono::abs(estimate - seen), 10ms);
  }
}

TEST(FramePaceTest, EstimatesStayInOrder) {
  auto pace = pace_of(33ms);
  EXPECT_EQ(pace.estimate(1s, 1s + 33ms, 1), 1s);
  EXPECT_GE(pace.estimate(1s, 1s + 33ms, 1), 1s);
  EXPECT_LE(pace.estimate(1s, 1s + 1ms, 1), 1s + 1ms);
}

TEST(FramePaceTest, LostFramesAreCounted) {
  auto pace = pace_of(40ms);
  pace.estimate(1s, 2s, 1);
  EXPECT_EQ(pace.estimate(1s + 400ms, 2s, 10), 1s + 400ms);
}

TEST(FramePaceTest, AnotherStreamHasTheSameRate) {
  auto pace = pace_of(0ms);
  pace.note(1s, 1);
  pace.note(2s, 1);
  pace.stream_began();
  EXPECT_FALSE(pace.last());
  EXPECT_EQ(pace.interval(), 1s);
  pace.note(100s, 1);
  EXPECT_EQ(pace.interval(), 1s);
}

}  // namespace
