#pragma once

#include "facts/device_facts.h"
#include "kernel/error.h"

namespace v4l2 {
class Device;
}

namespace v4l2describe {

/// Returns who the device is. Asks for no inputs, formats or controls.
DeviceFacts identity_facts(const v4l2::Device& device);

/// Reads all facts of an open device. It only asks: no setting of the device changes, and another
/// program may use the device meanwhile. Error: the device is gone.
v4l2::Result<DeviceFacts> read_facts(const v4l2::Device& device);

}  // namespace v4l2describe
