#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "common/handles.h"
#include "kernel/error.h"

namespace v4l2gst {

// What one wait for a frame ended in, besides a buffer to push.

/// The arrival needs no step of the caller. The next one is waited for.
struct Handled {};

/// The caller posts the messages, and takes the next step. While nothing is captured it rests
/// first.
struct Again {
  std::optional<std::chrono::milliseconds> rest{};  ///< nullopt is Session::look_again
};

/// The caller sends a GAP event downstream, and takes the next step.
struct Gap {
  GstClockTime time{};
  GstClockTime duration{};
};

/// A flush or a pause interrupted the wait. The caller returns FLUSHING, or waits for PLAYING.
struct Halted {};

/// No frame came in time. DataFlow::on_silence() acts, if the caller does not.
struct Silence {
  bool starved{};  ///< downstream holds all buffers
};

/// The source sends something else, or the buffers are of no use. A mode is to be negotiated.
struct Outdated {};

/// The signal at the input is lost, or has another state. Without one nothing is captured.
struct SignalChanged {};

/// The device is to be closed and opened again.
struct Reopen {};

/// The device is gone, as `error` showed.
struct DeviceLost {
  v4l2::Error error;
};

/// The stream is broken, as `error` showed. `doing` is the task that failed.
struct StreamBroken {
  v4l2::Error error;
  const char* doing{};
  bool forgot_buffers{};  ///< the driver has forgotten that the buffers are mapped
};

/// A call failed for a reason that the circumstances tell. `doing` is the task that failed.
struct CallFailed {
  v4l2::Error error;
  const char* doing{};
};

/// The outcome of one wait for a frame.
using FlowEvent = std::variant<BufferPtr, Handled, Again, Gap, Halted, Silence, Outdated,
                               SignalChanged, Reopen, DeviceLost, StreamBroken, CallFailed>;

}  // namespace v4l2gst
