// How pictures lie: tiles, packed samples, planes in another order, odd widths. And that a copy
// without padding keeps them whole.

#include "formats/layout.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "buffers/copier.h"
#include "formats/format_table.h"

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
  EXPECT_EQ(mm21.planes[1].stride, tiles(20, 8));  // as many, of half the size
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
  // Nor is it where the strides are as usual: Cb comes last.
  const std::vector<v4l2::PlaneFormat> planes{{320, 320 * 240}, {160, 160 * 240}, {160, 160 * 240}};
  EXPECT_FALSE(layout(V4L2_PIX_FMT_YVU422M, {320, 240}, planes).usual);
  EXPECT_TRUE(layout(V4L2_PIX_FMT_YUV422M, {320, 240}, planes).usual);
  // YV12 has the planes in this order itself.
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

// ---- copies -------------------------------------------------------------------------------------

/// A frame of one memory for each size, all of its bytes different from their neighbours'.
v4l2gst::BufferPtr frame_of(const Layout& layout, const std::vector<std::size_t>& sizes) {
  v4l2gst::BufferPtr frame{gst_buffer_new()};
  std::vector<gsize> starts;
  gsize start{};
  for (const auto size : sizes) {
    starts.push_back(start);
    start += size;
    gst_buffer_append_memory(frame.get(), gst_allocator_alloc(nullptr, size, nullptr));
  }
  GstMapInfo map;
  if (gst_buffer_map(frame.get(), &map, GST_MAP_WRITE) == FALSE) return {};
  for (gsize i = 0; i < map.size; ++i)
    map.data[i] = static_cast<guint8>(i * 31 + i / 251);
  gst_buffer_unmap(frame.get(), &map);
  std::array<gsize, GST_VIDEO_MAX_PLANES> offsets{};
  std::array<gint, GST_VIDEO_MAX_PLANES> strides{};
  for (guint plane = 0; plane < layout.plane_count; ++plane) {
    offsets[plane] = starts[layout.planes[plane].memory] + layout.planes[plane].offset;
    strides[plane] = layout.planes[plane].stride;
  }
  gst_buffer_add_video_meta_full(frame.get(), GST_VIDEO_FRAME_FLAG_NONE, layout.format,
                                 layout.width, layout.height, layout.plane_count, offsets.data(),
                                 strides.data());
  return frame;
}

/// All lines of a picture, as GStreamer reads them.
std::vector<guint8> seen(GstBuffer* buffer, const GstVideoInfo& info) {
  GstVideoFrame frame;
  if (gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ) == FALSE) return {};
  const auto width = static_cast<std::size_t>(GST_VIDEO_INFO_WIDTH(&info));
  const auto height = GST_VIDEO_INFO_HEIGHT(&info);
  std::vector<guint8> pixels(width * static_cast<std::size_t>(height) * 4 + 1024);
  for (gint line = 0; line < height; ++line)
    info.finfo->unpack_func(info.finfo, GST_VIDEO_PACK_FLAG_NONE,
                            pixels.data() + static_cast<std::size_t>(line) * width * 4, frame.data,
                            frame.info.stride, 0, line, GST_VIDEO_INFO_WIDTH(&info));
  gst_video_frame_unmap(&frame);
  return pixels;
}

void check_copy(std::uint32_t fourcc, v4l2::Size size,
                const std::vector<v4l2::PlaneFormat>& planes) {
  const auto& row = *v4l2gst::row_of(fourcc);
  const auto name = v4l2::Fourcc{fourcc}.to_string();
  const auto padded = layout(fourcc, size, planes);
  EXPECT_FALSE(padded.usual) << name;
  std::vector<std::size_t> sizes;
  for (const auto& plane : planes)
    sizes.push_back(plane.size_image);
  const auto info = v4l2gst::video_info_of(row, size);
  const v4l2gst::CapsPtr caps{gst_video_info_to_caps(&info)};
  const auto frame = frame_of(padded, sizes);
  v4l2gst::Copier copier{padded, caps.get(), 0, {}};
  const auto copy = copier.copy(frame.get());
  ASSERT_NE(copy, nullptr) << name;
  EXPECT_EQ(gst_buffer_get_size(copy.get()), GST_VIDEO_INFO_SIZE(&info)) << name;
  const auto before = seen(frame.get(), info);
  EXPECT_FALSE(before.empty());
  EXPECT_EQ(before, seen(copy.get(), info)) << name;
}

TEST_F(LayoutTest, CopiesAreWhole) {
  check_copy(V4L2_PIX_FMT_NV12, {320, 240}, {{352, 352 * 360}});
  check_copy(V4L2_PIX_FMT_YVU444M, {320, 240},
             {{352, 352 * 240}, {336, 336 * 240}, {320, 320 * 240}});
  check_copy(V4L2_PIX_FMT_NV12_4L4, {320, 240}, {{352, 352 * 360}});
  check_copy(V4L2_PIX_FMT_MM21, {320, 240}, {{352, 352 * 256}, {352, 352 * 128}});
  // Three rows of tiles, the last of which is no Z.
  check_copy(V4L2_PIX_FMT_NV12MT, {384, 96}, {{512, 512 * 96}, {512, 512 * 64}});
}

}  // namespace
