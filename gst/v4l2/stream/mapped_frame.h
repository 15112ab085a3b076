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

/// A MappedFrame holds the planes of a frame as spans of bytes. Each distinct descriptor is mapped
/// once, whole, for reading and writing. The destructor unmaps. The descriptors may be closed
/// before.
class MappedFrame {
public:
  /// Maps the planes. Error: EPROTO if a plane is not inside its descriptor's memory; otherwise
  /// that of the call that failed. The kernel returns the memory's real size (lseek(), which
  /// DMABufs and memfds answer).
  static Result<MappedFrame> map(Kernel& kernel, std::span<const PlaneLocation> planes);

  [[nodiscard]] std::span<const std::span<std::byte>> planes() const { return planes_; }

  [[nodiscard]] std::size_t mapping_count() const { return mappings_.size(); }

private:
  MappedFrame() = default;

  std::vector<Mapping> mappings_;
  std::vector<std::span<std::byte>> planes_;
};

}  // namespace v4l2
