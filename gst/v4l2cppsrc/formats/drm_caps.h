#pragma once

#include <cstdint>

#include <gst/video/video.h>

#include "common/handles.h"
#include "formats/format_table.h"

namespace v4l2gst {

// Caps of DMABuf memory whose format is DRM's (format=DMA_DRM), which GStreamer has since 1.24.
// With an older one there are none, and this is the only place that knows.

/// A row's drm-format, "NV12": the frames of a driver's exports are linear. Null where DRM has no
/// name for it, or this GStreamer no such caps.
TextPtr drm_format_of(const FormatRow& row);

/// The fixed caps of what lies as `info` says. Only for a row that has a drm-format.
CapsPtr fixed_drm_caps(const FormatRow& row, const GstVideoInfo& info);

/// What GstVideoMeta says of frames with such caps.
GstVideoFormat drm_video_format();

}  // namespace v4l2gst
