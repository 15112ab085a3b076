#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "kernel/node.h"
#include "stream/arrival.h"
#include "stream/buffer_queue.h"

namespace v4l2 {

/// The device has something to say: a frame, or that it is in trouble.
struct Ready {
  bool in_trouble{};
};

/// What waiting can end in before anything is fetched.
using Wake =
    std::variant<Ready, Interrupted, Stalled, Starved, Lost, Broken, SourceChanged, ControlChanged>;

/// What a wake means to who asked for a frame; Ready, which a frame must be fetched for, means
/// nothing.
std::optional<Arrival> arrival_of(const Wake& wake);

/// What a failed call on a streaming node means for the stream.
using Failure = std::variant<Lost, Broken>;

/// Whether poll() answers that the device is gone or that its stream is broken. Does not wait. Of
/// no use before a buffer is queued: vb2 answers POLLERR then.
bool in_trouble(const Node& node);

/// Tells a lost device from a broken stream by asking VIDIOC_QUERYCAP, after `error` came from a
/// call on the streaming `node`. `in_trouble`: poll() answered POLLERR or POLLHUP. nullopt: neither
/// one; the call alone failed, and the stream may go on. Does not wait.
std::optional<Failure> failure_of(const Node& node, const Error& error, bool in_trouble);

/// Waits until the device or the waker has something to say: the only waiting place in the program.
/// For ever without a timeout. Error: poll()'s, or what the queue could not queue.
Result<Wake> wait(const Node& node, Waker& waker, BufferQueue& queue,
                  std::optional<std::chrono::milliseconds> timeout);

/// Waits until the waker is raised, at most for `patience`: where there is no device to wait for.
/// True when it was raised.
bool rest(Kernel& kernel, const Waker& waker, std::chrono::milliseconds patience);

}  // namespace v4l2
