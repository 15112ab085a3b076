#include "rigs/allocation_sink.h"

#include <array>
#include <utility>

#include <gst/allocators/allocators.h>
#include <gst/base/gstbasesink.h>

using travel::DmabufSource;
using travel::Proposal;

// ---- the sink -----------------------------------------------------------------------------------

struct TravelSink {
  GstBaseSink parent;
  Proposal proposal;
  std::function<void(GstBuffer*)> see;
};

struct TravelSinkClass {
  GstBaseSinkClass parent_class;
};

G_DEFINE_TYPE(TravelSink, travel_sink, GST_TYPE_BASE_SINK)

static gboolean travel_sink_propose_allocation(GstBaseSink* sink, GstQuery* query) {
  const auto& proposal = reinterpret_cast<TravelSink*>(sink)->proposal;
  if (proposal.video_meta) gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  if (proposal.pool != nullptr)
    gst_query_add_allocation_pool(query, proposal.pool, proposal.size, proposal.least, 0);
  if (proposal.allocator != nullptr)
    gst_query_add_allocation_param(query, proposal.allocator, nullptr);
  return TRUE;
}

static GstFlowReturn travel_sink_render(GstBaseSink* sink, GstBuffer* buffer) {
  reinterpret_cast<TravelSink*>(sink)->see(buffer);
  return GST_FLOW_OK;
}

static void travel_sink_init(TravelSink* self) {
  std::construct_at(&self->proposal);
  std::construct_at(&self->see);
  gst_base_sink_set_sync(GST_BASE_SINK(self), FALSE);
  gst_base_sink_set_last_sample_enabled(GST_BASE_SINK(self),
                                        FALSE);  // the last sample would hold one buffer more
}

static void travel_sink_finalize(GObject* object) {
  auto* const self = reinterpret_cast<TravelSink*>(object);
  std::destroy_at(&self->see);
  std::destroy_at(&self->proposal);
  G_OBJECT_CLASS(travel_sink_parent_class)->finalize(object);
}

static void travel_sink_class_init(TravelSinkClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = travel_sink_finalize;
  static GstStaticPadTemplate pad =
      GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &pad);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Consumer", "Sink", "For tests",
                                        "v4l2cppsrc");
  GST_BASE_SINK_CLASS(klass)->propose_allocation = travel_sink_propose_allocation;
  GST_BASE_SINK_CLASS(klass)->render = travel_sink_render;
}

// ---- the pool -----------------------------------------------------------------------------------

struct TravelPool {
  GstBufferPool parent;
  GstVideoInfo info;
  std::vector<std::size_t> plane_sizes;
  DmabufSource dmabufs;
  GstAllocator* wrapper;
};

struct TravelPoolClass {
  GstBufferPoolClass parent_class;
};

G_DEFINE_TYPE(TravelPool, travel_pool, GST_TYPE_BUFFER_POOL)

static GstFlowReturn travel_pool_alloc(GstBufferPool* pool, GstBuffer** made,
                                       GstBufferPoolAcquireParams*) {
  auto* const self = reinterpret_cast<TravelPool*>(pool);
  auto* const buffer = gst_buffer_new();
  std::array<gsize, GST_VIDEO_MAX_PLANES> offset{};
  std::array<gint, GST_VIDEO_MAX_PLANES> stride{};
  gsize start = 0;
  for (std::size_t plane = 0; plane < self->plane_sizes.size(); ++plane) {
    const auto size = self->plane_sizes[plane];
    if (self->dmabufs) {
      const int descriptor = self->dmabufs(size);
      if (descriptor < 0) {
        gst_buffer_unref(buffer);
        return GST_FLOW_EOS;
      }
      gst_buffer_append_memory(buffer, gst_dmabuf_allocator_alloc(self->wrapper, descriptor, size));
    } else {
      gst_buffer_append_memory(buffer, gst_allocator_alloc(nullptr, size, nullptr));
    }
    offset[plane] = start;
    start += size;
  }
  const auto planes = GST_VIDEO_INFO_N_PLANES(&self->info);
  for (guint plane = 0; plane < planes; ++plane) {
    stride[plane] = GST_VIDEO_INFO_PLANE_STRIDE(&self->info, plane);
    if (self->plane_sizes.size() == 1)
      offset[plane] = GST_VIDEO_INFO_PLANE_OFFSET(&self->info, plane);
  }
  gst_buffer_add_video_meta_full(
      buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&self->info),
      static_cast<guint>(GST_VIDEO_INFO_WIDTH(&self->info)),
      static_cast<guint>(GST_VIDEO_INFO_HEIGHT(&self->info)), planes, offset.data(), stride.data());
  *made = buffer;
  return GST_FLOW_OK;
}

static void travel_pool_init(TravelPool* self) {
  std::construct_at(&self->plane_sizes);
  std::construct_at(&self->dmabufs);
  self->wrapper = gst_dmabuf_allocator_new();
}

static void travel_pool_finalize(GObject* object) {
  auto* const self = reinterpret_cast<TravelPool*>(object);
  gst_object_unref(self->wrapper);
  std::destroy_at(&self->dmabufs);
  std::destroy_at(&self->plane_sizes);
  G_OBJECT_CLASS(travel_pool_parent_class)->finalize(object);
}

static void travel_pool_class_init(TravelPoolClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = travel_pool_finalize;
  GST_BUFFER_POOL_CLASS(klass)->alloc_buffer = travel_pool_alloc;
}

// ---- the allocator ------------------------------------------------------------------------------

struct TravelAllocator {
  GstAllocator parent;
  DmabufSource dmabufs;
  GstAllocator* wrapper;
};

struct TravelAllocatorClass {
  GstAllocatorClass parent_class;
};

G_DEFINE_TYPE(TravelAllocator, travel_allocator, GST_TYPE_ALLOCATOR)

static GstMemory* travel_allocator_alloc(GstAllocator* allocator, gsize size,
                                         GstAllocationParams*) {
  auto* const self = reinterpret_cast<TravelAllocator*>(allocator);
  const int descriptor = self->dmabufs(size);
  return descriptor < 0 ? nullptr : gst_dmabuf_allocator_alloc(self->wrapper, descriptor, size);
}

static void travel_allocator_init(TravelAllocator* self) {
  std::construct_at(&self->dmabufs);
  self->wrapper = gst_dmabuf_allocator_new();
}

static void travel_allocator_finalize(GObject* object) {
  auto* const self = reinterpret_cast<TravelAllocator*>(object);
  gst_object_unref(self->wrapper);
  std::destroy_at(&self->dmabufs);
  G_OBJECT_CLASS(travel_allocator_parent_class)->finalize(object);
}

static void travel_allocator_class_init(TravelAllocatorClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = travel_allocator_finalize;
  GST_ALLOCATOR_CLASS(klass)->alloc = travel_allocator_alloc;
}

namespace travel {

GstElement* new_consumer(Proposal proposal, std::function<void(GstBuffer*)> see) {
  auto* const object = g_object_new(travel_sink_get_type(), nullptr);
  auto* const self = reinterpret_cast<TravelSink*>(gst_object_ref_sink(object));
  self->proposal = proposal;
  self->see = std::move(see);
  return GST_ELEMENT(self);
}

GstBufferPool* new_pool(const GstVideoInfo& info, std::vector<std::size_t> plane_sizes,
                        DmabufSource dmabufs) {
  auto* const object = g_object_new(travel_pool_get_type(), nullptr);
  auto* const self = reinterpret_cast<TravelPool*>(gst_object_ref_sink(object));
  self->info = info;
  self->plane_sizes = std::move(plane_sizes);
  self->dmabufs = std::move(dmabufs);
  return GST_BUFFER_POOL(self);
}

GstAllocator* new_allocator(DmabufSource dmabufs) {
  auto* const object = g_object_new(travel_allocator_get_type(), nullptr);
  auto* const self = reinterpret_cast<TravelAllocator*>(gst_object_ref_sink(object));
  self->dmabufs = std::move(dmabufs);
  return GST_ALLOCATOR(self);
}

}  // namespace travel
