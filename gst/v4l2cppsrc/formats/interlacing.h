#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include <gst/video/video.h>

#include "device/format.h"
#include "formats/caps.h"

namespace v4l2gst {

/// How the fields of a frame travel, in GStreamer's terms.
struct Interlacing {
  GstVideoInterlaceMode mode{GST_VIDEO_INTERLACE_MODE_PROGRESSIVE};
  GstVideoFieldOrder order{GST_VIDEO_FIELD_ORDER_UNKNOWN};

  friend bool operator==(const Interlacing&, const Interlacing&) = default;
};

/// Of an enum v4l2_field that a driver settled on. Nothing for two fields one after the other in
/// one buffer (V4L2_FIELD_SEQ_TB and BT), which caps can't say. `bottom_field_first` is the
/// standard's order, which V4L2_FIELD_INTERLACED leaves to it. Pictures of only one field are
/// progressive.
std::optional<Interlacing> interlacing_of(std::uint32_t field, bool bottom_field_first);

/// True for pictures that have every other line only (V4L2_FIELD_TOP and BOTTOM).
constexpr bool single_field(std::uint32_t field) {
  return field == V4L2_FIELD_TOP || field == V4L2_FIELD_BOTTOM;
}

/// The shape of their pixels, where `whole` is that of both fields together.
v4l2::PixelAspect flattened(v4l2::PixelAspect whole);

/// GST_VIDEO_BUFFER_FLAG_* of a frame, by the stream's interlacing and the frame's enum v4l2_field.
guint field_flags(const Interlacing& interlacing, std::uint32_t field);

/// "59/54" or "59:54" as a ratio of two positive numbers; nothing for anything else.
std::optional<v4l2::PixelAspect> parse_pixel_aspect(const std::string& text);

}  // namespace v4l2gst
