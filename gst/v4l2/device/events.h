#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// The source sends something else now (V4L2_EVENT_SOURCE_CHANGE): format and timings hold no
/// longer.
struct SourceChanged {};

/// A control has another value (V4L2_EVENT_CTRL), whoever has set it.
struct ControlChanged {
  std::uint32_t id{};
  std::int64_t value{};  ///< nothing to go by where the control is a string
};

using Event = std::variant<SourceChanged, ControlChanged>;

/// Subscribes to V4L2_EVENT_SOURCE_CHANGE of an input. False where the driver has no such event.
Result<bool> subscribe_source_change(const Node& node, std::uint32_t input);

/// Subscribes to V4L2_EVENT_CTRL of a control, also for what is set through this node. False where
/// the driver has no such event.
Result<bool> subscribe_control(const Node& node, std::uint32_t id);

/// Fetches what waits, up to the first event that is one of these. A change of the source makes
/// news of all that waits, so it comes alone. `any` becomes true where there was an event at all.
Result<std::optional<Event>> next_event(const Node& node, bool* any = nullptr);

/// Fetches all that waits. True when the source changed: what was negotiated holds no longer.
Result<bool> source_changed(const Node& node);

}  // namespace v4l2
