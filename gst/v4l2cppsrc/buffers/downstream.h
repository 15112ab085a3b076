#pragma once

#include <gst/video/video.h>

#include "common/handles.h"

namespace v4l2gst {

/// What downstream said to the ALLOCATION query.
struct Downstream {
  bool video_meta{};              ///< it heeds GstVideoMeta
  GstVideoAlignment alignment{};  ///< that it wishes; all 0 where it does not care
  PoolPtr pool;                   ///< that it offers; null where it does not
  guint size{};                   ///< of the pool's buffers
  guint least{};                  ///< buffers that it wants to hold at a time
  guint most{};                   ///< buffers that the pool can have; 0 for any number
  AllocatorPtr allocator;         ///< that it offers; null for the usual one
  GstAllocationParams params{};

  Downstream() {
    gst_video_alignment_reset(&alignment);
    gst_allocation_params_init(&params);
  }
};

/// Reads the answer. The fields of GstVideoMeta's parameters are those of
/// gst_buffer_pool_config_set_video_alignment().
Downstream read_allocation(GstQuery* query);

/// Puts `pool` and its numbers first in the answer, in the place of what stood there.
void answer_allocation(GstQuery* query, GstBufferPool* pool, guint size, guint least, guint most);

}  // namespace v4l2gst
