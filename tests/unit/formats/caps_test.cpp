// Offered modes and formats are converted to caps.

#include "formats/caps.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "formats/fixed_caps.h"
#include "formats/format_row.h"
#include "formats/format_table.h"
#include "formats/offered_mode.h"

namespace {

using v4l2gst::CapsPtr;
using v4l2gst::OfferedMode;

class CapsTest : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

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

TEST_F(CapsTest, RatesBeyondFractionsAreShortened) {
  EXPECT_EQ(rate_of({1001, 30000}), "30000/1001");
  EXPECT_EQ(rate_of({39600000, 2376000000}), "60/1");
  EXPECT_EQ(rate_of({39600001, 2376000000}), "60/1");
  EXPECT_EQ(rate_of({0x80000000, 0x80000000}), "1/1");
  EXPECT_EQ(rate_of({1, 0xffffffff}), "0/1") << "no such rate";
  EXPECT_EQ(rate_of({0xffffffff, 1}), "0/1");
  EXPECT_EQ(rate_of({0, 0}), "0/1");
}

TEST_F(CapsTest, RangesOfOtherStepsAreAllKept) {
  const auto range = [](std::uint32_t fourcc, std::uint32_t step) {
    return OfferedMode{.row = v4l2gst::row_of(fourcc),
                       .sizes = {{16, 16}, {4096, 4096}, {step, step}},
                       .intervals = {}};
  };
  const std::vector offers{range(V4L2_PIX_FMT_NV12M, 16), range(V4L2_PIX_FMT_NV12, 2),
                           range(V4L2_PIX_FMT_NV12, 2)};
  EXPECT_EQ(gst_caps_get_size(v4l2gst::caps_of(offers).get()), 2U);
}

TEST_F(CapsTest, CommonCapsAreThoseOfAnIntersection) {
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
  EXPECT_EQ(common("a/b, c=(int){ [ 1, 3 ], [ 5, 7 ] }", "a/b, c=(int){ 2, 4, 6 }"),
            "a/b, c=(int)2; a/b, c=(int)6");
  // gst_caps_intersect_full() of GStreamer 1.22 ends the program on these caps.
  EXPECT_EQ(common("a/b, c=(int)[ 16, 64, 16 ]; a/b, c=(int){ [ 16, 64 ], [ 100, 200 ] }",
                   "a/b, c=(int)[ 2, 256, 2 ]"),
            "a/b, c=(int)[ 16, 64, 16 ]; a/b, c=(int){ [ 16, 64, 2 ], [ 100, 200, 2 ] }");
}

TEST_F(CapsTest, OurListsAreTakenApartForAListOfRanges) {
  const auto comparable = [](const char* ours, const char* wanted) {
    const CapsPtr theirs{gst_caps_from_string(wanted)};
    return text_of(v4l2gst::comparable(CapsPtr{gst_caps_from_string(ours)}, theirs.get()));
  };
  constexpr auto ours = "a/b(memory:X), c=(int){ 1, 2 }, d=(int)3, e=(int){ 4, 5 }";
  constexpr auto apart =
      "a/b(memory:X), c=(int)1, d=(int)3, e=(int)4; a/b(memory:X), c=(int)1, d=(int)3, e=(int)5; "
      "a/b(memory:X), c=(int)2, d=(int)3, e=(int)4; a/b(memory:X), c=(int)2, d=(int)3, e=(int)5";
  for (const char* const wanted : {"ANY", "EMPTY", "a/b, c=(int){ 1, 2 }", "a/b, c=(int)[ 1, 9 ]"})
    EXPECT_EQ(comparable(ours, wanted), ours) << wanted;
  for (const char* const wanted :
       {"a/b, c=(int){ [ 1, 9 ], 20 }", "d/e; a/b, c=(int){ 3, { [ 1, 9 ], 20 } }",
        "a/b, f=(fraction){ [ 40/1, 60/1 ], [ 1/1, 20/1 ] }"})
    EXPECT_EQ(comparable(ours, wanted), apart) << wanted;
}

}  // namespace
