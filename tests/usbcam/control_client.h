#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "usbcam/error.h"

namespace usbcam {

/// Sends one line to the control socket at `path`. Returns the answer without its line end.
Result<std::string> send_command(const std::string& path, std::string_view command);

/// Sends a line repeatedly until the answer matches a shell pattern or `limit` has passed. The
/// server may start later.
Result<std::string> send_until(const std::string& path, std::string_view command,
                               const std::string& pattern, std::chrono::seconds limit);

}  // namespace usbcam
