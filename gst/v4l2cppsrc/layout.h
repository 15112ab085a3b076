#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <gst/video/video.h>

#include "device/format.h"
#include "format_table.h"

namespace v4l2gst {

/// How a raw picture lies in a driver's buffer, as GstVideoMeta wants to know it: strides in bytes,
/// and for each colour plane its memory plane and its offset in that.
struct Layout {
  GstVideoInfo info{};
  std::array<int, GST_VIDEO_MAX_PLANES> stride{};
  std::array<std::uint32_t, GST_VIDEO_MAX_PLANES> memory_plane{};
  std::array<std::size_t, GST_VIDEO_MAX_PLANES> offset{};
  /// The bytes that each memory plane must hold for the picture to be whole.
  std::array<std::size_t, VIDEO_MAX_PLANES> needed{};

  [[nodiscard]] std::uint32_t plane_count() const { return GST_VIDEO_INFO_N_PLANES(&info); }
};

/// V4L2's rule: in a contiguous format the planes follow each other without a gap, and bytesperline
/// is the first one's; the others' shrink with their width (V4L2 specification, "Planar YUV
/// formats").
Layout layout_of(const v4l2::Format& format, const FormatRow& row, const GstVideoInfo& info);

}  // namespace v4l2gst
