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

/// What a GstMemory on loan knows of its pool and its buffer, and its mapping. It lives and dies
/// with the memory.
class MemoryOwner {
public:
  /// The owner of a memory, or of the memory that it is a part of; null for one that is not ours.
  static MemoryOwner* of(GstMemory* memory);
  /// The memory's owner, which is made if it has none.
  static MemoryOwner& give(GstMemory* memory);

  /// From now on the memory is plane `plane` of buffer `index` of a pool.
  void bind(std::weak_ptr<BufferPool> buffer_pool, std::uint32_t index, std::uint32_t plane) {
    buffer_pool_ = std::move(buffer_pool);
    index_ = index;
    plane_ = plane;
  }

  [[nodiscard]] std::shared_ptr<BufferPool> buffer_pool() const { return buffer_pool_.lock(); }

  [[nodiscard]] std::uint32_t index() const { return index_; }

  [[nodiscard]] std::uint32_t plane() const { return plane_; }

  /// Where map() has mapped the memory; null before. Any thread.
  [[nodiscard]] std::byte* mapped() const { return mapped_.load(std::memory_order_acquire); }

  /// Where the memory is mapped: once, at the first question, for reading and writing. Null when
  /// the descriptor holds less than `length` bytes or can't be mapped. Any thread.
  std::byte* map(int descriptor, std::size_t length);

  /// Keeps a mapping that exists already.
  void keep(v4l2::Mapping mapping) { mapping_ = std::move(mapping); }

  /// Where a CPU reads the memory without a call; null where it is not mapped, or where each map
  /// has caches to synchronise. Any thread.
  [[nodiscard]] const std::byte* readable() const {
    if (brackets_reads_) return nullptr;
    return mapping_.bytes().empty() ? mapped() : mapping_.bytes().data();
  }

  /// Nobody synchronises the caches when the driver is done, so each map for reading must.
  void bracket_reads() { brackets_reads_ = true; }

  [[nodiscard]] bool brackets_reads() const { return brackets_reads_; }

private:
  std::weak_ptr<BufferPool> buffer_pool_;
  std::uint32_t index_{};
  std::uint32_t plane_{};
  bool brackets_reads_{};
  std::atomic<std::byte*> mapped_{};
  v4l2::Mutex mutex_;
  std::optional<v4l2::MappedFrame> frame_ GUARDED_BY(mutex_);
  v4l2::Mapping mapping_;
};

/// A memory of one plane that importers recognise as DMABuf and that costs a CPU reader nothing: it
/// is mapped once and kept so, and only access for writing is bracketed with DMA_BUF_IOCTL_SYNC,
/// since vb2 itself synchronises the caches of an MMAP buffer when it is queued and dequeued
/// (unless it was asked not to: MemoryOwner::bracket_reads()).
MemoryPtr dmabuf_memory(GstAllocator* allocator, v4l2::UniqueFd descriptor, std::size_t length);

/// Has a memory of dmabuf_memory() mapped now rather than at the first question, so that frames can
/// be looked into. Nothing is done for other memory, and nothing said where it can't be mapped.
void map_ahead(GstMemory* memory);

/// A memory of one plane in plain, mapped system memory.
MemoryPtr system_memory(v4l2::Mapping mapping);

/// The allocator of dmabuf_memory(). One serves any number of pools.
AllocatorPtr lent_allocator();

}  // namespace v4l2gst
