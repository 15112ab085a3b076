#include "buffers/downstream.h"

#include <string>

namespace v4l2gst {

Downstream read_allocation(GstQuery* query) {
  Downstream downstream;
  guint index{};
  downstream.video_meta =
      gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, &index) != FALSE;
  if (downstream.video_meta) {
    const GstStructure* wishes{};
    gst_query_parse_nth_allocation_meta(query, index, &wishes);
    auto& alignment = downstream.alignment;
    if (wishes != nullptr) {
      gst_structure_get(wishes, "padding-top", G_TYPE_UINT, &alignment.padding_top, nullptr);
      gst_structure_get(wishes, "padding-bottom", G_TYPE_UINT, &alignment.padding_bottom, nullptr);
      gst_structure_get(wishes, "padding-left", G_TYPE_UINT, &alignment.padding_left, nullptr);
      gst_structure_get(wishes, "padding-right", G_TYPE_UINT, &alignment.padding_right, nullptr);
      for (guint plane = 0; plane < GST_VIDEO_MAX_PLANES; ++plane)
        gst_structure_get(wishes, ("stride-align" + std::to_string(plane)).c_str(), G_TYPE_UINT,
                          &alignment.stride_align[plane], nullptr);
    }
  }
  if (gst_query_get_n_allocation_pools(query) > 0) {
    GstBufferPool* pool{};
    gst_query_parse_nth_allocation_pool(query, 0, &pool, &downstream.size, &downstream.least,
                                        &downstream.most);
    downstream.pool.reset(pool);
  }
  if (gst_query_get_n_allocation_params(query) > 0) {
    GstAllocator* allocator{};
    gst_query_parse_nth_allocation_param(query, 0, &allocator, &downstream.params);
    downstream.allocator.reset(allocator);
  }
  return downstream;
}

void answer_allocation(GstQuery* query, GstBufferPool* pool, guint size, guint least, guint most) {
  if (gst_query_get_n_allocation_pools(query) > 0)
    gst_query_set_nth_allocation_pool(query, 0, pool, size, least, most);
  else
    gst_query_add_allocation_pool(query, pool, size, least, most);
}

}  // namespace v4l2gst
