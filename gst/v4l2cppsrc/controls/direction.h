#pragma once

#include <optional>
#include <vector>

#include <gst/video/video.h>

#include "settings/control_setter.h"

namespace v4l2gst {

/// The controls of a device that turn its picture.
struct Turners {
  bool flip_x{};  ///< V4L2_CID_HFLIP
  bool flip_y{};  ///< V4L2_CID_VFLIP
  bool rotate{};  ///< V4L2_CID_ROTATE
};

/// Returns the wishes that make a device turn its picture as `direction` says. Flips are wished for
/// where the device has both flips and rotation. Empty for auto and custom, which mean nothing
/// to a device. A device that lacks what it takes refuses one of the wishes. The two diagonals are
/// a flip and a rotation at once. V4L2 leaves their order open, so they are nullopt.
std::optional<std::vector<v4l2::ControlWish>> wishes_for(GstVideoOrientationMethod direction,
                                                         const Turners& turners);

/// Returns the value of the tag image-orientation for a camera that is mounted askew. `degrees` is
/// V4L2_CID_CAMERA_SENSOR_ROTATION: the counter-clockwise rotation that makes its picture upright.
/// The tag counts clockwise. nullopt if the angle is no multiple of 90.
std::optional<const char*> orientation_tag(std::int64_t degrees);

}  // namespace v4l2gst
