#pragma once

#include <string>
#include <vector>

#include "facts/device_facts.h"
#include "kernel/error.h"

namespace v4l2 {
class Modes;
}

namespace v4l2describe {

/// Returns the formats of a device as the element offers them, each mode with a pipeline for the
/// device at `path`. Empty if the device has no format yet. Error: the device is gone.
v4l2::Result<std::vector<FormatFacts>> read_formats(v4l2::Modes& modes, const std::string& path);

}  // namespace v4l2describe
