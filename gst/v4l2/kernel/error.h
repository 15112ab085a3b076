#pragma once

#include <cerrno>
#include <cstdint>
#include <expected>

namespace v4l2 {

/// An Error says why a call on the kernel failed. The frame path makes Errors, so the type is
/// trivial and carries facts only. The reporting code turns them into text for people.
struct Error {
  /// The errno. For an answer of the driver that cannot be true, the errno that fits.
  int code{};
  /// The name of the call: "open", "VIDIOC_S_FMT". Never null.
  const char* call{""};
  /// Says what was wrong with the answer, where errno does not. Null otherwise.
  const char* hint{};
  /// The value that `hint` speaks of. Without a hint, the length that mmap() was asked for.
  std::int64_t value{};

  /// Returns true if the device itself is gone, and not only what was asked of it.
  [[nodiscard]] bool gone() const { return code == ENODEV || code == ENXIO || code == ESHUTDOWN; }
};

/// A Result holds a value or an Error. Core functions return it. They neither log nor post.
template <class T = void>
using Result = std::expected<T, Error>;

}  // namespace v4l2
