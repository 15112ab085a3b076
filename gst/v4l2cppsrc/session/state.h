#pragma once

#include <chrono>
#include <memory>
#include <variant>

#include "buffers/capture.h"
#include "camera/camera.h"
#include "common/handles.h"
#include "formats/stream_config.h"

namespace v4l2gst {

// The life of the device: what exists is the state. Each state owns the one below it, and members
// die in reverse order: the stream stops, the buffers are freed, the device is closed.

/// No device is open, and none is looked for.
struct Closed {};

/// No device is open: it is lost, or was not there, or is to be opened anew.
struct Absent {
  std::chrono::nanoseconds next_look{};  ///< when it is looked for again, on CLOCK_MONOTONIC
  bool reopening{};                      ///< it was closed in order to be opened again
};

/// The device is open.
struct Opened {
  Camera camera;
};

/// A mode is agreed on with downstream, and set.
struct Configured {
  Camera camera;
  StreamConfig config;
  CapsPtr wanted;  ///< what downstream took then
};

/// Buffers are allocated; the device may stream.
struct Capturing {
  Camera camera;
  StreamConfig config;
  CapsPtr wanted;
  std::unique_ptr<Capture> capture;
};

using State = std::variant<Closed, Absent, Opened, Configured, Capturing>;

// What one step of the data flow ended in: a buffer to push, or what is due before the next step.

/// A flush or a pause interrupted it: FLUSHING, or wait for PLAYING.
struct Halted {};

/// There is no device, or no buffers: look for the device, and negotiate.
struct Unallocated {};

/// Nothing but to post the messages.
struct Again {};

struct EndOfStream {};

using Step = std::variant<BufferPtr, Halted, Unallocated, Again, EndOfStream>;

}  // namespace v4l2gst
