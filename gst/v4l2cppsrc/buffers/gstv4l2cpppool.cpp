#include "buffers/gstv4l2cpppool.h"

#include <array>
#include <atomic>
#include <utility>

using v4l2gst::BufferPool;
using v4l2gst::BufferPtr;

struct _GstV4l2CppPool {
  GstBufferPool parent;
  std::weak_ptr<BufferPool> buffer_pool;
  // The parameters of the wrap() that is running, to tell them from another caller's. Relaxed: that
  // thread reads what it has written itself, and the parameters of another are at another address.
  std::atomic<const GstBufferPoolAcquireParams*> ours;
};

G_DEFINE_FINAL_TYPE(GstV4l2CppPool, gst_v4l2_cpp_pool, GST_TYPE_BUFFER_POOL)

namespace {

/// Carries a frame into gst_buffer_pool_acquire_buffer(), behind the parameters that it knows.
struct FrameParams {
  GstBufferPoolAcquireParams base{};
  v4l2::Frame* frame{};
};

/// GST_V4L2_CPP_POOL() is not used: it would ask the type system again for each frame.
std::shared_ptr<BufferPool> buffer_pool_of(GstBufferPool* pool) {
  return reinterpret_cast<GstV4l2CppPool*>(pool)->buffer_pool.lock();
}

/// GStreamer's pools for video have this option. This one always adds the meta to raw video.
const gchar** pool_options(GstBufferPool*) noexcept {
  static std::array<const gchar*, 2> options{GST_BUFFER_POOL_OPTION_VIDEO_META, nullptr};
  return options.data();
}

/// The buffers are the driver's, so none are made here.
gboolean pool_start(GstBufferPool*) noexcept {
  return TRUE;
}

GstFlowReturn pool_acquire(GstBufferPool* pool, GstBuffer** buffer,
                           GstBufferPoolAcquireParams* params) noexcept {
  // A caller without a frame gets no buffer: only the driver fills buffers.
  const auto& ours = reinterpret_cast<GstV4l2CppPool*>(pool)->ours;
  if (params == nullptr || params != ours.load(std::memory_order_relaxed)) return GST_FLOW_ERROR;
  const auto buffer_pool = buffer_pool_of(pool);
  if (!buffer_pool || GST_BUFFER_POOL_IS_FLUSHING(pool)) return GST_FLOW_FLUSHING;
  *buffer =
      buffer_pool->acquire(std::move(*reinterpret_cast<FrameParams*>(params)->frame)).release();
  return GST_FLOW_OK;
}

gboolean drop_unless_pooled(GstBuffer*, GstMeta** meta, gpointer) {
  if (GST_META_FLAG_IS_SET(*meta, GST_META_FLAG_POOLED)) return TRUE;
  // gst_buffer_foreach_meta() refuses to remove a locked meta.
  (*meta)->flags = static_cast<GstMetaFlags>((*meta)->flags & ~GST_META_FLAG_LOCKED);
  *meta = nullptr;
  return TRUE;
}

/// Resets as the base class does, except for the sizes, which BufferPool::acquire() sets.
void pool_reset(GstBufferPool*, GstBuffer* buffer) noexcept {
  GST_BUFFER_FLAGS(buffer) = 0;
  GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET(buffer) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END(buffer) = GST_BUFFER_OFFSET_NONE;
  gst_buffer_foreach_meta(buffer, drop_unless_pooled, nullptr);
}

void pool_release(GstBufferPool* pool, GstBuffer* buffer) noexcept {
  BufferPtr shell{buffer};
  // If the BufferPool is gone, the shell is freed here. So are the memories that have no other
  // holder.
  if (const auto buffer_pool = buffer_pool_of(pool)) buffer_pool->release(std::move(shell));
}

}  // namespace

static void gst_v4l2_cpp_pool_init(GstV4l2CppPool* self) {
  std::construct_at(&self->buffer_pool);
  std::construct_at(&self->ours, nullptr);
}

static void gst_v4l2_cpp_pool_finalize(GObject* object) noexcept {
  std::destroy_at(&GST_V4L2_CPP_POOL(object)->buffer_pool);
  G_OBJECT_CLASS(gst_v4l2_cpp_pool_parent_class)->finalize(object);
}

static void gst_v4l2_cpp_pool_class_init(GstV4l2CppPoolClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = gst_v4l2_cpp_pool_finalize;
  auto* const pool = GST_BUFFER_POOL_CLASS(klass);
  pool->get_options = pool_options;
  pool->start = pool_start;
  pool->acquire_buffer = pool_acquire;
  pool->reset_buffer = pool_reset;
  pool->release_buffer = pool_release;
}

namespace v4l2gst {

PoolPtr make_pool(std::weak_ptr<BufferPool> buffer_pool, GstCaps* caps, guint size, guint least,
                  guint most) {
  auto* const object = g_object_new(GST_TYPE_V4L2_CPP_POOL, nullptr);
  PoolPtr pool{GST_BUFFER_POOL(gst_object_ref_sink(object))};
  GST_V4L2_CPP_POOL(object)->buffer_pool = std::move(buffer_pool);
  auto* const config = gst_buffer_pool_get_config(pool.get());
  gst_buffer_pool_config_set_params(config, caps, size, least, most);
  gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_set_config(pool.get(), config);
  return pool;
}

BufferPtr wrap(GstBufferPool* pool, v4l2::Frame&& frame) {
  FrameParams params{.frame = &frame};
  auto& ours = reinterpret_cast<GstV4l2CppPool*>(pool)->ours;
  GstBuffer* buffer{};
  ours.store(&params.base, std::memory_order_relaxed);
  gst_buffer_pool_acquire_buffer(pool, &buffer, &params.base);
  ours.store(nullptr, std::memory_order_relaxed);
  return BufferPtr{buffer};
}

}  // namespace v4l2gst
