// Each mode has a bus bandwidth, and some modes have less.

#include "negotiation/bandwidth.h"

#include <gtest/gtest.h>

#include "common/handles.h"
#include "formats/format_table.h"
#include "formats/offered_mode.h"
#include "messages/failures.h"
#include "messages/report.h"

namespace {

using v4l2gst::bytes_per_second;
using v4l2gst::Candidate;
using v4l2gst::CapsPtr;
using v4l2gst::cheaper_candidates;
using v4l2gst::cheaper_modes;
using v4l2gst::demand_of;
using v4l2gst::OfferedMode;
using Modes = std::vector<std::string>;

class Bandwidth : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

OfferedMode offer(std::uint32_t fourcc, v4l2::Size size,
                  std::initializer_list<std::uint32_t> rates) {
  OfferedMode offer{.row = v4l2gst::row_of(fourcc), .sizes = {size, size}, .intervals = {}};
  for (const auto rate : rates)
    offer.intervals.push_back({.shortest = {1, rate}, .longest = {1, rate}});
  return offer;
}

std::vector<OfferedMode> webcam() {
  return {offer(V4L2_PIX_FMT_YUYV, {1280, 720}, {30, 10}),
          offer(V4L2_PIX_FMT_UYVY, {1280, 720}, {30}), offer(V4L2_PIX_FMT_YUYV, {640, 480}, {30}),
          offer(V4L2_PIX_FMT_MJPEG, {1280, 720}, {30}),
          offer(V4L2_PIX_FMT_MJPEG, {320, 240}, {30})};
}

Modes cheaper(std::uint32_t fourcc, v4l2::Size size, std::uint32_t rate, const char* wanted,
              const std::vector<OfferedMode>& all = webcam()) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  const Candidate taken{
      .row = v4l2gst::row_of(fourcc), .size = size, .interval = {1, rate}, .colorimetry = {}};
  return cheaper_modes(all, caps.get(), taken, {});
}

TEST_F(Bandwidth, IsThatOfTheDriversPictures) {
  v4l2::Format format;
  format.plane_count = 2;
  format.planes[0].size_image = 1000;
  format.planes[1].size_image = 500;
  EXPECT_EQ(bytes_per_second(format, {1, 30}), 45000U);
  EXPECT_EQ(bytes_per_second(format, {1001, 30000}), 44955U);
  EXPECT_EQ(bytes_per_second(format, {}), 0U);
  format.planes[0].size_image = 0xffffffff;
  EXPECT_GT(bytes_per_second(format, {1, 1000}), 0xffffffffU);
  EXPECT_EQ(v4l2gst::megabytes(55296000), "55.3 MB/s");
}

TEST_F(Bandwidth, OfRawVideoIsLessWhereItIsCompressedSmallerOrSlower) {
  EXPECT_EQ(cheaper(V4L2_PIX_FMT_YUYV, {1280, 720}, 30, "ANY"),
            (Modes{"image/jpeg, width=1280, height=720, framerate=30/1",
                   "video/x-raw, format=YUY2, width=640, height=480, framerate=30/1",
                   "image/jpeg, width=320, height=240, framerate=30/1"}));
  EXPECT_EQ(cheaper(V4L2_PIX_FMT_YUYV, {1280, 720}, 30, "video/x-raw,width=1280,height=720"),
            Modes{"video/x-raw, format=YUY2, width=1280, height=720, framerate=10/1"});
}

TEST_F(Bandwidth, OfACompressedModeIsLessOnlyWhereItIsSmaller) {
  EXPECT_EQ(cheaper(V4L2_PIX_FMT_MJPEG, {1280, 720}, 30, "ANY"),
            Modes{"image/jpeg, width=320, height=240, framerate=30/1"});
}

TEST_F(Bandwidth, CannotBeLessThanTheLeast) {
  EXPECT_TRUE(cheaper(V4L2_PIX_FMT_MJPEG, {320, 240}, 30, "ANY").empty());
  EXPECT_TRUE(
      cheaper(V4L2_PIX_FMT_YUYV, {1280, 720}, 30, "video/x-raw,width=1280,framerate=30/1").empty());
  EXPECT_TRUE(cheaper(V4L2_PIX_FMT_YUYV, {1280, 720}, 30, "ANY", {}).empty());
}

// ---- cheaper modes ------------------------------------------------------------------------------

Candidate mode(std::uint32_t fourcc, v4l2::Size size, v4l2::Interval interval) {
  return {.row = v4l2gst::row_of(fourcc), .size = size, .interval = interval, .colorimetry = {}};
}

std::vector<std::string> described(const std::vector<Candidate>& choices) {
  std::vector<std::string> texts;
  for (const auto& candidate : choices)
    texts.push_back(describe(candidate));
  return texts;
}

std::vector<Candidate> cheaper_than(double demand, const char* wanted,
                                    const std::vector<OfferedMode>& all = webcam()) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  return cheaper_candidates(all, caps.get(), demand, {});
}

TEST_F(Bandwidth, IsReckonedFromThePictureAndTheRate) {
  EXPECT_EQ(demand_of(mode(V4L2_PIX_FMT_YUYV, {640, 480}, {1, 30})), 640.0 * 480 * 2 * 30);
  EXPECT_EQ(demand_of(mode(V4L2_PIX_FMT_NV12, {640, 480}, {1, 30})), 640.0 * 480 * 3 / 2 * 30);
  EXPECT_EQ(demand_of(mode(V4L2_PIX_FMT_GREY, {640, 480}, {1, 15})), 640.0 * 480 * 15);
  // Compressed formats count 2 bits a pixel, whatever the driver's buffers hold.
  EXPECT_EQ(demand_of(mode(V4L2_PIX_FMT_MJPEG, {640, 480}, {1, 30})), 640.0 * 480 / 4 * 30);
  EXPECT_EQ(demand_of(mode(V4L2_PIX_FMT_H264, {640, 480}, {1, 30})), 640.0 * 480 / 4 * 30);
  // An unknown rate counts as a usual one.
  EXPECT_EQ(demand_of(mode(V4L2_PIX_FMT_GREY, {640, 480}, {})), 640.0 * 480 * 24);
  EXPECT_EQ(demand_of(mode(V4L2_PIX_FMT_GREY, {}, {1, 30})), 0.0);
}

TEST_F(Bandwidth, IsLessStepByStep) {
  auto demand = demand_of(mode(V4L2_PIX_FMT_YUYV, {1280, 720}, {1, 30}));
  std::vector<std::string> taken;
  for (auto left = cheaper_than(demand, "ANY"); !left.empty(); left = cheaper_than(demand, "ANY")) {
    ASSERT_LT(demand_of(left.front()), demand);
    demand = demand_of(left.front());
    taken.push_back(describe(left.front()));
  }
  EXPECT_EQ(taken, (std::vector<std::string>{"MJPG 1280x720 at 30/1", "MJPG 320x240 at 30/1"}));
}

TEST_F(Bandwidth, OfWhatIsHardlyLessIsNoLess) {
  const auto wide = offer(V4L2_PIX_FMT_YUYV, {1280, 720}, {30, 25, 20});
  EXPECT_EQ(described(cheaper_than(demand_of(mode(V4L2_PIX_FMT_YUYV, {1280, 720}, {1, 30})), "ANY",
                                   {wide})),
            std::vector<std::string>{"YUYV 1280x720 at 20/1"});
}

TEST_F(Bandwidth, KeepsToWhatDownstreamTakesAndToItsOrder) {
  const auto demand = demand_of(mode(V4L2_PIX_FMT_YUYV, {1280, 720}, {1, 30}));
  EXPECT_EQ(described(cheaper_than(demand, "video/x-raw; image/jpeg")),
            (std::vector<std::string>{"YUYV 640x480 at 30/1", "YUYV 1280x720 at 10/1",
                                      "MJPG 1280x720 at 30/1", "MJPG 320x240 at 30/1"}));
  EXPECT_TRUE(cheaper_than(demand, "video/x-raw,width=1280,framerate=30/1").empty());
  EXPECT_TRUE(cheaper_than(0, "ANY").empty());
}

TEST_F(Bandwidth, IsLessAtTheRatesWithinARange) {
  auto any_rate = offer(V4L2_PIX_FMT_YUYV, {640, 480}, {});
  any_rate.intervals = {{.shortest = {1, 30}, .longest = {1, 5}, .step = {1, 30}}};
  EXPECT_EQ(described(cheaper_than(demand_of(mode(V4L2_PIX_FMT_YUYV, {640, 480}, {1, 30})), "ANY",
                                   {any_rate})),
            (std::vector<std::string>{"YUYV 640x480 at 15/1", "YUYV 640x480 at 15/2",
                                      "YUYV 640x480 at 5/1"}));
}

}  // namespace
