#pragma once

#include <cstdint>

#include <gst/video/video.h>

#include "common/handles.h"

namespace v4l2gst {

struct FormatRow;

// GStreamer has caps of DMABuf memory with a DRM format (format=DMA_DRM) since 1.24. With an older
// one there are none. No other place has to know that.

/// Returns a row's drm-format, "NV12": the frames of a driver's exports are linear. Returns null if
/// DRM has no name for it, or if this GStreamer has no such caps.
TextPtr drm_format_of(const FormatRow& row);

/// Returns the fixed caps of frames with the layout of `info`. `row` must have a drm-format.
CapsPtr fixed_drm_caps(const FormatRow& row, const GstVideoInfo& info);

/// Returns the format in the GstVideoMeta of frames with such caps.
GstVideoFormat drm_video_format();

}  // namespace v4l2gst
