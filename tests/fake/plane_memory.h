#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "kernel/mapping.h"
#include "kernel/unique_fd.h"

namespace fake {

/// The memory of one plane: a memfd, so that exports, mappings and orphans behave as they do in
/// life.
class PlaneMemory {
public:
  /// Rounded up to whole pages, as vb2 does.
  explicit PlaneMemory(std::size_t size);

  [[nodiscard]] std::size_t size() const { return size_; }

  /// What VIDIOC_EXPBUF gives out: a new open file of the same memory.
  [[nodiscard]] v4l2::UniqueFd export_memory() const;
  /// True while anybody else has it exported or mapped.
  [[nodiscard]] bool in_use() const;

  /// For the camera to paint on.
  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

  PlaneMemory(PlaneMemory&&) = default;
  PlaneMemory& operator=(PlaneMemory&&) = delete;
  ~PlaneMemory();

private:
  std::size_t size_;
  v4l2::UniqueFd memory_;
  std::span<std::byte> bytes_;
};

}  // namespace fake
