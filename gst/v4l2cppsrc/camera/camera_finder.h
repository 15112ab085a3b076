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

struct Settings;

/// The user's words for a device.
struct Wanted {
  static Wanted of(const Settings& settings);

  std::string device{};  ///< a path, a link or a selector; empty for the first camera
  int descriptor{-1};    ///< of a node that is open; it overrides `device`

  friend bool operator==(const Wanted&, const Wanted&) = default;

  /// Returns true if any camera will do.
  [[nodiscard]] bool any() const { return device.empty() && descriptor < 0; }
};

/// The facts that find the camera which was open last.
struct LastSeen {
  /// Returns the facts of a camera that is open.
  static LastSeen of(const Camera& camera, const Wanted& wanted);

  Wanted wanted{};            ///< at the time of opening
  v4l2::Identity identity{};  ///< unknown without sysfs
  std::string card{};         ///< the card's name
  std::string path{};         ///< the node at that time
};

/// Opens the camera that is wanted. The error names the obstacle. It has Report::may_come if
/// another camera may appear. `element` is for the log.
Outcome<CameraPtr> open_camera(v4l2::Kernel& kernel, const Wanted& wanted, GstElement* element);

/// Opens the camera that was open before, at its current node. If a selector was wanted, the camera
/// must still match it. It need not be the only one. Without sysfs, opens the device at
/// the wanted path if it has the same name. `feeds_late` is true if the camera had no producer when
/// it was left: an input without a signal is an obstacle then. The error has Report::may_come if
/// there is no such camera now, or it can't be opened or has no format.
Outcome<CameraPtr> open_again(v4l2::Kernel& kernel, const LastSeen& former, bool feeds_late,
                              GstElement* element);

}  // namespace v4l2gst
