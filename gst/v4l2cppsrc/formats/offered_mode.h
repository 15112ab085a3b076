#pragma once

#include <span>
#include <vector>

#include "common/handles.h"
#include "device/ranges.h"

namespace v4l2gst {

struct FormatRow;

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

/// Returns a mode's caps as one structure, with ranges and lists where there is a choice.
CapsPtr caps_of(const OfferedMode& offer);

/// Returns the caps of all offered modes.
CapsPtr caps_of(std::span<const OfferedMode> offers);

}  // namespace v4l2gst
