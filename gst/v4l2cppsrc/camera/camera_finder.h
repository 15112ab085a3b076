#pragma once

#include <string>

#include <gst/gst.h>

#include "camera/camera_ptr.h"
#include "device/identity.h"
#include "messages/report.h"

namespace v4l2 {
class Kernel;
}

namespace v4l2gst {

/// The facts that find the camera which was open last.
struct LastSeen {
  /// Returns the facts of a camera that is open. `wanted` is the device property.
  static LastSeen of(const Camera& camera, const std::string& wanted);

  std::string wanted{};       ///< the device property at the time of opening
  v4l2::Identity identity{};  ///< unknown without sysfs
  std::string card{};         ///< the card's name
  std::string path{};         ///< the node at that time
};

/// Opens the camera at the path `wanted`. An empty path stands for the first node that captures
/// now. The error names the obstacle. It has Report::may_come if another camera may appear.
/// `element` is for the log.
Outcome<CameraPtr> open_camera(v4l2::Kernel& kernel, const std::string& wanted,
                               GstElement* element);

/// Opens the camera that was open before, at its current node. Without sysfs, opens the device at
/// the wanted path if it has the same name. `feeds_late` is true if the camera had no producer when
/// it was left: an input without a signal is an obstacle then. The error has Report::may_come if
/// there is no such camera now, or it can't be opened or has no format.
Outcome<CameraPtr> open_again(v4l2::Kernel& kernel, const LastSeen& former, bool feeds_late,
                              GstElement* element);

}  // namespace v4l2gst
