#pragma once

#include <optional>

#include <gst/video/video.h>

#include "common/handles.h"
#include "settings/hdr.h"

namespace v4l2gst {

/// HDR10's static metadata in GStreamer's terms; each part where it is known.
struct HdrMetadata {
  std::optional<GstVideoMasteringDisplayInfo> mastering_display;
  std::optional<GstVideoContentLightLevel> content_light_level;
};

/// What of a driver's controls says something: a control that nobody has set yet holds zeros.
HdrMetadata hdr_metadata(const v4l2::HdrInfo& info);

/// `caps` with mastering-display-info and content-light-level, where they are known.
CapsPtr with_hdr_metadata(CapsPtr caps, const HdrMetadata& metadata);

}  // namespace v4l2gst
