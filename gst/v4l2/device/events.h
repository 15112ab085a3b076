#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// The source sends another signal now (V4L2_EVENT_SOURCE_CHANGE). Format and timings hold no
/// longer.
struct SourceChanged {};

/// A control has another value, other flags or another range (V4L2_EVENT_CTRL), whoever has caused
/// it.
struct ControlChanged {
  std::uint32_t id{};
  std::int64_t value{};     ///< as it is now; meaningless for strings, arrays and structs
  std::uint32_t changes{};  ///< what has changed: V4L2_EVENT_CTRL_CH_*, as bits
  std::uint32_t flags{};    ///< V4L2_CTRL_FLAG_*, as they are now
};

using Event = std::variant<SourceChanged, ControlChanged>;

/// Subscribes to V4L2_EVENT_SOURCE_CHANGE of an input. Returns false if the driver has no such
/// event.
Result<bool> subscribe_source_change(const Node& node, std::uint32_t input);

/// Subscribes to V4L2_EVENT_CTRL of a control. The driver sends it for values set through this node
/// as well. Returns false if the driver has no such event.
Result<bool> subscribe_control(const Node& node, std::uint32_t id);

/// Fetches the waiting events, up to the first one of these. After a SourceChanged the controls are
/// read anew, so the other waiting events are dropped. Returns nullopt if none of these waits.
/// `any` becomes true if there was an event at all. Error: the device is gone.
Result<std::optional<Event>> next_event(const Node& node, bool* any = nullptr);

/// Fetches the waiting events. Returns true if the source changed, so that what was negotiated
/// holds no longer. Error: the device is gone.
Result<bool> source_changed(const Node& node);

}  // namespace v4l2
