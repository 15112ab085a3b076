#pragma once

#include <cstdint>

namespace v4l2 {

/// The picture's place in one memory plane of a buffer, in bytes from the plane's start.
struct Payload {
  std::uint32_t offset{};
  std::uint32_t length{};
  /// From the offset to the end of the plane.
  std::uint32_t room{};
};

}  // namespace v4l2
