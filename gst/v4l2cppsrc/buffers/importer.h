#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "buffers/downstream.h"
#include "common/handles.h"
#include "formats/layout.h"
#include "stream/buffers.h"
#include "stream/frame.h"

namespace v4l2gst {

/// The importer lets the driver fill the buffers of downstream's pool (V4L2_MEMORY_DMABUF or
/// USERPTR). It lends no memory: the filled GstBuffer itself goes downstream, and another one is
/// queued in its place. Only the streaming context calls it.
class Importer {
public:
  /// Configures and activates downstream's pool. Its first buffer is taken out, and shows its
  /// layout. Returns null if there is no pool, or if it gives no buffer.
  static std::unique_ptr<Importer> make(const Downstream& downstream, GstCaps* caps,
                                        std::uint32_t least);

  Importer(const Importer&) = delete;
  Importer& operator=(const Importer&) = delete;
  ~Importer();

  /// Returns the stride of the pool's first plane, in bytes; 0 if there are no lines.
  [[nodiscard]] std::uint32_t stride(const std::optional<Layout>& layout) const;

  /// Returns whether the driver may fill the pool's buffers as `memory`. They must have the size of
  /// `format`, and its `layout`.
  [[nodiscard]] bool fits(const v4l2::Format& format, const std::optional<Layout>& layout,
                          v4l2::Memory memory) const;

  /// Sets the driver's buffers, which refill() queues from now on.
  void attach(const v4l2::Buffers& buffers) { buffers_ = &buffers; }

  /// Queues as many of the pool's buffers as the pool and the driver have, without waiting. Those
  /// that came back without take() are first. Error: that of VIDIOC_QBUF.
  v4l2::Result<> refill();

  /// Returns the first plane of a buffer that the driver has filled. It is empty unless the
  /// buffer is mapped (USERPTR).
  [[nodiscard]] std::span<const std::byte> readable(std::uint32_t index) const;

  /// Returns the GstBuffer that a frame was written into. Returns null if the driver names one that
  /// it does not have.
  BufferPtr take(v4l2::Frame&& frame);

  /// Takes all GstBuffers back from the driver, after the end of streaming.
  void recall();

  [[nodiscard]] GstBufferPool* pool() const { return pool_.get(); }

  [[nodiscard]] guint size() const { return size_; }

private:
  /// A GstBuffer that the driver has, and its mappings while it does (USERPTR).
  struct Entry {
    BufferPtr buffer;
    std::array<GstMapInfo, VIDEO_MAX_PLANES> maps{};
    std::uint32_t mapped{};
    /// The memory that this buffer index was last queued with. Drivers keep what they attached, so
    /// the same memory is cheap to queue again. The pointer is only compared.
    const GstMemory* last{};
  };

  Importer(PoolPtr pool, guint size) : pool_{std::move(pool)}, size_{size} {}

  BufferPtr acquire();
  std::optional<std::uint32_t> place_for(GstBuffer* buffer) const;
  v4l2::Result<> requeue_left();
  v4l2::Result<bool> queue(std::uint32_t index, BufferPtr buffer);
  static void unmap(Entry& entry);

  PoolPtr pool_;
  guint size_;
  BufferPtr first_;
  const v4l2::Buffers* buffers_{};
  std::array<Entry, v4l2::BufferQueue::most_buffers> entries_;
};

}  // namespace v4l2gst
