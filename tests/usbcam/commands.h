#pragma once

#include <string>
#include <string_view>

#include "usbcam/camera.h"

namespace usbcam {

/// Runs one line of the control protocol: "ok", "ok VALUE..." or "error: WHY". The commands are
/// listed in tests/vm/README.md.
std::string run_command(Camera& camera, std::string_view line);

}  // namespace usbcam
