#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include <linux/videodev2.h>

#include "fake/model.h"
#include "fake/plane_memory.h"
#include "kernel/mapping.h"
#include "kernel/request.h"

namespace fake {

/// A Fifo is a first-in, first-out queue that never allocates. Tests count allocations while the
/// fake runs.
class Fifo {
public:
  void push(std::uint32_t index) { entries_[(first_ + count_++) % entries_.size()] = index; }

  std::uint32_t pop() {
    const auto index = front();
    first_ = (first_ + 1) % entries_.size();
    --count_;
    return index;
  }

  void clear() { count_ = 0; }

  [[nodiscard]] std::uint32_t front() const { return entries_[first_]; }

  [[nodiscard]] std::size_t size() const { return count_; }

  [[nodiscard]] bool empty() const { return count_ == 0; }

private:
  std::array<std::uint32_t, 64> entries_{};
  std::size_t first_{};
  std::size_t count_{};
};

/// A Queue is the buffer queue of a camera, modelled on videobuf2. It refuses the same calls with
/// the same errno. Each function returns 0 or an errno. The camera's mutex guards it.
class Queue {
public:
  /// A buffer is with the program, queued with the driver, or filled.
  enum class State { dequeued, queued, done };

  struct Buffer {
    bool exists{true};
    State state{State::dequeued};
    std::vector<PlaneMemory> planes;          // V4L2_MEMORY_MMAP
    std::vector<v4l2::Mapping> imported;      // V4L2_MEMORY_DMABUF, while the driver has them
    std::vector<std::span<std::byte>> where;  // where the camera paints
    std::vector<v4l2_plane> targets;          // as VIDIOC_QBUF passed them
    std::vector<std::uint32_t> bytes_used;
    std::uint32_t data_offset{};
    std::uint32_t sequence{};
    std::uint32_t flags{};
    std::uint32_t timestamps{V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC};  // kind and source
    std::chrono::nanoseconds timestamp{};
  };

  /// Runs VIDIOC_REQBUFS. A count of 0 frees the buffers. `planes` are those of the current format.
  int request(v4l2_requestbuffers& wanted, const Model& model, bool multiplanar,
              const std::vector<ModelPlane>& planes);
  int create(v4l2_create_buffers& wanted, const Model& model, bool multiplanar,
             const std::vector<ModelPlane>& planes);
  int remove(const v4l2_remove_buffers& wire);
  int query(v4l2_buffer& wire) const;
  int export_plane(v4l2_exportbuffer& wire, const Model& model) const;
  int queue(v4l2_buffer& wire);
  /// Returns EAGAIN when no buffer is filled.
  int dequeue(v4l2_buffer& wire);
  int stream_on();
  int stream_off();
  /// Frees the buffers as VIDIOC_REQBUFS(0) and the close of the owner's descriptor do.
  void free();

  /// Returns what vb2_poll() returns for the `wanted` events.
  [[nodiscard]] short poll_mask(short wanted) const;

  /// Returns the oldest queued buffer. Null when none is queued or the queue does not stream.
  Buffer* next_to_fill();

  [[nodiscard]] bool fillable() const {
    return streaming_ && !error_ && (reserves_ ? !queued_.empty() : busy());
  }

  /// Marks the buffer that next_to_fill() returned as filled.
  void filled();

  /// Calls fail from now on until the stream is stopped (vb2_queue_error()).
  void fail() { error_ = true; }

  [[nodiscard]] bool streaming() const { return streaming_; }

  [[nodiscard]] bool busy() const { return buffer_count() != 0; }

  [[nodiscard]] std::size_t queued_count() const { return queued_.size(); }

  [[nodiscard]] std::size_t done_count() const { return done_.size(); }

  [[nodiscard]] std::size_t buffer_count() const {
    return static_cast<std::size_t>(std::ranges::count(buffers_, true, &Buffer::exists));
  }

  /// The V4L2_BUF_FLAG_NO_CACHE_* of the latest VIDIOC_QBUF.
  [[nodiscard]] std::uint32_t queue_flags() const { return queue_flags_; }

  /// The V4L2_MEMORY_FLAG_* of the latest VIDIOC_REQBUFS. VIDIOC_CREATE_BUFS does not change them.
  [[nodiscard]] std::uint32_t memory_flags() const { return memory_flags_; }

  /// The memory of a buffer's first plane.
  [[nodiscard]] std::span<std::byte> bytes_of(std::uint32_t index) const {
    return buffers_[index].where[0];
  }

  /// Returns the plane that mmap() of the node maps at `offset`, or null.
  [[nodiscard]] const PlaneMemory* plane_at(std::uint32_t offset) const;

private:
  static bool knows(std::uint32_t memory, const Model& model);
  void allocate(std::uint32_t first, std::uint32_t count, const Model& model,
                const std::vector<ModelPlane>& planes);
  [[nodiscard]] std::uint32_t room_for(std::uint32_t count) const;
  [[nodiscard]] bool has(std::uint32_t index) const;
  [[nodiscard]] std::uint32_t next_index() const;
  int adopt(Buffer& buffer, const v4l2_buffer& wire) const;
  void describe(v4l2_buffer& wire) const;
  [[nodiscard]] bool planes_fit(const v4l2_buffer& wire) const;
  [[nodiscard]] std::uint32_t capabilities(const Model& model) const;

  bool multiplanar_{};
  std::uint32_t memory_{V4L2_MEMORY_MMAP};
  std::uint32_t memory_flags_{};
  std::uint32_t queue_flags_{};
  std::vector<ModelPlane> planes_;
  bool streaming_{};
  bool error_{};
  bool waiting_for_buffers_{true};
  bool reserves_{true};
  std::uint32_t written_{};  // how many buffers were filled, where VIDIOC_QBUF reserves none
  std::vector<Buffer> buffers_;
  Fifo queued_;
  Fifo done_;
};

}  // namespace fake
