#pragma once

#include <string>

#include "device/identity.h"
#include "messages/report.h"

namespace v4l2 {
class Device;
class Kernel;
}  // namespace v4l2

namespace v4l2gst {

/// The facts that find the camera which was open last.
struct LastSeen {
  std::string wanted{};       ///< the device property at the time of opening
  v4l2::Identity identity{};  ///< unknown without sysfs
  std::string card{};         ///< the card's name
  std::string path{};         ///< the node at that time
};

/// Opens the device at the path `wanted`. An empty path stands for the first node that captures
/// now. The error names the obstacle. It has Report::may_come if another camera may appear.
Outcome<v4l2::Device> open_camera(v4l2::Kernel& kernel, const std::string& wanted);

/// Opens the camera that was open before, at its current node. Without sysfs, opens the device at
/// the wanted path if it has the same name.
Outcome<v4l2::Device> open_again(v4l2::Kernel& kernel, const LastSeen& former);

}  // namespace v4l2gst
