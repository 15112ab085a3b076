// The ranking prefers the mode that a person would choose of the device's modes.

#include "negotiation/candidates.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/handles.h"
#include "formats/format_table.h"
#include "formats/offered_mode.h"

namespace {

using v4l2gst::CapsPtr;
using v4l2gst::OfferedMode;

class NegotiationTest : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

OfferedMode offer(std::uint32_t fourcc, v4l2::Size size,
                  std::initializer_list<std::uint32_t> rates) {
  OfferedMode made{.row = v4l2gst::row_of(fourcc), .sizes = {size, size}, .intervals = {}};
  for (const auto rate : rates)
    made.intervals.push_back({.shortest = {1, rate}, .longest = {1, rate}});
  return made;
}

/// Returns a webcam with a common problem. The larger its raw modes, the slower they are.
std::vector<OfferedMode> webcam() {
  return {
      offer(V4L2_PIX_FMT_YUYV, {3840, 2160}, {5}),    offer(V4L2_PIX_FMT_YUYV, {1920, 1080}, {5}),
      offer(V4L2_PIX_FMT_YUYV, {640, 480}, {30, 15}), offer(V4L2_PIX_FMT_MJPEG, {3840, 2160}, {30}),
      offer(V4L2_PIX_FMT_MJPEG, {1920, 1080}, {30}),  offer(V4L2_PIX_FMT_MJPEG, {320, 240}, {120})};
}

std::string best(const std::vector<OfferedMode>& offers, const char* wanted) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  const auto found = v4l2gst::ranked_candidates(offers, caps.get());
  if (found.empty()) return "none";
  const auto& candidate = found.front();
  return v4l2::Fourcc{candidate.row->fourcc}.to_string() + " " +
         std::to_string(candidate.size.width) + "@" +
         std::to_string(candidate.interval.denominator);
}

TEST_F(NegotiationTest, TheModeIsOneThatAPersonWouldChoose) {
  EXPECT_EQ(best(webcam(), "ANY"), "MJPG 1920@30");
  EXPECT_EQ(best(webcam(), "video/x-raw"), "YUYV 640@30");
  EXPECT_EQ(best(webcam(), "image/jpeg"), "MJPG 1920@30");
  EXPECT_EQ(best(webcam(), "video/x-raw,width=1920"), "YUYV 1920@5");
  EXPECT_EQ(best(webcam(), "image/jpeg,framerate=120/1"), "MJPG 320@120");
  EXPECT_EQ(best(webcam(), "video/x-raw,width=800"), "none");
  EXPECT_EQ(best(webcam(), "video/x-raw; image/jpeg"), "YUYV 640@30");
}

TEST_F(NegotiationTest, TheModeDoesNotDependOnTheOrderOfTheOffers) {
  const auto offers = webcam();
  std::vector<std::size_t> order(offers.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    std::vector<OfferedMode> shuffled;
    for (const auto index : order)
      shuffled.push_back(offers[index]);
    ASSERT_EQ(best(shuffled, "ANY"), "MJPG 1920@30");
    ASSERT_EQ(best(shuffled, "video/x-raw"), "YUYV 640@30");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(NegotiationTest, NoRateIsInventedWhereTheDriverNamesNone) {
  EXPECT_EQ(best({offer(V4L2_PIX_FMT_YUYV, {640, 480}, {})}, "video/x-raw"), "YUYV 640@0");
  EXPECT_EQ(best({offer(V4L2_PIX_FMT_YUYV, {640, 480}, {})}, "video/x-raw,framerate=25/1"),
            "YUYV 640@25");
}

TEST_F(NegotiationTest, ARangeOfSizesIsTakenNearFullHd) {
  OfferedMode range{.row = v4l2gst::row_of(V4L2_PIX_FMT_YUYV),
                    .sizes = {{16, 16}, {4096, 2160}, {2, 2}},
                    .intervals = {{{1, 60}, {1, 1}, {}}}};
  EXPECT_EQ(best({range}, "ANY"), "YUYV 1920@60");
  EXPECT_EQ(best({range}, "video/x-raw,width=1280,height=720,framerate=25/1"), "YUYV 1280@25");
}

TEST_F(NegotiationTest, AListOfRangesIsAsGoodAsOne) {
  const OfferedMode range{.row = v4l2gst::row_of(V4L2_PIX_FMT_YUYV),
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
