#include "buffers/importer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <gst/allocators/allocators.h>

#include "formats/drm_caps.h"

namespace v4l2gst {

std::unique_ptr<Importer> Importer::make(const Downstream& downstream, GstCaps* caps,
                                         std::uint32_t least) {
  if (!downstream.pool) return {};
  PoolPtr pool{GST_BUFFER_POOL(gst_object_ref(downstream.pool.get()))};
  if (gst_buffer_pool_is_active(pool.get()) == FALSE) {
    auto* const config = gst_buffer_pool_get_config(pool.get());
    const auto most = downstream.most == 0 ? 0 : std::max(downstream.most, least);
    gst_buffer_pool_config_set_params(config, caps, downstream.size, least, most);
    if (gst_buffer_pool_has_option(pool.get(), GST_BUFFER_POOL_OPTION_VIDEO_META) != FALSE)
      gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
    // A pool may want another configuration. Its first buffer shows which one it has chosen.
    if (gst_buffer_pool_set_config(pool.get(), config) == FALSE)
      gst_buffer_pool_set_config(pool.get(), gst_buffer_pool_get_config(pool.get()));
    if (gst_buffer_pool_set_active(pool.get(), TRUE) == FALSE) return {};
  }
  std::unique_ptr<Importer> importer{new Importer{std::move(pool), downstream.size}};
  importer->first_ = importer->acquire();
  return importer->first_ ? std::move(importer) : nullptr;
}

Importer::~Importer() {
  recall();
}

BufferPtr Importer::acquire() {
  if (first_) return std::move(first_);
  GstBufferPoolAcquireParams params{};
  params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  GstBuffer* buffer{};
  if (gst_buffer_pool_acquire_buffer(pool_.get(), &buffer, &params) != GST_FLOW_OK) return {};
  return BufferPtr{buffer};
}

std::uint32_t Importer::stride(const std::optional<Layout>& layout) const {
  if (!layout) return 0;
  const auto* const meta = gst_buffer_get_video_meta(first_.get());
  return static_cast<std::uint32_t>(meta != nullptr ? meta->stride[0]
                                                    : layout->planes[0].usual_stride);
}

bool Importer::fits(const v4l2::Format& format, const std::optional<Layout>& layout,
                    v4l2::Memory memory) const {
  auto* const buffer = first_.get();
  if (gst_buffer_n_memory(buffer) != format.plane_count) return false;
  std::size_t start{};
  std::array<std::size_t, VIDEO_MAX_PLANES> starts{};
  for (std::uint32_t index = 0; index < format.plane_count; ++index) {
    auto* const plane = gst_buffer_peek_memory(buffer, index);
    starts[index] = start;
    start += plane->size;
    if (plane->size < format.planes[index].size_image) return false;
    const bool dmabuf = gst_is_dmabuf_memory(plane) != FALSE;
    // Drivers can't pin the pages of a mapped DMABuf. They can't be told an offset into one.
    if (memory == v4l2::Memory::userptr ? dmabuf : !dmabuf || plane->offset != 0) return false;
  }
  if (!layout) return true;
  const auto* const meta = gst_buffer_get_video_meta(buffer);
  // With a DRM format only the GstVideoMeta describes the planes.
  if (meta == nullptr && layout->format == drm_video_format()) return false;
  for (guint index = 0; index < layout->plane_count; ++index) {
    const auto& plane = layout->planes[index];
    const auto stride = meta != nullptr ? meta->stride[index] : plane.usual_stride;
    const auto offset = meta != nullptr ? meta->offset[index] : plane.usual_offset;
    if (plane.stride != stride || starts[plane.memory] + plane.offset != offset) return false;
  }
  return true;
}

/// Returns the index that a buffer had last time. Otherwise it returns one that has held none, else
/// any idle one.
std::optional<std::uint32_t> Importer::place_for(GstBuffer* buffer) const {
  const auto* const memory = gst_buffer_peek_memory(buffer, 0);
  std::optional<std::uint32_t> unused;
  std::optional<std::uint32_t> any;
  for (auto idle = buffers_->queue()->idle(); idle != 0; idle &= idle - 1) {
    const auto index = static_cast<std::uint32_t>(std::countr_zero(idle));
    const auto* const last = entries_[index].last;
    if (last == memory) return index;
    if (last == nullptr && !unused) unused = index;
    if (!any) any = index;
  }
  return unused ? unused : any;
}

/// Queues the buffers of frames that were left out, each at its own index. A pool may have no
/// others.
v4l2::Result<> Importer::requeue_left() {
  for (auto idle = buffers_->queue()->idle(); idle != 0; idle &= idle - 1) {
    const auto index = static_cast<std::uint32_t>(std::countr_zero(idle));
    auto& entry = entries_[index];
    if (!entry.buffer) continue;
    unmap(entry);
    const auto queued = queue(index, std::move(entry.buffer));
    if (!queued) return std::unexpected{queued.error()};
  }
  return {};
}

v4l2::Result<> Importer::refill() {
  auto requeued = requeue_left();
  if (!requeued) return requeued;
  while (buffers_->queue()->idle() != 0) {
    auto buffer = acquire();
    if (!buffer) return {};
    const auto index = place_for(buffer.get());
    if (!index) return {};
    const auto queued = queue(*index, std::move(buffer));
    if (!queued) return std::unexpected{queued.error()};
    if (!*queued) return {};
  }
  return {};
}

v4l2::Result<bool> Importer::queue(std::uint32_t index, BufferPtr buffer) {
  auto& entry = entries_[index];
  const auto planes = buffers_->plane_count();
  std::array<v4l2::PlaneTarget, VIDEO_MAX_PLANES> targets{};
  entry.buffer = std::move(buffer);
  entry.last = gst_buffer_peek_memory(entry.buffer.get(), 0);
  for (std::uint32_t plane = 0; plane < planes; ++plane) {
    auto* const memory = gst_buffer_peek_memory(entry.buffer.get(), plane);
    if (buffers_->memory() == v4l2::Memory::dmabuf) {
      targets[plane] = {.descriptor = gst_dmabuf_memory_get_fd(memory),
                        .length = static_cast<std::uint32_t>(memory->size)};
      continue;
    }
    // The memory stays mapped while the driver has it, so that its address stays valid.
    if (gst_memory_map(memory, &entry.maps[plane], GST_MAP_READWRITE) == FALSE) {
      unmap(entry);
      entry.buffer.reset();
      return false;
    }
    entry.mapped = plane + 1;
    targets[plane] = {.address = reinterpret_cast<std::uintptr_t>(entry.maps[plane].data),
                      .length = static_cast<std::uint32_t>(entry.maps[plane].size)};
  }
  buffers_->queue()->set_planes(index, std::span{targets}.first(planes));
  const auto queued = buffers_->queue()->queue(index);
  if (queued) return true;
  unmap(entry);
  entry.buffer.reset();
  return std::unexpected{queued.error()};
}

std::span<const std::byte> Importer::readable(std::uint32_t index) const {
  const auto& entry = entries_[index];
  if (entry.mapped == 0) return {};
  const auto& map = entry.maps[0];
  return std::as_bytes(std::span{map.data, map.size});
}

BufferPtr Importer::take(v4l2::Frame&& frame) {
  auto& entry = entries_[frame.index()];
  unmap(entry);
  auto buffer = std::move(entry.buffer);
  const v4l2::Frame ended{std::move(frame)};  // its index is idle again
  if (!buffer) return {};
  // A frame without GstVideoMeta, such as a compressed one, gets the payload's length. Others keep
  // the pool's size.
  const auto& payload = ended.payloads()[0];
  if (gst_buffer_get_video_meta(buffer.get()) == nullptr && ended.payloads().size() == 1 &&
      payload.length != gst_buffer_get_size(buffer.get()))
    gst_buffer_resize(buffer.get(), static_cast<gssize>(payload.offset),
                      static_cast<gssize>(payload.length));
  return buffer;
}

void Importer::recall() {
  for (auto& entry : entries_) {
    unmap(entry);
    entry.buffer.reset();
  }
}

void Importer::unmap(Entry& entry) {
  auto* const buffer = entry.buffer.get();
  const auto mapped = std::exchange(entry.mapped, 0U);
  for (std::uint32_t plane = 0; plane < mapped; ++plane)
    gst_memory_unmap(gst_buffer_peek_memory(buffer, plane), &entry.maps[plane]);
}

}  // namespace v4l2gst
