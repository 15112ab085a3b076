#include "frames/metadata_match.h"

#include <gtest/gtest.h>

namespace {

using v4l2gst::match;
using v4l2gst::MetadataMatch;
using namespace std::chrono_literals;

constexpr auto interval = 33ms;

TEST(MetadataMatch, IsByTheSameTime) {
  EXPECT_EQ(match({.sequence = 5, .timestamp = 1s}, {.sequence = 5, .timestamp = 1s}, interval),
            MetadataMatch::same);
  // vivid numbers the metadata from the start of its own node.
  EXPECT_EQ(match({.sequence = 9, .timestamp = 1s}, {.sequence = 5, .timestamp = 1s}, interval),
            MetadataMatch::same);
  EXPECT_EQ(match({.sequence = 4, .timestamp = 1s - interval}, {.sequence = 5, .timestamp = 1s},
                  interval),
            MetadataMatch::older);
  EXPECT_EQ(match({.sequence = 6, .timestamp = 1s + interval}, {.sequence = 5, .timestamp = 1s},
                  interval),
            MetadataMatch::newer);
}

TEST(MetadataMatch, AllowsTheTimesOfOneFrameToDiffer) {
  // The start of a frame and its end, or a time that was corrected.
  for (const auto off : {-8ms, 8ms})
    EXPECT_EQ(
        match({.sequence = 9, .timestamp = 1s + off}, {.sequence = 5, .timestamp = 1s}, interval),
        MetadataMatch::same);
  // hwtimestamps=1 of uvcvideo moves it further.
  for (const auto off : {-20ms, 20ms})
    EXPECT_EQ(
        match({.sequence = 5, .timestamp = 1s + off}, {.sequence = 5, .timestamp = 1s}, interval),
        MetadataMatch::same);
  // The same number of a neighbour is chance.
  EXPECT_EQ(match({.sequence = 5, .timestamp = 1s - interval}, {.sequence = 5, .timestamp = 1s},
                  interval),
            MetadataMatch::older);
}

TEST(MetadataMatch, IsByTheNumberWithoutTimes) {
  EXPECT_EQ(match({.sequence = 5}, {.sequence = 5, .timestamp = 1s}, interval),
            MetadataMatch::same);
  EXPECT_EQ(match({.sequence = 4}, {.sequence = 5}, interval), MetadataMatch::older);
  EXPECT_EQ(match({.sequence = 6}, {.sequence = 5}, interval), MetadataMatch::newer);
  EXPECT_EQ(match({.sequence = 0xffffffff}, {.sequence = 0}, interval), MetadataMatch::older);
  EXPECT_EQ(match({.sequence = 0}, {.sequence = 0xffffffff}, interval), MetadataMatch::newer);
}

TEST(MetadataMatch, IsByBothAtAnUnknownRate) {
  EXPECT_EQ(match({.sequence = 9, .timestamp = 1s}, {.sequence = 5, .timestamp = 1s}, 0ms),
            MetadataMatch::same);
  EXPECT_EQ(match({.sequence = 5, .timestamp = 2s}, {.sequence = 5, .timestamp = 1s}, 0ms),
            MetadataMatch::same);
  EXPECT_EQ(match({.sequence = 6, .timestamp = 2s}, {.sequence = 5, .timestamp = 1s}, 0ms),
            MetadataMatch::newer);
}

}  // namespace
