#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "stream/buffer_queue.h"

namespace v4l2 {

/// One memory plane of a driver buffer, as VIDIOC_QUERYBUF describes it, in bytes.
struct BufferPlane {
  std::uint32_t length{};
  /// The offset at which mmap() of the device node finds the plane. It is no address.
  std::uint32_t map_offset{};
};

/// The picture's place in one memory plane of a buffer, in bytes from the plane's start.
struct Payload {
  std::uint32_t offset{};
  std::uint32_t length{};
  /// From the offset to the end of the plane.
  std::uint32_t room{};
};

/// A Frame is one filled buffer on loan from the driver. Its destructor requeues the buffer, on any
/// thread. Its payload is inside the buffer, whatever the driver said.
class Frame {
public:
  /// VIDIOC_DQBUF returned `filled`, for a buffer that `queue` has marked as dequeued. `planes` are
  /// the buffer's.
  Frame(std::shared_ptr<BufferQueue> queue, const WireBuffer& filled,
        std::span<const BufferPlane> planes)
      : queue_{std::move(queue)},
        index_{filled.index()},
        sequence_{filled.peek().sequence},
        flags_{filled.peek().flags},
        field_{filled.peek().field},
        timestamp_{filled.timestamp()},
        plane_count_{static_cast<std::uint32_t>(planes.size())} {
    for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
      const auto end = std::min(filled.bytes_used(plane), planes[plane].length);
      const auto begin = std::min(filled.data_offset(plane), end);
      payloads_[plane] = {
          .offset = begin, .length = end - begin, .room = planes[plane].length - begin};
      impossible_ = impossible_ || filled.bytes_used(plane) > planes[plane].length ||
                    filled.data_offset(plane) > filled.bytes_used(plane);
    }
  }

  Frame(Frame&&) = default;
  Frame& operator=(Frame&&) = delete;

  ~Frame() {
    if (queue_) queue_->requeue(index_);
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
  std::shared_ptr<BufferQueue> queue_;  // null in a moved-from Frame
  std::uint32_t index_;
  std::uint32_t sequence_;
  std::uint32_t flags_;
  std::uint32_t field_;
  std::chrono::nanoseconds timestamp_;
  std::uint32_t plane_count_;
  bool impossible_{};
  std::array<Payload, VIDEO_MAX_PLANES> payloads_;  // the first plane_count_ are set
};

}  // namespace v4l2
