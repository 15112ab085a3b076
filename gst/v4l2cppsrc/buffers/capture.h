#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>

#include "common/handles.h"
#include "kernel/error.h"

namespace v4l2 {
class BufferQueue;
class Device;
class Frame;
struct Arrival;
}  // namespace v4l2

namespace v4l2gst {

struct Downstream;
struct Settings;
class LentBuffers;
class PoolBuffers;
class ReadBuffers;
enum class OnCorrupt : int;

/// The allocated buffers, and the stream that fills them. A Capture exists until the next
/// allocation, or until the element stops.
///
/// It owns one of the types of buffers, which differ in the kind of memory, and passes calls on to
/// it. The streaming thread and the state changes call it, one at a time. allocate() (allocation.h)
/// makes it from the device and the configuration. It points to neither of them, so it may be moved
/// while it streams.
class Capture {
public:
  using Memory = std::variant<LentBuffers, PoolBuffers, ReadBuffers>;

  Capture(Memory memory, const Settings& settings);
  Capture(Capture&& other) noexcept;
  Capture& operator=(Capture&& other) noexcept;
  ~Capture();

  /// Stops streaming and frees the buffers. After that only the destructor may be called.
  void free();

  /// Starts streaming from `device`, to which the buffers belong.
  v4l2::Result<> start(const v4l2::Device& device);
  /// Stops streaming. A buffer on loan stays on loan.
  void stop();
  [[nodiscard]] bool streaming() const;

  /// Waits for the next frame, or for another arrival; without a timeout for ever. Returns
  /// Interrupted if it does not stream.
  v4l2::Result<v4l2::Arrival> next(std::optional<std::chrono::milliseconds> timeout);
  /// Returns an arrival that is there already. Returns nullopt if there is none, or if it does not
  /// stream.
  std::optional<v4l2::Result<v4l2::Arrival>> ready();

  /// Returns the GstBuffer that goes downstream for a frame; null if none shall. A frame that is
  /// left out for want of buffers is counted.
  v4l2::Result<BufferPtr> wrap(v4l2::Frame&& frame);

  /// Copies each frame from now on, unless DMABuf memory was promised. Returns false if it did so
  /// already.
  bool copy_always();
  [[nodiscard]] bool always_copies() const;

  /// Returns whether the buffers suit a new answer to the ALLOCATION query. If so, it follows that
  /// answer. The buffers belong to `device`.
  bool suits(const Downstream& downstream, const v4l2::Device& device);

  /// Returns the answer to the ALLOCATION query: buffers of pool(), of size() bytes.
  [[nodiscard]] GstBufferPool* pool() const;
  [[nodiscard]] guint size() const;

  [[nodiscard]] std::uint32_t buffer_count() const;

  /// Returns how many buffers there may be.
  [[nodiscard]] std::uint32_t most() const;

  /// Returns how many frames may be on their way before one is lost.
  [[nodiscard]] std::uint32_t depth() const { return most(); }

  /// Returns how many buffers the driver has, to fill or to be dequeued.
  [[nodiscard]] std::uint32_t waiting() const;

  /// Returns how many frames are on loan.
  [[nodiscard]] std::uint32_t held() const;

  /// Returns true while downstream holds memory that the driver can't do without. Until that is
  /// back, the driver takes neither another format nor other buffers.
  [[nodiscard]] bool pinned() const;

  /// Returns true if it has retired buffers. They stay if the driver frees buffers only all
  /// together.
  [[nodiscard]] bool oversized() const;

  /// Returns true if frames come by read(), through a descriptor of its own.
  [[nodiscard]] bool uses_read() const;

  /// Returns the memory of frames, for the log.
  [[nodiscard]] const char* io_method() const;

  /// Returns a frame's first plane, as a CPU reads it without a call. It is empty for DMABufs of
  /// downstream, for memory whose caches each map synchronises (cache-hints=lazy), and for DMABufs
  /// that were not mapped ahead, because frames of their format are not inspected.
  [[nodiscard]] std::span<const std::byte> look(const v4l2::Frame& frame) const;

  /// Returns true if only the newest of the waiting frames goes downstream.
  [[nodiscard]] bool leaky() const { return leaky_; }

  /// Returns the action for damaged frames.
  [[nodiscard]] OnCorrupt on_corrupt() const { return on_corrupt_; }

private:
  [[nodiscard]] const v4l2::BufferQueue& queue() const;

  std::unique_ptr<Memory> memory_;  // behind a pointer, so that who has a Capture sees no buffers
  bool leaky_;
  OnCorrupt on_corrupt_;
};

}  // namespace v4l2gst
