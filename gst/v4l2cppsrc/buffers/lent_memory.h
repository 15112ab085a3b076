#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <gst/gst.h>

#include "common/handles.h"
#include "kernel/mutex.h"
#include "kernel/unique_fd.h"
#include "stream/mapped_frame.h"

namespace v4l2gst {

class BufferPool;

/// The pool, the buffer and the mapping of a GstMemory that is lent. It is freed with the memory.
class MemoryOwner {
public:
  /// Returns the owner of a memory, or of the whole that it is a part of. Returns null if it is not
  /// ours.
  static MemoryOwner* of(GstMemory* memory);
  /// Returns the memory's owner, which is made if it has none.
  static MemoryOwner& give(GstMemory* memory);

  /// Notes that the memory is plane `plane` of buffer `index` of a pool.
  void bind(std::weak_ptr<BufferPool> buffer_pool, std::uint32_t index, std::uint32_t plane) {
    buffer_pool_ = std::move(buffer_pool);
    index_ = index;
    plane_ = plane;
  }

  [[nodiscard]] std::shared_ptr<BufferPool> buffer_pool() const { return buffer_pool_.lock(); }

  [[nodiscard]] std::uint32_t index() const { return index_; }

  [[nodiscard]] std::uint32_t plane() const { return plane_; }

  /// Returns the address that map() has mapped the memory to; null before. Any thread.
  [[nodiscard]] std::byte* mapped() const { return mapped_.load(std::memory_order_acquire); }

  /// Returns the address of the memory. The first call maps it, for reading and writing. Returns
  /// null if the descriptor holds less than `length` bytes or can't be mapped. Any thread.
  std::byte* map(int descriptor, std::size_t length);

  /// Keeps a mapping that exists already.
  void keep(v4l2::Mapping mapping) { mapping_ = std::move(mapping); }

  /// Returns the address at which a CPU reads the memory without a call. Returns null if it is not
  /// mapped, or if each map has caches to synchronise. Any thread.
  [[nodiscard]] const std::byte* readable() const {
    if (brackets_reads_) return nullptr;
    return mapping_.bytes().empty() ? mapped() : mapping_.bytes().data();
  }

  /// Makes each map for reading synchronise the caches. The kernel does not when a buffer is
  /// dequeued.
  void bracket_reads() { brackets_reads_ = true; }

  [[nodiscard]] bool brackets_reads() const { return brackets_reads_; }

private:
  std::weak_ptr<BufferPool> buffer_pool_;
  std::uint32_t index_{};
  std::uint32_t plane_{};
  bool brackets_reads_{};
  // Released under mutex_ once frame_ is whole, and acquired without it: a thread that has the
  // address may read there.
  std::atomic<std::byte*> mapped_{};
  v4l2::Mutex mutex_;
  std::optional<v4l2::MappedFrame> frame_ GUARDED_BY(mutex_);
  v4l2::Mapping mapping_;
};

/// Makes a memory of one plane that importers recognise as DMABuf. It is mapped once and stays
/// mapped, so that it costs a CPU reader nothing. Only access for writing is bracketed with
/// DMA_BUF_IOCTL_SYNC. vb2 itself synchronises the caches of an MMAP buffer when it is queued and
/// dequeued (unless it was asked not to: MemoryOwner::bracket_reads()).
MemoryPtr dmabuf_memory(GstAllocator* allocator, v4l2::UniqueFd descriptor, std::size_t length);

/// Maps a memory of dmabuf_memory() before the first reader does, so that frames can be inspected.
/// Does nothing for other memory, or if MemoryOwner::brackets_reads(). Reports no error if mapping
/// fails.
void map_ahead(GstMemory* memory);

/// Makes a memory of one plane in plain, mapped system memory.
MemoryPtr system_memory(v4l2::Mapping mapping);

/// Makes an allocator for dmabuf_memory(). One serves any number of pools.
AllocatorPtr lent_allocator();

}  // namespace v4l2gst
