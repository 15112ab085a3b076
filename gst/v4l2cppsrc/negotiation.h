#pragma once

#include <optional>
#include <span>
#include <vector>

#include "caps.h"
#include "device/format.h"
#include "handles.h"

namespace v4l2gst {

/// One mode, fixed: what VIDIOC_S_FMT and VIDIOC_S_PARM are asked for.
struct Choice {
  const FormatRow* row{};
  v4l2::Size size;
  /// Unknown where neither the driver nor downstream names a rate.
  v4l2::Interval interval;
  /// With caps of DMABuf memory and a DRM format.
  bool dmabuf_caps{};
};

/// What `wanted` and the offers have in common, best first: downstream's order of structures, then
/// caps of system memory, then at least 24 frames per second, then the larger picture up to
/// 1920x1080, then the higher rate, then the format table's order. Pure, and independent of the
/// order of the offers.
std::vector<Choice> choices(std::span<const Offer> offers, const GstCaps* wanted);

}  // namespace v4l2gst
