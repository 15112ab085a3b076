#pragma once

#include <span>
#include <string>
#include <vector>

namespace v4l2describe {

struct DeviceFacts;

/// A device that could not be described, and why.
struct Failure {
  std::string path;  ///< empty if no device was named and none was found
  std::string text;
};

/// Returns the facts about devices as one JSON object, with a line end. docs/describe.md lists its
/// members.
std::string to_json(std::span<const DeviceFacts> devices, std::span<const Failure> failures);

/// Returns the devices as JSON with path, driver, card and bus only.
std::string to_short_json(std::span<const DeviceFacts> devices, std::span<const Failure> failures);

}  // namespace v4l2describe
