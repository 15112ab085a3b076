#include "layout.h"

#include <algorithm>

namespace v4l2gst {
namespace {

std::size_t rows_of(const GstVideoFormatInfo* format, guint plane, std::uint32_t height) {
  std::array<gint, GST_VIDEO_MAX_COMPONENTS> components{};
  gst_video_format_info_component(format, plane, components.data());
  return static_cast<std::size_t>(GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(
      format, static_cast<guint>(components[0]), static_cast<gint>(height)));
}

}  // namespace

GstVideoInfo video_info_of(const FormatRow& row, v4l2::Size size) {
  GstVideoInfo info;
  gst_video_info_init(&info);
  if (row.shape() != GST_VIDEO_FORMAT_UNKNOWN)
    gst_video_info_set_format(&info, row.shape(), size.width, size.height);
  return info;
}

Layout layout_of(const v4l2::Format& format, const FormatRow& row, const GstVideoInfo& info) {
  Layout layout{.width = format.size.width, .height = format.size.height};
  const bool known = row.shape() != GST_VIDEO_FORMAT_UNKNOWN;
  layout.format = row.raw() ? row.video : GST_VIDEO_FORMAT_ENCODED;
  layout.plane_count = known ? GST_VIDEO_INFO_N_PLANES(&info) : 1;
  layout.usual = true;
  std::size_t end{};    // of the planes so far, in their memory
  std::size_t start{};  // of that memory, in the GstBuffer
  for (guint index = 0; index < layout.plane_count; ++index) {
    auto& plane = layout.planes[index];
    plane.memory = row.separate_planes ? index : 0U;
    if (known) {
      plane.rows = rows_of(info.finfo, index, format.size.height);
      plane.usual_stride = GST_VIDEO_INFO_PLANE_STRIDE(&info, index);
      plane.usual_offset = GST_VIDEO_INFO_PLANE_OFFSET(&info, index);
    } else {
      plane.rows = format.size.height;
      plane.usual_stride = static_cast<int>(format.size.width * row.bits_per_pixel / 8);
    }
    const auto& memory = format.planes[plane.memory];
    auto stride = static_cast<int>(memory.bytes_per_line);
    if (known && !row.separate_planes)
      stride =
          gst_video_format_info_extrapolate_stride(info.finfo, static_cast<gint>(index), stride);
    // A driver that leaves bytesperline at 0 means lines without padding.
    plane.stride = memory.bytes_per_line == 0 ? plane.usual_stride : stride;
    if (row.separate_planes) {
      start += index > 0 ? format.planes[index - 1].size_image : 0;
      end = 0;
    }
    plane.offset = end;
    end += static_cast<std::size_t>(plane.stride) * plane.rows;
    layout.needed[plane.memory] = std::max(layout.needed[plane.memory], end);
    layout.usual = layout.usual && plane.stride == plane.usual_stride &&
                   start + plane.offset == plane.usual_offset;
  }
  layout.usual_size =
      known ? GST_VIDEO_INFO_SIZE(&info)
            : static_cast<std::size_t>(layout.planes[0].usual_stride) * layout.planes[0].rows;
  return layout;
}

}  // namespace v4l2gst
