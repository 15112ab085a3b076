#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <gst/video/video.h>

#include "device/format.h"
#include "formats/format_table.h"
#include "kernel/error.h"

namespace v4l2gst {

/// How a raw picture lies in a driver's buffer, as GstVideoMeta wants to know it: strides, and for
/// each colour plane its memory plane and its offset in that. And how it would lie where nobody
/// says how: as GstVideoInfo has it by default, or as GStreamer's elements expect it where it has
/// none.
struct Layout {
  struct Plane {
    int stride{};            ///< GStreamer's: bytes for a line, or how many tiles there are
    std::uint32_t memory{};  ///< the memory plane that it is in
    std::size_t offset{};    ///< there
    std::size_t rows{};      ///< lines, or rows of tiles
    std::size_t pitch{};     ///< bytes from one row to the next
    int usual_stride{};
    std::size_t usual_pitch{};
    std::size_t usual_offset{};  ///< in the whole GstBuffer
  };

  GstVideoFormat format{GST_VIDEO_FORMAT_UNKNOWN};  ///< ENCODED where GstVideoInfo knows no such
                                                    ///< thing; DMA_DRM where the caps say so
  guint width{};
  guint height{};
  std::uint32_t plane_count{};
  std::array<Plane, GST_VIDEO_MAX_PLANES> planes{};
  std::size_t usual_size{};
  /// True when it lies as it usually would, so that nobody needs to be told.
  bool usual{};
  /// True when the strides are numbers of tiles.
  bool tiled{};
  /// So many rows that belong together; 2 where tiles follow each other in a Z over two rows.
  std::size_t together{1};
  /// The bytes that the picture takes of each memory plane, with the padding behind its last line.
  std::array<std::size_t, VIDEO_MAX_PLANES> needed{};
  /// The bytes that each memory plane must hold for the picture to be whole: without that padding,
  /// which some drivers do not write.
  std::array<std::size_t, VIDEO_MAX_PLANES> least{};

  [[nodiscard]] std::span<const Plane> colour_planes() const {
    return std::span{planes}.first(plane_count);
  }
};

/// GstVideoInfo's idea of a row's pictures, by its shape(); of no format where it has none.
GstVideoInfo video_info_of(const FormatRow& row, v4l2::Size size);

/// What of a format that the driver settled on can't be true; nothing where all can be. Lines of
/// a wrong length are no such lie: layout_of() does without.
std::optional<v4l2::Error> implausible(const v4l2::Format& format, const FormatRow& row);

/// V4L2's rule: in a contiguous format the planes follow each other without a gap, and bytesperline
/// is the first one's; the others' shrink with their width (V4L2 specification, "Planar YUV
/// formats"). Of tiles it is as many bytes as a line would have without them. What is shorter than
/// a line of the picture, or longer than any, is taken for lines without padding.
Layout layout_of(const v4l2::Format& format, const FormatRow& row, const GstVideoInfo& info);

}  // namespace v4l2gst
