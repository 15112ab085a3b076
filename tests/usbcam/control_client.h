#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "usbcam/error.h"

namespace usbcam {

/// Sends one line to the control socket at `path`; the answer comes without its line end.
Result<std::string> send_command(const std::string& path, std::string_view command);

/// Sends a line again and again until the answer fits a pattern (as of a shell), or the time is
/// over. It may begin before anybody listens.
Result<std::string> send_until(const std::string& path, std::string_view command,
                               const std::string& pattern, std::chrono::seconds limit);

}  // namespace usbcam
