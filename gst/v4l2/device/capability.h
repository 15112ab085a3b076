#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <linux/videodev2.h>

#include "device/format.h"

namespace v4l2 {

/// What a node is for, as far as a capture program needs to tell.
enum class NodeKind {
  capture,  ///< delivers frames: what this project is about
  memory_to_memory,
  output,
  metadata,
  vbi,
  radio,
  sdr,
  touch,
  other,
};

/// "a metadata node": with its article, for a sentence.
std::string_view describe(NodeKind kind);

/// A view over what VIDIOC_QUERYCAP answered.
class Capability final : public v4l2_capability {
public:
  /// Of this node, not of the whole device, where the driver tells them apart.
  [[nodiscard]] std::uint32_t bits() const {
    return (capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? device_caps : capabilities;
  }

  [[nodiscard]] bool has(std::uint32_t bit) const { return (bits() & bit) != 0; }

  [[nodiscard]] NodeKind kind() const;

  /// What it captures is set up in its media graph, not on the node.
  [[nodiscard]] bool behind_graph() const { return has(V4L2_CAP_IO_MC); }

  /// Multi-planar where the node has both APIs, since only that one reaches all its formats.
  [[nodiscard]] BufferType buffer_type() const {
    return has(V4L2_CAP_VIDEO_CAPTURE_MPLANE) ? BufferType::capture_mplane : BufferType::capture;
  }

  [[nodiscard]] std::string card_name() const;
  [[nodiscard]] std::string driver_name() const;
  [[nodiscard]] std::string bus() const;

  /// False for a driver that is known to fill buffers whether they are queued or not: v4l2loopback,
  /// whose VIDIOC_QBUF reserves nothing.
  [[nodiscard]] bool reserves_buffers() const { return driver_name() != "v4l2 loopback"; }
};

}  // namespace v4l2
