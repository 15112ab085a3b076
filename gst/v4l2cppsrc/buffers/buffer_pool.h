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
#include "common/handles.h"
#include "formats/layout.h"
#include "stream/frame.h"

namespace v4l2gst {

/// Holds the memory of frames while the driver fills it, and puts it into GstBuffers. The unit of
/// loan is the GstMemory, not the GstBuffer: a copy, a region or a map may hold the memory when the
/// GstBuffer is long gone, and as long as anybody does the driver must not have it back. The
/// GstBuffer is a shell, used again when it comes back.
///
/// acquire() belongs to the streaming context, the ways back to any thread. They never meet: a
/// buffer is either on loan or not, and the queue orders the one before the other. GstV4l2CppPool
/// is its face as a GstBufferPool.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
public:
  /// An empty one, for frames of so many memory planes. `layout` is that of raw video; without one
  /// the frames carry no GstVideoMeta.
  static std::shared_ptr<BufferPool> make(std::uint32_t plane_count,
                                          const std::optional<Layout>& layout);

  /// The memories of buffer `index`, one for each plane. Streaming context, and the buffer is
  /// idle.
  void insert(std::uint32_t index, std::vector<MemoryPtr> memories);
  /// Lets go of an idle buffer, and so of its memories.
  void remove(std::uint32_t index);

  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool() = default;

  /// The first plane of an idle buffer, as a CPU reads it without a call; empty where it can't.
  [[nodiscard]] std::span<const std::byte> readable(std::uint32_t index) const;

  /// Puts a frame into a shell. Never blocks; allocates only for a first shell and for one
  /// that did not come back.
  BufferPtr acquire(v4l2::Frame&& frame);

  /// A shell of this pool's that came back to the pool with its last reference.
  void release(BufferPtr shell);

private:
  struct Slot {
    BufferPtr shell;                                      // at rest; null while it is out or lost
    GstVideoMeta* meta{};                                 // in the shell
    std::array<GstMemory*, VIDEO_MAX_PLANES> memories{};  // the slot's own, wherever they are
    std::array<MemoryPtr, VIDEO_MAX_PLANES> memories_at_rest;  // those that rest outside the shell
    std::optional<v4l2::Frame> loan;                           // while shell or memories are out
    std::atomic<std::uint32_t> away{};                         // how many of them are
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
  // Each slot's shell, wherever it is; not owned.
  std::array<std::atomic<const GstBuffer*>, v4l2::BufferQueue::most_buffers> shells_{};
};

}  // namespace v4l2gst
