// A loss is for want of buffers, or not.

#include "frames/loss_class.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using v4l2gst::lost_for_want_of_buffers;

TEST(LossClassTest, ABufferQueuedInTimeWasThere) {
  EXPECT_FALSE(lost_for_want_of_buffers({.taken_before = 100s,
                                         .flags = V4L2_BUF_FLAG_TSTAMP_SRC_EOF,
                                         .interval = 33ms,
                                         .queued_at = 100s - 1ms}));
  EXPECT_FALSE(lost_for_want_of_buffers({.taken_before = 100s,
                                         .flags = V4L2_BUF_FLAG_TSTAMP_SRC_SOE,
                                         .interval = 33ms,
                                         .queued_at = 100s + 30ms}));
}

TEST(LossClassTest, ABufferQueuedLateWasMissing) {
  EXPECT_TRUE(lost_for_want_of_buffers({.taken_before = 100s,
                                        .flags = V4L2_BUF_FLAG_TSTAMP_SRC_EOF,
                                        .interval = 33ms,
                                        .queued_at = 100s + 1ms}));
  EXPECT_TRUE(lost_for_want_of_buffers({.taken_before = 100s,
                                        .flags = V4L2_BUF_FLAG_TSTAMP_SRC_SOE,
                                        .interval = 33ms,
                                        .queued_at = 100s + 34ms}));
}

TEST(LossClassTest, WithoutTimesTheCountOfBuffersDecides) {
  for (const bool dry : {false, true}) {
    EXPECT_EQ(lost_for_want_of_buffers({.taken_before = {}, .queued_at = 100s, .dry = dry}), dry);
    EXPECT_EQ(lost_for_want_of_buffers({.taken_before = 100s, .queued_at = {}, .dry = dry}), dry);
    EXPECT_EQ(lost_for_want_of_buffers({.taken_before = 50s, .queued_at = 100s, .dry = dry}), dry)
        << "the time of another clock";
    EXPECT_EQ(lost_for_want_of_buffers({.taken_before = 150s, .queued_at = 100s, .dry = dry}), dry);
  }
}

}  // namespace
