#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernel/mapping.h"

namespace v4l2 {

/// One plane in shared memory: `length` bytes at `offset` into what `descriptor` stands for.
struct PlaneLocation {
  int descriptor{-1};
  std::size_t offset{};
  std::size_t length{};
};

/// The planes of a frame as spans of bytes. Each distinct descriptor is mapped once, whole, for
/// reading and writing, and unmapped on destruction; the descriptors may be closed before.
class MappedFrame {
public:
  /// Error: EPROTO when a plane does not lie inside its descriptor's memory, whose real size is
  /// asked of the kernel (lseek(), which DMABufs and memfds answer); else that of the call that
  /// failed.
  static Result<MappedFrame> map(Kernel& kernel, std::span<const PlaneLocation> planes);

  [[nodiscard]] std::span<const std::span<std::byte>> planes() const { return planes_; }

  [[nodiscard]] std::size_t mapping_count() const { return mappings_.size(); }

private:
  MappedFrame() = default;

  std::vector<Mapping> mappings_;
  std::vector<std::span<std::byte>> planes_;
};

}  // namespace v4l2
