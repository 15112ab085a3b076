#pragma once

#include <optional>
#include <string>
#include <vector>

#include "settings/controls.h"
#include "settings/inputs.h"
#include "settings/selection.h"

namespace v4l2 {

/// What a device is set to besides its mode, for one that goes away and shall be set so again when
/// it comes back: a driver begins with its defaults. Each part that can be restored returns what
/// could not be, by names for people; an Error is that of a device that is gone.
struct DeviceSettings {
  std::optional<InputSettings> feed;
  std::optional<v4l2_rect> crop;     ///< of what it sees
  std::optional<v4l2_rect> compose;  ///< where that lies in frames of `size`
  Size size;
  Controls controls;

  /// As it is now, and from now on the node's events tell of its controls. `input` is the current
  /// one, frames are of `size`.
  static Result<DeviceSettings> watch(const Node& node, const std::optional<Input>& input,
                                      Size size);

  /// Asks again for the rectangles, of whose changes no event tells. They stay as they were known
  /// where the device does not answer.
  void look_again(const Node& node);

  /// The input and its standard or timings: they decide on all the rest.
  [[nodiscard]] Result<std::vector<std::string>> restore_input(const Node& node) const;
  /// What the device sees, before its mode is set: a driver that does not scale has no other sizes.
  [[nodiscard]] Result<> prepare_crop(const Node& node) const;
  /// The rectangles, after the mode is set to frames of `frame`, which may have changed them.
  [[nodiscard]] Result<std::vector<std::string>> restore_picture(const Node& node,
                                                                 Size frame) const;
};

}  // namespace v4l2
