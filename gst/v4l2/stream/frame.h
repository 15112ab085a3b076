#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <linux/videodev2.h>

#include "stream/payload.h"

namespace v4l2 {

class BufferQueue;
class WireBuffer;

/// One memory plane of a driver buffer, as VIDIOC_QUERYBUF describes it, in bytes.
struct BufferPlane {
  std::uint32_t length{};
  /// The offset at which mmap() of the device node finds the plane. It is no address.
  std::uint32_t map_offset{};
};

/// A Frame is one filled buffer on loan from the driver. Its destructor requeues the buffer, on any
/// thread. Its payload is inside the buffer, whatever the driver said.
class Frame {
public:
  /// VIDIOC_DQBUF returned `filled`, for a buffer that `queue` has marked as dequeued. `planes` are
  /// the buffer's.
  Frame(std::shared_ptr<BufferQueue> queue, const WireBuffer& filled,
        std::span<const BufferPlane> planes);

  Frame(Frame&&) = default;
  Frame& operator=(Frame&&) = delete;

  // This runs for each move of a frame as well, so the frequent case is inline.
  ~Frame() {
    if (queue_) requeue();
  }

  [[nodiscard]] std::uint32_t index() const { return index_; }

  /// Returns the frame's number since streaming began, which wraps at 2^32. A step of more than one
  /// is a lost frame.
  [[nodiscard]] std::uint32_t sequence() const { return sequence_; }

  /// V4L2_BUF_FLAG_*.
  [[nodiscard]] std::uint32_t flags() const { return flags_; }

  /// enum v4l2_field.
  [[nodiscard]] std::uint32_t field() const { return field_; }

  /// Returns the time on the clock that the V4L2_BUF_FLAG_TIMESTAMP_* flags name. 0 if the driver's
  /// value can be no time of a clock.
  [[nodiscard]] std::chrono::nanoseconds timestamp() const { return timestamp_; }

  /// Returns when the buffer was queued that the driver has filled, on CLOCK_MONOTONIC. 0 for a
  /// frame of read().
  [[nodiscard]] std::chrono::nanoseconds queued_at() const { return queued_at_; }

  [[nodiscard]] std::span<const Payload> payloads() const {
    return std::span{payloads_}.first(plane_count_);
  }

  /// Sets the length of a plane's payload to that of the picture, in bytes. The driver may have
  /// written less or more. Returns false if the plane has no room for it.
  [[nodiscard]] bool set_length(std::uint32_t plane, std::size_t length) {
    auto& payload = payloads_[plane];
    if (length > payload.room) return false;
    payload.length = static_cast<std::uint32_t>(length);
    return true;
  }

  /// Returns true if the driver claimed to have written more than the buffer holds, or that the
  /// picture begins after what it has written.
  [[nodiscard]] bool impossible() const { return impossible_; }

private:
  void requeue();

  std::shared_ptr<BufferQueue> queue_;  // null in a moved-from Frame
  std::uint32_t index_;
  std::uint32_t sequence_;
  std::uint32_t flags_;
  std::uint32_t field_;
  std::chrono::nanoseconds timestamp_;
  std::chrono::nanoseconds queued_at_;
  std::uint32_t plane_count_;
  bool impossible_{};
  std::array<Payload, VIDEO_MAX_PLANES> payloads_;  // the first plane_count_ are set
};

}  // namespace v4l2
