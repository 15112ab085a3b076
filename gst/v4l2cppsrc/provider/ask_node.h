#pragma once

#include <expected>

#include "provider/device_facts.h"

namespace v4l2 {
class Kernel;
}

namespace v4l2gst {

/// The reason why a node is not listed.
enum class Unlisted {
  no_capture,  ///< it captures no video, or nothing that caps can express
  no_access,   ///< this process may not open it
  busy,        ///< its driver allows one open, and that is another program's
  unfed,       ///< a loopback device without a producer
  not_set_up,  ///< it is behind a media graph that can't stream as it is set up
  failed,      ///< a call failed for another reason
};

/// Returns the reason as a sentence for the log, without a full stop.
const char* describe(Unlisted reason);

using Answer = std::expected<DeviceFacts, Unlisted>;

/// Asks a node whether it captures, and in which modes. Opens the node with O_NONBLOCK, makes calls
/// that only read (VIDIOC_QUERYCAP, VIDIOC_ENUM_*, VIDIOC_G_FMT), and closes it. So a stream of
/// another program is not disturbed. Takes as long as the driver takes. Any thread.
///
/// `known` are the facts as of now, or null. If the device is still the same, its modes are not
/// asked for again, except those of a loopback device and of one behind a media graph.
Answer ask_node(v4l2::Kernel& kernel, const v4l2::ListedNode& node,
                const DeviceFacts* known = nullptr);

}  // namespace v4l2gst
