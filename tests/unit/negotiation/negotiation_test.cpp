// The pure parts: running time, continuity, layout, the chooser.

#include "negotiation/negotiation.h"

#include <algorithm>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "formats/caps.h"
#include "formats/layout.h"
#include "formats/traits.h"
#include "frames/continuity.h"
#include "frames/running_time.h"

namespace {

using namespace std::chrono_literals;
using v4l2gst::CapsPtr;
using v4l2gst::ClockReading;
using v4l2gst::Continuity;
using v4l2gst::Offer;
using v4l2gst::RunningTime;

class Pure : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

// ---- running time -------------------------------------------------------------------------------

TEST(RunningTimeTest, IsCaptureTimeOnThePipelinesClock) {
  RunningTime time;
  const ClockReading reading{
      .monotonic = 100s, .pipeline = 50 * GST_SECOND, .base_time = 20 * GST_SECOND};
  EXPECT_EQ(time.stamp(99s, reading), 29 * GST_SECOND);
  EXPECT_EQ(time.stamp(100s, reading), 30 * GST_SECOND);
}

TEST(RunningTimeTest, AFramesEndMayLieALittleAhead) {
  RunningTime time;
  const ClockReading reading{.monotonic = 100s, .pipeline = 50 * GST_SECOND, .base_time = 0};
  EXPECT_EQ(time.stamp(100s + 30ms, reading), 50 * GST_SECOND + 30 * GST_MSECOND);
}

TEST(RunningTimeTest, WhatCannotBeIsTakenForNow) {
  const ClockReading reading{.monotonic = 100s, .pipeline = 50 * GST_SECOND, .base_time = 0};
  EXPECT_EQ(RunningTime{}.stamp(std::nullopt, reading), 50 * GST_SECOND);
  EXPECT_EQ(RunningTime{}.stamp(102s, reading), 50 * GST_SECOND);
  EXPECT_EQ(RunningTime{}.stamp(0s, reading), 50 * GST_SECOND);
  EXPECT_EQ(RunningTime{}.stamp(-5s, reading), 50 * GST_SECOND);
}

TEST(RunningTimeTest, NeverGoesBackwardsNorBelowZero) {
  RunningTime time;
  EXPECT_EQ(time.stamp(99s, {.monotonic = 100s, .pipeline = 5, .base_time = 0}), 0U);
  EXPECT_EQ(time.stamp(100s, {.monotonic = 100s, .pipeline = 500, .base_time = 0}), 500U);
  EXPECT_EQ(time.stamp(100s, {.monotonic = 100s, .pipeline = 400, .base_time = 0}), 500U);
  time.restart();
  EXPECT_EQ(time.stamp(100s, {.monotonic = 100s, .pipeline = 400, .base_time = 0}), 400U);
}

// ---- continuity ---------------------------------------------------------------------------------

TEST(ContinuityTest, CountsWhatTheDriverLost) {
  Continuity continuity;
  EXPECT_TRUE(continuity.observe(0).discontinuous);
  EXPECT_FALSE(continuity.observe(1).discontinuous);
  const auto after_gap = continuity.observe(5);
  EXPECT_EQ(after_gap.lost, 3U);
  EXPECT_EQ(after_gap.offset, 5U);
  EXPECT_TRUE(after_gap.discontinuous);
  EXPECT_EQ(continuity.observe(6).offset, 6U);
}

TEST(ContinuityTest, AWrapIsAStepOfOne) {
  Continuity continuity;
  continuity.observe(0xffffffff);
  const auto wrapped = continuity.observe(0);
  EXPECT_EQ(wrapped.lost, 0U);
  EXPECT_FALSE(wrapped.discontinuous);
  EXPECT_EQ(wrapped.offset, 1U);
}

TEST(ContinuityTest, ADriverThatDoesNotCountLosesNothing) {
  Continuity continuity;
  for (std::uint64_t offset = 0; offset < 5; ++offset) {
    const auto seen = continuity.observe(0);
    EXPECT_EQ(seen.offset, offset);
    EXPECT_EQ(seen.lost, 0U);
  }
}

TEST(ContinuityTest, WhatFollowsZeroesThatNumberNothingIsNoLoss) {
  Continuity continuity;
  for (int stream = 0; stream < 2; ++stream) {
    continuity.stream_began(false);
    continuity.observe(0);
    continuity.observe(0);
    const auto second = continuity.observe(90);
    EXPECT_EQ(second.lost, 0U);
    EXPECT_TRUE(second.discontinuous);
    EXPECT_EQ(continuity.observe(92).lost, 1U) << "from then on it counts";
  }
  EXPECT_EQ(continuity.observe(93).offset, 10U);
}

TEST(ContinuityTest, ACountThatStartsOverGoesOn) {
  Continuity continuity;
  continuity.observe(100);
  continuity.observe(101);
  const auto reset = continuity.observe(0);
  EXPECT_EQ(reset.offset, 2U);
  EXPECT_EQ(reset.lost, 0U);
  EXPECT_TRUE(reset.discontinuous);
  continuity.stream_began();
  const auto restarted = continuity.observe(7);
  EXPECT_EQ(restarted.offset, 3U);
  EXPECT_EQ(restarted.lost, 0U);
  EXPECT_TRUE(restarted.discontinuous);
}

// ---- layout -------------------------------------------------------------------------------------

v4l2gst::Layout layout(std::uint32_t fourcc, v4l2::Size size,
                       std::vector<v4l2::PlaneFormat> planes) {
  const auto& row = *v4l2gst::row_of(fourcc);
  v4l2::Format format;
  format.fourcc = {fourcc};
  format.size = size;
  format.plane_count = static_cast<std::uint32_t>(planes.size());
  std::ranges::copy(planes, format.planes.begin());
  return v4l2gst::layout_of(format, row, v4l2gst::video_info_of(row, size));
}

TEST_F(Pure, ContiguousPlanesFollowEachOther) {
  const auto nv12 = layout(V4L2_PIX_FMT_NV12, {320, 240}, {{384, 0}});
  EXPECT_EQ(nv12.planes[1].stride, 384);
  EXPECT_EQ(nv12.planes[1].offset, 384U * 240);
  EXPECT_EQ(nv12.needed[0], 384U * 240 * 3 / 2);
  const auto i420 = layout(V4L2_PIX_FMT_YUV420, {320, 240}, {{384, 0}});
  EXPECT_EQ(i420.planes[2].stride, 192);
  EXPECT_EQ(i420.planes[2].offset, 384U * 240 + 192 * 120);
  const auto y42b = layout(V4L2_PIX_FMT_YUV422P, {320, 240}, {{320, 0}});
  EXPECT_EQ(y42b.planes[2].offset, 320U * 240 + 160 * 240);
  const auto nv24 = layout(V4L2_PIX_FMT_NV24, {320, 240}, {{320, 0}});
  EXPECT_EQ(nv24.planes[1].stride, 640);
}

TEST_F(Pure, StridesNeedNotBeAMultipleOfFour) {
  const auto rgb = layout(V4L2_PIX_FMT_RGB24, {321, 240}, {{963, 0}});
  EXPECT_EQ(rgb.planes[0].stride, 963);
  EXPECT_EQ(rgb.needed[0], 963U * 240);
}

TEST_F(Pure, SeparatePlanesBeginAtTheirMemory) {
  const auto nv12 = layout(V4L2_PIX_FMT_NV12M, {320, 240}, {{320, 0}, {512, 0}});
  EXPECT_EQ(nv12.planes[1].stride, 512);
  EXPECT_EQ(nv12.planes[1].offset, 0U);
  EXPECT_EQ(nv12.planes[1].memory, 1U);
  EXPECT_EQ(nv12.needed[1], 512U * 120);
}

TEST_F(Pure, ALineIsNeverShorterThanThePicture) {
  for (const std::uint32_t told : {0U, 1U, 639U, 0xffffffffU, 0x7fffffffU}) {
    const auto yuyv = layout(V4L2_PIX_FMT_YUYV, {320, 240}, {{told, 0}});
    EXPECT_EQ(yuyv.planes[0].stride, 640) << told;
    EXPECT_EQ(yuyv.needed[0], 640U * 240) << told;
    EXPECT_EQ(layout(V4L2_PIX_FMT_SRGGB10, {320, 240}, {{told, 0}}).planes[0].stride, 640) << told;
    EXPECT_EQ(layout(V4L2_PIX_FMT_RGB24, {320, 240}, {{told, 0}}).planes[0].stride, 960) << told;
  }
  for (const std::uint32_t told : {0U, 1U, 319U, 0xffffffffU, 0x7fffffffU}) {
    const auto nv12 = layout(V4L2_PIX_FMT_NV12, {320, 240}, {{told, 0}});
    EXPECT_EQ(nv12.planes[1].stride, 320) << told;
    EXPECT_EQ(nv12.needed[0], 320U * 360) << told;
    const auto tiles = layout(V4L2_PIX_FMT_NV12_32L32, {320, 240}, {{told <= 288 ? told : 288, 0}});
    EXPECT_EQ(tiles.planes[0].pitch, 10U * 1024) << told;
  }
  EXPECT_EQ(layout(V4L2_PIX_FMT_NV12M, {321, 240}, {{321, 0}, {321, 0}}).planes[1].stride, 321);
}

std::string lie(std::uint32_t fourcc, v4l2::Size size, std::uint32_t planes,
                std::uint32_t field = V4L2_FIELD_NONE) {
  v4l2::Format format;
  format.fourcc = {fourcc};
  format.size = size;
  format.plane_count = planes;
  format.field = field;
  const auto found = v4l2gst::lie_in(format, *v4l2gst::row_of(fourcc));
  if (!found) return {};
  EXPECT_EQ(found->code, EPROTO);
  return std::string{found->hint} + " " + std::to_string(found->value);
}

TEST_F(Pure, AFormatThatCannotBeIsFoundOut) {
  EXPECT_EQ(lie(V4L2_PIX_FMT_YUYV, {320, 240}, 1), "");
  EXPECT_EQ(lie(V4L2_PIX_FMT_YUYV, {0, 240}, 1), "a picture of width 0");
  EXPECT_EQ(lie(V4L2_PIX_FMT_MJPEG, {320, 0}, 1), "a picture of height 0");
  EXPECT_EQ(lie(V4L2_PIX_FMT_YUYV, {0x80000000, 1}, 1), "a picture of width 2147483648");
  EXPECT_EQ(lie(V4L2_PIX_FMT_YUYV, {1, 0x80000001}, 1, V4L2_FIELD_ALTERNATE),
            "a picture of height 2147483649");
  EXPECT_EQ(lie(V4L2_PIX_FMT_YUYV, {1, 20000}, 1, V4L2_FIELD_ALTERNATE),
            "a picture of height 20000");
  EXPECT_EQ(lie(V4L2_PIX_FMT_YUV420, {320, 240}, 1), "");
  EXPECT_EQ(lie(V4L2_PIX_FMT_YUV420M, {320, 240}, 3), "");
  EXPECT_EQ(lie(V4L2_PIX_FMT_YUV420M, {320, 240}, 2), "fewer planes than its format has 2");
}

// ---- caps ---------------------------------------------------------------------------------------

std::string text_of(const CapsPtr& caps) {
  const v4l2gst::TextPtr text{gst_caps_to_string(caps.get())};
  return text.get();
}

std::string rate_of(v4l2::Interval interval) {
  v4l2::Format format;
  format.size = {.width = 16, .height = 16};
  const auto& row = *v4l2gst::row_of(V4L2_PIX_FMT_MJPEG);
  const auto caps = v4l2gst::fixed_caps(row, false, format, interval, {});
  const auto* const value =
      gst_structure_get_value(gst_caps_get_structure(caps.get(), 0), "framerate");
  const v4l2gst::TextPtr text{gst_value_serialize(value)};
  return text.get();
}

TEST_F(Pure, RatesBeyondFractionsAreShortened) {
  EXPECT_EQ(rate_of({1001, 30000}), "30000/1001");
  EXPECT_EQ(rate_of({39600000, 2376000000}), "60/1");
  EXPECT_EQ(rate_of({39600001, 2376000000}), "60/1");
  EXPECT_EQ(rate_of({0x80000000, 0x80000000}), "1/1");
  EXPECT_EQ(rate_of({1, 0xffffffff}), "0/1") << "no such rate";
  EXPECT_EQ(rate_of({0xffffffff, 1}), "0/1");
  EXPECT_EQ(rate_of({0, 0}), "0/1");
}

TEST_F(Pure, PixelsOfOneFieldAreFlat) {
  using v4l2gst::flattened;
  EXPECT_EQ(flattened({1, 1}), (v4l2::PixelAspect{1, 2}));
  EXPECT_EQ(flattened({16, 15}), (v4l2::PixelAspect{8, 15}));
  EXPECT_EQ(flattened({59, 54}), (v4l2::PixelAspect{59, 108}));
  EXPECT_EQ(flattened({1, 0x40000000}), (v4l2::PixelAspect{1, 2})) << "beyond fractions";
}

TEST_F(Pure, RangesOfOtherStepsAreAllKept) {
  const auto range = [](std::uint32_t fourcc, std::uint32_t step) {
    return Offer{.row = v4l2gst::row_of(fourcc),
                 .sizes = {{16, 16}, {4096, 4096}, {step, step}},
                 .intervals = {}};
  };
  const std::vector offers{range(V4L2_PIX_FMT_NV12M, 16), range(V4L2_PIX_FMT_NV12, 2),
                           range(V4L2_PIX_FMT_NV12, 2)};
  EXPECT_EQ(gst_caps_get_size(v4l2gst::caps_of(offers).get()), 2U);
}

TEST_F(Pure, CommonCapsAreThoseOfAnIntersection) {
  const auto common = [](const char* first, const char* second) {
    const CapsPtr one{gst_caps_from_string(first)};
    const CapsPtr other{gst_caps_from_string(second)};
    return text_of(v4l2gst::common_caps(one.get(), other.get()));
  };
  EXPECT_EQ(common("ANY", "a/b, c=(int)1"), "a/b, c=(int)1");
  EXPECT_EQ(common("a/b, c=(int)1", "ANY"), "a/b, c=(int)1");
  EXPECT_EQ(common("EMPTY", "ANY"), "EMPTY");
  EXPECT_EQ(common("a/b", "EMPTY"), "EMPTY");
  EXPECT_EQ(common("a/b, c=(int)[ 1, 5 ]; d/e", "d/e; a/b, c=(int)3"), "a/b, c=(int)3; d/e");
  EXPECT_EQ(common("a/b; a/b", "a/b"), "a/b");
  EXPECT_EQ(common("a/b(memory:X)", "a/b"), "EMPTY");
  // On these gst_caps_intersect_full() of GStreamer 1.22 ends the program.
  EXPECT_EQ(common("a/b, c=(int)[ 16, 64, 16 ]; a/b, c=(int){ [ 16, 64 ], [ 100, 200 ] }",
                   "a/b, c=(int)[ 2, 256, 2 ]"),
            "a/b, c=(int)[ 16, 64, 16 ]; a/b, c=(int){ [ 16, 64, 2 ], [ 100, 200, 2 ] }");
}

// ---- the chooser --------------------------------------------------------------------------------

Offer offer(std::uint32_t fourcc, v4l2::Size size, std::initializer_list<std::uint32_t> rates) {
  Offer made{.row = v4l2gst::row_of(fourcc), .sizes = {size, size}, .intervals = {}};
  for (const auto rate : rates)
    made.intervals.push_back({.shortest = {1, rate}, .longest = {1, rate}});
  return made;
}

/// A webcam with the usual trap: its raw modes fall to a crawl as they grow.
std::vector<Offer> webcam() {
  return {
      offer(V4L2_PIX_FMT_YUYV, {3840, 2160}, {5}),    offer(V4L2_PIX_FMT_YUYV, {1920, 1080}, {5}),
      offer(V4L2_PIX_FMT_YUYV, {640, 480}, {30, 15}), offer(V4L2_PIX_FMT_MJPEG, {3840, 2160}, {30}),
      offer(V4L2_PIX_FMT_MJPEG, {1920, 1080}, {30}),  offer(V4L2_PIX_FMT_MJPEG, {320, 240}, {120})};
}

std::string best(const std::vector<Offer>& offers, const char* wanted) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  const auto found = v4l2gst::choices(offers, caps.get());
  if (found.empty()) return "none";
  const auto& choice = found.front();
  return v4l2::Fourcc{choice.row->fourcc}.to_string() + " " + std::to_string(choice.size.width) +
         "@" + std::to_string(choice.interval.denominator);
}

TEST_F(Pure, TheModeIsOneThatAPersonWouldChoose) {
  EXPECT_EQ(best(webcam(), "ANY"), "MJPG 1920@30");
  EXPECT_EQ(best(webcam(), "video/x-raw"), "YUYV 640@30");
  EXPECT_EQ(best(webcam(), "image/jpeg"), "MJPG 1920@30");
  EXPECT_EQ(best(webcam(), "video/x-raw,width=1920"), "YUYV 1920@5");
  EXPECT_EQ(best(webcam(), "image/jpeg,framerate=120/1"), "MJPG 320@120");
  EXPECT_EQ(best(webcam(), "video/x-raw,width=800"), "none");
  EXPECT_EQ(best(webcam(), "video/x-raw; image/jpeg"), "YUYV 640@30");
}

TEST_F(Pure, TheModeDoesNotDependOnTheOrderOfTheOffers) {
  const auto offers = webcam();
  std::vector<std::size_t> order(offers.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    std::vector<Offer> shuffled;
    for (const auto index : order)
      shuffled.push_back(offers[index]);
    ASSERT_EQ(best(shuffled, "ANY"), "MJPG 1920@30");
    ASSERT_EQ(best(shuffled, "video/x-raw"), "YUYV 640@30");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(Pure, NoRateIsInventedWhereTheDriverNamesNone) {
  EXPECT_EQ(best({offer(V4L2_PIX_FMT_YUYV, {640, 480}, {})}, "video/x-raw"), "YUYV 640@0");
  EXPECT_EQ(best({offer(V4L2_PIX_FMT_YUYV, {640, 480}, {})}, "video/x-raw,framerate=25/1"),
            "YUYV 640@25");
}

TEST_F(Pure, ARangeOfSizesIsTakenNearFullHd) {
  Offer range{.row = v4l2gst::row_of(V4L2_PIX_FMT_YUYV),
              .sizes = {{16, 16}, {4096, 2160}, {2, 2}},
              .intervals = {{{1, 60}, {1, 1}, {}}}};
  EXPECT_EQ(best({range}, "ANY"), "YUYV 1920@60");
  EXPECT_EQ(best({range}, "video/x-raw,width=1280,height=720,framerate=25/1"), "YUYV 1280@25");
}

TEST_F(Pure, AListOfRangesIsAsGoodAsOne) {
  const Offer range{.row = v4l2gst::row_of(V4L2_PIX_FMT_YUYV),
                    .sizes = {{16, 16}, {4096, 2160}, {2, 2}},
                    .intervals = {{{1, 60}, {1, 1}, {}}}};
  EXPECT_EQ(best({range}, "video/x-raw,width={[16,640],[1000,1280]}"), "YUYV 1280@60");
  EXPECT_EQ(best({range}, "video/x-raw,width={[16,640],[3000,4000]}"), "YUYV 3000@60");
  EXPECT_EQ(best({range}, "video/x-raw,framerate={[5/1,10/1],[20/1,25/1],15/1}"), "YUYV 1920@25");
  const auto silent = offer(V4L2_PIX_FMT_YUYV, {640, 480}, {});
  EXPECT_EQ(best({silent}, "video/x-raw,framerate={[5/1,10/1],[20/1,25/1]}"), "YUYV 640@25");
  EXPECT_EQ(best({silent}, "video/x-raw,framerate={[5/1,10/1],[20/1,2147483647/1]}"), "YUYV 640@0");
}

}  // namespace
