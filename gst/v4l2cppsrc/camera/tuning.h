#pragma once

#include "camera/geometry.h"
#include "camera/restoration.h"
#include "camera/user_controls.h"

namespace v4l2gst {

/// The settings of a device besides its mode. These are the ones that the user names, and the ones
/// that the device had before it went away.
struct Tuning {
  Restoration restoration{};
  UserControls controls{};
  Geometry geometry{};
};

}  // namespace v4l2gst
