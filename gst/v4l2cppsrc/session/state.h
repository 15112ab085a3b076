#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "buffers/capture.h"
#include "camera/camera_ptr.h"
#include "common/handles.h"
#include "flow/flow_event.h"
#include "formats/shared_config.h"

namespace v4l2gst {

// The states of the device. Each state has only the members that exist in it, and those of the
// state below it. Members are destroyed in reverse order: the stream stops, the buffers are freed,
// the device is closed.

/// No device is open, and none is looked for.
struct Closed {};

/// No device is open. It is lost, was not there, or is being reopened.
struct Absent {
  std::chrono::nanoseconds next_look{};  ///< the time of the next look for it, on CLOCK_MONOTONIC
  bool reopening{};                      ///< the device was closed in order to be opened again
};

/// The device is open.
struct Opened {
  CameraPtr camera;  ///< never null
};

/// A mode is negotiated with downstream, and set.
struct Configured {
  CameraPtr camera;  ///< never null
  ConfigPtr config;  ///< never null
  CapsPtr wanted;    ///< caps that downstream took then
};

/// Buffers are allocated; the device may stream.
struct Capturing {
  CameraPtr camera;  ///< never null
  ConfigPtr config;  ///< never null
  CapsPtr wanted;
  Capture capture;
};

using State = std::variant<Closed, Absent, Opened, Configured, Capturing>;

// The result of one step of the data flow. It is a buffer to push, or what is due before the next
// step: Halted and Again as for a FlowEvent, or one of these.

/// There is no device, or there are no buffers. The caller looks for the device, and negotiates.
struct Unallocated {};

struct EndOfStream {};

using Step = std::variant<BufferPtr, Halted, Unallocated, Again, Gap, EndOfStream>;

}  // namespace v4l2gst
