#include "settings/tuner.h"

#include <cmath>

#include "kernel/node.h"

namespace v4l2 {
namespace {

/// Returns Hz for a driver's number.
std::uint64_t hertz(double number, double unit) {
  return static_cast<std::uint64_t>(std::llround(number * unit));
}

}  // namespace

Result<std::optional<Tuner>> Tuner::read(const Node& node, std::uint32_t index) {
  v4l2_tuner wire{};
  wire.index = index;
  const auto known = node.ask_in_passing(request::g_tuner, wire);
  if (!known) return std::unexpected{known.error()};
  if (!*known || wire.type != V4L2_TUNER_ANALOG_TV) return std::nullopt;
  // V4L2 specification, VIDIOC_G_TUNER, "capability".
  double unit = 62'500;
  if ((wire.capability & V4L2_TUNER_CAP_LOW) != 0) unit = 62.5;
  if ((wire.capability & V4L2_TUNER_CAP_1HZ) != 0) unit = 1;
  return Tuner{.index = index,
               .least = hertz(wire.rangelow, unit),
               .most = hertz(wire.rangehigh, unit),
               .unit = unit};
}

Result<std::optional<std::uint64_t>> Tuner::frequency(const Node& node) const {
  v4l2_frequency wire{};
  wire.tuner = index;
  wire.type = V4L2_TUNER_ANALOG_TV;
  const auto known = node.ask_in_passing(request::g_frequency, wire);
  if (!known) return std::unexpected{known.error()};
  if (!*known) return std::nullopt;
  return hertz(wire.frequency, unit);
}

Result<bool> Tuner::tune(const Node& node, std::uint64_t wanted) const {
  if (wanted < least || wanted > most) return false;
  v4l2_frequency wire{};
  wire.tuner = index;
  wire.type = V4L2_TUNER_ANALOG_TV;
  wire.frequency = static_cast<std::uint32_t>(std::llround(static_cast<double>(wanted) / unit));
  const auto set = node.call(request::s_frequency, wire);
  if (!set && set.error().gone()) return std::unexpected{set.error()};
  if (!set) return false;
  const auto now = frequency(node);
  if (!now) return std::unexpected{now.error()};
  const auto& is = *now;
  return !is || std::abs(static_cast<double>(*is) - static_cast<double>(wanted)) <= unit;
}

}  // namespace v4l2
