#include "pipelines/watched_pad.h"

#include <gst/allocators/gstdmabuf.h>

namespace pipelines {

WatchedPad::WatchedPad(GstPad* pad, unsigned wanted) : pad_{pad}, wanted_{wanted} {
  constexpr auto kinds = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST |
                         GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  gst_pad_add_probe(
      pad_, static_cast<GstPadProbeType>(kinds),
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        static_cast<WatchedPad*>(self)->see(info);
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

WatchedPad::~WatchedPad() {
  gst_object_unref(pad_);
}

std::string WatchedPad::name() const {
  std::string text{GST_OBJECT_NAME(GST_OBJECT_PARENT(pad_))};
  return text.append(":").append(GST_OBJECT_NAME(pad_));
}

void WatchedPad::see(GstPadProbeInfo* info) {
  if ((info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) != 0) {
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) ended_ = true;
    return;
  }
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    auto* const buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (gst_buffer_n_memory(buffer) > 0 &&
        gst_is_dmabuf_memory(gst_buffer_peek_memory(buffer, 0)) != FALSE)
      saw_dmabuf_ = true;
  }
  if (++frames_ != wanted_) return;
  auto* const structure = gst_structure_new_empty("enough-frames");
  gst_element_post_message(GST_ELEMENT(GST_OBJECT_PARENT(pad_)),
                           gst_message_new_application(GST_OBJECT(pad_), structure));
}

}  // namespace pipelines
