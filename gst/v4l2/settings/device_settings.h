#pragma once

#include <optional>
#include <string>
#include <vector>

#include "settings/controls.h"
#include "settings/inputs.h"
#include "settings/selection.h"

namespace v4l2 {

/// DeviceSettings holds what a device is set to besides its mode. A device that comes back begins
/// with its driver's defaults, and gets these settings again. Each part that can be restored
/// returns what could not be, by names for people. Error: the device is gone.
struct DeviceSettings {
  std::optional<InputSettings> feed;
  std::optional<v4l2_rect> crop;     ///< V4L2_SEL_TGT_CROP, of the picture that the device sees
  std::optional<v4l2_rect> compose;  ///< V4L2_SEL_TGT_COMPOSE, its place in frames of `size`
  Size size;
  Controls controls;

  /// Reads the settings, and subscribes `node` to changes of its controls. The current input is
  /// `input`. Frames are of `size`.
  static Result<DeviceSettings> watch(const Node& node, const std::optional<Input>& input,
                                      Size size);

  /// Reads the rectangles again, since no event tells of their changes. A rectangle that the device
  /// does not return stays as it was known.
  void look_again(const Node& node);

  /// Restores the input and its standard or timings. They decide on all the rest.
  [[nodiscard]] Result<std::vector<std::string>> restore_input(const Node& node) const;
  /// Restores the crop rectangle, before the mode is set. A driver that does not scale has no other
  /// sizes.
  [[nodiscard]] Result<> prepare_crop(const Node& node) const;
  /// Restores the rectangles, after the mode is set to frames of `frame`. VIDIOC_S_FMT may have
  /// changed them.
  [[nodiscard]] Result<std::vector<std::string>> restore_picture(const Node& node,
                                                                 Size frame) const;
};

}  // namespace v4l2
