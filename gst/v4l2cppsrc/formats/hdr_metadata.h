#pragma once

#include <optional>

#include <gst/video/video.h>

#include "common/handles.h"

namespace v4l2 {
struct HdrInfo;
}

namespace v4l2gst {

/// HDR10's static metadata as GStreamer's types. A part is nullopt if it is unknown.
struct HdrMetadata {
  std::optional<GstVideoMasteringDisplayInfo> mastering_display;
  std::optional<GstVideoContentLightLevel> content_light_level;
};

/// Returns the parts that a driver has set. A control that was never set holds zeros.
HdrMetadata hdr_metadata(const v4l2::HdrInfo& info);

/// Returns `caps` with mastering-display-info and content-light-level, where they are known.
CapsPtr with_hdr_metadata(CapsPtr caps, const HdrMetadata& metadata);

}  // namespace v4l2gst
