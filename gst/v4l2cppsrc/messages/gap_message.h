#pragma once

#include <cstdint>

#include "common/handles.h"

namespace v4l2gst {

/// Frames are missing before a buffer.
struct FrameGap {
  GstClockTime pts{};         ///< of the first buffer after the gap
  GstClockTime duration{};    ///< of the gap
  std::uint64_t processed{};  ///< buffers that went downstream since the start
  std::uint64_t dropped{};    ///< frames that were lost, damaged or starved since the start
};

/// Returns the QOS message of a GstBaseSrc. Its jitter, proportion and quality are not set, since a
/// source has no deadline.
MessagePtr message_of(GstElement* element, const FrameGap& gap);

}  // namespace v4l2gst
