#pragma once

#include <string>

#include "frames/capture_time.h"
#include "messages/report.h"

namespace v4l2gst {

/// A timestamp of the driver has a fault, and the frame got another one.
Report wrong_timestamp(const std::string& path, StampFault fault);

}  // namespace v4l2gst
