#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <gst/video/video.h>

#include "device/format.h"

namespace v4l2 {
struct Error;
}

namespace v4l2gst {

struct FormatRow;

/// The layout of a raw picture in a driver's buffer, as GstVideoMeta describes it. Each colour
/// plane has a stride, a memory plane, and an offset in that. The usual values are those that hold
/// without a GstVideoMeta: GstVideoInfo's defaults, or what GStreamer's elements expect of a format
/// that it does not have.
struct Layout {
  struct Plane {
    int stride{};            ///< as GStreamer has it: bytes for a line, or numbers of tiles
    std::uint32_t memory{};  ///< the memory plane that it is in
    std::size_t offset{};    ///< bytes from the start of that memory plane's payload
    std::size_t rows{};      ///< lines, or rows of tiles
    std::size_t pitch{};     ///< bytes from one row to the next
    int usual_stride{};
    std::size_t usual_pitch{};
    std::size_t usual_offset{};  ///< bytes from the start of the GstBuffer
  };

  GstVideoFormat format{GST_VIDEO_FORMAT_UNKNOWN};  ///< ENCODED if GstVideoInfo does not know it;
                                                    ///< DMA_DRM if caps say so
  guint width{};
  guint height{};
  std::uint32_t plane_count{};
  std::array<Plane, GST_VIDEO_MAX_PLANES> planes{};
  std::size_t usual_size{};
  /// The layout is GStreamer's usual one, so that no GstVideoMeta is needed.
  bool usual{};
  /// The strides are numbers of tiles.
  bool tiled{};
  /// How many rows belong together: 2 if tiles follow each other in a Z over two rows.
  std::size_t together{1};
  /// The bytes of the picture in each memory plane, with the padding behind its last line.
  std::array<std::size_t, VIDEO_MAX_PLANES> needed{};
  /// The bytes that each memory plane must hold for a whole picture. They exclude that padding,
  /// which some drivers do not write.
  std::array<std::size_t, VIDEO_MAX_PLANES> least{};

  [[nodiscard]] std::span<const Plane> colour_planes() const {
    return std::span{planes}.first(plane_count);
  }
};

/// Returns the GstVideoInfo of a row's pictures, by its shape(). Its format is UNKNOWN if the row
/// has none.
GstVideoInfo video_info_of(const FormatRow& row, v4l2::Size size);

/// Checks the format that the driver returned. Returns EPROTO for an impossible size or plane
/// count; nullopt if the format is usable. A wrong bytesperline is no error: layout_of() replaces
/// it.
std::optional<v4l2::Error> implausible(const v4l2::Format& format, const FormatRow& row);

/// Returns the layout by V4L2's rule. In a contiguous format the planes follow each other without a
/// gap. bytesperline is the first plane's, and the others' shrink with their width (V4L2
/// specification, "Planar YUV formats"). For tiles it is as many bytes as a line would have without
/// them. A bytesperline that is shorter than a line of the picture, or longer than any, means lines
/// without padding.
Layout layout_of(const v4l2::Format& format, const FormatRow& row, const GstVideoInfo& info);

}  // namespace v4l2gst
