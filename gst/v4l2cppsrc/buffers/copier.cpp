#include "buffers/copier.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace v4l2gst {

namespace {

/// Returns false if the pool refuses the configuration.
bool activate(GstBufferPool* pool, GstCaps* caps, guint size) {
  if (gst_buffer_pool_is_active(pool) != FALSE) return true;
  auto* const config = gst_buffer_pool_get_config(pool);
  gst_buffer_pool_config_set_params(config, caps, size, 0, 0);
  return gst_buffer_pool_set_config(pool, config) != FALSE &&
         gst_buffer_pool_set_active(pool, TRUE) != FALSE;
}

/// A picture of this size and its copy do not fit a processor's caches together.
constexpr std::size_t large_picture = std::size_t{8} << 20U;

/// Copies a line in blocks that the compiler moves through registers. memcpy() chooses its method
/// by the length of one line. With some C libraries that is the wrong one for lines of a large
/// picture: half of the memory's rate (docs/decisions/0013).
void copy_in_blocks(guint8* out, const guint8* in, std::size_t length) {
  using Block = std::array<std::uint64_t, 8>;
  for (; length >= sizeof(Block);
       length -= sizeof(Block), in += sizeof(Block), out += sizeof(Block)) {
    Block block;
    std::memcpy(&block, in, sizeof(block));
    std::memcpy(out, &block, sizeof(block));
  }
  std::memcpy(out, in, length);
}

}  // namespace

Copier::Copier(const std::optional<Layout>& layout, GstCaps* caps, guint size, PoolPtr pool)
    : layout_{layout}, pool_{std::move(pool)} {
  const auto whole = layout_ ? static_cast<guint>(layout_->usual_size) : size;
  if (pool_ && activate(pool_.get(), caps, whole)) return;
  pool_.reset(gst_buffer_pool_new());
  activate(pool_.get(), caps, whole);
}

Copier::~Copier() {
  if (pool_) gst_buffer_pool_set_active(pool_.get(), FALSE);
}

BufferPtr Copier::copy(GstBuffer* frame) {
  GstBufferPoolAcquireParams params{};
  params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  GstBuffer* made{};
  if (gst_buffer_pool_acquire_buffer(pool_.get(), &made, &params) != GST_FLOW_OK) return {};
  BufferPtr copy{made};
  const bool done = layout_ ? copy_picture(frame, made) : copy_bytes(frame, made);
  return done ? std::move(copy) : BufferPtr{};
}

bool Copier::copy_picture(GstBuffer* frame, GstBuffer* copy) const {
  auto* const meta = gst_buffer_get_video_meta(frame);
  GstMapInfo to;
  if (meta == nullptr || gst_buffer_map(copy, &to, GST_MAP_WRITE) == FALSE) return false;
  bool whole = to.size >= layout_->usual_size;
  for (guint index = 0; whole && index < layout_->plane_count; ++index) {
    GstMapInfo from;
    gpointer data{};
    gint stride{};
    whole = gst_video_meta_map(meta, index, &from, &data, &stride, GST_MAP_READ) != FALSE;
    if (!whole) break;
    const auto& plane = layout_->planes[index];
    const auto* in = static_cast<const guint8*>(data);
    auto* out = to.data + plane.usual_offset;
    const auto line = std::min(plane.pitch, plane.usual_pitch);
    const bool large = layout_->usual_size >= large_picture;
    if (plane.pitch == plane.usual_pitch) {
      std::memcpy(out, in, line * plane.rows);
    } else {
      for (std::size_t row = 0; row < plane.rows; row += layout_->together) {
        const auto rows = std::min(layout_->together, plane.rows - row);
        if (large)
          copy_in_blocks(out, in, line * rows);
        else
          std::memcpy(out, in, line * rows);
        in += plane.pitch * rows;
        out += plane.usual_pitch * rows;
      }
    }
    gst_video_meta_unmap(meta, index, &from);
  }
  gst_buffer_unmap(copy, &to);
  return whole;
}

bool Copier::copy_bytes(GstBuffer* frame, GstBuffer* copy) {
  gsize room{};
  gst_buffer_get_sizes(copy, nullptr, &room);
  if (gst_buffer_get_size(frame) > room) return false;
  GstMapInfo from;
  if (gst_buffer_map(frame, &from, GST_MAP_READ) == FALSE) return false;
  gst_buffer_set_size(copy, static_cast<gssize>(from.size));
  gst_buffer_fill(copy, 0, from.data, from.size);
  gst_buffer_unmap(frame, &from);
  return true;
}

}  // namespace v4l2gst
