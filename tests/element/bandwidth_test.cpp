// What a mode takes of a bus, and which modes take less.

#include "bandwidth.h"

#include <gtest/gtest.h>

namespace {

using v4l2gst::bytes_per_second;
using v4l2gst::CapsPtr;
using v4l2gst::cheaper_modes;
using v4l2gst::Choice;
using v4l2gst::Offer;
using Modes = std::vector<std::string>;

class Bandwidth : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

Offer offer(std::uint32_t fourcc, v4l2::Size size, std::initializer_list<std::uint32_t> rates) {
  Offer offer{.row = v4l2gst::row_of(fourcc), .sizes = {size, size}, .intervals = {}};
  for (const auto rate : rates)
    offer.intervals.push_back({.shortest = {1, rate}, .longest = {1, rate}});
  return offer;
}

std::vector<Offer> webcam() {
  return {offer(V4L2_PIX_FMT_YUYV, {1280, 720}, {30, 10}),
          offer(V4L2_PIX_FMT_UYVY, {1280, 720}, {30}), offer(V4L2_PIX_FMT_YUYV, {640, 480}, {30}),
          offer(V4L2_PIX_FMT_MJPEG, {1280, 720}, {30}),
          offer(V4L2_PIX_FMT_MJPEG, {320, 240}, {30})};
}

Modes cheaper(std::uint32_t fourcc, v4l2::Size size, std::uint32_t rate, const char* wanted,
              const std::vector<Offer>& all = webcam()) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  const Choice taken{
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

}  // namespace
