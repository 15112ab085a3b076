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

Layout layout_of(const v4l2::Format& format, const FormatRow& row, const GstVideoInfo& info) {
  Layout layout{.info = info};
  std::size_t end{};
  for (guint plane = 0; plane < layout.plane_count(); ++plane) {
    const auto memory = row.separate_planes ? plane : 0U;
    const auto bytes_per_line = format.planes[memory].bytes_per_line;
    // A driver that leaves bytesperline at 0 means lines without padding.
    const auto tight = GST_VIDEO_INFO_PLANE_STRIDE(&info, plane);
    auto stride = static_cast<int>(bytes_per_line);
    if (!row.separate_planes)
      stride =
          gst_video_format_info_extrapolate_stride(info.finfo, static_cast<gint>(plane), stride);
    layout.stride[plane] = bytes_per_line == 0 ? tight : stride;
    layout.memory_plane[plane] = memory;
    if (row.separate_planes) end = 0;
    layout.offset[plane] = end;
    end += static_cast<std::size_t>(layout.stride[plane]) *
           rows_of(info.finfo, plane, format.size.height);
    layout.needed[memory] = std::max(layout.needed[memory], end);
  }
  return layout;
}

}  // namespace v4l2gst
