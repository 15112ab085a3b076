#pragma once

#include <string>

namespace v4l2describe {

struct DeviceFacts;

/// Returns the facts about a device as text for people, and whether it is well-formed.
std::string to_text(const DeviceFacts& facts);

/// Returns one line: path, card and bus.
std::string to_line(const DeviceFacts& facts);

}  // namespace v4l2describe
