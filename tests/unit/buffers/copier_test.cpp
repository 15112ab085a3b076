// A copy without padding keeps pictures whole.

#include "buffers/copier.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "formats/format_table.h"
#include "formats/layout.h"

namespace {

using v4l2gst::Layout;

class CopierTest : public testing::Test {
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

/// Returns a frame with a memory of each size. Neighbouring bytes differ.
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

/// Returns all lines of a picture, as GStreamer reads them.
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

TEST_F(CopierTest, CopiesAreWhole) {
  check_copy(V4L2_PIX_FMT_NV12, {320, 240}, {{352, 352 * 360}});
  check_copy(V4L2_PIX_FMT_YVU444M, {320, 240},
             {{352, 352 * 240}, {336, 336 * 240}, {320, 320 * 240}});
  check_copy(V4L2_PIX_FMT_NV12_4L4, {320, 240}, {{352, 352 * 360}});
  check_copy(V4L2_PIX_FMT_MM21, {320, 240}, {{352, 352 * 256}, {352, 352 * 128}});
  // The picture has three rows of tiles. The last row is not in zigzag order.
  check_copy(V4L2_PIX_FMT_NV12MT, {384, 96}, {{512, 512 * 96}, {512, 512 * 64}});
}

}  // namespace
