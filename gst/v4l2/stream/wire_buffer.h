#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include <linux/videodev2.h>

#include "device/format.h"

namespace v4l2 {

/// The memory that a buffer has, by its owner.
enum class Memory : std::uint32_t {
  mmap = V4L2_MEMORY_MMAP,        ///< the driver's own, mapped or exported as DMABuf
  userptr = V4L2_MEMORY_USERPTR,  ///< ours, given by address
  dmabuf = V4L2_MEMORY_DMABUF,    ///< anyone's, given as DMABuf descriptors
};

constexpr std::uint32_t to_wire(Memory memory) {
  return static_cast<std::uint32_t>(memory);
}

/// The memory for a plane that is not the driver's own, and its length in bytes.
struct PlaneTarget {
  std::uintptr_t address{};  ///< for Memory::userptr
  int descriptor{-1};        ///< for Memory::dmabuf
  std::uint32_t length{};
};

/// A WireBuffer holds a v4l2_buffer and its planes as one value, so that no plane array is ever
/// forgotten. In the single-planar API the buffer is read and written as if it had one plane.
class WireBuffer {
public:
  WireBuffer(BufferType type, Memory memory, std::uint32_t plane_count)
      : type_{type}, memory_{memory}, plane_count_{plane_count} {
    clear();
  }

  /// Resets the struct to what a call must be given. The driver overwrites the rest.
  void clear() {
    buffer_ = {};
    buffer_.type = to_wire(type_);
    buffer_.memory = to_wire(memory_);
    if (!multiplanar()) return;
    for (auto& plane : std::span{planes_}.first(plane_count_))
      plane = {};
    buffer_.length = plane_count_;
  }

  /// Returns the struct for the ioctl. It is valid while this object is not moved.
  [[nodiscard]] v4l2_buffer& wire() {
    if (multiplanar()) buffer_.m.planes = planes_.data();
    return buffer_;
  }

  [[nodiscard]] const v4l2_buffer& peek() const { return buffer_; }

  [[nodiscard]] std::uint32_t index() const { return buffer_.index; }

  void set_index(std::uint32_t index) { buffer_.index = index; }

  /// Sets V4L2_BUF_FLAG_*, as VIDIOC_QBUF takes them.
  void set_flags(std::uint32_t flags) { buffer_.flags = flags; }

  /// Sets the memory of a plane, for VIDIOC_QBUF.
  void set_plane(std::uint32_t plane, const PlaneTarget& target) {
    const auto put = [&](auto& where) {
      where.length = target.length;
      if (memory_ == Memory::userptr)
        where.m.userptr = target.address;
      else
        where.m.fd = target.descriptor;
    };
    if (multiplanar())
      put(planes_[plane]);
    else
      put(buffer_);
  }

  /// Sets what VIDIOC_DQBUF would have said of a frame in one plane without a time.
  void fill(std::uint32_t index, std::uint32_t bytes_used, std::uint32_t sequence) {
    buffer_.index = index;
    buffer_.sequence = sequence;
    buffer_.flags = V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN;
    buffer_.timestamp = {};
    if (multiplanar())
      planes_[0].bytesused = bytes_used;
    else
      buffer_.bytesused = bytes_used;
  }

  /// Returns the time stamp. 0 if the driver's value is no time, or too late for the type.
  [[nodiscard]] std::chrono::nanoseconds timestamp() const {
    constexpr auto latest =
        std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds::max());
    const std::chrono::seconds seconds{buffer_.timestamp.tv_sec};
    const std::chrono::microseconds rest{buffer_.timestamp.tv_usec};
    if (seconds.count() < 0 || seconds >= latest) return {};
    if (rest.count() < 0 || rest >= std::chrono::seconds{1}) return {};
    return seconds + rest;
  }

  [[nodiscard]] bool multiplanar() const { return type_ == BufferType::capture_mplane; }

  [[nodiscard]] BufferType type() const { return type_; }

  [[nodiscard]] Memory memory() const { return memory_; }

  /// Returns how many planes the caller made room for.
  [[nodiscard]] std::uint32_t plane_count() const { return plane_count_; }

  /// Returns how many planes the driver announced, which may be wrong.
  [[nodiscard]] std::uint32_t announced_planes() const {
    return multiplanar() ? buffer_.length : 1;
  }

  [[nodiscard]] std::uint32_t bytes_used(std::uint32_t plane) const {
    return multiplanar() ? planes_[plane].bytesused : buffer_.bytesused;
  }

  [[nodiscard]] std::uint32_t data_offset(std::uint32_t plane) const {
    return multiplanar() ? planes_[plane].data_offset : 0;
  }

  [[nodiscard]] std::uint32_t length(std::uint32_t plane) const {
    return multiplanar() ? planes_[plane].length : buffer_.length;
  }

  [[nodiscard]] std::uint32_t map_offset(std::uint32_t plane) const {
    return multiplanar() ? planes_[plane].m.mem_offset : buffer_.m.offset;
  }

private:
  BufferType type_;
  Memory memory_;
  std::uint32_t plane_count_;
  v4l2_buffer buffer_{};
  std::array<v4l2_plane, VIDEO_MAX_PLANES> planes_{};
};

}  // namespace v4l2
