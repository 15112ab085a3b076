#pragma once

#include <optional>
#include <string>

#include <gst/video/video.h>

#include "common/handles.h"
#include "device/format.h"
#include "formats/hdr_metadata.h"

namespace v4l2gst {

struct FormatRow;

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

/// Returns the fixed caps of the format that the driver set. They are empty if `row` has none. The
/// framerate is 0/1 if `interval` is unknown.
CapsPtr fixed_caps(const FormatRow& row, bool dmabuf_caps, const v4l2::Format& format,
                   v4l2::Interval interval, const PictureProperties& properties);

}  // namespace v4l2gst
