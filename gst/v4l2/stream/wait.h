#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "kernel/node.h"
#include "stream/arrival.h"
#include "stream/return_desk.h"

namespace v4l2 {

/// The device has something to say: a frame, or that it is in trouble.
struct Ready {
  bool in_trouble{};
};

/// What waiting can end in before anything is fetched.
using Wake =
    std::variant<Ready, Interrupted, Stalled, Starved, Lost, SourceChanged, ControlChanged>;

/// What a wake means to who asked for a frame; Ready, which a frame must be fetched for, means
/// nothing.
std::optional<Arrival> arrival_of(const Wake& wake);

/// Whether poll() has a complaint about the device: it is gone, or its driver gave up. Does not
/// wait.
bool in_trouble(const Node& node);

/// Waits until the device or the waker has something to say: the only waiting place in the program.
/// For ever without a timeout. Error: poll()'s, or what the desk could not queue.
Result<Wake> wait(const Node& node, Waker& waker, ReturnDesk& desk,
                  std::optional<std::chrono::milliseconds> timeout);

/// Waits until the waker is raised, at most for `patience`: where there is no device to wait for.
/// True when it was raised.
bool rest(Kernel& kernel, const Waker& waker, std::chrono::milliseconds patience);

}  // namespace v4l2
