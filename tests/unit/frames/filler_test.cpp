#include "frames/filler.h"

#include <string>
#include <utility>
#include <vector>

#include <gst/video/video.h>
#include <gtest/gtest.h>

namespace {

using v4l2gst::CapsPtr;
using v4l2gst::Filler;

Filler filler_of(const std::string& caps) {
  return Filler{CapsPtr{gst_caps_from_string(caps.c_str())}.get()};
}

/// Returns the bytes of a black frame. `black` repeats in each plane.
bool is(GstBuffer* frame, const std::vector<int>& black) {
  GstMapInfo map;
  gst_buffer_map(frame, &map, GST_MAP_READ);
  bool same = map.size > 0;
  for (gsize i = 0; i < map.size; ++i)
    same = same && map.data[i] == black[i % black.size()];
  gst_buffer_unmap(frame, &map);
  return same;
}

struct FillerTest : testing::Test {
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

TEST_F(FillerTest, PaintsPackedFormatsBlack) {
  const std::string size = ",width=64,height=8,framerate=25/1";
  for (const auto& [format, black] : {std::pair<const char*, std::vector<int>>{"YUY2", {16, 128}},
                                      {"UYVY", {128, 16}},
                                      {"RGB", {0, 0, 0}},
                                      {"BGRA", {0, 0, 0, 255}},
                                      {"GRAY8", {0}},
                                      {"GRAY16_LE", {0, 0}},
                                      {"Y210", {0, 16, 0, 128}}}) {
    auto filler = filler_of(std::string{"video/x-raw,format="} + format + size);
    ASSERT_TRUE(filler.has_black()) << format;
    const auto frame = filler.black();
    EXPECT_TRUE(is(frame.get(), black)) << format;
    EXPECT_EQ(GST_BUFFER_DURATION(frame.get()), 40 * GST_MSECOND);
  }
  auto full = filler_of("video/x-raw,format=YUY2,colorimetry=1:4:0:0" + size);
  EXPECT_TRUE(is(full.black().get(), {0, 128}));
}

TEST_F(FillerTest, PaintsEveryRawFormatInItsSize) {
  for (int i = GST_VIDEO_FORMAT_I420;
       gst_video_format_to_string(static_cast<GstVideoFormat>(i)) != nullptr; ++i) {
    const std::string name{gst_video_format_to_string(static_cast<GstVideoFormat>(i))};
    if (name.empty() || name == "DMA_DRM") continue;
    auto filler = filler_of("video/x-raw,format=" + name + ",width=70,height=34,framerate=25/1");
    if (!filler.has_black()) continue;
    GstVideoInfo info;
    gst_video_info_set_format(&info, static_cast<GstVideoFormat>(i), 70, 34);
    EXPECT_EQ(gst_buffer_get_size(filler.black().get()), GST_VIDEO_INFO_SIZE(&info)) << name;
  }
}

TEST_F(FillerTest, HasNoBlackForWhatIsNoPlainPicture) {
  for (const char* const caps :
       {"image/jpeg,width=64,height=8,framerate=10/1", "video/x-h264,framerate=10/1",
        "video/x-bayer,format=rggb,width=64,height=8,framerate=10/1",
        "video/x-raw(memory:DMABuf),format=YUY2,width=64,height=8,framerate=10/1"}) {
    const auto filler = filler_of(caps);
    EXPECT_FALSE(filler.has_black()) << caps;
    EXPECT_EQ(filler.duration(), 100 * GST_MSECOND) << caps;
  }
  EXPECT_EQ(filler_of("image/jpeg").duration(), 40 * GST_MSECOND);
}

TEST_F(FillerTest, SendsFieldsInTurn) {
  auto filler = filler_of(
      "video/x-raw(format:Interlaced),format=YUY2,interlace-mode=alternate,width=64,height=16,"
      "framerate=25/1");
  ASSERT_TRUE(filler.has_black());
  EXPECT_EQ(filler.duration(), 20 * GST_MSECOND);
  const auto top = filler.black();
  const auto bottom = filler.black();
  EXPECT_EQ(gst_buffer_get_size(top.get()), 64U * 8 * 2);
  EXPECT_TRUE(GST_BUFFER_FLAG_IS_SET(top.get(), GST_VIDEO_BUFFER_FLAG_TFF));
  EXPECT_TRUE(GST_BUFFER_FLAG_IS_SET(top.get(), GST_VIDEO_BUFFER_FLAG_ONEFIELD));
  EXPECT_FALSE(GST_BUFFER_FLAG_IS_SET(bottom.get(), GST_VIDEO_BUFFER_FLAG_TFF));
}

TEST_F(FillerTest, SharesOneMemory) {
  auto filler = filler_of("video/x-raw,format=YUY2,width=64,height=8,framerate=25/1");
  const auto one = filler.black();
  const auto other = filler.black();
  EXPECT_EQ(gst_buffer_peek_memory(one.get(), 0), gst_buffer_peek_memory(other.get(), 0));
  EXPECT_FALSE(gst_buffer_is_memory_range_writable(one.get(), 0, -1));
}

}  // namespace
