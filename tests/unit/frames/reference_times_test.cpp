// Buffers carry the capture time on other clocks.

#include "frames/reference_times.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using v4l2gst::BufferPtr;
using v4l2gst::ReferenceTimes;
using v4l2gst::WallClock;

/// Returns the time with that reference, or nullopt.
std::optional<GstClockTime> time_of(GstBuffer* buffer, const char* reference) {
  auto* const caps = gst_caps_new_empty_simple(reference);
  const auto* const meta = gst_buffer_get_reference_timestamp_meta(buffer, caps);
  gst_caps_unref(caps);
  return meta != nullptr ? std::optional{meta->timestamp} : std::nullopt;
}

int metas(GstBuffer* buffer) {
  return static_cast<int>(gst_buffer_get_n_meta(buffer, GST_REFERENCE_TIMESTAMP_META_API_TYPE));
}

struct ReferenceTimesTest : testing::Test {
  ReferenceTimesTest() { gst_init(nullptr, nullptr); }

  ReferenceTimes times;
};

TEST_F(ReferenceTimesTest, AreWrittenAnewOnTheSameMeta) {
  times.stream_began("uvcvideo", WallClock::none);
  const BufferPtr buffer{gst_buffer_new()};
  times.write(buffer.get(), {.monotonic = 5s});
  EXPECT_EQ(time_of(buffer.get(), "timestamp/x-system-monotonic"), 5 * GST_SECOND);
  const auto* const meta = gst_buffer_get_reference_timestamp_meta(buffer.get(), nullptr);
  EXPECT_TRUE(GST_META_FLAG_IS_SET(meta, GST_META_FLAG_POOLED));
  times.write(buffer.get(), {.monotonic = 6s});
  EXPECT_EQ(time_of(buffer.get(), "timestamp/x-system-monotonic"), 6 * GST_SECOND);
  EXPECT_EQ(gst_buffer_get_reference_timestamp_meta(buffer.get(), nullptr), meta);
  EXPECT_EQ(metas(buffer.get()), 1);
}

TEST_F(ReferenceTimesTest, AFrameWithoutATimeHasNoneOfTheFrameBefore) {
  times.stream_began("uvcvideo", WallClock::none);
  const BufferPtr buffer{gst_buffer_new()};
  times.write(buffer.get(), {.monotonic = 5s});
  times.write(buffer.get(), {});
  EXPECT_EQ(metas(buffer.get()), 0);
}

TEST_F(ReferenceTimesTest, CopiedTimestampsHaveAReferenceOfTheirOwn) {
  times.stream_began("v4l2 loopback", WallClock::none);
  const BufferPtr buffer{gst_buffer_new()};
  times.write(buffer.get(), {.stream = 7s});
  EXPECT_EQ(time_of(buffer.get(), "timestamp/x-v4l2-loopback-stream"), 7 * GST_SECOND);
  EXPECT_FALSE(time_of(buffer.get(), "timestamp/x-system-monotonic"));
}

TEST_F(ReferenceTimesTest, TheWallClockIsTheOneThatWasChosen) {
  const BufferPtr buffer{gst_buffer_new()};
  times.stream_began("uvcvideo", WallClock::realtime);
  times.write(buffer.get(), {.monotonic = 5s, .wall = 1000s});
  EXPECT_EQ(time_of(buffer.get(), "timestamp/x-unix"), 1000 * GST_SECOND);
  EXPECT_EQ(metas(buffer.get()), 2);
  const BufferPtr other{gst_buffer_new()};
  times.stream_began("uvcvideo", WallClock::tai);
  times.write(other.get(), {.wall = 1037s});
  EXPECT_EQ(time_of(other.get(), "timestamp/x-tai"), 1037 * GST_SECOND);
  EXPECT_EQ(metas(other.get()), 1);
}

TEST_F(ReferenceTimesTest, BuffersOfAnEarlierRunHaveNoSecondMeta) {
  const BufferPtr buffer{gst_buffer_new()};
  for (int run = 0; run < 3; ++run) {
    ReferenceTimes another;
    another.stream_began("uvcvideo", WallClock::none);
    another.write(buffer.get(), {.monotonic = 5s});
  }
  EXPECT_EQ(metas(buffer.get()), 1);
}

}  // namespace
