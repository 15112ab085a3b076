#include "buffers/shelf.h"

#include <utility>
#include <vector>

namespace v4l2gst {

std::shared_ptr<Shelf> Shelf::make(std::uint32_t plane_count, const std::optional<Layout>& layout) {
  return std::shared_ptr<Shelf>{new Shelf{plane_count, layout}};
}

void Shelf::put(std::uint32_t index, std::vector<MemoryPtr> memories) {
  auto& slot = slots_[index];
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    auto& memory = memories[plane];
    Home::give(memory.get()).settle(weak_from_this(), index, plane);
    // The hook that brings it home when its last reference goes.
    GST_MINI_OBJECT(memory.get())->dispose = &Shelf::on_last_unref;
    slot.memories[plane] = memory.get();
    slot.at_home[plane] = std::move(memory);
  }
}

void Shelf::discard(std::uint32_t index) {
  auto& slot = slots_[index];
  if (slot.memories[0] == nullptr) return;  // there was none to be had
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    Home::give(slot.memories[plane]).settle({}, 0, 0);  // so that it dies
    slot.memories[plane] = nullptr;
    slot.at_home[plane].reset();
  }
  slot.envelope.reset();
  slot.meta = nullptr;
  envelopes_[index].store(nullptr, std::memory_order_relaxed);
}

std::span<const std::byte> Shelf::readable(std::uint32_t index) const {
  auto* const memory = slots_[index].memories[0];
  const auto* const bytes = Home::of(memory)->readable();
  if (bytes == nullptr) return {};
  return {bytes, memory->maxsize};
}

BufferPtr Shelf::lend(v4l2::Frame&& frame) {
  auto& slot = slots_[frame.index()];
  auto envelope = envelope_of(frame.index());
  fit(envelope.get(), slot, frame);
  slot.away.store(plane_count_ + 1, std::memory_order_relaxed);  // the memories and the envelope
  slot.loan.emplace(std::move(frame));
  return envelope;
}

BufferPtr Shelf::envelope_of(std::uint32_t index) {
  auto& slot = slots_[index];
  auto envelope = slot.envelope ? std::move(slot.envelope) : new_envelope(index);
  if (gst_buffer_n_memory(envelope.get()) == 0)
    for (std::uint32_t plane = 0; plane < plane_count_; ++plane)
      gst_buffer_append_memory(envelope.get(), slot.at_home[plane].release());
  // Only who tampers with the memories on the way shall set it.
  GST_BUFFER_FLAG_UNSET(envelope.get(), GST_BUFFER_FLAG_TAG_MEMORY);
  return envelope;
}

BufferPtr Shelf::new_envelope(std::uint32_t index) {
  BufferPtr envelope{gst_buffer_new()};
  // One that was lost may have lived at the same address.
  if (const auto namesake = index_of(envelope.get()))
    envelopes_[*namesake].store(nullptr, std::memory_order_relaxed);
  envelopes_[index].store(envelope.get(), std::memory_order_relaxed);
  if (!layout_) return envelope;
  auto* const meta = gst_buffer_add_video_meta(envelope.get(), GST_VIDEO_FRAME_FLAG_NONE,
                                               layout_->format, layout_->width, layout_->height);
  // It belongs to the envelope: neither the pool nor anybody on the way removes it.
  meta->meta.flags =
      static_cast<GstMetaFlags>(meta->meta.flags | GST_META_FLAG_POOLED | GST_META_FLAG_LOCKED);
  slots_[index].meta = meta;
  return envelope;
}

/// A memory comes home with the size that its last reader left, and a GstVideoMeta as the last
/// writer left it, so both are set anew.
void Shelf::fit(GstBuffer* envelope, const Slot& slot, const v4l2::Frame& frame) const {
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
  meta.buffer = envelope;
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

bool Shelf::whole(GstBuffer* envelope, const Slot& slot) const {
  if (gst_buffer_n_memory(envelope) != plane_count_) return false;
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    auto* const memory = gst_buffer_peek_memory(envelope, plane);
    if (memory != slot.memories[plane] || GST_MINI_OBJECT_REFCOUNT_VALUE(memory) != 1) return false;
  }
  return true;
}

/// Found by address, because what one attaches to a GstBuffer is behind a lock. Whoever returns it
/// has had it from lend(), so its own entry is seen; of the others nothing is used.
std::optional<std::uint32_t> Shelf::index_of(const GstBuffer* envelope) const {
  for (std::uint32_t index = 0; index < envelopes_.size(); ++index)
    if (envelopes_[index].load(std::memory_order_relaxed) == envelope) return index;
  return std::nullopt;
}

void Shelf::take_back(BufferPtr envelope) {
  const auto index = index_of(envelope.get());
  if (!index) return;  // not ours: it dies
  auto& slot = slots_[*index];
  if (whole(envelope.get(), slot)) {
    slot.envelope = std::move(envelope);
    const auto finished = std::exchange(slot.loan, std::nullopt);  // its end queues the buffer
    return;
  }
  // Somebody still holds a part, or put other memory in its place.
  gst_buffer_remove_all_memory(envelope.get());
  slot.envelope = std::move(envelope);
  arrived(slot);
}

gboolean Shelf::on_last_unref(GstMiniObject* object) noexcept {
  auto* const memory = GST_MEMORY_CAST(object);
  const auto* const home = Home::of(memory);
  const auto shelf = home->shelf();
  if (!shelf) return TRUE;  // nobody is at home: let it die
  auto& slot = shelf->slots_[home->index()];
  slot.at_home[home->plane()].reset(gst_memory_ref(memory));
  arrived(slot);
  return FALSE;  // it lives on
}

void Shelf::arrived(Slot& slot) {
  if (slot.away.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const auto finished = std::exchange(slot.loan, std::nullopt);  // its end queues the buffer
}

}  // namespace v4l2gst
