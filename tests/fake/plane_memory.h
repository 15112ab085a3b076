#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "kernel/mapping.h"
#include "kernel/unique_fd.h"

namespace fake {

/// PlaneMemory is the memory of one plane. A memfd lets exports, mappings and orphans behave as the
/// kernel's do.
class PlaneMemory {
public:
  /// Rounds `size` up to length_step(), and the memory up to whole pages, as vb2 does.
  explicit PlaneMemory(std::size_t size);

  [[nodiscard]] std::size_t size() const { return size_; }

  /// Returns what VIDIOC_EXPBUF returns, a new open file of the same memory.
  [[nodiscard]] v4l2::UniqueFd export_memory() const;
  /// Returns true while the memory is exported or mapped elsewhere.
  [[nodiscard]] bool in_use() const;

  /// The bytes that the camera paints, in whole pages.
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
