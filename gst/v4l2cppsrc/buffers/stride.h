#pragma once

#include <cstdint>
#include <optional>

#include "device/device.h"
#include "formats/stream_config.h"

namespace v4l2gst {

/// The layout of pictures in memory, in the driver's terms and in GStreamer's.
struct StrideAnswer {
  v4l2::Format format;
  std::optional<Layout> layout;
};

/// Returns the first plane's stride that GstVideoAlignment asks for, in bytes; 0 if none. No V4L2
/// driver takes a wish for other padding. Pure.
std::uint32_t aligned_stride(const StreamConfig& agreed, const GstVideoAlignment& alignment);

/// Asks the driver for lines of at least `stride` bytes (VIDIOC_S_FMT). Returns the format that the
/// driver has then: it may keep its own stride. Makes no call if lines are as long already, or if
/// there are none. `element` is for the log. Error: that of a call; EPROTO if anything else has
/// changed.
v4l2::Result<StrideAnswer> set_stride(GstElement* element, const v4l2::Device& device,
                                      const StreamConfig& agreed, std::uint32_t stride);

}  // namespace v4l2gst
