#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "buffers/downstream.h"
#include "buffers/lent_buffers.h"
#include "buffers/pool_buffers.h"
#include "buffers/read_buffers.h"
#include "common/handles.h"
#include "common/settings.h"
#include "device/device.h"
#include "stream/arrival.h"

namespace v4l2gst {

/// What exists from the allocation to the next one or to stop: buffers, and the stream that fills
/// them.
///
/// It owns one type of buffers for each kind of memory, and asks it. The streaming thread and the
/// state changes call it, one at a time. It points neither to the device nor to the configuration,
/// from which allocate() (allocation.h) makes it, so it may be moved while it streams.
class Capture {
public:
  using Memory = std::variant<LentBuffers, PoolBuffers, ReadBuffers>;

  Capture(Memory memory, const Settings& settings)
      : memory_{std::move(memory)},
        leaky_{settings.leaky == Leaky::newest},
        on_corrupt_{settings.on_corrupt} {}

  /// Starts `device`, from which its buffers are.
  v4l2::Result<> start(const v4l2::Device& device);
  /// Stops it; what is on loan stays so.
  void stop();
  [[nodiscard]] bool streaming() const;

  /// Waits for the next frame, or for what there is instead; without a timeout for ever. While it
  /// streams.
  v4l2::Result<v4l2::Arrival> next(std::optional<std::chrono::milliseconds> timeout);
  /// What is there already, if anything. While it streams.
  std::optional<v4l2::Result<v4l2::Arrival>> ready();

  /// The GstBuffer that goes downstream for a frame; null when none shall, which is counted.
  v4l2::Result<BufferPtr> wrap(v4l2::Frame&& frame);

  /// From now on each frame goes downstream as a copy, where nothing else was promised. False when
  /// it was so already.
  bool copy_always();
  [[nodiscard]] bool always_copies() const;

  /// Whether it can go on although downstream now says this; if so, it heeds it.
  /// `reserves_buffers`: v4l2::Device::reserves_buffers().
  bool suits(const Downstream& downstream, bool reserves_buffers);

  /// What to put into the ALLOCATION query: buffers of pool(), of size() bytes.
  [[nodiscard]] GstBufferPool* pool() const;
  [[nodiscard]] guint size() const;

  [[nodiscard]] std::uint32_t buffer_count() const { return queue().buffer_count(); }

  /// How many there may be.
  [[nodiscard]] std::uint32_t most() const;

  /// How many frames may be on their way before one is lost.
  [[nodiscard]] std::uint32_t depth() const { return most(); }

  /// How many frames are on loan.
  [[nodiscard]] std::uint32_t held() const { return queue().on_loan(); }

  /// True while downstream holds memory that the driver can't do without: until it is back, the
  /// driver takes neither another format nor other buffers.
  [[nodiscard]] bool pinned() const;

  /// True when it has grown and the driver frees single buffers only all together.
  [[nodiscard]] bool oversized() const { return queue().retired_count() > 0; }

  /// True where frames come by read(), through a descriptor of its own.
  [[nodiscard]] bool uses_read() const { return std::holds_alternative<ReadBuffers>(memory_); }

  /// For the log: in what memory frames travel.
  [[nodiscard]] const char* io_method() const;

  /// A frame's first plane as a CPU reads it, without a call. Empty where it can't: in DMABufs of
  /// downstream's, in memory whose caches each map synchronises (cache-hints=lazy), and in formats
  /// of which nobody asks to see anything.
  [[nodiscard]] std::span<const std::byte> look(const v4l2::Frame& frame) const;

  /// Only the newest of the frames that wait goes downstream.
  [[nodiscard]] bool leaky() const { return leaky_; }

  /// What is done with damaged frames.
  [[nodiscard]] OnCorrupt on_corrupt() const { return on_corrupt_; }

private:
  [[nodiscard]] const v4l2::BufferQueue& queue() const;

  Memory memory_;
  bool leaky_;
  OnCorrupt on_corrupt_;
};

}  // namespace v4l2gst
