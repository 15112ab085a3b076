#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/handles.h"
#include "device/modes.h"
#include "formats/format_table.h"
#include "formats/hdr_metadata.h"
#include "settings/selection.h"

namespace v4l2gst {

/// The largest width and height in caps. The kernel's widest drivers stop at half of it.
inline constexpr int most_pixels = 32768;

/// One mode of a device that caps can express: a format at a size, or in a range of sizes.
/// `intervals` are the frame intervals at that size. It is empty if the driver lists none.
struct OfferedMode {
  const FormatRow* row{};
  v4l2::SizeRange sizes;
  std::vector<v4l2::IntervalRange> intervals;
  /// The caps are those of DMABuf memory, with a DRM format.
  bool dmabuf_caps{};
  /// Each field of a frame has a buffer of its own (interlace-mode=alternate).
  bool alternate{};
};

/// The kinds of caps that a device's raw formats may have, besides those of system memory.
struct CapsKinds {
  bool dmabuf{};     ///< DMABuf memory and a DRM format
  bool alternate{};  ///< GST_CAPS_FEATURE_FORMAT_INTERLACED; with `dmabuf` also both at once
};

/// The driver's picture properties besides format, size and rate. The user's settings override
/// them.
struct PictureProperties {
  GstVideoInterlaceMode interlace{GST_VIDEO_INTERLACE_MODE_PROGRESSIVE};
  GstVideoFieldOrder field_order{GST_VIDEO_FIELD_ORDER_UNKNOWN};
  /// nullopt if caps shall not carry it.
  std::optional<v4l2::PixelAspect> pixel_aspect;
  /// The text in caps; empty if unknown.
  std::string colorimetry;
  HdrMetadata hdr;
};

/// The field of raw video caps for the number of used bits of a sample. It is an int, and present
/// where the format has more bits. The used bits are the low ones, and the others are 0.
inline constexpr auto significant_bits_field = "significant-bits";

/// Returns the caps of all formats in the table.
CapsPtr template_caps();

/// Returns a row's caps without size and rate, "video/x-raw, format=NV12". They are empty if the
/// row has none.
CapsPtr caps_of(const FormatRow& row, bool dmabuf_caps);

/// Returns a mode's caps as one structure, with ranges and lists where there is a choice.
CapsPtr caps_of(const OfferedMode& offer);

/// Returns the caps of all offered modes.
CapsPtr caps_of(std::span<const OfferedMode> offers);

/// Intersects in the order of `first`. Unlike gst_caps_intersect_full() it keeps a structure that
/// another one includes. It drops exact duplicates only.
CapsPtr common_caps(const GstCaps* first, const GstCaps* second);

/// Returns the fixed caps of the format that the driver set. They are empty if `row` has none. The
/// framerate is 0/1 if `interval` is unknown.
CapsPtr fixed_caps(const FormatRow& row, bool dmabuf_caps, const v4l2::Format& format,
                   v4l2::Interval interval, const PictureProperties& properties);

/// Returns the height of a whole frame. Where fields have buffers of their own, `format` holds the
/// height of one field (V4L2 specification, struct v4l2_pix_format).
std::uint32_t frame_height(const v4l2::Format& format);

}  // namespace v4l2gst
