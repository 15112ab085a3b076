#pragma once

#include <cstdint>
#include <optional>

#include "device/device.h"
#include "formats/stream_config.h"

namespace v4l2gst {

/// How pictures lie in memory: the driver's words, and GStreamer's.
struct StrideAnswer {
  v4l2::Format format;
  std::optional<Layout> layout;
};

/// The stride of the first plane that GstVideoAlignment asks for, in bytes; 0 where it asks for
/// none. No V4L2 driver pads elsewhere at our wish. Pure.
std::uint32_t aligned_stride(const StreamConfig& agreed, const GstVideoAlignment& alignment);

/// Asks the driver for lines of at least `stride` bytes (VIDIOC_S_FMT). Returns what the driver
/// made of that: it may keep its own. Makes no call where lines are as long already, or where there
/// are none. `element` is who logs. Error: that of a call; EPROTO where anything else has changed.
v4l2::Result<StrideAnswer> set_stride(GstElement* element, const v4l2::Device& device,
                                      const StreamConfig& agreed, std::uint32_t stride);

}  // namespace v4l2gst
