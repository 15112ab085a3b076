#include "settings/signal.h"

#include <cerrno>

#include "device/events.h"
#include "kernel/node.h"
#include "settings/inputs.h"
#include "settings/timings.h"

namespace v4l2 {
namespace {

/// The timings or the standard that a source sends, and the state of its signal.
struct Sent {
  SignalStatus status{};
  v4l2_dv_timings timings{};
  v4l2_std_id standard{};
};

/// Returns what an error of VIDIOC_QUERY_DV_TIMINGS means (V4L2 specification, there).
Signal signal_of(int code) {
  switch (code) {
    case ENOLINK:
      return Signal::none;
    case ENOLCK:
      return Signal::unstable;
    case ERANGE:
      return Signal::out_of_range;
    default:
      return Signal::unknown;
  }
}

/// Returns false if the driver says that no source feeds the input. The control has a bit for each
/// connector (V4L2 specification, "Digital Video Control IDs").
Result<bool> has_power(const Node& node, const Input& input) {
  v4l2_control wire{.id = V4L2_CID_DV_RX_POWER_PRESENT, .value = 0};
  const auto known = node.ask_in_passing(request::g_ctrl, wire);
  if (!known) return std::unexpected{known.error()};
  if (!*known) return true;
  // Several inputs of one node have a bit each, in their order.
  unsigned place{};
  unsigned connectors{};
  const auto all = list_inputs(node);
  if (!all) return std::unexpected{all.error()};
  for (const auto& other : *all) {
    if (!other.dv_timings) continue;
    if (other.index < input.index) ++place;
    ++connectors;
  }
  const auto bits = static_cast<std::uint32_t>(wire.value);
  return connectors > 1 ? (bits >> (place & 31U) & 1U) != 0 : bits != 0;
}

Result<Sent> query_timings(const Node& node, const Input& input) {
  Sent sent;
  const auto queried = node.call(request::query_dv_timings, sent.timings);
  if (queried) {
    sent.status = {.signal = Signal::present, .certain = true};
    return sent;
  }
  if (queried.error().gone()) return std::unexpected{queried.error()};
  sent.status.signal = signal_of(queried.error().code);
  sent.status.certain = sent.status.signal != Signal::unknown;
  if (sent.status.signal != Signal::none) return sent;
  const auto powered = has_power(node, input);
  if (!powered) return std::unexpected{powered.error()};
  if (!*powered) sent.status.signal = Signal::no_cable;
  return sent;
}

/// Returns what the status of an analog input says (V4L2 specification, "Input Status Flags").
Signal signal_of(const Input& input) {
  if ((input.status & V4L2_IN_ST_NO_POWER) != 0) return Signal::no_cable;
  if ((input.status & V4L2_IN_ST_NO_SIGNAL) != 0) return Signal::none;
  if ((input.status & (V4L2_IN_ST_NO_H_LOCK | V4L2_IN_ST_NO_V_LOCK | V4L2_IN_ST_NO_SYNC)) != 0)
    return Signal::unstable;
  return Signal::unknown;
}

Result<Sent> query_standard(const Node& node) {
  Sent sent;
  const auto told = node.ask_in_passing(request::query_std, sent.standard);
  if (!told) return std::unexpected{told.error()};
  const auto now = current_input(node);
  if (!now) return std::unexpected{now.error()};
  const auto& described = *now;
  const auto state = described ? signal_of(*described) : Signal::unknown;
  if (state != Signal::unknown) {
    sent.status = {.signal = state, .certain = true};
    sent.standard = V4L2_STD_UNKNOWN;
  } else if (*told) {
    sent.status.signal = sent.standard != V4L2_STD_UNKNOWN ? Signal::present : Signal::none;
  }
  if (!*told) sent.standard = V4L2_STD_UNKNOWN;
  return sent;
}

Result<Sent> query(const Node& node, const Input& input) {
  if (input.dv_timings) return query_timings(node, input);
  if (input.standards != 0) return query_standard(node);
  return Sent{};
}

/// Sets the device to the timings or the standard of its source. Returns true if that was a change.
Result<bool> adopt(const Node& node, const Input& input, Sent sent) {
  if (input.dv_timings) {
    v4l2_dv_timings current{};
    const auto known = node.ask_in_passing(request::g_dv_timings, current);
    if (!known) return std::unexpected{known.error()};
    if (*known && same(sent.timings, current)) return false;
    const auto set = node.call(request::s_dv_timings, sent.timings);
    if (!set) return std::unexpected{set.error()};
    return true;
  }
  v4l2_std_id current{};
  const auto known = node.ask_in_passing(request::g_std, current);
  if (!known) return std::unexpected{known.error()};
  // A detector often cannot tell all standards of a kind apart, so what is set may be right.
  if (*known && (sent.standard & current) != 0) return false;
  const auto set = node.call(request::s_std, sent.standard);
  if (!set) return std::unexpected{set.error()};
  return true;
}

}  // namespace

Result<SignalStatus> look_at_signal(const Node& node, const Input& input) {
  const auto sent = query(node, input);
  if (!sent) return std::unexpected{sent.error()};
  return sent->status;
}

Result<SignalStatus> follow_signal(const Node& node, const Input& input) {
  // A source that never comes to rest is followed so many times, and then at its next event.
  constexpr int most_looks = 4;
  SignalStatus status;
  bool changed{};
  for (int i = 0; i < most_looks; ++i) {
    const auto sent = query(node, input);
    if (!sent) return std::unexpected{sent.error()};
    status = sent->status;
    status.changed = changed;
    if (status.signal != Signal::present) break;
    const auto adopted = adopt(node, input, *sent);
    if (!adopted) return std::unexpected{adopted.error()};
    if (!*adopted) break;
    status.changed = changed = true;
    // Some drivers send an event when they are set (vivid, whose colours change with the timings).
    // That event is dropped. Another look shows any other change.
    static_cast<void>(source_changed(node));
  }
  return status;
}

}  // namespace v4l2
