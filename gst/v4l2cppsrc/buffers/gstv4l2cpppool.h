#pragma once

#include <memory>

#include <gst/gst.h>

#include "buffers/buffer_pool.h"
#include "common/handles.h"

G_BEGIN_DECLS

#define GST_TYPE_V4L2_CPP_POOL (gst_v4l2_cpp_pool_get_type())
G_DECLARE_FINAL_TYPE(GstV4l2CppPool, gst_v4l2_cpp_pool, GST, V4L2_CPP_POOL, GstBufferPool)

G_END_DECLS

namespace v4l2gst {

/// Makes the GstBufferPool of a BufferPool. It is configured for `least` to `most` buffers of
/// `size` bytes of `caps`.
PoolPtr make_pool(std::weak_ptr<BufferPool> buffer_pool, GstCaps* caps, guint size, guint least,
                  guint most);

/// Puts a frame into a GstBuffer of `pool`. Never blocks. Returns null if the pool is flushing. The
/// frame is then still the caller's, and its end requeues the buffer.
BufferPtr wrap(GstBufferPool* pool, v4l2::Frame&& frame);

}  // namespace v4l2gst
