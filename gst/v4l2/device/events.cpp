#include "device/events.h"

#include "kernel/node.h"

namespace v4l2 {
namespace {

// The kernel keeps a few events for each subscription. The limit is for a driver that never runs
// out of them.
constexpr int most_events = 64;

Result<bool> subscribe(const Node& node, std::uint32_t type, std::uint32_t id,
                       std::uint32_t flags) {
  v4l2_event_subscription wire{};
  wire.type = type;
  wire.id = id;
  wire.flags = flags;
  return node.ask_in_passing(request::subscribe_event, wire);
}

bool is_source_change(const v4l2_event& event) {
  return event.type == V4L2_EVENT_SOURCE_CHANGE &&
         (event.u.src_change.changes & V4L2_EVENT_SRC_CH_RESOLUTION) != 0;
}

// A control that is closed to the user, or that has another range, is news as well.
bool is_of_control(const v4l2_event& event) {
  return event.type == V4L2_EVENT_CTRL && event.u.ctrl.changes != 0;
}

ControlChanged control_of(const v4l2_event& event) {
  const auto& control = event.u.ctrl;
  auto value = std::int64_t{control.value};
  if (control.type == V4L2_CTRL_TYPE_INTEGER64) value = control.value64;
  if (control.type == V4L2_CTRL_TYPE_BITMASK) value = static_cast<std::uint32_t>(control.value);
  return {.id = event.id, .value = value, .changes = control.changes, .flags = control.flags};
}

}  // namespace

Result<bool> subscribe_source_change(const Node& node, std::uint32_t input) {
  return subscribe(node, V4L2_EVENT_SOURCE_CHANGE, input, 0);
}

Result<bool> subscribe_control(const Node& node, std::uint32_t id) {
  // An application may use our descriptor (device-fd). What it sets there is a change as well.
  return subscribe(node, V4L2_EVENT_CTRL, id, V4L2_EVENT_SUB_FL_ALLOW_FEEDBACK);
}

Result<std::optional<Event>> next_event(const Node& node, bool* any) {
  bool source{};
  for (int i = 0; i < most_events; ++i) {
    v4l2_event event{};
    const auto fetched = node.call(request::dqevent, event);
    if (!fetched) {
      if (fetched.error().gone()) return std::unexpected{fetched.error()};
      break;
    }
    if (any != nullptr) *any = true;
    source = source || is_source_change(event);
    // After a change of the source the controls are read anew.
    if (!source && is_of_control(event)) return control_of(event);
    if (event.pending == 0) break;
  }
  return source ? std::optional<Event>{SourceChanged{}} : std::nullopt;
}

Result<bool> source_changed(const Node& node) {
  for (int i = 0; i < most_events; ++i) {
    const auto fetched = next_event(node);
    if (!fetched) return std::unexpected{fetched.error()};
    const auto& event = *fetched;
    if (!event) return false;
    if (std::holds_alternative<SourceChanged>(*event)) return true;
  }
  return false;
}

}  // namespace v4l2
