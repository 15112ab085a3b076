#pragma once

#include <variant>

#include "device/events.h"
#include "kernel/error.h"
#include "stream/frame.h"

namespace v4l2 {

/// Somebody raised the waker for a flush, a pause or a command.
struct Interrupted {};

/// Nothing came in time although the driver had buffers to fill: the camera is silent.
struct Stalled {};

/// Nothing came in time because every buffer is out on loan: the holders are slow.
struct Starved {};

/// The device is gone. `error` is the answer that showed it.
struct Lost {
  Error error;
};

/// The stream is broken, but the device still answers VIDIOC_QUERYCAP: its driver gave the stream
/// up (vb2_queue_error()), or a transfer failed. A new Stream on the same buffers usually works.
/// `error` is the answer that showed it.
struct Broken {
  Error error;
};

/// The driver has filled a buffer that is on loan: whoever holds its frame sees another picture
/// now. The buffer is with the driver again, and of the new picture there is no Frame.
struct Overwritten {};

/// What waiting for a frame can end in.
using Arrival = std::variant<Frame, Interrupted, Stalled, Starved, Lost, Broken, SourceChanged,
                             ControlChanged, Overwritten>;

}  // namespace v4l2
