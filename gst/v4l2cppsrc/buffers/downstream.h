#pragma once

#include <gst/video/video.h>

#include "common/handles.h"

namespace v4l2gst {

/// Downstream's answer to the ALLOCATION query.
struct Downstream {
  bool video_meta{};              ///< it reads GstVideoMeta
  GstVideoAlignment alignment{};  ///< that it wants; all 0 if it wants none
  PoolPtr pool;                   ///< that it offers; null if it offers none
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

/// Sets `pool` and its numbers as the first pool of the answer. It replaces another.
void answer_allocation(GstQuery* query, GstBufferPool* pool, guint size, guint least, guint most);

}  // namespace v4l2gst
