#include "settings/hdr.h"

#include "kernel/node.h"

namespace v4l2 {
namespace {

/// Reads a control that is a struct. Returns nullopt if the device has no such control.
template <class Value>
Result<std::optional<Value>> read_control(const Node& node, std::uint32_t id) {
  Value value{};
  v4l2_ext_control control{};
  control.id = id;
  control.size = sizeof value;
  control.ptr = &value;
  v4l2_ext_controls wire{};
  wire.which = V4L2_CTRL_WHICH_CUR_VAL;
  wire.count = 1;
  wire.controls = &control;
  const auto there = node.ask_in_passing(request::g_ext_ctrls, wire);
  if (!there) return std::unexpected{there.error()};
  if (!*there) return std::nullopt;
  return value;
}

}  // namespace

Result<std::optional<HdrInfo>> hdr_info(const Node& node) {
  const auto light_level =
      read_control<v4l2_ctrl_hdr10_cll_info>(node, V4L2_CID_COLORIMETRY_HDR10_CLL_INFO);
  if (!light_level) return std::unexpected{light_level.error()};
  const auto mastering_display = read_control<v4l2_ctrl_hdr10_mastering_display>(
      node, V4L2_CID_COLORIMETRY_HDR10_MASTERING_DISPLAY);
  if (!mastering_display) return std::unexpected{mastering_display.error()};
  if (!*light_level && !*mastering_display) return std::nullopt;
  return HdrInfo{.light_level = *light_level, .mastering_display = *mastering_display};
}

}  // namespace v4l2
