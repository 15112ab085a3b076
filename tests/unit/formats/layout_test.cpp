// Layouts have tiles, packed samples, planes in another order and odd widths. Impossible layouts of
// drivers are found.

#include "formats/layout.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "formats/format_table.h"
#include "kernel/error.h"

namespace {

using v4l2gst::Layout;

class LayoutTest : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

Layout layout(std::uint32_t fourcc, v4l2::Size size, const std::vector<v4l2::PlaneFormat>& planes) {
  const auto& row = *v4l2gst::row_of(fourcc);
  v4l2::Format format;
  format.fourcc = {fourcc};
  format.size = size;
  format.plane_count = static_cast<std::uint32_t>(planes.size());
  std::ranges::copy(planes, format.planes.begin());
  return v4l2gst::layout_of(format, row, v4l2gst::video_info_of(row, size));
}

constexpr int tiles(int across, int down) {
  return GST_VIDEO_TILE_MAKE_STRIDE(across, down);
}

TEST_F(LayoutTest, TilesAreCounted) {
  const auto contiguous = layout(V4L2_PIX_FMT_NV12_32L32, {320, 240}, {{320, 0}});
  EXPECT_TRUE(contiguous.tiled);
  EXPECT_EQ(contiguous.planes[0].stride, tiles(10, 8));
  EXPECT_EQ(contiguous.planes[1].stride, tiles(10, 4));
  EXPECT_EQ(contiguous.planes[1].offset, 10U * 8 * 1024);
  EXPECT_EQ(contiguous.needed[0], 10U * (8 + 4) * 1024);
  EXPECT_TRUE(contiguous.usual);
  EXPECT_EQ(contiguous.usual_size, contiguous.needed[0]);

  const auto padded = layout(V4L2_PIX_FMT_NV12_4L4, {320, 240}, {{384, 0}});
  EXPECT_EQ(padded.planes[0].stride, tiles(96, 60));
  EXPECT_EQ(padded.planes[0].pitch, 96U * 16);
  EXPECT_EQ(padded.planes[0].usual_pitch, 80U * 16);
  EXPECT_EQ(padded.planes[1].offset, 384U * 240);
  EXPECT_EQ(padded.needed[0], 384U * 240 * 3 / 2);
  EXPECT_FALSE(padded.usual);

  const auto unsaid = layout(V4L2_PIX_FMT_NV12_4L4, {322, 242}, {{0, 0}});
  EXPECT_EQ(unsaid.planes[0].stride, tiles(81, 61));
  EXPECT_EQ(unsaid.planes[1].stride, tiles(81, 31));
  EXPECT_TRUE(unsaid.usual);
}

TEST_F(LayoutTest, TilesInSeparateMemories) {
  constexpr std::uint32_t luma = 320 * 256;  // 8 rows of tiles
  const auto mm21 = layout(V4L2_PIX_FMT_MM21, {320, 240}, {{320, luma}, {320, luma / 2}});
  EXPECT_EQ(mm21.planes[0].stride, tiles(20, 8));
  EXPECT_EQ(mm21.planes[1].stride, tiles(20, 8));  // as many tiles, of half the size
  EXPECT_EQ(mm21.needed[0], luma);
  EXPECT_EQ(mm21.needed[1], luma / 2);
  EXPECT_EQ(mm21.planes[1].memory, 1U);
  EXPECT_TRUE(mm21.usual);

  const auto zigzag = layout(V4L2_PIX_FMT_NV12MT, {320, 240}, {{384, 384 * 256}, {384, 384 * 128}});
  EXPECT_EQ(zigzag.planes[0].stride, tiles(6, 8));
  EXPECT_EQ(zigzag.planes[1].stride, tiles(6, 4));
  EXPECT_EQ(zigzag.together, 2U);
  EXPECT_EQ(zigzag.needed[0], 384U * 256);

  const auto bits10 =
      layout(V4L2_PIX_FMT_NV12M_10BE_8L128, {320, 240}, {{400, 400 * 256}, {400, 400 * 128}});
  EXPECT_EQ(bits10.planes[0].stride, tiles(50, 2));
  EXPECT_EQ(bits10.needed[0], 400U * 256);
  EXPECT_EQ(bits10.needed[1], 400U * 128);
}

TEST_F(LayoutTest, PackedSamplesOfTenBits) {
  const auto nv15 = layout(V4L2_PIX_FMT_NV15, {320, 240}, {{448, 0}});
  EXPECT_FALSE(nv15.tiled);
  EXPECT_EQ(nv15.planes[0].stride, 448);
  EXPECT_EQ(nv15.planes[1].stride, 448);
  EXPECT_EQ(nv15.planes[1].offset, 448U * 240);
  EXPECT_EQ(nv15.needed[0], 448U * 360);
  EXPECT_TRUE(layout(V4L2_PIX_FMT_NV15, {320, 240}, {{400, 0}}).usual);
  EXPECT_EQ(layout(V4L2_PIX_FMT_NV15, {320, 240}, {{0, 0}}).planes[0].stride, 400);
}

TEST_F(LayoutTest, SamplesOfTwoBytes) {
  const auto p010 = layout(V4L2_PIX_FMT_P010, {320, 240}, {{704, 0}});
  EXPECT_EQ(p010.planes[1].stride, 704);
  EXPECT_EQ(p010.needed[0], 704U * 360);
  const auto y210 = layout(V4L2_PIX_FMT_Y210, {320, 240}, {{1280, 0}});
  EXPECT_TRUE(y210.usual);
  const auto y12 = layout(V4L2_PIX_FMT_Y12, {320, 240}, {{672, 0}});
  EXPECT_EQ(y12.planes[0].stride, 672);
  EXPECT_EQ(y12.format, GST_VIDEO_FORMAT_GRAY16_LE);
  EXPECT_EQ(y12.usual_size, 640U * 240);
}

TEST_F(LayoutTest, MemoriesInAnotherOrder) {
  const auto turned = layout(V4L2_PIX_FMT_YVU422M, {320, 240},
                             {{320, 320 * 240}, {192, 192 * 240}, {160, 160 * 240}});
  EXPECT_EQ(turned.planes[1].memory, 2U);
  EXPECT_EQ(turned.planes[1].stride, 160);
  EXPECT_EQ(turned.planes[2].memory, 1U);
  EXPECT_EQ(turned.planes[2].stride, 192);
  EXPECT_EQ(turned.needed[1], 192U * 240);
  EXPECT_EQ(turned.needed[2], 160U * 240);
  EXPECT_FALSE(turned.usual);
  // The layout is also unusual with the usual strides, since Cb is last.
  const std::vector<v4l2::PlaneFormat> planes{{320, 320 * 240}, {160, 160 * 240}, {160, 160 * 240}};
  EXPECT_FALSE(layout(V4L2_PIX_FMT_YVU422M, {320, 240}, planes).usual);
  EXPECT_TRUE(layout(V4L2_PIX_FMT_YUV422M, {320, 240}, planes).usual);
  // YV12 itself has the planes in this order.
  const auto yv12 = layout(V4L2_PIX_FMT_YVU420M, {320, 240},
                           {{320, 320 * 240}, {160, 160 * 120}, {160, 160 * 120}});
  EXPECT_EQ(yv12.planes[1].memory, 1U);
  EXPECT_TRUE(yv12.usual);
}

TEST_F(LayoutTest, OddWidths) {
  const auto i420 = layout(V4L2_PIX_FMT_YUV420, {321, 241}, {{321, 0}});
  EXPECT_EQ(i420.planes[1].stride, 161);
  EXPECT_EQ(i420.planes[1].rows, 121U);
  EXPECT_EQ(i420.planes[2].offset, 321U * 241 + 161 * 121);
  // "The chroma line stride is equal to the luma line stride."
  const auto nv12 = layout(V4L2_PIX_FMT_NV12, {321, 240}, {{321, 0}});
  EXPECT_EQ(nv12.planes[1].stride, 321);
  const auto nv24 = layout(V4L2_PIX_FMT_NV24, {321, 240}, {{321, 0}});
  EXPECT_EQ(nv24.planes[1].stride, 642);
  const auto yuv9 = layout(V4L2_PIX_FMT_YUV410, {324, 240}, {{324, 0}});
  EXPECT_EQ(yuv9.planes[2].stride, 81);
  EXPECT_EQ(yuv9.planes[2].offset, 324U * 240 + 81 * 60);
}

TEST_F(LayoutTest, BayerLinesEndAtFourBytesWhereNobodySaysOtherwise) {
  const auto wide = layout(V4L2_PIX_FMT_SRGGB12, {322, 240}, {{768, 0}});
  EXPECT_EQ(wide.format, GST_VIDEO_FORMAT_ENCODED);
  EXPECT_EQ(wide.planes[0].stride, 768);
  EXPECT_EQ(wide.needed[0], 768U * 240);
  EXPECT_EQ(wide.usual_size, 644U * 240);
  EXPECT_TRUE(layout(V4L2_PIX_FMT_SRGGB12, {322, 240}, {{0, 0}}).usual);
  const auto narrow = layout(V4L2_PIX_FMT_SRGGB8, {322, 240}, {{0, 0}});
  EXPECT_EQ(narrow.planes[0].stride, 322);
  EXPECT_EQ(narrow.planes[0].usual_stride, 324);
  EXPECT_FALSE(narrow.usual);
}

TEST_F(LayoutTest, ContiguousPlanesFollowEachOther) {
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

TEST_F(LayoutTest, StridesNeedNotBeAMultipleOfFour) {
  const auto rgb = layout(V4L2_PIX_FMT_RGB24, {321, 240}, {{963, 0}});
  EXPECT_EQ(rgb.planes[0].stride, 963);
  EXPECT_EQ(rgb.needed[0], 963U * 240);
}

TEST_F(LayoutTest, SeparatePlanesBeginAtTheirMemory) {
  const auto nv12 = layout(V4L2_PIX_FMT_NV12M, {320, 240}, {{320, 0}, {512, 0}});
  EXPECT_EQ(nv12.planes[1].stride, 512);
  EXPECT_EQ(nv12.planes[1].offset, 0U);
  EXPECT_EQ(nv12.planes[1].memory, 1U);
  EXPECT_EQ(nv12.needed[1], 512U * 120);
  // A frame goes downstream at its picture's length, so what the driver adds behind it is no part
  // of the layout.
  EXPECT_TRUE(layout(V4L2_PIX_FMT_NV12M, {320, 240}, {{320, 320 * 248}, {320, 320 * 124}}).usual);
  // A plane may lack the padding of its last line. Then the next one begins earlier.
  EXPECT_FALSE(
      layout(V4L2_PIX_FMT_NV12M, {318, 240}, {{320, 320 * 240 - 2}, {320, 320 * 120}}).usual);
  // GStreamer rounds odd heights up for chroma, and so ends luma a line later.
  const auto odd = layout(V4L2_PIX_FMT_NV12M, {320, 241}, {{320, 320 * 242}, {320, 320 * 121}});
  EXPECT_EQ(odd.planes[1].usual_offset, 320U * 242);
  EXPECT_FALSE(odd.usual);
}

TEST_F(LayoutTest, ALineIsNeverShorterThanThePicture) {
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

std::string implausible_value(std::uint32_t fourcc, v4l2::Size size, std::uint32_t planes,
                              std::uint32_t field = V4L2_FIELD_NONE) {
  v4l2::Format format;
  format.fourcc = {fourcc};
  format.size = size;
  format.plane_count = planes;
  format.field = field;
  const auto found = v4l2gst::implausible(format, *v4l2gst::row_of(fourcc));
  if (!found) return {};
  EXPECT_EQ(found->code, EPROTO);
  return std::string{found->hint} + " " + std::to_string(found->value);
}

TEST_F(LayoutTest, AFormatThatCannotBeIsFoundOut) {
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_YUYV, {320, 240}, 1), "");
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_YUYV, {0, 240}, 1), "a picture of width 0");
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_MJPEG, {320, 0}, 1), "a picture of height 0");
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_YUYV, {0x80000000, 1}, 1),
            "a picture of width 2147483648");
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_YUYV, {1, 0x80000001}, 1, V4L2_FIELD_ALTERNATE),
            "a picture of height 2147483649");
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_YUYV, {1, 20000}, 1, V4L2_FIELD_ALTERNATE),
            "a picture of height 20000");
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_YUV420, {320, 240}, 1), "");
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_YUV420M, {320, 240}, 3), "");
  EXPECT_EQ(implausible_value(V4L2_PIX_FMT_YUV420M, {320, 240}, 2),
            "fewer planes than its format has 2");
}

}  // namespace
