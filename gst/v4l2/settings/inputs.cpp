#include "settings/inputs.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "device/events.h"
#include "device/text.h"
#include "kernel/node.h"

namespace v4l2 {
namespace {

/// Receivers measure the pixel clock, and no two measurements are the same. In Hz, this is what
/// their drivers allow for when they compare timings (v4l2_match_dv_timings() in adv7604.c, for
/// digital inputs).
constexpr std::uint64_t clock_tolerance = 250'000;

/// Returns true if two timings give the same picture at the same rate. Flags and standards are not
/// compared, since drivers fill them in as they like.
bool same(const v4l2_dv_timings& one, const v4l2_dv_timings& other) {
  const auto& a = one.bt;
  const auto& b = other.bt;
  // Copies, since the struct is packed: a reference to the member may be misaligned.
  const std::uint64_t clock = a.pixelclock;
  const std::uint64_t other_clock = b.pixelclock;
  return a.width == b.width && a.height == b.height && a.interlaced == b.interlaced &&
         std::max(clock, other_clock) - std::min(clock, other_clock) <= clock_tolerance &&
         a.hfrontporch == b.hfrontporch && a.hsync == b.hsync && a.hbackporch == b.hbackporch &&
         a.vfrontporch == b.vfrontporch && a.vsync == b.vsync && a.vbackporch == b.vbackporch;
}

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

Result<SignalStatus> follow_timings(const Node& node) {
  v4l2_dv_timings found{};
  const auto queried = node.call(request::query_dv_timings, found);
  if (!queried) {
    if (queried.error().gone()) return std::unexpected{queried.error()};
    return SignalStatus{.signal = signal_of(queried.error().code)};
  }
  v4l2_dv_timings current{};
  const auto known = node.ask_in_passing(request::g_dv_timings, current);
  if (!known) return std::unexpected{known.error()};
  if (*known && same(found, current)) return SignalStatus{.signal = Signal::present};
  const auto set = node.call(request::s_dv_timings, found);
  if (!set) return std::unexpected{set.error()};
  return SignalStatus{.signal = Signal::present, .changed = true};
}

Result<SignalStatus> follow_standard(const Node& node) {
  v4l2_std_id found{};
  const auto told = node.ask_in_passing(request::query_std, found);
  if (!told) return std::unexpected{told.error()};
  if (!*told) return SignalStatus{};
  if (found == V4L2_STD_UNKNOWN) return SignalStatus{.signal = Signal::none};
  v4l2_std_id current{};
  const auto known = node.ask_in_passing(request::g_std, current);
  if (!known) return std::unexpected{known.error()};
  // A detector often cannot tell all standards of a kind apart, so what is set may be right.
  if (*known && (found & current) != 0) return SignalStatus{.signal = Signal::present};
  const auto set = node.call(request::s_std, found);
  if (!set) return std::unexpected{set.error()};
  return SignalStatus{.signal = Signal::present, .changed = true};
}

Result<SignalStatus> look(const Node& node, const Input& input) {
  if (input.dv_timings) return follow_timings(node);
  if (input.standards != 0) return follow_standard(node);
  return SignalStatus{};
}

}  // namespace

Result<std::optional<Input>> current_input(const Node& node) {
  int index{};
  const auto has_inputs = node.ask_in_passing(request::g_input, index);
  if (!has_inputs) return std::unexpected{has_inputs.error()};
  if (!*has_inputs || index < 0) return std::nullopt;
  v4l2_input answer{};
  answer.index = static_cast<std::uint32_t>(index);
  const auto described = node.ask_in_passing(request::enum_input, answer);
  if (!described) return std::unexpected{described.error()};
  if (!*described) return std::nullopt;
  return Input{.index = answer.index,
               .name = text_of(answer.name),
               .standards = answer.std,
               .dv_timings = (answer.capabilities & V4L2_IN_CAP_DV_TIMINGS) != 0,
               .no_signal = (answer.status & (V4L2_IN_ST_NO_POWER | V4L2_IN_ST_NO_SIGNAL |
                                              V4L2_IN_ST_NO_SYNC)) != 0};
}

Result<SignalStatus> follow_signal(const Node& node, const Input& input) {
  // A source that never comes to rest is followed so many times, and then at its next event.
  constexpr int most_looks = 4;
  bool changed{};
  for (int i = 0; i < most_looks; ++i) {
    const auto found = look(node, input);
    if (!found) return std::unexpected{found.error()};
    if (!found->changed) return SignalStatus{.signal = found->signal, .changed = changed};
    changed = true;
    // Some drivers send an event when they are set (vivid, whose colours change with the timings).
    // That event is dropped. Another look shows any other change.
    static_cast<void>(source_changed(node));
  }
  return SignalStatus{.signal = Signal::present, .changed = changed};
}

bool bottom_field_first(const Node& node, const Input& input) {
  if (input.standards == 0) return false;
  v4l2_std_id standard{};
  const auto known = node.ask_in_passing(request::g_std, standard);
  return known && *known && (standard & V4L2_STD_525_60) != 0;
}

Result<InputSettings> InputSettings::read(const Node& node, const Input& input) {
  InputSettings feed{.input = input, .standard = 0, .timings = std::nullopt};
  if (input.standards != 0) {
    const auto known = node.ask_in_passing(request::g_std, feed.standard);
    if (!known) return std::unexpected{known.error()};
    if (!*known) feed.standard = 0;
  }
  if (input.dv_timings) {
    v4l2_dv_timings timings{};
    const auto known = node.ask_in_passing(request::g_dv_timings, timings);
    if (!known) return std::unexpected{known.error()};
    if (*known) feed.timings = timings;
  }
  return feed;
}

Result<std::vector<std::string>> InputSettings::restore(const Node& node) const {
  std::vector<std::string> refused;
  const auto set = [&](const auto& request, auto value, std::string name) -> Result<> {
    const auto done = node.call(request, value);
    if (!done && done.error().gone()) return std::unexpected{done.error()};
    if (!done) refused.push_back(std::move(name));
    return {};
  };
  const auto current = current_input(node);
  if (!current) return std::unexpected{current.error()};
  if (const auto& now = *current; !now || now->index != input.index) {
    const auto done = set(request::s_input, static_cast<int>(input.index), "input " + input.name);
    if (!done) return std::unexpected{done.error()};
    if (!refused.empty()) return refused;  // the rest belongs to that input
  }
  const auto is = read(node, input);
  if (!is) return std::unexpected{is.error()};
  if (standard != 0 && is->standard != standard)
    if (const auto done = set(request::s_std, standard, "standard"); !done)
      return std::unexpected{done.error()};
  const auto& set_to = is->timings;
  if (timings && !(set_to && same(*set_to, *timings)))
    if (const auto done = set(request::s_dv_timings, *timings, "timings"); !done)
      return std::unexpected{done.error()};
  return refused;
}

}  // namespace v4l2
