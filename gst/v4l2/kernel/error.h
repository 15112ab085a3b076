#pragma once

#include <cerrno>
#include <cstdint>
#include <expected>

namespace v4l2 {

/// Why a call to the kernel did not do what was asked. Trivial: it is made on the frame path, and
/// it carries facts only. What a person should read is made of it where it is reported.
struct Error {
  /// errno, or the errno that fits when the driver answered with something that cannot be true.
  int code{};
  /// The name of the call: "open", "VIDIOC_S_FMT". Never null.
  const char* call{""};
  /// What was wrong with the answer, where errno does not say it; null otherwise.
  const char* hint{};
  /// The value that `hint` speaks of.
  std::int64_t value{};

  /// True where the device itself is no longer there, and not only what was asked of it.
  [[nodiscard]] bool gone() const { return code == ENODEV || code == ENXIO || code == ESHUTDOWN; }
};

/// A value or the Error that stood in its way. Core functions return it; they neither log nor post.
template <class T = void>
using Result = std::expected<T, Error>;

}  // namespace v4l2
