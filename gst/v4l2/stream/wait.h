#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "stream/arrival.h"

namespace v4l2 {

class BufferQueue;
class Kernel;
class Node;
class Waker;

/// The device has a frame, or it is in trouble.
struct Ready {
  bool in_trouble{};
};

/// The outcome of wait(), before a frame is dequeued.
using Wake =
    std::variant<Ready, Interrupted, Stalled, Starved, Lost, Broken, SourceChanged, ControlChanged>;

/// Returns the arrival that a wake means. nullopt for Ready, after which a frame must be dequeued.
std::optional<Arrival> arrival_of(const Wake& wake);

/// The meaning of a failed call on a streaming node, for the stream.
using Failure = std::variant<Lost, Broken>;

/// Returns true if poll() answers that the device is gone or its stream is broken. Does not wait.
/// It is of no use before a buffer is queued, since vb2 answers POLLERR then.
bool in_trouble(const Node& node);

/// Tells a lost device from a broken stream by asking VIDIOC_QUERYCAP. A call on the streaming
/// `node` has failed with `error`. `in_trouble` says that poll() answered POLLERR or POLLHUP.
/// Returns nullopt for neither: the call alone failed, and the stream may go on. Does not wait.
std::optional<Failure> failure_of(const Node& node, const Error& error, bool in_trouble);

/// Waits for the device or the waker, for ever without a timeout. The program waits for frames
/// nowhere else. Error: that of poll(), or of a VIDIOC_QBUF in requeue() that the stream may
/// survive.
Result<Wake> wait(const Node& node, Waker& waker, BufferQueue& queue,
                  std::optional<std::chrono::milliseconds> timeout);

/// Waits until the waker is raised, at most for `patience`. It is for times without a device to
/// wait for. Returns true if the waker was raised.
bool rest(Kernel& kernel, const Waker& waker, std::chrono::milliseconds patience);

}  // namespace v4l2
