#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <gst/video/video.h>

#include "buffers/lent_memory.h"
#include "buffers/loan_count.h"
#include "common/handles.h"
#include "formats/layout.h"
#include "stream/buffer_queue.h"
#include "stream/frame.h"

namespace v4l2gst {

/// The pool holds the memory of frames and puts it into GstBuffers. The unit of loan is the
/// GstMemory, not the GstBuffer. A copy, a region or a map may hold the memory when the GstBuffer
/// is long gone, and until they end the driver must not have it back. The GstBuffer is a shell, and
/// is used again after its release.
///
/// The streaming context calls acquire(). Shells and memories come back on any thread. The two
/// never meet: a buffer is either on loan or not, and the queue orders the one before the other.
/// GstV4l2CppPool is the same pool as a GstBufferPool.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
public:
  /// Makes an empty pool, for frames of `plane_count` memory planes. `layout` is that of raw video.
  /// Without one the frames carry no GstVideoMeta.
  static std::shared_ptr<BufferPool> make(std::uint32_t plane_count,
                                          const std::optional<Layout>& layout);

  /// Adds the memories of buffer `index`, one for each plane. The streaming context calls this for
  /// an idle buffer.
  void insert(std::uint32_t index, std::vector<MemoryPtr> memories);
  /// Removes an idle buffer, and with it its memories.
  void remove(std::uint32_t index);

  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool() = default;

  /// Returns the first plane of a buffer that is not downstream. It is empty if a CPU can't read it
  /// without a call.
  [[nodiscard]] std::span<const std::byte> readable(std::uint32_t index) const;

  /// Puts a frame into a shell. Never blocks. Allocates only if the buffer has no shell.
  BufferPtr acquire(v4l2::Frame&& frame);

  /// Takes back a shell whose last reference is gone. A shell of another pool is freed.
  void release(BufferPtr shell);

private:
  struct Slot {
    BufferPtr shell;                                      // at rest; null while it is out or lost
    GstVideoMeta* meta{};                                 // in the shell
    std::array<GstMemory*, VIDEO_MAX_PLANES> memories{};  // the slot's own, wherever they are
    std::array<MemoryPtr, VIDEO_MAX_PLANES> memories_at_rest;  // those that rest outside the shell
    std::optional<v4l2::Frame> loan;                           // while shell or memories are out
    LoanCount<std::atomic> away;                               // how many of them are out
  };

  BufferPool(std::uint32_t plane_count, const std::optional<Layout>& layout)
      : plane_count_{plane_count}, layout_{layout} {}

  static gboolean on_last_unref(GstMiniObject* memory) noexcept;
  BufferPtr shell_of(std::uint32_t index);
  BufferPtr new_shell(std::uint32_t index);
  void fit(GstBuffer* shell, const Slot& slot, const v4l2::Frame& frame) const;
  [[nodiscard]] bool whole(GstBuffer* shell, const Slot& slot) const;
  [[nodiscard]] std::optional<std::uint32_t> index_of(const GstBuffer* shell) const;
  static void arrived(Slot& slot);

  std::uint32_t plane_count_;
  std::optional<Layout> layout_;
  std::array<Slot, v4l2::BufferQueue::most_buffers> slots_;
  // Each slot's shell, wherever it is; not owned. Relaxed: index_of() looks for an entry that was
  // written before its caller got the shell, and no other value depends on an entry.
  std::array<std::atomic<const GstBuffer*>, v4l2::BufferQueue::most_buffers> shells_{};
};

}  // namespace v4l2gst
