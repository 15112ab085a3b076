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

/// Lets the driver fill the buffers of a pool of downstream's (V4L2_MEMORY_DMABUF or USERPTR):
/// nothing is lent, the filled GstBuffer itself goes downstream, and another one takes its place
/// with the driver. Streaming context only.
class Importer {
public:
  /// Configures and activates downstream's pool, and takes a first buffer out of it, by which its
  /// layout can be judged. Null when the pool gives none.
  static std::unique_ptr<Importer> make(const Downstream& downstream, GstCaps* caps,
                                        std::uint32_t least);

  Importer(const Importer&) = delete;
  Importer& operator=(const Importer&) = delete;
  ~Importer();

  /// The stride in bytes of the pool's first plane; 0 where its buffers have no lines.
  [[nodiscard]] std::uint32_t stride(const std::optional<Layout>& layout) const;

  /// True when a driver that writes `format` so, into `memory`, writes what the pool's buffers say.
  [[nodiscard]] bool fits(const v4l2::Format& format, const std::optional<Layout>& layout,
                          v4l2::Memory memory) const;

  /// From now on the driver's buffers are to be filled by refill().
  void attach(const v4l2::Buffers& buffers) { buffers_ = &buffers; }

  /// Hands the driver as many of the pool's buffers as both have, without waiting; those that came
  /// back without take() first. Error: that of VIDIOC_QBUF.
  v4l2::Result<> refill();

  /// The first plane of a buffer that the driver has filled, where it is mapped (USERPTR); else
  /// empty.
  [[nodiscard]] std::span<const std::byte> readable(std::uint32_t index) const;

  /// The GstBuffer that a frame was written into. Null when the driver names one that it does not
  /// have.
  BufferPtr take(v4l2::Frame&& frame);

  /// What the driver had is ours again: streaming has ended.
  void recall();

  [[nodiscard]] GstBufferPool* pool() const { return pool_.get(); }

  [[nodiscard]] guint size() const { return size_; }

private:
  /// A GstBuffer that the driver has, and its mappings while it does (USERPTR).
  struct Entry {
    BufferPtr buffer;
    std::array<GstMapInfo, VIDEO_MAX_PLANES> maps{};
    std::uint32_t mapped{};
    /// The memory that this buffer index was last used with: drivers keep what they attached, so to
    /// meet it again is cheap. Only compared.
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
