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

/// The most that caps say of width and height: the kernel's widest drivers stop at half of it.
inline constexpr int most_pixels = 32768;

/// One thing that a device offers and caps can express: a format at a size, or a range of sizes,
/// with the intervals that it comes in; no intervals where the driver does not say.
struct OfferedMode {
  const FormatRow* row{};
  v4l2::SizeRange sizes;
  std::vector<v4l2::IntervalRange> intervals;
  /// With caps of DMABuf memory and a DRM format.
  bool dmabuf_caps{};
  /// The fields of a frame in buffers of their own (interlace-mode=alternate).
  bool alternate{};
};

/// Which kinds of caps a device's raw formats may have besides those of system memory.
struct CapsKinds {
  bool dmabuf{};     ///< DMABuf memory and a DRM format
  bool alternate{};  ///< GST_CAPS_FEATURE_FORMAT_INTERLACED; with `dmabuf` also both at once
};

/// What a driver said of its picture besides format, size and rate, and what the user said instead.
struct PictureProperties {
  GstVideoInterlaceMode interlace{GST_VIDEO_INTERLACE_MODE_PROGRESSIVE};
  GstVideoFieldOrder field_order{GST_VIDEO_FIELD_ORDER_UNKNOWN};
  /// Nothing where the caps shall not carry it.
  std::optional<v4l2::PixelAspect> pixel_aspect;
  /// As caps have it; empty where nobody knows.
  std::string colorimetry;
  HdrMetadata hdr;
};

/// In caps of raw video: how many of a sample's low bits are used, where its format has more; the
/// others are 0. An int.
inline constexpr auto significant_bits_field = "significant-bits";

/// All that the element could ever give, by the table alone.
CapsPtr template_caps();

/// A row's caps without size and rate, "video/x-raw, format=NV12"; empty where there are none.
CapsPtr caps_of(const FormatRow& row, bool dmabuf_caps);

/// An offer as one structure, with ranges and lists where there is a choice.
CapsPtr caps_of(const OfferedMode& offer);

/// What a device offers, as caps.
CapsPtr caps_of(std::span<const OfferedMode> offers);

/// What both have in common, in the order of the first, as gst_caps_intersect_full() would give it
/// but for what is within something else.
CapsPtr common_caps(const GstCaps* first, const GstCaps* second);

/// The fixed caps of what the driver settled on; empty where there are none. framerate 0/1 where
/// `interval` is not known.
CapsPtr fixed_caps(const FormatRow& row, bool dmabuf_caps, const v4l2::Format& format,
                   v4l2::Interval interval, const PictureProperties& traits);

/// The height of whole frames: `format` tells that of one field where fields have buffers of their
/// own (V4L2 specification, struct v4l2_pix_format).
std::uint32_t frame_height(const v4l2::Format& format);

}  // namespace v4l2gst
