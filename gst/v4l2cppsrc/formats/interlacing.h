#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include <gst/video/video.h>

#include "device/format.h"

namespace v4l2gst {

/// The order of a frame's fields, and how buffers carry them, in GStreamer's terms.
struct Interlacing {
  GstVideoInterlaceMode mode{GST_VIDEO_INTERLACE_MODE_PROGRESSIVE};
  GstVideoFieldOrder order{GST_VIDEO_FIELD_ORDER_UNKNOWN};

  friend bool operator==(const Interlacing&, const Interlacing&) = default;
};

/// Converts the enum v4l2_field that a driver set. Returns nullopt for two fields one after the
/// other in one buffer (V4L2_FIELD_SEQ_TB and BT), which caps can't express. `bottom_field_first`
/// is the standard's order, which V4L2_FIELD_INTERLACED leaves to it. Pictures of only one field
/// are progressive.
std::optional<Interlacing> interlacing_of(std::uint32_t field, bool bottom_field_first);

/// Returns whether pictures have every other line only (V4L2_FIELD_TOP and BOTTOM).
constexpr bool single_field(std::uint32_t field) {
  return field == V4L2_FIELD_TOP || field == V4L2_FIELD_BOTTOM;
}

/// Returns the pixel aspect of single fields. `whole` is that of both fields together.
v4l2::PixelAspect flattened(v4l2::PixelAspect whole);

/// Returns the GST_VIDEO_BUFFER_FLAG_* of a frame. `field` is the frame's enum v4l2_field.
guint field_flags(const Interlacing& interlacing, std::uint32_t field);

/// Parses "59/54" or "59:54", two positive numbers. Returns nullopt for any other text.
std::optional<v4l2::PixelAspect> parse_pixel_aspect(const std::string& text);

}  // namespace v4l2gst
