#include "buffers/buffer_pool.h"

#include <utility>
#include <vector>

namespace v4l2gst {

std::shared_ptr<BufferPool> BufferPool::make(std::uint32_t plane_count,
                                             const std::optional<Layout>& layout) {
  return std::shared_ptr<BufferPool>{new BufferPool{plane_count, layout}};
}

void BufferPool::insert(std::uint32_t index, std::vector<MemoryPtr> memories) {
  auto& slot = slots_[index];
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    auto& memory = memories[plane];
    MemoryOwner::give(memory.get()).bind(weak_from_this(), index, plane);
    // This hook returns the memory to the pool when its last reference goes.
    GST_MINI_OBJECT(memory.get())->dispose = &BufferPool::on_last_unref;
    slot.memories[plane] = memory.get();
    slot.memories_at_rest[plane] = std::move(memory);
  }
}

void BufferPool::remove(std::uint32_t index) {
  auto& slot = slots_[index];
  if (slot.memories[0] == nullptr) return;  // its memory could not be made
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    MemoryOwner::give(slot.memories[plane]).bind({}, 0, 0);  // so that they are freed
    slot.memories[plane] = nullptr;
    slot.memories_at_rest[plane].reset();
  }
  slot.shell.reset();
  slot.meta = nullptr;
  shells_[index].store(nullptr, std::memory_order_relaxed);
}

std::span<const std::byte> BufferPool::readable(std::uint32_t index) const {
  auto* const memory = slots_[index].memories[0];
  const auto* const bytes = MemoryOwner::of(memory)->readable();
  if (bytes == nullptr) return {};
  return {bytes, memory->maxsize};
}

BufferPtr BufferPool::acquire(v4l2::Frame&& frame) {
  auto& slot = slots_[frame.index()];
  auto shell = shell_of(frame.index());
  fit(shell.get(), slot, frame);
  slot.away.begin(plane_count_ + 1);  // the memories and the shell
  slot.loan.emplace(std::move(frame));
  return shell;
}

BufferPtr BufferPool::shell_of(std::uint32_t index) {
  auto& slot = slots_[index];
  auto shell = slot.shell ? std::move(slot.shell) : new_shell(index);
  if (gst_buffer_n_memory(shell.get()) == 0)
    for (std::uint32_t plane = 0; plane < plane_count_; ++plane)
      gst_buffer_append_memory(shell.get(), slot.memories_at_rest[plane].release());
  // From here on the flag means that an element downstream has changed the memories.
  GST_BUFFER_FLAG_UNSET(shell.get(), GST_BUFFER_FLAG_TAG_MEMORY);
  return shell;
}

BufferPtr BufferPool::new_shell(std::uint32_t index) {
  BufferPtr shell{gst_buffer_new()};
  // A lost shell may have had the same address.
  if (const auto namesake = index_of(shell.get()))
    shells_[*namesake].store(nullptr, std::memory_order_relaxed);
  shells_[index].store(shell.get(), std::memory_order_relaxed);
  if (!layout_) return shell;
  auto* const meta = gst_buffer_add_video_meta(shell.get(), GST_VIDEO_FRAME_FLAG_NONE,
                                               layout_->format, layout_->width, layout_->height);
  // The meta belongs to the shell: neither the pool nor an element downstream removes it.
  meta->meta.flags =
      static_cast<GstMetaFlags>(meta->meta.flags | GST_META_FLAG_POOLED | GST_META_FLAG_LOCKED);
  slots_[index].meta = meta;
  return shell;
}

/// The size of a memory and its GstVideoMeta are set anew. A memory comes back with the size that
/// its last reader left, and a GstVideoMeta as the last writer left it.
void BufferPool::fit(GstBuffer* shell, const Slot& slot, const v4l2::Frame& frame) const {
  const auto payloads = frame.payloads();
  std::array<std::size_t, VIDEO_MAX_PLANES> start{};  // of each memory's payload in the GstBuffer
  std::size_t end{};
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    auto* const memory = slot.memories[plane];
    const auto& payload = payloads[plane];
    if (memory->offset != payload.offset || memory->size != payload.length)
      gst_memory_resize(memory,
                        static_cast<gssize>(payload.offset) - static_cast<gssize>(memory->offset),
                        payload.length);
    start[plane] = end;
    end += payload.length;
  }
  if (!layout_) return;
  auto& meta = *slot.meta;
  meta.buffer = shell;
  meta.flags = GST_VIDEO_FRAME_FLAG_NONE;
  meta.format = layout_->format;
  meta.width = layout_->width;
  meta.height = layout_->height;
  meta.n_planes = layout_->plane_count;
  gst_video_alignment_reset(&meta.alignment);
  for (guint index = 0; index < meta.n_planes; ++index) {
    const auto& plane = layout_->planes[index];
    meta.offset[index] = start[plane.memory] + plane.offset;
    meta.stride[index] = plane.stride;
  }
}

bool BufferPool::whole(GstBuffer* shell, const Slot& slot) const {
  if (gst_buffer_n_memory(shell) != plane_count_) return false;
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    auto* const memory = gst_buffer_peek_memory(shell, plane);
    if (memory != slot.memories[plane] || GST_MINI_OBJECT_REFCOUNT_VALUE(memory) != 1) return false;
  }
  return true;
}

/// The shell is found by its address, because attached data of a GstBuffer is behind a lock. The
/// thread that releases a shell got it from acquire(), so it sees the shell's own entry. The other
/// entries are not used.
std::optional<std::uint32_t> BufferPool::index_of(const GstBuffer* shell) const {
  for (std::uint32_t index = 0; index < shells_.size(); ++index)
    if (shells_[index].load(std::memory_order_relaxed) == shell) return index;
  return std::nullopt;
}

void BufferPool::release(BufferPtr shell) {
  const auto index = index_of(shell.get());
  if (!index) return;  // not ours, so it is freed
  auto& slot = slots_[*index];
  if (whole(shell.get(), slot)) {
    slot.shell = std::move(shell);
    const auto finished = std::exchange(slot.loan, std::nullopt);  // its end requeues the buffer
    return;
  }
  // Another holder still has a memory, or has replaced it.
  gst_buffer_remove_all_memory(shell.get());
  slot.shell = std::move(shell);
  arrived(slot);
}

gboolean BufferPool::on_last_unref(GstMiniObject* object) noexcept {
  auto* const memory = GST_MEMORY_CAST(object);
  const auto* const owner = MemoryOwner::of(memory);
  const auto buffer_pool = owner->buffer_pool();
  if (!buffer_pool) return TRUE;  // the pool is gone, so the memory is freed
  auto& slot = buffer_pool->slots_[owner->index()];
  slot.memories_at_rest[owner->plane()].reset(gst_memory_ref(memory));
  arrived(slot);
  return FALSE;  // the memory stays alive
}

void BufferPool::arrived(Slot& slot) {
  if (!slot.away.end_part()) return;
  const auto finished = std::exchange(slot.loan, std::nullopt);  // its end requeues the buffer
}

}  // namespace v4l2gst
