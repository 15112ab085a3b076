#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "kernel/error.h"
#include "kernel/kernel.h"

namespace v4l2 {

/// A Mapping owns one shared, writable mapping and unmaps it. The mapped descriptor may be closed
/// while the mapping exists.
class Mapping {
public:
  /// Maps `length` bytes from `offset`. For a device node the driver names the offset
  /// (VIDIOC_QUERYBUF), for a DMABuf it is 0. Error: that of mmap(); EINVAL for a length of 0.
  static Result<Mapping> map(Kernel& kernel, int descriptor, std::size_t length,
                             std::int64_t offset);

  /// Maps memory of our own: `length` bytes rounded up to whole pages of `kernel`, zeroed, at the
  /// start of a page. Error: ENOMEM; EINVAL for a length of 0.
  static Result<Mapping> anonymous(Kernel& kernel, std::size_t length);

  Mapping() = default;

  Mapping(Mapping&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}

  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  ~Mapping();

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

private:
  explicit Mapping(std::span<std::byte> bytes) : bytes_{bytes} {}

  std::span<std::byte> bytes_;
};

}  // namespace v4l2
