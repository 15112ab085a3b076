#pragma once

#include <variant>

#include "device/events.h"
#include "kernel/error.h"
#include "stream/frame.h"

namespace v4l2 {

/// The waker was raised for a flush, a pause or a command.
struct Interrupted {};

/// No frame came in time although the driver had buffers to fill. The camera is silent.
struct Stalled {};

/// No frame came in time because every buffer is on loan. The holders are slow.
struct Starved {};

/// The device is gone. `error` is the answer that showed it.
struct Lost {
  Error error;
};

/// The stream is broken, but the device still answers VIDIOC_QUERYCAP. Its driver gave the stream
/// up (vb2_queue_error()), or a transfer failed. A new Stream on the same buffers usually works.
/// `error` is the answer that showed it.
struct Broken {
  Error error;
};

/// The driver has filled a buffer that is on loan. The holder of its frame sees another picture
/// now. The buffer is queued again, unless it is retired. The new picture has no Frame.
struct Overwritten {};

/// The outcome of waiting for a frame. It is a type of its own, so that a header can declare it
/// without seeing a Frame.
struct Arrival : std::variant<Frame, Interrupted, Stalled, Starved, Lost, Broken, SourceChanged,
                              ControlChanged, Overwritten> {
  using variant::variant;
  using variant::operator=;
};

}  // namespace v4l2
