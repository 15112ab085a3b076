// A refusal names the field to blame, near modes and advice.

#include "negotiation/refusal.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "formats/caps.h"
#include "formats/format_table.h"
#include "negotiation/nearness.h"
#include "negotiation/refusal_text.h"

namespace {

using v4l2gst::CapsPtr;
using v4l2gst::OfferedMode;
using v4l2gst::Refusal;

class RefusalTest : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

OfferedMode offer(std::uint32_t fourcc, v4l2::Size size, std::uint32_t rate) {
  return {.row = v4l2gst::row_of(fourcc),
          .sizes = {size, size},
          .intervals = {{.shortest = {1, rate}, .longest = {1, rate}}}};
}

/// Returns a webcam whose raw video is small or slow.
std::vector<OfferedMode> webcam() {
  return {offer(V4L2_PIX_FMT_YUYV, {640, 480}, 30), offer(V4L2_PIX_FMT_YUYV, {1280, 720}, 10),
          offer(V4L2_PIX_FMT_MJPEG, {1280, 720}, 30), offer(V4L2_PIX_FMT_MJPEG, {1920, 1080}, 30)};
}

Refusal refused(const char* wanted, const std::vector<OfferedMode>& all = webcam(),
                std::vector<std::string> inexpressible = {}) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  const auto near = v4l2gst::nearest_offers(all, caps.get(), 8);
  return v4l2gst::refuse(all, near, std::move(inexpressible), caps.get());
}

TEST_F(RefusalTest, OfASize) {
  const auto refusal = refused("video/x-raw,width=800,height=600");
  EXPECT_EQ(refusal.field, "size");
  EXPECT_EQ(refusal.has, "640x480, 1280x720");
  ASSERT_FALSE(refusal.nearest.empty());
  EXPECT_EQ(refusal.nearest[0], "video/x-raw, format=YUY2, width=640, height=480, framerate=30/1");
  EXPECT_NE(refusal.advice.find("videoscale"), std::string::npos);
}

TEST_F(RefusalTest, OfARate) {
  const auto refusal = refused("video/x-raw,width=640,height=480,framerate=25/1");
  EXPECT_EQ(refusal.field, "framerate");
  EXPECT_EQ(refusal.has, "30 frames per second");
  EXPECT_NE(refusal.advice.find("videorate"), std::string::npos);
}

TEST_F(RefusalTest, OfARateThatOnlyACompressedModeHas) {
  const auto refusal = refused("video/x-raw,width=1280,height=720,framerate=30/1");
  EXPECT_EQ(refusal.field, "framerate");
  EXPECT_EQ(refusal.has, "10 frames per second");
  EXPECT_EQ(refusal.advice,
            "The device has it as image/jpeg, width=1280, height=720, framerate=30/1: ask for that "
            "and insert jpegdec behind it.");
}

TEST_F(RefusalTest, OfASizeThatOnlyACompressedModeHas) {
  const auto refusal = refused("video/x-raw,format=NV12,width=1920,height=1080,framerate=30/1");
  EXPECT_EQ(refusal.field, "format");
  EXPECT_NE(refusal.advice.find("insert jpegdec"), std::string::npos);
  EXPECT_EQ(refused("video/x-raw,width=1920,height=1080").field, "size");
}

TEST_F(RefusalTest, OfAFormat) {
  const auto refusal = refused("video/x-raw,format=NV12,width=640,height=480");
  EXPECT_EQ(refusal.field, "format");
  EXPECT_EQ(refusal.has, "YUY2, image/jpeg");
  EXPECT_NE(refusal.advice.find("videoconvert"), std::string::npos);
}

TEST_F(RefusalTest, OfAMediaType) {
  const auto refusal = refused("video/x-h264");
  EXPECT_EQ(refusal.field, "media type");
  EXPECT_EQ(refusal.has, "YUY2, image/jpeg");
}

TEST_F(RefusalTest, OfMemory) {
  const auto refusal = refused("video/x-raw(memory:NVMM),format=YUY2,width=640,height=480");
  EXPECT_EQ(refusal.field, "features");
}

TEST_F(RefusalTest, OfADeviceThatCapsCannotExpress) {
  const auto refusal = refused("ANY", {}, {"PJPG (GSPCA PJPG)", "S561 (GSPCA S561)"});
  const auto text = v4l2gst::text_of(refusal, "/dev/video0");
  EXPECT_NE(text.find("'/dev/video0'"), std::string::npos);
  EXPECT_NE(
      text.find("GStreamer has no caps for what it gives: PJPG (GSPCA PJPG), S561 (GSPCA S561)."),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("v4l2convert.so"), std::string::npos) << text;
  EXPECT_EQ(text.find("also"), std::string::npos) << text;
  EXPECT_EQ(text.find("ANY"), std::string::npos) << text;
}

TEST_F(RefusalTest, TellsWhatCapsCannotExpressBesideTheRest) {
  const auto refusal = refused("video/x-h264", webcam(), {"Y10P (10-bit Greyscale)", "CNF4"});
  const auto text = v4l2gst::text_of(refusal, "/dev/video0");
  EXPECT_NE(text.find("GStreamer has no caps for what it also has: Y10P (10-bit Greyscale), CNF4."),
            std::string::npos)
      << text;
}

/// Several V4L2 formats may be one of GStreamer's. A list must stay readable.
TEST_F(RefusalTest, ListsEachNameOnceAndNotTooMany) {
  std::vector<OfferedMode> all;
  for (const auto fourcc :
       {V4L2_PIX_FMT_AYUV32, V4L2_PIX_FMT_YUV32, V4L2_PIX_FMT_YUVA32, V4L2_PIX_FMT_YUV420,
        V4L2_PIX_FMT_YUV420M, V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_NV12M, V4L2_PIX_FMT_YUYV,
        V4L2_PIX_FMT_UYVY, V4L2_PIX_FMT_RGB24, V4L2_PIX_FMT_BGR24, V4L2_PIX_FMT_GREY,
        V4L2_PIX_FMT_NV16, V4L2_PIX_FMT_NV21, V4L2_PIX_FMT_YVYU})
    if (const auto* const row = v4l2gst::row_of(fourcc);
        row != nullptr && !gst_caps_is_empty(v4l2gst::caps_of(*row, false).get()))
      all.push_back(offer(fourcc, {640, 480}, 30));
  const auto has = refused("video/x-h264", all).has;
  EXPECT_TRUE(has.ends_with(", …")) << has;
  std::vector<std::string> names;
  for (std::size_t at = 0; at < has.size();) {
    const auto end = std::min(has.find(", ", at), has.size());
    names.push_back(has.substr(at, end - at));
    at = end + 2;
  }
  EXPECT_EQ(names.size(), 9U) << has;
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << has;
}

TEST_F(RefusalTest, OfWhatTheDriverMadeOfIt) {
  const auto all = webcam();
  const auto blame = [&](const char* given, const char* wanted) {
    const CapsPtr caps{gst_caps_from_string(wanted)};
    const auto near = v4l2gst::nearest_offers(all, caps.get(), 8);
    return v4l2gst::refuse_given(CapsPtr{gst_caps_from_string(given)}, {}, all, near, {},
                                 caps.get());
  };
  constexpr auto given =
      "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1,colorimetry=2:4:7:1,"
      "interlace-mode=progressive,pixel-aspect-ratio=1/1";
  const auto colours = blame(given, "video/x-raw,colorimetry=bt2020");
  EXPECT_EQ(colours.field, "colorimetry");
  EXPECT_EQ(colours.has, "2:4:7:1");
  EXPECT_NE(colours.advice.find("property 'colorimetry'"), std::string::npos);
  EXPECT_EQ(blame(given, "video/x-raw,interlace-mode=interleaved").field, "interlace-mode");
  EXPECT_EQ(blame(given, "video/x-raw,pixel-aspect-ratio=2/1").field, "pixel-aspect-ratio");
  EXPECT_EQ(blame(given, "video/x-raw,framerate=60/1").field, "framerate");
  EXPECT_EQ(blame(given, "video/x-raw,width=320,height=240").has, "640x480, 1280x720");
  EXPECT_EQ(blame(given, "video/x-raw,framerate=60/1,colorimetry=bt2020").field, "framerate");
}

TEST_F(RefusalTest, NearestAreNotThreeNamesOfOneMode) {
  auto all = webcam();
  all.push_back(offer(V4L2_PIX_FMT_UYVY, {640, 480}, 30));
  all.push_back(offer(V4L2_PIX_FMT_NV12, {640, 480}, 30));
  const auto refusal = refused("video/x-raw,width=800,height=600", all);
  ASSERT_EQ(refusal.nearest.size(), 3U);
  EXPECT_NE(refusal.nearest[1].find("1280"), std::string::npos);
}

TEST_F(RefusalTest, TextsAreNotLongerThanAReadersPatience) {
  const auto refusal = refused(
      "video/x-raw,format={A1,B1,C1,D1,E1,F1,G1,H1},width=800,height=600;video/x-raw,width=1;"
      "video/x-raw,width=2");
  const auto text = v4l2gst::text_of(refusal, "/dev/video0");
  EXPECT_NE(text.find("E1, F1, … }"), std::string::npos) << text;
  EXPECT_EQ(text.find("width=2"), std::string::npos) << text;
}

}  // namespace
