// The filter leaves out some of a stream's first frames.

#include "frames/start_filter.h"

#include <gtest/gtest.h>

namespace {

using v4l2gst::StartFilter;
using v4l2gst::Unit;

TEST(BeginningTest, LeavesNothingOutUnlessTold) {
  StartFilter beginning;
  EXPECT_FALSE(beginning.skips());
  EXPECT_FALSE(beginning.awaits_key_frame());
  EXPECT_TRUE(beginning.admits(Unit::delta));
}

TEST(BeginningTest, SkipsSoManyAfterEachStart) {
  StartFilter beginning;
  for (int start = 0; start < 2; ++start) {
    beginning.stream_began(3, false);
    for (int frame = 0; frame < 5; ++frame)
      EXPECT_EQ(beginning.skips(), frame < 3);
  }
  beginning.stream_began(3, false);
  EXPECT_TRUE(beginning.skips());
  beginning.stream_began(1, false);
  EXPECT_TRUE(beginning.skips());
  EXPECT_FALSE(beginning.skips()) << "a start ends what the one before it began";
}

TEST(BeginningTest, WaitsForAKeyFrameUntilAFrameWasSent) {
  StartFilter beginning;
  for (int start = 0; start < 2; ++start) {
    beginning.stream_began(0, true);
    EXPECT_TRUE(beginning.awaits_key_frame());
    EXPECT_FALSE(beginning.admits(Unit::delta));
    EXPECT_TRUE(beginning.admits(Unit::key));
    EXPECT_TRUE(beginning.admits(Unit::unknown));
    EXPECT_FALSE(beginning.admits(Unit::delta)) << "the key frame may not have been sent";
    beginning.has_begun();
    EXPECT_FALSE(beginning.awaits_key_frame());
    EXPECT_TRUE(beginning.admits(Unit::delta));
  }
}

}  // namespace
