#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <linux/videodev2.h>

#include "device/format.h"

namespace v4l2 {

/// The purpose of a node, as far as a capture program needs to know it.
enum class NodeKind {
  capture,  ///< delivers frames
  memory_to_memory,
  output,
  metadata,
  vbi,
  radio,
  sdr,
  touch,
  other,
};

/// Returns the kind with its article, for a sentence: "a metadata node".
std::string_view describe(NodeKind kind);

/// The answer of VIDIOC_QUERYCAP.
class Capability final : public v4l2_capability {
public:
  /// Returns V4L2_CAP_* of this node. If the driver does not tell them apart, they are those of the
  /// whole device.
  [[nodiscard]] std::uint32_t bits() const {
    return (capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? device_caps : capabilities;
  }

  [[nodiscard]] bool has(std::uint32_t bit) const { return (bits() & bit) != 0; }

  [[nodiscard]] NodeKind kind() const;

  /// Returns true if the source is set up in a media graph, not on the node.
  [[nodiscard]] bool behind_graph() const { return has(V4L2_CAP_IO_MC); }

  /// Returns capture_mplane if the node has both APIs, since only that one reaches all formats.
  [[nodiscard]] BufferType buffer_type() const {
    return has(V4L2_CAP_VIDEO_CAPTURE_MPLANE) ? BufferType::capture_mplane : BufferType::capture;
  }

  [[nodiscard]] std::string card_name() const;
  [[nodiscard]] std::string driver_name() const;
  [[nodiscard]] std::string bus() const;

  /// Returns false if the driver is known to fill buffers that are not queued. v4l2loopback does,
  /// since its VIDIOC_QBUF reserves no buffer.
  [[nodiscard]] bool reserves_buffers() const { return driver_name() != "v4l2 loopback"; }
};

}  // namespace v4l2
