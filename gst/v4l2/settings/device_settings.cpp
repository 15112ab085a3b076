#include "settings/device_settings.h"

#include <utility>

namespace v4l2 {
namespace {

/// Sets the rectangle unless it is as wanted. Returns true if it is as wanted in the end.
Result<bool> restored(const Node& node, std::uint32_t target,
                      const std::optional<v4l2_rect>& wanted) {
  if (!wanted) return true;
  const auto known = selected(node, target);
  if (!known) return std::unexpected{known.error()};
  if (const auto& now = *known; now && same(*now, *wanted)) return true;
  const auto set = select(node, target, *wanted);
  if (!set) return std::unexpected{set.error()};
  const auto& given = *set;
  return given && same(*given, *wanted);
}

}  // namespace

Result<DeviceSettings> DeviceSettings::watch(const Node& node, const std::optional<Input>& input,
                                             Size size) {
  DeviceSettings setup{.feed = {}, .crop = {}, .compose = {}, .size = size, .controls = {}};
  if (input) {
    auto feed = InputSettings::read(node, *input);
    if (!feed) return std::unexpected{feed.error()};
    setup.feed = std::move(*feed);
  }
  auto crop = selected(node, V4L2_SEL_TGT_CROP);
  if (!crop) return std::unexpected{crop.error()};
  setup.crop = *crop;
  auto compose = selected(node, V4L2_SEL_TGT_COMPOSE);
  if (!compose) return std::unexpected{compose.error()};
  setup.compose = *compose;
  auto controls = Controls::watch(node);
  if (!controls) return std::unexpected{controls.error()};
  setup.controls = std::move(*controls);
  return setup;
}

void DeviceSettings::look_again(const Node& node) {
  if (crop)
    if (const auto now = selected(node, V4L2_SEL_TGT_CROP); now && *now) crop = *now;
  if (compose)
    if (const auto now = selected(node, V4L2_SEL_TGT_COMPOSE); now && *now) compose = *now;
}

Result<std::vector<std::string>> DeviceSettings::restore_input(const Node& node) const {
  if (!feed) return std::vector<std::string>{};
  return feed->restore(node);
}

Result<> DeviceSettings::prepare_crop(const Node& node) const {
  const auto done = restored(node, V4L2_SEL_TGT_CROP, crop);
  if (!done) return std::unexpected{done.error()};
  return {};
}

Result<std::vector<std::string>> DeviceSettings::restore_picture(const Node& node,
                                                                 Size frame) const {
  std::vector<std::string> refused;
  const auto cropped = restored(node, V4L2_SEL_TGT_CROP, crop);
  if (!cropped) return std::unexpected{cropped.error()};
  if (!*cropped) refused.emplace_back("crop");
  if (size != frame) return refused;  // the rectangle is one of frames of `size`
  const auto composed = restored(node, V4L2_SEL_TGT_COMPOSE, compose);
  if (!composed) return std::unexpected{composed.error()};
  if (!*composed) refused.emplace_back("compose");
  return refused;
}

}  // namespace v4l2
