#pragma once

#include <string>
#include <string_view>

#include "usbcam/camera.h"

namespace usbcam {

/// Runs one line of the control protocol. Returns "ok", "ok VALUE..." or "error: WHY".
/// tests/vm/README.md lists the commands.
std::string run_command(Camera& camera, std::string_view line);

}  // namespace usbcam
