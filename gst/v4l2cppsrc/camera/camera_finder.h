#pragma once

#include <string>

#include "device/device.h"
#include "device/identity.h"
#include "messages/report.h"

namespace v4l2gst {

/// What is kept of the camera that was open last: enough to find it again.
struct LastSeen {
  std::string wanted{};       ///< the device setting that it was opened for
  v4l2::Identity identity{};  ///< not known without sysfs
  std::string card{};         ///< its name
  std::string path{};         ///< where it was
};

/// Opens the device at the path `wanted`; where that is empty, the first node that captures now.
/// The error names what is in the way, and has Report::may_come where another camera may appear.
Outcome<v4l2::Device> open_camera(v4l2::Kernel& kernel, const std::string& wanted);

/// Opens the camera that was open before, at whichever node it is now. Without sysfs it is the
/// device at the wanted path that has the same name.
Outcome<v4l2::Device> open_again(v4l2::Kernel& kernel, const LastSeen& former);

}  // namespace v4l2gst
